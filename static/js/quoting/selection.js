// @ts-check
// A button beside the words that a member has chosen in a post: it quotes just these. They go into the open composer of
// this page, or else into what the member has written last elsewhere (handed.js).

import { hand } from "./handed.js";
import { markdownOf } from "./markdown.js";
import { quotation } from "./quotation.js";

const PAUSE = 200; // ms without another choice
const SPACE = 8; // px between the words and the button, and between that and the edge of the window
const LATEST = "/drafts/latest/"; // leads to what was written last
const AROUND = ["A", "STRONG", "EM", "S", "CODE", "PRE", "BLOCKQUOTE"]; // what the words stay in when only they are chosen
const ITEMS = ["LI", "TD", "TH"];
const PARTS = ["UL", "OL", "TABLE", "TBODY", "THEAD", "TR"]; // if several of their items are chosen

const button = document.createElement("button");
button.type = "button";
button.className = "chip quoting";
button.popover = "manual";
button.dataset.added = ""; // no part of the post (dom.js)
/** @type {Range | null} */
let chosen = null;
/** @type {number | undefined} */
let timer;

// --- What is chosen ---

// Within the body of one post; null if there is nothing to quote. What is chosen above and below it is left out.
/** @returns {Range | null} */
function choice() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const body = closest(range.startContainer, ".post")?.querySelector(".post__body");
  if (!body) return null;
  const whole = document.createRange();
  whole.selectNodeContents(body);
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(body, 0);
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0)
    range.setEnd(body, body.childNodes.length);
  return range.toString().trim() ? range : null;
}

/** @param {Node} node */
function bodyOf(node) {
  return closest(node, ".post__body");
}

/** @param {Node} node @param {string} selector @returns {HTMLElement | null} */
function closest(node, selector) {
  const element = /** @type {Element} */ (node.nodeType === 1 ? node : node.parentElement);
  return element?.closest(selector);
}

/** @param {Range} range */
function markdownIn(range) {
  const body = bodyOf(range.startContainer);
  const whole = document.createElement("div");
  /** @type {Node} */
  let part = range.cloneContents();
  let isInItem = false;
  const { commonAncestorContainer: inner } = range;
  for (let node = /** @type {Node} */ (inner); node !== body; node = node.parentNode) {
    isInItem ||= ITEMS.includes(node.nodeName);
    if (!AROUND.includes(node.nodeName) && (isInItem || !PARTS.includes(node.nodeName))) continue;
    const around = node.cloneNode(false);
    around.appendChild(part);
    part = around;
  }
  whole.append(part);
  return markdownOf(whole);
}

/** @param {Range} range */
function quoteOf(range) {
  const post = bodyOf(range.startContainer).closest(".post");
  /** @type {HTMLAnchorElement} */
  const author = post.querySelector(".post__author a");
  const name = decodeURIComponent(author.pathname.split("/")[2]);
  const text = quotation(markdownIn(range), name, `/p/${post.dataset.post}/`);
  return { text, topic: post.closest("live-topic").dataset.topic, number: post.dataset.number };
}

// --- The button ---

function settle() {
  const range = choice();
  if (!range) return hide();
  chosen = range;
  const body = bodyOf(range.startContainer);
  const label = body.closest(".post").querySelector("[data-quote]")?.textContent;
  if (!label) return hide();
  button.textContent = label;
  if (button.previousElementSibling !== body) body.after(button);
  button.showPopover();
  place();
}

function place() {
  const rows = [...chosen.getClientRects()];
  if (!rows.length) return hide();
  const { width, height } = button.getBoundingClientRect();
  const { right, bottom } = rows.at(-1);
  const isBelow = bottom + 2 * SPACE + height < innerHeight;
  const left = Math.min(right, document.documentElement.clientWidth - SPACE) - width;
  button.style.left = `${Math.max(SPACE, left)}px`;
  button.style.top = `${isBelow ? bottom + SPACE : rows[0].top - SPACE - height}px`;
}

function hide() {
  clearTimeout(timer);
  chosen = null;
  button.remove();
}

function quote() {
  const detail = quoteOf(chosen);
  getSelection().removeAllRanges();
  hide();
  const isTaken = !document.dispatchEvent(new CustomEvent("quote", { detail, cancelable: true }));
  if (isTaken) return;
  hand(detail);
  location.assign(LATEST);
}

button.addEventListener("pointerdown", (event) => event.preventDefault()); // or the choice would be gone
button.addEventListener("click", quote);
document.addEventListener("selectionchange", () => {
  clearTimeout(timer);
  if (document.activeElement !== button) timer = setTimeout(settle, PAUSE);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const isHere = document.activeElement.contains(chosen?.startContainer ?? null); // no other control has the focus
  if (event.key !== "Tab" || event.shiftKey || !isHere) return;
  event.preventDefault();
  button.focus();
});
document.addEventListener("scroll", () => chosen && place(), { passive: true });
timer = setTimeout(settle, PAUSE);
