// Changes the page without moving what somebody is reading: what stood in view stays where it was.

export function keepPlace(root, change) {
  const anchor = inView(root);
  const before = anchor?.getBoundingClientRect().top;
  change();
  const same = anchor && (anchor.isConnected ? anchor : anchor.id && document.getElementById(anchor.id));
  if (!same) return;
  const moved = same.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

// Where the reader is: the form that has the focus, else the first thing that shows below the top of the window.
function inView(root) {
  const form = document.activeElement?.closest?.("form");
  if (form && root.contains(form) && isVisible(form)) return form;
  if (scrollY === 0) return null; // at the very top nobody has begun to read; new rows may push down
  return [...root.querySelectorAll("article[id], li[id], header[id]")].find(isVisible);
}

function isVisible(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 64 && top < innerHeight;
}
