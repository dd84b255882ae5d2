// @ts-check
// Connects a form with its member's draft on the server: sends it there, and shows what comes from other pages.

import { Refusal } from "../connection/pauses.js";
import { fetchJSON } from "../http.js";
import { ServerDraft } from "./server_draft.js";

const KEEP = "/drafts/keep/";
const PATIENCE = 10_000; // ms for the forum to store a draft

/**
 * @typedef {object} Page
 * @property {(what: string) => void} say
 * @property {() => void} clear it was sent or discarded on another page
 * @property {() => void} stored the server has it
 */

export class ConnectedDraft {
  #unsubscribe = () => {};

  /** @param {import("./form_fields.js").FormFields} fields @param {string} member @param {Page} page */
  constructor(fields, member, page) {
    this.fields = fields;
    this.member = member;
    this.page = page;
    const known = fields.base;
    if (Number(this.#field.value)) {
      fields.unfill(this.#field.dataset.stored);
      page.say("restored");
    }
    this.draft = new ServerDraft(fields.action, Number(this.#field.value), known, {
      fields: () => fields.all,
      blank: () => fields.base,
      show: (shown, what) => this.#show(shown, what),
      clear: () => page.clear(),
      stored: (version) => {
        this.#field.value = String(version);
        page.stored();
      },
      send: (draft) => this.#send(draft),
      now: () => Date.now(),
    });
    this.#listen();
  }

  // Whether the form holds what the server has, and nobody has typed since.
  get isShown() {
    return Boolean(this.draft.version) && !this.draft.isAhead;
  }

  // When the text on show was typed, if the form came with it.
  get typedAt() {
    return Date.parse(this.#field.dataset.typedAt);
  }

  // To be called when the page is left.
  leave() {
    const draft = this.draft.leave();
    if (draft && this.#isAuthorHere) navigator.sendBeacon(KEEP, this.#bodyOf(draft));
  }

  end() {
    this.draft.end();
    this.#unsubscribe();
  }

  async #listen() {
    const { action } = this.fields;
    const { personal } = await import("../personal.js");
    this.#unsubscribe = personal.subscribe({
      kind: "draft",
      apply: (path, draft, change) => path === action && this.draft.receive(draft, change),
      reload: () =>
        fetchJSON(`/drafts/one/?path=${action}`).then(
          ({ draft }) => this.draft.receive(draft),
          () => {}, // it comes with the next change
        ),
    });
  }

  /** @param {Record<string, string>} fields @param {string} what */
  #show(fields, what) {
    const { body } = this.fields.form.elements;
    const { selectionStart: start, selectionEnd: end, value } = body;
    this.fields.fill(this.fields.openedFor.over(fields));
    if (document.activeElement === body && start < value.length) body.setSelectionRange(start, end);
    this.page.say(what);
  }

  /** @param {Record<string, string>} draft @returns {Promise<import("./server_draft.js").Answer>} */
  async #send(draft) {
    if (!this.#isAuthorHere) return { is: "refused" };
    const answer = await fetch(KEEP, {
      method: "POST",
      body: this.#bodyOf(draft),
      headers: { "X-Member": this.member },
      signal: AbortSignal.timeout(PATIENCE),
    }).catch(() => /** @type {Response} */ (null));
    if (!answer || answer.status === 429 || answer.status >= 500)
      return { is: "failed", wait: answer ? new Refusal(answer).wait : 0 };
    if (!answer.ok || answer.redirected) return { is: "refused" };
    const { draft: stored } = await answer.json();
    return { is: "stored", draft: stored };
  }

  get #isAuthorHere() {
    return document.body.dataset.user === this.member;
  }

  /** @param {Record<string, string>} draft */
  #bodyOf(draft) {
    const { csrfmiddlewaretoken } = this.fields.form.elements;
    return new URLSearchParams({ ...draft, csrfmiddlewaretoken: csrfmiddlewaretoken.value });
  }

  /** @returns {HTMLInputElement} */
  get #field() {
    return this.fields.form.elements.draft_version;
  }
}
