// @ts-check
// Where the reply form stands: at the end of the posts, pinned to the foot of the window, minimised there, or over all of
// the window. It stays the same element with the same text; an empty place keeps the page as it was.

import { focusOn } from "../dom.js";

/** @typedef {"" | "pinned" | "minimised" | "full"} State "": at the end of the posts */

const ROOM = 160; // px of the form that are enough to write in where it is
const { style } = document.documentElement;

export class Dock {
  #place = document.createElement("div");
  /** @type {State} */
  #before = ""; // what it was before it was minimised or put over all

  /** @param {HTMLFormElement} form @param {HTMLElement} buttons @param {HTMLElement} restore shown while it is minimised */
  constructor(form, buttons, restore) {
    this.form = form;
    this.field = form.elements.body;
    this.#place.className = "dock-place";
    this.minimise = buttons.querySelector("[data-minimise]");
    this.enlarge = buttons.querySelector("[data-enlarge]");
    this.restore = restore;
    this.minimise.addEventListener("click", () => this.#minimise());
    this.enlarge.addEventListener("click", () => this.#enlarge());
    restore.addEventListener("click", () => this.#continue());
    form.addEventListener("keydown", (event) => this.#escape(event));
    form.addEventListener("sent", () => this.set(""));
    document.addEventListener("focusin", ({ target }) => this.#left(/** @type {Node} */ (target)));
    new ResizeObserver(() => this.#measure()).observe(form);
    for (const event of ["resize", "scroll"])
      visualViewport.addEventListener(event, () => this.#measure());
  }

  /** @returns {State} */
  get state() {
    return /** @type {State} */ (this.form.dataset.dock ?? "");
  }

  // Into view, while the page stays where it is. The field has the focus already, unless it was minimised.
  bringUp() {
    if (this.state === "minimised") this.#continue();
    else if (!this.state && (this.#isCarried || !this.#isInView)) this.set("pinned");
  }

  #continue() {
    this.set(this.#before || "pinned");
    this.field.focus({ preventScroll: true });
  }

  /** @param {State} state */
  set(state) {
    if (state === this.state) return;
    if (!this.state) {
      this.#place.style.height = this.#isCarried ? "0" : `${this.form.offsetHeight}px`;
      this.form.before(this.#place);
    }
    if (state) {
      this.form.dataset.dock = state;
      this.form.append(this.restore);
    } else {
      delete this.form.dataset.dock;
      this.#place.remove();
      this.restore.remove();
    }
    this.minimise.hidden = !state;
    this.restore.hidden = state !== "minimised";
    this.enlarge.setAttribute("aria-pressed", String(state === "full"));
    this.#measure();
  }

  #minimise() {
    this.#before = this.state;
    const isKept = this.#isCarried || this.field.value.trim();
    this.set(isKept ? "minimised" : "");
    focusOn(isKept ? this.restore : (this.#opener ?? this.field));
  }

  // The link that brings it up, where the reader is: that of the post it answers, or one for the topic.
  get #opener() {
    const { value } = this.form.elements.reply_to;
    /** @type {HTMLElement[]} */
    const links = [`#post-${value} [data-reply]`, "a[href='#id_body']"].flatMap((selector) => [
      ...document.querySelectorAll(selector),
    ]);
    return links.find((link) => link.getClientRects().length);
  }

  #enlarge() {
    if (this.state === "full") return this.#shrink();
    this.#before = this.state;
    this.set("full");
    this.field.focus({ preventScroll: true });
  }

  #shrink() {
    this.set(this.#before === "full" ? "pinned" : this.#before);
    this.field.focus({ preventScroll: true });
  }

  // In code, keys.js keeps Escape to itself; what is open above the form, or a word that is being composed, takes it first.
  /** @param {KeyboardEvent} event */
  #escape(event) {
    const { key, isComposing, defaultPrevented } = event;
    const isTaken = isComposing || defaultPrevented || this.form.querySelector(":popover-open");
    if (key !== "Escape" || isTaken) return;
    if (this.state === "full") this.#shrink();
    else if (this.state === "pinned") this.#minimise();
  }

  // Nothing that has the focus may lie behind it.
  /** @param {Node} target */
  #left(target) {
    if (this.state === "full" && !this.form.contains(target)) this.set("pinned");
  }

  // From another page: then it has no other place.
  get #isCarried() {
    return "carried" in this.form.dataset;
  }

  get #isInView() {
    const { top, bottom } = this.form.getBoundingClientRect();
    return top >= 0 && Math.min(bottom, top + ROOM) <= innerHeight;
  }

  // What it covers, for the rest of the page; and what the keyboard of a phone covers, for the form.
  #measure() {
    const { height, offsetTop } = visualViewport;
    const isThere = this.form.isConnected && this.state;
    if (!this.form.isConnected) this.#place.remove();
    style.setProperty("--dock", `${isThere && isThere !== "full" ? this.form.offsetHeight : 0}px`);
    const covered = isThere ? Math.max(0, innerHeight - height - offsetTop) : 0;
    style.setProperty("--keyboard", `${covered}px`);
  }
}
