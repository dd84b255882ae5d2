// @ts-check
// The status line of a form, which shows whether its text is saved or sent. The page has its texts.

const PROBLEMS = [
  "full",
  "another",
  "savedBefore",
  "offline",
  "unreachable",
  "refused",
  "failedSending",
];

export class FormState {
  #said = "";

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.line = form.querySelector(".form__state");
  }

  // `what`: a status of WrittenForm.
  /** @param {string} what @param {number | string} status */
  say(what, status = "") {
    if (what === "saved" && this.#isProblem) return; // the problem is more important
    this.#said = what;
    this.show((this.line.dataset[what] ?? "").replace("%n", String(status)));
    this.line.classList.toggle("form__state--problem", this.#isProblem);
  }

  // Hides the problem when somebody types.
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
