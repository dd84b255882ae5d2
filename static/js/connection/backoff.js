// @ts-check
// How long to wait before the next try to get a socket.

import { ALL_COME_BACK, COME_BACK } from "../constants.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const STEADY = 10_000; // a socket that lives so long was worth having
const ENOUGH = 3; // failures before long polls begin beside
const TOO_MANY = 6; // in a tab that nobody looks at
const PROBE = 60_000; // at least, between two tries to get a socket while long polls do well
const SPREAD = 12_000; // after a restart each page chooses a moment within this time

export class Backoff {
  #failures = 0;
  #isOneOfAll = false; // that come back

  // A socket has ended with this code after it was live for so many ms.
  /** @param {number} code @param {number} life */
  ended(code, life) {
    if (life > STEADY) this.#failures = 0;
    if (code !== COME_BACK) this.#failures += 1;
    if (ALL_COME_BACK.includes(code % 3000)) this.#isOneOfAll = true; // 4012 from daphne
  }

  // It opens and then stays silent: something on the way may hold it up, and there is no need to wait for more failures.
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

  // In ms.
  /** @param {number} code that the last socket ended with @param {boolean} isPolling whether long polls do well meanwhile */
  delay(code, isPolling) {
    if (code === COME_BACK) return Math.random() * FIRST_DELAY;
    if (isPolling) return PROBE * (1 + Math.random());
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#failures - 1));
    return Math.random() * (this.#isOneOfAll ? Math.max(SPREAD, delay) : delay);
  }
}
