// @ts-check
// A reply that was begun in a topic goes along to the other pages of the forum: as a bar that leads back to it, and that
// opens it in place. It is the same draft, and it is queued in the same way.

import { element, parsed } from "../dom.js";
import { begunTopic, forgetBegun } from "../forms/begun.js";
import { fetchFresh, fetchPart } from "../http.js";

const AGAIN = 2000; // ms; the draft may still be on its way from the page that was left

class BegunReply {
  /** @type {Promise<void> | null} */
  #opening = null; // of its form

  /** @param {string} topic */
  constructor(topic) {
    this.topic = topic;
    this.path = `/t/${topic}/replies/`;
  }

  async show() {
    if (document.querySelector(`form[action="${this.path}"]`)) return; // it is here
    const html = (await this.#fetch()) || (await pause(AGAIN).then(() => this.#fetch()));
    if (!html) return forgetBegun();
    this.bar = element(html);
    this.bar.hidden = true; // without its styles
    const show = () => (this.bar.hidden = Boolean(this.#opening));
    this.bar.querySelector("link").addEventListener("load", show, { once: true });
    document.body.append(this.bar);
    this.bar.addEventListener("click", (event) => this.#pressed(event));
    this.#follow();
  }

  #fetch() {
    return fetchPart(`/drafts/begun/?topic=${this.topic}`);
  }

  // Sent or discarded elsewhere, it is gone here, too; and it is nobody else's.
  async #follow() {
    new MutationObserver(() => this.#opening || this.bar.remove()).observe(document.body, {
      attributeFilter: ["data-user"],
    });
    const { personal } = await import("../personal.js");
    personal.subscribe({
      kind: "draft",
      apply: (path, draft) => path === this.path && !draft && !this.#opening && this.#end(),
      reload: () => {},
    });
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const { target, metaKey, ctrlKey, shiftKey } = event;
    const control = /** @type {Element} */ (target).closest("[data-continue], [data-hide]");
    if (!control || metaKey || ctrlKey || shiftKey) return;
    event.preventDefault();
    if (control.matches("[data-hide]")) return this.#end();
    this.#opening ??= this.#open().catch(() => location.assign(`/t/${this.topic}/reply/`));
  }

  #end() {
    forgetBegun();
    this.bar.remove();
  }

  // --- Here ---

  async #open() {
    const response = await fetchFresh(`/t/${this.topic}/reply/`);
    const page = parsed(await response.text());
    /** @type {HTMLFormElement} */
    const form = page.querySelector(`form[action="${this.path}"]`);
    const { compose, writtenForm, bringUp } = await import("../elements/composer.js");
    rename(form);
    form.classList.add("reply");
    form.dataset.carried = "";
    form.prepend(this.bar.querySelector(".begun__words").cloneNode(true));
    this.bar.hidden = true;
    document.getElementById("main").append(page.querySelector("waiting-posts"), form);
    compose();
    form.addEventListener("posted", (/** @type {CustomEvent<URL>} */ { detail }) =>
      this.#tell(detail),
    );
    form.addEventListener("sent", () => {
      const written = writtenForm(form);
      if (written.isWritten) return; // typed meanwhile
      written.server?.end(); // the text is the forum's now, or the outbox's
      forgetBegun();
      form.remove();
    });
    bringUp(form);
  }

  /** @param {URL} address */
  #tell(address) {
    const told = this.bar.querySelector("[data-posted]");
    /** @type {HTMLAnchorElement} */ (told.querySelector("a")).href = address.href;
    /** @type {Element[]} */
    const kept = [...this.bar.querySelectorAll("link, [data-posted], [data-hide]")];
    for (const part of [...this.bar.children]) if (!kept.includes(part)) part.remove();
    this.bar.hidden = false;
    told.hidden = false;
  }
}

// The page may have a form with the same ids.
/** @param {HTMLFormElement} form */
function rename(form) {
  const template = form.querySelector("template").content;
  for (const part of [form, template])
    for (const name of ["id", "for", "aria-describedby"])
      for (const one of part.querySelectorAll(`[${name}^="id_"]`))
        one.setAttribute(name, `begun_${one.getAttribute(name)}`);
}

/** @param {number} wait */
function pause(wait) {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

const topic = begunTopic();
if (topic) new BegunReply(topic).show().catch(() => {}); // the next page tries again
