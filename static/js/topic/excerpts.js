// @ts-check
// How the post begins that another one answers: beside the link to it, while somebody points at the link, has come to it
// with the keyboard, or has tapped it once.

import { fetchPart } from "../http.js";
import { refresh as refreshTimes } from "../times.js";

const PAUSE = 250; // ms on the link, before it is shown, and
const GRACE = 200; // ms off it, to get to what is shown
const SPACE = 8; // px between the card and the edge of the window

const card = document.createElement("div");
card.className = "menu excerpt"; // what is updated leaves menus alone
card.popover = "manual";
/** @type {HTMLAnchorElement | null} */
let wanted = null; // the link whose card is shown, or will be
/** @type {number | undefined} */
let opening;
/** @type {number | undefined} */
let closing;

// For an event on the link. A click closes the card, except the first tap of a finger, which opens it.
/** @param {HTMLAnchorElement} link @param {Event} event @param {boolean} isTap */
export function point(link, event, isTap) {
  if (isTap) return open(link, 0);
  if (event.type === "click") return close();
  if (event.type === "focusin" && !link.matches(":focus-visible")) return;
  if (wanted !== link) open(link, PAUSE);
}

/** @param {HTMLAnchorElement} link @param {number} pause */
function open(link, pause) {
  close();
  wanted = link;
  opening = setTimeout(() => show(link).catch(close), pause);
}

/** @param {HTMLAnchorElement} link */
async function show(link) {
  const fragment = await fetchPart(addressOf(link));
  if (wanted !== link || !link.isConnected) return;
  card.innerHTML = fragment;
  refreshTimes(card);
  link.after(card);
  card.querySelector(".excerpt__text").id = "excerpt";
  link.setAttribute("aria-describedby", "excerpt");
  card.showPopover();
  place(link.getBoundingClientRect());
}

// "#post-3" on this page, or the address of a post on another one.
/** @param {HTMLAnchorElement} link */
function addressOf({ hash, pathname }) {
  if (!hash) return `${pathname}excerpt/`;
  const { topic } = document.querySelector("live-topic").dataset;
  return `/t/${topic}/${hash.replace("#post-", "")}/excerpt/`;
}

/** @param {DOMRect} link */
function place(link) {
  Object.assign(card.style, { left: "0", right: "auto" }); // or it is measured beside the edge
  const { width, height } = card.getBoundingClientRect();
  const above = link.top - height - SPACE / 2;
  const left = Math.min(link.left, document.documentElement.clientWidth - width - SPACE);
  Object.assign(card.style, {
    top: `${above < SPACE ? link.bottom + SPACE / 2 : above}px`,
    left: `${Math.max(SPACE, left)}px`,
  });
}

function close() {
  clearTimeout(opening);
  clearTimeout(closing);
  wanted?.removeAttribute("aria-describedby");
  wanted = null;
  card.remove();
}

document.addEventListener("pointerover", ({ target }) => {
  if (!wanted) return;
  clearTimeout(closing);
  const isOn = [wanted, card].some((part) => part.contains(/** @type {Node} */ (target)));
  if (!isOn) closing = setTimeout(close, GRACE);
});
document.addEventListener("focusout", ({ target }) => target === wanted && close());
document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
document.addEventListener("scroll", close, { passive: true });
