// @ts-check
// The first script of every page; it loads the others if the page needs them.

import { live } from "./connection/connection.js";
import "./elements/live_status.js";
import "./elsewhere.js";
import "./times.js";

if (document.body.dataset.personal) live.load(() => import("./personal.js"));
if (document.querySelector("live-topic")) live.load(() => import("./elements/live_topic.js"));
if (document.querySelector("live-list")) live.load(() => import("./elements/live_list.js"));
if (document.querySelector("[data-composer]")) live.load(() => import("./elements/composer.js"));
if (document.querySelector("[data-written]")) live.load(() => import("./forms/plain_forms.js"));
if (document.querySelector("live-part")) live.load(() => import("./elements/live_part.js"));
if (has("queue")) live.load(() => import("./elements/waiting_posts.js"));
if (has("begun")) live.load(() => import("./writing/begun_reply.js"));

const banner = document.querySelector("live-announcements");
if (banner.firstElementChild) live.load(() => import("./elements/live_announcements.js"));
live.addEventListener("message", (/** @type {PageMessageEvent} */ { detail }) => {
  if (detail.type !== "announcements") return;
  const { current } = detail;
  if (!current.length && !banner.firstElementChild) return;
  live.load(() => import("./elements/live_announcements.js")).then(() => banner.show(current));
});

// Whether this member has queued posts, or has begun a reply. Marks are set by forms/drafts.js and forms/begun.js.
/** @param {string} kind */
function has(kind) {
  try {
    const mark = `${kind} ${document.body.dataset.user} `;
    return Object.keys(localStorage).some((key) => key.startsWith(mark));
  } catch {
    return false;
  }
}

// Scrolls the current category into view.
function showCurrent() {
  const places = document.getElementById("places");
  const current = places.querySelector("[aria-current]");
  if (current) places.scrollTop = current.offsetTop - places.clientHeight / 2;
}

showCurrent();
document.addEventListener(
  "toggle",
  ({ target }) => /** @type {Element} */ (target).id === "places" && showCurrent(),
  true,
);

document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement} */
  const link = /** @type {Element} */ (event.target).closest?.(
    "[data-menu], [data-who], [data-changes], .post [href$='/edit/'], .posts .picture",
  );
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const opening = link.matches(".picture")
    ? import("./topic/pictures.js").then(({ view }) => view(link))
    : link.href.endsWith("/edit/")
      ? import("./composing/edit_in_place.js").then(({ edit }) => edit(link))
      : import("./elements/post_menu.js").then(({ openMenu }) => openMenu(link));
  opening.catch(() => location.assign(link.href));
});

// "/" leads to the search field, but while somebody writes.
document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "/" || event.metaKey || event.ctrlKey) return;
  if (target.matches("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (document.querySelector("[title='/']"))?.focus();
});

document.addEventListener("submit", (event) => {
  const target = /** @type {HTMLFormElement} */ (event.target);
  const submitter = /** @type {HTMLButtonElement} */ (event.submitter);
  if (!target.matches("[data-themes]")) return;
  event.preventDefault();
  import("./theme.js").then(
    ({ chooseTheme }) => chooseTheme(submitter),
    () => sendPlainly(target, submitter),
  );
});

// Adds the value of the pressed button, as browsers do without scripts.
/** @param {HTMLFormElement} form @param {HTMLButtonElement} submitter */
function sendPlainly(form, { name, value }) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
}
