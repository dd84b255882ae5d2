// @ts-check
// Which post the reply in a form answers: the box in the form says it, and can be unticked.

export class Answering {
  /** @param {HTMLFormElement} form that replies to a topic */
  constructor(form) {
    this.form = form;
    /** @type {HTMLInputElement} */
    this.box = form.elements.reply_to;
    this.label = this.box.closest("label");
    this.box.addEventListener("change", () => this.#changed());
    form.addEventListener("filled", () => this.#show());
  }

  /** @param {string} number */
  answer(number) {
    this.box.value = number;
    this.box.checked = true;
    this.box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #changed() {
    const hadFocus = document.activeElement === this.box;
    this.#show();
    if (hadFocus && !this.box.checked) this.form.elements.body.focus();
  }

  #show() {
    if (!this.box.checked) this.box.value = "";
    const { checked, value } = this.box;
    this.label.hidden = !checked;
    const words = this.label.querySelector("b");
    if (!words.textContent.endsWith(`#${value}`)) words.textContent = `${nameOf(value)}#${value}`;
  }
}

// As far as this page shows the post.
/** @param {string} number */
function nameOf(number) {
  /** @type {HTMLAnchorElement} */
  const author = document.querySelector(`#post-${number} .post__author a`);
  return author ? `@${decodeURIComponent(author.pathname.split("/")[2])} ` : "";
}
