// @ts-check
// Sends a form without leaving the page before the forum has answered, and does what the answer says.

import { deliver, isEqual } from "./answers.js";

const PAUSE = 500; // ms to wait for the browser to store what was typed
const EXPLAINED = [200, 403, 404, 409, 422]; // the forum's own page explains it and contains the text

export class Sending {
  isSending = false;

  /** @param {import("./written_form.js").WrittenForm} written */
  constructor(written) {
    this.written = written;
    this.sender = written.member; // who has agreed to send it
  }

  async send() {
    if (this.isSending || this.#isAnother()) return;
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    this.set(true);
    this.#say("sending");
    const saving = this.written.save({
      queue: this.#queues ? { tries: 1, due: Date.now() + PAUSE } : undefined,
    });
    const sent = this.#record.sendable(this.sender); // at once: until it is stored, a copy of it is (drafts.js)
    const outcome = await deliver(sent);
    const isShown = await this.#become(outcome, sent, saving);
    const hasLost = document.activeElement === document.body; // as a button does that is disabled
    if (isShown && hasLost) focused.focus({ preventScroll: true });
  }

  /** @param {boolean} isSending */
  set(isSending) {
    this.isSending = isSending;
    const { form } = this.written;
    form.ariaBusy = isSending ? "true" : null;
    /** @type {HTMLButtonElement} */ (form.querySelector("button:not([type=button])")).disabled =
      isSending || Boolean(form.elements.body?.readOnly);
  }

  get #owner() {
    return this.written.owner;
  }

  // Not once the author has been signed out: nothing of theirs is shown then.
  get #queues() {
    const { member, owner } = this.written;
    return document.body.dataset.user === member && owner.queues?.();
  }

  get #record() {
    return this.written.record;
  }

  get #fields() {
    return this.written.fields;
  }

  /** @param {string} what @param {number} [status] */
  #say(what, status) {
    this.written.say(what, status);
  }

  // If somebody else has signed in in another tab meanwhile, ask before sending it in their name.
  #isAnother() {
    const { user } = document.body.dataset;
    if (!user || user === this.sender) return false;
    this.sender = user;
    this.#say("another");
    return true;
  }

  // Says whether the form goes on in this page with the focus where it was.
  /** @param {Outcome} outcome @param {Sendable} sent @param {Promise<boolean>} saving */
  async #become(outcome, sent, saving) {
    if (outcome.is === "saved") return this.#saved(outcome, sent);
    const isAway = outcome.is === "unreachable" || outcome.is === "signedOut";
    if (isAway && this.#queues && (await saving) && this.#isSame(sent)) return this.#queue(outcome);
    if (outcome.is === "savedBefore") this.#goOn();
    else if (outcome.is === "unreachable") this.#record.attempt(sent.fields);
    this.set(false);
    await soon(this.written.save()); // what stays here is not sent from elsewhere
    if (outcome.is === "savedBefore") this.#owner.saved?.(outcome);
    if (outcome.is === "another") this.sender = outcome.page.body.dataset.user;
    if (outcome.is === "refused" && this.#owner.refused?.(outcome)) {
      this.#say("");
      return false;
    }
    if (isForThePage(outcome)) return this.written.form.submit(); // as without scripts
    this.#say(problem(outcome), outcome.status);
    return true;
  }

  /** @param {Outcome} outcome @param {Sendable} sent */
  async #saved(outcome, sent) {
    const isSame = this.#isSame(sent);
    const isShown = this.#owner.saved?.(outcome);
    if (isShown) this.#fields.empty();
    if (isSame) this.written.renew();
    else this.#goOn(); // text was typed meanwhile
    if (isShown) {
      this.set(false);
      this.#say("sent");
      return this.#leaveTo(() => this.written.restore()); // with what was begun before
    }
    await soon(this.written.save());
    goTo(outcome.address);
    return false;
  }

  // It is the outbox's now, and the form is free for another.
  /** @param {Outcome} outcome */
  async #queue(outcome) {
    const { held } = this.#record;
    this.#record.beginAnew();
    this.#fields.empty();
    this.written.renew();
    this.set(false);
    await held;
    this.#say("queued");
    const isOpen = this.#leaveTo(() => {});
    this.#owner.queued(outcome);
    return isOpen;
  }

  // Says whether the form goes on: one in a post gives way to the post.
  /** @param {() => void} goOn */
  #leaveTo(goOn) {
    const { form } = this.written;
    form.dispatchEvent(new Event("sent"));
    if (form.isConnected) goOn();
    return form.isConnected;
  }

  #goOn() {
    this.#record.attempted = [];
    this.#fields.renewToken();
  }

  /** @param {Sendable} sent */
  #isSame({ fields }) {
    return isEqual(fields, this.#fields.all);
  }
}

/** @param {Outcome} outcome */
function isForThePage({ is, page, status }) {
  return is === "signedOut" || (page && EXPLAINED.includes(status) && is !== "another");
}

/** @param {Outcome} outcome */
function problem({ is, status }) {
  if (is === "another" || is === "savedBefore") return is;
  if (is === "failed") return "failedSending";
  if (is !== "unreachable" || status === 429) return "refused";
  return status || navigator.onLine ? "unreachable" : "offline";
}

/** @param {Promise<unknown>} saving */
function soon(saving) {
  return Promise.race([saving, new Promise((resolve) => setTimeout(resolve, PAUSE))]);
}

// Reloads even if only the fragment differs, since the post is shown by a fresh page.
/** @param {URL} address */
function goTo(address) {
  if (address.pathname + address.search !== location.pathname + location.search)
    return location.assign(address);
  history.scrollRestoration = "manual"; // or the reload would restore the old position
  history.pushState(null, "", address);
  location.reload();
}
