// @ts-check
// A socket through another tab: behaves like a WebSocket, and speaks with tab_leader.js in the tab that has one.

import { RESYNC } from "../constants.js";

const GREETING = 1000; // ms between two greetings
const GREETINGS = 3; // without an answer: the leading tab is frozen, and this one takes the lead away from it

export class TabFollower extends EventTarget {
  /** @type {number} */
  readyState = WebSocket.CONNECTING;
  #gone = new AbortController();
  /** @type {(value?: unknown) => void} */
  #letGo = null;

  // `full` is called when the other tab serves enough of them already.
  /** @param {string} name @param {string} tab @param {() => void} full */
  constructor(name, tab, full) {
    super();
    this.name = name;
    this.tab = tab;
    this.full = full;
    this.channel = new BroadcastChannel(name);
    this.#holdOwnLock();
    // granted to one tab after the other when the leading one is gone, however it went
    this.#request(name, () => this.#end(RESYNC));
  }

  /** @param {string} text */
  send(text) {
    this.#say("say", text);
  }

  close() {
    this.#end(1000);
  }

  // By this lock the leading tab notices when this one is gone. Until it is greeted, what it tells all is not for this one.
  #holdOwnLock() {
    this.#request(`${this.name} ${this.tab}`, () => {
      this.channel.onmessage = ({ data }) =>
        (data.to === this.tab || data.to === "all") && this.#hear(data);
      this.#greet(GREETINGS);
      return new Promise((letGo) => (this.#letGo = letGo));
    });
  }

  /** @param {number} left */
  #greet(left) {
    if (this.readyState !== WebSocket.CONNECTING) return;
    if (!left) return navigator.locks.request(this.name, { steal: true }, () => {});
    this.#say("hello");
    this.greeting = setTimeout(() => this.#greet(left - 1), GREETING);
  }

  /** @param {Wire.ToTabs} message */
  #hear({ type, text, code }) {
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
    navigator.locks.request(name, { signal: this.#gone.signal }, granted).catch(() => {}); // given up
  }

  /** @param {Wire.FromTab["type"]} type @param {string} [text] */
  #say(type, text) {
    if (this.readyState !== WebSocket.CLOSED)
      this.channel.postMessage({ from: this.tab, type, text });
  }
}
