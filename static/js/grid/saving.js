// Saving: all changed rows in one request, all or none. What somebody saved meanwhile is put beside what was typed.
import { brief } from "./notes.js";
import { ask } from "./server.js";

export class Saver {
  constructor(model, checker, say) {
    Object.assign(this, { model, checker, say });
    this.saving = false;
  }

  async save() {
    const { model } = this;
    if (this.saving) {
      return;
    }
    const rows = model.changed;
    if (!rows.length) {
      this.say("没有要保存的改动");
      return;
    }
    if (model.openClashes) {
      this.say("还有别人刚改过的格子没有核对，请先在右边逐个选定", true);
      return;
    }
    this.checker.stop();
    this.saving = true;
    this.say(`正在保存 ${rows.length} 行…`);
    const states = new Map(rows.map((row) => [row, row.touched]));
    try {
      const { status, body } = await ask({ do: "save", rows: rows.map((row) => model.sent(row)) });
      if (status === 409) {
        this.checker.take(states, body);
        this.meet(body.conflicts);
      } else if (status === 400) {
        this.checker.take(states, body);
        this.say(`没有保存：有 ${body.errors.length} 处需要改正，已标红`, true);
        this.refused?.();
      } else {
        this.keep(states, body);
      }
    } catch (error) {
      this.say(error.message, true);
    } finally {
      this.saving = false;
      model.tell([]);
    }
  }

  /** What was saved is what stands; what was typed during the save stays as a change. */
  keep(states, { saved, created, updated, unchanged, notes, warnings = [] }) {
    const { model } = this;
    const still = new Set();
    for (const stored of saved) {
      const row = model.rows[stored.n - 1];
      const same = states.get(row) === row.touched;
      Object.assign(row, { key: stored.key, version: stored.version, base: [...stored.cells], carried: null });
      if (same) {
        row.cells = [...stored.cells];
        still.add(row);
      }
      row.clear();
    }
    this.checker.warn(warnings, still);
    model.forgetSteps();
    model.tell(saved.map((stored) => model.rows[stored.n - 1]));
    const parts = [
      created ? `新增 ${created} 行` : "",
      updated ? `修改 ${updated} 行` : "",
      unchanged ? `${unchanged} 行与原有的相同` : "",
      warnings.length ? `有 ${warnings.length} 处提醒请核对` : "",
    ].filter(Boolean);
    this.say([`已保存：${parts.join("，")}`, ...brief(notes)].join("；"), false, notes);
  }

  /** Theirs beside mine: cells I did not touch take theirs, cells we both changed wait for a decision. */
  meet(conflicts) {
    const { model } = this;
    const rows = [];
    let taken = 0;
    const known = conflicts.filter(({ n }) => model.rows[n - 1].isNew).length;
    for (const { n, key, version, cells, by, at } of conflicts) {
      const row = model.rows[n - 1];
      const open = new Map();
      cells.forEach((theirs, index) => {
        const mine = row.cells[index];
        const base = row.base[index];
        if (model.alike(index, theirs, mine) || (theirs === base && !row.isNew)) {
          return;
        }
        const named = row.isNew && model.columns[index].key; // how a new row named the stored one
        if (model.columns[index].readonly || mine === base || named) {
          row.cells[index] = theirs;
          taken += named || model.columns[index].readonly ? 0 : 1;
        } else {
          open.set(index, { theirs, by, at });
        }
      });
      Object.assign(row, { key, version, base: [...cells], carried: null });
      row.clear();
      row.touched += 1;
      if (open.size) {
        model.clashes.set(row, open);
      }
      rows.push(row);
    }
    model.forgetSteps();
    model.tell(rows);
    const who = [...new Set(conflicts.map(({ by }) => by))].join("、");
    const what = known === rows.length ? `${known} 行原来就有记录` : `您填写期间，${who}保存了 ${rows.length} 行`;
    const also = taken ? `；您没有动过的 ${taken} 格已换成已保存的` : "";
    this.say(`没有保存：${what}。您填的都还在，请核对后再保存${also}`, true);
    this.refused?.();
  }

  /** Decide one cell, or all that are open. */
  settle(row, at, takeTheirs) {
    const clash = this.model.clashes.get(row)?.get(at);
    if (!clash) {
      return;
    }
    this.model.clashes.get(row).delete(at);
    if (takeTheirs) {
      this.model.set([[row, at, clash.theirs]]);
    } else {
      this.model.tell([row]);
    }
  }

  settleAll(takeTheirs) {
    for (const [row, cells] of [...this.model.clashes]) {
      for (const at of [...cells.keys()]) {
        this.settle(row, at, takeTheirs);
      }
    }
  }
}
