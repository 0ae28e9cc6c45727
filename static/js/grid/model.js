// What stands in the grid: rows of texts beside what they were read as, and every change so that it can be undone.

/** One row. `key` is empty for a new one; `base` is what is stored, `carried` what last period had. */
export class Row {
  constructor(n, width, stored = null, carried = null) {
    this.n = n;
    this.key = stored?.key ?? "";
    this.version = stored?.version ?? null;
    this.base = stored ? [...stored.cells] : new Array(width).fill("");
    this.carried = carried;
    this.cells = [...(carried ?? this.base)];
    this.touched = 0; // grows with every change, so that late answers are not put on newer texts
    this.clear();
  }

  /** Forget what the server said about this row. */
  clear() {
    this.problems = new Map(); // column index → what is wrong; -1: the row as a whole
    this.warnings = new Map(); // the same of what is unusual: it hinders nothing
    this.there = null; // the stored row that a new one names
  }

  get isNew() {
    return this.key === "";
  }

  get isEmpty() {
    return this.isNew && this.cells.every((text) => text === "");
  }

  get isChanged() {
    return this.cells.some((text, at) => text !== this.base[at]);
  }
}

export class Model extends EventTarget {
  constructor({ columns, rows, carried, empty, limit, presets = [] }) {
    super();
    this.columns = columns;
    this.limit = limit;
    this.presets = presets; // [column index, text]: what a new row begins with, once something is put into it
    this.step = empty; // rows to add at once; 0: no rows may be added
    this.at = new Map(columns.map((column, index) => [column.field, index]));
    this.names = columns.map(() => new Map()); // of looked-up things: what is sent → what people read
    this.rows = [
      ...rows.map((stored, index) => new Row(index + 1, columns.length, stored)),
      ...carried.map((cells, index) => new Row(rows.length + index + 1, columns.length, null, cells)),
    ];
    this.done = [];
    this.undone = [];
    this.clashes = new Map(); // row → Map(column index → what the other person saved)
    if (empty) {
      this.addEmpty(Math.max(empty, 1));
    }
  }

  /** Rows at the end to type into; returns them. */
  addEmpty(count) {
    const room = Math.min(count, this.limit + this.step - this.rows.length);
    const added = [];
    for (let index = 0; index < room; index += 1) {
      added.push(new Row(this.rows.length + 1, this.columns.length));
      this.rows.push(added.at(-1));
    }
    if (added.length) {
      this.dispatchEvent(new CustomEvent("added", { detail: added }));
    }
    return added;
  }

  /** A stored row that was not in the grid takes the place of a new one; the caller tells. */
  adopt(row, stored) {
    Object.assign(row, { key: stored.key, version: stored.version, base: [...stored.cells], carried: null });
    row.cells = row.cells.map((text, at) => (text === "" || this.columns[at].readonly ? stored.cells[at] : text));
    row.clear();
    row.touched += 1;
  }

  canWrite(row, at) {
    const column = this.columns[at];
    return row !== undefined && !column.readonly && !(column.locked && !row.isNew);
  }

  /** Set cells, [[row, column index, text]]; those that take nothing in are left out. Returns how many were left out. */
  set(changes, { undoable = true } = {}) {
    const step = [];
    const fresh = new Set(changes.map(([row]) => row).filter((row) => row?.isEmpty));
    let refused = 0;
    for (const [row, at, text] of changes) {
      if (!row) {
        continue; // a sheet without rows
      }
      if (!this.canWrite(row, at)) {
        refused += text === row.cells[at] ? 0 : 1;
      } else if (row.cells[at] !== text) {
        step.push([row, at, row.cells[at], text]);
        row.cells[at] = text;
      }
    }
    for (const row of fresh) {
      for (const [at, text] of row.isEmpty ? [] : this.presets) {
        if (row.cells[at] === "") {
          step.push([row, at, "", text]);
          row.cells[at] = text;
        }
      }
    }
    if (step.length && undoable) {
      this.done.push(step);
      this.undone = [];
    }
    this.settle(step);
    return refused;
  }

  undo() {
    return this.move(this.done, this.undone, 2);
  }

  redo() {
    return this.move(this.undone, this.done, 3);
  }

  move(from, to, side) {
    const step = from.pop();
    if (!step) {
      return null;
    }
    to.push(step);
    for (const change of step) {
      change[0].cells[change[1]] = change[side];
    }
    this.settle(step);
    return step;
  }

  settle(step) {
    const rows = new Set(step.map(([row]) => row));
    for (const [row, at] of step) {
      row.problems.delete(at);
      row.problems.delete(-1);
      row.warnings.delete(at);
      row.warnings.delete(-1);
      this.clashes.get(row)?.delete(at);
    }
    for (const row of rows) {
      row.touched += 1;
      row.there = null;
    }
    this.tell([...rows]);
  }

  /** Rows changed (texts or what is known of them): whoever shows them looks again. */
  tell(rows) {
    this.dispatchEvent(new CustomEvent("changed", { detail: rows }));
  }

  forgetSteps() {
    this.done = [];
    this.undone = [];
  }

  get changed() {
    return this.rows.filter((row) => !row.isEmpty && row.isChanged);
  }

  get filled() {
    return this.rows.filter((row) => !row.isEmpty);
  }

  get openClashes() {
    return [...this.clashes.values()].some((cells) => cells.size > 0);
  }

  /** Whether two texts of a column say the same: 1,410 and 1410.00 do. */
  alike(at, one, other) {
    if (one === other || this.columns[at].type !== "number" || !one || !other) {
      return one === other;
    }
    const [left, right] = [one, other].map((text) => Number(text.normalize("NFKC").replace(/,/g, "")));
    return left === right;
  }

  /** What a cell shows: the name of a looked-up thing, figures with thousands separated. */
  shown(row, at) {
    const text = row.cells[at];
    const column = this.columns[at];
    if (column.type === "number" && !column.plain && /^-?\d{4,}(\.\d+)?$/.test(text)) {
      return text.replace(/^(-?)(\d+)/, (_, sign, digits) => sign + digits.replace(/\B(?=(\d{3})+$)/g, ","));
    }
    return this.names[at].get(text) ?? text;
  }

  /** A row as the server takes it: all cells of a stored one, the filled cells of a new one. */
  sent(row) {
    const cells = {};
    this.columns.forEach((column, at) => {
      if (!column.readonly && (!row.isNew || row.cells[at] !== "")) {
        cells[column.field] = row.cells[at];
      }
    });
    return { n: row.n, key: row.key, version: row.version, cells };
  }
}
