// @ts-check
// <live-list>: a list of topics. A row is replaced in place at once; rows are moved or inserted only
// when the reader is not about to click there, and wait behind the pill otherwise.

import { announceNew } from "../announcer.js";
import { live } from "../connection/connection.js";
import { element, focusOn, remove, replace } from "../dom.js";
import { t } from "../i18n.js";
import { refresh as refreshTimes } from "../times.js";
import { countInTitle } from "../title.js";
import { showWriters } from "../writers.js";

let isTouch = matchMedia("(hover: none)").matches;
addEventListener("pointerdown", ({ pointerType }) => (isTouch = pointerType !== "mouse"), {
  passive: true,
});

class LiveList extends HTMLElement {
  /** @type {Map<number, HTMLElement>} */
  #waiting = new Map(); // topic -> row to be moved or inserted
  /** @type {import("../readings.js").Readings | null} */
  #readings = null; // for members
  /** @type {(() => void) | null} */
  #stop = null; // following what is read elsewhere
  /** @type {Set<number>} */
  #unseen = new Set(); // topics whose rows changed while this tab was hidden
  /** @type {Subscription} */
  #link = {
    ask: () => ({ type: "watch", list: this.dataset.list, rows: this.#cursor }),
    handle: (message) => this.#handle(message),
  };

  connectedCallback() {
    this.unsubscribe = live.subscribe(this.#link);
    this.#pill?.addEventListener("click", this.#showNew);
    this.addEventListener("pointerleave", this.#settle);
    this.addEventListener("focusout", this.#settle);
    addEventListener("scroll", this.#settle, { passive: true });
    document.addEventListener("visibilitychange", this.#look);
    addEventListener("pageshow", this.#showSeen); // also from the back/forward cache
    if (document.body.dataset.user) live.load(() => this.#loadReadings());
  }

  disconnectedCallback() {
    this.unsubscribe();
    removeEventListener("scroll", this.#settle);
    document.removeEventListener("visibilitychange", this.#look);
    removeEventListener("pageshow", this.#showSeen);
    this.#stop?.();
  }

  // Whether this list shows the topic, or is about to: then it is not counted as news.
  /** @param {number} topic */
  has(topic) {
    return this.#waiting.has(topic) || Boolean(this.#row(topic));
  }

  /** @param {Wire.ServerMessage} message */
  #handle(message) {
    if (message.type === "post_update" && "row" in message) this.#receive(message);
    else if (message.type === "rows" && message.list === this.dataset.list) this.#catchUp(message);
    else if (message.type === "gone" && "list" in message && message.list === this.dataset.list)
      location.reload();
  }

  /** @param {Wire.Rows} answer */
  #catchUp(answer) {
    for (const event of answer.rows) this.#receive(event);
    for (const topic of answer.gone) this.#remove(topic);
    live.answered(this.#link);
  }

  /** @param {Wire.Update} update */
  #receive({ topic, change, row, lists }) {
    const shown = this.#row(topic);
    if (shown && change < Number(shown.dataset.change)) return;
    // Tabs that share a socket get the rows of each other's lists, too.
    if (row === null || !lists.includes(this.dataset.list)) return this.#remove(topic);
    if (this.#waiting.has(topic) && change < Number(this.#waiting.get(topic).dataset.change))
      return;
    if (shown ? change === Number(shown.dataset.change) : !this.#isFirst) return;
    if (document.hidden) this.#unseen.add(topic);
    const now = element(row);
    this.#readings?.carryOver(shown ?? this.#waiting.get(topic), now);
    refreshTimes(now);
    if (shown && !this.#waiting.has(topic) && this.#place(shown) === this.#place(now))
      replace(shown, now);
    else {
      if (shown) replace(shown, /** @type {HTMLElement} */ (now.cloneNode(true))); // its new content at once, still in the old place
      if (this.#isFirst) this.#wait(topic, now);
    }
    this.#settle();
  }

  /** @param {number} topic @param {HTMLElement} row */
  #wait(topic, row) {
    if (!this.#waiting.has(topic)) announceNew("topics");
    this.#waiting.set(topic, row);
  }

  // --- What a member has read ---

  async #loadReadings() {
    const [{ Readings }, { personal }] = await Promise.all([
      import("../readings.js"),
      import("../personal.js"),
    ]);
    this.#readings = new Readings((topic) =>
      [this.#row(topic), this.#waiting.get(Number(topic))].filter(Boolean),
    );
    this.#readings.ask(
      this.#rows.filter((row) => !row.dataset.read).map((row) => row.dataset.topic),
    );
    this.#showSeen();
    this.#stop = personal.subscribe({
      kind: "reading",
      apply: (topic, read) => read && this.#readings.show(topic, read),
      reload: () => this.#readAnew(),
    });
  }

  // The reading of a topic that was just left may not have reached the server yet.
  #showSeen = () => {
    for (const { dataset } of this.#rows)
      if (dataset.read) this.#readings?.show(dataset.topic, Number(dataset.read));
  };

  #readAnew() {
    this.#readings?.askNow(this.#rows.map((row) => row.dataset.topic));
  }

  // --- Moving ---

  #settle = () => {
    showWriters(); // in new rows
    setTimeout(() => {
      if (this.#waiting.size && this.#isFirst && this.#isQuiet) this.#moveWaiting();
      this.#showPill();
    });
  };

  #look = () => {
    if (document.hidden) return;
    this.#unseen.clear();
    this.#showPill();
  };

  // Whether the pointer is not over the list and its top is in view. On touch screens nobody can know.
  get #isQuiet() {
    return (
      !isTouch &&
      !this.matches(":hover") &&
      !this.contains(document.activeElement) &&
      this.getBoundingClientRect().top > 0
    );
  }

  #moveWaiting() {
    for (const [topic, row] of this.#waiting) {
      this.#row(topic)?.remove();
      row.classList.add("row--new");
      const after = this.#rows.find((other) => this.#place(other) < this.#place(row));
      this.#list.insertBefore(row, after ?? null);
    }
    this.#waiting.clear();
    this.#trim();
  }

  // Keeps as many rows as a fresh page has, and updates the link to older ones.
  #trim() {
    if (!this.#isFirst) return;
    const rows = this.#rows.filter((row) => !row.dataset.pinned);
    const size = Number(this.dataset.size);
    /** @type {HTMLAnchorElement} */
    const link = this.querySelector("#older [rel=next]");
    for (const row of rows.splice(size)) {
      link.hidden = link.parentElement.hidden = false;
      remove(row, link);
    }
    if (!link.hidden && rows.length)
      link.href = `?before=${encodeURIComponent(rows.at(-1).dataset.key)}`;
  }

  /** @param {number} topic */
  #remove(topic) {
    this.#waiting.delete(topic);
    const row = this.#row(topic);
    if (row)
      remove(row, (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("a"));
    this.#trim();
    this.#showPill();
  }

  #showNew = () => {
    const came = [...this.#waiting.keys()];
    this.#moveWaiting();
    this.#showPill();
    scrollTo({ top: 0, behavior: "instant" });
    const first = this.#rows.find((row) => came.includes(Number(row.dataset.topic)));
    focusOn(first?.querySelector(".row__link") ?? this);
  };

  #showPill() {
    const number = this.#waiting.size;
    if (this.#pill) {
      this.#pill.hidden = number === 0;
      if (number) this.#pill.textContent = t("topics", number);
    }
    countInTitle("list", new Set([...this.#waiting.keys(), ...this.#unseen]).size);
  }

  // A sort key, compared as text: pinned topics first, then by activity.
  /** @param {HTMLElement} row */
  #place(row) {
    return `${row.dataset.pinned ? `1${row.dataset.pinned}` : "0"} ${row.dataset.key}`;
  }

  /** @param {number | string} topic @returns {HTMLElement | null} */
  #row(topic) {
    return this.#list.querySelector(`:scope > [data-topic="${topic}"]`);
  }

  /** @returns {HTMLElement[]} */
  get #rows() {
    return [.../** @type {HTMLCollectionOf<HTMLElement>} */ (this.#list.children)].filter(
      (row) => row.dataset.topic,
    );
  }

  get #cursor() {
    return this.#rows.map((row) => `${row.dataset.topic}:${row.dataset.change}`).join(",");
  }

  get #list() {
    return this.querySelector("#rows");
  }

  get #isFirst() {
    return this.dataset.firstPage === "yes";
  }

  get #pill() {
    return this.querySelector("[data-pill]");
  }
}

customElements.define("live-list", LiveList);
