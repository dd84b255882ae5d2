// @ts-check
// A menu beside its button, such as a post's actions; fetched each time, since it depends on reader and time.

import { fetchFresh } from "../http.js";
import { refresh as refreshTimes } from "../times.js";

const SPACE = 8; // px between a menu and the edge of the window
const SAME_CLICK = 300; // ms

const menu = document.createElement("div");
menu.className = "menu";
menu.popover = "auto";
menu.addEventListener("toggle", (/** @type {ToggleEvent} */ { newState }) => {
  if (newState !== "closed" || !opener) return;
  dismissed = { link: opener, at: performance.now() };
  tidy();
});
/** @type {HTMLElement | null} */
let opener = null;
/** @type {import("../forms/written_form.js").WrittenForm | null} */
let reason = null; // why the post is to be hidden
let asked = {}; // the menu that was asked for last
/** @type {{link: HTMLElement | null, at: number}} */
let dismissed = { link: null, at: 0 }; // a click on the open menu's button closes the menu before the click event

// Rejects if the menu can't be loaded: then follow the link, which leads to the same menu as a page.
/** @param {HTMLAnchorElement} link */
export async function openMenu(link) {
  if (dismissed.link === link && performance.now() - dismissed.at < SAME_CLICK) return;
  const turn = {};
  asked = turn;
  const response = await fetchFresh(link.dataset.menu || link.href, "text/html", "part");
  if (!response.ok || response.redirected) throw new Error(`no menu: ${response.status}`);
  const fragment = await response.text();
  if (!link.isConnected || asked !== turn) return;
  if (opener) close();
  menu.innerHTML = fragment;
  refreshTimes(menu);
  link.after(menu); // so that Tab moves from the button into the menu
  opener = link;
  link.setAttribute("aria-expanded", "true");
  keepReason(menu.querySelector("form[data-written]"));
  menu.showPopover();
  place(link.getBoundingClientRect());
  /** @type {HTMLElement} */ (menu.querySelector("a, button, [tabindex]"))?.focus({
    preventScroll: true,
  });
}

// Below the button, or above if there is no room; never over the edge of the window.
/** @param {DOMRect} button */
function place(button) {
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + SPACE / 2;
  const top = below + height + SPACE > innerHeight ? button.top - height - SPACE / 2 : below;
  const left = Math.min(button.left, document.body.clientWidth - width - SPACE);
  Object.assign(menu.style, {
    top: `${Math.max(SPACE, top)}px`,
    left: `${Math.max(SPACE, left)}px`,
    right: "auto",
  });
}

/** @param {HTMLFormElement | null} form */
function keepReason(form) {
  if (!form) return;
  const keep = () =>
    import("../forms/plain_forms.js").then(({ write }) => {
      if (form.isConnected) reason = write(form);
    });
  keep().catch(() => {}); // the plain form works, too
}

// A form that changes what the page shows elsewhere is sent in place.
menu.addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-in-place]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  // Where it leads is not fetched: a topic would count as read.
  const sent = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(
    () => /** @type {Response | null} */ (null),
  );
  if (!sent?.ok && sent?.type !== "opaqueredirect") {
    form.removeAttribute("data-in-place");
    form.requestSubmit(event.submitter); // the page says what is wrong
    return;
  }
  if (opener) close();
  /** @type {NodeListOf<import("./live_part.js").LivePart>} */
  const parts = document.querySelectorAll("live-part");
  for (const part of parts) part.refresh?.();
});

function close() {
  menu.hidePopover();
  tidy();
}

function tidy() {
  opener.removeAttribute("aria-expanded");
  opener = null;
  reason?.end();
  reason = null;
  menu.remove();
}

addEventListener("scroll", () => opener && place(opener.getBoundingClientRect()), {
  passive: true,
});
