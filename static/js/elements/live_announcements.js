// @ts-check
// <live-announcements>: the owner's announcements. Each message has all current ones, so none is
// missed.

import { element, remove } from "../dom.js";

const LONGEST = 2 ** 31 - 1; // ms, the maximum of a timer

class LiveAnnouncements extends HTMLElement {
  #observer = new ResizeObserver(() => this.#measure());
  /** @type {Promise<unknown>} */
  #sent = Promise.resolve(); // one after the other: each response replaces the whole cookie
  #away = new Set(); // ids dismissed on this page, since the cookie comes only with the response

  connectedCallback() {
    this.addEventListener("submit", this.#dismiss);
    this.#observer.observe(this);
    this.#waitForEnd();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    clearTimeout(this.timer);
  }

  // `current`: all announcements as {id, html}, in the order of the page, newest first.
  /** @param {Wire.Announcements["current"]} current */
  show(current) {
    const away = dismissed();
    const wanted = current.filter(({ id }) => !away.has(String(id)) && !this.#away.has(String(id)));
    const shown = new Map(this.#all.map((one) => [one.dataset.announcement, one]));
    const now = wanted.map(({ id, html }) => {
      const [old, fresh] = [shown.get(String(id)), element(html)];
      return old?.isEqualNode(fresh) ? old : fresh;
    });
    if (now.length === shown.size && now.every((one) => one.isConnected)) return;
    keepContent(() => this.#put(now));
    this.#waitForEnd();
  }

  // Unchanged ones are not touched, or they would be read out again.
  /** @param {HTMLElement[]} now */
  #put(now) {
    for (const one of this.#all) if (!now.includes(one)) remove(one);
    now.forEach((one, place) => {
      if (this.#all[place] !== one) this.insertBefore(one, this.#all[place] ?? null);
    });
    this.#measure();
  }

  /** @param {SubmitEvent} event */
  #dismiss = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const send = () => fetch(form.action, { method: "POST", redirect: "manual", keepalive: true });
    this.#sent = this.#sent.then(send).catch(() => {}); // then it is dismissed on this page only
    const announcement = form.closest("[data-announcement]");
    this.#away.add(announcement.dataset.announcement);
    this.#remove(announcement);
  };

  /** @param {HTMLElement} announcement */
  #remove(announcement) {
    keepContent(() => {
      remove(announcement, announcement.nextElementSibling?.querySelector("button"));
      this.#measure();
    });
  }

  #waitForEnd() {
    clearTimeout(this.timer);
    const now = Date.now();
    /** @type {[number, HTMLElement][]} */
    const ends = this.#all
      .filter((one) => one.dataset.until)
      .map((one) => [Date.parse(one.dataset.until), one]);
    for (const [end, one] of ends) if (end <= now) this.#remove(one);
    const next = Math.min(...ends.map(([end]) => end).filter((end) => end > now));
    if (next < Infinity)
      this.timer = setTimeout(() => this.#waitForEnd(), Math.min(next - now, LONGEST));
  }

  // Sticky elements below the header make room for it: see css/tokens.css.
  #measure() {
    document.documentElement.style.setProperty("--banner", `${this.offsetHeight}px`);
  }

  /** @returns {HTMLElement[]} */
  get #all() {
    return [...this.querySelectorAll("[data-announcement]")];
  }
}

// For a change between the header and the content: the content in view stays in place.
/** @param {() => void} change */
function keepContent(change) {
  const root = document.documentElement;
  const main = document.getElementById("main");
  const before = main.getBoundingClientRect().top;
  root.style.overflowAnchor = "none"; // or some browsers would do it a second time
  change();
  const moved = main.getBoundingClientRect().top - before;
  if (scrollY > 0 && Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => requestAnimationFrame(() => (root.style.overflowAnchor = "")));
}

// The ids that were dismissed in this browser.
function dismissed() {
  const [, ids = ""] = /(?:^|; )dismissed=([0-9.]*)/.exec(document.cookie) ?? [];
  return new Set(ids.split("."));
}

customElements.define("live-announcements", LiveAnnouncements);
