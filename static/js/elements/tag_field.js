// @ts-check
// <tag-field>: suggests tags for the name at the caret. Without this the field is one of names with commas between them.

import { element } from "../dom.js";
import { change } from "../forms/editing.js";

const PAUSE = 120; // ms of typing before the forum is asked
const GAP = 4; // px below the field

class TagField extends HTMLElement {
  #asked = 0;
  /** @type {HTMLElement | null} */
  #list = null;

  connectedCallback() {
    this.field = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" }).map(
      (one) => this.field.setAttribute(...one),
    );
    this.field.addEventListener("input", this.#typed);
    this.field.addEventListener("focus", this.#typed);
    this.field.addEventListener("blur", this.#close);
    this.field.addEventListener("keydown", this.#pressed);
    document.addEventListener("scroll", this.#close, { capture: true, passive: true });
  }

  disconnectedCallback() {
    this.#close();
    document.removeEventListener("scroll", this.#close, { capture: true });
  }

  // The name at the caret.
  get #name() {
    const { value, selectionEnd: at } = this.field;
    const start = value.lastIndexOf(",", at - 1) + 1;
    const comma = value.indexOf(",", at);
    const end = comma < 0 ? value.length : comma;
    return { start, end, text: value.slice(start, end).trim() };
  }

  #typed = () => {
    clearTimeout(this.timer);
    const asked = ++this.#asked;
    this.timer = setTimeout(async () => {
      const list = await this.#ask(this.#name.text).catch(() => /** @type {HTMLElement} */ (null));
      if (asked === this.#asked) this.#show(list);
    }, PAUSE);
  };

  // Those that are there already are not suggested, nor is what is typed to its end.
  /** @param {string} text @returns {Promise<HTMLElement>} */
  async #ask(text) {
    const chosen = /** @type {HTMLSelectElement} */ (document.querySelector("#id_category"));
    const category = chosen?.value ?? this.dataset.category;
    const address = `${this.dataset.address}?${new URLSearchParams({ text, category })}`;
    const response = await fetch(address, { headers: { "X-Requested-With": "part" } });
    if (!response.ok || response.redirected) return null;
    const list = element(await response.text());
    const there = this.field.value.split(",").map((name) => name.trim().toLowerCase());
    for (const option of /** @type {HTMLElement[]} */ ([...list.children]))
      if (there.includes(option.dataset.value.toLowerCase())) option.remove();
    return list;
  }

  /** @param {HTMLElement} list */
  #show(list) {
    this.#close();
    if (!list?.children.length || document.activeElement !== this.field) return;
    list.id = "tag-suggestions";
    list.popover = "manual";
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // or the field would lose the focus, and the list close
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.#choose(/** @type {HTMLElement} */ (option));
    });
    this.append(list);
    list.showPopover();
    const { left, bottom } = this.field.getBoundingClientRect();
    list.style.left = `${left}px`;
    list.style.top = `${bottom + GAP}px`;
    this.#list = list;
    this.field.setAttribute("aria-controls", list.id);
    this.field.setAttribute("aria-expanded", "true");
  }

  #close = () => {
    this.#asked += 1;
    clearTimeout(this.timer);
    this.#list?.remove();
    this.#list = null;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.field.removeAttribute("aria-controls");
  };

  #pressed = (/** @type {KeyboardEvent} */ event) => {
    if (!this.#list || event.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") this.#mark(key === "ArrowDown" ? 1 : -1);
    else if (key === "Escape") this.#close();
    else if ((key === "Enter" || key === "Tab") && this.#marked) this.#choose(this.#marked);
    else return;
    event.preventDefault();
  };

  /** @returns {HTMLElement | null} */
  get #marked() {
    return this.#list?.querySelector('[aria-selected="true"]');
  }

  /** @param {number} by */
  #mark(by) {
    const options = [...this.#list.children];
    const at = options.indexOf(this.#marked);
    this.#marked?.removeAttribute("aria-selected");
    const next =
      options[at < 0 && by < 0 ? options.length - 1 : (at + by + options.length) % options.length];
    next.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", next.id);
  }

  /** @param {HTMLElement} option */
  #choose(option) {
    const { start, end } = this.#name;
    const text = `${start ? " " : ""}${option.dataset.value}, `;
    this.#close();
    change(this.field, { start, end: Math.min(end + 1, this.field.value.length), text });
  }
}

customElements.define("tag-field", TagField);
