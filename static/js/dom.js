// Small helpers shared by the modules.

/** Elements under `root` (itself included) that match and were not yet taken by this module. */
export function fresh(root, selector, mark) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) {
    found.unshift(root);
  }
  return found.filter((element) => {
    const seen = `lj${mark}`;
    if (element.dataset[seen]) {
      return false;
    }
    element.dataset[seen] = "1";
    return true;
  });
}

export function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? "";
}

/** True where a typed character belongs to what the user writes. */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
