// @ts-check
// <live-presence>: who reads this topic. Not announced to screen readers.

import { live } from "../connection/connection.js";
import { replace } from "../dom.js";
import { audienceLabel, t } from "../i18n.js";
import "../writers.js";

class LivePresence extends HTMLElement {
  connectedCallback() {
    live.addEventListener("message", this.#handle);
  }

  disconnectedCallback() {
    live.removeEventListener("message", this.#handle);
  }

  /** @param {PageMessageEvent} event */
  #handle = ({ detail }) => {
    if (detail.type === "presence" && detail.topic === Number(this.dataset.topic))
      this.#show(detail);
  };

  /** @param {Wire.Presence} presence */
  #show({ members, guests, faces }) {
    const [count, people] = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.children);
    const total = members + guests;
    count.textContent = total ? t("reading", total) : "";
    count.title = audienceLabel(members, guests);
    const now = /** @type {HTMLElement} */ (people.cloneNode());
    now.innerHTML = faces; // rendered by the server
    const more = total - now.childElementCount;
    if (now.childElementCount && more) now.append(rest(more));
    replace(people, now);
  }
}

/** @param {number} number */
function rest(number) {
  const face = document.createElement("span");
  face.className = "avatar avatar--small presence__more";
  face.textContent = `+${number.toLocaleString()}`;
  return face;
}

customElements.define("live-presence", LivePresence);
