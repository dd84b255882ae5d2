// @ts-check
// <live-status>: shows in the header whether the page is live.

import { announceState } from "../announcer.js";
import { live } from "../connection/connection.js";
import { t } from "../i18n.js";

const REASSURE = 4000; // ms that "up to date again" stays
const LOST = ["reconnecting", "offline"];
const PATIENCE = 1500; // ms without a connection before it is shown, unless the browser is offline

class LiveStatus extends HTMLElement {
  #isLost = false; // and that is shown
  connectedCallback() {
    live.addEventListener("state", this.#show);
  }

  disconnectedCallback() {
    live.removeEventListener("state", this.#show);
  }

  /** @param {StateEvent} event */
  #show = ({ detail: { state, again } }) => {
    clearTimeout(this.timer);
    if (state === "live") {
      this.#display("live", again && this.dataset.state !== "live" ? t("current") : t("live"));
      this.timer = setTimeout(() => this.#display("live", t("live")), REASSURE);
    } else {
      this.timer = setTimeout(
        () => this.#display(state, t(state)),
        state === "offline" ? 0 : PATIENCE,
      );
    }
  };

  /** @param {string} state @param {string} text */
  #display(state, text) {
    const isLost = LOST.includes(state);
    if (isLost !== this.#isLost || (isLost && state !== this.dataset.state)) announceState(text);
    this.#isLost = isLost;
    this.hidden = false;
    this.dataset.state = state;
    this.textContent = text;
  }
}

customElements.define("live-status", LiveStatus);
