// The page's one connection. Parts of the page subscribe; each knows how to ask for what it has missed, so whatever
// was lost on the way is asked for again. A subscription is {ask() -> message, hear(message), poll() -> Promise}.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const SILENCE = 35_000; // a heartbeat comes every 25 s; after this the socket counts as dead
const OPENING = 10_000;
const POLL = 10_000;
const COME_BACK = 4001; // the server asks for a fresh start: who may see what has changed

class Connection extends EventTarget {
  state = "connecting";
  #socket = null;
  #subscriptions = new Set();
  #unanswered = new Set();
  #failures = 0;
  #wasLive = false;
  #heardAt = 0;
  #retry = null;
  #poll = null;

  constructor() {
    super();
    addEventListener("online", () => this.#wake());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#wake());
    setInterval(() => this.#watchdog(), 5000);
  }

  subscribe(subscription) {
    this.#subscriptions.add(subscription);
    if (this.#isOpen) this.ask(subscription);
    else if (!this.#socket && !this.#retry) this.#open();
    return () => {
      this.#subscriptions.delete(subscription);
      this.answered(subscription); // what it still asked needs no answer any more
    };
  }

  // Asks the server for all that the subscription has missed; the answer makes it current.
  ask(subscription) {
    if (!this.#isOpen) return;
    this.#unanswered.add(subscription);
    this.#socket.send(JSON.stringify(subscription.ask()));
  }

  // To be called by a subscription when the answer to what it asked has come.
  answered(subscription) {
    this.#unanswered.delete(subscription);
    if (this.#isOpen && this.#unanswered.size === 0 && this.state !== "live") {
      this.#failures = 0;
      this.#stopPolling();
      this.#become("live", { again: this.#wasLive });
      this.#wasLive = true;
    }
  }

  send(message) {
    if (this.#isOpen) this.#socket.send(JSON.stringify(message));
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #open() {
    clearTimeout(this.#retry);
    this.#retry = null;
    const socket = new WebSocket(new URL("/ws/", location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      this.#unanswered.clear();
      for (const subscription of this.#subscriptions) this.ask(subscription);
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.#socket) this.#hear(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    });
  }

  #hear(message) {
    this.#heardAt = Date.now();
    if (message.type === "heartbeat") this.send({ type: "pong" });
    for (const subscription of [...this.#subscriptions]) subscription.hear(message);
  }

  #lost(code) {
    this.#socket = null;
    this.#become("reconnecting");
    if (document.visibilityState === "hidden" && this.#failures > 6) return; // it wakes when it is looked at
    const most = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    const delay = Math.random() * (code === COME_BACK ? FIRST_DELAY : most);
    if (code !== COME_BACK) this.#failures += 1;
    if (this.#failures > 3) this.#startPolling();
    this.#retry = setTimeout(() => this.#open(), delay);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #wake() {
    if (this.#isOpen && Date.now() - this.#heardAt < SILENCE) return;
    if (this.#socket?.readyState === WebSocket.CONNECTING && Date.now() - this.#heardAt < OPENING) return;
    this.#drop();
    this.#become("reconnecting");
    this.#open();
  }

  #leave() {
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#stopPolling();
    this.#drop(); // a page with an open socket is not kept for the back button
  }

  #watchdog() {
    if (!this.#socket) return;
    const patience = this.#isOpen ? SILENCE : OPENING;
    if (Date.now() - this.#heardAt > patience) {
      this.#drop();
      this.#lost(0);
    }
  }

  // Where sockets can't be had, the same feed is asked over HTTP.
  #startPolling() {
    if (this.#poll) return;
    const round = async () => {
      try {
        await Promise.all([...this.#subscriptions].map((subscription) => subscription.poll()));
        if (!this.#isOpen) this.#become("polling");
      } catch {
        if (!this.#isOpen) this.#become("reconnecting");
      }
      if (this.#poll) this.#poll = setTimeout(round, POLL * (0.75 + Math.random() / 2));
    };
    this.#poll = setTimeout(round, 0);
  }

  #stopPolling() {
    clearTimeout(this.#poll);
    this.#poll = null;
  }

  #become(state, detail = {}) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...detail } }));
  }
}

export const live = new Connection();

export async function fetchJSON(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok && response.status !== 404) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

// The first element in a piece of HTML that the server made.
export function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

// What a word of the page says for a number: words are translated on the server.
export function words(name, number = null) {
  const all = document.getElementById("words")?.dataset ?? {};
  if (number === null) return all[name] ?? "";
  return (all[name + (number === 1 ? "One" : "Other")] ?? "%n").replace("%n", number.toLocaleString());
}

// The number of news in front of the tab's title; each part of the page brings its own.
const counts = new Map();
const title = document.title;

export function countInTitle(part, number) {
  counts.set(part, number);
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  document.title = sum ? `(${sum}) ${title}` : title;
}
