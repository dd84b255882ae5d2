// @ts-check
// Enter and Tab in a field for Markdown. Tab is taken in fenced code alone, and Escape gives it back there.

import { change } from "../forms/editing.js";
import { codeLine, indented, isInCode, outdented } from "./code.js";
import { continued } from "./lists.js";

export class Keys {
  #leaves = false; // the next Tab moves the focus

  /** @param {HTMLTextAreaElement} field @param {HTMLElement} hint shown while Tab indents */
  constructor(field, hint) {
    this.field = field;
    this.hint = hint;
    field.addEventListener("keydown", (event) => this.#pressed(event));
    field.addEventListener("selectionchange", () => this.#showHint());
    field.addEventListener("input", () => this.#showHint());
    field.addEventListener("blur", () => (this.#leaves = false));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const { key, isComposing, defaultPrevented } = event;
    if (isComposing || defaultPrevented || this.field.readOnly || this.#isChoosing) return;
    if (key === "Escape") {
      if (this.#isInCode && !this.#leaves) event.preventDefault(); // the next one may close the form
      this.#leaves = true;
    } else if (key !== "Tab" && key !== "Shift") this.#leaves = false;
    const edit = this.#edit(event);
    if (!edit) return;
    event.preventDefault();
    change(this.field, edit);
  }

  // Among suggestions, which take these keys.
  get #isChoosing() {
    return this.field.hasAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #edit({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return null;
    const { value, selectionStart: start, selectionEnd: end } = this.field;
    if (key === "Tab" && !this.#leaves && this.#isInCode)
      return shiftKey ? outdented(value, start, end) : indented(value, start, end);
    if (key !== "Enter" || shiftKey) return null;
    return this.#isInCode ? codeLine(value, start, end) : continued(value, start, end);
  }

  #showHint() {
    this.hint.hidden = !this.#isInCode;
  }

  get #isInCode() {
    return isInCode(this.field.value, this.field.selectionStart);
  }
}
