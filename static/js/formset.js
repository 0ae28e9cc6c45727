// data-formset="prefix": adds rows from the <template>, takes rows away (ticks DELETE where there is one).
import { fresh } from "./dom.js";

export function start(root) {
  for (const box of fresh(root, "[data-formset]", "Formset")) {
    const prefix = box.dataset.formset;
    const total = box.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
    const limit = Number(box.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`)?.value || 1000);
    const rows = box.querySelector("[data-formset-rows]");
    const empty = box.querySelector("[data-formset-empty]");
    const add = box.querySelector("[data-formset-add]");
    const shown = () => [...rows.querySelectorAll("[data-formset-row]")].filter((row) => !row.hidden);
    const settle = () => {
      add.hidden = shown().length >= limit;
    };
    const removed = (row) => row.querySelector('input[type="checkbox"][name$="-DELETE"]');

    const dress = (row) => {
      const box = removed(row);
      if (box) {
        box.closest(".formset-delete").hidden = true;
      }
      // Without DELETE only the last, newly added row can go: numbers must stay without gaps.
      row.querySelector("[data-formset-remove]").hidden = !box;
    };
    rows.querySelectorAll("[data-formset-row]").forEach(dress);
    settle();

    add.addEventListener("click", () => {
      const html = empty.innerHTML.replaceAll("__prefix__", total.value);
      rows.insertAdjacentHTML("beforeend", html);
      total.value = Number(total.value) + 1;
      const row = rows.lastElementChild;
      dress(row);
      row.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      settle();
    });
    rows.addEventListener("click", (event) => {
      const row = event.target.closest("[data-formset-remove]")?.closest("[data-formset-row]");
      const tick = row && removed(row);
      if (tick) {
        tick.checked = true;
        row.hidden = true;
        tick.dispatchEvent(new Event("change", { bubbles: true }));
        settle();
        add.focus();
      }
    });
  }
}
