// @ts-check
// Votes in place, marks what the member has chosen, fetches results that are for voters alone, and ends the poll on time. What
// is the member's own is in the form that the controls belong to, and in the personal stream.

import { element } from "../dom.js";
import { fetchPart } from "../http.js";
import { refresh as refreshTimes } from "../times.js";
import { say, send } from "./in_place.js";

const LONGEST = 2 ** 31 - 1; // ms that a timer can wait
const [SOON, LATER] = [300, 2000]; // ms: voters of a poll don't ask at the same moment

let filled = ""; // the poll, and the choices that its controls were set to
let shown = ""; // the state of the poll whose results a voter is shown
/** @type {number} */
let closing;
/** @type {number} */
let asking;

// To be called whenever the poll or the form may have changed.
export function follow() {
  const form = document.getElementById("vote");
  /** @type {HTMLElement} */
  const poll = document.querySelector("#posts .poll[data-key]");
  if (!form || !poll) return;
  const own = form.dataset.own ?? "";
  const now = `${poll.dataset.key} ${own}`;
  if (now !== filled) fill(poll, own.split(" "));
  filled = now;
  end(form, poll);
  showResults(form, poll);
}

// What the personal stream says.
/** @param {string} topic its id @param {any} data {choices: numbers of options}, null: none */
export function take(topic, data) {
  const form = document.getElementById("vote");
  if (!form || form.closest("live-topic")?.getAttribute("data-topic") !== topic) return;
  choose(form, data?.choices.join(" ") ?? "");
}

/** @param {HTMLElement} form @param {string} own */
function choose(form, own) {
  if (own) form.dataset.own = own;
  else delete form.dataset.own;
  follow();
}

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
export async function vote(form, button) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const body = new FormData(form, button);
  const problem = await send(form, button.formAction, body);
  button.ariaBusy = null;
  if (problem) return say(button.closest(".poll"), problem);
  choose(form, body.has("none") ? "" : chosen(body).join(" "));
}

/** @param {FormData} body */
function chosen(body) {
  const ranks = [...body]
    .filter(([name, rank]) => name.startsWith("rank-") && rank)
    .sort(([, one], [, other]) => Number(one) - Number(other));
  return ranks.length ? ranks.map(([name]) => name.slice(5)) : body.getAll("choice");
}

/** @param {HTMLElement} poll @param {string[]} own */
function fill(poll, own) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
    poll.querySelectorAll("input[name=choice]")
  ))
    input.checked = own.includes(input.value);
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
    poll.querySelectorAll(".poll__rank")
  ))
    input.value = String(own.indexOf(input.name.slice(5)) + 1 || "");
}

// At its time nobody can vote any more. The results follow when the forum has closed it.
/** @param {HTMLElement} form @param {HTMLElement} poll */
function end(form, poll) {
  clearTimeout(closing);
  const rest = Date.parse(poll.dataset.closes ?? "") - Date.now();
  form.toggleAttribute("data-over", rest <= 0);
  if (rest > 0) closing = setTimeout(follow, Math.min(rest + 20, LONGEST));
}

/** @param {HTMLElement} form @param {HTMLElement} poll */
function showResults(form, poll) {
  const wanted = poll.hasAttribute("data-waits") && form.dataset.own;
  const state = wanted ? `${poll.dataset.key} ${poll.dataset.voters} ${wanted}` : "";
  if (!state) for (const one of poll.querySelectorAll("[data-added]")) one.remove();
  const isShown = state === shown && (!state || poll.querySelector(".poll__bar"));
  clearTimeout(asking);
  asking = null;
  if (!state) shown = "";
  if (isShown || !state) return;
  asking = setTimeout(
    () => fetchResults(poll, state),
    shown ? SOON + Math.random() * (LATER - SOON) : 0,
  );
}

/** @param {HTMLElement} poll @param {string} state */
async function fetchResults(poll, state) {
  const address = /** @type {HTMLAnchorElement} */ (poll.querySelector(".poll__more")).href;
  const part = await fetchPart(address).catch(() => "");
  if (!part || !poll.isConnected) return; // with the next change, then
  const options = element(part).querySelectorAll(".poll__option");
  poll.querySelectorAll(".poll__option").forEach((option, place) => {
    for (const one of option.querySelectorAll("[data-added]")) one.remove();
    for (const one of options[place]?.querySelectorAll(".poll__count, .poll__bar") ?? []) {
      one.setAttribute("data-added", "");
      option.append(one);
    }
  });
  shown = state;
  refreshTimes(poll);
}
