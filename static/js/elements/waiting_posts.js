// @ts-check
// <waiting-posts>: what a member has sent from this page and the forum has not answered yet. Its words and its template
// come with the page; edits wait at their posts, each in an element of its own. On other pages, too, this script sends
// what waits, and says what was refused.

import { tellOfRefused, tellOfTopic, textOf } from "../composing/outbox_notices.js";
import { takePost } from "../composing/own_posts.js";
import { pageOutbox } from "../composing/page_outbox.js";
import { focusOn, remove } from "../dom.js";

/**
 * @typedef {object} Composer that takes posts back
 * @property {HTMLFormElement} form
 * @property {(post: Queued) => boolean} hasRoomFor whether nothing else stands in it
 * @property {(post: Queued, reason?: string) => Promise<unknown>} take
 */

class WaitingPosts extends HTMLElement {
  /** @type {Composer | null} */
  #composer = null;
  /** @type {Map<Queued, URL>} */
  #sent = new Map(); // those that stand on another page now, until this one is left
  /** @type {Queued[]} */
  #discarded = []; // which can be had back for as long
  /** @type {Map<string, HTMLElement>} */
  #articles = new Map(); // by the ids of their posts
  #isGiving = false;

  connectedCallback() {
    this.member = document.body.dataset.user;
    this.addEventListener("click", (event) => this.#act(/** @type {Element} */ (event.target)));
  }

  /** @param {Composer} composer */
  connect(composer) {
    this.#composer = composer;
    this.show();
  }

  // Where the topic takes no replies any more, there is none.
  get composer() {
    return this.#composer?.form.isConnected ? this.#composer : null;
  }

  /** @param {Draft} post */
  isFor({ member, action }) {
    return member === this.member && action === this.dataset.action;
  }

  /** @param {Queued} post @param {URL} address */
  leadTo(post, address) {
    this.#sent.set(post, address);
  }

  show() {
    const { user } = document.body.dataset;
    if (!user) return this.#hideFromGuests();
    if (user !== this.member) this.#forget(user);
    const waiting = outbox.posts.filter((post) => this.isFor(post));
    const posts = [...this.#sent.keys(), ...waiting, ...this.#discarded];
    for (const [id, article] of this.#articles) {
      if (posts.some((post) => post.id === id)) continue;
      this.#articles.delete(id);
      remove(article, this.composer?.form.elements.body ?? this.closest(".post"));
    }
    for (const post of posts) this.#showOne(post);
    if (this.#isAtPost && !posts.length && !this.composer) this.remove();
    this.#giveBack(waiting);
  }

  /** @param {Queued} post */
  #showOne(post) {
    const article = this.#articles.get(post.id) ?? this.#made(post);
    article.querySelector(".waiting__text").textContent = textOf(post);
    this.#tell(article, this.#stateOf(post), post.queue.reason);
    /** @type {HTMLAnchorElement} */
    const link = article.querySelector("[data-for=sent]");
    if (this.#sent.has(post)) link.href = this.#sent.get(post).href;
  }

  /** @param {Queued} post */
  #made({ id }) {
    const made = document.importNode(this.#template.content.firstElementChild, true);
    const article = /** @type {HTMLElement} */ (made);
    article.dataset.post = id;
    /** @type {HTMLAnchorElement} */
    const signIn = article.querySelector("a[data-for=signedOut]");
    signIn.search = new URLSearchParams({ next: location.pathname + location.search }).toString();
    this.#articles.set(id, article);
    this.append(article);
    return article;
  }

  /** @returns {HTMLTemplateElement} with all words */
  get #template() {
    return this.querySelector("template");
  }

  /** @param {Queued} post */
  #stateOf(post) {
    if (this.#sent.has(post)) return "sent";
    if (this.#discarded.includes(post)) return "discarded";
    if (post.queue.reason) return "refused";
    if (post.id === outbox.sending) return "sending";
    return outbox.isSignedOut ? "signedOut" : "waiting";
  }

  /** @param {HTMLElement} article @param {string} state @param {string} reason */
  #tell(article, state, reason = "") {
    article.dataset.state = state;
    const words = this.#template.dataset[state].replace("%s", this.#sentence(reason));
    const line = article.querySelector(".waiting__state [data-words]");
    if (line.textContent !== words) line.textContent = words;
    for (const control of article.querySelectorAll("[data-for]")) {
      const isFor = control.dataset.for.split(" ").includes(state);
      control.hidden = !isFor || (control.dataset.act === "edit" && !this.#canEdit);
    }
  }

  /** @param {string} reason */
  #sentence(reason) {
    const { savedBefore, failed } = this.#template.dataset;
    if (reason === "savedBefore") return savedBefore;
    return /^\d+$/.test(reason) ? failed.replace("%n", reason) : reason;
  }

  // An edit takes the place of the text once its form is open.
  get #isAtPost() {
    return this.dataset.added !== undefined;
  }

  get #canEdit() {
    return Boolean(this.composer || this.#editLink || this.dataset.form);
  }

  /** @returns {HTMLElement | null} */
  get #editLink() {
    return this.closest(".post")?.querySelector(".post__actions [href$='/edit/']");
  }

  // --- What can be done with one ---

  /** @param {Element} target */
  async #act(target) {
    const act = target.closest("[data-act]")?.dataset.act;
    const id = target.closest("article")?.dataset.post;
    if (act === "send") await outbox.add(outbox.posts.find((post) => post.id === id));
    if (act === "edit") await this.#edit(id);
    if (act === "discard") {
      const post = outbox.posts.find((one) => one.id === id);
      this.#discarded.push(post);
      if (!(await outbox.discard(id))) this.#discarded.splice(this.#discarded.indexOf(post), 1); // it was sent meanwhile
      this.show();
      this.#articles.get(id)?.querySelector("[data-act=restore]").focus();
    }
    if (act === "restore") {
      const [post] = this.#discarded.splice(
        this.#discarded.findIndex((one) => one.id === id),
        1,
      );
      await outbox.add(post);
    }
  }

  /** @param {string} id */
  async #edit(id) {
    if (!this.composer)
      return this.dataset.form ? location.assign(this.dataset.form) : this.#editLink.click();
    await outbox.take(id, (post) =>
      this.composer.take(post, this.#sentence(post.queue.reason ?? "")),
    );
    const { body, title } = this.composer.form.elements;
    focusOn(body ?? title);
  }

  // What was refused goes into the composer by itself, if nothing stands there; an edit into its form whenever that is open.
  /** @param {Queued[]} waiting */
  async #giveBack(waiting) {
    const post = waiting.find(({ queue }) => queue.reason || this.#isAtPost);
    if (!post || !this.composer?.hasRoomFor(post) || document.hidden || this.#isGiving) return;
    this.#isGiving = true;
    const reason = this.#sentence(post.queue.reason ?? "");
    await outbox.take(post.id, (one) => this.composer.take(one, reason)).catch(() => {});
    this.#isGiving = false;
  }

  // --- Other readers ---

  #hideFromGuests() {
    for (const article of this.#articles.values()) {
      article.querySelector(".waiting__text").textContent = "";
      this.#tell(article, "signedOut");
    }
  }

  /** @param {string} user */
  #forget(user) {
    this.member = user;
    this.#sent.clear();
    this.#discarded = [];
  }
}

// Where on this page it is shown that something waits to be sent to `action`.
/** @param {string} action @returns {WaitingPosts | null} */
function placeFor(action) {
  const found = document.querySelector(`waiting-posts[data-action="${action}"]`) ?? placed(action);
  return found instanceof WaitingPosts ? found : null;
}

// Edits stand in their posts, and a new title below the one that it is to replace.
/** @param {string} action */
function placed(action) {
  const [, kind, id] = action.match(/^\/([pt])\/(\d+)\/(?:update|edit)\//) ?? [];
  const above = document.querySelector(
    kind === "p" ? `[data-post="${id}"] .post__byline` : `[data-topic="${id}"] #topic-header`,
  );
  const template = document.querySelector("waiting-posts template");
  if (!above || !template) return null;
  const place = Object.assign(document.createElement("waiting-posts"), { className: "waiting" });
  Object.assign(place.dataset, { action, added: "" }, kind === "t" && { form: action });
  place.append(template.cloneNode(true));
  above.after(place);
  return place;
}

const outbox = pageOutbox({
  changed: () => {
    for (const { action } of outbox.posts) placeFor(action);
    for (const place of document.querySelectorAll("waiting-posts"))
      if (place instanceof WaitingPosts) place.show();
    tellOfRefused(
      outbox.posts.filter((post) => post.queue.reason && !placeFor(post.action)),
      (id) => outbox.discard(id),
    );
  },
  done: (post, outcome) => {
    if (takePost(document.querySelector("live-topic"), outcome)) return;
    const place = placeFor(post.action);
    if (place) place.leadTo(post, outcome.address);
    else if (post.fields.category) tellOfTopic(post, outcome.address);
  },
});

customElements.define("waiting-posts", WaitingPosts);

// For the composer of this page: where what it has sent can wait. null where it can't be shown, or its form was closed.
/** @param {Composer} composer */
export function connect(composer) {
  if (!composer.form.isConnected) return null;
  const place = placeFor(new URL(composer.form.action).pathname);
  place?.connect(composer);
  return place && outbox;
}
