// @ts-check
// The Markdown of a part of a post, such that the forum renders it like the post. It needs nothing of a document
// but its nodes (docs/writing.md says what people see of it).

const MARKS = /** @type {Record<string, string>} */ ({
  STRONG: "**",
  EM: "*",
  S: "~~",
  LABEL: "||", // a spoiler
});
const TICK = "\x60"; // what joins the scripts counts those that are written
const FENCE = /^\x60{3,}/gm;
const ALIGNED = /** @type {Record<string, string>} */ ({ center: ":---:", right: "---:" });

/** @type {Record<string, (node: any, before: any) => string>} */
const BLOCKS = {
  P: (node) => paragraph(node.childNodes),
  H3: (node) => `# ${line(node)}`,
  H4: (node) => `## ${line(node)}`,
  H5: (node) => `### ${line(node)}`,
  H6: (node) => `#### ${line(node)}`,
  HR: () => "---",
  UL: list,
  OL: list,
  BLOCKQUOTE: (node) => quoted(markdownOf(node)),
  DETAILS: (node) => (node.hasAttribute("open") ? markdownOf(node) : ""), // what is folded was not chosen
  SUMMARY: () => "",
  SECTION: () => "", // footnotes
  DIV: (node) => markdownOf(node),
  PRE: code,
  TABLE: table,
};

// Of all that is in an element or a fragment.
/** @param {any} parent @returns {string} */
export function markdownOf(parent) {
  return blocksOf(parent).join("\n\n");
}

// Each line as part of a quotation.
/** @param {string} text */
export function quoted(text) {
  return text.replace(/^/gm, "> ").replace(/[ \t]+$/gm, "");
}

/** @param {any} parent @returns {string[]} */
function blocksOf(parent) {
  const blocks = [];
  let words = []; // of a paragraph without an element of its own, as in a list
  let before = null;
  for (const node of [...parent.childNodes, null]) {
    const block = node && BLOCKS[node.nodeName];
    if (node && !block) words.push(node);
    if (node && !block) continue;
    blocks.push(paragraph(words));
    words = [];
    if (block) blocks.push(block(node, before));
    before = node;
  }
  return blocks.filter(Boolean);
}

// --- Blocks ---

/** @param {any} node @param {any} before the block above it */
function list(node, before) {
  const items = [...node.childNodes].filter(({ nodeName }) => nodeName === "LI");
  const isLoose = items.some((item) => children(item, "P").length);
  const isNext = before?.nodeName === node.nodeName; // or they would be one list
  const first = Number(node.getAttribute("start") ?? 1);
  const marks = items.map((_, place) => {
    if (node.nodeName === "UL") return isNext ? "* " : "- ";
    return `${first + place}${isNext ? ")" : "."} `;
  });
  const gap = isLoose ? "\n\n" : "\n";
  return items.map((item, place) => marks[place] + itemOf(item, marks[place], gap)).join(gap);
}

/** @param {any} item @param {string} mark @param {string} gap */
function itemOf(item, mark, gap) {
  const [box] = children(item, "INPUT");
  const task = box ? `[${box.hasAttribute("checked") ? "x" : " "}] ` : "";
  return `${task}${blocksOf(item).join(gap)}`.replace(
    /\n(?=[^\n])/g,
    `\n${" ".repeat(mark.length)}`,
  );
}

/** @param {any} node */
function code(node) {
  const text = textOf(node).replace(/\n$/, "");
  const [inner] = children(node, "CODE");
  const [, language = ""] = /language-(\S+)/.exec(inner?.getAttribute("class") ?? "") ?? [];
  const longest = Math.max(2, ...(text.match(FENCE) ?? []).map(({ length }) => length));
  const fence = TICK.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

// The first row that was chosen becomes its heading: there is no table without one.
/** @param {any} node */
function table(node) {
  const rows = descendants(node, "TR").map((row) => children(row, "TH", "TD"));
  const columns = Math.max(...rows.map(({ length }) => length));
  const lines = rows.map((cells) => cells.map((cell) => line(cell).replaceAll("|", "\\|")));
  const aligned = (rows[0] ?? []).map((cell) => {
    const [, side = ""] = /align-(\w+)/.exec(cell.getAttribute("class") ?? "") ?? [];
    return ALIGNED[side] ?? "---";
  });
  lines.splice(1, 0, [...aligned, ...Array(columns - aligned.length).fill("---")]);
  return lines
    .map((cells) => `| ${[...cells, ...Array(columns - cells.length).fill("")].join(" | ")} |`)
    .join("\n");
}

// --- Words ---

/** @param {Iterable<any>} nodes */
function paragraph(nodes) {
  const lines = inline(nodes).trim().split("\n");
  return lines.map((one) => plainStart(one.trim())).join("\n");
}

// A heading or a cell.
/** @param {any} node */
function line(node) {
  return inline(node.childNodes).replace(/\s+/g, " ").trim();
}

/** @param {Iterable<any>} nodes */
function inline(nodes) {
  let text = "";
  for (const node of nodes) {
    if (node.nodeName === "BR") text = `${text.trimEnd()}\n`;
    else if (node.nodeType === 3)
      text += escaped(node.data.replace(/\n/g, text.endsWith("\n") ? "" : " "));
    else if (node.nodeType === 1) text += span(node);
  }
  return text;
}

/** @param {any} node */
function span(node) {
  const { nodeName } = node;
  if (nodeName === "CODE") return codeSpan(textOf(node));
  if (nodeName === "A") return link(node);
  if (nodeName === "SUP") return ""; // the number of a footnote
  const [, before, words, after] = /^(\s*)(.*?)(\s*)$/s.exec(inline(node.childNodes));
  const mark = words && (MARKS[nodeName] ?? "");
  return `${before}${mark}${words}${mark}${after}`;
}

/** @param {string} text */
function codeSpan(text) {
  const longest = Math.max(0, ...(text.match(/\x60+/g) ?? []).map(({ length }) => length));
  const mark = TICK.repeat(longest + 1);
  const isTouching = /^\x60|\x60$|^ .* $/.test(text);
  return isTouching ? `${mark} ${text} ${mark}` : `${mark}${text}${mark}`;
}

/** @param {any} node */
function link(node) {
  const text = textOf(node);
  const address = node.getAttribute("href") ?? "";
  const isBare =
    address === text || address === `mailto:${text}` || node.hasAttribute("data-member");
  if (isBare || !text.trim()) return text;
  const title = node.getAttribute("title");
  const target = /[()\s<>]/.test(address) ? `<${address.replace(/[<>]/g, encodeURI)}>` : address;
  const words = inline(node.childNodes).trim();
  return `[${words}](${target}${title ? ` "${title.replace(/["\\]/g, "\\$&")}"` : ""})`;
}

// What would mean something in Markdown, and stood in the post as it is.
/** @param {string} text */
function escaped(text) {
  return text
    .replace(/[\\\x60*[\]]|<(?=[a-z/!?])|&(?=#?\w+;)|~(?=~)|\|(?=\|)/gi, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_");
}

/** @param {string} text of one line */
function plainStart(text) {
  return text
    .replace(/^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+$|~{3}|[-|:\s]*-[-|:\s]*$)/, "\\$&")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}

// --- Nodes ---

/** @param {any} node @returns {string} */
function textOf(node) {
  return node.nodeType === 3 ? node.data : [...node.childNodes].map(textOf).join("");
}

/** @param {any} node @param {string[]} names @returns {any[]} */
function children(node, ...names) {
  return [...node.childNodes].filter(({ nodeName }) => names.includes(nodeName));
}

/** @param {any} node @param {string} name @returns {any[]} */
function descendants(node, name) {
  return [...node.childNodes].flatMap((child) =>
    child.nodeName === name ? [child] : child.nodeType === 1 ? descendants(child, name) : [],
  );
}
