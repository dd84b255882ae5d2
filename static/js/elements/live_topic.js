// @ts-check
// <live-topic>: the posts of one page of a topic, kept equal to what a fresh load would show.

import { ChangeQueue } from "../connection/change_queue.js";
import { live } from "../connection/connection.js";
import { element, replace } from "../dom.js";
import { fetchJSON } from "../http.js";
import { pageOf } from "../pages.js";
import { rememberSeen } from "../seen.js";
import { place, refresh as refreshTimes } from "../times.js";
import { nameTab } from "../title.js";
import { showGone } from "../topic/gone.js";
import { showPosition } from "../topic/position.js";
import { PostList } from "../topic/post_list.js";
import { ReadTracker } from "../topic/read_tracker.js";
import { ScrollAnchor } from "../topic/scroll_anchor.js";
import "./live_presence.js";

class LiveTopic extends HTMLElement {
  isGone = false;
  /** @type {Set<number>} */
  #inView = new Set(); // numbers of the posts in view
  #anchor = new ScrollAnchor(this);
  /** @type {import("../topic/page_refresher.js").PageRefresher | null} */
  #page = null; // as soon as it is needed
  #reading = new ReadTracker({
    send: (number) => this.#sendSeen(number),
    isReady: () => live.state !== "connecting",
    isMember: () => Boolean(document.body.dataset.user),
  });
  #observer = new IntersectionObserver((entries) => this.#look(entries), {
    threshold: [0, 0.01, 0.05, 0.2],
  });

  /** @type {Subscription} */
  #link = {
    ask: () => ({ type: "watch", topic: this.topic, epoch: this.#queue.epoch, change: this.have }),
    handle: (message) => this.handle(message),
  };

  connectedCallback() {
    this.topic = Number(this.dataset.topic);
    this.lastNumber = Number(this.dataset.lastNumber);
    this.style.overflowAnchor = "none"; // ScrollAnchor does it in every browser
    place.keep = (change) => this.#anchor.keep(change);
    this.list = new PostList(this, this.#anchor, (post) => this.#observer.observe(post));
    addEventListener("pagehide", this.#leave);
    for (const type of ["pointerover", "focusin", "click"]) this.addEventListener(type, showLinked);
    this.addEventListener("submit", sendInPlace);
    document.addEventListener("selectionchange", offerQuote);
    if (this.querySelector("#react[data-own]"))
      live.load(() => import("../topic/reactions.js").then(({ mark }) => mark()));
    this.#followPoll();
    this.unsubscribe = live.subscribe(this.#link);
    this.list.focusTarget();
  }

  disconnectedCallback() {
    this.unsubscribe();
    this.#observer.disconnect();
    this.list.stop();
    this.#queue.stop();
    this.#page?.stop();
    removeEventListener("pagehide", this.#leave);
    document.removeEventListener("selectionchange", offerQuote);
  }

  // --- Messages ---

  #queue = new ChangeQueue(this.dataset.epoch, this);

  get have() {
    return Number(this.dataset.change);
  }

  set have(change) {
    this.dataset.change = String(change);
  }

  /** @param {Wire.Epoch} epoch @param {number} have */
  ask(epoch, have) {
    return fetchJSON(`/t/${this.topic}/changes?epoch=${epoch}&since=${have}`);
  }

  reload() {
    this.#withPage((page) => page.reload());
  }

  /** @param {(page: import("../topic/page_refresher.js").PageRefresher) => void} act */
  #withPage(act) {
    live.load(() =>
      import("../topic/page_refresher.js").then(({ PageRefresher }) => {
        this.#page ??= new PageRefresher(this);
        if (!this.isGone) act(this.#page);
      }),
    );
  }

  #refreshSoon() {
    this.#withPage((page) => page.soon());
  }

  /** @param {Wire.ServerMessage} message */
  handle(message) {
    if (this.isGone) return;
    if (message.type === "heartbeat") return this.#queue.compare(message.topics[this.topic]);
    if (!("topic" in message) || message.topic !== this.topic) return;
    if (message.type === "post_update" && message.header) {
      this.#queue.receive(/** @type {Wire.TopicUpdate} */ (message));
    } else if (message.type === "changes") this.#catchUp(message);
    else if (message.type === "reload") this.reload();
    else if (message.type === "gone") this.gone();
    else if (message.type === "again") live.ask(this.#link);
  }

  /** @param {Wire.Changes} answer */
  #catchUp(answer) {
    const isWritable = this.hasAttribute("data-writable"); // in this category, even if the topic is closed
    if (answer.epoch === this.#queue.epoch && (answer.writable ?? isWritable) !== isWritable)
      this.#refreshSoon();
    if (!this.#queue.catchUp(answer)) return;
    live.answered(this.#link);
    this.#reading.flush();
  }

  // --- Applying: the page becomes like a fresh one ---

  /** @param {Wire.TopicUpdate} event */
  apply(event) {
    const pages = pageOf(this.lastNumber);
    this.lastNumber = Math.max(this.lastNumber, event.last);
    this.#anchor.keep(() => {
      this.#replaceHeader(event);
      if (event.post) this.list.put(event);
    });
    this.#followReplies(event.post?.id);
    if (event.post?.number === 1) this.#followPoll();
    if (pageOf(this.lastNumber) !== pages) this.#refreshSoon();
    this.#showPosition();
  }

  #followPoll() {
    if (this.querySelector(".poll[data-key]"))
      live.load(() => import("../topic/polls.js").then(({ follow }) => follow()));
  }

  // Those that are shown below a post.
  /** @param {number} [id] */
  #followReplies(id) {
    if (this.querySelector("div.replies"))
      live.load(() => import("../topic/replies.js").then(({ follow }) => follow(this, id)));
  }

  // The header's change number increases with the topic's state, on which the reader's parts depend.
  /** @param {Wire.TopicUpdate} event */
  #replaceHeader(event) {
    const header = element(event.header);
    if (header.dataset.change !== this.querySelector("#topic-header").dataset.change)
      this.#refreshSoon();
    replace(this.querySelector("#topic-header"), header);
  }

  // --- Reading ---

  /** @param {IntersectionObserverEntry[]} entries */
  #look(entries) {
    for (const { intersectionRatio, intersectionRect, target } of entries) {
      const number = Number(/** @type {HTMLElement} */ (target).dataset.number);
      const isInView = intersectionRatio >= 0.2 || intersectionRect.height >= innerHeight / 2; // some are taller than the window
      if (isInView) {
        this.#inView.add(number);
        this.list.wasSeen(number);
        this.#reading.see(number);
      } else this.#inView.delete(number);
    }
    this.list.showPill();
    this.#showPosition();
  }

  #leave = () => this.#reading.flush();

  // Sends it over the socket, or by a request if there is none, as when the page is left.
  /** @param {number} number */
  #sendSeen(number) {
    rememberSeen(this.topic, number);
    if (live.send({ type: "seen", topic: this.topic, number })) return;
    const body = new FormData(
      /** @type {HTMLFormElement} */ (document.querySelector("#member form")),
    );
    body.set("number", String(number));
    return fetch(`/t/${this.topic}/seen/`, { method: "POST", body, keepalive: true });
  }

  // The last post in view.
  #showPosition() {
    if (this.isGone) return;
    const number = Math.max(
      ...(this.#inView.size ? this.#inView : [this.#reading.seen, Number(this.dataset.first)]),
    );
    showPosition(this, number, this.lastNumber);
  }

  refresh() {
    this.#withPage((page) => page.soon(0)); // another reader, or other rights
  }

  /** @param {Document} page */
  isOlder(page) {
    const { change } = page.querySelector("#topic-header").dataset;
    const pages = pageOf(Number(page.querySelector("live-topic").dataset.lastNumber));
    return (
      Number(change) < Number(this.querySelector("#topic-header").dataset.change) ||
      pages < pageOf(this.lastNumber)
    );
  }

  /** @param {() => void} change @param {Document} page */
  exchange(change, page) {
    this.#anchor.keep(change);
    this.#followPoll();
    this.toggleAttribute(
      "data-writable",
      page.querySelector("live-topic").hasAttribute("data-writable"),
    );
    nameTab(page.title);
    refreshTimes(this);
    this.#showPosition();
  }

  /** @param {Document} page */
  restart(page) {
    const { epoch, change, lastNumber } = page.querySelector("live-topic").dataset;
    this.lastNumber = Number(lastNumber);
    this.list.restart(this.lastNumber);
    this.#queue.restart(epoch, Number(change));
    this.#followReplies();
    this.#showPosition();
    live.ask(this.#link);
  }

  gone() {
    if (this.isGone) return;
    this.isGone = true;
    this.disconnectedCallback();
    showGone(this);
  }
}

// What a member chooses in a post can be quoted.
function offerQuote() {
  const { isCollapsed, anchorNode } = getSelection();
  if (!isCollapsed && document.body.dataset.user && anchorNode.parentElement?.closest(".post"))
    import("../quoting/selection.js").catch(() => {}); // with the next choice, then
}

// What is said about a post without leaving the page: a reaction, an accepted answer, a vote. Guests are led to who has
// reacted.
/** @param {SubmitEvent} event */
function sendInPlace(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement} */ (event.submitter);
  const senders = {
    react: () => import("../topic/reactions.js").then(({ react }) => react(form, button)),
    accept: () => import("../topic/answers.js").then(({ choose }) => choose(form, button)),
    vote: () => import("../topic/polls.js").then(({ vote }) => vote(form, button)),
  };
  const sender = senders[/** @type {keyof typeof senders} */ (form.id)];
  if (form.method === "get" || !sender) return;
  event.preventDefault();
  sender().catch(() => location.assign(button.formAction));
}

// What a link between posts leads to is shown beside it, or below the post.
/** @param {any} event */
function showLinked(event) {
  /** @type {HTMLAnchorElement | null} */
  const link = event.target.closest("[data-excerpt], [data-replies]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const isClick = event.type === "click";
  if (link.matches("[data-excerpt]")) {
    const isTap =
      isClick && event.pointerType === "touch" && !link.hasAttribute("aria-describedby");
    if (isTap) event.preventDefault();
    import("../topic/excerpts.js").then(({ point }) => point(link, event, isTap));
  } else if (isClick) {
    event.preventDefault();
    import("../topic/replies.js")
      .then(({ toggle }) => toggle(link))
      .catch(() => location.assign(link.href));
  }
}

customElements.define("live-topic", LiveTopic);
