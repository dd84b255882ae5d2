// @ts-check
// Tracks how far the reader has read, and sends it to the server at most once a second.

const PAUSE = 1000; // ms between two messages

/**
 * @typedef {object} Owner
 * @property {(number: number) => Promise<unknown> | undefined} send rejects if the server could not be reached
 * @property {() => boolean} isReady whether there is a way to it yet: when there is, call `flush`
 * @property {() => boolean} isMember guests' readings are not kept
 */

export class ReadTracker {
  #sent = 0; // sent to the server
  /** @type {number | null} */
  #timer = null;
  seen = 0; // the highest number that was on the screen

  /** @param {Owner} owner @param {Timers} timers */
  constructor(owner, timers = globalThis) {
    this.owner = owner;
    this.timers = timers;
  }

  /** @param {number} number */
  see(number) {
    if (number <= this.seen) return;
    this.seen = number;
    this.#timer ??= this.timers.setTimeout(() => this.owner.isReady() && this.flush(), PAUSE);
  }

  // At once, as when the page is left.
  flush() {
    this.timers.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.seen <= this.#sent || !this.owner.isMember()) return;
    this.#sent = this.seen;
    this.owner.send(this.seen)?.catch(() => {
      this.#sent = 0;
    });
  }
}
