// @ts-check
// A form with text: saves its fields as a draft while somebody types, restores them on the next page,
// and sends them without leaving the page before the forum has answered.

import { of, open, remove, save } from "./drafts.js";

const PAUSE = 500; // ms of typing that may be lost
const PATIENCE = 20_000; // ms for the forum to answer a submission
const SHORT_PATIENCE = 3000; // ms to answer whether it was saved before
const EXPLAINED = [403, 404, 409, 422]; // the forum's own page explains it and contains the text
const NOT_KEPT = ["csrfmiddlewaretoken"];
const MARKS = ["token", "version", "seen"]; // hidden fields that identify a submission

export class WrittenForm {
  #id = hex();
  #member = document.body.dataset.user; // the author
  #sender = this.#member; // who has agreed to send it
  /** @type {number | null} */
  #timer = null;
  #savedAt = 0;
  #isSending = false;
  #over = new AbortController();
  /** @type {(value?: unknown) => void} */
  #letGo = () => {};

  // `say(what, status)` is called with "saved", "restored", "sending", or a problem.
  /** @param {HTMLFormElement} form @param {(what: string, status?: number) => void} say */
  constructor(form, say) {
    this.form = form;
    this.say = say;
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
    this.#begin();
    if (this.#isWritten) this.#changed();
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
    this.#timer ??= setTimeout(() => this.#save(), PAUSE);
  }

  #saveNow() {
    if (this.#timer && this.form.isConnected) this.#save();
  }

  /** @param {string | null} former @returns {Promise<unknown>} */
  #save(former = null) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isWritten) return remove(this.#id).catch(() => {});
    this.#savedAt = Date.now();
    const about = { id: this.#id, member: this.#member, action: this.#action, at: this.#savedAt };
    const record = { ...about, fields: this.#fields, base: this.base };
    return save(record, former).then(
      () => former || this.#isSending || this.say("saved"),
      () => this.#isSending || this.say("full"),
    );
  }

  #saveSoon() {
    return Promise.race([this.#save(), new Promise((resolve) => setTimeout(resolve, PAUSE))]);
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
    if (this.#isWritten) return null;
    for (const draft of drafts.filter((one) => this.#takes(one))) {
      if (!(await this.#wasSaved(draft.fields))) return draft;
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
    return Boolean(version ?? seen) || this.#typed.every(({ value }) => !value) || isQuoting();
  }

  /** @param {Draft} draft */
  #restore({ id, fields, base }) {
    const { body } = this.form.elements;
    const isSame = isEqual(texts(fields), texts(this.#fields));
    const isJoined = body?.value && isQuoting() && !fields.body.includes(body.value);
    this.base = base;
    if (!isSame) {
      this.#fill(
        isJoined ? { ...fields, body: `${fields.body.trimEnd()}\n\n${body.value}` } : fields,
      );
      this.say("restored");
    }
    return this.#save(id);
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

  // Asks by sending the same submission, marked as a check. Also false without an answer: if it is
  // sent again then, its token leads to the earlier post.
  /** @param {Record<string, string>} fields */
  async #wasSaved(fields) {
    const answer = await this.#post({ ...fields }, "check", SHORT_PATIENCE);
    return answer?.status === 201;
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
    else if (this.#isWritten && (await this.#wasSaved(this.#fields))) this.#renew();
  }

  // --- Sending ---

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#isSending || this.#isAnother()) return;
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    this.#setSending(true);
    this.say("sending");
    await this.#saveSoon();
    const sent = this.#fields;
    const answer = await this.#post(sent, "fetch", PATIENCE);
    if (answer?.status === 201)
      return this.#saved(sent, new URL(answer.headers.get("Location"), location.href));
    if (answer?.ok || EXPLAINED.includes(answer?.status)) return this.form.submit(); // as without scripts
    this.#setSending(false);
    focused.focus({ preventScroll: true }); // a disabled button loses the focus
    this.say(problem(answer), answer?.status);
  }

  // If somebody else has signed in in another tab meanwhile, ask before sending it in their name.
  #isAnother() {
    const { user } = document.body.dataset;
    if (!user || user === this.#sender) return false;
    this.#sender = user;
    this.say("another");
    return true;
  }

  // Resolves to null without a response.
  /** @param {Record<string, string>} fields @param {"fetch" | "check"} purpose @param {number} patience @returns {Promise<Response | null>} */
  #post(fields, purpose, patience) {
    const { csrfmiddlewaretoken } = this.form.elements;
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: csrfmiddlewaretoken.value });
    const headers = { "X-Requested-With": purpose };
    const signal = AbortSignal.timeout(patience);
    return fetch(this.form.action, { method: "POST", body, headers, signal }).catch(
      () => /** @type {Response} */ (null),
    );
  }

  /** @param {Record<string, string>} sent @param {URL} address */
  async #saved(sent, address) {
    if (isEqual(sent, this.#fields)) this.#renew();
    else this.#goOn(); // text was typed meanwhile
    await this.#saveSoon();
    goTo(address);
  }

  // Resets the form, since the page may be visited again by the back button.
  #renew() {
    this.form.reset();
    this.#goOn();
    this.base = texts(this.#fields);
    this.#save();
    this.form.dispatchEvent(new Event("filled"));
  }

  #goOn() {
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
    navigator.locks
      ?.request(lockOf(this.#id), () => new Promise((letGo) => (this.#letGo = letGo)))
      .catch(() => {});
  }

  // To be called before the form is removed from the page; another one may take its place.
  end() {
    this.#leave();
    this.#over.abort();
  }

  #leave() {
    this.#saveNow();
    this.#letGo(); // a lock keeps pages out of the back/forward cache
  }
}

/** @param {Response | null} answer */
function problem(answer) {
  if (!answer) return navigator.onLine ? "unreachable" : "offline";
  if (answer.status < 500) return "refused";
  return answer.status === 500 ? "failedSending" : "unreachable";
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

/** @param {Record<string, string>} one @param {Record<string, string>} other */
function isEqual(one, other) {
  return (
    JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
  );
}

/** @param {string} id */
function lockOf(id) {
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
