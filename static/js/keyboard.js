// / search, g h home, n new (data-key="n"), ? help, Ctrl+S save (form[data-save]).
import { isTyping } from "./dom.js";

export function start() {
  let last = "";
  const help = document.getElementById("help-dialog");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      const form = event.target.closest?.("form[data-save]") ?? document.querySelector("form[data-save]");
      if (form) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[data-submit]"));
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) {
      last = "";
      return;
    }
    if (document.querySelector("dialog[open]")) {
      return;
    }
    const keys = last + event.key;
    last = event.key === "g" ? "g" : "";
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "?") {
      help?.showModal();
    } else if (keys === "gh" && document.body.dataset.home) {
      window.location.assign(document.body.dataset.home);
    } else if (event.key === "n") {
      document.querySelector('[data-key="n"]')?.click();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) {
      help?.showModal();
    }
  });
}
