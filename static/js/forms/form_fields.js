// @ts-check
// The fields of a form that are kept, sent and restored.

import { OpenedFor } from "./opened_for.js";

const NOT_KEPT = ["csrfmiddlewaretoken", "draft_version", "last_seen"];
const MARKS = ["token", "version", "seen"]; // hidden fields that identify a submission

export class FormFields {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.openedFor = new OpenedFor(this);
    this.base = texts(defaults(form)); // people may have typed before the scripts were loaded
    for (const name in this.base) form.elements[name].autocomplete ||= "off"; // or browsers restore old text on reload
  }

  /** @returns {Record<string, string>} */
  get all() {
    const fields = /** @type {Record<string, string>} */ (
      Object.fromEntries(new FormData(this.form))
    );
    for (const name of NOT_KEPT) delete fields[name];
    return fields;
  }

  get action() {
    return new URL(this.form.action).pathname;
  }

  /** @returns {HTMLTextAreaElement[]} those of one line as well */
  get typed() {
    return [
      .../** @type {NodeListOf<HTMLTextAreaElement>} */ (
        this.form.querySelectorAll("textarea, [type=text]")
      ),
    ];
  }

  get isWritten() {
    return this.typed.some(({ name, value }) => value.trim() && value !== this.base[name]);
  }

  /** @param {Record<string, string>} fields */
  fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements[name];
      const isThere =
        field && (!field.options || [...field.options].some((option) => option.value === value));
      if (isThere) field.value = value;
    }
    for (const box of this.#boxes) box.checked = box.name in fields;
    this.form.dispatchEvent(new Event("filled"));
  }

  // The form came with a draft; as a form without one it would have held `stored`.
  unfill(stored = "") {
    for (const field of this.typed) {
      const { value } = field;
      field.defaultValue = field.name === "body" ? stored : "";
      field.value = value;
    }
    this.#untick();
    this.base = texts(defaults(this.form));
  }

  // The page may have come with a draft or a quotation. An edit or a new title begins from what is stored.
  empty() {
    const { version, seen } = this.form.elements;
    if (version || seen) return;
    for (const field of this.typed) field.defaultValue = "";
    this.#untick();
  }

  // As a form without a draft has them.
  #untick() {
    for (const box of this.#boxes) {
      const { checked } = box;
      box.defaultChecked = false;
      box.checked = checked;
    }
  }

  // What the form edits was changed meanwhile: that is what it begins from now.
  /** @param {string} body @param {string} version */
  rebase(body, version) {
    const { elements } = this.form;
    elements.body.defaultValue = body;
    elements.version.value = elements.version.defaultValue = version;
    this.base = texts({ ...this.base, body });
  }

  // Back to what the form came with.
  reset() {
    this.form.reset();
    this.renewToken();
    this.base = texts(this.all);
    this.form.dispatchEvent(new Event("filled"));
  }

  renewToken() {
    const { token } = this.form.elements;
    if (token) token.value = hex();
  }

  /** @returns {NodeListOf<HTMLInputElement>} */
  get #boxes() {
    return this.form.querySelectorAll("[type=checkbox]");
  }
}

/** @param {Record<string, string>} fields */
export function texts(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !MARKS.includes(name)));
}

export function hex() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
function defaults(form) {
  const fields = [.../** @type {Iterable<any>} */ (form.elements)].filter(
    ({ name }) => name && !NOT_KEPT.includes(name),
  );
  return Object.fromEntries(
    fields.map((field) => [field.name, field.defaultValue ?? selected(field)]),
  );
}

/** @param {{options?: ArrayLike<HTMLOptionElement> & Iterable<HTMLOptionElement>}} field */
function selected({ options = [] }) {
  return ([...options].find((option) => option.defaultSelected) ?? options[0])?.value;
}
