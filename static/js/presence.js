// <live-presence>: who reads this topic now. It changes quietly: nobody wants to have each coming and going read out.

import { live, words } from "./live.js";
import { whom } from "./online.js";

class LivePresence extends HTMLElement {
  connectedCallback() {
    live.addEventListener("message", this.#hear);
  }

  disconnectedCallback() {
    live.removeEventListener("message", this.#hear);
  }

  #hear = ({ detail }) => {
    if (detail.type === "presence" && detail.topic === Number(this.dataset.topic)) this.#show(detail);
  };

  #show({ members, guests, faces }) {
    const [count, people] = this.children;
    const total = members + guests;
    count.textContent = total ? words("reading", total) : "";
    count.title = whom(members, guests);
    const focused = people.contains(document.activeElement) && document.activeElement.getAttribute("href");
    people.innerHTML = faces; // made by the server, as other HTML is
    const more = total - people.childElementCount;
    if (people.childElementCount && more) people.append(rest(more));
    if (focused) people.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

function rest(number) {
  const face = document.createElement("span");
  face.className = "avatar avatar--small presence__more";
  face.textContent = `+${number.toLocaleString()}`;
  return face;
}

customElements.define("live-presence", LivePresence);
