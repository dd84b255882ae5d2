// @ts-check
// Who else is here. <live-presence>: who reads this topic. "Ada is writing…": below a topic's posts, and in its row of a
// list; and the other way round, that somebody writes here. All of it changes quietly: nobody wants it read out.

import { live, replace, words } from "./live.js";
import { whom } from "./news.js";

const RENEWAL = 3000; // ms; the server forgets a writer after 6 s
const LONGEST = 24; // letters of a name

class LivePresence extends HTMLElement {
  connectedCallback() {
    live.addEventListener("message", this.#hear);
  }

  disconnectedCallback() {
    live.removeEventListener("message", this.#hear);
  }

  /** @param {PageMessageEvent} event */
  #hear = ({ detail }) => {
    if (detail.type === "presence" && detail.topic === Number(this.dataset.topic)) this.#show(detail);
  };

  /** @param {Wire.Presence} presence */
  #show({ members, guests, faces }) {
    const [count, people] = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.children);
    const total = members + guests;
    count.textContent = total ? words("reading", total) : "";
    count.title = whom(members, guests);
    const now = /** @type {HTMLElement} */ (people.cloneNode());
    now.innerHTML = faces; // made by the server, as other HTML is
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

// --- Who writes ---

/** @type {Map<string, Wire.Writer[]>} */
const writers = new Map(); // topic -> names
let toldAt = 0;

live.addEventListener("message", (/** @type {PageMessageEvent} */ { detail }) => {
  if (detail.type === "writing") hear(detail.topics);
  else if (detail.type === "post_update" && detail.kind === "created") sent(detail);
});

// What is not heard any more does not go on for ever.
live.addEventListener("state", (/** @type {StateEvent} */ { detail: { state } }) => {
  if (state === "live") return;
  writers.clear();
  showAll();
});

document.addEventListener("input", (event) => {
  const target = /** @type {HTMLTextAreaElement} */ (event.target);
  const topic = target.closest?.("live-topic")?.dataset.topic;
  if (!topic || !target.matches("[data-composer]") || !target.value.trim()) return;
  if (Date.now() - toldAt < RENEWAL) return;
  toldAt = Date.now();
  live.send({ type: "typing", topic: Number(topic) });
});

/** @param {Record<string, Wire.Writer[]>} topics */
function hear(topics) {
  if (live.state === "waiting" || live.state === "polling") return; // too slow to hear when somebody stops
  for (const [topic, people] of Object.entries(topics)) {
    const others = people.filter(([id]) => String(id) !== document.body.dataset.user);
    if (others.length) writers.set(topic, others);
    else writers.delete(topic);
  }
  showAll();
}

// Whoever has sent what they wrote is not writing any more.
/** @param {Wire.Update} update */
function sent({ topic, post }) {
  const people = writers.get(String(topic));
  if (people && post) hear({ [topic]: people.filter(([id]) => id !== post.author_id) });
}

export function showAll() {
  for (const place of document.querySelectorAll("[data-writing]")) {
    const text = sentence(writers.get(place.dataset.writing) ?? []);
    if (place.textContent !== text) place.textContent = text;
  }
}

/** @param {Wire.Writer[]} people */
function sentence(people) {
  if (!people.length) return "";
  const name = people.length === 1 ? "writing" : people.length === 2 ? "writingTwo" : "writingMany";
  const names = people.map(([, own]) => `\u2068${shortened(own)}\u2069`); // whatever direction each is written in
  return words(name).replace(/%([12])/g, (_, place) => names[place - 1]);
}

/** @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : name;
}
