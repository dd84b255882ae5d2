// @ts-check
// A form with text: saves its fields as a draft while somebody types, restores them on the next page,
// and sends them without leaving the page before the forum has answered.

import { isEqual } from "./answers.js";
import { ConnectedDraft } from "./connected_draft.js";
import { DraftRecord } from "./draft_record.js";
import { FormFields, texts } from "./form_fields.js";
import { Restoring } from "./restoring.js";
import { Sending } from "./sending.js";

const PAUSE = 500; // ms of typing that may be lost

/**
 * @typedef {object} Owner
 * @property {(what: string, status?: number) => void} say is told "saved", "restored", "sending", or what is wrong
 * @property {(outcome: Outcome) => boolean} [saved] shows what was saved on this page; else the reader is taken there
 * @property {(outcome: Outcome) => boolean} [refused] shows what is wrong in the form; else the forum's page does
 * @property {() => boolean} [queues] whether what is sent may wait in the outbox for an answer
 * @property {(outcome: Outcome) => void} [queued] it waits there now
 */

export class WrittenForm {
  member = document.body.dataset.user; // the author
  /** @type {number | null} */
  #timer = null;
  /** @type {Promise<boolean>} */
  #saving = Promise.resolve(false); // the record as it is to be stored
  #over = new AbortController();
  /** @type {ConnectedDraft | null} */
  server = null; // for posts of members

  /** @param {HTMLFormElement} form @param {Owner} owner */
  constructor(form, owner) {
    this.form = form;
    this.owner = owner;
    this.say = owner.say;
    this.fields = new FormFields(form);
    this.record = new DraftRecord(this.fields, this.member);
    this.sending = new Sending(this);
    this.restoring = new Restoring(this);
    this.#listen();
    this.record.hold();
    if (form.elements.draft_version && this.member) this.#connect();
    this.restored = this.restore();
    if (this.isWritten && !this.server?.isShown) this.#changed();
  }

  get isWritten() {
    return this.fields.isWritten;
  }

  // `former`: the record that this one replaces. `isAside`: another text takes its place in the form, and so on the server.
  /** @param {{former?: string | null, queue?: Queue, isSilent?: boolean, isAside?: boolean}} options @returns {Promise<boolean>} whether the browser has it */
  async save({ former = null, queue, isSilent = Boolean(former), isAside = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.isWritten && !queue) return (this.#saving = this.record.remove().then(no, no));
    const { version, isAhead } = this.server?.draft ?? {};
    const server = this.server && !isAside ? { version, isAhead } : null;
    this.#saving = this.record.save({ queue, server }, former).then(yes, no);
    const isSaved = await this.#saving;
    if (!this.sending.isSending && !(isSaved && isSilent)) this.say(isSaved ? "saved" : "full");
    return isSaved;
  }

  restore() {
    return this.restoring.begin();
  }

  // Resets the form, since the page may be visited again by the back button.
  renew() {
    this.record.attempted = [];
    this.fields.reset();
    this.save();
  }

  // Takes back a post that was queued, to be edited. The text that was here is restored after it.
  /** @param {Draft} sent */
  take({ id, fields, base, attempted }) {
    if (!this.hasRoomFor(fields)) {
      this.save({ isAside: true });
      this.record.beginAnew();
    }
    this.fields.base = base;
    this.record.attempt(fields, attempted);
    this.fields.fill(fields);
    this.server?.draft.changed();
    return this.save({ former: id });
  }

  // Whether nothing else stands in it.
  /** @param {Record<string, string>} fields */
  hasRoomFor(fields) {
    return !this.isWritten || isEqual(texts(fields), texts(this.fields.all));
  }

  // The post was edited meanwhile; what was typed here stays.
  /** @param {string} body @param {string} version */
  rebase(body, version) {
    const { isWritten } = this;
    this.fields.rebase(body, version);
    if (isWritten) return this.save({ isSilent: true });
    this.fields.fill({ body });
    if (this.server) this.server.draft.known = this.fields.all;
  }

  // To be called before the form is removed from the page; another one may take its place.
  end() {
    this.#store();
    this.#saving.then(() => this.record.letGo()); // or the outbox takes what was just saved for waiting
    this.server?.end();
    this.#over.abort();
  }

  #listen() {
    const { form } = this;
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sending.send();
    });
    const { signal } = this.#over;
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#returned(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#saveNow(), {
      signal,
    });
  }

  #connect() {
    this.server = new ConnectedDraft(this.fields, this.member, {
      say: (what) => this.say(what),
      clear: () => this.sending.isSending || this.renew(),
      stored: () => {
        if (this.isWritten && !this.sending.isSending) this.save({ isSilent: !this.#timer }); // or it would take the place of what is queued
      },
    });
  }

  #changed() {
    this.server?.draft.changed();
    this.#timer ??= setTimeout(() => this.save(), PAUSE);
  }

  #saveNow() {
    if (this.#timer && this.form.isConnected) this.save();
  }

  #returned() {
    this.record.hold();
    this.sending.set(false);
    this.restoring.resume();
  }

  #leave() {
    this.#store();
    this.record.letGo();
  }

  #store() {
    this.#saveNow();
    this.server?.leave();
  }
}

const yes = () => true;
const no = () => false;
