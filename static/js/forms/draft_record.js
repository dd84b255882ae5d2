// @ts-check
// The record of one form among the drafts of this browser. A Web Lock says that its form is open.

import { isEqual, wasSaved } from "./answers.js";
import { of, open, remove, save } from "./drafts.js";
import { hex } from "./form_fields.js";

const MOST_ATTEMPTS = 5; // texts of one form that may have been saved

export class DraftRecord {
  #id = hex();
  /** @type {(value?: unknown) => void} */
  #letGo = () => {};
  /** @type {Promise<unknown>} */
  held = null; // until its lock is released
  savedAt = 0;
  /** @type {Record<string, string>[]} */
  attempted = []; // what was sent before, and perhaps saved

  /** @param {import("./form_fields.js").FormFields} fields @param {string | undefined} member the author */
  constructor(fields, member) {
    this.fields = fields;
    this.member = member;
  }

  // Stores the form, in place of the record `former`. Rejects if the browser can't store it.
  /** @param {Pick<Draft, "queue" | "server">} about @param {string | null} former */
  save(about, former = null) {
    this.savedAt = Date.now();
    const { all: fields, base, action } = this.fields;
    const own = { id: this.#id, member: this.member, action, at: this.savedAt };
    return save({ ...own, ...about, attempted: this.attempted, fields, base }, former);
  }

  remove() {
    return remove(this.#id);
  }

  /** @param {Record<string, string>} fields @param {Record<string, string>[]} attempted */
  attempt(fields, attempted = this.attempted) {
    const others = attempted.filter((one) => !isEqual(one, fields));
    this.attempted = [...others, fields].slice(-MOST_ATTEMPTS);
  }

  // Drafts of this form that no open page shows, newest first.
  /** @returns {Promise<Draft[]>} */
  async others() {
    await open();
    const kept = await of(this.member, this.fields.action);
    const locks = (await navigator.locks?.query())?.held ?? [];
    const shown = new Set(locks.map((lock) => lock.name));
    return kept.filter((draft) => draft.id !== this.#id && !shown.has(lockOf(draft.id)));
  }

  /** @param {string | undefined} member whose name it is sent in @returns {Sendable} */
  sendable(member = this.member) {
    const { all: fields, action } = this.fields;
    return { action, member, fields, attempted: this.attempted };
  }

  wasSaved() {
    return wasSaved(this.sendable());
  }

  hold() {
    this.held = navigator.locks
      ?.request(lockOf(this.#id), () => new Promise((letGo) => (this.#letGo = letGo)))
      .catch(() => {});
  }

  // A lock keeps pages out of the back/forward cache.
  letGo() {
    this.#letGo();
  }

  // Uses a new record; the previous one stays.
  beginAnew() {
    this.#letGo();
    this.#id = hex();
    this.hold();
  }
}

// Held while a form shows the draft.
/** @param {string} id */
export function lockOf(id) {
  return `draft ${id}`;
}
