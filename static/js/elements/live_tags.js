// @ts-check
// <live-tags>: the overview of tags. What it counts may change with any topic that its reader may see, so it is asked for
// again as results of a search are.

import { Refusal } from "../connection/pauses.js";
import { parsed, replace } from "../dom.js";
import { fetchFresh } from "../http.js";
import { LiveResults } from "./live_results.js";

class LiveTags extends HTMLElement {
  /** @type {LiveResults | null} */
  #results = null;

  connectedCallback() {
    this.#results = new LiveResults(this, () => this.#refresh());
  }

  disconnectedCallback() {
    this.#results?.end();
  }

  async #refresh() {
    const response = await fetchFresh(location.href);
    if (!response.ok || response.redirected) throw new Refusal(response);
    const [shown, now] = [this, parsed(await response.text()).querySelector("live-tags")].map(
      (one) => /** @type {HTMLElement} */ (one.firstElementChild),
    );
    replace(shown, now);
  }
}

customElements.define("live-tags", LiveTags);
