// @ts-check
// Shows what the post will look like, beside the text or below it, while somebody types. The server renders it: one
// request at a time, so that no older text follows a newer one, and no more than its rate allows.

const PAUSE = 400; // ms of no typing before it is rendered
const INTERVAL = 1200; // ms between two requests, at least
const PATIENCE = 10_000; // ms for a response
const REMEMBERED = "preview";
const SHOWN = [200, 422]; // 422: why the text can't be posted

export class Preview {
  #timer = 0;
  #isBusy = false;
  #notBefore = 0;
  #shown = ""; // the text whose rendering is on show

  /** @param {HTMLElement} box @param {HTMLTextAreaElement} field */
  constructor(box, field) {
    this.box = box;
    this.field = field;
    this.pane = box.querySelector(".composer__pane");
    this.content = this.pane.querySelector(".composer__rendered");
    this.note = this.pane.querySelector(".composer__note");
    this.button = box.querySelector(".composer__preview");
    box.querySelector("text-expander").after(this.pane);
    this.button.addEventListener("click", () => this.#choose(Boolean(this.pane.hidden)));
    field.addEventListener("input", () => this.#soon(PAUSE));
    field.form.addEventListener("filled", () => this.#soon(0));
    if (remembered()) this.#show(true);
  }

  /** @param {boolean} isShown */
  #choose(isShown) {
    remember(isShown);
    this.#show(isShown);
  }

  /** @param {boolean} isShown */
  #show(isShown) {
    this.button.setAttribute("aria-pressed", String(isShown));
    this.pane.hidden = !isShown;
    this.box.classList.toggle("composer--previewed", isShown);
    this.#soon(0);
  }

  // --- Rendering ---

  /** @param {number} wait */
  #soon(wait) {
    clearTimeout(this.#timer);
    if (this.pane.hidden) return;
    const rest = this.#notBefore - performance.now();
    this.#timer = window.setTimeout(() => this.#render(), Math.max(wait, rest));
  }

  async #render() {
    const { value } = this.field;
    if (this.#isBusy || this.pane.hidden) return;
    if (!value.trim()) return this.#put("", value);
    if (value === this.#shown) return this.#say("");
    this.#isBusy = true;
    this.#notBefore = performance.now() + INTERVAL;
    const response = await this.#ask(value);
    this.#isBusy = false;
    if (response && SHOWN.includes(response.status)) this.#put(await response.text(), value);
    else this.#refused(response);
    if (this.field.value !== value) this.#soon(0);
  }

  /** @param {string} body */
  #ask(body) {
    return fetch(this.box.dataset.preview, {
      method: "POST",
      body: new URLSearchParams({ body }),
      headers: { "X-CSRFToken": this.field.form.elements.csrfmiddlewaretoken.value },
      signal: AbortSignal.timeout(PATIENCE),
    }).catch(() => /** @type {Response} */ (null));
  }

  // Scrolls within the pane alone, to what is being written.
  /** @param {string} html sanitised by the server, as posts are @param {string} text */
  #put(html, text) {
    this.#shown = text;
    this.#say(html ? "" : this.note.dataset.empty);
    this.content.innerHTML = html;
    const { scrollHeight, clientHeight } = this.pane;
    const place = this.field.selectionEnd / Math.max(this.field.value.length, 1);
    this.pane.scrollTop = place * (scrollHeight - clientHeight);
  }

  /** @param {string} words */
  #say(words) {
    this.note.textContent = words;
  }

  /** @param {Response | null} response */
  #refused(response) {
    if (response?.status !== 429) {
      this.#say(this.note.dataset.failed);
      return;
    }
    const seconds = Number(response.headers.get("Retry-After")) || 60;
    this.#notBefore = performance.now() + 1000 * seconds;
    this.#say(this.note.dataset.waiting.replace("%n", String(seconds)));
    this.#soon(0);
  }
}

// A browser that stores nothing shows none to begin with.
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) === "on";
  } catch {
    return false;
  }
}

/** @param {boolean} isOn */
function remember(isOn) {
  try {
    if (isOn) localStorage.setItem(REMEMBERED, "on");
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // the next page asks again
  }
}
