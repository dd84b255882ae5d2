// @ts-check
// Puts the events of a numbered stream in order: a topic's, or a member's. Its cursor is the change
// number of the last event applied: the next event is applied, older ones are ignored, and gaps are
// requested. tests/cases/change_queue.json tests it and the tests' model in Python.

import { pause } from "./pauses.js";

const REORDERING = 200; // ms to wait for missing events before they are requested

/**
 * @template {Wire.TopicUpdate | Wire.PersonalUpdate} Update
 * @typedef {object} Owner
 * @property {number} have the cursor: the number of the last change that the page shows
 * @property {(event: Update) => void} apply
 * @property {(epoch: Wire.Epoch, have: number) => Promise<Wire.ServerMessage>} ask for everything after `have`
 * @property {(answer: Wire.ServerMessage) => void} handle what came of it; `changes` are to be handed to `catchUp`
 * @property {() => void} reload the numbers can't be trusted: show the topic anew, then `restart`
 */

/** @template {Wire.TopicUpdate | Wire.PersonalUpdate} Update */
export class ChangeQueue {
  /** @type {Map<number, Update>} */
  #early = new Map(); // change -> event that came too early
  /** @type {number | null} */
  #hole = null;
  #isAsking = false;
  #failures = 0; // in succession

  /** @param {Wire.Epoch} epoch @param {Owner<Update>} owner @param {Timers} timers */
  constructor(epoch, owner, timers = globalThis) {
    this.epoch = epoch;
    this.owner = owner;
    this.timers = timers;
  }

  /** @param {Update} event */
  receive(event) {
    if (event.epoch !== this.epoch) return this.owner.reload();
    if (event.change <= this.have) return;
    this.#early.set(event.change, event);
    this.#applyInOrder();
    if (this.#early.size) this.#askSoon();
  }

  // Applies an answer; returns whether it was complete.
  /** @param {{epoch: Wire.Epoch, change: number, events: Update[], more: boolean}} answer */
  catchUp(answer) {
    if (answer.epoch !== this.epoch) {
      this.owner.reload();
      return false;
    }
    for (const event of answer.events) if (event.change > this.have) this.owner.apply(event);
    this.owner.have = Math.max(this.have, answer.change);
    this.#applyInOrder();
    if (answer.more) this.#ask();
    return !answer.more;
  }

  // Compares with a head from the server.
  /** @param {Wire.Head | undefined} head */
  compare(head) {
    if (!head) return;
    const [epoch, change] = head;
    if (epoch !== this.epoch) this.owner.reload();
    else if (change > this.have) this.#askSoon();
  }

  // To be called when the posts were reloaded.
  /** @param {Wire.Epoch} epoch @param {number} have */
  restart(epoch, have) {
    this.#early.clear();
    this.epoch = epoch;
    this.owner.have = have;
  }

  get have() {
    return this.owner.have;
  }

  stop() {
    this.timers.clearTimeout(this.#hole);
  }

  #applyInOrder() {
    for (let event = this.#next; event; event = this.#next) {
      this.owner.have = event.change;
      this.owner.apply(event);
    }
    for (const change of this.#early.keys()) if (change <= this.have) this.#early.delete(change);
    if (this.#early.size) return;
    this.timers.clearTimeout(this.#hole);
    this.#hole = null;
  }

  // An event may stand for several changes: those after `since`.
  /** @returns {Update | undefined} */
  get #next() {
    return [...this.#early.values()].find(
      (event) =>
        (("since" in event && event.since) || event.change - 1) <= this.have &&
        event.change > this.have,
    );
  }

  #askSoon(wait = REORDERING) {
    this.#hole ??= this.timers.setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = this.owner.ask(this.epoch, this.have);
    const answer = await asked.catch((error) => this.#failed(error));
    this.#isAsking = false;
    if (!answer) return;
    this.#hole = null;
    this.#failures = 0;
    this.owner.handle(answer);
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#hole = null;
    const wait = pause(error, this.#failures++);
    if (wait !== null && this.#early.size) this.#askSoon(wait);
  }
}
