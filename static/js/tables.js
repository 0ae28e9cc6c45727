// Tables whose cells do not name their column get the headings for the phone's cards.
import { fresh } from "./dom.js";

export function start(root) {
  for (const table of fresh(root, "table.grid-table", "Labels")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    if (!heads.length || table.querySelector("tbody .col-main:not(.col-name)")) {
      continue;
    }
    const main = heads.map((head) => head.classList.contains("col-main"));
    const few = main.filter(Boolean).length < 2;
    let rank = 0;
    const shown = heads.map((head, index) => {
      const plain = !head.matches(".col-check, .col-actions");
      rank += plain ? 1 : 0;
      return plain && (main[index] || (few && rank <= 3));
    });
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      [...row.cells].forEach((cell, index) => {
        if (!shown[index] || cell.colSpan > 1) {
          return;
        }
        cell.classList.add("col-main");
        if (!cell.dataset.label && !cell.classList.contains("col-name")) {
          cell.dataset.label = heads[index].textContent.trim().replace(/\s+/g, "");
        }
      });
    }
  }
}
