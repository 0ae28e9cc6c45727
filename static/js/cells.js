// data-cells="prefix": a table of fields that takes a pasted block, grows by rows, and is walked by the arrow keys.
// The names of the fields are a Django formset's (prefix-3-name). A removed row is emptied: a blank row is no row.
import { fresh } from "./dom.js";
import { fromText } from "./grid/clipboard.js";

const YES = /^(是|需要?|要|有|√|✓|1|y|yes|true)$/i;

const plain = (text) => text.normalize("NFKC").replace(/\(.*?\)|[\s*]/g, "");

function put(control, text) {
  if (control instanceof HTMLSelectElement) {
    const option = [...control.options].find((each) => each.value && each.text === text.trim());
    control.value = option?.value ?? (YES.test(text.trim()) ? [...control.options].at(-1).value : "");
  } else {
    control.value = text.trim();
  }
}

class Cells {
  constructor(box) {
    this.body = box.querySelector("[data-cells-rows]");
    this.empty = box.querySelector("[data-cells-empty]");
    this.total = box.querySelector(`[name="${box.dataset.cells}-TOTAL_FORMS"]`);
    this.limit = Number(box.querySelector(`[name="${box.dataset.cells}-MAX_NUM_FORMS"]`).value);
    this.said = box.querySelector("[data-cells-said]");
    this.headings = [...box.querySelectorAll("thead th[scope]")].map((head) => plain(head.textContent));
    this.add = box.querySelector("[data-cells-add]");
    this.settle();
    box.querySelector("[data-cells-tip]")?.removeAttribute("hidden");
    this.body.querySelectorAll("[data-cells-remove]").forEach((button) => (button.hidden = false));
    this.add.addEventListener("click", () => this.focus(this.grow(), 0));
    this.body.addEventListener("click", (event) => this.remove(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("paste", (event) => this.paste(event));
  }

  get rows() {
    return [...this.body.querySelectorAll("[data-cells-row]")].filter((row) => !row.hidden);
  }

  controls(row) {
    return [...row.querySelectorAll("[data-cell]")];
  }

  grow() {
    if (this.rows.length >= this.limit) {
      this.said.textContent = `最多 ${this.limit} 行`;
      return this.rows.at(-1);
    }
    this.body.insertAdjacentHTML("beforeend", this.empty.innerHTML.replaceAll("__prefix__", this.total.value));
    this.total.value = Number(this.total.value) + 1;
    const row = this.body.lastElementChild;
    row.querySelector("[data-cells-remove]").hidden = false;
    this.settle();
    return row;
  }

  settle() {
    this.add.hidden = this.rows.length >= this.limit;
  }

  focus(row, column) {
    const control = row && this.controls(row)[column];
    control?.focus();
    control?.select?.();
  }

  changed() {
    this.body.dispatchEvent(new Event("change", { bubbles: true }));
  }

  remove(event) {
    const row = event.target.closest("[data-cells-remove]")?.closest("[data-cells-row]");
    if (!row) {
      return;
    }
    const next = this.rows[this.rows.indexOf(row) + 1] ?? this.rows[this.rows.indexOf(row) - 1];
    this.controls(row).forEach((control) => put(control, ""));
    row.hidden = true;
    this.settle();
    this.changed();
    this.said.textContent = "已删除一行";
    if (next) {
      this.focus(next, 0);
    } else {
      this.add.focus();
    }
  }

  key(event) {
    const row = event.target.closest("[data-cells-row]");
    const vertical = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (!row || !vertical || event.isComposing || event.ctrlKey || event.metaKey) {
      return;
    }
    const choosing = event.target instanceof HTMLSelectElement || event.target.hasAttribute("list");
    if (event.key !== "Enter" && choosing && !event.altKey) {
      return; // the arrows choose there
    }
    const column = this.controls(row).indexOf(event.target);
    if (column < 0) {
      return;
    }
    event.preventDefault(); // Enter would send the form
    const at = this.rows.indexOf(row);
    const other = this.rows[at + vertical];
    if (event.altKey && event.key !== "Enter") {
      this.swap(row, other, column);
    } else {
      this.focus(other ?? (event.key === "Enter" && vertical > 0 ? this.grow() : null), column);
    }
  }

  swap(row, other, column) {
    if (!other) {
      return;
    }
    const theirs = this.controls(other);
    this.controls(row).forEach((control, at) => {
      [control.value, theirs[at].value] = [theirs[at].value, control.value];
    });
    this.changed();
    this.focus(other, column);
  }

  paste(event) {
    const cells = fromText(event.clipboardData?.getData("text/plain") ?? "");
    const row = event.target.closest("[data-cells-row]");
    const column = row ? this.controls(row).indexOf(event.target) : -1;
    if (column < 0 || (cells.length < 2 && (cells[0]?.length ?? 0) < 2)) {
      return;
    }
    event.preventDefault();
    const named = cells[0].map((text) => this.headings.indexOf(plain(text)));
    const headed = named.filter((at) => at >= 0).length > 1;
    const places = headed ? named : cells[0].map((_, at) => column + at);
    const lines = headed ? cells.slice(1) : cells;
    let target = row;
    let count = 0;
    for (const line of lines) {
      target ??= this.grow();
      const controls = this.controls(target);
      line.forEach((text, at) => controls[places[at]] && put(controls[places[at]], text));
      const following = this.rows[this.rows.indexOf(target) + 1];
      count += 1;
      if (!following && this.rows.length >= this.limit) {
        break;
      }
      target = following ?? null;
    }
    this.changed();
    const left = lines.length - count;
    this.said.textContent = `已粘贴 ${count} 行${left ? `；最多 ${this.limit} 行，后面 ${left} 行没有粘贴` : ""}`;
  }
}

// <datalist data-cells-options="categories-name">: offers what stands in that column of another table of the page.
function offer(list) {
  const [prefix, name] = list.dataset.cellsOptions.split("-");
  const table = document.querySelector(`[data-cells="${prefix}"]`);
  const read = () => {
    const values = [...table.querySelectorAll(`[name^="${prefix}-"][name$="-${name}"]`)].map((field) => field.value.trim());
    list.replaceChildren(...[...new Set(values)].filter(Boolean).map((value) => new Option("", value)));
  };
  table.addEventListener("change", read);
}

export function start(root) {
  for (const box of fresh(root, "[data-cells]", "Cells")) {
    new Cells(box);
  }
  for (const list of fresh(root, "datalist[data-cells-options]", "CellsOptions")) {
    offer(list);
  }
}
