// @ts-check
// form[data-written]: forms with text, but without a composer.

import { FormState } from "./form_state.js";
import { WrittenForm } from "./written_form.js";

/** @type {WeakMap<HTMLFormElement, WrittenForm>} */
const written = new WeakMap();

// To be called when a form was inserted into the page.
/** @param {HTMLFormElement} form */
export function write(form) {
  if (!written.has(form)) {
    const state = new FormState(form);
    form.addEventListener("input", () => state.goOn());
    written.set(form, new WrittenForm(form, { say: (what, status) => state.say(what, status) }));
  }
  return written.get(form);
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll("form[data-written]");
forms.forEach(write);
