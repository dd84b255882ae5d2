// @ts-check
// Suggestions while somebody types @member, #topic or :emoji:. <text-expander> finds what is typed, and points
// from the field to the option that is chosen while its list is open.

import { change } from "../forms/editing.js";
import { findEmoji, loadEmoji } from "./emoji_table.js";
import { lineStart } from "./lists.js";

const PAUSE = 120; // ms of typing before the forum is asked
const SHORTEST = { "@": 0, "#": 1, ":": 2 }; // characters after it; ":D" is no emoji yet
const BEGUN = /(?:^|[\s([])(?<key>[@#:])\S*$/; // the word at the caret
const MOST = 8;
const SPACE = 8; // px to the edge of the window

/** @typedef {{key: "@" | "#" | ":", text: string}} Typed */
/** @typedef {{matched: boolean, fragment?: HTMLElement}} Found */

export class Completion {
  #asked = 0;
  /** @type {Typed} */
  #typed = null;

  /** @param {HTMLElement & {dismiss?(): void}} expander @param {HTMLTextAreaElement} field @param {DOMStringMap} addresses */
  constructor(expander, field, addresses) {
    this.expander = expander;
    this.field = field;
    this.addresses = addresses;
    expander.addEventListener("input", () => this.#lookFor(), { capture: true });
    expander.addEventListener("text-expander-change", (/** @type {CustomEvent} */ { detail }) =>
      detail.provide(this.#suggest(detail)),
    );
    expander.addEventListener("text-expander-value", (/** @type {CustomEvent} */ event) => {
      event.preventDefault(); // it would set the value, which can't be undone
      this.#insert(event.detail.item.dataset.value);
    });
    expander.addEventListener("text-expander-activate", () => this.#show());
    const dismiss = (/** @type {Event} */ { target }) =>
      /** @type {Element} */ (target).contains?.(expander) && expander.dismiss?.();
    document.addEventListener("scroll", dismiss, { capture: true, passive: true });
  }

  // <text-expander> takes the first of its keys that stands before the caret without a blank between, even in a line above.
  #lookFor() {
    const { value, selectionEnd: end } = this.field;
    const line = value.slice(lineStart(value, end), end);
    this.expander.setAttribute("keys", BEGUN.exec(line)?.groups.key ?? "");
  }

  // An answer that comes after the next question is never given: it would close the newer list.
  /** @param {Typed} typed @returns {Promise<Found>} */
  async #suggest(typed) {
    const asked = ++this.#asked;
    this.#typed = typed;
    const fragment = await this.#list(typed, asked).catch(() => /** @type {HTMLElement} */ (null));
    if (asked !== this.#asked) return new Promise(() => {});
    return { matched: Boolean(fragment?.firstElementChild), fragment };
  }

  /** @param {Typed} typed @param {number} asked @returns {Promise<HTMLElement>} */
  async #list({ key, text }, asked) {
    if (text.length < SHORTEST[key] || /\s/.test(text)) return null;
    if (key === ":") return this.#emoji(text);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (asked !== this.#asked) return null;
    const topic = /^\/t\/(\d+)\//.exec(new URL(this.field.form.action).pathname)?.[1] ?? "";
    const address = this.addresses[key === "@" ? "members" : "places"];
    const response = await fetch(`${address}?${new URLSearchParams({ text, topic })}`);
    if (!response.ok || response.redirected) return null;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    return /** @type {HTMLElement} */ (template.content.firstElementChild);
  }

  /** @param {string} text */
  async #emoji(text) {
    const found = findEmoji(await loadEmoji(this.addresses.emoji), text.replace(/:$/, ""), MOST);
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.role = "listbox";
    list.ariaLabel = this.addresses.emojiLabel;
    list.append(...found.map(emojiOption));
    return list;
  }

  /** @param {string} value */
  #insert(value) {
    const { key, text } = this.#typed;
    const { value: all, selectionEnd: end } = this.field;
    const start = end - key.length - text.length;
    this.expander.dismiss();
    if (all.slice(start, end) === key + text) change(this.field, { start, end, text: `${value} ` });
  }

  // Above all else, and within the window once the element has put it at the caret.
  #show() {
    const list = /** @type {HTMLElement} */ (this.expander.querySelector(".suggestions"));
    list.popover = "manual";
    list.showPopover();
    queueMicrotask(() => {
      // No field of several lines may be a combobox. What else was set says the same of a text box.
      for (const name of ["role", "aria-expanded"]) this.field.removeAttribute(name);
      const { left, right, bottom, height } = list.getBoundingClientRect();
      const width = document.documentElement.clientWidth;
      const line = Number.parseFloat(getComputedStyle(this.field).lineHeight);
      if (right > width - SPACE)
        list.style.left = `${Math.max(SPACE, left - right + width - SPACE)}px`;
      if (bottom > visualViewport.height - SPACE)
        list.style.top = `${Math.max(SPACE, bottom - 2 * height - line - SPACE / 2)}px`;
    });
  }
}

/** @param {import("./emoji_table.js").Emoji} emoji @param {number} place */
function emojiOption([character, [name]], place) {
  const option = document.createElement("li");
  option.className = "suggestion";
  option.role = "option";
  option.id = `suggestion-${place + 1}`;
  option.dataset.value = character;
  const shown = document.createElement("span");
  shown.className = "suggestion__emoji";
  shown.textContent = character;
  const label = document.createElement("span");
  label.className = "suggestion__name";
  label.textContent = name;
  option.append(shown, label);
  return option;
}
