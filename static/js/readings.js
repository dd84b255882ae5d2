// @ts-check
// Shows how far a member has read the topics of a list. Rows are the same for everybody, so readings
// are requested separately.

import { pause } from "./connection/pauses.js";
import { MOST_READINGS } from "./constants.js";
import { fetchJSON } from "./http.js";
import { pageOf } from "./pages.js";
import { seenInThisTab } from "./seen.js";

const SOON = 300; // ms, and
const SPREAD = 1700; // ms over which the pages of a busy list spread their requests

export class Readings {
  /** @type {Set<string>} */
  #asked = new Set(); // topics to request
  /** @type {number | null} */
  #timer = null;
  #failures = 0; // in succession

  // `rowsOf` returns the rows of a topic that are on the page or about to be.
  /** @param {(topic: string) => HTMLElement[]} rowsOf */
  constructor(rowsOf) {
    this.rowsOf = rowsOf;
  }

  // For a row that replaces `old`, or is new on the page.
  /** @param {HTMLElement | undefined} old @param {HTMLElement} row */
  carryOver(old, row) {
    const { topic, last, lastAuthor } = row.dataset;
    const isMine = lastAuthor === document.body.dataset.user; // read in the tab that sent it
    if (old?.dataset.read) show(row, Number(old.dataset.read));
    else if (last === "1" && !isMine) show(row, 0);
    if (isMine || !row.dataset.read) this.ask([topic]);
  }

  /** @param {string[]} topics */
  ask(topics) {
    for (const topic of topics) this.#asked.add(String(topic));
    this.#timer ??= setTimeout(() => this.#fetch(), SOON + Math.random() * SPREAD);
  }

  // Requests the readings of rows on show, which may have changed meanwhile.
  /** @param {string[]} topics */
  askNow(topics) {
    clearTimeout(this.#timer);
    this.#timer = null;
    for (const topic of topics) this.#asked.add(String(topic));
    this.#fetch();
  }

  /** @param {string} topic @param {number} read */
  show(topic, read) {
    for (const row of this.rowsOf(topic)) show(row, read);
  }

  async #fetch() {
    this.#timer = null;
    const topics = [...this.#asked].slice(0, MOST_READINGS);
    if (!topics.length) return;
    for (const topic of topics) this.#asked.delete(topic);
    try {
      /** @type {Record<string, number>} */
      const readings = await fetchJSON(`/readings/?topics=${topics.join(",")}`);
      for (const [topic, read] of Object.entries(readings)) this.show(topic, read);
      this.#failures = 0;
      if (this.#asked.size) this.ask([]);
    } catch (error) {
      const wait = pause(error, this.#failures++);
      if (wait === null) return;
      for (const topic of topics) this.#asked.add(topic);
      this.#timer ??= setTimeout(() => this.#fetch(), wait);
    }
  }
}

// As forum/pages/fragments.py renders the row for a reader with this reading; 0 for a topic that was never opened.
/** @param {HTMLElement} row @param {number} stored */
function show(row, stored) {
  const read = Math.max(stored, seenInThisTab(row.dataset.topic));
  const last = Number(row.dataset.last);
  const unread = read ? Math.max(last - read, 0) : 0;
  const [link, mark, badge] = row.querySelectorAll(".row__link, .row__new, .row__unread");
  row.dataset.read = String(read);
  row.classList.remove("row--unopened", "row--unread", "row--read");
  row.classList.add(read ? (unread ? "row--unread" : "row--read") : "row--unopened");
  mark.hidden = read > 0;
  badge.hidden = !unread;
  badge.textContent = unread ? unread.toLocaleString() : "";
  const [start] = link.getAttribute("href").split(/[?#]/);
  link.setAttribute("href", read ? `${start}${placeOf(Math.min(read + 1, last))}` : start);
}

/** @param {number} number */
function placeOf(number) {
  const page = pageOf(number);
  return `${page > 1 ? `?page=${page}` : ""}#post-${number}`;
}
