// @ts-check
// The page's one connection. Parts of the page subscribe; each knows how to ask for what it has missed, so whatever
// was lost on the way is asked for again. A subscription is {ask() -> message, hear(message)}. Where a socket can't be
// had, transports/feed.js asks the same over HTTP, and the socket is tried again every minute or two.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const SILENCE = 35_000; // a heartbeat comes every 25 s; after this the socket counts as dead
const OPENING = 10_000; // until it is open, and until all questions are answered
const LONGEST_LOAD = 8_000; // ms, at most, between two tries to load a part of the page
const STEADY = 10_000; // a socket that lives so long was worth having
const FAILURES = 3; // before the feed is asked beside
const PROBE = 60_000; // at least, between two tries to get a socket while the feed does well
const COME_BACK = 4001; // the server asks for a fresh start: who may see what has changed
const ALL_COME_BACK = [1012, 1013]; // it restarts, or can't answer: so for all pages, and
const SPREAD = 12_000; // until they are back each chooses a moment within this time

const ADDRESS = new URL("/ws/", location.href.replace(/^http/, "ws"));
const TAB = Math.random().toString(36).slice(2);

// Of the lock and the channel that tabs share: members and guests never do.
function nameOfShare() {
  return `live ${document.body.dataset.user ?? "guest"}`;
}

// One socket per browser and reader: the tab that holds the lock has it, the others speak through that tab. Browsers
// and addresses (plain http) without locks have a socket per tab. Who waits to try again hears when the socket is open.
class Share {
  /** @type {((value?: unknown) => void) | null} */
  #letGo = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {LiveSocket | null} */
  #socket = null;
  /** @type {Promise<import("./transports/leader.js").Leader> | null} */
  #serving = null;
  #left = false;
  #alone = !navigator.locks || !window.BroadcastChannel;

  // `wanted` is called when another tab would like a socket now, or has one; `stolen` when another took the lead.
  /** @param {() => void} wanted @param {() => void} stolen */
  constructor(wanted, stolen) {
    this.wanted = wanted;
    this.stolen = stolen;
  }

  // A WebSocket, or what behaves like one.
  /** @returns {Promise<LiveSocket>} */
  async socket() {
    this.#left = false;
    if (!this.#alone) this.#listen();
    if (!this.#alone && !this.#letGo && !(await this.#lead())) {
      const { TabSocket } = await import("./transports/tab.js");
      return new TabSocket(nameOfShare(), TAB, () => (this.#alone = true));
    }
    this.#socket = new WebSocket(ADDRESS);
    this.#socket.addEventListener("open", () => this.#channel?.postMessage({ to: "waiting" }));
    this.#serving?.then((leader) => leader.use(this.#socket)).catch(() => {});
    return this.#socket;
  }

  leave() {
    this.#left = true;
    this.#serving?.then((leader) => leader.stop()).catch(() => {});
    this.#channel?.close();
    this.#letGo?.();
    this.#channel = this.#letGo = this.#serving = null;
  }

  #listen() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(nameOfShare());
    this.#channel.onmessage = ({ data }) => {
      if (data.to === "waiting") this.wanted();
      else if (data.from && this.#letGo) this.#serve(data);
    };
  }

  /** @returns {Promise<boolean>} whether this tab has the lock now */
  #lead() {
    return new Promise((know) => {
      /** @param {Lock | null} lock */
      const hold = (lock) => {
        know(Boolean(lock) && !this.#left);
        if (!lock || this.#left) return null;
        return new Promise((letGo) => (this.#letGo = letGo));
      };
      navigator.locks.request(nameOfShare(), { ifAvailable: true }, hold).catch(() => {
        if (!this.#letGo) return know(false);
        this.leave();
        this.stolen();
      });
    });
  }

  /** @param {Wire.FromTab} data */
  #serve(data) {
    this.#serving ??= import("./transports/leader.js").then(({ Leader }) => {
      const leader = new Leader(nameOfShare(), TAB, this.#channel, this.wanted);
      if (this.#socket) leader.use(this.#socket);
      return leader;
    });
    this.#serving.then(
      (leader) => leader.hear(data),
      () => {
        this.#serving = null; // the other tab greets again
      },
    );
  }
}

class Connection extends EventTarget {
  /** @type {Wire.State} */
  state = "connecting";
  /** @type {LiveSocket | null} */
  #socket = null;
  /** @type {object | null} */
  #attempt = null; // what tries to get a socket, or has one
  /** @type {Set<Subscription>} */
  #subscriptions = new Set();
  /** @type {Set<Subscription>} */
  #unanswered = new Set();
  #loading = 0; // parts of the page that are still to come
  #failures = 0;
  #isOneOfAll = false; // that come back
  #wasLive = false;
  #liveAt = 0;
  #heardAt = 0;
  /** @type {number | null} */
  #retry = null;
  /** @type {import("./transports/feed.js").Feed | null} */
  #feed = null;
  #isFed = false; // while an answer of the feed is handed out
  #share = new Share(
    () => this.#attempt || this.#open(),
    () => this.#startAgain(),
  );

  constructor() {
    super();
    addEventListener("online", () => this.#networkIsBack());
    addEventListener("offline", () => this.#networkIsGone());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#wake());
    setInterval(() => this.#watchdog(), 5000);
  }

  // Loads a script that makes a part of the page live, and again until it has come; before that the page is not live.
  /** @param {() => Promise<unknown>} part */
  async load(part) {
    this.#loading += 1;
    for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_LOAD)) {
      if (
        await part().then(
          () => true,
          () => false,
        )
      )
        break;
      if (this.state === "connecting") this.#become("reconnecting");
      await new Promise((go) => setTimeout(go, delay));
    }
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
      this.answered(subscription); // what it still asked needs no answer any more
    };
  }

  // Asks the server for all that the subscription has missed; the answer makes it current.
  /** @param {Subscription} subscription */
  ask(subscription) {
    this.#feed?.hurry();
    if (!this.#isOpen) return;
    this.#unanswered.add(subscription);
    this.send(subscription.ask());
  }

  // To be called by a subscription when the answer to what it asked has come.
  /** @param {Subscription} subscription */
  answered(subscription) {
    if (this.#isFed) return;
    this.#unanswered.delete(subscription);
    this.#settle();
  }

  #settle() {
    if (!this.#isOpen || this.#unanswered.size) return;
    this.#liveAt ||= Date.now();
    if (this.#loading || this.state === "live") return;
    this.#isOneOfAll = false;
    this.#stopFeed();
    this.#become("live", { again: this.#wasLive });
    this.#wasLive = true;
  }

  // Says whether it could be sent.
  /** @param {Wire.ClientMessage} message */
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
    /** @type {(type: string, hear: (event: any) => void) => void} */
    const listen = (type, hear) =>
      socket.addEventListener(type, (/** @type {Event} */ event) => attempt === this.#attempt && hear(event));
    listen("open", () => this.#askAll());
    listen("message", ({ data }) => this.#hear(JSON.parse(data)));
    listen("close", ({ code }) => this.#lost(code));
  }

  #askAll() {
    this.#heardAt = Date.now();
    this.#unanswered.clear();
    for (const subscription of this.#subscriptions) this.ask(subscription);
  }

  /** @param {Wire.ServerMessage} message */
  #hear(message) {
    this.#heardAt = Date.now();
    if ("for" in message && message.for !== TAB) return; // another tab has asked
    if (message.type === "batch") return message.events.forEach((event) => this.#hear(event)); // of a busy moment
    if (message.type === "heartbeat") this.send({ type: "pong" });
    this.#tell(message);
  }

  /** @param {Wire.ServerMessage} message */
  #tell(message) {
    for (const subscription of [...this.#subscriptions]) subscription.hear(message);
    this.dispatchEvent(new CustomEvent("message", { detail: message })); // for parts that ask nothing
  }

  /** @param {number} code */
  #lost(code) {
    this.#socket = this.#attempt = null;
    if (this.#liveAt && Date.now() - this.#liveAt > STEADY) this.#failures = 0;
    this.#liveAt = 0;
    if (code !== COME_BACK) this.#failures += 1;
    if (ALL_COME_BACK.includes(code % 3000)) this.#isOneOfAll = true; // 4012 from daphne
    if (!this.#feed?.works) this.#become(navigator.onLine ? "reconnecting" : "offline");
    if (document.visibilityState === "hidden" && this.#failures > 6) return this.#share.leave(); // until it is looked at
    if (this.#failures >= FAILURES) this.#startFeed();
    this.#retry = setTimeout(() => this.#open(), this.#delay(code));
  }

  /** @param {number} code */
  #delay(code) {
    if (code === COME_BACK) return Math.random() * FIRST_DELAY;
    if (this.#feed?.works) return PROBE * (1 + Math.random());
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#failures - 1));
    return Math.random() * (this.#isOneOfAll ? Math.max(SPREAD, delay) : delay);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = this.#attempt = null;
    socket?.close();
  }

  #wake() {
    this.#feed?.hurry();
    if (this.#attempt && this.#silence < (this.#isOpen ? SILENCE : OPENING)) return;
    this.#drop();
    if (!this.#feed?.works) this.#become("reconnecting");
    this.#open();
  }

  // The browser knows at once; a socket would only fall silent.
  #networkIsGone() {
    this.#feed?.hurry();
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#drop();
    this.#lost(0);
  }

  // What was tried without it has hung or failed for no fault of the server's.
  #networkIsBack() {
    this.#failures = 0;
    if (!this.#isOpen) this.#drop();
    this.#wake();
  }

  // With another session than the one that the socket came with.
  restart() {
    this.#leave();
    this.#open();
  }

  #startAgain() {
    this.#drop();
    this.#lost(COME_BACK);
  }

  #leave() {
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#stopFeed();
    this.#drop(); // a page with an open socket or a lock is not kept for the back button
    this.#share.leave();
  }

  // In ms. A clock that was set back counts as silence, too: it could hide a real one for as long as it went back.
  get #silence() {
    return Math.abs(Date.now() - this.#heardAt);
  }

  // A socket that opens and then stays silent may be held up by a proxy: then the feed needn't wait for more failures.
  #watchdog() {
    if (!this.#attempt || this.#silence < (this.#liveAt ? SILENCE : OPENING)) return;
    if (!this.#isOpen || this.#unanswered.size) this.#failures = Math.max(this.#failures, FAILURES - 1);
    this.#drop();
    this.#lost(0);
  }

  async #startFeed() {
    if (this.#feed) return;
    const { Feed } = await import("./transports/feed.js").catch(() => /** @type {any} */ ({}));
    if (!Feed || this.#feed || this.state === "live" || !this.#retry) return;
    this.#feed = new Feed({
      asks: () => [...this.#subscriptions].map((subscription) => subscription.ask()),
      hear: (/** @type {Wire.ServerMessage} */ message) => this.#hearFed(message),
      become: (/** @type {Wire.State} */ state) => this.state === "live" || this.#loading || this.#become(state),
    });
  }

  /** @param {Wire.ServerMessage} message */
  #hearFed(message) {
    this.#isFed = true;
    this.#tell(message);
    this.#isFed = false;
  }

  #stopFeed() {
    this.#feed?.stop();
    this.#feed = null;
  }

  /** @param {Wire.State} state */
  #become(state, detail = {}) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...detail } }));
  }
}

export const live = new Connection();

export const PAGE = 20; // posts on a page of a topic

// What the server has now. A network that fell silent may hold an answer up for many minutes: then it is given up.
/** @param {string} address */
export function fetchFresh(address, accept = "text/html") {
  const headers = { Accept: accept, "X-Requested-With": "fetch" };
  return fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(OPENING) });
}

/** @param {string} address */
export async function fetchJSON(address) {
  const response = await fetchFresh(address, "application/json");
  if (!response.ok && response.status !== 404) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

// The first element in a piece of HTML that the server made.
/** @param {string} html @returns {HTMLElement} */
export function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return /** @type {HTMLElement} */ (template.content.firstElementChild);
}

const CONTROLS = "a[href], summary, button, textarea, input:not([type=hidden])"; // where the focus may be
const OWN = ["open", "aria-expanded", "tabindex"]; // what readers and scripts give

// Makes `old` read like `now`. What is the same is not touched, and keeps what its reader did with it. A focus whose
// control goes away finds the same one, or what came there.
/** @param {HTMLElement} old @param {HTMLElement} now */
export function replace(old, now) {
  const active = /** @type {HTMLAnchorElement} */ (document.activeElement);
  const place = old.contains(active) ? controlsIn(old).indexOf(active) : null;
  const shown = /** @type {HTMLElement} */ (become(old, now));
  if (place === null || active === document.activeElement) return;
  const controls = controlsIn(shown);
  const same =
    active.href && controls.find((control) => /** @type {HTMLAnchorElement} */ (control).href === active.href);
  focusOn(same || controls[place] || controls[0] || shown);
}

/** @param {any} old @param {any} now @returns {Node} */
function become(old, now) {
  if (asMade(old) === asMade(now)) return old;
  if (identity(old) !== identity(now)) {
    old.replaceWith(now);
    return now;
  }
  if (old.nodeType === Node.TEXT_NODE) rewrite(old, now.data);
  else {
    takeAttributes(old, now);
    takeContent(
      old,
      [...old.childNodes].filter((/** @type {any} */ node) => !node.matches?.(".menu")),
      [...now.childNodes],
    );
  }
  return old;
}

/** @param {any} node */
function identity(node) {
  return [node.nodeName, node.id, node.getAttribute?.("href")].join(" ");
}

// As the server made it.
/** @param {any} node @returns {string} */
function asMade(node) {
  if (!node.matches) return node.data;
  const copy = node.cloneNode(true);
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    if (one.matches(".menu")) one.remove();
    for (const name of OWN) one.removeAttribute(name);
  }
  return copy.outerHTML;
}

// A selection in the rest of the text stays.
/** @param {Text} text @param {string} data */
function rewrite(text, data) {
  let [start, end, had] = [0, data.length, text.length];
  while (start < Math.min(end, had) && text.data[start] === data[start]) start += 1;
  while (start < Math.min(end, had) && text.data[had - 1] === data[end - 1]) {
    had -= 1;
    end -= 1;
  }
  text.replaceData(start, had - start, data.slice(start, end));
}

/** @param {Element} old @param {Element} now */
function takeAttributes(old, now) {
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && !OWN.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) old.setAttribute(name, value);
}

// What is the same stays; of the rest each takes the place of one of its kind.
/** @param {Element} parent @param {ChildNode[]} before @param {ChildNode[]} after */
function takeContent(parent, before, after) {
  const [had, has] = [before.map(asMade), after.map(asMade)];
  /** @type {ChildNode} */
  let end = null;
  while (had.length && had[0] === has[0]) for (const all of [had, has, before, after]) all.shift();
  while (had.length && had.at(-1) === has.at(-1)) {
    end = before.at(-1);
    for (const all of [had, has, after, before]) all.pop();
  }
  after.forEach((node, place) => {
    const later = has.slice(place).filter((made) => made.trim());
    const fixed = had.findIndex((made) => later.includes(made));
    const isSame = fixed >= 0 && had[fixed] === has[place];
    const isFree = (/** @type {Node} */ old, /** @type {number} */ at) =>
      (fixed < 0 || at < fixed) && identity(old) === identity(node);
    const at = isSame ? fixed : before.findIndex(isFree);
    if (at < 0) return parent.insertBefore(node, before[0] ?? end);
    for (const old of before.splice(0, at)) old.remove();
    had.splice(0, at + 1);
    become(before.shift(), node);
  });
  for (const old of before) old.remove();
}

/** @param {Element} part @returns {HTMLElement[]} */
function controlsIn(part) {
  return [...part.querySelectorAll(CONTROLS)].filter((control) => control.getClientRects().length);
}

// Takes `old` away. The focus that was in it goes to `next`.
/** @param {HTMLElement} old @param {HTMLElement | null} next */
export function remove(old, next = null) {
  const hadFocus = old.contains(document.activeElement);
  old.remove();
  if (hadFocus) focusOn(next ?? document.getElementById("main"));
}

// Also on what is no control: then until the focus leaves it.
/** @param {HTMLElement} target */
export function focusOn(target) {
  if (!target.matches(`${CONTROLS}, [tabindex]`)) {
    target.tabIndex = -1;
    target.addEventListener("blur", () => target.removeAttribute("tabindex"), { once: true });
  }
  target.focus({ preventScroll: true });
}

// What a word of the page says for a number: words are translated on the server.
/** @param {string} name @param {number | null} number */
export function words(name, number = null) {
  const all = document.getElementById("words")?.dataset ?? {};
  if (number === null) return all[name] ?? "";
  return (all[name + (number === 1 ? "One" : "Other")] ?? "%n").replace("%n", number.toLocaleString());
}

// The number of news in front of the tab's title; each part of the page brings its own.
/** @type {Map<string, number>} */
const counts = new Map();
let title = document.title;

/** @param {string} part @param {number} number */
export function countInTitle(part, number) {
  counts.set(part, number);
  showTitle();
}

// The page is called otherwise from now on.
/** @param {string} name */
export function nameTab(name) {
  title = name;
  showTitle();
}

function showTitle() {
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  document.title = sum ? `(${sum}) ${title}` : title;
}
