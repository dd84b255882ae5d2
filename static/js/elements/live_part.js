// @ts-check
// <live-part data-kind="search" data-key="5">: a part of a page for one member, which is fetched again when something of
// that kind changes in their personal stream; with a key, only when that thing does. `data-path` is where to fetch it, if
// not from the address of the page.

import { element, replace } from "../dom.js";
import { fetchPart } from "../http.js";
import { refresh as refreshTimes } from "../times.js";

const AGAIN = 3000; // ms until it is asked for again after a failure

export class LivePart extends HTMLElement {
  #isFetching = false;
  #isStale = false;
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
    document.removeEventListener("visibilitychange", this.#shown);
  }

  #shown = () => this.#isStale && this.refresh();

  // Not while nobody looks: fetching may say that it was seen.
  async refresh() {
    this.#isStale = true;
    if (this.#isFetching || document.hidden) return;
    this.#isFetching = true;
    this.#isStale = false;
    const part = await fetchPart(this.dataset.path ?? location.pathname + location.search).catch(
      () => "",
    );
    this.#isFetching = false;
    if (!part) setTimeout(() => this.refresh(), AGAIN);
    else {
      replace(/** @type {HTMLElement} */ (this.firstElementChild), element(part));
      refreshTimes(this);
      if (this.#isStale) this.refresh();
    }
  }
}

customElements.define("live-part", LivePart);
