// Every htmx request that writes carries Django's token; it never leaves this origin.
import { meta } from "./dom.js";

export function csrfToken() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value || meta("csrf-token");
}

export function start() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") {
      event.detail.headers["X-CSRFToken"] = csrfToken();
    }
  });
}
