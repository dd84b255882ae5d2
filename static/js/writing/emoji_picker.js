// @ts-check
// All emoji in a grid to choose from, by mouse and keyboard: typing searches, arrow keys move.

import { findEmoji, loadEmoji } from "./emoji_table.js";

const SPACE = 8; // px between the picker, its button and the edge of the window

/** @typedef {import("./emoji_table.js").Emoji} Emoji */

export class EmojiPicker {
  #filling = Promise.resolve();

  /** @param {HTMLElement} box the popover with the search field @param {HTMLElement} button @param {string} address of the table @param {(emoji: string) => void} choose */
  constructor(box, button, address, choose) {
    this.box = box;
    this.button = button;
    this.address = address;
    this.choose = choose;
    this.search = /** @type {HTMLInputElement} */ (box.querySelector("input"));
    this.list = box.querySelector(".emoji__list");
    this.status = box.querySelector(".emoji__status");
    this.search.addEventListener("input", (event) => {
      event.stopPropagation(); // it is no text of the form
      this.#filling = this.#fill();
    });
    box.addEventListener("keydown", (event) => this.#move(event));
    this.list.addEventListener("click", ({ target }) =>
      this.#choose(/** @type {Element} */ (target)),
    );
    box.addEventListener("toggle", (/** @type {ToggleEvent} */ { newState }) =>
      button.setAttribute("aria-expanded", String(newState === "open")),
    );
  }

  async open() {
    this.box.showPopover();
    this.#place();
    this.search.value = "";
    this.search.focus({ preventScroll: true });
    this.#filling = this.#fill();
    await this.#filling;
    this.#place();
  }

  async #fill() {
    const groups = await loadEmoji(this.address).catch(() => /** @type {Emoji[][]} */ (null));
    if (!groups) return this.#say(this.status.dataset.failed);
    const text = this.search.value.trim();
    const shown = text ? [findEmoji(groups, text)] : groups;
    const names = text ? [""] : this.list.dataset.groups.split("|");
    this.list.replaceChildren(...shown.map((group, place) => groupOf(group, names[place])));
    this.#options[0]?.setAttribute("tabindex", "0");
    this.#say(this.#options.length ? "" : this.status.dataset.none);
  }

  /** @param {string} words */
  #say(words) {
    this.status.textContent = words;
  }

  get #options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  /** @param {Element} target */
  #choose(target) {
    const option = target.closest("[role=option]");
    if (!option) return;
    this.box.hidePopover();
    this.choose(option.textContent);
  }

  // People may be quicker than the table.
  async #chooseFirst() {
    await this.#filling;
    const [first] = this.#options;
    if (first && this.box.matches(":popover-open")) this.#choose(first);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const options = this.#options;
    const here = options.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Enter") {
      event.preventDefault(); // it would send the form
      if (here < 0) this.#chooseFirst();
      else this.#choose(options[here]);
      return;
    }
    const next = here < 0 ? event.key === "ArrowDown" && 0 : this.#next(options, here, event.key);
    if (typeof next !== "number") return;
    event.preventDefault();
    if (next < 0) return this.search.focus();
    this.#focus(options[Math.min(next, options.length - 1)], options[here]);
  }

  /** @param {HTMLElement} option @param {HTMLElement} former */
  #focus(option, former = this.list.querySelector("[tabindex='0']")) {
    former?.setAttribute("tabindex", "-1");
    option.tabIndex = 0;
    option.focus();
  }

  /** @param {HTMLElement[]} options @param {number} here @param {string} key */
  #next(options, here, key) {
    const isBack = getComputedStyle(this.list).direction === "rtl";
    const step = isBack ? -1 : 1;
    const moves = { ArrowRight: here + step, ArrowLeft: here - step, Home: 0, End: options.length };
    if (key === "ArrowDown" || key === "ArrowUp") return below(options, here, key === "ArrowUp");
    return moves[/** @type {keyof typeof moves} */ (key)] ?? null;
  }

  // Below the button or above it, where there is room; over the whole width of a phone.
  #place() {
    const { left, top, bottom } = this.button.getBoundingClientRect();
    const { width, height } = this.box.getBoundingClientRect();
    const isBelow = bottom + height + SPACE <= innerHeight || top < innerHeight - bottom;
    const y = isBelow
      ? Math.min(bottom + SPACE / 2, innerHeight - height - SPACE)
      : top - height - SPACE / 2;
    Object.assign(this.box.style, {
      top: `${Math.max(SPACE, y)}px`,
      left: `${Math.max(SPACE, Math.min(left, document.documentElement.clientWidth - width - SPACE))}px`,
    });
  }
}

// The option in the next row that is nearest, -1 above the first.
/** @param {HTMLElement[]} options @param {number} here @param {boolean} isUp */
function below(options, here, isUp) {
  const { offsetLeft: x, offsetTop: y } = options[here];
  const ahead = isUp ? options.slice(0, here).reverse() : options.slice(here + 1);
  const row = ahead.find(({ offsetTop }) => offsetTop !== y)?.offsetTop;
  if (row === undefined) return isUp ? -1 : here;
  const distance = (/** @type {HTMLElement} */ { offsetLeft }) => Math.abs(offsetLeft - x);
  const inRow = ahead.filter(({ offsetTop }) => offsetTop === row);
  return options.indexOf(inRow.sort((one, two) => distance(one) - distance(two))[0]);
}

/** @param {Emoji[]} emoji @param {string} name */
function groupOf(emoji, name) {
  const group = document.createElement("div");
  group.role = "group";
  group.className = "emoji__group";
  if (name) {
    const heading = document.createElement("p");
    heading.className = "emoji__heading";
    heading.textContent = name;
    heading.ariaHidden = "true";
    group.ariaLabel = name;
    group.append(heading);
  }
  group.append(...emoji.map(optionOf));
  return group;
}

/** @param {Emoji} emoji */
function optionOf([character, names]) {
  const option = document.createElement("span");
  option.role = "option";
  option.tabIndex = -1;
  option.className = "emoji__one";
  option.title = names.map((name) => `:${name}:`).join(" ");
  option.ariaLabel = names[0].replaceAll("_", " ");
  option.textContent = character;
  return option;
}
