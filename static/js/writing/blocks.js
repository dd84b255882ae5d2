// @ts-check
// What is put into a text as a block of its own.

// The edit that puts `block` below the line of the selection, with its first `words` selected.
/** @param {string} text @param {number} position @param {string} block @param {string} words @returns {import("./lists.js").Edit} */
export function blockBelow(text, position, block, words) {
  const before = text.slice(0, position);
  const gap = before.trim() ? "\n".repeat(2 - Math.min(2, /\n*$/.exec(before)[0].length)) : "";
  const first = position + gap.length + block.indexOf(words);
  return {
    start: position,
    end: position,
    text: gap + block,
    selection: [first, first + words.length],
  };
}
