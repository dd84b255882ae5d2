// @ts-check
// News of the page: for screen readers; and in the header, whether the page is live, how many posts have come in topics
// that it does not show, and how many people are online. Guests are counted, the invisible are not.

import { countInTitle, live, words } from "./live.js";

const PAUSE = 10_000; // ms, at least, between two announcements to screen readers
const TOGETHER = 500; // ms: what comes within so little is announced in one sentence
const REASSURE = 4000; // ms that "up to date again" stays
const LOST = ["reconnecting", "offline"];
const PATIENCE = 1500; // ms without a connection before the reader is told, unless the browser is sure

// --- For screen readers ---

const announcer = document.getElementById("announcer"); // members can switch it off in their profile
/** @type {{counts: Map<string, number>, state: string, at: number, timer: number | null}} */
const announced = { counts: new Map(), state: "", at: -PAUSE, timer: null };

// One more of what `words` can count. What comes while another announcement is recent is counted in the next.
/** @param {string} name */
export function announceNew(name) {
  announced.counts.set(name, (announced.counts.get(name) ?? 0) + 1);
  announceSoon();
}

// Of several states only the last is worth hearing.
/** @param {string} text */
function announceState(text) {
  announced.state = text;
  announceSoon();
}

function announceSoon() {
  if (!announcer || document.hidden) return;
  const wait = Math.max(TOGETHER, announced.at + PAUSE - performance.now());
  announced.timer ??= setTimeout(announce, wait);
}

function announce() {
  announced.timer = null;
  if (document.hidden) return;
  const sentences = [...announced.counts].map(([name, number]) => words(name, number));
  if (announced.state) sentences.push(announced.state);
  announced.counts.clear();
  announced.state = "";
  if (!sentences.length) return;
  announced.at = performance.now();
  const said = document.createElement("p"); // a new one is read out, also when it says the same as the last
  said.textContent = sentences.join(", ");
  announcer.replaceChildren(said);
}

document.addEventListener("visibilitychange", announceSoon);

// --- Whose page it is ---

// The reader of the page that was loaded last in this browser: a sign-in or sign-out in another tab is known from there
// before any server is asked. Where storage is forbidden, the server tells when the socket comes back.
const LAST = "reader";
const own = () => document.body.dataset.user ?? "guest";

try {
  localStorage.setItem(LAST, own());
  addEventListener("storage", compare);
  addEventListener("pageshow", ({ persisted }) => persisted && compare());
} catch {}

function compare() {
  if (localStorage.getItem(LAST) !== own()) checkReader(true);
}

// `isAnother`: somebody else, or nobody, is signed in here now.
/** @param {boolean} isAnother */
function checkReader(isAnother) {
  live.load(() => import("./reader.js").then(({ check }) => check(isAnother)));
}

// --- In the header ---

class LiveStatus extends HTMLElement {
  #isLost = false; // and the reader was told
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
      this.#say("live", again && this.dataset.state !== "live" ? words("current") : words("live"));
      this.timer = setTimeout(() => this.#say("live", words("live")), REASSURE);
    } else {
      this.timer = setTimeout(() => this.#say(state, words(state)), state === "offline" ? 0 : PATIENCE);
    }
  };

  /** @param {string} state @param {string} text */
  #say(state, text) {
    const isLost = LOST.includes(state);
    if (isLost !== this.#isLost || (isLost && state !== this.dataset.state)) announceState(text);
    this.#isLost = isLost;
    this.hidden = false;
    this.dataset.state = state;
    this.textContent = text;
  }
}

customElements.define("live-status", LiveStatus);

class Elsewhere {
  #link = document.querySelector("[data-elsewhere]");
  /** @type {number | "now"} */
  #newest = Number(document.body.dataset.newest ?? 0) || "now"; // a guest's page doesn't say: it may be kept for a while
  #count = 0;
  /** @type {Map<number, number>} */
  #heard = new Map(); // topic -> change last counted

  constructor() {
    /** @type {Subscription} */
    const subscription = {
      ask: () => ({ type: "watch", news: this.#newest, ...this.#shown }),
      hear: (message) => {
        if (message.type === "news") live.answered(subscription);
        this.#hear(message);
      },
    };
    live.subscribe(subscription);
  }

  // What the page shows itself: its posts are no news.
  /** @returns {{topic?: number, list?: Wire.ListName}} */
  get #shown() {
    const topic = document.querySelector("live-topic");
    const list = document.querySelector("live-list");
    if (topic) return { topic: Number(topic.dataset.topic) };
    return list ? { list: list.dataset.list } : {};
  }

  /** @param {Wire.ServerMessage} message */
  #hear(message) {
    if (message.type === "news") {
      const { reader } = message;
      if (reader !== document.body.dataset.reader)
        checkReader(parseInt(reader, 10) !== Number(document.body.dataset.user ?? 0));
      this.#newest = Math.max(Number(this.#newest) || 0, message.newest) || "now";
      this.#add(message.count);
    } else if (message.type === "post_update" && "title" in message) this.#weigh(message);
  }

  /** @param {Wire.Update} update */
  #weigh({ kind, topic, change, post }) {
    if (kind !== "created" || !post || post.id <= Number(this.#newest)) return;
    if ((this.#heard.get(topic) ?? 0) >= change) return;
    this.#heard.set(topic, change);
    const mine = String(post.author_id) === document.body.dataset.user;
    const shown = this.#shown.topic === topic || document.querySelector("live-list")?.has(topic);
    if (!mine && !shown) this.#add(1);
  }

  /** @param {number} number */
  #add(number) {
    this.#count += number;
    if (!this.#link || !number) return;
    this.#link.hidden = false;
    this.#link.dataset.count = String(this.#count);
    this.#link.title = this.#link.textContent = words("elsewhere", this.#count);
    countInTitle("elsewhere", this.#count);
  }
}

new Elsewhere();

const online = document.querySelector("[data-online]");

live.addEventListener("message", (/** @type {PageMessageEvent} */ { detail }) => {
  if (detail.type !== "online" || !online) return;
  const { members, guests } = detail;
  online.textContent = words("online", members + guests);
  online.title = whom(members, guests);
  online.hidden = members + guests === 0;
});

// "12 members, 3 guests"
/** @param {number} members @param {number} guests */
export function whom(members, guests) {
  const parts = [members && words("members", members), guests && words("guests", guests)];
  return parts.filter(Boolean).join(", ");
}
