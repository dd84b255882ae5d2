// @ts-check
// What makes a composer's field comfortable: the toolbar, shortcuts, keys, pasting, the preview.

import { change } from "../forms/editing.js";
import { isInCode } from "./code.js";
import { Completion } from "./completion.js";
import { Keys } from "./keys.js";
import { lineEnd, lineStart } from "./lists.js";
import { newPoll } from "./polls.js";
import { Preview } from "./preview.js";
import { bindShortcuts, press } from "./shortcuts.js";
import { newTable } from "./tables.js";

export class Tools {
  #pastes = false;
  /** @type {import("./dock.js").Dock} */
  #dock = null;
  /** @type {Promise<import("./emoji_picker.js").EmojiPicker>} */
  #picker = null;
  /** @type {Promise<import("./uploading.js").Uploads>} */
  #uploads = null;
  #hasChosen = false; // a line for a tool

  /** @param {HTMLElement} box @param {HTMLTextAreaElement} field */
  constructor(box, field) {
    this.box = box;
    this.field = field;
    box.prepend(box.querySelector("template").content.cloneNode(true));
    this.toolbar = box.querySelector(".composer__tools");
    this.toolbar.inert = field.readOnly;
    new Preview(box, field);
    new Keys(field, this.#describe());
    bindShortcuts(this.toolbar, field);
    this.toolbar.addEventListener("click", (pressed) => this.#awaitTool(pressed), true);
    for (const event of ["click", "keydown"]) {
      this.toolbar.addEventListener(event, (pressed) => this.#chooseLine(pressed), true);
      this.toolbar.addEventListener(event, () => this.#goOnBehind());
    }
    new Completion(field.closest("text-expander"), field, this.toolbar.dataset);
    const emoji = box.querySelector("[data-emoji-picker]");
    emoji.addEventListener("click", () => this.#pickEmoji(emoji));
    this.#offerDock();
    const table = box.querySelector("[data-table]");
    table.addEventListener("click", () => this.#insert(newTable, table.dataset.table));
    const poll = box.querySelector("[data-poll]");
    poll?.addEventListener("click", () => this.#insert(newPoll, poll.dataset.poll));
    box.querySelector("[data-upload]").addEventListener("click", () => this.#chooseFiles());
    field.addEventListener("paste", (event) => this.#paste(event));
    for (const event of ["dragover", "drop"])
      field.addEventListener(event, (/** @type {DragEvent} */ dropped) => this.#drop(dropped));
    const load = () => this.#load();
    for (const event of ["focusin", "pointerenter"]) box.addEventListener(event, load);
    if (box.matches(":focus-within, :hover")) load();
  }

  // Each time, until they have come.
  #load() {
    loadToolbar().catch(() => {});
    import("../../vendor/text-expander.js").catch(() => {});
    import("../../vendor/paste-markdown.js").then(
      ({ subscribe }) => {
        if (!this.#pastes) subscribe(this.field);
        this.#pastes = true;
      },
      () => {},
    );
  }

  // A tool that was pressed before its script came acts once it has, unless the text has changed.
  /** @param {Event} event */
  #awaitTool(event) {
    const tool = /** @type {Element} */ (event.target).closest("[role=button]:not(:defined)");
    if (!tool) return;
    event.stopImmediatePropagation();
    const { value } = this.field;
    loadToolbar().then(
      () => this.field.value === value && press(tool),
      () => {}, // the next time, then
    );
  }

  // Only replies can leave their place. The styles have come with the tools, or are awaited.
  async dock() {
    const { Dock } = await import("./dock.js");
    const sheet = /** @type {HTMLLinkElement} */ (this.box.querySelector("link"));
    if (!sheet.sheet)
      await new Promise((resolve) => {
        for (const event of ["load", "error"]) sheet.addEventListener(event, resolve);
      });
    const [buttons, restore] = ["tools", "restore"].map((name) =>
      this.field.form.querySelector(`.dock-${name}`),
    );
    return (this.#dock ??= new Dock(this.field.form, buttons, restore));
  }

  #offerDock() {
    const buttons = this.box.querySelector(".dock-tools");
    buttons.hidden = !this.field.form.matches(".reply");
    buttons.addEventListener("click", async ({ target }) => {
      if (this.#dock) return; // which listens itself
      await this.dock().catch(() => {}); // the next time, then
      /** @type {HTMLElement} */ (target).closest("button")?.click();
    });
  }

  // Where Tab indents, it is said how to get on.
  #describe() {
    const hint = this.box.querySelector(".composer__code-hint");
    this.box.querySelector(".composer__hint").before(hint);
    const described = this.field.getAttribute("aria-describedby");
    this.field.setAttribute("aria-describedby", [described, hint.id].filter(Boolean).join(" "));
    return hint;
  }

  // Code is pasted as it is. This comes before paste-markdown's listeners.
  /** @param {ClipboardEvent} event */
  #paste(event) {
    const { value, selectionStart } = this.field;
    const { files, types } = event.clipboardData;
    const hasFiles = files.length && !types.includes("text/plain"); // tables come as pictures, too
    if (hasFiles || isInCode(value, selectionStart)) event.stopImmediatePropagation();
    if (!hasFiles) return;
    event.preventDefault();
    this.#upload([...files]);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") this.#upload([...event.dataTransfer.files]);
  }

  #chooseFiles() {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.addEventListener("change", () => this.#upload([...input.files]));
    input.click();
  }

  /** @param {File[]} files */
  #upload(files) {
    const list = /** @type {HTMLElement} */ (this.box.querySelector(".composer__uploads"));
    this.#uploads ??= import("./uploading.js").then(({ Uploads }) => new Uploads(list, this.field));
    this.#uploads.then(
      (uploads) => uploads.add(files),
      () => {
        this.#uploads = null; // the next time, then
      },
    );
  }

  // A heading, a quotation or a task is a whole line, not the word at the caret.
  /** @param {Event} event */
  #chooseLine(event) {
    const { key } = /** @type {KeyboardEvent} */ (event);
    const tool = /** @type {Element} */ (event.target).closest("[data-line]");
    const { value, selectionStart: caret, selectionEnd } = this.field;
    if (!tool || (key && key !== "Enter" && key !== " ") || caret !== selectionEnd) return;
    this.field.setSelectionRange(lineStart(value, caret), lineEnd(value, caret));
    this.#hasChosen = true;
  }

  #goOnBehind() {
    if (!this.#hasChosen) return;
    this.#hasChosen = false;
    this.field.setSelectionRange(this.field.selectionEnd, this.field.selectionEnd);
  }

  /** @param {HTMLElement} button */
  #pickEmoji(button) {
    this.#picker ??= import("./emoji_picker.js").then(({ EmojiPicker }) => {
      const box = this.box.querySelector(".emoji");
      return new EmojiPicker(box, button, this.toolbar.dataset.emoji, (emoji) => {
        const { selectionStart: start, selectionEnd: end } = this.field;
        change(this.field, { start, end, text: emoji });
      });
    });
    this.#picker.then(
      (picker) => picker.open(),
      () => {
        this.#picker = null; // the next time, then
      },
    );
  }

  /** @param {typeof newTable} make @param {string} words */
  #insert(make, words) {
    const { value, selectionEnd } = this.field;
    change(this.field, make(value, selectionEnd, words));
  }
}

const loadToolbar = () => import("../../vendor/markdown-toolbar.js");
