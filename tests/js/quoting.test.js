import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { markdownOf } from "../../static/js/quoting/markdown.js";
import { quotation } from "../../static/js/quoting/quotation.js";
import { parse } from "./nodes.js";

// That the forum renders the Markdown as the HTML again: tests/markdown/test_quotes.py.
const CASES = JSON.parse(readFileSync(new URL("../cases/quoted_markdown.json", import.meta.url)));

for (const { name, html, markdown } of CASES)
  test(`${name}: as Markdown`, () => assert.equal(markdownOf(parse(html)), markdown));

test("a quotation names its author and leads to the post", () =>
  assert.equal(
    quotation("one\n\ntwo", "in_es", "/p/17/"),
    "> [@in\\_es](/p/17/):\n>\n> one\n>\n> two\n\n",
  ));

test("a long quotation is folded", () => {
  const twelve = Array(12).fill("line").join("\n");

  assert.match(quotation(twelve, "ines", "/p/17/"), /^> \[@ines\]/);
  assert.match(quotation(`${twelve}\nline`, "ines", "/p/17/"), /^> \[!quote\]- \[@ines\]/);
  assert.match(quotation("word ".repeat(200), "ines", "/p/17/"), /^> \[!quote\]- \[@ines\]/);
});

test("a quotation ends somewhere", () => {
  const cut = quotation("word\n".repeat(10_000), "ines", "/p/17/");

  assert.ok(cut.length < 25_000);
  assert.ok(cut.endsWith("> word\n> …\n\n"));
});

test("any depth is converted in time", () => {
  const deep = parse(`${"<blockquote>".repeat(200)}<p>x</p>${"</blockquote>".repeat(200)}`);

  assert.equal(markdownOf(deep), `${"> ".repeat(200)}x`);
});
