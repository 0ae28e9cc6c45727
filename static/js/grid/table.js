// The sheet on the screen: Tabulator draws the rows in view, keeps columns frozen and lets them be resized; what stands
// in each cell is painted from the model.
import {
  FormatModule,
  FrozenColumnsModule,
  ResizeColumnsModule,
  ResizeTableModule,
  Tabulator,
} from "../../vendor/tabulator/tabulator.min.js";

Tabulator.registerModule([FormatModule, FrozenColumnsModule, ResizeColumnsModule, ResizeTableModule]);

const ROW_HEIGHT = 30;
const HANDLE = 9; // pixels from the corner; what is drawn there is a little smaller
const HEAD = "n";
const field = (at) => `c${at}`;

export class Sheet {
  constructor(holder, model, selection, frozen) {
    this.model = model;
    this.selection = selection;
    this.holder = holder;
    this.painted = new WeakMap();
    this.table = new Tabulator(holder, {
      data: model.rows,
      index: "n",
      height: "100%",
      rowHeight: ROW_HEIGHT,
      layout: "fitData",
      renderVerticalBuffer: 240,
      columnDefaults: { minWidth: 48, resizable: "header" },
      columns: this.definitions(frozen),
      rowFormatter: (row) => {
        row.getElement().dataset.n = row.getData().n;
      },
    });
    this.ready = new Promise((resolve) => {
      this.table.on("tableBuilt", () => {
        this.scroller = holder.querySelector(".tabulator-tableholder");
        this.scroller.tabIndex = -1;
        this.scroller.addEventListener("scroll", () => this.paint());
        this.table.on("columnResized", () => this.moved?.());
        this.paint();
        resolve();
      });
    });
    model.addEventListener("changed", () => this.paint());
    model.addEventListener("added", ({ detail }) => {
      this.table.addData(detail, false);
      this.paint();
    });
    selection.addEventListener("moved", () => this.paint());
    selection.addEventListener("stretched", () => this.paint());
  }

  definitions(frozen) {
    const head = {
      title: "",
      field: HEAD,
      width: 46,
      minWidth: 46,
      resizable: false,
      frozen: true,
      cssClass: "grid-head",
      formatter: (cell) => document.createTextNode(cell.getData().n),
    };
    return [
      head,
      ...this.model.columns.map((column, at) => ({
        title: column.heading,
        field: field(at),
        width: column.width,
        frozen: at < frozen,
        cssClass: column.type === "number" ? "grid-number" : "",
        titleFormatter: () => headingOf(column),
        formatter: () => document.createTextNode(""),
      })),
    ];
  }

  /** Keep the first columns in sight while the others move. */
  freeze(count) {
    this.table.setColumns(this.definitions(count));
    this.painted = new WeakMap();
    this.paint();
  }

  /** Bring every cell that is in the page up to date; cheap where nothing changed. */
  paint() {
    for (const line of this.holder.querySelectorAll(".tabulator-row[data-n]")) {
      const row = this.model.rows[line.dataset.n - 1];
      if (!row) {
        continue;
      }
      for (const cell of line.children) {
        const name = cell.getAttribute("tabulator-field");
        if (name === HEAD) {
          this.paintHead(cell, row);
        } else if (name) {
          this.paintCell(cell, row, Number(name.slice(1)));
        }
      }
    }
  }

  paintHead(cell, row) {
    const inside = row.n - 1 >= this.selection.top && row.n - 1 <= this.selection.bottom;
    const changed = !row.isEmpty && row.isChanged;
    const wrong = row.problems.size > 0;
    const warned = !wrong && row.warnings.size > 0;
    const signature = `${inside}|${changed}|${wrong}|${warned}|${row.isNew}|${row.warnings.get(-1) ?? ""}`;
    if (this.painted.get(cell) === signature) {
      return;
    }
    this.painted.set(cell, signature);
    cell.classList.toggle("is-inside", inside);
    cell.classList.toggle("is-changed", changed);
    cell.classList.toggle("is-wrong", wrong);
    cell.classList.toggle("is-warned", warned);
    cell.title = row.warnings.get(-1) ? `提醒：${row.warnings.get(-1)}` : wrong ? "这一行有需要改正的" : changed ? (row.isNew ? "新的一行" : "这一行有改动") : "";
  }

  paintCell(cell, row, at) {
    const { selection, model } = this;
    const index = row.n - 1;
    const text = model.shown(row, at);
    const problem = row.problems.get(at);
    const warning = row.warnings.get(at);
    const clash = model.clashes.get(row)?.has(at);
    const carried = row.carried !== null && row.carried[at] !== "" && row.cells[at] === row.carried[at];
    const changed = !carried && row.cells[at] !== row.base[at];
    const classes = {
      "is-active": index === selection.row && at === selection.column,
      "is-chosen": selection.has(index, at),
      "is-corner": index === selection.bottom && at === selection.right,
      "is-reached": selection.reaches(index, at),
      "is-wrong": problem !== undefined,
      "is-warned": problem === undefined && warning !== undefined,
      "is-clash": Boolean(clash),
      "is-carried": carried,
      "is-changed": changed,
      "is-fixed": !model.canWrite(row, at),
    };
    const signature = `${Object.values(classes).map(Number).join("")}|${problem ?? ""}|${warning ?? ""}|${text}`;
    if (this.painted.get(cell) === signature) {
      return;
    }
    this.painted.set(cell, signature);
    cell.textContent = text;
    for (const [name, on] of Object.entries(classes)) {
      cell.classList.toggle(name, on);
    }
    cell.title = problem ?? (warning ? `提醒：${warning}` : changed && !row.isNew ? `原为“${row.base[at] || "空"}”` : "");
    if (problem) {
      cell.setAttribute("aria-invalid", "true");
    } else {
      cell.removeAttribute("aria-invalid");
    }
  }

  /** The element of a cell, where its row is in the page. */
  cell(index, at) {
    return this.holder.querySelector(`.tabulator-row[data-n="${index + 1}"] [tabulator-field="${field(at)}"]`);
  }

  /** Which cell lies under an element: {index, at}; at is -1 for the row's number. */
  place(target) {
    const cell = target.closest?.(".tabulator-cell");
    const line = cell?.closest(".tabulator-row[data-n]");
    if (!line) {
      return null;
    }
    const name = cell.getAttribute("tabulator-field");
    return { index: Number(line.dataset.n) - 1, at: name === HEAD ? -1 : Number(name.slice(1)) };
  }

  /** Whether the pointer is on the handle in the corner of what is chosen. */
  onHandle(event) {
    const cell = event.target.closest?.(".tabulator-cell.is-corner");
    const box = cell?.getBoundingClientRect();
    return Boolean(box) && event.clientX > box.right - HANDLE && event.clientY > box.bottom - HANDLE;
  }

  /** The column index of a heading under an element, -1 for the corner; null elsewhere. */
  heading(target) {
    const name = target.closest?.(".tabulator-col")?.getAttribute("tabulator-field");
    return name === undefined || name === null ? null : name === HEAD ? -1 : Number(name.slice(1));
  }

  /** Scroll so that a cell can be seen beside the frozen columns. */
  show(index, at) {
    const view = this.scroller;
    const line = this.holder.querySelector(`.tabulator-row[data-n="${index + 1}"]`);
    // A row far away is not in the page yet, and its place only nearly known: it is looked at again once it is drawn.
    const top = line ? line.offsetTop : index * ROW_HEIGHT;
    if (top < view.scrollTop) {
      view.scrollTop = top;
    } else if (top + ROW_HEIGHT > view.scrollTop + view.clientHeight) {
      view.scrollTop = top + ROW_HEIGHT - view.clientHeight;
    }
    if (!line && index >= 0 && index < this.model.rows.length && !this.looking) {
      this.looking = true;
      requestAnimationFrame(() => {
        this.looking = false;
        if (this.holder.querySelector(`.tabulator-row[data-n="${index + 1}"]`)) {
          this.show(index, at);
        }
      });
    }
    const head = this.holder.querySelector(`.tabulator-col[tabulator-field="${field(at)}"]`);
    if (!head || head.classList.contains("tabulator-frozen")) {
      return;
    }
    const frame = view.getBoundingClientRect();
    const box = head.getBoundingClientRect();
    const frozen = [...this.holder.querySelectorAll(".tabulator-header .tabulator-frozen")];
    const from = Math.max(frame.left, ...frozen.map((element) => element.getBoundingClientRect().right));
    const end = frame.left + view.clientWidth;
    if (box.left < from) {
      view.scrollLeft -= from - box.left;
    } else if (box.right > end) {
      view.scrollLeft += Math.min(box.right - end, box.left - from);
    }
  }

  get rowsInView() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 1);
  }
}

function headingOf(column) {
  const box = document.createElement("span");
  box.className = "grid-heading";
  box.textContent = column.heading;
  if (column.unit) {
    const unit = document.createElement("small");
    unit.textContent = `（${column.unit}）`;
    box.append(unit);
  }
  if (column.required && !column.readonly) {
    const mark = document.createElement("b");
    mark.textContent = "*";
    mark.title = "必填";
    box.append(mark);
  }
  box.title = [column.help, column.readonly ? "自动得出，不用填" : ""].filter(Boolean).join("；");
  return box;
}
