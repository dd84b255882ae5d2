// @ts-check
// A table to be filled in.

// The edit that puts one below the line of the selection, with its first heading selected.
/** @param {string} text @param {number} position @param {string} heading @returns {import("./lists.js").Edit} */
export function newTable(text, position, heading) {
  const before = text.slice(0, position);
  const gap = before.trim() ? "\n".repeat(2 - Math.min(2, /\n*$/.exec(before)[0].length)) : "";
  const table = `${gap}| ${heading} | ${heading} |\n| --- | --- |\n|  |  |\n`;
  const first = position + gap.length + 2;
  return {
    start: position,
    end: position,
    text: table,
    selection: [first, first + heading.length],
  };
}
