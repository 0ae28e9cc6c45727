// Filters: a choice asks at once; empty fields stay out of the address.

export function start() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[data-filters] .filter-row select")) {
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filters]")) {
      return;
    }
    const empty = [...event.target.elements].filter((field) => field.name && !field.value && !field.disabled);
    for (const field of empty) {
      field.disabled = true;
    }
    setTimeout(() => {
      for (const field of empty) {
        field.disabled = false;
      }
    });
  });
}
