// @ts-check
// A form with text: saves its fields as a draft while somebody types, restores them on the next page,
// and sends them without leaving the page before the forum has answered.

import { fetchJSON } from "../http.js";
import { deliver, isEqual, wasSaved } from "./answers.js";
import { of, open, remove, save } from "./drafts.js";
import { ServerDraft } from "./server_draft.js";

const PAUSE = 500; // ms of typing that may be lost
const MOST_ATTEMPTS = 5; // texts of one form that may have been saved
const EXPLAINED = [200, 403, 404, 409, 422]; // the forum's own page explains it and contains the text
const NOT_KEPT = ["csrfmiddlewaretoken", "draft_version"];
const KEEP = "/drafts/keep/";
const PATIENCE = 10_000; // ms for the forum to store a draft
const MARKS = ["token", "version", "seen"]; // hidden fields that identify a submission

/**
 * @typedef {object} Owner
 * @property {(what: string, status?: number) => void} say is told "saved", "restored", "sending", or what is wrong
 * @property {(outcome: Outcome) => boolean} [saved] shows what was saved on this page; else the reader is taken there
 * @property {(outcome: Outcome) => boolean} [refused] shows what is wrong in the form; else the forum's page does
 * @property {() => boolean} [queues] whether what is sent may wait in the outbox for an answer
 * @property {(outcome: Outcome) => void} [queued] it waits there now
 */

export class WrittenForm {
  #id = hex();
  #member = document.body.dataset.user; // the author
  #sender = this.#member; // who has agreed to send it
  /** @type {number | null} */
  #timer = null;
  #savedAt = 0;
  #isSending = false;
  /** @type {Record<string, string>[]} */
  #attempted = []; // what was sent before, and perhaps saved
  #over = new AbortController();
  /** @type {(value?: unknown) => void} */
  #letGo = () => {};
  /** @type {Promise<unknown>} */
  #held = null;
  /** @type {ServerDraft | null} */
  #server = null; // for posts of members
  #unsubscribe = () => {};

  /** @param {HTMLFormElement} form @param {Owner} owner */
  constructor(form, owner) {
    this.form = form;
    this.owner = owner;
    this.say = owner.say;
    this.base = texts(defaults(form)); // people may have typed before the scripts were loaded
    for (const name in this.base) form.elements[name].autocomplete ||= "off"; // or browsers restore old text on reload
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => this.#submit(event));
    const { signal } = this.#over;
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#returned(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#saveNow(), {
      signal,
    });
    this.#hold();
    if (form.elements.draft_version && this.#member) this.#connect();
    this.#begin();
    if (this.#isWritten && !this.#isServers) this.#changed();
  }

  // --- The draft on the server ---

  #connect() {
    const { draft_version: field } = this.form.elements;
    const known = this.base;
    if (Number(field.value)) {
      this.#unfill(field.dataset.stored);
      this.say("restored");
    }
    this.#server = new ServerDraft(this.#action, Number(field.value), known, {
      fields: () => this.#fields,
      show: (fields, what) => this.#show(fields, what),
      clear: () => this.#isSending || this.#renew(),
      stored: (version) => {
        field.value = String(version);
        if (this.#isWritten && !this.#isSending) this.#save({ isSilent: true }); // or it would take the place of what is queued
      },
      send: (draft) => this.#sendDraft(draft),
      now: () => Date.now(),
    });
    import("../personal.js").then(({ personal }) => {
      this.#unsubscribe = personal.subscribe({
        kind: "draft",
        apply: (path, draft, change) =>
          path === this.#action && this.#server.receive(draft, change),
        reload: () =>
          fetchJSON(`/drafts/one/?path=${this.#action}`).then(
            ({ draft }) => this.#server.receive(draft),
            () => {}, // it comes with the next change
          ),
      });
    });
  }

  // Whether the form holds what the server has, and nobody has typed since.
  get #isServers() {
    return Boolean(this.#server?.version) && !this.#server.isAhead;
  }

  // The form came with the draft; as a form without one it would have held `stored`.
  #unfill(stored = "") {
    for (const field of this.#typed) {
      const { value } = field;
      field.defaultValue = field.name === "body" ? stored : "";
      field.value = value;
    }
    this.base = texts(defaults(this.form));
  }

  /** @param {Record<string, string>} fields @param {string} what */
  #show(fields, what) {
    const { body } = this.form.elements;
    const { selectionStart: start, selectionEnd: end, value } = body;
    this.#fill(fields);
    if (document.activeElement === body && start < value.length) body.setSelectionRange(start, end);
    this.say(what);
  }

  /** @param {Record<string, string>} draft @returns {Promise<import("./server_draft.js").Answer>} */
  async #sendDraft(draft) {
    if (!this.#isAuthorHere) return { is: "refused" };
    const answer = await fetch(KEEP, {
      method: "POST",
      body: this.#bodyOf(draft),
      headers: { "X-Member": this.#member },
      signal: AbortSignal.timeout(PATIENCE),
    }).catch(() => /** @type {Response} */ (null));
    if (!answer || answer.status === 429 || answer.status >= 500) return { is: "failed" };
    if (!answer.ok || answer.redirected) return { is: "refused" };
    const { draft: stored } = await answer.json();
    return { is: "stored", draft: stored };
  }

  get #isAuthorHere() {
    return document.body.dataset.user === this.#member;
  }

  /** @param {Record<string, string>} draft */
  #bodyOf(draft) {
    const { csrfmiddlewaretoken } = this.form.elements;
    return new URLSearchParams({ ...draft, csrfmiddlewaretoken: csrfmiddlewaretoken.value });
  }

  // --- Saving ---

  /** @returns {Record<string, string>} */
  get #fields() {
    const fields = /** @type {Record<string, string>} */ (
      Object.fromEntries(new FormData(this.form))
    );
    for (const name of NOT_KEPT) delete fields[name];
    return fields;
  }

  get #action() {
    return new URL(this.form.action).pathname;
  }

  get #isWritten() {
    return this.#typed.some(({ name, value }) => value.trim() && value !== this.base[name]);
  }

  /** @returns {HTMLTextAreaElement[]} those of one line as well */
  get #typed() {
    return [
      .../** @type {NodeListOf<HTMLTextAreaElement>} */ (
        this.form.querySelectorAll("textarea, [type=text]")
      ),
    ];
  }

  /** @returns {NodeListOf<HTMLInputElement>} */
  get #boxes() {
    return this.form.querySelectorAll("[type=checkbox]");
  }

  #changed() {
    this.#server?.changed();
    this.#timer ??= setTimeout(() => this.#save(), PAUSE);
  }

  #saveNow() {
    if (this.#timer && this.form.isConnected) this.#save();
  }

  // `former`: the record that this one replaces. `isAside`: another text takes its place in the form, and so on the server.
  /** @param {{former?: string | null, queue?: Queue, isSilent?: boolean, isAside?: boolean}} options @returns {Promise<boolean>} whether the browser has it */
  #save({ former = null, queue, isSilent = Boolean(former), isAside = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isWritten && !queue)
      return remove(this.#id).then(
        () => false,
        () => false,
      );
    this.#savedAt = Date.now();
    const about = { id: this.#id, member: this.#member, action: this.#action, at: this.#savedAt };
    const sent = { attempted: this.#attempted, queue };
    const { version, isAhead } = this.#server ?? {};
    const server = this.#server && !isAside ? { version, isAhead } : null;
    const record = { ...about, ...sent, server, fields: this.#fields, base: this.base };
    return save(record, former).then(
      () => {
        if (!isSilent && !this.#isSending) this.say("saved");
        return true;
      },
      () => {
        if (!this.#isSending) this.say("full");
        return false;
      },
    );
  }

  /** @param {Promise<unknown>} saving */
  #soon(saving) {
    return Promise.race([saving, new Promise((resolve) => setTimeout(resolve, PAUSE))]);
  }

  // --- Restoring ---

  // One form at a time: a restarted browser opens many tabs at once, and each draft belongs to one.
  #begin() {
    const begin = () => this.#restoreNewest().catch(() => {}); // without storage the form still works
    return navigator.locks
      ? navigator.locks.request(`drafts of ${this.#action}`, begin).catch(() => {})
      : begin();
  }

  /** @returns {Promise<void>} */
  async #restoreNewest() {
    const given = JSON.stringify(this.#fields);
    await open();
    const draft = await this.#draft();
    if (draft && given === JSON.stringify(this.#fields)) await this.#restore(draft);
  }

  // The newest draft for this form that no other tab shows and that was not posted meanwhile.
  /** @returns {Promise<Draft | null>} */
  async #draft() {
    const drafts = await this.#closed();
    const same = drafts.find(({ fields }) => isEqual(texts(fields), texts(this.#fields)));
    if (same) return same; // the server has returned the form with this text
    if (this.#isWritten && !this.#isServers) return null;
    for (const draft of drafts.filter((one) => this.#takes(one))) {
      const isElsewhere = this.#server && draft.server && !draft.server.isAhead; // the server has it, or it is gone
      if (!isElsewhere && !(await wasSaved(draft))) return draft;
      await remove(draft.id);
    }
    return null;
  }

  /** @returns {Promise<Draft[]>} */
  async #closed() {
    const kept = await of(this.#member, this.#action);
    const locks = (await navigator.locks?.query())?.held ?? [];
    const shown = new Set(locks.map((lock) => lock.name));
    return kept.filter((draft) => draft.id !== this.#id && !shown.has(lockOf(draft.id)));
  }

  // Never replaces a text that came with the form, unless that is a quotation. A draft of a topic is
  // only for its own category.
  /** @param {Draft} draft */
  #takes({ fields }) {
    const { category, version, seen } = this.form.elements;
    if (category?.value && fields.category && category.value !== fields.category) return false;
    if (this.#server?.version) return true;
    return Boolean(version ?? seen) || this.#typed.every(({ value }) => !value) || isQuoting();
  }

  // The server knows which text was typed last; where it can't be asked, what it said is the older one by its own time.
  /** @param {Draft} draft */
  async #restore(draft) {
    const { id, fields, base, attempted, at, server } = draft;
    const { body, draft_version: version } = this.form.elements;
    if (this.#server?.version && !isEqual(texts(fields), texts(this.#fields))) {
      if (await this.#server.offer(fields, server?.version ?? 0, at)) {
        await remove(id);
        return;
      }
      if (Date.parse(version.dataset.typedAt) > at) return;
    }
    const isSame = isEqual(texts(fields), texts(this.#fields));
    const isJoined = body?.value && isQuoting() && !fields.body.includes(body.value);
    this.base = base;
    this.#attempted = attempted ?? [];
    if (!isSame) {
      this.#fill(
        isJoined ? { ...fields, body: `${fields.body.trimEnd()}\n\n${body.value}` } : fields,
      );
      this.say("restored");
      this.#server?.changed();
    }
    await this.#save({ former: id });
  }

  /** @param {Record<string, string>} fields */
  #fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements[name];
      const isThere =
        field && (!field.options || [...field.options].some((option) => option.value === value));
      if (isThere) field.value = value;
    }
    for (const box of this.#boxes) box.checked = box.name in fields;
    this.form.dispatchEvent(new Event("filled"));
  }

  // Takes back a post that was queued, to be edited. The text that was here is restored after it.
  /** @param {Draft} sent */
  take({ id, fields, base, attempted }) {
    if (this.#isWritten) {
      this.#save({ isAside: true });
      this.#beginAnew();
    }
    this.base = base;
    this.#attempted = added(attempted, fields);
    this.#fill(fields);
    this.#server?.changed();
    return this.#save({ former: id });
  }

  get isWritten() {
    return this.#isWritten;
  }

  // After the back/forward cache: the text may have been continued, or sent, on a page in between.
  async #returned() {
    this.#hold();
    this.#setSending(false);
    const { token } = this.form.elements;
    const drafts = await this.#closed().catch(() => /** @type {Draft[]} */ ([]));
    const newer = drafts.find(
      ({ fields, at }) => token && fields.token === token.value && at > this.#savedAt,
    );
    if (newer) this.#restore(newer);
    else if (this.#isWritten && (await wasSaved(this.#sendable))) this.#renew();
  }

  // --- Sending ---

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#isSending || this.#isAnother()) return;
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    this.#setSending(true);
    this.say("sending");
    const saving = this.#save({
      queue: this.owner.queues?.() ? { tries: 1, due: Date.now() + PAUSE } : undefined,
    });
    const sent = this.#sendable; // at once: until it is stored, a copy of it is (drafts.js)
    const outcome = await deliver(sent);
    const isShown = await this.#become(outcome, sent, saving);
    if (isShown) focused.focus({ preventScroll: true }); // a button that is disabled loses it
  }

  /** @returns {Sendable} */
  get #sendable() {
    const about = { action: this.#action, member: this.#sender };
    return { ...about, fields: this.#fields, attempted: this.#attempted };
  }

  // Says whether the form goes on in this page with the focus where it was.
  /** @param {Outcome} outcome @param {Sendable} sent @param {Promise<boolean>} saving */
  async #become(outcome, sent, saving) {
    if (outcome.is === "saved") return this.#saved(outcome, sent);
    const isAway = outcome.is === "unreachable" || outcome.is === "signedOut";
    if (isAway && this.owner.queues?.() && (await saving) && isEqual(sent.fields, this.#fields))
      return this.#queue(outcome);
    if (outcome.is === "savedBefore") this.#goOn();
    else if (outcome.is === "unreachable") this.#attempted = added(this.#attempted, sent.fields);
    this.#setSending(false);
    await this.#soon(this.#save()); // what stays here is not sent from elsewhere
    if (outcome.is === "savedBefore") this.owner.saved?.(outcome);
    if (outcome.is === "another") this.#sender = outcome.page.body.dataset.user;
    if (outcome.is === "refused" && this.owner.refused?.(outcome)) {
      this.say("");
      return false;
    }
    if (
      outcome.is === "signedOut" ||
      (outcome.page && EXPLAINED.includes(outcome.status) && outcome.is !== "another")
    )
      return this.form.submit(); // as without scripts
    this.say(problem(outcome), outcome.status);
    return true;
  }

  // If somebody else has signed in in another tab meanwhile, ask before sending it in their name.
  #isAnother() {
    const { user } = document.body.dataset;
    if (!user || user === this.#sender) return false;
    this.#sender = user;
    this.say("another");
    return true;
  }

  /** @param {Outcome} outcome @param {Sendable} sent */
  async #saved(outcome, sent) {
    const isSame = isEqual(sent.fields, this.#fields);
    const isShown = this.owner.saved?.(outcome);
    if (isShown) this.#empty();
    if (isSame) this.#renew();
    else this.#goOn(); // text was typed meanwhile
    if (isShown) {
      this.#setSending(false);
      this.say("sent");
      this.#begin(); // with what was begun before
      return true;
    }
    await this.#soon(this.#save());
    goTo(outcome.address);
    return false;
  }

  // It is the outbox's now, and the form is free for another.
  /** @param {Outcome} outcome */
  async #queue(outcome) {
    const held = this.#held;
    this.#beginAnew();
    this.#empty();
    this.#renew();
    this.#setSending(false);
    await held;
    this.say("queued");
    this.owner.queued(outcome);
    return true;
  }

  // Resets the form, since the page may be visited again by the back button.
  #renew() {
    this.form.reset();
    this.#goOn();
    this.base = texts(this.#fields);
    this.#save();
    this.form.dispatchEvent(new Event("filled"));
  }

  // The page may have come with a draft or a quotation.
  #empty() {
    for (const field of this.#typed) field.defaultValue = "";
  }

  #goOn() {
    this.#attempted = [];
    const { token } = this.form.elements;
    if (token) token.value = hex();
  }

  /** @param {boolean} isSending */
  #setSending(isSending) {
    this.#isSending = isSending;
    /** @type {HTMLButtonElement} */ (
      this.form.querySelector("button:not([type=button])")
    ).disabled = isSending || Boolean(this.form.elements.body?.readOnly);
  }

  // --- Locks: which drafts are on show ---

  #hold() {
    this.#held = navigator.locks
      ?.request(lockOf(this.#id), () => new Promise((letGo) => (this.#letGo = letGo)))
      .catch(() => {});
  }

  // Uses a new record; the previous one stays.
  #beginAnew() {
    this.#letGo();
    this.#id = hex();
    this.#hold();
  }

  // To be called before the form is removed from the page; another one may take its place.
  end() {
    this.#leave();
    this.#server?.end();
    this.#unsubscribe();
    this.#over.abort();
  }

  #leave() {
    this.#saveNow();
    const draft = this.#server?.leave();
    if (draft && this.#isAuthorHere) navigator.sendBeacon(KEEP, this.#bodyOf(draft));
    this.#letGo(); // a lock keeps pages out of the back/forward cache
  }
}

/** @param {Outcome} outcome */
function problem({ is, status }) {
  if (is === "another" || is === "savedBefore") return is;
  if (is === "failed") return "failedSending";
  if (is !== "unreachable" || status === 429) return "refused";
  return status || navigator.onLine ? "unreachable" : "offline";
}

/** @param {Record<string, string>[]} attempted @param {Record<string, string>} fields */
function added(attempted, fields) {
  return [...attempted.filter((one) => !isEqual(one, fields)), fields].slice(-MOST_ATTEMPTS);
}

function isQuoting() {
  return new URLSearchParams(location.search).has("quote");
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
function defaults(form) {
  const fields = [.../** @type {Iterable<any>} */ (form.elements)].filter(
    ({ name }) => name && !NOT_KEPT.includes(name),
  );
  return Object.fromEntries(
    fields.map((field) => [field.name, field.defaultValue ?? selected(field)]),
  );
}

/** @param {{options?: ArrayLike<HTMLOptionElement> & Iterable<HTMLOptionElement>}} field */
function selected({ options = [] }) {
  return ([...options].find((option) => option.defaultSelected) ?? options[0])?.value;
}

/** @param {Record<string, string>} fields */
function texts(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !MARKS.includes(name)));
}

// Held while a form shows the draft.
/** @param {string} id */
export function lockOf(id) {
  return `draft ${id}`;
}

function hex() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
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
