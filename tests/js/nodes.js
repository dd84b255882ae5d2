// What the converter needs of a document: the nodes of HTML as the forum writes it.

const PARTS = /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>|[^<]+/g;
const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"' };
const EMPTY = ["br", "hr", "input"];

class Node {
  constructor(nodeType, nodeName, about = {}) {
    Object.assign(this, { nodeType, nodeName, childNodes: [], attributes: {} }, about);
  }

  hasAttribute(name) {
    return name in this.attributes;
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
}

export function parse(html) {
  const open = [new Node(11, "#document-fragment")];
  for (const [text, slash, name, attributes] of html.matchAll(PARTS)) {
    if (slash) open.pop();
    else if (!name) open.at(-1).childNodes.push(new Node(3, "#text", { data: decoded(text) }));
    else {
      const node = new Node(1, name.toUpperCase(), { attributes: attributesIn(attributes) });
      open.at(-1).childNodes.push(node);
      if (!EMPTY.includes(name)) open.push(node);
    }
  }
  return open[0];
}

function attributesIn(text) {
  const found = text.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name, value = ""]) => [name, decoded(value)]));
}

function decoded(text) {
  return text.replace(/&(\w+);/g, (_, name) => ENTITIES[name]);
}
