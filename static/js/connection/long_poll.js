// @ts-check
// Replaces a socket by requests that wait for changes. If those are cut or buffered, it sends plain
// ones every ten seconds and tries waiting ones again after a while. One request asks for everything
// that the page shows.

import { LONGEST_WAIT } from "../constants.js";

const GRACE = 5000; // ms beyond the waiting time after which a response counts as lost
const BREATH = 500; // ms between two waiting requests
const PLAIN = 10_000; // ms between two plain requests
const PROBE = 60_000; // ms at least until waiting requests are tried again
const FAILURES = 2;

export class LongPoll {
  works = false; // whether the last request was answered
  #waits = true;
  #isCurrent = false; // has had an answer since the start, or since the last failure
  #failures = 0;
  #isStopped = false;
  /** @type {AbortController | null} */
  #request = null;
  /** @type {() => void} */
  #wake = null;

  // asks() -> [message], handle(message), become(state): "waiting", "polling", "reconnecting" or "offline".
  /** @param {{asks(): Wire.Watch[], handle(message: Wire.ServerMessage): void, become(state: Wire.State): void}} page */
  constructor(page) {
    this.page = page;
    this.#run();
  }

  // Asks at once: the page shows something else, or the tab has become visible.
  hurry() {
    this.#isCurrent = false;
    this.#request?.abort("hurry");
    this.#wake?.();
  }

  stop() {
    this.#isStopped = true;
    this.hurry();
  }

  async #run() {
    while (!this.#isStopped) await this.#pause(await this.#round());
  }

  // Asks once; returns the ms until the next request.
  async #round() {
    const waits = this.#waits && this.#isCurrent && !document.hidden; // hidden tabs would use up the browser's connections
    const request = (this.#request = new AbortController());
    const timer = setTimeout(
      () => request.abort("held up"),
      waits ? LONGEST_WAIT * 1000 + GRACE : PLAIN,
    );
    try {
      const answers = await this.#answers(waits ? LONGEST_WAIT : 0, request.signal);
      if (this.#isStopped) return 0;
      this.#succeeded(waits);
      for (const answer of answers) this.page.handle(answer);
      return this.#waits && !document.hidden ? BREATH : this.#plain();
    } catch (error) {
      if (request.signal.reason === "hurry") return 0;
      this.#failed(waits);
      if (waits) return BREATH;
      return this.#plain() + (Number(/** @type {Error} */ (error).cause) || 0) * 1000;
    } finally {
      clearTimeout(timer);
      this.#request = null;
    }
  }

  /** @param {number} wait @param {AbortSignal} signal @returns {Promise<Wire.ServerMessage[]>} */
  async #answers(wait, signal) {
    const query = new URLSearchParams({ wait: String(wait) });
    for (const ask of this.page.asks()) query.append("watch", JSON.stringify(ask));
    const response = await fetch(`/live/feed?${query}`, { cache: "no-store", signal });
    if (!response.ok)
      throw new Error(`${response.status}`, { cause: response.headers.get("Retry-After") });
    return (await response.json()).answers;
  }

  /** @param {boolean} waits */
  #succeeded(waits) {
    this.works = this.#isCurrent = true;
    if (waits) this.#failures = 0;
    this.page.become(this.#waits ? "waiting" : "polling");
  }

  /** @param {boolean} waits */
  #failed(waits) {
    this.#isCurrent = false;
    if (!waits) {
      this.works = false;
      this.page.become(navigator.onLine ? "reconnecting" : "offline");
    } else if (++this.#failures >= FAILURES) {
      this.#waits = false;
      this.#failures = FAILURES - 1; // next time one failure is enough
      setTimeout(() => (this.#waits = true), PROBE * (1 + Math.random()));
    }
  }

  #plain() {
    return PLAIN * (0.75 + Math.random() / 2);
  }

  /** @param {number} time @returns {Promise<void>} */
  #pause(time) {
    return new Promise((done) => {
      const timer = setTimeout(done, time);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
