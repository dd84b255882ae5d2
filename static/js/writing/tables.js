// @ts-check
// A table to be filled in.

import { blockBelow } from "./blocks.js";

// The edit that puts one below the line of the selection, with its first heading selected.
/** @param {string} text @param {number} position @param {string} heading */
export function newTable(text, position, heading) {
  return blockBelow(
    text,
    position,
    `| ${heading} | ${heading} |\n| --- | --- |\n|  |  |\n`,
    heading,
  );
}
