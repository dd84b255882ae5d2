import assert from "node:assert/strict";
import test from "node:test";
import { codeLine, indented, isInCode, outdented } from "../../static/js/writing/code.js";
import { continued } from "../../static/js/writing/lists.js";
import { newTable } from "../../static/js/writing/tables.js";

// A text with its caret as "|", or its selection between two of them.
function parse(shown) {
  const start = shown.indexOf("|");
  const rest = shown.slice(start + 1);
  const end = rest.includes("|") ? start + rest.indexOf("|") : start;
  return [shown.replaceAll("|", ""), start, end];
}

// The text with the caret after an edit, or null if there is none.
function after(shown, edited) {
  const [text, start, end] = parse(shown);
  const edit = edited(text, start, end);
  if (!edit) return null;
  const now = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  const caret = edit.selection?.[1] ?? edit.start + edit.text.length;
  return `${now.slice(0, caret)}|${now.slice(caret)}`;
}

for (const [name, before, now] of [
  ["an item is followed by the next", "- tea|", "- tea\n- |"],
  ["an item is divided at the caret", "* tea |and milk", "* tea \n* |and milk"],
  ["numbering continues", "9. tea|", "9. tea\n10. |"],
  ["numbering keeps its point", "1) tea|", "1) tea\n2) |"],
  ["a nested item keeps its indentation", "- a\n  - b|", "- a\n  - b\n  - |"],
  ["a task is followed by one to be done", "- [x] tea|", "- [x] tea\n- [ ] |"],
  ["a quotation goes on", "> tea|", "> tea\n> |"],
  ["a list within a quotation goes on", "> > 1. tea|", "> > 1. tea\n> > 2. |"],
  ["a second Enter ends a list", "- tea\n- |", "- tea\n|"],
  ["a second Enter ends a task", "- [ ] |", "|"],
  ["a second Enter ends a quotation", "> tea\n> |\nmilk", "> tea\n|\nmilk"],
  ["a list ends before the quotation that it stands in", "> - |", "> |"],
  ["what is selected is replaced", "- te|a\n- mi|lk", "- te\n- |lk"],
  ["plain text is left to the browser", "tea|", null],
  ["an indented line is no list", "    tea|", null],
  ["emphasis is no list", "*tea*|", null],
  ["before the mark of an item nothing is continued", "|- tea", null],
  ["a rule is no numbered list", "1.5|", null],
])
  test(`Enter: ${name}`, () => assert.equal(after(before, continued), now));

test("a long row of quotation marks is parsed at once", () => {
  const began = performance.now();
  continued(`${"> ".repeat(16_000)}x`, 32_001);
  continued(`${" >".repeat(16_000)}`, 32_000);
  assert.ok(performance.now() - began < 1000);
});

for (const [name, shown, is] of [
  ["below a fence", "```\n|x\n```", true],
  ["where it is not closed", "~~~ js\nx\n|", true],
  ["in a list", "- ```\n  |x", true],
  ["in a quotation", "> ```\n> |x", true],
  ["at an inner, shorter fence", "````\n```\n|x", true],
  ["on the fence", "```|\nx\n```", false],
  ["on the fence that closes it", "```\nx\n```|", false],
  ["below it", "```\nx\n```\n|", false],
  ["behind code in a line", "```x``` \n|", false],
  ["in a text without any", "tea|", false],
])
  test(`code ${is ? "is" : "isn't"} ${name}`, () => {
    const [text, position] = parse(shown);
    assert.equal(isInCode(text, position), is);
  });

for (const [name, edit, before, now] of [
  ["Enter keeps the indentation", codeLine, "```\n    x = 1|", "```\n    x = 1\n    |"],
  ["Enter keeps the indentation up to the caret", codeLine, "  |  x", "  \n  |  x"],
  ["Enter without indentation is left to the browser", codeLine, "x|", ""],
  ["Tab indents at the caret", indented, "x|", "x    |"],
  ["Tab indents each line of a selection", indented, "|x\n\ny|\nz", "    x\n\n    y|\nz"],
  ["Shift and Tab take the indentation away", outdented, "      x|", "  x|"],
  ["Shift and Tab take a tab away", outdented, "\tx|", "x|"],
  ["Shift and Tab move all lines of a selection", outdented, "|    x\n y|", "x\ny|"],
  ["Shift and Tab leave the field where nothing is indented", outdented, "x|", null],
])
  test(`code: ${name}`, () => assert.equal(after(before, edit) || null, now || null));

test("a table stands in lines of its own, with its first heading to be typed over", () => {
  const [text, position] = parse("tea|");
  const edit = newTable(text, position, "Head");
  const now = text.slice(0, edit.start) + edit.text;

  assert.equal(now, "tea\n\n| Head | Head |\n| --- | --- |\n|  |  |\n");
  assert.equal(now.slice(...edit.selection), "Head");
});

test("a table at the beginning has no empty lines above it", () => {
  assert.equal(newTable("", 0, "H").text.indexOf("| H"), 0);
});
