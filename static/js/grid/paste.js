// Putting pasted cells into the grid: as they lie, from the active cell on; or, where they begin with headings or are
// new rows that may be there already, under the columns and into the rows that the server recognises.
import { cellsOf, forClipboard } from "./clipboard.js";
import { brief } from "./notes.js";
import { ask } from "./server.js";

const HEADINGS_WITHIN = 30; // rows in which a heading row is looked for, as the server does

const bare = (text) => text.replace(/[*＊:：\s]|[([（【{].*?[)\]）】}]/g, "").toLowerCase();

/** Whether cells may begin with headings: the server decides, but most pastes need not ask. */
function mayHaveHeadings(cells, columns) {
  const names = columns.flatMap((column) => column.names.map(bare));
  const known = (text) => text !== "" && names.some((name) => name === text || (text.length > 1 && name.endsWith(text)));
  return cells.slice(0, HEADINGS_WITHIN).some((row) => row.filter((text) => known(bare(text))).length >= Math.min(2, columns.length));
}

export class Paster {
  constructor(model, selection, say) {
    Object.assign(this, { model, selection, say });
  }

  listen(box, isEditing, afterwards) {
    box.addEventListener("paste", async (event) => {
      if (isEditing()) {
        return;
      }
      event.preventDefault();
      const cells = cellsOf(event.clipboardData);
      if (cells.length) {
        await this.paste(cells);
        afterwards();
      }
    });
    for (const kind of ["copy", "cut"]) {
      box.addEventListener(kind, (event) => {
        if (isEditing()) {
          return;
        }
        event.preventDefault();
        const lines = this.selection.cells();
        const { text, html } = forClipboard(lines.map((line) => line.map(([row, at]) => this.textOf(row, at))));
        event.clipboardData.setData("text/plain", text);
        event.clipboardData.setData("text/html", html);
        if (kind === "cut") {
          this.model.set(lines.flat().map(([row, at]) => [row, at, ""]));
        }
        this.say(`已复制 ${lines.length} 行 ${lines[0].length} 列`);
      });
    }
  }

  textOf(row, at) {
    return row ? (this.model.names[at].get(row.cells[at]) ?? row.cells[at]) : "";
  }

  async paste(cells) {
    const { model } = this;
    // Where the cells go is what was chosen when they were pasted, wherever the person has gone when the server answers.
    const { top, left, height, width } = this.selection;
    const chosen = { top, left, height, width };
    if (cells.length > model.limit + HEADINGS_WITHIN) {
      this.say(`一次最多粘贴 ${model.limit.toLocaleString()} 行，更多请用 Excel 导入`, true);
      return;
    }
    const fields = model.columns.slice(left).map((column) => column.field);
    if (mayHaveHeadings(cells, model.columns) || this.mayBeThere(cells, chosen)) {
      try {
        const { body } = await ask({ do: "paste", cells, fields });
        if (body.errors.length) {
          this.say(body.errors.join("；"), true);
          return;
        }
        if (body.headings || body.rows.some((row) => row.stored)) {
          this.place(body, chosen);
          return;
        }
      } catch (error) {
        this.say(error.message, true);
        return;
      }
    }
    this.lay(cells, chosen);
  }

  /** Cells on new rows that name whole keys may mean rows that are stored already. */
  mayBeThere(cells, chosen) {
    const { model } = this;
    const keys = model.columns.filter((column) => column.key);
    const covered = model.columns.slice(chosen.left, chosen.left + cells[0].length);
    return keys.length > 0 && keys.every((key) => covered.includes(key)) && (model.rows[chosen.top]?.isNew ?? true);
  }

  /** As they lie, from the chosen cell on; one cell or a block that fits several times fills what is chosen. */
  lay(cells, chosen) {
    const { model } = this;
    const [height, width] = [cells.length, cells[0].length];
    const tall = chosen.height % height === 0 ? Math.max(height, chosen.height) : height;
    const wide = chosen.width % width === 0 ? Math.max(width, chosen.width) : width;
    const missing = chosen.top + tall - model.rows.length;
    if (missing > 0 && model.step) {
      model.addEmpty(missing);
    }
    const changes = [];
    let beyond = 0;
    for (let down = 0; down < tall; down += 1) {
      const row = model.rows[chosen.top + down];
      for (let right = 0; right < wide; right += 1) {
        const at = chosen.left + right;
        if (row && at < model.columns.length) {
          changes.push([row, at, cells[down % height][right % width]]);
        } else if (cells[down % height][right % width] !== "") {
          beyond += 1;
        }
      }
    }
    const refused = model.set(changes);
    this.choose(chosen, [chosen.top, chosen.left, chosen.top + tall - 1, chosen.left + wide - 1]);
    this.tell(`已粘贴 ${tall} 行 ${wide} 列`, refused, beyond);
  }

  /** Under the columns and into the rows that the server recognised; the others become new rows. */
  place({ fields, rows, notes, headings }, chosen) {
    const { model } = this;
    const columns = fields.map((field) => model.at.get(field));
    const byKey = new Map(model.rows.filter((row) => !row.isNew).map((row) => [row.key, row]));
    const free = this.freeRows(rows.filter((row) => !byKey.has(row.stored?.key)).length, chosen.top);
    const changes = [];
    let [met, beyond] = [0, 0];
    const landed = [];
    for (const { cells, stored } of rows) {
      let row = stored && byKey.get(stored.key);
      if (!row) {
        row = free.shift();
        if (!row) {
          beyond += 1;
          continue;
        }
        if (stored) {
          model.adopt(row, stored);
          byKey.set(row.key, row);
        }
      }
      met += stored ? 1 : 0;
      landed.push(row.n - 1);
      cells.forEach((text, index) => {
        // What names a stored row stands there already, in its own words.
        if (!(stored && model.columns[columns[index]].key)) {
          changes.push([row, columns[index], text]);
        }
      });
    }
    const refused = model.set(changes);
    model.tell(landed.map((index) => model.rows[index]));
    if (landed.length) {
      this.choose(chosen, [Math.min(...landed), Math.min(...columns), Math.max(...landed), Math.max(...columns)]);
    }
    const how = headings ? "，按表头对齐" : "";
    const known = met ? `，其中 ${met} 行对上了原有的记录` : "";
    this.tell(`已粘贴 ${landed.length} 行${how}${known}`, refused, beyond, notes);
  }

  /** Choose what was pasted, unless the person has gone elsewhere meanwhile. */
  choose({ top, left, height, width }, [toTop, toLeft, bottom, right]) {
    const now = this.selection;
    if (now.top === top && now.left === left && now.height === height && now.width === width) {
      now.choose(toTop, toLeft, bottom, right);
    }
  }

  /** Empty new rows, from the row `top` on where it is empty, else from the first. */
  freeRows(count, top) {
    const { model } = this;
    const empty = model.rows.filter((row) => row.isEmpty);
    const start = empty.findIndex((row) => row.n - 1 === top);
    const free = start > 0 ? empty.slice(start) : empty;
    if (free.length < count && model.step) {
      free.push(...model.addEmpty(count - free.length));
    }
    return free.slice(0, count);
  }

  tell(text, refused, beyond, notes = []) {
    const parts = [text];
    if (refused) {
      parts.push(`${refused} 格是自动得出或不能改的，没有填入`);
    }
    if (beyond) {
      parts.push(`表格放不下的 ${beyond} 处没有填入`);
    }
    this.say([...parts, ...brief(notes)].join("；"), false, notes);
  }

  /** The first row of what is chosen into the rows below; of a single row, the cell above it. */
  fillDown() {
    const { model, selection } = this;
    const top = selection.height > 1 ? selection.top : selection.top - 1;
    if (top < 0 || !model.rows.length) {
      return;
    }
    const changes = [];
    for (let index = top + 1; index <= selection.bottom; index += 1) {
      for (let at = selection.left; at <= selection.right; at += 1) {
        changes.push([model.rows[index], at, model.rows[top].cells[at]]);
      }
    }
    model.set(changes);
  }

  /** What is chosen, over and over, into the rest of a rectangle around it; then all of it is chosen. */
  fillOut({ top, bottom, left, right }) {
    const { model, selection } = this;
    const { top: fromTop, left: fromLeft, height, width } = selection;
    const turn = (at, from, count) => from + ((((at - from) % count) + count) % count);
    const changes = [];
    for (let index = top; index <= bottom; index += 1) {
      for (let at = left; at <= right; at += 1) {
        if (!selection.has(index, at)) {
          const source = model.rows[turn(index, fromTop, height)];
          changes.push([model.rows[index], at, source.cells[turn(at, fromLeft, width)]]);
        }
      }
    }
    const refused = model.set(changes);
    selection.choose(top, left, bottom, right);
    if (refused) {
      this.say(`${refused.toLocaleString()} 格是自动得出的，或不能在这里改，没有填`);
    }
  }

  clear() {
    this.model.set(this.selection.cells().flat().map(([row, at]) => [row, at, ""]));
  }
}
