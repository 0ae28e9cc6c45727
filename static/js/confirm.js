// data-confirm="问题" on a form, a button or a link: asks in the page's own dialog, then goes on.
// data-confirm-label names the button. htmx's hx-confirm uses the same dialog.

function ask(question, label) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog?.showModal) {
    return Promise.resolve(window.confirm(question));
  }
  dialog.querySelector(".dialog-question").textContent = question;
  dialog.querySelector("[data-confirm-yes]").textContent = label || "确定";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function start() {
  const agreed = new WeakSet();

  document.addEventListener(
    "submit",
    (event) => {
      const asking = [event.submitter, event.target].find((element) => element?.dataset.confirm);
      if (!asking || agreed.delete(asking)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      ask(asking.dataset.confirm, asking.dataset.confirmLabel).then((yes) => {
        if (yes) {
          agreed.add(asking);
          target.requestSubmit(submitter);
        }
      });
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link) {
      return;
    }
    event.preventDefault();
    ask(link.dataset.confirm, link.dataset.confirmLabel).then((yes) => {
      if (yes) {
        window.location.assign(link.href);
      }
    });
  });

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) {
      return;
    }
    event.preventDefault();
    ask(event.detail.question, event.detail.elt.dataset.confirmLabel).then((yes) => {
      if (yes) {
        event.detail.issueRequest(true);
      }
    });
  });
}
