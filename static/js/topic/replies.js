// @ts-check
// The replies to a post, shown below it. They are fetched when they are opened, and again whenever one of them, or their
// number, changes.

import { pause } from "../connection/pauses.js";
import { element } from "../dom.js";
import { fetchPart } from "../http.js";
import { refresh as refreshTimes } from "../times.js";

/** @type {WeakMap<HTMLElement, object>} */
const latest = new WeakMap(); // what each box has asked for last

// Shows or hides them. Rejects if they can't be had: then follow the link, which leads to them.
/** @param {HTMLAnchorElement} link of a post */
export async function toggle(link) {
  const post = link.closest(".post");
  const open = boxIn(post);
  if (open) return close(open);
  const box = Object.assign(document.createElement("div"), { className: "replies" });
  await load(box, link.href);
  if (boxIn(post)) return;
  box.addEventListener("click", (event) => more(box, event));
  post.append(box);
  link.setAttribute("aria-expanded", "true");
}

// `id` of the post that has changed in this topic; without it, all may have.
/** @param {ParentNode} topic @param {number} [id] */
export function follow(topic, id) {
  for (const box of topic.querySelectorAll("div.replies")) {
    const isOfPost = box.closest(".post").dataset.post === String(id);
    if (!id || isOfPost || box.querySelector(`[data-post="${id}"]`)) refresh(box);
  }
}

/** @param {HTMLElement} box @param {number} failures in succession */
function refresh(box, failures = 0) {
  const link = linkIn(box.closest(".post"));
  if (!link) return close(box);
  link.setAttribute("aria-expanded", "true");
  const loading = load(box, link.href, box.querySelectorAll("ol").length);
  const turn = latest.get(box);
  loading.catch((error) => {
    const wait = pause(error, failures);
    const again = () => box.isConnected && latest.get(box) === turn && refresh(box, failures + 1);
    if (wait !== null) setTimeout(again, wait);
  });
}

/** @param {HTMLElement} box @param {string} address @param {number} parts that were shown before */
async function load(box, address, parts = 1) {
  const turn = {};
  latest.set(box, turn);
  const fresh = [];
  for (let next = address; next && fresh.length < parts; ) {
    const part = element(`<div>${await fetchPart(next)}</div>`);
    fresh.push(part);
    next = fresh.length < parts && moreIn(part)?.href;
    if (next) moreIn(part).remove();
  }
  if (latest.get(box) !== turn) return;
  box.replaceChildren(...fresh.flatMap((part) => [...part.children]));
  refreshTimes(box);
}

/** @param {HTMLElement} box @param {MouseEvent} event */
async function more(box, event) {
  const link = moreIn(box);
  if (!link?.contains(/** @type {Node} */ (event.target)) || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  try {
    const part = element(`<div>${await fetchPart(link.href)}</div>`);
    link.replaceWith(...part.children);
    refreshTimes(box);
    /** @type {HTMLElement} */ (box.querySelector("ol:last-of-type a")).focus();
  } catch {
    location.assign(link.href);
  }
}

/** @param {HTMLElement} box */
function close(box) {
  linkIn(box.closest(".post"))?.removeAttribute("aria-expanded");
  box.remove();
}

/** @param {HTMLElement} post @returns {HTMLAnchorElement | null} */
function linkIn(post) {
  return post.querySelector("a[data-replies]");
}

/** @param {HTMLElement} post */
function boxIn(post) {
  return post.querySelector("div.replies");
}

/** @param {HTMLElement} part @returns {HTMLAnchorElement | null} */
function moreIn(part) {
  return part.querySelector("[data-more]");
}
