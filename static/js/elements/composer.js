// @ts-check
// A textarea[data-composer] with its form: tools, growth, quotes, and what written_form.js does for its form.

import { Answering } from "../composing/answering.js";
import { takePost } from "../composing/own_posts.js";
import { formOn } from "../forms/answers.js";
import { rememberBegun } from "../forms/begun.js";
import { change } from "../forms/editing.js";
import { clearErrors, showErrors, showReason } from "../forms/form_errors.js";
import { FormState } from "../forms/form_state.js";
import { PostReview } from "../forms/post_review.js";
import { WrittenForm } from "../forms/written_form.js";
import { fetchPart } from "../http.js";
import { t } from "../i18n.js";
import { handed } from "../quoting/handed.js";

const NEAR = 1000; // characters from the limit, from where on they are counted

class Composer {
  /** @type {import("../composing/outbox.js").Outbox | null} */
  #outbox = null;
  /** @type {import("../writing/tools.js").Tools} */
  tools = null;

  /** @param {HTMLTextAreaElement} textarea */
  constructor(textarea) {
    this.textarea = textarea;
    this.form = textarea.form;
    this.box = textarea.closest(".composer");
    this.state = new FormState(this.form);
    this.answering = this.form.elements.reply_to ? new Answering(this.form) : null;
    this.#awaitTools();
    textarea.addEventListener("input", () => this.#changed());
    textarea.addEventListener("keydown", (event) => this.#sendByKey(event));
    textarea.addEventListener("focus", () => (used = this));
    this.form.addEventListener("filled", () => this.#grow());
    this.#grow();
    this.written = new WrittenForm(this.form, {
      say: (what, status) => this.#say(what, status),
      saved: (outcome) => this.#saved(outcome),
      refused: (outcome) => this.#refused(outcome),
      queues: () => Boolean(this.#outbox),
      queued: (outcome) => this.#outbox.queued(outcome),
    });
    if (document.querySelector("waiting-posts")) this.#awaitOutbox();
    if (this.form.dataset.review) new PostReview(this.form);
  }

  // For what could not be sent.
  /** @param {Queued} post */
  hasRoomFor({ fields }) {
    return this.written.hasRoomFor(fields);
  }

  // What could not be sent comes back, with the reason if there is one.
  /** @param {Queued} post @param {string} reason */
  take(post, reason = "") {
    const taken = this.written.take(post);
    if (reason) showReason(this.form, reason);
    else clearErrors(this.form);
    return taken;
  }

  // Whether this form can answer a post.
  /** @param {string} number */
  reply(number) {
    if (!this.answering) return false;
    this.answering.answer(number);
    this.bringUp();
    return true;
  }

  // With the focus, and in view: at the foot of the window if its place is elsewhere. At once, for the keyboards of phones.
  async bringUp() {
    this.textarea.focus({ preventScroll: true });
    try {
      if (!this.form.matches(".reply")) throw new Error("only replies can leave their place");
      const dock = await (await this.#loadTools()).dock();
      dock.bringUp();
    } catch {
      this.box.scrollIntoView({ block: "nearest" });
    }
  }

  // In an empty form of its topic it answers the post.
  /** @param {import("../quoting/handed.js").Quote} quote */
  quote({ text, topic, number }) {
    const isHere = new URL(this.form.action).pathname === `/t/${topic}/replies/`;
    if (isHere && !this.textarea.value.trim()) this.answering?.answer(number);
    this.insert(text);
  }

  /** @param {string} text */
  insert(text) {
    const { value, selectionStart: at } = this.textarea;
    const before = value.slice(0, at).trimEnd();
    const gap = before ? "\n\n" : "";
    change(this.textarea, {
      start: before.length,
      end: at,
      text: `${gap}${text.trim()}\n\n`,
    });
    this.bringUp();
  }

  // --- Tools ---

  // They come when the form is near the window, not with the topic.
  #awaitTools() {
    const load = () => this.#loadTools().catch(() => {}); // the next time, then
    new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && load(), {
      rootMargin: "200px",
    }).observe(this.box);
    this.box.addEventListener("focusin", load);
  }

  async #loadTools() {
    const { Tools } = await import("../writing/tools.js");
    return (this.tools ??= new Tools(this.box, this.textarea));
  }

  // --- Leaving ---

  // The next pages lead back to a reply that was begun.
  leave() {
    const isAuthorHere = document.body.dataset.user === this.written.member;
    if (!this.answering || !this.form.isConnected || !isAuthorHere) return;
    const [, topic] = /^\/t\/(\d+)\//.exec(new URL(this.form.action).pathname);
    rememberBegun(topic, this.written.isWritten);
  }

  // --- Typing ---

  #changed() {
    this.#grow();
    const left = this.#left;
    if (left < NEAR)
      this.state.show(
        this.box.dataset[left < 0 ? "over" : "left"].replace("%n", String(Math.abs(left))),
      );
    else this.state.goOn();
  }

  // As the forum counts them: what JavaScript counts as two may be one.
  get #left() {
    const { value, dataset } = this.textarea;
    const most = Number(dataset.composer);
    return most - (value.length < most - NEAR ? 0 : [...value].length);
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    const { style, scrollHeight, clientHeight } = this.textarea;
    if (scrollHeight > clientHeight) style.height = `${scrollHeight + 2}px`;
  }

  /** @param {string} what @param {string | number} status */
  #say(what, status = "") {
    if (this.textarea.readOnly) return; // another word stands there: why this can't be sent
    if (what === "saved" && this.#left < NEAR) return; // there is worse to know
    this.state.say(what, status);
  }

  // --- Sending ---

  // It is there before it is needed: without a network it can't be had any more.
  #awaitOutbox() {
    const connect = () =>
      import("./waiting_posts.js").then(
        ({ connect }) => (this.#outbox ??= connect(this)),
        () => {}, // the next time, then
      );
    this.box.addEventListener("focusin", connect);
    this.form.addEventListener("filled", connect); // with a draft, which may be sent as it is
    customElements.whenDefined("waiting-posts").then(connect);
    if (this.box.contains(document.activeElement)) connect();
  }

  // Whether it stands on this page. What was sent before the form was changed does not take the reader elsewhere.
  /** @param {Outcome} outcome */
  #saved(outcome) {
    clearErrors(this.form);
    const topic = /** @type {LiveTopicElement} */ (this.form.closest("live-topic"));
    const isNew = !this.form.elements.version; // an edit stays where it is
    if ("carried" in this.form.dataset && outcome.is === "saved")
      return this.form.dispatchEvent(new CustomEvent("posted", { detail: outcome.address }));
    return takePost(topic, outcome, isNew) || outcome.is === "savedBefore";
  }

  /** @param {Outcome} outcome */
  #refused({ status, page, reason }) {
    const fresh = page && formOn(page, new URL(this.form.action).pathname);
    if (fresh?.querySelector(".errorlist") && status === 422) showErrors(this.form, fresh);
    else if (fresh && status === 403) showReason(this.form, reason);
    else if (status === 409 && this.form.closest(".post"))
      this.form.dispatchEvent(new CustomEvent("conflict", { detail: page }));
    else if (page && this.form.closest("live-topic"))
      showReason(this.form, status === 404 ? t("gone") : reason);
    else return false;
    return true;
  }

  /** @param {KeyboardEvent} event */
  #sendByKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!this.#button.disabled) this.form.requestSubmit(this.#button);
  }

  /** @returns {HTMLButtonElement} */
  get #button() {
    return this.form.querySelector("button:not([type=button])");
  }
}

/** @type {Map<HTMLTextAreaElement, Composer>} */
const composers = new Map(); // textarea -> Composer
/** @type {Composer | null} */
let used = null;

// Call it when a form was put into the page.
export function compose() {
  for (const area of composers.keys()) if (!area.isConnected) composers.delete(area);
  /** @type {NodeListOf<HTMLTextAreaElement>} */
  const areas = document.querySelectorAll("textarea[data-composer]");
  for (const area of areas) {
    if (!composers.has(area)) composers.set(area, new Composer(area));
  }
}

/** @param {HTMLFormElement} form @returns {WrittenForm} */
export function writtenForm(form) {
  return composers.get(form.elements.body).written;
}

/** @param {HTMLFormElement} form */
export function bringUp(form) {
  composers.get(form.elements.body).bringUp();
}

compose();

addEventListener("pagehide", () => {
  for (const composer of composers.values()) composer.leave();
});

// The one that was used last, or the reply form.
/** @param {boolean} isReply only the latter will do */
function openComposer(isReply) {
  const open = [...composers.values()].filter(
    ({ textarea, form, answering }) =>
      textarea.isConnected &&
      !textarea.readOnly &&
      (!isReply || (answering && !("carried" in form.dataset))),
  );
  return open.find((one) => one === used) ?? open.find((one) => one.answering) ?? open[0];
}

// What these links lead to is there already: a form that answers a post, or quotes it.
document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement} */
  const link = /** @type {Element} */ (event.target).closest?.(
    "a[data-reply], a[data-quote], a[href='#id_body']",
  );
  const composer = link && openComposer("reply" in link.dataset || Boolean(link.hash));
  if (!composer || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (event.detail > 1) return event.preventDefault(); // a double click is one
  const asked = new URL(link.href).searchParams;
  if (link.hash === "#id_body") composer.bringUp();
  else if (asked.has("quote")) quotePost(composer, link);
  else if (!composer.reply(asked.get("to"))) return;
  event.preventDefault();
});

/** @param {Composer} composer @param {HTMLAnchorElement} link */
async function quotePost(composer, { href, pathname, search }) {
  try {
    const text = await fetchPart(href);
    const number = new URLSearchParams(search).get("quote");
    composer.quote({ text, topic: pathname.split("/")[2], number });
  } catch {
    location.assign(href);
  }
}

// What is chosen in a post (quoting/selection.js).
document.addEventListener("quote", (event) => {
  const composer = openComposer(false);
  if (!composer) return;
  event.preventDefault();
  composer.quote(/** @type {CustomEvent} */ (event).detail);
});

// What was chosen on a page without a composer.
const opened = openComposer(false);
const quote = opened && handed();
if (quote) opened.written.restored.then(() => opened.quote(quote));
