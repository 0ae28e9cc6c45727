// <section data-grid data-grid-data="id of a JSON script">: the grid entry of a register.
import { Checker } from "./checking.js";
import { Editor } from "./editor.js";
import { listenToKeys, listenToMouse } from "./keys.js";
import { Model } from "./model.js";
import { Paster } from "./paste.js";
import { Saver } from "./saving.js";
import { Selection } from "./selection.js";
import { Side } from "./side.js";
import { Sheet } from "./table.js";

/** From where it begins to the bottom of the window. */
function fillWindow(root) {
  const wide = window.matchMedia("(min-width: 640px)").matches;
  const above = root.getBoundingClientRect().top + window.scrollY;
  root.style.height = wide ? `calc(100dvh - ${Math.round(above) + 4}px)` : "";
}

async function start(root) {
  fillWindow(root);
  window.addEventListener("resize", () => fillWindow(root));
  const data = JSON.parse(document.getElementById(root.dataset.gridData).textContent);
  const model = new Model(data);
  const selection = new Selection(model);
  let side = null;
  const say = (text, wrong, notes) => side.say(text, wrong, notes);
  const sheet = new Sheet(root.querySelector("[data-grid-sheet]").appendChild(document.createElement("div")), model, selection, data.frozen);
  await sheet.ready;
  const editor = new Editor(sheet, model, selection);
  const checker = new Checker(model, say);
  const saver = new Saver(model, checker, say);
  const paster = new Paster(model, selection, say);

  const go = (row, at) => {
    editor.commit();
    selection.choose(row.n - 1, at);
    editor.focus();
  };
  /** A new row that names a stored one: its cells go there, and it is given back. */
  const bring = (row) => {
    const stored = row.there;
    const known = model.rows.find((other) => other.key === stored.key);
    if (!known) {
      model.adopt(row, stored);
      model.tell([row]);
      return;
    }
    const filled = row.cells.flatMap((text, at) => (text === "" || model.columns[at].key ? [] : [[known, at, text]]));
    model.set([...filled, ...row.cells.map((_, at) => [row, at, ""])]);
    go(known, selection.column);
  };
  side = new Side(root, model, { go, saver, bring });
  saver.refused = () => {
    const [first] = side.entries();
    if (first) {
      go(first[0], Math.max(first[1], 0));
    }
  };
  editor.refused = () => say("这一格是自动得出的，或不能在这里改");

  const jump = (step) => {
    if (step) {
      const [row, at] = step[0];
      selection.choose(row.n - 1, at);
    }
  };
  const act = {
    save: () => {
      editor.takeMarked();
      editor.commit();
      return saver.save();
    },
    undo: () => jump(model.undo()),
    redo: () => jump(model.redo()),
    fill: () => paster.fillDown(),
    fillOut: (open) => paster.fillOut(open),
    clear: () => paster.clear(),
    add: () => {
      const [first] = model.addEmpty(model.step);
      if (first) {
        go(first, 0);
      } else {
        say(`一张表最多 ${model.limit.toLocaleString()} 行，更多请用 Excel 导入`, true);
      }
    },
  };

  listenToKeys(editor, selection, sheet, act);
  listenToMouse(editor, selection, sheet, act);
  paster.listen(editor.box, () => Boolean(editor.mode), () => editor.focus());
  selection.addEventListener("moved", () => {
    selection.inSight.forEach((place) => sheet.show(...place));
    tellWhere(root, model, selection);
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-grid-do]");
    if (button) {
      act[button.dataset.gridDo]();
      editor.focus();
    }
  });
  const freeze = root.querySelector("[data-grid-freeze]");
  freeze.value = String(data.frozen);
  freeze.addEventListener("change", () => {
    sheet.freeze(Number(freeze.value));
    editor.follow();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      act.save();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (model.changed.length) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
  const refresh = () => {
    const able = { save: model.changed.length > 0 && !saver.saving, undo: model.done.length > 0, redo: model.undone.length > 0 };
    for (const [name, on] of Object.entries(able)) {
      root.querySelector(`[data-grid-do="${name}"]`).disabled = !on;
    }
  };
  // The last row was begun: there is always another one to type into.
  model.addEventListener("changed", ({ detail }) => {
    if (model.step && detail.includes(model.rows.at(-1)) && !model.rows.at(-1).isEmpty) {
      model.addEmpty(model.step);
    }
    refresh();
  });

  selection.choose(0, 0);
  model.tell(model.rows.filter((row) => row.carried));
  if (window.matchMedia("(min-width: 640px)").matches) {
    editor.focus();
  }
  root.dataset.gridReady = "1";
}

/** The line at the bottom tells where one is, and sums up what is chosen. */
function tellWhere(root, model, selection) {
  const column = model.columns[selection.column];
  const heading = column.unit ? `${column.heading}（${column.unit}）` : column.heading;
  let text = `第 ${selection.row + 1} 行 ${heading}`;
  if (selection.height > 1 || selection.width > 1) {
    const numbers = selection
      .cells()
      .flat()
      .filter(([, at]) => model.columns[at].type === "number" && !model.columns[at].plain)
      .map(([row, at]) => Number((row?.cells[at] ?? "").replace(/[,，]/g, "") || NaN))
      .filter((number) => !Number.isNaN(number));
    const sum = numbers.reduce((total, number) => total + number, 0);
    const shown = sum.toLocaleString("zh-CN", { maximumFractionDigits: 6 });
    text = `已选 ${selection.height} 行 ${selection.width} 列${numbers.length > 1 ? `，合计 ${shown}` : ""}`;
  }
  root.querySelector("[data-grid-where]").textContent = text;
}

for (const root of document.querySelectorAll("[data-grid]")) {
  start(root);
}
