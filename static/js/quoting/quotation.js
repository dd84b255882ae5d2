// @ts-check
// A quotation of a post, as forum/markdown/quotes.py makes it of a whole post.

import { quoted } from "./markdown.js";

const MOST = 10_000; // characters
const SHOWN = 12; // lines; more are folded
const WIDTH = 80; // characters that count as a line

// `text` is Markdown; `address` leads to the post.
/** @param {string} text @param {string} username @param {string} address */
export function quotation(text, username, address) {
  const lines = cut(text).split("\n");
  const size = lines.reduce((sum, { length }) => sum + 1 + Math.floor(length / WIDTH), 0);
  const name = username.replace(/[\\\x60*_[\]<>]/g, "\\$&");
  const mark = size > SHOWN ? "[!quote]- " : "";
  return `> ${mark}[@${name}](${address}):\n>\n${quoted(lines.join("\n"))}\n\n`;
}

/** @param {string} text */
function cut(text) {
  if (text.length <= MOST) return text;
  const end = text.lastIndexOf("\n", MOST);
  return `${text.slice(0, end > 0 ? end : MOST)}\n…`;
}
