// One entry for all pages. Each module finds its own data- attributes and does nothing where there are none.
import { start as startBacklinks } from "./backlinks.js";
import { start as startBulk } from "./bulk.js";
import { start as startCells } from "./cells.js";
import { start as startCharts } from "./charts.js";
import { start as startColumns } from "./columns.js";
import { start as startConfirm } from "./confirm.js";
import { start as startCsrf } from "./csrf.js";
import { start as startFilters } from "./filters.js";
import { start as startForms } from "./forms.js";
import { start as startFormsets } from "./formset.js";
import { start as startKeyboard } from "./keyboard.js";
import { start as startLookups } from "./lookup.js";
import { start as startMenus } from "./menus.js";
import { start as startMessages } from "./messages.js";
import { start as startPrint } from "./print.js";
import { start as startSelection } from "./selection.js";
import { start as startTables } from "./tables.js";

// Once for the page: listeners on the document.
for (const start of [startCsrf, startMessages, startMenus, startConfirm, startKeyboard, startFilters, startBacklinks]) {
  start();
}

// For the page and again for each part that htmx puts in.
function enliven(root) {
  const starts = [
    startTables, startForms, startSelection, startLookups, startFormsets, startCells, startColumns, startBulk, startCharts,
    startPrint,
  ];
  for (const start of starts) {
    start(root);
  }
}

enliven(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) {
    enliven(event.target);
  }
});
