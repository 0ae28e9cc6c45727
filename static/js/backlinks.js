// The way back to a list leads to it as it was left: filters, order, columns, page. Kept for the tab only.
const KEY = "lj:lists";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function start() {
  const lists = read();
  if (document.querySelector("[data-list]")) {
    lists[location.pathname] = location.search;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(lists));
    } catch {
      // No storage: the link leads to the whole list.
    }
  }
  for (const link of document.querySelectorAll(".breadcrumbs a[href], a[data-back-to-list]")) {
    const known = lists[new URL(link.href).pathname];
    if (known && !link.search) {
      link.search = known;
    }
  }
}
