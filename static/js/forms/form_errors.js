// @ts-check
// What is wrong with a form, shown in it as on the forum's page without scripts: the same words in the same places.

import { focusOn } from "../dom.js";

// `fresh` is the same form on the page that the forum answered with.
/** @param {HTMLFormElement} form @param {HTMLFormElement} fresh */
export function showErrors(form, fresh) {
  clearErrors(form);
  for (const hidden of hiddenFields(fresh)) form.elements[hidden.name].value = hidden.value;
  for (const list of fresh.querySelectorAll(".errorlist")) {
    const field = /** @type {HTMLInputElement} */ (
      list.id && fresh.querySelector(`[aria-describedby~="${list.id}"]`)
    );
    if (field) markField(form.elements[field.name], field, list);
    else form.prepend(aloud(list));
  }
  focusOn(form.querySelector("[aria-invalid]") ?? form.querySelector("[role=alert]"));
}

// `reason` is a sentence that stands elsewhere on the forum's page.
/** @param {HTMLFormElement} form @param {string} reason */
export function showReason(form, reason) {
  clearErrors(form);
  const list = document.createElement("ul");
  list.className = "errorlist nonfield";
  list.append(Object.assign(document.createElement("li"), { textContent: reason }));
  const words = aloud(list);
  form.prepend(words);
  focusOn(words);
}

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  for (const list of form.querySelectorAll(".errorlist"))
    (list.parentElement.matches("[role=status], [role=alert]")
      ? list.parentElement
      : list
    ).remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** @param {HTMLElement} field @param {HTMLElement} fresh @param {HTMLElement} list */
function markField(field, fresh, list) {
  for (const name of ["aria-invalid", "aria-describedby"])
    field.setAttribute(name, fresh.getAttribute(name));
  field.closest(".composer-field, .field").append(aloud(list));
}

// A list can't be an alert itself.
/** @param {HTMLElement} list */
function aloud(list) {
  const words = document.createElement("div");
  words.setAttribute("role", "alert");
  words.append(list);
  return words;
}

/** @param {HTMLFormElement} form @returns {NodeListOf<HTMLInputElement>} */
function hiddenFields(form) {
  return form.querySelectorAll("input[type=hidden]");
}
