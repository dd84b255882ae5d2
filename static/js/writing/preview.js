// @ts-check
// Shows the text as the post will look, rendered by the server.

export class Preview {
  #asked = 0;

  /** @param {HTMLElement} box @param {HTMLTextAreaElement} field */
  constructor(box, field) {
    this.box = box;
    this.field = field;
    this.pane = box.querySelector(".composer__pane");
    this.tools = box.querySelector(".composer__tools");
    this.button = box.querySelector(".composer__preview");
    this.button.addEventListener("click", () => this.show(Boolean(this.pane.hidden)));
  }

  /** @param {boolean} isShown */
  show(isShown) {
    if (isShown && !this.field.value.trim()) return this.field.focus();
    this.button.setAttribute("aria-pressed", String(isShown));
    if (isShown) this.#render();
    this.pane.hidden = !isShown;
    this.field.hidden = this.tools.hidden = isShown;
  }

  async #render() {
    const asked = ++this.#asked;
    this.pane.style.minHeight = `${this.field.offsetHeight}px`;
    this.pane.textContent = "…";
    const html = await this.#rendered();
    if (asked !== this.#asked) return;
    if (html === null) this.pane.textContent = this.box.dataset.failed;
    else this.pane.innerHTML = html; // sanitised by the server, as posts are
  }

  async #rendered() {
    const { csrfmiddlewaretoken: token } = this.field.form.elements;
    const response = await fetch(this.box.dataset.preview, {
      method: "POST",
      body: new URLSearchParams({ body: this.field.value }),
      headers: { "X-CSRFToken": token.value },
    }).catch(() => /** @type {Response} */ (null));
    return response && [200, 422, 429].includes(response.status) ? response.text() : null;
  }
}
