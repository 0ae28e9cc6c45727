// <input data-lookup="/url/" data-lookup-label="已选的名称">: suggests while typing; the value sent is the chosen one's.
// The address answers ?q= with {"results": [{"value", "label", "hint"}]}. Without JavaScript it is a plain text field,
// and text that matches no suggestion is sent as typed, so the server reads both values and names.
import { fresh } from "./dom.js";

let serial = 0;

function build(input) {
  const id = `lookup-${(serial += 1)}`;
  const carrier = document.createElement("input");
  carrier.type = "hidden";
  carrier.name = input.name;
  carrier.value = input.value;
  input.removeAttribute("name");
  if (input.dataset.lookupLabel) {
    input.value = input.dataset.lookupLabel;
  }

  const box = document.createElement("div");
  box.className = "lookup";
  input.before(box);
  const list = document.createElement("ul");
  list.className = "lookup-list";
  list.id = id;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  box.append(input, carrier, list);
  Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  }).forEach(([name, value]) => input.setAttribute(name, value));

  let results = [];
  let active = -1;
  let request = null;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (index) => {
    active = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    list.children[index]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", index < 0 ? "" : `${id}-${index}`);
  };

  const choose = (index) => {
    const result = results[index];
    if (!result) {
      return;
    }
    input.value = result.label;
    carrier.value = result.value;
    close();
    carrier.dispatchEvent(new Event("change", { bubbles: true }));
    input.dispatchEvent(new CustomEvent("lj:chosen", { bubbles: true, detail: result }));
  };

  const show = () => {
    list.replaceChildren(
      ...results.map((result, index) => {
        const item = document.createElement("li");
        item.id = `${id}-${index}`;
        item.setAttribute("role", "option");
        item.dataset.index = index;
        const label = document.createElement("span");
        label.textContent = result.label;
        const hint = document.createElement("span");
        hint.className = "note";
        hint.textContent = result.hint ?? "";
        item.append(label, hint);
        return item;
      }),
    );
    if (!results.length) {
      const none = document.createElement("li");
      none.className = "lookup-none";
      none.textContent = "没有找到，可换拼音首字母再试";
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(results.length === 1 ? 0 : -1);
  };

  const look = async () => {
    request?.abort();
    request = new AbortController();
    const address = new URL(input.dataset.lookup, window.location.href);
    address.searchParams.set("q", input.value.trim());
    try {
      const answer = await fetch(address, {
        signal: request.signal,
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      });
      if (answer.ok) {
        results = (await answer.json()).results ?? [];
        show();
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        close();
      }
    }
  };

  input.addEventListener("input", (event) => {
    carrier.value = input.value;
    clearTimeout(timer);
    if (event.isComposing) {
      return;
    }
    if (input.value.trim()) {
      timer = setTimeout(look, 180);
    } else {
      request?.abort();
      close();
    }
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 60);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      return;
    }
    const open = !list.hidden && results.length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((active + step + results.length) % results.length);
      } else {
        look();
      }
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Tab" && open && active >= 0) {
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 120));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[data-index]");
    if (item) {
      choose(Number(item.dataset.index));
    }
  });
}

export function start(root) {
  fresh(root, "input[data-lookup]", "Lookup").forEach(build);
}
