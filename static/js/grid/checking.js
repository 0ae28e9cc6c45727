// Asking the server what is wrong, a moment after something was typed: only for rows that changed since, those found
// wrong before, and those with the same key. Nothing is written by it.
import { ask } from "./server.js";

const WAIT = 350; // milliseconds after the last change
const MORE = 500; // rows that are asked for again because of others

export class Checker {
  constructor(model, say) {
    Object.assign(this, { model, say });
    this.waiting = new Set();
    this.timer = 0;
    this.asking = false;
    this.rest = Promise.resolve();
    model.addEventListener("changed", ({ detail }) => {
      const rows = detail.filter((row) => this.seen.get(row) !== row.touched);
      rows.forEach((row) => this.waiting.add(row));
      if (rows.length) {
        this.later();
      }
    });
  }

  seen = new WeakMap(); // row → the state of it that was asked for

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), WAIT);
  }

  /** Forget what waits: a save asks about everything. */
  stop() {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  async run() {
    if (this.asking) {
      this.later();
      return;
    }
    const rows = this.gather();
    this.waiting.clear();
    const asked = rows.filter((row) => !row.isEmpty && row.isChanged);
    const quiet = rows.filter((row) => !asked.includes(row));
    quiet.forEach((row) => row.clear());
    if (!asked.length) {
      this.model.tell(quiet);
      return;
    }
    const states = new Map(asked.map((row) => [row, row.touched]));
    this.asking = true;
    try {
      const { body } = await ask({ do: "check", rows: asked.map((row) => this.model.sent(row)) });
      this.take(states, body);
    } catch (error) {
      this.say(error.message, true);
    } finally {
      this.asking = false;
    }
  }

  gather() {
    const wanted = new Set(this.waiting);
    wanted.forEach((row) => this.seen.set(row, row.touched));
    const keys = this.model.columns.flatMap((column, at) => (column.key ? [at] : []));
    const keyOf = (row) => keys.map((at) => row.cells[at]).join("\t");
    const named = new Set([...wanted].map(keyOf));
    let more = 0;
    for (const row of this.model.changed) {
      if (more < MORE && !wanted.has(row) && (row.problems.size || (keys.length && named.has(keyOf(row))))) {
        wanted.add(row);
        more += 1;
      }
    }
    return [...wanted];
  }

  /** Put an answer on rows that are still as they were asked for. */
  take(states, { errors, warnings = [], there = [] }) {
    const { model } = this;
    const still = new Set([...states].filter(([row, touched]) => row.touched === touched).map(([row]) => row));
    still.forEach((row) => row.clear());
    for (const { n, field, message } of errors) {
      const row = model.rows[n - 1];
      if (n === 0) {
        this.say(message, true);
      } else if (still.has(row)) {
        row.problems.set(model.at.get(field) ?? -1, message);
      }
    }
    this.warn(warnings, still);
    for (const stored of there) {
      const row = model.rows[stored.n - 1];
      if (still.has(row)) {
        row.there = stored;
      }
    }
    model.tell([...still]);
  }

  /** Put what is unusual on its rows, two sentences about one cell under each other; rows without a cell for it at -1. */
  warn(warnings, still) {
    for (const { n, field, message } of warnings) {
      const row = this.model.rows[n - 1];
      if (still.has(row)) {
        const at = this.model.at.get(field) ?? -1;
        row.warnings.set(at, row.warnings.has(at) ? `${row.warnings.get(at)}；${message}` : message);
      }
    }
  }
}
