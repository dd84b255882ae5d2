// @ts-check
// What Enter and Tab do in fenced code: they keep and change the indentation.

import { lineEnd, lineStart } from "./lists.js";

/** @typedef {import("./lists.js").Edit} Edit */

const UNIT = "    ";
const MARGIN = /^(?:[ \t]*>)*[ \t]*/; // the marks of quotations and the indentation
const FENCE =
  /^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?<mark>\x60{3,}|~{3,})(?<info>.*)$/;

// Whether this position is in fenced code, and not in one of its fences.
/** @param {string} text @param {number} position */
export function isInCode(text, position) {
  const from = lineStart(text, position);
  const before = text.slice(0, from).split("\n").reduce(afterLine, "");
  const line = text.slice(from, lineEnd(text, position));
  return Boolean(before) && afterLine(before, line) === before;
}

// The fence that is open after this line, "" if there is none.
/** @param {string} open before it @param {string} line */
function afterLine(open, line) {
  const { mark, info } = FENCE.exec(line)?.groups ?? {};
  if (!mark) return open;
  if (!open) return mark[0] === "`" && info.includes("`") ? "" : mark;
  return mark.startsWith(open) && !info.trim() ? "" : open;
}

// The edit for Enter.
/** @param {string} text @param {number} start @param {number} end @returns {Edit | null} */
export function codeLine(text, start, end = start) {
  const margin = MARGIN.exec(text.slice(lineStart(text, start), start))[0];
  return margin && { start, end, text: `\n${margin}` };
}

// The edit for Tab.
/** @param {string} text @param {number} start @param {number} end @returns {Edit} */
export function indented(text, start, end = start) {
  if (!text.slice(start, end).includes("\n")) return { start, end, text: UNIT };
  return changed(text, start, end, (line) => (line ? UNIT + line : line));
}

// The edit for Shift + Tab; null if nothing is indented.
/** @param {string} text @param {number} start @param {number} end @returns {Edit | null} */
export function outdented(text, start, end = start) {
  const edit = changed(text, start, end, (line) => line.replace(/^(?:\t| {1,4})/, ""));
  const had = text.slice(edit.start, edit.end);
  if (edit.text === had) return null;
  if (start !== end) return edit;
  const caret = Math.max(edit.start, start - (had.length - edit.text.length));
  return { ...edit, selection: [caret, caret] };
}

// Changes all lines of the selection, and selects them.
/** @param {string} text @param {number} start @param {number} end @param {(line: string) => string} change @returns {Edit} */
function changed(text, start, end, change) {
  const [from, to] = [lineStart(text, start), lineEnd(text, end)];
  const lines = text.slice(from, to).split("\n").map(change).join("\n");
  return { start: from, end: to, text: lines, selection: [from, from + lines.length] };
}
