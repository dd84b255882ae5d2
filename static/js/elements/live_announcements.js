// @ts-check
// <live-announcements>: what the owner says to everybody. A message brings all that is announced now, so none is missed.

import { element, remove } from "../dom.js";

const LONGEST = 2 ** 31 - 1; // ms that a timer can wait

class LiveAnnouncements extends HTMLElement {
  #observer = new ResizeObserver(() => this.#measure());
  /** @type {Promise<unknown>} */
  #sent = Promise.resolve(); // one after the other: each answer sets the whole cookie anew
  #away = new Set(); // the ids that were put away on this page: the cookie comes with the answer, if one comes

  connectedCallback() {
    this.addEventListener("submit", this.#dismiss);
    this.#observer.observe(this);
    this.#waitForEnd();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    clearTimeout(this.timer);
  }

  // `current` is all that is announced, as {id, html}, in the order of the page: the newest first.
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

  // Those that stay are not touched, or they would be read out again.
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
    this.#sent = this.#sent.then(send).catch(() => {}); // then just on this page
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

  // What sticks below the header makes room for it: see css/tokens.css.
  #measure() {
    document.documentElement.style.setProperty("--banner", `${this.offsetHeight}px`);
  }

  /** @returns {HTMLElement[]} */
  get #all() {
    return [...this.querySelectorAll("[data-announcement]")];
  }
}

// For a change above all content, as between it and the header: what was scrolled to stays where it was.
/** @param {() => void} change */
function keepContent(change) {
  const root = document.documentElement;
  const main = document.getElementById("main");
  const before = main.getBoundingClientRect().top;
  root.style.overflowAnchor = "none"; // or some browsers would do it once more
  change();
  const moved = main.getBoundingClientRect().top - before;
  if (scrollY > 0 && Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => requestAnimationFrame(() => (root.style.overflowAnchor = "")));
}

// The ids that were put away in this browser.
function dismissed() {
  const [, ids = ""] = /(?:^|; )dismissed=([0-9.]*)/.exec(document.cookie) ?? [];
  return new Set(ids.split("."));
}

customElements.define("live-announcements", LiveAnnouncements);
