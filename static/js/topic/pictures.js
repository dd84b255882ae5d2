// @ts-check
// The large view of the pictures in a topic's posts, one at a time. It follows the page: what goes from a post goes here.

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("pictures"));
const stage = /** @type {HTMLElement} */ (dialog.querySelector(".pictures__stage"));
const image = stage.querySelector("img");
const zoom = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-zoom]"));
const failed = /** @type {HTMLElement} */ (dialog.querySelector("[data-failed]"));
/** @type {HTMLAnchorElement} */
let shown;
/** @type {number} */
let place;

// Opens the view with the picture in this link.
/** @param {HTMLAnchorElement} link */
export function view(link) {
  show(link);
  dialog.showModal();
  stage.focus();
  posts.observe(document.getElementById("posts"), { childList: true, subtree: true });
}

const posts = new MutationObserver(() => {
  const now = links();
  const same = now.includes(shown)
    ? shown
    : (now[place]?.href === shown.href && now[place]) || now.find((one) => one.href === shown.href);
  if (!same) return dialog.close();
  shown = same;
  tell();
});

/** @returns {HTMLAnchorElement[]} */
function links() {
  const all = /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll("#posts a.picture")
  );
  return [...all].filter((link) => link.getClientRects().length);
}

/** @param {HTMLAnchorElement} link */
function show(link) {
  const small = link.querySelector("img");
  shown = link;
  failed.hidden = true;
  image.hidden = false;
  image.alt = small.alt || link.getAttribute("aria-label");
  image.width = Number(small.getAttribute("width"));
  image.height = Number(small.getAttribute("height"));
  image.src = link.href;
  /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-file]")).href = link.href;
  grow(false);
  tell();
}

function tell() {
  const all = links();
  place = all.indexOf(shown);
  const { alt } = shown.querySelector("img");
  setText("[data-count]", all.length > 1 ? `${place + 1} / ${all.length}` : "");
  setText("[data-alt]", alt);
  for (const step of dialog.querySelectorAll("[data-step]")) {
    const button = /** @type {HTMLButtonElement} */ (step);
    button.hidden = all.length < 2;
    button.disabled = !all[place + Number(button.dataset.step)];
  }
}

/** @param {string} selector @param {string} text */
function setText(selector, text) {
  const part = dialog.querySelector(selector);
  if (part.textContent !== text) part.textContent = text; // or it would be read out again
}

/** @param {number} by */
function step(by) {
  const next = links()[place + by];
  if (!next) return;
  const hadFocus = document.activeElement;
  show(next);
  if (/** @type {HTMLButtonElement} */ (hadFocus).disabled) stage.focus();
}

// In its natural size, or as large as fits.
/** @param {boolean} isNatural */
function grow(isNatural) {
  stage.toggleAttribute("data-natural", isNatural);
  zoom.setAttribute("aria-pressed", String(isNatural));
  measure();
}

function measure() {
  const canGrow = Number(image.getAttribute("width")) > image.clientWidth + 1;
  const isNatural = stage.hasAttribute("data-natural");
  stage.toggleAttribute("data-can-grow", canGrow);
  zoom.hidden = !canGrow && !isNatural;
}

image.addEventListener("error", () => {
  image.hidden = true;
  failed.hidden = false;
  zoom.hidden = true;
});
new ResizeObserver(measure).observe(stage);

dialog.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const button = target.closest("button");
  if (button?.dataset.step) step(Number(button.dataset.step));
  else if (button === zoom) grow(!stage.hasAttribute("data-natural"));
  else if (button || target === stage) dialog.close();
  else if (target === image && !zoom.hidden) grow(!stage.hasAttribute("data-natural"));
});

dialog.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (stage.hasAttribute("data-natural")) return; // the keys scroll
  const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  step(event.key === forward ? 1 : -1);
});

dialog.addEventListener("close", () => {
  posts.disconnect();
  image.removeAttribute("src");
  if (!shown.isConnected) return;
  shown.focus();
});
