// Forms: leaving with changes asks (data-leave-guard), a form is sent once, the error list takes the focus,
// and a field of the conflict panel can take the other person's value (data-take).
import { fresh } from "./dom.js";

const changed = new Set();

window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) {
    event.preventDefault();
    event.returnValue = "";
  }
});

// Options that arrive from the server while a person has already chosen: what he chose stays, where it is still offered.
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target instanceof HTMLSelectElement) {
    target.dataset.ljChosen = target.value;
  }
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const chosen = target instanceof HTMLSelectElement && target.dataset.ljChosen;
  if (chosen && [...target.options].some((option) => option.value === chosen)) {
    target.value = chosen;
  }
});

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-lj-sending]")) {
    button.disabled = false;
    delete button.dataset.ljSending;
  }
});

// What the browser says of its own accord, it says in its own language: our words instead.
function complaint(field) {
  if (field.validity.valueMissing) {
    if (field.type === "file") {
      return "请先选择文件";
    }
    return field instanceof HTMLSelectElement || ["radio", "checkbox"].includes(field.type) ? "请选择" : "请填写这一项";
  }
  if (field.validity.badInput || field.validity.typeMismatch) {
    return field.type === "date" ? "请填写完整的日期，如 2026-09-30" : "请按格式填写";
  }
  return "请核对这一项";
}

document.addEventListener("invalid", ({ target }) => target.validity.customError || target.setCustomValidity(complaint(target)), true);
for (const type of ["input", "change"]) {
  document.addEventListener(type, ({ target }) => target.setCustomValidity?.(""), true);
}

const NO_FILE = "可以点这里选择，也可以把文件拖到这里";

// The picker in our words; the input itself lies over the box, so that clicking, dropping and the keyboard stay its own.
function dressPicker(input) {
  const box = document.createElement("div");
  const button = document.createElement("span");
  const name = document.createElement("span");
  box.className = "file-box";
  button.className = "btn";
  button.textContent = "选择文件";
  name.className = "file-name";
  for (const part of [button, name]) {
    part.setAttribute("aria-hidden", "true");
  }
  const tell = () => {
    name.textContent = [...input.files].map((file) => file.name).join("、") || NO_FILE;
    name.classList.toggle("note", !input.files.length);
  };
  input.replaceWith(box);
  box.append(button, name, input);
  input.addEventListener("change", tell);
  tell();
}

function take(button) {
  const form = button.closest("form");
  const field = form.elements.namedItem(button.dataset.take);
  if (!field) {
    return;
  }
  const value = button.dataset.takeValue;
  if (field instanceof RadioNodeList) {
    field.value = value;
  } else if (field.type === "checkbox") {
    field.checked = ["True", "true", "1", "on", "是"].includes(value);
  } else {
    field.value = value;
    const shown = field.closest(".lookup")?.querySelector('[role="combobox"]');
    if (shown) {
      shown.value = button.dataset.takeLabel;
    }
  }
  const target = field instanceof RadioNodeList ? field[0] : field;
  target.dispatchEvent(new Event("change", { bubbles: true }));
  button.textContent = "已采用";
  button.disabled = true;
}

export function start(root) {
  for (const form of fresh(root, "form[data-leave-guard]", "Guard")) {
    if (form.hasAttribute("data-dirty")) {
      changed.add(form);
    }
    form.addEventListener("input", () => changed.add(form));
    form.addEventListener("change", () => changed.add(form));
  }
  for (const form of fresh(root, "form[method=post]", "Once")) {
    form.addEventListener("submit", (event) => {
      changed.delete(form);
      const button = event.submitter;
      if (button && !event.defaultPrevented && !form.hasAttribute("hx-post")) {
        // After the browser has read the button's own name and value.
        setTimeout(() => {
          button.dataset.ljSending = "1";
          button.disabled = true;
        });
      }
    });
  }
  for (const input of fresh(root, '.field input[type="file"]', "Picker")) {
    dressPicker(input);
  }
  for (const button of fresh(root, "[data-take]", "Take")) {
    button.hidden = false;
    button.addEventListener("click", () => take(button));
  }
  for (const summary of fresh(root, "[data-error-summary]", "Summary")) {
    summary.focus({ preventScroll: true });
    summary.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      const field = link && document.getElementById(link.getAttribute("href").slice(1));
      if (field) {
        event.preventDefault();
        const input = field.matches("input,select,textarea") ? field : field.querySelector("input,select,textarea");
        input?.focus();
        (input ?? field).closest(".field")?.scrollIntoView({ block: "center" });
      }
    });
  }
}
