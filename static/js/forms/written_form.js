// @ts-check
// A form that people write in: its fields are kept as a draft while somebody types, come back after whatever ended the
// page, and are sent without leaving the page before the forum has answered.

import { of, open, remove, save } from "./drafts.js";

const PAUSE = 500; // ms of typing that may be lost
const PATIENCE = 20_000; // ms for the forum to take what is sent, and
const SHORT_PATIENCE = 3000; // ms to say whether it was saved before
const EXPLAINED = [403, 404, 409, 422]; // the forum's own page says why, and has the text in it
const NOT_KEPT = ["csrfmiddlewaretoken"];
const MARKS = ["token", "version", "seen"]; // they identify what is sent, nobody types them

export class WrittenForm {
  #id = hex();
  #member = document.body.dataset.user; // who writes, and
  #sender = this.#member; // who is known to send it
  /** @type {number | null} */
  #timer = null;
  #savedAt = 0;
  #isSending = false;
  #over = new AbortController();
  /** @type {(value?: unknown) => void} */
  #letGo = () => {};

  // `say(what, status)` is told "saved", "restored", "sending", or what is wrong.
  /** @param {HTMLFormElement} form @param {(what: string, status?: number) => void} say */
  constructor(form, say) {
    this.form = form;
    this.say = say;
    this.base = texts(defaults(form)); // people write before scripts have come
    for (const name in this.base) form.elements[name].autocomplete ||= "off"; // or it puts back on reload what was sent long ago
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

  // --- Keeping ---

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

  // --- Coming back ---

  // One form after the other: a browser that was restarted opens many tabs at once, and each draft is for one of them.
  #begin() {
    const begin = () => this.#restoreNewest().catch(() => {}); // a browser that keeps nothing; the form works all the same
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

  // The newest one that belongs into this form, that no other tab shows, and that was not saved meanwhile.
  /** @returns {Promise<Draft | null>} */
  async #draft() {
    const drafts = await this.#closed();
    const same = drafts.find(({ fields }) => isEqual(texts(fields), texts(this.#fields)));
    if (same) return same; // the form came back from the server with it
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

  // Not over a text that came with the form, unless that is a quotation; and a topic begun in one category is none for another.
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

  // Asks by sending the same again, marked so that nothing is done. false also where nobody knows: what is then sent once
  // more brings the same token along, and leads to the earlier post.
  /** @param {Record<string, string>} fields */
  async #wasSaved(fields) {
    const answer = await this.#post({ ...fields }, "check", SHORT_PATIENCE);
    return answer?.status === 201;
  }

  // From the back/forward cache: what stands here may have been written on, or sent, on a page in between.
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
    focused.focus({ preventScroll: true }); // a button that is disabled loses it
    this.say(problem(answer), answer?.status);
  }

  // Somebody else has signed in in another tab since this was written: they are asked before it is sent in their name.
  #isAnother() {
    const { user } = document.body.dataset;
    if (!user || user === this.#sender) return false;
    this.#sender = user;
    this.say("another");
    return true;
  }

  // null where no answer came.
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
    else this.#goOn(); // something was typed meanwhile
    await this.#saveSoon();
    goTo(address);
  }

  // The form as it was before anybody wrote in it: it may be come back to.
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

  // --- Which forms are shown ---

  #hold() {
    navigator.locks
      ?.request(lockOf(this.#id), () => new Promise((letGo) => (this.#letGo = letGo)))
      .catch(() => {});
  }

  // Call it before the form is taken out of the page: it may come again, as another one.
  end() {
    this.#leave();
    this.#over.abort();
  }

  #leave() {
    this.#saveNow();
    this.#letGo(); // a page that holds a lock is not kept for the back button
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

// Also where only the place on the page is another: the page that shows the post comes from the forum.
/** @param {URL} address */
function goTo(address) {
  if (address.pathname + address.search !== location.pathname + location.search)
    return location.assign(address);
  history.scrollRestoration = "manual"; // or the reload stays where it was
  history.pushState(null, "", address);
  location.reload();
}
