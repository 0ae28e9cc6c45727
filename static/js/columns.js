// The column chooser: buttons move a column up and down; the order of the list is the order that is sent.
import { fresh } from "./dom.js";

export function start(root) {
  for (const form of fresh(root, "form[data-columns]", "Columns")) {
    for (const button of form.querySelectorAll("[data-move]")) {
      button.hidden = false;
    }
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) {
        return;
      }
      const item = button.closest("li");
      const up = button.dataset.move === "up";
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (other) {
        other[up ? "before" : "after"](item);
        button.focus();
        item.scrollIntoView({ block: "nearest" });
      }
    });
  }
}
