// Menus are <details>; here they close by a click elsewhere or Esc, and the side menu opens over the page on a phone.

export function start() {
  const side = document.getElementById("side-menu");

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details[data-menu][open], details.hint[open]")) {
      if (menu !== except && !menu.contains(except)) {
        menu.open = false;
      }
    }
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".menu-open, .side-close");
    if (opener && side) {
      event.preventDefault();
      side.classList.toggle("open", opener.classList.contains("menu-open"));
      if (side.classList.contains("open")) {
        side.querySelector("a")?.focus();
      }
      return;
    }
    if (side?.classList.contains("open") && !side.contains(event.target)) {
      side.classList.remove("open");
    }
    closeMenus(event.target.closest("details[data-menu], details.hint"));
    const inside = event.target.closest(".menu-panel a, .menu-panel button");
    if (inside) {
      inside.closest("details").open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    const menu = document.activeElement?.closest("details[data-menu][open], details.hint[open]");
    closeMenus(null);
    menu?.querySelector("summary")?.focus();
    side?.classList.remove("open");
  });

  const active = side?.querySelector("a.active");
  if (active && active.offsetTop > side.clientHeight - 80) {
    side.scrollTop = active.offsetTop - side.clientHeight / 2;
  }
}
