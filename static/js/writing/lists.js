// @ts-check
// What Enter does in lists, tasks and quotations: it begins the next one, and ends them in an empty one.

/**
 * @typedef {object} Edit replaces the text from `start` to `end`
 * @property {number} start
 * @property {number} end
 * @property {string} text
 * @property {[number, number]} [selection] afterwards; behind the text if it is missing
 */

// The marks of quotations and the indentation, the mark of the item, the box of a task.
const BEGINNING =
  /^(?<quotes>(?:[ \t]*>)*[ \t]*)(?:(?<mark>[-*+]|(?<number>\d{1,9})(?<point>[.)]))(?<gap>[ \t]+)(?<task>\[[ xX]\][ \t]+)?)?/;

// The edit for Enter with this selection, or null if Enter does nothing special there.
/** @param {string} text @param {number} start @param {number} end @returns {Edit | null} */
export function continued(text, start, end = start) {
  const from = lineStart(text, start);
  const line = text.slice(from, lineEnd(text, end));
  const [beginning, { quotes, mark }] = parse(line);
  const isQuote = quotes.includes(">");
  if ((!mark && !isQuote) || start < from + beginning.length) return null;
  if (line.slice(beginning.length).trim())
    return { start, end, text: `\n${nextBeginning(line, start - from)}` };
  return { start: from, end: from + line.length, text: mark && isQuote ? quotes : "" };
}

/** @param {string} line @param {number} caret */
function nextBeginning(line, caret) {
  const { quotes, mark, number, point, gap, task } = parse(line.slice(0, caret))[1];
  if (!mark) return quotes;
  const next = number ? `${Number(number) + 1}${point}` : mark;
  return `${quotes}${next}${gap}${task ? "[ ] " : ""}`;
}

/** @param {string} line @returns {[string, Record<string, string>]} */
function parse(line) {
  const found = BEGINNING.exec(line);
  return [found[0], found.groups];
}

/** @param {string} text @param {number} position */
export function lineStart(text, position) {
  return text.lastIndexOf("\n", position - 1) + 1;
}

/** @param {string} text @param {number} position */
export function lineEnd(text, position) {
  const end = text.indexOf("\n", position);
  return end < 0 ? text.length : end;
}
