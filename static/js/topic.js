// @ts-check
// <live-topic>: the posts of one page of a topic, kept equal to what a fresh load would show. Its cursor is the change
// number of the last event applied: the next one is applied, an older one ignored, and a hole is asked for.

import { countInTitle, element, fetchFresh, fetchJSON, focusOn, live, nameTab, PAGE, replace, words } from "./live.js";
import { announceNew } from "./news.js";
import "./people.js";
import { refresh as refreshTimes } from "./times.js";

const REORDERING = 200; // ms that events may take to come in order before the hole is asked for
const TELLING = 1000; // ms between two words about what was seen
const SOON = 300; // ms, and
const SPREAD = 1700; // ms over which the pages of a busy topic ask for what differs by reader

class LiveTopic extends HTMLElement {
  /** @type {Map<number, Wire.TopicUpdate>} */
  #early = new Map(); // change -> event that came before its turn
  /** @type {Map<number, Wire.TopicUpdate>} */
  #waiting = new Map(); // number -> event of a new post that would move what somebody is writing
  /** @type {Set<number>} */
  #unseen = new Set(); // numbers of new posts that were not looked at yet
  /** @type {number | null} */
  #hole = null;
  /** @type {Promise<void> | null} */
  #repairing = null;
  /** @type {number | null} */
  #refreshing = null;
  #isGone = false;
  #seen = 0; // the highest number that was on the screen
  #told = 0; // to the server
  /** @type {number | null} */
  #telling = null;
  /** @type {Set<number>} */
  #inView = new Set(); // numbers of the posts on the screen

  /** @type {Subscription} */
  #link = {
    ask: () => ({ type: "watch", topic: this.topic, epoch: this.epoch, change: this.have }),
    hear: (message) => this.#hear(message),
  };

  #observer = new IntersectionObserver((entries) => this.#look(entries), { threshold: [0, 0.01, 0.05, 0.2] });

  connectedCallback() {
    this.topic = Number(this.dataset.topic);
    this.epoch = this.dataset.epoch;
    this.lastNumber = this.loadedTo = Number(this.dataset.lastNumber);
    this.style.overflowAnchor = "none"; // keepPlace does this, in every browser
    for (const post of this.#posts) this.#observer.observe(post);
    this.#pill?.addEventListener("click", this.#showNew);
    document.addEventListener("focusout", this.#settle);
    addEventListener("pagehide", this.#tell);
    this.unsubscribe = live.subscribe(this.#link);
    this.#focusTarget();
  }

  // Who was led to a post, as by the pill, goes on from there with the keyboard and a screen reader, too.
  #focusTarget() {
    const target = location.hash.startsWith("#post-") && document.getElementById(location.hash.slice(1));
    if (target && document.activeElement === document.body) focusOn(target);
  }

  disconnectedCallback() {
    this.unsubscribe();
    this.#observer.disconnect();
    document.removeEventListener("focusout", this.#settle);
    removeEventListener("pagehide", this.#tell);
    clearTimeout(this.#hole);
    clearTimeout(this.#refreshing);
  }

  // --- Hearing: events in order, holes repaired ---

  /** @param {Wire.ServerMessage} message */
  #hear(message) {
    if (this.#isGone) return;
    if (message.type === "heartbeat") return this.#compare(message.topics[this.topic]);
    if (!("topic" in message) || message.topic !== this.topic) return;
    if (message.type === "post_update" && message.header) this.#receive(/** @type {Wire.TopicUpdate} */ (message));
    else if (message.type === "changes") this.#catchUp(message);
    else if (message.type === "reload") this.#reload();
    else if (message.type === "gone") this.#gone();
    else if (message.type === "again") live.ask(this.#link);
  }

  /** @param {Wire.TopicUpdate} event */
  #receive(event) {
    if (event.epoch !== this.epoch) return this.#reload();
    if (event.change <= this.have) return;
    this.#early.set(event.change, event);
    this.#applyInOrder();
    if (this.#early.size) this.#hole ??= setTimeout(() => this.#repair(), REORDERING);
  }

  #applyInOrder() {
    for (let event; (event = this.#early.get(this.have + 1)); ) {
      this.#early.delete(event.change);
      this.have = event.change;
      this.#apply(event);
    }
    for (const change of this.#early.keys()) if (change <= this.have) this.#early.delete(change);
    if (!this.#early.size) {
      clearTimeout(this.#hole);
      this.#hole = null;
    }
  }

  /** @param {Wire.Changes} answer */
  #catchUp(answer) {
    if (answer.epoch !== this.epoch) return this.#reload();
    for (const event of answer.events) if (event.change > this.have) this.#apply(event);
    this.have = Math.max(this.have, answer.change);
    this.#applyInOrder();
    if ((answer.writable ?? this.#isWritable) !== this.#isWritable) this.#refreshSoon();
    if (answer.more) return this.#repair();
    live.answered(this.#link);
    this.#tell();
  }

  /** @param {Wire.Head | undefined} head */
  #compare(head) {
    if (!head) return;
    const [epoch, change] = head;
    if (epoch !== this.epoch) this.#reload();
    else if (change > this.have) this.#hole ??= setTimeout(() => this.#repair(), REORDERING);
  }

  // Asks for everything after `have`, until there is no more.
  #repair() {
    this.#repairing ??= fetchJSON(`/t/${this.topic}/changes?epoch=${this.epoch}&since=${this.have}`)
      .then((answer) => {
        this.#repairing = this.#hole = null;
        return this.#hear(answer);
      })
      .catch((error) => {
        this.#repairing = this.#hole = null;
        if (this.#early.size) this.#hole = setTimeout(() => this.#repair().catch(() => {}), 10 * REORDERING);
        throw error;
      });
    return this.#repairing;
  }

  // --- Applying: the page becomes what a fresh load would be ---

  /** @param {Wire.TopicUpdate} event */
  #apply(event) {
    const pages = this.#pages;
    this.lastNumber = Math.max(this.lastNumber, event.last);
    keepPlace(this, () => {
      this.#replaceHeader(event);
      if (event.post) this.#put(event);
    });
    if (this.#pages !== pages) this.#refreshSoon();
    this.#showPosition();
  }

  // Its own change number moves with the topic's state: then what differs by reader may be another, too.
  /** @param {Wire.TopicUpdate} event */
  #replaceHeader(event) {
    const header = element(event.header);
    if (header.dataset.change !== this.#header.dataset.change) this.#refreshSoon();
    replace(this.#header, header);
  }

  /** @param {Wire.TopicUpdate} event */
  #put(event) {
    const { number } = event.post;
    const shown = this.querySelector(`#post-${number}`);
    if (shown) return this.#swap(shown, event);
    if (number < this.#first) return;
    if (this.#waiting.has(number)) this.#waiting.set(number, event);
    else if (event.post.html && this.#isNew(event)) {
      if (!this.#unseen.has(number)) announceNew("replies");
      if (number > this.#last) this.#unseen.add(number);
      else if (this.#wouldMoveTheWriter()) this.#waiting.set(number, event);
      else this.#insert(event);
      this.#showPill();
    } else if (number <= this.#last) this.#insert(event);
  }

  // A post of the reader's own, sent from another tab, needs no announcement; nor does an older one that was edited.
  /** @param {Wire.TopicUpdate} event */
  #isNew({ post }) {
    return post.number > this.loadedTo && String(post.author_id) !== document.body.dataset.user;
  }

  /** @param {HTMLElement & {unfolded?: boolean[]}} shown @param {Wire.TopicUpdate} event */
  #swap(shown, event) {
    const folds = () => [...shown.querySelectorAll("details")];
    const body = shown.querySelector(".post__body");
    if (body) shown.unfolded = folds().map(({ open }) => open);
    replace(shown, element(event.post.html));
    if (!body && shown.unfolded) folds().forEach((fold, place) => (fold.open = shown.unfolded[place])); // it is restored
    refreshTimes(shown);
  }

  /** @param {Wire.TopicUpdate} event */
  #insert(event) {
    const post = element(event.post.html);
    const after = this.#posts.find((other) => Number(other.dataset.number) > event.post.number);
    this.querySelector("#posts").insertBefore(post, after ?? null);
    if (this.#isNew(event)) {
      post.classList.add("post--new");
      this.#unseen.add(event.post.number);
    }
    this.#observer.observe(post);
    refreshTimes(post);
  }

  // New posts go in above the composer: while somebody writes there and sees it, they wait.
  #wouldMoveTheWriter() {
    const composer = document.activeElement?.closest?.("form");
    if (!composer || !this.contains(composer)) return false;
    return this.querySelector("#posts").getBoundingClientRect().bottom < innerHeight;
  }

  #settle = () => {
    setTimeout(() => {
      if (this.#waiting.size && !this.#wouldMoveTheWriter()) this.#insertWaiting();
    });
  };

  #insertWaiting() {
    const events = [...this.#waiting.values()];
    this.#waiting.clear();
    keepPlace(this, () => events.forEach((event) => this.#insert(event)));
    this.#showPill();
  }

  #showNew = () => {
    if (this.#waiting.size) this.#insertWaiting();
    const first = Math.min(...this.#unseen);
    const post = this.querySelector(`#post-${first}`);
    if (!post) return location.assign(`/t/${this.topic}/${first}/`);
    post.scrollIntoView({ block: "center", behavior: "instant" });
    focusOn(post);
  };

  // --- Looking ---

  /** @param {IntersectionObserverEntry[]} entries */
  #look(entries) {
    for (const { intersectionRatio, intersectionRect, target } of entries) {
      const number = Number(/** @type {HTMLElement} */ (target).dataset.number);
      const isInView = intersectionRatio >= 0.2 || intersectionRect.height >= innerHeight / 2; // some are taller than it
      if (!isInView) {
        this.#inView.delete(number);
        continue;
      }
      this.#inView.add(number);
      this.#unseen.delete(number);
      this.#remember(number);
    }
    this.#showPill();
    this.#showPosition();
  }

  /** @param {number} number */
  #remember(number) {
    if (number <= this.#seen) return;
    this.#seen = number;
    this.#telling ??= setTimeout(() => live.state !== "connecting" && this.#tell(), TELLING);
  }

  // Over the socket, or where there is none, as when the page is left, by a request.
  #tell = () => {
    clearTimeout(this.#telling);
    this.#telling = null;
    const number = this.#seen;
    if (number <= this.#told || !document.body.dataset.user) return;
    this.#told = number;
    try {
      sessionStorage.setItem(`seen:${document.body.dataset.user}:${this.topic}`, String(number)); // for lists, see readings.js
    } catch {
      // a browser that keeps nothing: lists learn of it from the server
    }
    if (live.send({ type: "seen", topic: this.topic, number })) return;
    const body = new FormData(/** @type {HTMLFormElement} */ (document.querySelector("#member form")));
    body.set("number", String(number));
    fetch(`/t/${this.topic}/seen/`, { method: "POST", body, keepalive: true }).catch(() => (this.#told = 0));
  };

  #showPill() {
    const number = this.#unseen.size + this.#waiting.size;
    if (this.#pill) {
      this.#pill.hidden = number === 0;
      if (number) this.#pill.textContent = words("replies", number);
      this.#pill.classList.toggle("pill--up", this.#isNewAbove);
    }
    countInTitle("topic", number);
  }

  // What waits goes in above the reply form; all else is below, unless the reader has scrolled past it.
  get #isNewAbove() {
    if (this.#waiting.size) return true;
    const first = this.querySelector(`#post-${Math.min(...this.#unseen)}`);
    return Boolean(first) && first.getBoundingClientRect().top < 0;
  }

  // The last post on the screen.
  #showPosition() {
    if (this.#isGone) return;
    const number = this.#inView.size ? Math.max(...this.#inView) : Math.max(this.#seen, this.#first);
    const position = `${number.toLocaleString()} / ${this.lastNumber.toLocaleString()}`;
    for (const place of this.querySelectorAll("[data-position]")) place.textContent = position;
    const here = this.querySelector(".timeline__here");
    const length = Math.max(this.lastNumber - 1, 1);
    here.dataset.at = String(Math.floor((10 * (this.#first - 1)) / length)); // as the server has it
    here.style.setProperty("--at", String(Math.min((number - 1) / length, 1)));
    /** @type {HTMLInputElement} */ (this.querySelector("#jump")).placeholder = String(this.lastNumber);
    /** @type {HTMLTimeElement} */
    const last = this.querySelector(".timeline li:last-child time");
    if (last.dateTime === this.#header.dataset.bumped) return;
    last.dateTime = this.#header.dataset.bumped;
    refreshTimes(last);
  }

  // --- Starting over ---

  // Somebody else reads now, or with other rights.
  refresh() {
    this.#refreshSoon(0);
  }

  // What differs by reader comes with a page that is fetched: once for all that happens within a moment.
  #refreshSoon(wait = SOON + Math.random() * SPREAD) {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = null;
      this.#refresh().catch(() => this.#refreshSoon(2000 + Math.random() * 3000));
    }, wait);
  }

  async #refresh() {
    const page = await this.#load();
    if (!page || this.#isGone) return;
    if (this.#isOlder(page.querySelector("live-topic"))) throw new Error("a page from before the change");
    const { exchange } = await import("./parts.js");
    keepPlace(this, () => exchange(this, page));
    this.#tidy(page);
  }

  // A cache may keep a guest's page for a second.
  /** @param {HTMLElement} fresh */
  #isOlder(fresh) {
    const { change } = fresh.querySelector("#topic-header").dataset;
    return (
      Number(change) < Number(this.#header.dataset.change) || pagesFor(Number(fresh.dataset.lastNumber)) < this.#pages
    );
  }

  /** @param {Document} page */
  #tidy(page) {
    this.toggleAttribute("data-writable", page.querySelector("live-topic").hasAttribute("data-writable"));
    nameTab(page.title);
    refreshTimes(this);
    this.#showPosition();
  }

  /** @returns {Promise<Document | void>} */
  async #load() {
    const response = await fetchFresh(location.href);
    if (response.status === 404 || response.status === 403) return this.#gone();
    if (!response.ok) throw new Error(`${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  // Numbers can't be trusted, or too much was missed: the posts come anew, what is being written stays.
  async #reload() {
    if (this.reloading) return;
    this.reloading = true;
    try {
      const page = await this.#load();
      if (!page || this.#isGone) return;
      const { exchange } = await import("./parts.js");
      const fresh = page.querySelector("live-topic");
      keepPlace(this, () => {
        for (const part of ["#topic-header", "#posts"]) replace(this.querySelector(part), fresh.querySelector(part));
        exchange(this, page);
      });
      this.epoch = fresh.dataset.epoch;
      this.dataset.change = fresh.dataset.change;
      this.lastNumber = this.loadedTo = Number(fresh.dataset.lastNumber);
      this.#early.clear();
      this.#waiting.clear();
      for (const post of this.#posts) this.#observer.observe(post);
      this.#tidy(page);
      live.ask(this.#link);
    } catch {
      setTimeout(() => this.#reload(), 2000 + Math.random() * 3000);
    } finally {
      this.reloading = false;
    }
  }

  // The topic was moved out of sight; it reads like one that never was. What was typed stays.
  #gone() {
    if (this.#isGone) return;
    this.#isGone = true;
    this.disconnectedCallback();
    /** @type {HTMLFormElement} */
    const reply = this.querySelector("form.reply");
    const begun = reply?.querySelector("textarea").value.trim() ? [reply] : [];
    const main = this.querySelector(".topic__main");
    const focused = this.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement);
    const told = notice(words("gone"));
    main.replaceChildren(told, ...begun);
    this.replaceChildren(main);
    if (focused) focusOn(focused.isConnected ? focused : told);
    for (const form of begun) import("./parts.js").then(({ refuse }) => refuse(form, true)).catch(() => {});
    countInTitle("topic", 0);
    nameTab(`${words("gone")} · ${document.querySelector(".header__name").textContent}`);
  }

  // The cursor: the number of the last change that the page shows.
  get have() {
    return Number(this.dataset.change);
  }

  set have(change) {
    this.dataset.change = String(change);
  }

  // Whether the reader may write in this category; the topic may be closed all the same.
  get #isWritable() {
    return this.hasAttribute("data-writable");
  }

  /** @returns {HTMLElement[]} */
  get #posts() {
    return [...this.querySelectorAll("#posts > .post")];
  }

  get #header() {
    return this.querySelector("#topic-header");
  }

  get #pages() {
    return pagesFor(this.lastNumber);
  }

  get #pill() {
    return this.querySelector("[data-pill]");
  }

  get #first() {
    return Number(this.dataset.first);
  }

  get #last() {
    return Number(this.dataset.last);
  }
}

/** @param {string} text */
function notice(text) {
  const made = document.createElement("p");
  made.className = "notice";
  made.setAttribute("role", "alert");
  made.textContent = text;
  return made;
}

/** @param {number} posts */
function pagesFor(posts) {
  return Math.ceil(posts / PAGE);
}

// Changes the page without moving what somebody is reading: what stood in view stays where it was.
/** @param {HTMLElement} root @param {() => void} change */
function keepPlace(root, change) {
  const anchor = inView(root);
  const before = anchor?.getBoundingClientRect().top;
  change();
  const same = anchor && (anchor.isConnected ? anchor : anchor.id && document.getElementById(anchor.id));
  if (!same) return;
  const moved = same.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

// Where the reader is: the form that has the focus, else the first thing that shows below the top of the window.
/** @param {HTMLElement} root @returns {HTMLElement | null} */
function inView(root) {
  const form = document.activeElement?.closest?.("form");
  if (form && root.contains(form) && isVisible(form)) return form;
  if (scrollY === 0) return null; // at the very top nobody has begun to read; new rows may push down
  return [...root.querySelectorAll("article[id], li[id], header[id]")].find(isVisible);
}

/** @param {HTMLElement} element */
function isVisible(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 64 && top < innerHeight;
}

customElements.define("live-topic", LiveTopic);
