// @ts-check
// Changes the text in a field as typing does, so that the browser can undo it.

/** @param {HTMLTextAreaElement | HTMLInputElement} field @param {import("../writing/lists.js").Edit} edit */
export function change(field, { start, end, text, selection }) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  if (!type(text)) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (selection) field.setSelectionRange(...selection);
}

// Browsers have no other way to change a text that keeps what can be undone.
/** @param {string} text */
function type(text) {
  return text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
}
