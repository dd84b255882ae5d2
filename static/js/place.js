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

// For a change above all content, as between it and the header: what was scrolled to stays where it was.
export function keepContent(change) {
  const root = document.documentElement;
  const main = document.getElementById("main");
  const before = main.getBoundingClientRect().top;
  root.style.overflowAnchor = "none"; // or some browsers would do it once more
  change();
  const moved = main.getBoundingClientRect().top - before;
  if (scrollY > 0 && Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => requestAnimationFrame(() => (root.style.overflowAnchor = "")));
}
