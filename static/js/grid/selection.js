// Which cells are chosen: one active cell and the rectangle around it.

export class Selection extends EventTarget {
  constructor(model) {
    super();
    this.model = model;
    this.row = 0;
    this.column = 0;
    this.toRow = 0;
    this.toColumn = 0;
    this.reaching = false;
    this.stretched = null; // the rectangle that a pull at the corner would fill, the chosen cells among it
    Object.assign(this, { top: 0, bottom: 0, left: 0, right: 0 });
  }

  get height() {
    return this.bottom - this.top + 1;
  }

  get width() {
    return this.right - this.left + 1;
  }

  has(row, column) {
    return row >= this.top && row <= this.bottom && column >= this.left && column <= this.right;
  }

  get activeRow() {
    return this.model.rows[this.row];
  }

  /** Rows of [row, column index] of the chosen cells. */
  cells() {
    const rows = [];
    for (let row = this.top; row <= this.bottom; row += 1) {
      const line = [];
      for (let column = this.left; column <= this.right; column += 1) {
        line.push([this.model.rows[row], column]);
      }
      rows.push(line);
    }
    return rows;
  }

  choose(row, column, toRow = row, toColumn = column) {
    const within = (value, count) => Math.max(0, Math.min(value, count - 1));
    this.row = within(row, this.model.rows.length);
    this.column = within(column, this.model.columns.length);
    this.toRow = within(toRow, this.model.rows.length);
    this.toColumn = within(toColumn, this.model.columns.length);
    this.top = Math.min(this.row, this.toRow);
    this.bottom = Math.max(this.row, this.toRow);
    this.left = Math.min(this.column, this.toColumn);
    this.right = Math.max(this.column, this.toColumn);
    this.dispatchEvent(new Event("moved"));
  }

  /** Reach from the active cell to another one. */
  reach(row, column) {
    this.reaching = true;
    this.choose(this.row, this.column, row, column);
    this.reaching = false;
  }

  /** Pull the corner to a cell: down, up or to a side, whichever way goes farther; back inside it fills nothing. */
  stretch(row, column) {
    const { top, bottom, left, right } = this;
    const beyond = (value, low, high) => Math.max(low - value, value - high, 0);
    const down = beyond(row, top, bottom);
    const aside = beyond(column, left, right);
    const wide = { top, bottom, left: Math.min(left, column), right: Math.max(right, column) };
    const tall = { top: Math.min(top, row), bottom: Math.max(bottom, row), left, right };
    this.stretched = down || aside ? (down >= aside ? tall : wide) : null;
    this.dispatchEvent(new Event("stretched"));
  }

  /** Let go of the corner; returns the rectangle pulled open, null where there is none. */
  release() {
    const found = this.stretched;
    this.stretched = null;
    this.dispatchEvent(new Event("stretched"));
    return found;
  }

  reaches(row, column) {
    const open = this.stretched;
    return open !== null && row >= open.top && row <= open.bottom && column >= open.left && column <= open.right;
  }

  /** Cells to be brought in sight, the last one for certain: the far corner while reaching, else the active cell. */
  get inSight() {
    const far = [this.toRow, this.toColumn];
    return this.reaching ? [far] : [[this.toRow, this.column], [this.row, this.column]];
  }

  /** Move by steps; `extend` keeps the active cell and reaches farther; `far` goes to where filled cells end. */
  step(down, right, { extend = false, far = false } = {}) {
    let row = extend ? this.toRow : this.row;
    let column = extend ? this.toColumn : this.column;
    if (far) {
      [row, column] = this.edge(row, column, down, right);
    } else {
      row += down;
      column += right;
    }
    if (extend) {
      this.reach(row, column);
    } else {
      this.choose(row, column);
    }
  }

  edge(row, column, down, right) {
    const filled = (r, c) => (this.model.rows[r]?.cells[c] ?? "") !== "";
    const inside = (r, c) => r >= 0 && c >= 0 && r < this.model.rows.length && c < this.model.columns.length;
    const start = filled(row, column) && filled(row + down, column + right);
    let [r, c] = [row, column];
    while (inside(r + down, c + right)) {
      if (start && !filled(r + down, c + right)) {
        break;
      }
      r += down;
      c += right;
      if (!start && filled(r, c)) {
        break;
      }
    }
    return [r, c];
  }

  /** After Enter or Tab: the next cell, within the chosen ones where several are. */
  next(down, right) {
    if (this.height === 1 && this.width === 1) {
      this.step(down, right);
      return;
    }
    const { top, left } = this;
    const count = this.height * this.width;
    const byColumn = down !== 0;
    const place = byColumn
      ? (this.column - left) * this.height + this.row - top
      : (this.row - top) * this.width + this.column - left;
    const target = (place + (down || right) + count) % count;
    this.row = byColumn ? top + (target % this.height) : top + Math.floor(target / this.width);
    this.column = byColumn ? left + Math.floor(target / this.height) : left + (target % this.width);
    this.dispatchEvent(new Event("moved"));
  }
}
