// @ts-check
// Tells somebody who writes a reply that others have replied meanwhile, and leads there, as the pill of the topic does.
// Nothing is held up.

export class PostReview {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.pill = form.closest("live-topic").querySelector("[data-pill]");
    this.button = Object.assign(document.createElement("button"), { type: "button", hidden: true });
    this.button.className = "chip";
    this.button.addEventListener("click", () => this.pill.click());
    form.querySelector(".composer__foot").prepend(this.button);
    const show = () => this.#show();
    for (const event of ["input", "filled"]) form.addEventListener(event, show);
    new MutationObserver(show).observe(this.pill, { attributes: true, childList: true });
  }

  #show() {
    const { hidden, textContent } = this.pill;
    this.button.hidden = Boolean(hidden) || !this.form.elements.body.value.trim();
    this.button.textContent = `${textContent} · ${this.form.dataset.review}`;
  }
}
