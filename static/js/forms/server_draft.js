// @ts-check
// The draft of a form on the server, which is the same on all pages and devices of its author. It is stored a second
// after typing stops, and at once when the page is left. The server says which text was typed last; that one is shown.

const PAUSE = 1000; // ms without typing
const LONGEST = 5000; // ms that somebody may type on before it is stored all the same
const RETRY = 5000; // ms, and
const MOST = 60_000; // at most, after it could not be stored

/**
 * @typedef {object} Page
 * @property {() => Record<string, string>} fields of the form
 * @property {() => Record<string, string>} blank the fields that it has when nothing is typed
 * @property {(fields: Record<string, string>, what: "elsewhere" | "newer") => void} show what was typed on another page; "newer": in place of a text that was typed here, which is then `other`
 * @property {() => void} clear it was sent or discarded on another page
 * @property {(version: number) => void} stored the server has the form's fields, as this version; 0: it has none
 * @property {(form: Record<string, string>) => Promise<Answer>} send stores a draft
 * @property {() => number} now
 */

/**
 * @typedef {object} Stored
 * @property {number} version
 * @property {Record<string, string>} fields
 * @property {Record<string, string> | null} other
 */

/** @typedef {{is: "stored" | "refused" | "failed", draft?: Stored | null, wait?: number}} Answer `wait`: ms at least until the next attempt */

export class ServerDraft {
  /** @type {number | null} */
  #timer = null;
  #typedAt = 0;
  #beganAt = 0; // when what is not stored yet was begun
  #isSaving = false;
  #wait = RETRY;
  #isOver = false;
  /** @type {[draft: Stored | null, change: number] | null} */
  #early = null; // what came while a draft was being stored

  // `known`: the fields as the page came; `version` of the draft that it came with, 0 for none.
  /** @param {string} path @param {number} version @param {Record<string, string>} known @param {Page} page @param {Timers} timers */
  constructor(path, version, known, page, timers = globalThis) {
    this.path = path;
    this.version = version;
    this.page = page;
    this.timers = timers;
    this.known = known; // what the server has
  }

  // Whether the form holds something that the server does not have.
  get isAhead() {
    return !isSame(this.known, this.page.fields());
  }

  // To be called whenever the form has changed.
  changed() {
    if (!this.isAhead) return;
    this.#typedAt = this.page.now();
    this.#beganAt ||= this.#typedAt;
    this.#saveIn(Math.min(PAUSE, Math.max(0, this.#beganAt + LONGEST - this.#typedAt)));
  }

  // The fields to send when the page is left; null where the server has them.
  leave() {
    this.timers.clearTimeout(this.#timer);
    this.#timer = null;
    return this.isAhead && !this.#isOver ? this.#form(this.page.fields()) : null;
  }

  end() {
    this.#isOver = true;
    this.timers.clearTimeout(this.#timer);
  }

  // Takes the draft as it is now, or null: as change number `change` of the member's stream, or as it was just asked for.
  /** @param {Stored | null} draft @param {number} change */
  receive(draft, change = Infinity) {
    if (change <= this.version) return;
    if (this.#isSaving) {
      this.#early = [draft, change]; // the answer that is on its way may be older or newer
      return;
    }
    if (draft && this.isAhead) return this.#saveIn(0); // the server decides
    this.#take(draft, "elsewhere");
    if (this.isAhead) this.#saveIn(PAUSE);
  }

  // Stores a text that was typed at another time, as one that this browser has kept. Says whether the server could decide.
  /** @param {Record<string, string>} fields @param {number} version @param {number} typedAt */
  async offer(fields, version, typedAt) {
    const answer = await this.page.send(this.#form(fields, version, typedAt));
    if (answer.is !== "stored" || !answer.draft) return false;
    this.#take(answer.draft, isSame(answer.draft.fields, fields) ? "elsewhere" : "newer");
    return true;
  }

  /** @param {number} wait */
  #saveIn(wait) {
    this.timers.clearTimeout(this.#timer);
    this.#timer = this.timers.setTimeout(() => this.#save(), wait);
  }

  async #save() {
    this.#timer = null;
    if (this.#isSaving || this.#isOver || !this.isAhead) return;
    this.#isSaving = true;
    this.#beganAt = 0;
    const sent = this.page.fields();
    const answer = await this.page.send(this.#form(sent));
    this.#isSaving = false;
    if (this.#isOver) return;
    if (answer.is === "failed") {
      this.#saveIn(Math.max(this.#wait, answer.wait ?? 0));
      this.#wait = Math.min(MOST, this.#wait * 2);
    } else {
      this.#wait = RETRY;
      if (answer.is === "refused")
        this.known = sent; // it stays in this browser alone
      else this.#settle(sent, answer.draft);
      if (this.isAhead) this.#saveIn(PAUSE);
    }
    const early = this.#early;
    this.#early = null;
    if (early) this.receive(...early);
  }

  /** @param {Record<string, string>} sent @param {Stored | null} draft */
  #settle(sent, draft) {
    if (!draft) {
      const isNew = this.version && isWritten(sent); // what it began from was sent or discarded elsewhere
      this.#become(0, isNew ? this.page.blank() : sent);
    } else if (isSame(draft.fields, sent)) this.#become(draft.version, sent);
    else if (isSame(sent, this.page.fields())) this.#take(draft, "newer");
    else if (!isWritten(this.page.fields()))
      this.#take(draft, "elsewhere"); // emptied, as it was sent
    else this.#become(draft.version, draft.fields); // typed on meanwhile: that is newer
  }

  /** @param {Stored | null} draft @param {"elsewhere" | "newer"} what */
  #take(draft, what) {
    const wasAhead = this.isAhead && what === "elsewhere";
    if (!draft) {
      if (!wasAhead) this.page.clear();
      return this.#become(0, wasAhead ? this.page.blank() : this.page.fields());
    }
    if (!isSame(draft.fields, this.page.fields())) this.page.show(draft.fields, what);
    this.#become(draft.version, this.page.fields());
  }

  /** @param {number} version @param {Record<string, string>} known */
  #become(version, known) {
    this.version = version;
    this.known = known;
    this.page.stored(version);
  }

  /** @param {Record<string, string>} fields @returns {Record<string, string>} */
  #form(fields, version = this.version, typedAt = this.#typedAt) {
    return {
      ...fields,
      draft_path: this.path,
      draft_version: String(version),
      draft_age: String(Math.max(0, Math.round(this.page.now() - (typedAt || this.page.now())))),
    };
  }
}

const IGNORED = ["token", "version", "seen"]; // nobody types these

/** @param {Record<string, string>} one @param {Record<string, string>} other */
function isSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every(
    (name) => IGNORED.includes(name) || (one[name] ?? "") === (other[name] ?? ""),
  );
}

/** @param {Record<string, string>} fields */
function isWritten({ title = "", body = "" }) {
  return Boolean(title.trim() || body.trim());
}
