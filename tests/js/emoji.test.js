import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { findEmoji } from "../../static/js/writing/emoji_table.js";

const groups = JSON.parse(
  readFileSync(new URL("../../static/vendor/emoji.json", import.meta.url), "utf-8"),
);
const names = (found) => found.map(([, [name]]) => name);

test("the emoji of that very name comes first, then those that begin with it", () => {
  const [first, ...others] = names(findEmoji(groups, "tea"));
  assert.equal(first, "tea");
  const begins = others.map((name) => name.startsWith("tea"));
  assert.equal(begins[0], true);
  assert.deepEqual(begins, begins.toSorted().toReversed());
});

test("of those that begin with it the shortest comes first", () => {
  const found = names(findEmoji(groups, "smi"));
  assert.equal(found[0], "smile");
  assert.ok(found.indexOf("smirk") < found.indexOf("smiley"));
  assert.equal(names(findEmoji(groups, "hea"))[0], "heart");
});

test("blanks and capitals of a search don't matter", () => {
  assert.equal(findEmoji(groups, "Red Car")[0][1].includes("red_car"), true);
});

test("an emoji is found by each of its names, once", () => {
  const found = findEmoji(groups, "+1");
  assert.deepEqual(found, [["👍️", ["+1", "thumbsup"]]]);
  assert.deepEqual(findEmoji(groups, "thumbsup"), found);
});

test("what nothing is called finds nothing", () => {
  assert.deepEqual(findEmoji(groups, "no such emoji"), []);
});
