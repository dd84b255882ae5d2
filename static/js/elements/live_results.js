// @ts-check
// Keeps the results of a search current. Every page is told of every change in what its reader may see, without any text
// of it (docs/realtime.md): what concerns a result on show is asked for at once, what may be a new one soon.

import { live } from "../connection/connection.js";
import { pause } from "../connection/pauses.js";

const AT_ONCE = 200; // ms
const SOON = 2000; // ms, for all changes in that time
const RARELY = 10_000; // ms from one such question to the next: in a busy forum each costs a search
const EVERY = 60_000; // ms, since an event can get lost
const MAY_MATCH = [
  "created",
  "edited",
  "restored",
  "renamed",
  "moved",
  "opened",
  "closed",
  "tagged",
];
const CONNECTED = ["live", "waiting", "polling"];

export class LiveResults {
  /** @type {number | undefined} */
  #timer = undefined;
  #due = Infinity;
  #isAsking = false;
  #mayHaveMore = false;
  #askedForMoreAt = 0;
  #failures = 0; // in succession
  #restUntil = 0; // after a failure
  #over = new AbortController();

  /** @param {HTMLElement} results @param {() => Promise<void>} refresh */
  constructor(results, refresh) {
    this.results = results;
    this.refresh = refresh;
    const { signal } = this.#over;
    live.addEventListener("message", this.#heard, { signal });
    live.addEventListener("state", this.#connected, { signal });
    document.addEventListener("visibilitychange", () => this.#plan(0), { signal });
    this.#plan(EVERY);
  }

  end() {
    this.#over.abort();
    clearTimeout(this.#timer);
  }

  #heard = (/** @type {PageMessageEvent} */ { detail }) => {
    if (detail.type !== "post_update") return;
    const { kind, topic, post } = detail;
    if (this.#shows(topic, post?.id)) this.#plan(AT_ONCE);
    else if (MAY_MATCH.includes(kind)) {
      this.#mayHaveMore = true;
      this.#plan(this.#soon);
    }
  };

  // Not all pages at the same moment.
  get #soon() {
    const wait = Math.max(SOON, this.#askedForMoreAt + RARELY - Date.now());
    return wait * (1 + Math.random() / 2);
  }

  // What happened before was missed.
  #connected = (/** @type {StateEvent} */ { detail }) => {
    if (CONNECTED.includes(detail.state)) this.#plan(AT_ONCE);
  };

  /** @param {number} topic @param {number} [post] all of the topic's, if none */
  #shows(topic, post) {
    const selector = post ? `[data-post="${post}"]` : `[data-topic="${topic}"]`;
    return Boolean(this.results.querySelector(selector));
  }

  /** @param {number} wait */
  #plan(wait) {
    wait = Math.max(wait, this.#restUntil - Date.now());
    if (document.hidden || Date.now() + wait >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = Date.now() + wait;
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  async #run() {
    this.#due = Infinity;
    if (this.#isAsking) return this.#plan(AT_ONCE); // what came meanwhile may be newer than the answer
    this.#isAsking = true;
    if (this.#mayHaveMore) this.#askedForMoreAt = Date.now();
    this.#mayHaveMore = false;
    try {
      await this.refresh();
      this.#failures = 0;
      this.#plan(EVERY);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    const wait = pause(error, this.#failures++);
    if (wait === null) return; // until something happens
    this.#restUntil = Date.now() + Math.max(wait, RARELY);
    this.#plan(0);
  }
}
