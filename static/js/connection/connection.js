// @ts-check
// The page's one connection. Parts of the page subscribe; each can ask for what it has missed, so
// anything lost on the way is requested again. A subscription is {ask() -> message, handle(message)}.
// Without a socket, long_poll.js asks the same over HTTP, and the socket is tried again every minute
// or two.

import { HEARTBEAT, RESYNC } from "../constants.js";
import { Backoff } from "./backoff.js";
import { Fallback } from "./fallback.js";
import { SharedSocket, TAB } from "./shared_socket.js";
import { untilLoaded } from "./until_loaded.js";

const SILENCE = (HEARTBEAT + 10) * 1000; // ms; after this the socket counts as dead
const OPENING = 10_000; // ms until it is open, and until all requests are answered

class Connection extends EventTarget {
  /** @type {Wire.State} */ state = "connecting";
  /** @type {LiveSocket | null} */ #socket = null;
  /** @type {object | null} */ #attempt = null; // identifies the current attempt to open a socket, or the open one
  /** @type {Set<Subscription>} */ #subscriptions = new Set();
  /** @type {Set<Subscription>} */ #unanswered = new Set();
  #loading = 0; // parts of the page that are not loaded yet
  #backoff = new Backoff();
  #wasLive = false;
  #liveAt = 0;
  #heardAt = 0;
  /** @type {number | null} */ #retry = null;
  #fallback = new Fallback({
    asks: () => [...this.#subscriptions].map((subscription) => subscription.ask()),
    handle: (message) => this.#dispatch(message),
    become: (state) => this.state === "live" || this.#loading || this.#become(state),
    isWanted: () => this.state !== "live" && Boolean(this.#retry),
  });
  #share = new SharedSocket(
    () => this.#attempt || this.#open(),
    () => {
      this.#drop();
      this.#lost(RESYNC);
    },
  );

  constructor() {
    super();
    addEventListener("online", () => this.#networkIsBack());
    addEventListener("offline", () => this.#networkIsGone());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "visible" && this.#wake(),
    );
    setInterval(() => this.#watchdog(), 5000);
  }

  // Loads the script of a live part of the page, with retries; until then the page is not live.
  /** @param {() => Promise<unknown>} part */
  async load(part) {
    this.#loading += 1;
    await untilLoaded(part, () => this.state === "connecting" && this.#become("reconnecting"));
    this.#loading -= 1;
    this.#settle();
  }

  /** @param {Subscription} subscription @returns {() => void} ends it */
  subscribe(subscription) {
    this.#subscriptions.add(subscription);
    this.ask(subscription);
    if (!this.#attempt && !this.#retry) this.#open();
    return () => {
      this.#subscriptions.delete(subscription);
      this.answered(subscription); // its pending request needs no answer any more
    };
  }

  /**
   * Requests everything that the subscription has missed; the answer makes it current.
   * @param {Subscription} subscription
   */
  ask(subscription) {
    this.#fallback.hurry();
    if (!this.#isOpen) return;
    this.#unanswered.add(subscription);
    this.send(subscription.ask());
  }

  /**
   * To be called by a subscription when its request was answered.
   * @param {Subscription} subscription
   */
  answered(subscription) {
    if (this.#fallback.isHandingOut) return;
    this.#unanswered.delete(subscription);
    this.#settle();
  }

  #settle() {
    if (!this.#isOpen || this.#unanswered.size) return;
    this.#liveAt ||= Date.now();
    if (this.#loading || this.state === "live") return;
    this.#backoff.live();
    this.#fallback.stop();
    this.#become("live", { again: this.#wasLive });
    this.#wasLive = true;
  }

  /** Returns whether it could be sent. @param {Wire.ClientMessage} message */
  send(message) {
    if (this.#isOpen) this.#socket.send(JSON.stringify({ ...message, for: TAB }));
    return this.#isOpen;
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async #open() {
    clearTimeout(this.#retry);
    this.#retry = null;
    const attempt = (this.#attempt = {});
    this.#liveAt = 0;
    this.#heardAt = Date.now();
    const socket = await this.#share.socket().catch(() => /** @type {LiveSocket} */ (null));
    if (attempt !== this.#attempt) return socket?.close();
    if (!socket) return this.#lost(0);
    this.#socket = socket;
    /** @type {(type: string, handle: (event: any) => void) => void} */
    const listen = (type, handle) =>
      socket.addEventListener(
        type,
        (/** @type {Event} */ event) => attempt === this.#attempt && handle(event),
      );
    listen("open", () => this.#askAll());
    listen("message", ({ data }) => this.#handle(JSON.parse(data)));
    listen("close", ({ code }) => this.#lost(code));
  }

  #askAll() {
    this.#heardAt = Date.now();
    this.#unanswered.clear();
    for (const subscription of this.#subscriptions) this.ask(subscription);
  }

  /** @param {Wire.ServerMessage} message */
  #handle(message) {
    this.#heardAt = Date.now();
    if ("for" in message && message.for !== TAB) return; // the answer to another tab
    if (message.type === "batch") return message.events.forEach((event) => this.#handle(event)); // see docs/realtime.md
    if (message.type === "heartbeat") this.send({ type: "pong" });
    this.#dispatch(message);
  }

  /** @param {Wire.ServerMessage} message */
  #dispatch(message) {
    for (const subscription of [...this.#subscriptions]) subscription.handle(message);
    this.dispatchEvent(new CustomEvent("message", { detail: message })); // for parts without a subscription
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = this.#attempt = null;
    this.#backoff.ended(code, this.#liveAt && Date.now() - this.#liveAt);
    this.#liveAt = 0;
    if (!this.#fallback.works) this.#become(navigator.onLine ? "reconnecting" : "offline");
    if (document.visibilityState === "hidden" && this.#backoff.isTooMuch)
      return this.#share.leave(); // until the tab is visible
    if (this.#backoff.isEnough) this.#fallback.start();
    this.#retry = setTimeout(() => this.#open(), this.#backoff.delay(code, this.#fallback.works));
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = this.#attempt = null;
    socket?.close();
  }

  #wake() {
    this.#fallback.hurry();
    if (this.#attempt && this.#silence < (this.#isOpen ? SILENCE : OPENING)) return;
    this.#drop();
    if (!this.#fallback.works) this.#become("reconnecting");
    this.#open();
  }

  // The browser notices at once, while a socket would only fall silent.
  #networkIsGone() {
    this.#fallback.hurry();
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#drop();
    this.#lost(0);
  }

  // Earlier attempts failed for lack of a network, not because of the server.
  #networkIsBack() {
    this.#backoff.forget();
    if (!this.#isOpen) this.#drop();
    this.#wake();
  }

  // Reconnects with the current session.
  restart() {
    this.#leave();
    this.#open();
  }

  #leave() {
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#fallback.stop();
    this.#drop(); // an open socket or a lock keeps pages out of the back/forward cache
    this.#share.leave();
  }

  // In ms. A clock that was set back counts as silence, since it could hide one of that length.
  get #silence() {
    return Math.abs(Date.now() - this.#heardAt);
  }

  #watchdog() {
    if (!this.#attempt || this.#silence < (this.#liveAt ? SILENCE : OPENING)) return;
    if (!this.#isOpen || this.#unanswered.size) this.#backoff.wasSilent();
    this.#drop();
    this.#lost(0);
  }

  /** @param {Wire.State} state */
  #become(state, detail = {}) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...detail } }));
  }
}

export const live = new Connection();
