// @ts-check
// A socket through the leading tab: has the interface of a WebSocket and talks to tab_leader.js there.

import { RESYNC } from "../constants.js";

const GREETING = 1000; // ms between two greetings
const GREETINGS = 3; // unanswered ones after which the leader counts as frozen and is replaced

export class TabFollower extends EventTarget {
  /** @type {number} */
  readyState = WebSocket.CONNECTING;
  #gone = new AbortController();
  /** @type {(value?: unknown) => void} */
  #letGo = null;

  // `full` is called when the leader already serves as many tabs as it can.
  /** @param {string} name @param {string} tab @param {() => void} full */
  constructor(name, tab, full) {
    super();
    this.name = name;
    this.tab = tab;
    this.full = full;
    this.channel = new BroadcastChannel(name);
    this.#holdOwnLock();
    // granted to the next tab when the leader is gone, for whatever reason
    this.#request(name, () => this.#end(RESYNC));
  }

  /** @param {string} text */
  send(text) {
    this.#post("say", text);
  }

  close() {
    this.#end(1000);
  }

  // The leader notices by this lock when this tab is gone. Its broadcasts don't concern this tab
  // before it has answered a greeting.
  #holdOwnLock() {
    this.#request(`${this.name} ${this.tab}`, () => {
      this.channel.onmessage = ({ data }) =>
        (data.to === this.tab || data.to === "all") && this.#handle(data);
      this.#greet(GREETINGS);
      return new Promise((letGo) => (this.#letGo = letGo));
    });
  }

  /** @param {number} left */
  #greet(left) {
    if (this.readyState !== WebSocket.CONNECTING) return;
    if (!left) return navigator.locks.request(this.name, { steal: true }, () => {});
    this.#post("hello");
    this.greeting = setTimeout(() => this.#greet(left - 1), GREETING);
  }

  /** @param {Wire.ToTabs} message */
  #handle({ type, text, code }) {
    clearTimeout(this.greeting);
    if (type === "open") this.#open();
    else if (type === "message") this.dispatchEvent(new MessageEvent("message", { data: text }));
    else if (type === "close") this.#end(code);
    else if (type === "full") {
      this.full();
      this.#end(RESYNC);
    }
  }

  #open() {
    if (this.readyState !== WebSocket.CONNECTING) return;
    this.readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  /** @param {number} code */
  #end(code) {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    clearTimeout(this.greeting);
    this.channel.close();
    this.#gone.abort();
    this.#letGo?.();
    this.dispatchEvent(new CloseEvent("close", { code }));
  }

  /** @param {string} name @param {() => unknown} granted */
  #request(name, granted) {
    navigator.locks.request(name, { signal: this.#gone.signal }, granted).catch(() => {}); // aborted
  }

  /** @param {Wire.FromTab["type"]} type @param {string} [text] */
  #post(type, text) {
    if (this.readyState !== WebSocket.CLOSED)
      this.channel.postMessage({ from: this.tab, type, text });
  }
}
