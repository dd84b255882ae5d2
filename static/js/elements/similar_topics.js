// @ts-check
// <similar-topics>: topics like the title that is typed above it.

const PAUSE = 400; // ms of typing before the forum is asked
const SHORTEST = 4; // characters

class SimilarTopics extends HTMLElement {
  #asked = 0;

  connectedCallback() {
    const form = /** @type {HTMLFormElement} */ (this.closest("form"));
    this.field = /** @type {HTMLInputElement} */ (form.querySelector("[name=title]"));
    this.field.addEventListener("input", this.#typed);
  }

  disconnectedCallback() {
    this.field.removeEventListener("input", this.#typed);
    clearTimeout(this.timer);
  }

  #typed = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), PAUSE);
  };

  // What can't be had is left out: these are suggestions.
  async #look() {
    const asked = ++this.#asked;
    const title = this.field.value.trim();
    const html = title.length < SHORTEST ? "" : await this.#ask(title).catch(() => "");
    if (asked === this.#asked && !this.#wouldMove()) this.#show(html);
  }

  // Whether somebody has gone on to a field below, which must stay where it is.
  #wouldMove() {
    const place = this.compareDocumentPosition(document.activeElement);
    return Boolean(place & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  /** @param {string} title */
  async #ask(title) {
    const address = `${this.dataset.address}?${new URLSearchParams({ title })}`;
    const response = await fetch(address, { headers: { "X-Requested-With": "part" } });
    return response.ok && !response.redirected ? response.text() : "";
  }

  /** @param {string} html */
  #show(html) {
    const [said, list] = /** @type {Iterable<HTMLElement>} */ (this.children);
    list.innerHTML = html;
    const found = /** @type {HTMLElement} */ (list.firstElementChild);
    said.textContent = found?.dataset.said ?? "";
  }
}

customElements.define("similar-topics", SimilarTopics);
