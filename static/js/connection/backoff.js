// @ts-check
// Decides how long to wait before the next attempt to open a socket.

import { RESTARTING, RESYNC } from "../constants.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const STEADY = 10_000; // ms after which a socket counts as a success
const ENOUGH = 3; // failures before long polls start
const TOO_MANY = 6; // failures in a hidden tab
const PROBE = 60_000; // ms at least between two attempts while long polls work
const SPREAD = 12_000; // ms: after a restart each page chooses a random moment within this time

export class Backoff {
  #failures = 0;
  #isOneOfAll = false; // all pages reconnect, since the server restarts

  // To be called when a socket was closed with this code, after it was live for so many ms.
  /** @param {number} code @param {number} life */
  ended(code, life) {
    if (life > STEADY) this.#failures = 0;
    if (code !== RESYNC) this.#failures += 1;
    if (RESTARTING.includes(code % 3000)) this.#isOneOfAll = true; // 4012 from daphne
  }

  // A socket that opens but stays silent may be held up by a proxy: don't wait for more failures.
  wasSilent() {
    this.#failures = Math.max(this.#failures, ENOUGH - 1);
  }

  live() {
    this.#isOneOfAll = false;
  }

  forget() {
    this.#failures = 0;
  }

  get isEnough() {
    return this.#failures >= ENOUGH;
  }

  get isTooMuch() {
    return this.#failures > TOO_MANY;
  }

  // Returns ms.
  /**
   * @param {number} code that the last socket was closed with
   * @param {boolean} isPolling whether long polls work meanwhile
   */
  delay(code, isPolling) {
    if (code === RESYNC) return Math.random() * FIRST_DELAY;
    if (isPolling) return PROBE * (1 + Math.random());
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#failures - 1));
    return Math.random() * (this.#isOneOfAll ? Math.max(SPREAD, delay) : delay);
  }
}
