// @ts-check
// Reacts to posts, and marks the member's own reactions. The HTML of posts does not have these, since it is the same for
// every reader: they are in the form that the buttons belong to, and in the personal stream.

import { say, send } from "./in_place.js";

/** @type {Map<string, string[]>} */
const own = new Map(); // id of a post -> the signs of this member
/** @typedef {{isOn: boolean, label: string, shown: string}} Tap isOn: what it shall be. label: what the button said before; shown: says until the answer */
/** @type {Map<string, Tap>} */
const taps = new Map(); // post and sign -> what is being sent
let read = ""; // the form's text from which `own` was read

const observer = new MutationObserver(mark);

// Marks the buttons of the page.
export function mark() {
  const form = document.getElementById("react");
  const text = form?.dataset.own ?? "";
  if (text !== read) {
    read = text;
    own.clear();
    for (const [post, sign] of text.split(" ").map((one) => one.split(":")))
      if (sign) own.set(post, [...(own.get(post) ?? []), sign]);
  }
  observer.disconnect(); // from what follows
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll("#posts [form=react]");
  for (const button of buttons) {
    if (isOwnPost(button)) button.removeAttribute("aria-pressed");
    else button.setAttribute("aria-pressed", String(isOn(button)));
  }
  const topic = document.querySelector("live-topic");
  const attributeFilter = ["aria-pressed", "data-own"];
  if (topic) observer.observe(topic, { childList: true, subtree: true, attributeFilter });
}

// What the personal stream says of a post.
/** @param {string} post its id @param {any} signs null: none */
export function take(post, signs) {
  mark(); // reads what the page came with
  own.set(post, signs ?? []);
  mark();
}

// Switches a reaction on or off at once, and back if that fails. On one's own posts it opens the list of who has reacted.
/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
export async function react(form, button) {
  mark();
  const post = button.closest(".post");
  if (isOwnPost(button))
    return /** @type {HTMLElement} */ (post.querySelector("[data-who]")).click();
  const [key, earlier] = [keyOf(button), taps.get(keyOf(button))];
  const label = earlier?.label ?? button.ariaLabel;
  const isOnNow = !isOn(button);
  count(button, isOnNow ? 1 : -1);
  taps.set(key, { isOn: isOnNow, label, shown: button.ariaLabel });
  mark();
  if (!earlier) await sendLatest(form, button, post.dataset.post);
}

// Whoever taps again while it is sent has changed their mind.
/** @param {HTMLFormElement} form @param {HTMLButtonElement} button @param {string} post */
async function sendLatest(form, button, post) {
  const [sign, key] = [button.value, keyOf(button)];
  let is = own.get(post)?.includes(sign) ?? false;
  let problem = "";
  while (taps.get(key).isOn !== is && !problem) {
    const { isOn } = taps.get(key);
    const body = new FormData(form);
    body.set(isOn ? "on" : "off", sign);
    problem = await send(form, button.formAction, body);
    if (!problem) is = isOn;
  }
  if (problem) undo(post, sign, taps.get(key), problem);
  else
    own.set(post, [...(own.get(post) ?? []).filter((one) => one !== sign), ...(is ? [sign] : [])]);
  taps.delete(key);
  mark();
}

/** @param {HTMLButtonElement} button @param {number} by */
function count(button, by) {
  const number = Math.max(0, Number(button.textContent) + by);
  const [sign] = button.ariaLabel.split(":");
  setLabel(button, number ? `${sign}: ${number}` : sign);
}

/** @param {HTMLButtonElement} button @param {string} label */
function setLabel(button, label) {
  const [, number] = label.split(":");
  button.ariaLabel = label;
  button.replaceChildren(button.firstElementChild, number ?? "");
}

// Goes back, unless the forum has sent the post anew meanwhile, and says why.
/** @param {string} post @param {string} sign @param {Tap} tap @param {string} problem */
function undo(post, sign, { label, shown }, problem) {
  /** @type {HTMLElement} */
  const place = document.querySelector(`[data-post="${post}"] .post__actions`);
  /** @type {HTMLButtonElement} */
  const button = place?.querySelector(`[form=react][value="${sign}"]`);
  if (button?.ariaLabel === shown) setLabel(button, label);
  say(place, problem);
}

/** @param {HTMLButtonElement} button */
function isOn(button) {
  return (
    taps.get(keyOf(button))?.isOn ?? (own.get(postOf(button))?.includes(button.value) || false)
  );
}

/** @param {HTMLButtonElement} button */
function keyOf(button) {
  return `${postOf(button)} ${button.value}`;
}

/** @param {HTMLElement} button */
function postOf(button) {
  return /** @type {HTMLElement} */ (button.closest(".post")).dataset.post;
}

/** @param {HTMLElement} button */
function isOwnPost(button) {
  const { author } = /** @type {HTMLElement} */ (button.closest(".post")).dataset;
  return author === document.body.dataset.user;
}
