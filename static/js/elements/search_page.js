// @ts-check
// <search-page>: shows the results while somebody types, and keeps the page's address at them.

import { Refusal } from "../connection/pauses.js";
import { element, parsed, replace } from "../dom.js";
import { refresh as refreshTimes } from "../times.js";
import { LiveResults } from "./live_results.js";

const PAUSE = 200; // ms of typing before the forum is asked
const PATIENCE = 10_000; // ms for its answer
const QUIET = 1000; // ms without new results before screen readers hear how many there are
const KEPT = ["by", "order"]; // how results are shown
/** @type {Record<number, string>} */
const REASONS = { 422: "late", 429: "busy" }; // data attributes that say them

class SearchPage extends HTMLElement {
  /** @type {AbortController} */
  #request = null; // the latest
  #line = ""; // whose results are shown
  #filled = ""; // whose filters the form shows

  connectedCallback() {
    this.results = /** @type {HTMLElement} */ (this.querySelector(".results"));
    this.state = /** @type {HTMLElement} */ (this.querySelector("[data-state]"));
    this.filters = this.querySelector("details");
    this.field = /** @type {HTMLInputElement} */ (this.querySelector("[type=search]"));
    this.#line = this.#filled = this.field.value;
    this.field.addEventListener("input", this.#typed);
    this.field.addEventListener("compositionend", this.#typed);
    this.filters.addEventListener("toggle", () => this.filters.open && this.#fill());
    this.live = new LiveResults(this.results, () => this.#refresh());
    this.#goToEnd();
    if (this.field.autofocus) this.field.addEventListener("focus", this.#goToEnd, { once: true }); // it may come later
  }

  disconnectedCallback() {
    this.live.end();
    this.#request?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.saying);
  }

  // Behind what is there already, unless somebody was quicker.
  #goToEnd = () => {
    const { value, selectionEnd } = this.field;
    const isAtStart = document.activeElement === this.field && !selectionEnd;
    if (isAtStart) this.field.setSelectionRange(value.length, value.length);
  };

  // A word that is being composed (Chinese, Japanese, Korean) is none yet.
  #typed = (/** @type {Event} */ event) => {
    clearTimeout(this.timer);
    if (/** @type {InputEvent} */ (event).isComposing) return;
    this.timer = setTimeout(() => this.#search(), PAUSE);
  };

  // An answer to an earlier question is dropped.
  async #search() {
    const line = this.field.value;
    if (line === this.#line) return;
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    const timer = setTimeout(() => request.abort(), PATIENCE);
    const asked = this.#questionFor(line);
    try {
      const html = line.trim() && (await this.#ask(`?${asked}`, request));
      if (request === this.#request) this.#show(line, html);
      if (request === this.#request) history.replaceState(history.state, "", `?${asked}`);
    } catch (error) {
      if (request === this.#request) this.#warn(/** @type {Refusal} */ (error));
    } finally {
      clearTimeout(timer);
    }
  }

  // The results on show, as they are now. Rejects if they can't be had.
  async #refresh() {
    const line = this.#line;
    if (!line.trim()) return;
    const html = await this.#ask(location.href, { signal: AbortSignal.timeout(PATIENCE) });
    if (line === this.#line) this.#put(html); // or something else was typed meanwhile
  }

  /** @param {string} line */
  #questionFor(line) {
    const before = new URLSearchParams(location.search);
    const asked = new URLSearchParams({ q: line, typing: "1" });
    for (const name of KEPT) if (before.has(name)) asked.set(name, before.get(name));
    return asked;
  }

  /** @param {string} address @param {{signal: AbortSignal}} request */
  async #ask(address, { signal }) {
    const headers = { "X-Requested-With": "part" };
    const response = await fetch(address, { headers, signal, cache: "no-store" });
    if (!response.ok || response.redirected) throw new Refusal(response);
    return response.text();
  }

  /** @param {string} line @param {string} html */
  #show(line, html) {
    this.#line = line;
    this.#put(html);
    this.state.className = "visually-hidden";
    this.state.textContent = "";
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      const said = [...this.results.querySelectorAll("[data-said]")];
      this.state.textContent = said.map((one) => one.textContent.trim()).join(" ");
    }, QUIET);
  }

  /** @param {string} html */
  #put(html) {
    const now = element(`<div class="results" id="results">${html}</div>`);
    refreshTimes(now);
    replace(this.results, now);
  }

  // The results that are shown stay, and the form can be sent.
  /** @param {Refusal} error */
  #warn({ status }) {
    clearTimeout(this.saying);
    this.state.className = "notice notice--warning";
    this.state.textContent = this.dataset[REASONS[status] ?? "unanswered"];
  }

  // The filters of what has been typed since.
  async #fill() {
    const line = this.#line;
    if (line === this.#filled) return;
    const response = await fetch(location.href, { cache: "no-store" });
    if (!response.ok) return;
    const page = parsed(await response.text());
    replace(this.filters.querySelector("form"), page.querySelector("search details form"));
    this.#filled = line;
  }
}

customElements.define("search-page", SearchPage);
