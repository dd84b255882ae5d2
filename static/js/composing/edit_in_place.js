// @ts-check
// Edits a post where it stands: the form of its edit page takes the place of the text. Whatever happens to the post
// meanwhile, what was typed stays, and the form says what it was.

import { pause, Refusal } from "../connection/pauses.js";
import { element, focusOn, parsed } from "../dom.js";
import { clearErrors, showReason } from "../forms/form_errors.js";
import { fetchFresh, fetchPart } from "../http.js";

/** @type {WeakMap<Element, PostEditor>} */
const editors = new WeakMap(); // by article

// Rejects if there is no form to be had: then follow the link, which leads to the same form, or says why there is none.
/** @param {HTMLElement} link */
export async function edit(link) {
  const article = link.closest(".post");
  if (link.closest(".prose")) throw new Error("a link that somebody wrote");
  const { href } = /** @type {HTMLAnchorElement} */ (link);
  link.closest(".menu")?.hidePopover();
  if (!editors.has(article)) editors.set(article, new PostEditor(article, href));
  try {
    await editors.get(article).open();
  } catch (error) {
    editors.delete(article);
    throw error;
  }
}

class PostEditor {
  /** @type {Promise<void> | null} */
  #opening = null;
  /** @type {HTMLElement | null} */
  #box = null;
  #seen = ""; // the state of post and topic that the form knows
  #isAsking = false;
  #failures = 0; // in succession
  #sent = ""; // the text that this form has sent: as the next edit it is nobody else's
  #observer = new MutationObserver(() => this.#look());

  /** @param {HTMLElement} article @param {string} address */
  constructor(article, address) {
    this.article = article;
    this.address = address;
    this.topic = /** @type {LiveTopicElement} */ (article.closest("live-topic"));
  }

  async open() {
    this.#opening ??= this.#load();
    await this.#opening;
    this.form?.elements.body.focus({ preventScroll: true });
  }

  async #load() {
    this.#seen = this.#state;
    const [part, { compose, writtenForm }] = await Promise.all([
      fetchPart(this.address),
      import("../elements/composer.js"),
    ]);
    this.#box = element(part);
    this.form = this.#box.querySelector("form");
    this.article.querySelector(".post__kept")?.remove();
    this.article.querySelector(".post__actions").before(this.#box);
    compose();
    this.written = writtenForm(this.form);
    this.#listen();
    this.#compare();
    this.#box.querySelector(".composer").scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  #listen() {
    const { form } = this;
    form.addEventListener("submit", () => (this.#sent = form.elements.body.value.trim()));
    form.addEventListener("sent", () => {
      if (this.written.isWritten) return; // typed meanwhile
      this.written.server?.end(); // the text is the forum's now, or the outbox's
      this.#close();
    });
    form.addEventListener("filled", () => this.#compare()); // with a draft that began from an earlier version
    form.addEventListener("conflict", (/** @type {CustomEvent<Document>} */ { detail }) =>
      this.#settle(detail),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !isTaken(event)) this.#close();
    });
    form.querySelector("[data-cancel]").addEventListener("click", (event) => {
      event.preventDefault();
      this.#close();
    });
    const attributeFilter = ["data-version", "class"];
    this.#observer.observe(this.article, { attributeFilter });
    this.#observer.observe(form, { attributeFilter: ["aria-busy"] });
    this.#observer.observe(this.#header, { attributeFilter: ["data-change"] });
    this.#observer.observe(this.topic, { childList: true, subtree: true });
  }

  // --- What happens to the post meanwhile ---

  #look() {
    if (this.form.ariaBusy) return; // the answer tells
    if (!this.form.isConnected) this.#rescue();
    else if (this.#seen !== this.#state) this.#ask();
  }

  get #header() {
    return this.topic.querySelector("#topic-header");
  }

  // What decides who may edit, and from which text.
  get #state() {
    const { className, dataset } = this.article;
    return [className, dataset.version, this.#header?.dataset.change].join(" ");
  }

  // The text may be from before the post on show.
  #compare() {
    const isOld = Number(this.form.elements.version.value) < Number(this.article.dataset.version);
    if (isOld) this.#seen = "";
    this.#look();
  }

  /** @returns {Promise<void>} */
  async #ask() {
    if (this.#isAsking || !this.article.isConnected) return;
    this.#isAsking = true;
    const state = this.#state;
    const { value: version } = this.form.elements.version;
    const part = await fetchFresh(`${this.address}?version=${version}`, "*/*", "part").catch(
      () => /** @type {Response} */ (null),
    );
    this.#isAsking = false;
    if (!this.#box) return;
    if (!part || part.redirected || part.status >= 429)
      return this.#again(part ? new Refusal(part) : {});
    this.#failures = 0;
    const page = parsed(await part.text());
    this.#seen = state;
    if (part.ok) this.#settle(page);
    this.#admit(part.ok);
    this.#look();
  }

  /** @param {object} error */
  #again(error) {
    const wait = pause(error, this.#failures++);
    if (wait !== null) setTimeout(() => this.#look(), wait);
  }

  // `page` has the form, and the current text if that is another than this form began from.
  /** @param {Document} page */
  #settle(page) {
    const conflict = page.querySelector(".conflict");
    if (!conflict || this.form.ariaBusy) return;
    const { version } = /** @type {HTMLFormElement} */ (page.querySelector("form:has(textarea)"))
      .elements;
    const current = conflict.querySelector("pre").textContent;
    this.written.rebase(current, version.value);
    const isOwn = current.trim() === this.#sent;
    this.#box.querySelector(".conflict")?.remove();
    if (this.written.isWritten && !isOwn) {
      clearErrors(this.form);
      this.#box.prepend(document.adoptNode(conflict));
    } else if (!isOwn)
      this.form.querySelector(".form__state").textContent = conflict.dataset.updated;
  }

  /** @param {boolean} isAdmitted */
  async #admit(isAdmitted) {
    const { body } = this.form.elements;
    if (isAdmitted !== body.readOnly) return;
    const { refuse } = await import("../topic/reader_parts.js");
    refuse(this.form, !isAdmitted);
    if (isAdmitted) clearErrors(this.form);
    else showReason(this.form, this.#box.dataset.refused);
  }

  // The posts were replaced by others, without this one.
  #rescue() {
    if (this.topic.isGone) return this.#end();
    this.topic.querySelector("#posts").after(this.#box);
  }

  // --- The end ---

  // What was not sent is kept as a draft.
  #close() {
    if (this.form.ariaBusy) return; // the answer tells
    const isKept = this.written.isWritten;
    this.#end();
    this.written.end();
    const box = this.#box;
    this.#box = null;
    if (isKept) sayItIsKept(box, this.written.fields.action);
    box.remove();
    this.form.remove(); // it stands elsewhere where the topic is gone
    this.article.querySelector("waiting-posts:not(:has(article))")?.remove();
    if (!this.article.isConnected) return;
    this.#focusOnLink();
    const { top } = this.article.getBoundingClientRect();
    if (top < 0 || top > innerHeight) this.article.scrollIntoView({ behavior: "instant" });
  }

  #end() {
    this.#observer.disconnect();
    editors.delete(this.article);
  }

  #focusOnLink() {
    const links = [
      ...this.article.querySelectorAll(".post__actions :is([href$='/edit/'], [data-menu])"),
    ];
    focusOn(links.find((link) => link.getClientRects().length) ?? this.article);
  }
}

// An open menu or a word that is being composed has the key first.
/** @param {KeyboardEvent} event */
function isTaken({ defaultPrevented, isComposing }) {
  return defaultPrevented || isComposing || document.querySelector(":popover-open");
}

// Until the draft is sent or discarded. The words come with the form.
/** @param {HTMLElement} box @param {string} action */
async function sayItIsKept(box, action) {
  const { content } = /** @type {HTMLTemplateElement} */ (box.querySelector(":scope > template"));
  const line = /** @type {HTMLElement} */ (document.importNode(content.firstElementChild, true));
  const said = [...line.childNodes];
  line.replaceChildren();
  box.after(line);
  setTimeout(() => line.append(...said)); // a region that comes with its words is not read out
  const { personal } = await import("../personal.js");
  const end = personal.subscribe({
    kind: "draft",
    apply: (path, draft) => {
      if (path !== action || draft) return;
      line.remove();
      end();
    },
    reload: () => {},
  });
}
