// data-print: a button that opens the browser's print dialog; hidden where there is no script to press it with.
import { fresh } from "./dom.js";

export function start(root) {
  for (const button of fresh(root, "[data-print]", "Print")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
