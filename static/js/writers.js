// @ts-check
// Shows "Ada is writing…" below a topic's posts and in its rows, and sends that the reader is writing.

import { live } from "./connection/connection.js";
import { WRITING_LASTS } from "./constants.js";
import { t } from "./i18n.js";

const RENEWAL = 500 * WRITING_LASTS; // ms: twice within the lifetime of a writing mark
const LONGEST = 24; // letters of a name

/** @type {Map<string, Wire.Writer[]>} */
const writers = new Map(); // topic -> names
let toldAt = 0;

live.addEventListener("message", (/** @type {PageMessageEvent} */ { detail }) => {
  if (detail.type === "writing") handle(detail.topics);
  else if (detail.type === "post_update" && detail.kind === "created") sent(detail);
});

// Removes writers if the connection is lost.
live.addEventListener("state", (/** @type {StateEvent} */ { detail: { state } }) => {
  if (state === "live") return;
  writers.clear();
  showWriters();
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
function handle(topics) {
  if (live.state === "waiting" || live.state === "polling") return; // too slow to show when somebody stops
  for (const [topic, people] of Object.entries(topics)) {
    const others = people.filter(([id]) => String(id) !== document.body.dataset.user);
    if (others.length) writers.set(topic, others);
    else writers.delete(topic);
  }
  showWriters();
}

// An author of a new post is not writing any more.
/** @param {Wire.Update} update */
function sent({ topic, post }) {
  const people = writers.get(String(topic));
  if (people && post) handle({ [topic]: people.filter(([id]) => id !== post.author_id) });
}

export function showWriters() {
  for (const place of document.querySelectorAll("[data-writing]")) {
    const text = sentence(writers.get(place.dataset.writing) ?? []);
    if (place.textContent !== text) place.textContent = text;
  }
}

/** @param {Wire.Writer[]} people */
function sentence(people) {
  if (!people.length) return "";
  const name = people.length === 1 ? "writing" : people.length === 2 ? "writingTwo" : "writingMany";
  const names = people.map(([, own]) => `\u2068${shortened(own)}\u2069`); // isolates: names may have any direction
  return t(name).replace(/%([12])/g, (_, place) => names[place - 1]);
}

/** @param {string} name */
function shortened(name) {
  const letters = [...name];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : name;
}
