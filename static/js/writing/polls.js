// @ts-check
// A poll to be filled in.

import { blockBelow } from "./blocks.js";

const DAYS = 7; // until it closes

// The edit that puts one below the line of the selection, with its question selected. It has each rule, so that one sees what
// there is.
/** @param {string} text @param {number} position @param {string} words the question and options, with | between */
export function newPoll(text, position, words) {
  const [question, ...options] = words.split("|");
  const closes = new Date(Date.now() + DAYS * 86_400_000).toISOString().slice(0, 10);
  const rules = ["type: single", `closes: ${closes}`, "results: always", "votes: secret"];
  const lines = [question, ...rules, ...options.map((option) => `- ${option}`)];
  return blockBelow(text, position, `\`\`\`poll\n${lines.join("\n")}\n\`\`\`\n`, question);
}
