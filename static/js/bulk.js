// Filling a value of a bulk change ticks it; unticking leaves the value and does not send the change.
import { fresh } from "./dom.js";

export function start(root) {
  for (const form of fresh(root, "form[data-bulk]", "Bulk")) {
    form.addEventListener("input", (event) => {
      const box = event.target.type === "checkbox" ? null : event.target.closest("li")?.querySelector('input[name="on"]');
      if (box) {
        box.checked = true;
      }
    });
  }
}
