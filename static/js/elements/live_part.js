// @ts-check
// <live-part data-kind="search" data-key="5">: a part of a page for one member, which is fetched again when something of
// that kind changes in their personal stream; with a key, only when that thing does. `data-path` is where to fetch it, if
// not from the address of the page.

import { pause } from "../connection/pauses.js";
import { element, replace } from "../dom.js";
import { fetchPart } from "../http.js";
import { refresh as refreshTimes } from "../times.js";

export class LivePart extends HTMLElement {
  #isFetching = false;
  #isStale = false;
  #failures = 0; // in succession
  /** @type {number | null} */
  #timer = null; // of the next attempt
  /** @type {() => void} */
  #end = () => {};

  connectedCallback() {
    this.#follow();
    document.addEventListener("visibilitychange", this.#shown);
  }

  async #follow() {
    const { personal } = await import("../personal.js");
    this.#end = personal.subscribe({
      kind: this.dataset.kind,
      apply: (key) => {
        if (!this.dataset.key || key === this.dataset.key) this.refresh();
      },
      reload: () => this.refresh(),
    });
    if (personal.hasChanged(this.dataset.kind, this.dataset.key)) this.refresh();
  }

  disconnectedCallback() {
    this.#end();
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#shown);
  }

  #shown = () => this.#isStale && this.refresh();

  // Not while nobody looks: fetching may say that it was seen.
  async refresh() {
    this.#isStale = true;
    if (this.#isFetching || this.#timer || document.hidden) return;
    this.#isFetching = true;
    this.#isStale = false;
    try {
      const part = await fetchPart(this.dataset.path ?? location.pathname + location.search);
      replace(/** @type {HTMLElement} */ (this.firstElementChild), element(part));
      refreshTimes(this);
      this.#failures = 0;
    } catch (error) {
      this.#again(error);
    }
    this.#isFetching = false;
    if (this.#isStale) this.refresh();
  }

  // Whatever changes meanwhile waits for it, too.
  /** @param {unknown} error */
  #again(error) {
    const wait = pause(error, this.#failures++);
    if (wait === null) return; // until something changes
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.refresh();
    }, wait);
  }
}

customElements.define("live-part", LivePart);
