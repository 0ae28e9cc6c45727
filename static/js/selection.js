// The selection bar: shown once a row is chosen; Shift chooses a range. Without JavaScript it is always there.
import { fresh } from "./dom.js";

export function start(root) {
  for (const bar of fresh(root, "[data-selection-bar]", "Selection")) {
    const boxes = () => [...document.querySelectorAll(`[data-select-row][form="${bar.id}"]`)];
    const all = document.querySelector("[data-select-all]");
    let last = null;

    const show = () => {
      const rows = boxes();
      const chosen = rows.filter((box) => box.checked).length;
      const every = bar.querySelector("[data-selection-all]:checked");
      bar.querySelector("[data-selection-count]").textContent = every ? every.dataset.selectionAll : chosen;
      bar.hidden = chosen === 0;
      if (all) {
        all.checked = chosen > 0 && chosen === rows.length;
        all.indeterminate = chosen > 0 && chosen < rows.length;
      }
    };

    document.addEventListener("click", (event) => {
      const box = event.target.closest(`[data-select-row][form="${bar.id}"]`);
      if (!box) {
        return;
      }
      if (event.shiftKey && last) {
        const rows = boxes();
        const [from, to] = [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b);
        for (const other of rows.slice(from, to + 1)) {
          other.checked = box.checked;
        }
      }
      last = box;
      show();
    });
    if (all) {
      all.hidden = false;
      all.addEventListener("change", () => {
        for (const box of boxes()) {
          box.checked = all.checked;
        }
        show();
      });
    }
    bar.addEventListener("change", () => show());
    bar.addEventListener("reset", () => setTimeout(show));
    window.addEventListener("pageshow", show);
    show();
  }
}
