// @ts-check
// The posts on a page of a topic. New ones are shown at once, or kept back while they would move the
// text that the reader is writing, and counted in the pill until they were seen.

import { announceNew, announceState } from "../announcer.js";
import { element, focusOn, replace } from "../dom.js";
import { t } from "../i18n.js";
import { refresh as refreshTimes } from "../times.js";
import { countInTitle } from "../title.js";

export class PostList {
  /** @type {Map<number, Wire.TopicUpdate>} */
  #waiting = new Map(); // number -> event of a new post that is kept back
  /** @type {Set<number>} */
  #unseen = new Set(); // numbers of new posts that were not seen yet

  // `came(post)` is called for each post, also for those inserted later.
  /** @param {HTMLElement} root @param {import("./scroll_anchor.js").ScrollAnchor} anchor @param {(post: HTMLElement) => void} came */
  constructor(root, anchor, came) {
    this.root = root;
    this.anchor = anchor;
    this.came = came;
    this.loadedTo = Number(root.dataset.lastNumber);
    this.#pill?.addEventListener("click", this.#showNew);
    document.addEventListener("focusout", this.#settle);
    this.posts.forEach(came);
  }

  stop() {
    document.removeEventListener("focusout", this.#settle);
  }

  /** @returns {HTMLElement[]} */
  get posts() {
    return [...this.root.querySelectorAll("#posts > .post")];
  }

  // After a jump to a post, as by the pill, keyboard and screen readers continue from there, too.
  focusTarget() {
    const target =
      location.hash.startsWith("#post-") && document.getElementById(location.hash.slice(1));
    if (target && document.activeElement === document.body) focusOn(target);
  }

  /** @param {Wire.TopicUpdate} event */
  put(event) {
    const { number } = event.post;
    const shown = this.root.querySelector(`#post-${number}`);
    if (event.kind === "hidden" && this.#unseen.delete(number)) this.showPill();
    if (shown) return this.#swap(shown, event);
    if (number < Number(this.root.dataset.first)) return;
    if (this.#waiting.has(number)) this.#waiting.set(number, event);
    else if (event.post.html && this.#isNew(event)) {
      if (!this.#unseen.has(number)) announceNew("replies");
      if (number > this.#last) this.#unseen.add(number);
      else if (this.#wouldMoveTheWriter()) this.#waiting.set(number, event);
      else this.#insert(event);
      this.showPill();
    } else if (number <= this.#last) this.#insert(event);
  }

  /** @param {number} number */
  wasSeen(number) {
    this.#unseen.delete(number);
  }

  // To be called when the whole page was replaced.
  /** @param {number} lastNumber */
  restart(lastNumber) {
    this.loadedTo = lastNumber;
    this.#waiting.clear();
    this.posts.forEach(this.came);
  }

  showPill() {
    const number = this.#unseen.size + this.#waiting.size;
    if (this.#pill) {
      this.#pill.hidden = number === 0;
      if (number) this.#pill.textContent = t("replies", number);
      this.#pill.classList.toggle("pill--up", this.#isNewAbove);
    }
    countInTitle("topic", number);
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
    const news = () =>
      /** @type {HTMLElement} */ (shown.querySelector("[data-said]:not([hidden])"))?.dataset;
    const before = news()?.until;
    if (body) shown.unfolded = folds().map(({ open }) => open);
    replace(shown, element(event.post.html));
    if (!body && shown.unfolded)
      folds().forEach((fold, place) => (fold.open = shown.unfolded[place])); // keep opened quotes open
    refreshTimes(shown);
    if (body && news() && news().until !== before) announceState(news().said);
  }

  /** @param {Wire.TopicUpdate} event */
  #insert(event) {
    const post = element(event.post.html);
    const after = this.posts.find((other) => Number(other.dataset.number) > event.post.number);
    this.root.querySelector("#posts").insertBefore(post, after ?? null);
    if (this.#isNew(event)) {
      post.classList.add("post--new");
      this.#unseen.add(event.post.number);
    }
    this.came(post);
    refreshTimes(post);
  }

  // New posts are inserted above the composer: they wait while somebody writes in it and it is in view.
  #wouldMoveTheWriter() {
    const composer = document.activeElement?.closest?.("form");
    if (!composer || !this.root.contains(composer) || composer.closest("#posts")) return false;
    /** @type {HTMLTextAreaElement} */
    const text = composer.querySelector("[data-composer]");
    if (text && !text.value) return false; // not begun, or just sent
    return this.root.querySelector("#posts").getBoundingClientRect().bottom < innerHeight;
  }

  #settle = () => {
    setTimeout(() => {
      if (this.#waiting.size && !this.#wouldMoveTheWriter()) this.insertWaiting();
    });
  };

  insertWaiting() {
    const events = [...this.#waiting.values()];
    this.#waiting.clear();
    this.anchor.keep(() => events.forEach((event) => this.#insert(event)));
    this.showPill();
  }

  #showNew = () => {
    if (this.#waiting.size) this.insertWaiting();
    const first = Math.min(...this.#unseen);
    const post = this.root.querySelector(`#post-${first}`);
    if (!post) return location.assign(`/t/${this.root.dataset.topic}/${first}/`);
    post.scrollIntoView({ block: "center", behavior: "instant" });
    focusOn(post);
  };

  // Waiting posts are inserted above the reply form, so they move only what is below it.
  get #isNewAbove() {
    if (this.#waiting.size) return true;
    const first = this.root.querySelector(`#post-${Math.min(...this.#unseen)}`);
    return Boolean(first) && first.getBoundingClientRect().top < 0;
  }

  get #pill() {
    return this.root.querySelector("[data-pill]");
  }

  get #last() {
    return Number(this.root.dataset.last);
  }
}
