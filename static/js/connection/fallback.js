// @ts-check
// Runs long polls while no socket can be opened.

/**
 * @typedef {object} Owner
 * @property {() => Wire.Watch[]} asks
 * @property {(message: Wire.ServerMessage) => void} handle
 * @property {(state: Wire.State) => void} become "waiting", "polling", "reconnecting" or "offline"
 * @property {() => boolean} isWanted whether there still is no socket
 */

export class Fallback {
  /** @type {import("./long_poll.js").LongPoll | null} */
  #poll = null;
  isHandingOut = false; // while an answer of theirs is dispatched

  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
  }

  get works() {
    return Boolean(this.#poll?.works);
  }

  async start() {
    if (this.#poll) return;
    const { LongPoll } = await import("./long_poll.js").catch(() => /** @type {any} */ ({}));
    if (LongPoll && !this.#poll && this.owner.isWanted()) this.#poll = new LongPoll(this);
  }

  stop() {
    this.#poll?.stop();
    this.#poll = null;
  }

  hurry() {
    this.#poll?.hurry();
  }

  // --- For the poll ---

  asks() {
    return this.owner.asks();
  }

  /** @param {Wire.ServerMessage} message */
  handle(message) {
    this.isHandingOut = true;
    this.owner.handle(message);
    this.isHandingOut = false;
  }

  /** @param {Wire.State} state */
  become(state) {
    this.owner.become(state);
  }
}
