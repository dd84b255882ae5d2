// @ts-check
// Sends what a button of a post says without leaving the page, and says below the post what went wrong.

import { announceState } from "../announcer.js";
import { live } from "../connection/connection.js";
import { element } from "../dom.js";

const PATIENCE = 10_000; // ms for an answer
const SHOWN = 8000; // ms for which a problem is shown

// Returns what went wrong, or "". `form` has the words for that.
/** @param {HTMLFormElement} form @param {string} address @param {FormData} body */
export async function send(form, address, body) {
  const headers = { "X-Requested-With": "fetch", "X-Member": document.body.dataset.user };
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(address, { method: "POST", body, headers, signal });
    if (answer.status === 201) return takeEvent(await answer.json());
    if (answer.status === 422) return (await answer.text()).trim();
    return answer.status === 429 ? form.dataset.often : form.dataset.failed;
  } catch {
    return form.dataset.failed;
  }
}

// With a socket it comes by itself, joined with those of others.
/** @param {any} event */
function takeEvent(event) {
  /** @type {any} */
  const topic = document.querySelector("live-topic");
  if (live.state !== "live") topic?.handle?.(event);
  return "";
}

/** @param {HTMLElement | null} place what the notice is added to @param {string} problem */
export function say(place, problem) {
  announceState(problem);
  const notice = element('<p class="notice notice--error" data-added></p>');
  notice.textContent = problem;
  place?.append(notice);
  setTimeout(() => notice.remove(), SHOWN);
}
