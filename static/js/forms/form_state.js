// @ts-check
// The line of a form that says what becomes of what people write in it. Its words come with the page.

const PROBLEMS = ["full", "another", "offline", "unreachable", "refused", "failedSending"];

export class FormState {
  #said = "";

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.line = form.querySelector(".form__state");
  }

  // `what` is what WrittenForm says.
  /** @param {string} what @param {number | string} status */
  say(what, status = "") {
    if (what === "saved" && this.#isProblem) return; // there is worse to know
    this.#said = what;
    this.show((this.line.dataset[what] ?? "").replace("%n", String(status)));
    this.line.classList.toggle("form__state--problem", this.#isProblem);
  }

  // Somebody types: what was wrong is known by now.
  goOn() {
    if (this.#isProblem) this.say("");
  }

  /** @param {string} words */
  show(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
  }

  get #isProblem() {
    return PROBLEMS.includes(this.#said);
  }
}
