// @ts-check
// The posts of a page of a topic, and those that have just come: shown at once, or kept back while they would move what
// somebody is writing, and counted in the pill until they were looked at.

import { announceNew } from "../announcer.js";
import { element, focusOn, replace } from "../dom.js";
import { t } from "../i18n.js";
import { refresh as refreshTimes } from "../times.js";
import { countInTitle } from "../title.js";

export class PostList {
  /** @type {Map<number, Wire.TopicUpdate>} */
  #waiting = new Map(); // number -> event of a new post that would move what somebody is writing
  /** @type {Set<number>} */
  #unseen = new Set(); // numbers of new posts that were not looked at yet

  // `came(post)` is called for each that is there, and that is put in.
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

  // Who was led to a post, as by the pill, goes on from there with the keyboard and a screen reader, too.
  focusTarget() {
    const target =
      location.hash.startsWith("#post-") && document.getElementById(location.hash.slice(1));
    if (target && document.activeElement === document.body) focusOn(target);
  }

  /** @param {Wire.TopicUpdate} event */
  put(event) {
    const { number } = event.post;
    const shown = this.root.querySelector(`#post-${number}`);
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

  // They came with the whole page.
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
    if (body) shown.unfolded = folds().map(({ open }) => open);
    replace(shown, element(event.post.html));
    if (!body && shown.unfolded)
      folds().forEach((fold, place) => (fold.open = shown.unfolded[place])); // it is restored
    refreshTimes(shown);
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

  // New posts go in above the composer: while somebody writes there and sees it, they wait.
  #wouldMoveTheWriter() {
    const composer = document.activeElement?.closest?.("form");
    if (!composer || !this.root.contains(composer)) return false;
    return this.root.querySelector("#posts").getBoundingClientRect().bottom < innerHeight;
  }

  #settle = () => {
    setTimeout(() => {
      if (this.#waiting.size && !this.#wouldMoveTheWriter()) this.#insertWaiting();
    });
  };

  #insertWaiting() {
    const events = [...this.#waiting.values()];
    this.#waiting.clear();
    this.anchor.keep(() => events.forEach((event) => this.#insert(event)));
    this.showPill();
  }

  #showNew = () => {
    if (this.#waiting.size) this.#insertWaiting();
    const first = Math.min(...this.#unseen);
    const post = this.root.querySelector(`#post-${first}`);
    if (!post) return location.assign(`/t/${this.root.dataset.topic}/${first}/`);
    post.scrollIntoView({ block: "center", behavior: "instant" });
    focusOn(post);
  };

  // What waits goes in above the reply form; all else is below, unless the reader has scrolled past it.
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
