// @ts-check
// The personal stream: keeps data of this member alone, such as how far they have read, the same on
// all their open pages. Its changes are numbered like those of a topic, so none is missed or applied
// twice.

import { ChangeQueue } from "./connection/change_queue.js";
import { live } from "./connection/connection.js";
import { fetchJSON } from "./http.js";

/**
 * @typedef {object} Part of the page that shows one kind of thing
 * @property {string} kind
 * @property {(key: string, data: any, change: number) => void} apply data: the current state, null if it is gone
 * @property {() => void} reload the numbers can't be trusted: fetch everything on show
 */

class PersonalStream {
  /** @type {Set<Part>} */
  #parts = new Set();
  #queue = new ChangeQueue("", this);
  /** @type {Set<string>} */
  #changed = new Set(); // what has changed since the page was loaded: kinds, and kinds with keys
  /** @type {Subscription} */
  #link = {
    ask: () => {
      const [epoch, change] = cursor();
      if (epoch !== this.#queue.epoch) this.#queue.restart(epoch, change);
      return { type: "watch", member: member(), epoch, change };
    },
    handle: (message) => this.handle(message),
  };

  constructor() {
    live.subscribe(this.#link);
  }

  /** @param {Part} part @returns {() => void} ends it */
  subscribe(part) {
    this.#parts.add(part);
    return () => this.#parts.delete(part);
  }

  // Whether something of this kind, or this thing, has changed since the page was loaded: a part that subscribes late
  // shows an earlier state then.
  /** @param {string} kind @param {string} [key] */
  hasChanged(kind, key) {
    return this.#changed.has("everything") || this.#changed.has(key ? `${kind} ${key}` : kind);
  }

  // --- For the queue ---

  get have() {
    return cursor()[1];
  }

  set have(change) {
    document.body.dataset.personal = `${this.#queue.epoch}:${change}`;
  }

  /** @param {Wire.Epoch} epoch @param {number} have */
  ask(epoch, have) {
    return fetchJSON(`/members/${member()}/changes?epoch=${epoch}&since=${have}`);
  }

  reload() {
    live.ask(this.#link); // the answer has the current numbers
  }

  /** @param {Wire.PersonalUpdate} event */
  apply({ kind, key, data, change }) {
    this.#changed.add(kind).add(`${kind} ${key}`);
    for (const part of this.#parts) if (part.kind === kind) part.apply(key, data, change);
    if (kind === "search") import("./elements/found.js").then(({ tell }) => tell(key, data));
    if (kind === "level" && key.startsWith("other:")) refold(change);
    if (kind === "reaction" && document.getElementById("react"))
      import("./topic/reactions.js").then(({ take }) => take(key, data));
    if (kind === "poll" && document.getElementById("vote"))
      import("./topic/polls.js").then(({ take }) => take(key, data));
    if (kind === "notice") import("./elements/bell.js").then(({ apply }) => apply(data));
  }

  /** @param {Wire.ServerMessage} message */
  handle(message) {
    if (message.type === "heartbeat") return this.#queue.compare(message.members?.[member()]);
    if (!("member" in message) || message.member !== member()) return;
    if (message.type === "personal_update") return this.#queue.receive(message);
    if (message.type === "changes" && !this.#queue.catchUp(message)) return;
    if (message.type === "reload") this.#restart(message);
    live.answered(this.#link);
  }

  /** @param {Wire.PersonalReload} answer */
  #restart({ epoch, change }) {
    this.#queue.restart(epoch, change);
    this.#changed.add("everything");
    for (const part of this.#parts) part.reload();
    /** @type {any} */ (document.querySelector("live-topic"))?.refresh?.(); // has one's own reactions
    import("./elements/bell.js").then(({ reload }) => reload());
  }
}

// The member ignores somebody, or no longer: their stylesheet folds other posts now.
/** @param {number} change */
function refold(change) {
  /** @type {HTMLLinkElement} */
  const sheet = document.querySelector('link[href^="/u/"]');
  if (sheet) sheet.href = `${sheet.href.split("?")[0]}?change=${change}`;
}

// The page's reader may change while it is open (reader.js).
function member() {
  return Number(document.body.dataset.user ?? 0);
}

/** @returns {[Wire.Epoch, number]} */
function cursor() {
  const [epoch, change] = (document.body.dataset.personal ?? ":0").split(":");
  return [epoch, Number(change)];
}

export const personal = new PersonalStream();

if (document.querySelector("bell-sound")) import("./elements/bell_sound.js");
if (document.querySelector("zone-offer")) import("./elements/zone_offer.js");
if (document.querySelector("push-device")) import("./elements/push_device.js");
if (isPushedTo()) import("./push.js").then(({ keep }) => keep().catch(() => {}));

// Whether this browser shows notifications of this member, or of one who was signed in before (push.js).
function isPushedTo() {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith("push "));
  } catch {
    return false;
  }
}

if (document.querySelector(".bell__count:not([hidden])")) import("./elements/bell.js");
