// One text box that always has the focus: out of sight while cells are only chosen, so that keys, pastes and the first
// character of an input method arrive, and over the cell while it is edited. Drop-downs and look-ups hang below it.

const WAIT = 180; // milliseconds between typing and asking a look-up
const SHOWN = 60; // options in the list

/** What Enter takes: what was typed in full, else the first that fits; of namesakes none. */
function meant(options, typed) {
  const same = options.flatMap(({ label, value }, at) => (label === typed || value === typed ? [at] : []));
  return same.length > 1 ? -1 : (same[0] ?? (options.length ? 0 : -1));
}

export class Editor {
  constructor(sheet, model, selection) {
    Object.assign(this, { sheet, model, selection });
    this.mode = ""; // "" chosen only, "typed" a character began it, "opened" by F2 or a double click
    this.box = document.createElement("textarea");
    this.box.className = "grid-input";
    this.box.rows = 1;
    this.box.spellcheck = false;
    this.box.setAttribute("aria-label", "单元格");
    this.box.setAttribute("autocomplete", "off");
    this.list = document.createElement("ul");
    this.list.className = "grid-options lookup-list";
    this.list.id = "grid-options";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    sheet.holder.parentElement.append(this.box, this.list);
    this.options = [];
    this.marked = -1;
    this.timer = 0;
    this.request = null;

    this.box.addEventListener("compositionstart", () => this.begin("typed", this.box.value));
    this.box.addEventListener("input", (event) => {
      if (!this.mode) {
        this.begin("typed", this.box.value);
      }
      this.fit();
      if (!event.isComposing) {
        this.offer();
      }
    });
    this.box.addEventListener("compositionend", () => this.offer());
    this.box.addEventListener("blur", () => setTimeout(() => this.list.contains(document.activeElement) || this.close(), 100));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[data-index]");
      if (item) {
        this.take(Number(item.dataset.index));
        this.commit();
      }
    });
    selection.addEventListener("moved", () => this.follow());
    sheet.moved = () => this.follow();
    sheet.scroller.addEventListener("scroll", () => this.follow());
  }

  get column() {
    return this.model.columns[this.selection.column];
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Lay the box over the active cell. */
  follow() {
    const cell = this.sheet.cell(this.selection.row, this.selection.column);
    this.box.classList.toggle("is-away", !cell);
    if (!cell) {
      return;
    }
    const frame = this.sheet.holder.parentElement.getBoundingClientRect();
    const box = cell.getBoundingClientRect();
    this.box.style.left = `${box.left - frame.left}px`;
    this.box.style.top = `${box.top - frame.top}px`;
    this.least = box.width;
    this.box.style.height = `${box.height}px`;
    this.list.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - 240))}px`;
    const below = box.bottom - frame.top;
    const room = frame.height - below;
    this.list.style.top = room > 160 ? `${below}px` : "";
    this.list.style.bottom = room > 160 ? "" : `${frame.height - (box.top - frame.top)}px`;
    this.list.style.minWidth = `${Math.max(box.width, 180)}px`;
    this.fit();
  }

  fit() {
    const longest = Math.max(...this.box.value.split("\n").map((line) => line.length), 1);
    const wide = Math.min(Math.max(this.least ?? 0, longest * 14 + 30), Math.max(420, this.least ?? 0));
    this.box.style.width = this.mode ? `${wide}px` : "1px";
  }

  /** Begin to edit the active cell. */
  begin(mode, text) {
    const { row, column } = this.selection;
    if (this.mode || !this.model.canWrite(this.model.rows[row], column)) {
      if (!this.mode) {
        this.box.value = "";
        this.refused?.();
      }
      return;
    }
    this.mode = mode;
    this.row = this.model.rows[row];
    this.at = column;
    this.picked = null;
    this.answered = null; // the text whose look-up is listed
    this.box.classList.add("is-editing");
    this.box.classList.toggle("is-number", this.column.type === "number");
    if (text === undefined) {
      const stands = this.row.cells[column];
      this.box.value = this.model.names[column].get(stands) ?? stands;
      this.box.select();
    }
    this.follow();
    this.focus();
    if (mode === "opened") {
      this.offer(true);
    }
  }

  /** Take what was typed into the cell. */
  commit() {
    if (!this.mode) {
      return;
    }
    const shown = this.box.value.trim();
    const stands = this.row.cells[this.at];
    const unchanged = (this.model.names[this.at].get(stands) ?? stands) === shown;
    const picked = this.picked?.label === shown;
    const early = !picked && !unchanged && shown !== "" && this.column.lookup && this.answered !== shown;
    this.end();
    this.model.set([[this.row, this.at, picked ? this.picked.value : unchanged ? stands : shown]]);
    if (early) {
      this.catchUp(this.row, this.at, shown);
    }
  }

  cancel() {
    this.end();
  }

  end() {
    this.mode = "";
    this.close();
    clearTimeout(this.timer);
    this.request?.abort();
    this.box.value = "";
    this.box.classList.remove("is-editing");
    this.follow();
  }

  // -- drop-downs and look-ups

  /** Offer what fits to the text typed so far; all of it where the cell was opened. */
  offer(all = false) {
    if (!this.mode) {
      return;
    }
    const typed = all ? "" : this.box.value.trim();
    if (this.column.options.length) {
      const fits = this.column.options.filter((label) => label.toLowerCase().includes(typed.toLowerCase()));
      this.present(fits.map((label) => ({ value: label, label, hint: "" })), typed);
    } else if (this.column.lookup && (typed || all)) {
      clearTimeout(this.timer);
      this.mark(-1); // what is listed answers an earlier text
      this.answered = null;
      this.timer = setTimeout(() => this.look(typed), all ? 0 : WAIT);
    } else {
      this.close();
    }
  }

  async look(typed) {
    this.request?.abort();
    this.request = new AbortController();
    const found = await this.found(this.column.lookup, typed, this.request.signal);
    if (found && this.mode) {
      this.answered = typed;
      this.present(found, typed);
    }
  }

  /** What a look-up suggests; null where it was given up or could not be asked. */
  async found(lookup, typed, signal) {
    const address = new URL(lookup, window.location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
      return answer.ok ? ((await answer.json()).results ?? []) : null;
    } catch {
      return null;
    }
  }

  /** A cell left before its look-up had answered: the answer is put in when it comes, if the text still stands. */
  async catchUp(row, at, typed) {
    const found = await this.found(this.model.columns[at].lookup, typed);
    const option = found?.[meant(found, typed)];
    if (option && row.cells[at] === typed) {
      this.model.names[at].set(option.value, option.label);
      this.model.set([[row, at, option.value]]);
    }
  }

  present(options, typed) {
    this.options = options.slice(0, SHOWN);
    this.list.replaceChildren(
      ...this.options.map((option, index) => {
        const item = document.createElement("li");
        item.id = `grid-option-${index}`;
        item.dataset.index = index;
        item.setAttribute("role", "option");
        const label = document.createElement("span");
        label.textContent = option.label;
        const hint = document.createElement("span");
        hint.className = "note";
        hint.textContent = option.hint ?? "";
        item.append(label, hint);
        return item;
      }),
    );
    this.list.hidden = !this.options.length;
    this.mark(typed && typed === this.box.value.trim() ? meant(this.options, typed) : -1);
  }

  mark(index) {
    this.marked = index;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", index < 0 ? "" : `grid-option-${index}`);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  turn(step) {
    const count = this.options.length;
    this.mark(this.marked < 0 && step < 0 ? count - 1 : (this.marked + step + count) % count);
  }

  take(index) {
    const option = this.options[index];
    if (option) {
      this.picked = option;
      this.box.value = option.label;
      if (this.column.lookup) {
        this.model.names[this.at].set(option.value, option.label);
      }
    }
  }

  /** What is marked in the list is taken along when the cell is left. */
  takeMarked() {
    if (this.isOpen && this.marked >= 0) {
      this.take(this.marked);
    }
  }

  close() {
    this.list.hidden = true;
    this.options = [];
    this.marked = -1;
  }
}
