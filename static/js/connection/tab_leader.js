// @ts-check
// Runs in the tab that has the socket, and serves the other tabs: answers go to the tab that asked,
// everything else to all. The other end is tab_follower.js.

import { MESSAGES_A_SECOND, MESSAGES_AT_ONCE, RESYNC, TOPICS_ON_SOCKET } from "../constants.js";

// Below the server's limits: this tab uses the socket, too, and others may show topics that are not
// watched yet.
const MOST = Math.floor(0.4 * TOPICS_ON_SOCKET); // tabs; further ones get sockets of their own
const BURST = MESSAGES_AT_ONCE / 2; // messages at once, and
const PACE = 1500 / MESSAGES_A_SECOND; // ms for one more

export class TabLeader {
  /** @type {LiveSocket | null} */
  #socket = null;
  /** @type {Map<string, Set<number>>} */
  #tabs = new Map(); // tab -> the topics that it shows
  /** @type {string[]} */
  #queue = [];
  #allowance = BURST;
  /** @type {number | null} */
  #timer = null;
  #over = new AbortController();

  /** @param {string} name @param {string} tab @param {BroadcastChannel} channel @param {() => void} wanted */
  constructor(name, tab, channel, wanted) {
    this.name = name;
    this.tab = tab;
    this.channel = channel;
    this.wanted = wanted;
  }

  // Closes the tabs' virtual sockets of an earlier socket that was abandoned.
  /** @param {LiveSocket} socket */
  use(socket) {
    if (this.#socket?.readyState < WebSocket.CLOSED)
      this.#post("all", { type: "close", code: RESYNC });
    this.#socket = socket;
    this.#queue = [];
    /** @type {(type: string, handle: (event: any) => void) => void} */
    const listen = (type, handle) =>
      socket.addEventListener(type, (event) => socket === this.#socket && handle(event));
    listen("open", () => this.#post("all", { type: "open" }));
    listen("message", ({ data }) => this.#pass(data));
    listen("close", ({ code }) => this.#post("all", { type: "close", code }));
  }

  stop() {
    this.#over.abort();
    clearInterval(this.#timer);
  }

  /** @param {Wire.FromTab} message */
  handle({ from, type, text }) {
    if (type === "hello") this.#welcome(from);
    else if (this.#tabs.has(from)) this.#forward(from, JSON.parse(text));
    else this.#post(from, { type: "close", code: RESYNC }); // unknown here; it may greet again
  }

  /** @param {string} tab */
  #welcome(tab) {
    if (!this.#tabs.has(tab)) {
      if (this.#tabs.size >= MOST) return this.#post(tab, { type: "full" });
      this.#tabs.set(tab, new Set());
      this.#watchOver(tab);
    }
    this.#post(tab, { type: this.#isOpen ? "open" : "wait" });
    if (!this.#isOpen) this.wanted();
  }

  /** @param {string} tab @param {Wire.ClientMessage} message */
  #forward(tab, message) {
    if (message.type === "pong") return; // this tab answers heartbeats for all
    const topics = this.#tabs.get(tab);
    if (message.type === "watch" && "topic" in message && "change" in message)
      topics.add(message.topic);
    if (message.type === "unwatch") {
      topics.delete(message.topic);
      if (this.#isShown(message.topic)) return;
    }
    this.#send(message);
  }

  // The follower's own lock is granted to the leader when the follower is gone.
  /** @param {string} tab */
  #watchOver(tab) {
    const { signal } = this.#over;
    navigator.locks
      .request(`${this.name} ${tab}`, { signal }, () => this.#forget(tab))
      .catch(() => {});
  }

  /** @param {string} tab */
  #forget(tab) {
    const topics = this.#tabs.get(tab);
    this.#tabs.delete(tab);
    for (const topic of topics) if (!this.#isShown(topic)) this.#send({ type: "unwatch", topic });
  }

  /** @param {number} topic */
  #isShown(topic) {
    if (document.querySelector(`live-topic[data-topic="${topic}"]`)) return true;
    return [...this.#tabs.values()].some((topics) => topics.has(topic));
  }

  /** @param {string} text */
  #pass(text) {
    const { for: asker } = JSON.parse(text);
    if (asker !== this.tab) this.#post(asker ?? "all", { type: "message", text });
  }

  // No faster than the server allows, or it would close the shared socket.
  /** @param {Wire.ClientMessage} message */
  #send(message) {
    this.#queue.push(JSON.stringify(message));
    this.#timer ??= setInterval(() => this.#flow(), PACE);
    if (this.#allowance > 0) this.#flow(0);
  }

  #flow(more = 1) {
    this.#allowance = Math.min(BURST, this.#allowance + more);
    while (this.#allowance > 0 && this.#queue.length && this.#isOpen) {
      this.#socket.send(this.#queue.shift());
      this.#allowance -= 1;
    }
    if (this.#allowance < BURST || this.#queue.length) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** @param {string} to @param {Omit<Wire.ToTabs, "to">} message */
  #post(to, message) {
    if (!this.#over.signal.aborted) this.channel.postMessage({ to, ...message });
  }
}
