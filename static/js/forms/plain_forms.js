// @ts-check
// form[data-written]: forms with text, but without a composer.

import { clearErrors, showReason } from "./form_errors.js";
import { FormState } from "./form_state.js";
import { WrittenForm } from "./written_form.js";

/** @type {WeakMap<HTMLFormElement, PlainForm>} */
const plain = new WeakMap();

// To be called when a form was inserted into the page.
/** @param {HTMLFormElement} form */
export function write(form) {
  if (!plain.has(form)) plain.set(form, new PlainForm(form));
  return plain.get(form).written;
}

class PlainForm {
  /** @type {import("../composing/outbox.js").Outbox | null} */
  #outbox = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    const state = new FormState(form);
    form.addEventListener("input", () => state.goOn());
    this.written = new WrittenForm(form, {
      say: (what, status) => state.say(what, status),
      queues: () => Boolean(this.#outbox),
      queued: (outcome) => this.#outbox.queued(outcome),
    });
    if (document.querySelector(`waiting-posts[data-action="${this.written.fields.action}"]`))
      this.#awaitOutbox();
  }

  // What could not be sent comes back, with the reason if there is one.
  /** @param {Queued} sent @param {string} reason */
  take(sent, reason = "") {
    const taken = this.written.take(sent);
    if (reason) showReason(this.form, reason);
    else clearErrors(this.form);
    return taken;
  }

  /** @param {Queued} sent */
  hasRoomFor({ fields }) {
    return this.written.hasRoomFor(fields);
  }

  // It is there before it is needed: without a network it can't be had any more.
  #awaitOutbox() {
    const connect = () =>
      import("../elements/waiting_posts.js").then(
        ({ connect }) => (this.#outbox ??= connect(this)),
        () => {}, // the next time, then
      );
    for (const event of ["focusin", "filled"]) this.form.addEventListener(event, connect);
    customElements.whenDefined("waiting-posts").then(connect);
    if (this.form.contains(document.activeElement)) connect();
  }
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll("form[data-written]");
forms.forEach(write);
