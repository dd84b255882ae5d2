// @ts-check
// Uploads pictures and files while somebody writes: one after the other, with a row for each below the tools. What is
// stored stands in the text, and its row asks what it shows. Nothing is put into the text before.

import { change } from "../forms/editing.js";

/** @typedef {{markdown: string, isPicture: boolean, error?: string, again?: boolean}} Answer */

export class Uploads {
  /** @type {Promise<void>} */
  #before = Promise.resolve();

  /** @param {HTMLElement} list @param {HTMLTextAreaElement} field */
  constructor(list, field) {
    this.list = list;
    this.field = field;
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      const row = new Row(this.list, this.field, file);
      row.again = () => this.#send(row);
      this.#send(row);
    }
  }

  /** @param {Row} row */
  #send(row) {
    this.#before = this.#before.then(() => row.send());
  }
}

class Row {
  #isCancelled = false;
  again = () => {};

  /** @param {HTMLElement} list @param {HTMLTextAreaElement} field @param {File} file */
  constructor(list, field, file) {
    this.list = list;
    this.field = field;
    this.file = file;
    const { content } = list.querySelector("template");
    this.row = /** @type {HTMLElement} */ (content.firstElementChild.cloneNode(true));
    this.progress = this.row.querySelector("progress");
    this.problem = /** @type {HTMLElement} */ (this.row.querySelector("[role=alert]"));
    this.words = this.row.querySelector("input");
    this.retry = /** @type {HTMLElement} */ (this.row.querySelector("[data-again]"));
    this.row.querySelector(".upload__name").textContent = file.name;
    this.progress.ariaLabel = file.name;
    this.row.querySelector("[data-end]").addEventListener("click", () => this.#end());
    this.retry.addEventListener("click", () => this.again());
    this.words.addEventListener("keydown", (event) => this.#leave(event));
    list.append(this.row);
    list.hidden = false;
  }

  async send() {
    if (this.#isCancelled) return;
    this.#show({ isSending: true });
    const answer = await this.#request();
    if (this.#isCancelled) return;
    if (answer?.error) return this.#show({ problem: answer.error, again: answer.again });
    if (!answer?.markdown) return this.#show({ problem: this.problem.dataset.failed, again: true });
    this.#insert(answer.markdown);
    if (!answer.isPicture) return this.#end();
    this.#show({ asks: true });
    this.words.addEventListener("input", () => this.#describe(answer.markdown));
  }

  // fetch() tells nothing of what was sent so far.
  /** @returns {Promise<Answer | null>} */
  #request() {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", this.file, this.file.name);
    this.request = request;
    request.open("POST", this.list.dataset.address);
    request.setRequestHeader("X-CSRFToken", this.field.form.elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("X-Member", document.body.dataset.user);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      this.progress.value = loaded / total;
    });
    return new Promise((resolve) => {
      request.addEventListener("loadend", () => resolve(request.response));
      request.send(body);
    });
  }

  #show({ isSending = false, problem = "", again = false, asks = false }) {
    this.progress.hidden = !isSending;
    this.problem.textContent = problem;
    this.retry.hidden = !again;
    this.words.parentElement.hidden = !asks;
    const end = /** @type {HTMLElement} */ (this.row.querySelector("[data-end]"));
    end.textContent = isSending || again ? end.dataset.cancel : end.dataset.done;
  }

  // As a paragraph of its own, where the caret is.
  /** @param {string} markdown */
  #insert(markdown) {
    const { value, selectionEnd: at } = this.field;
    const before = value.slice(0, at);
    const space = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const text = `${space}${markdown}\n\n`;
    if (document.activeElement === this.field) change(this.field, { start: at, end: at, text });
    else this.#replace(at, at, text, "end"); // the next one follows
  }

  // Also if the text was changed around it since; not if it was taken out.
  /** @param {string} markdown */
  #describe(markdown) {
    const address = /\]\((.*)\)$/.exec(markdown)[1];
    const end = this.field.value.indexOf(`](${address})`);
    const start = this.field.value.lastIndexOf("![", end);
    if (end < 0 || start < 0) return;
    this.#replace(start + 2, end, this.words.value.replace(/[[\]\\]/g, "\\$&"));
  }

  /** @param {number} start @param {number} end @param {string} text @param {SelectionMode} caret */
  #replace(start, end, text, caret = "preserve") {
    this.field.setRangeText(text, start, end, caret);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Enter would send the form.
  /** @param {KeyboardEvent} event */
  #leave(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.#end();
  }

  #end() {
    this.#isCancelled = true;
    this.request?.abort();
    const hadFocus = this.row.contains(document.activeElement);
    this.row.remove();
    this.list.hidden = !this.list.querySelector(".upload");
    if (hadFocus) this.field.focus({ preventScroll: true });
  }
}
