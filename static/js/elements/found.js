// @ts-check
// Tells on any open page that a saved search has found a post.

import { pause } from "../connection/pauses.js";
import { element } from "../dom.js";
import { fetchPart } from "../http.js";

/** @typedef {{unseen: number, address: string}} SearchState */

/** @type {Map<string, HTMLElement>} */
const shown = new Map();
/** @type {Map<string, unknown>} */
const latest = new Map(); // states, by the same keys

// `state`: of the search, null if it was deleted. What was seen elsewhere goes.
/** @param {string} key @param {unknown} state @param {number} failures before */
export async function tell(key, state, failures = 0) {
  const search = /** @type {SearchState | null} */ (state);
  const { user } = document.body.dataset;
  latest.set(key, state);
  const isNews = search?.unseen && location.pathname !== search.address;
  const part = isNews
    ? await fetchPart(`${search.address}notice/`).catch((error) => again(error, key, failures))
    : "";
  if (latest.get(key) !== state) return; // a later one is on its way, or was faster
  shown.get(key)?.remove();
  shown.delete(key);
  if (!part || user !== document.body.dataset.user) return;
  const notice = element(part);
  notice.querySelector("button").addEventListener("click", () => notice.remove());
  shown.set(key, notice);
  place().append(notice);
}

// Unless another state comes first.
/** @param {unknown} error @param {string} key @param {number} failures before */
function again(error, key, failures) {
  const [wait, state] = [pause(error, failures), latest.get(key)];
  const retry = () => latest.get(key) === state && tell(key, state, failures + 1);
  if (wait !== null) setTimeout(retry, wait);
}

// They are for one member.
new MutationObserver(() => {
  for (const notice of shown.values()) notice.remove();
  shown.clear();
}).observe(document.body, { attributeFilter: ["data-user"] });

// A region that is there before its words is read out.
function place() {
  const present = document.querySelector(".found-place");
  if (present) return present;
  const made = Object.assign(document.createElement("div"), { className: "found-place" });
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}
