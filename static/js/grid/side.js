// The list at the right (what wants doing, each line leads to its cell) and the line at the bottom.

const SHOWN = 200;

function button(label, act, css = "btn btn-sm") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.textContent = label;
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    act();
  });
  return made;
}

export class Side {
  constructor(root, model, { go, saver, bring }) {
    Object.assign(this, { root, model, go, saver, bring });
    const part = (name) => root.querySelector(`[data-grid-${name}]`);
    Object.assign(this, { box: part("side"), title: part("side-title"), actions: part("side-actions"), list: part("side-list") });
    this.said = part("said");
    this.counts = Object.fromEntries(["rows", "changed", "wrong", "warned"].map((name) => [name, root.querySelector(`[data-grid-count="${name}"]`)]));
    this.tip = part("tip");
    this.drawn = "";
    model.addEventListener("changed", () => this.draw());
    model.addEventListener("added", () => this.draw());
  }

  say(text, wrong = false, notes = []) {
    this.said.textContent = text;
    this.said.title = notes.join("\n");
    this.said.classList.toggle("is-wrong", wrong);
  }

  /** [row, column index, message, buttons] of everything that wants doing, clashes first. */
  entries() {
    const found = [];
    for (const [row, cells] of this.model.clashes) {
      for (const [at, { theirs, by, at: when }] of cells) {
        const message = `${by}（${when}）填的是“${theirs || "空"}”，您填的是“${row.cells[at] || "空"}”`;
        found.push([row, at, message, [
          ["保留我的", () => this.saver.settle(row, at, false)],
          ["用对方的", () => this.saver.settle(row, at, true)],
        ]]);
      }
    }
    for (const row of this.model.rows) {
      for (const [at, message] of row.problems) {
        found.push([row, at, message, []]);
      }
      if (row.there) {
        found.push([row, -1, "这一条已有记录", [["并入原有的记录", () => this.bring(row)]]]);
      }
    }
    return [...found, ...this.warned()];
  }

  /** What is unusual, behind all that wants doing. */
  warned() {
    return this.model.rows.flatMap((row) => [...row.warnings].map(([at, message]) => [row, at, `提醒：${message}`, []]));
  }

  draw() {
    const { model } = this;
    const changed = model.changed;
    const entries = this.entries();
    const warned = this.warned().length;
    const wrong = entries.filter(([, , , buttons]) => !buttons.length).length - warned;
    this.counts.rows.textContent = model.filled.length.toLocaleString();
    this.counts.changed.textContent = changed.length.toLocaleString();
    this.counts.wrong.textContent = wrong.toLocaleString();
    this.counts.warned.textContent = warned.toLocaleString();
    this.counts.warned.parentElement.hidden = !warned;
    this.counts.wrong.parentElement.classList.toggle("is-wrong", wrong > 0);
    this.tip.classList.toggle("is-quiet", changed.length > 0);
    const signature = JSON.stringify(entries.slice(0, SHOWN).map(([row, at, message]) => [row.n, at, message])) + entries.length;
    if (signature !== this.drawn) {
      this.drawn = signature;
      this.drawList(entries);
    }
  }

  drawList(entries) {
    const { model } = this;
    this.box.hidden = !entries.length;
    const open = [...model.clashes.values()].reduce((sum, cells) => sum + cells.size, 0);
    this.title.textContent = open ? `${open} 格与别人刚保存的不同` : `${entries.length.toLocaleString()} 处需要${entries.length > this.warned().length ? "处理" : "核对"}`;
    this.actions.replaceChildren(
      ...(open > 1 ? [button("全部保留我的", () => this.saver.settleAll(false)), button("全部用对方的", () => this.saver.settleAll(true))] : []),
    );
    this.list.replaceChildren(
      ...entries.slice(0, SHOWN).map(([row, at, message, buttons]) => {
        const item = document.createElement("li");
        const place = document.createElement("button");
        place.type = "button";
        place.className = "grid-place";
        const heading = at >= 0 ? ` ${model.columns[at].heading}` : "";
        const where = document.createElement("b");
        where.textContent = `第 ${row.n} 行${heading}`;
        place.append(where, ` ${message}`);
        place.addEventListener("click", () => this.go(row, Math.max(at, 0)));
        item.append(place, ...buttons.map(([label, act]) => button(label, act)));
        return item;
      }),
    );
    if (entries.length > SHOWN) {
      const rest = document.createElement("li");
      rest.className = "note";
      rest.textContent = `还有 ${(entries.length - SHOWN).toLocaleString()} 处，改正后会接着列出`;
      this.list.append(rest);
    }
  }
}
