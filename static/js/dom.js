// @ts-check
// Updates the page without disturbing its reader: focus, selection and open elements stay.

// The first element in HTML that the server rendered.
/** @param {string} html @returns {HTMLElement} */
export function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  dropFallbacks(template.content);
  return /** @type {HTMLElement} */ (template.content.firstElementChild);
}

// A page that the server rendered.
/** @param {string} html */
export function parsed(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  dropFallbacks(page);
  return page;
}

// Parsers take what is for browsers without scripts for elements, fields of forms among them.
/** @param {ParentNode} root */
function dropFallbacks(root) {
  for (const fallback of root.querySelectorAll("noscript")) fallback.remove();
}

const CONTROLS = "a[href], summary, button, textarea, input:not([type=hidden])"; // focusable
const INSERTED = ".menu, div.replies, [data-added]"; // by scripts
const OWN = ["open", "aria-expanded", "tabindex"]; // attributes set by readers and scripts

// Changes `old` into `now`. Equal nodes are not touched, so they keep their state. If the focused
// control is replaced, the focus moves to the same control or to the one in its place.
/** @param {HTMLElement} old @param {HTMLElement} now */
export function replace(old, now) {
  const active = /** @type {HTMLAnchorElement} */ (document.activeElement);
  const place = old.contains(active) ? controlsIn(old).indexOf(active) : null;
  const shown = /** @type {HTMLElement} */ (become(old, now));
  if (place === null || active === document.activeElement) return;
  const controls = controlsIn(shown);
  const same =
    active.href &&
    controls.find((control) => /** @type {HTMLAnchorElement} */ (control).href === active.href);
  focusOn(same || controls[place] || controls[0] || shown);
}

/** @param {any} old @param {any} now @returns {Node} */
function become(old, now) {
  if (asMade(old) === asMade(now)) return old;
  if (identity(old) !== identity(now)) {
    old.replaceWith(now);
    return now;
  }
  if (old.nodeType === Node.TEXT_NODE) rewrite(old, now.data);
  else {
    takeAttributes(old, now);
    takeContent(
      old,
      [...old.childNodes].filter((/** @type {any} */ node) => !node.matches?.(INSERTED)),
      [...now.childNodes],
    );
  }
  return old;
}

/** @param {any} node */
function identity(node) {
  const value = node.type === "submit" && node.value;
  return [node.nodeName, node.id, node.getAttribute?.("href"), value].join(" ");
}

// The HTML as the server rendered it.
/** @param {any} node @returns {string} */
function asMade(node) {
  if (!node.matches) return node.data;
  const copy = node.cloneNode(true);
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    if (one.matches(INSERTED)) one.remove();
    for (const name of OWN) one.removeAttribute(name);
    if (one.hasAttribute("form")) one.removeAttribute("aria-pressed"); // see topic/reactions.js
  }
  return copy.outerHTML;
}

// Replaces only the part that differs, so a selection in the rest of the text stays.
/** @param {Text} text @param {string} data */
function rewrite(text, data) {
  let [start, end, had] = [0, data.length, text.length];
  while (start < Math.min(end, had) && text.data[start] === data[start]) start += 1;
  while (start < Math.min(end, had) && text.data[had - 1] === data[end - 1]) {
    had -= 1;
    end -= 1;
  }
  text.replaceData(start, had - start, data.slice(start, end));
}

/** @param {Element} old @param {Element} now */
function takeAttributes(old, now) {
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && !OWN.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) old.setAttribute(name, value);
}

// Keeps equal nodes, and replaces each other one by a node of the same kind.
/** @param {Element} parent @param {ChildNode[]} before @param {ChildNode[]} after */
function takeContent(parent, before, after) {
  const [had, has] = [before.map(asMade), after.map(asMade)];
  /** @type {ChildNode} */
  let end = null;
  while (had.length && had[0] === has[0]) for (const all of [had, has, before, after]) all.shift();
  while (had.length && had.at(-1) === has.at(-1)) {
    end = before.at(-1);
    for (const all of [had, has, after, before]) all.pop();
  }
  after.forEach((node, place) => {
    const later = has.slice(place).filter((made) => made.trim());
    const fixed = had.findIndex((made) => later.includes(made));
    const isSame = fixed >= 0 && had[fixed] === has[place];
    const isFree = (/** @type {Node} */ old, /** @type {number} */ at) =>
      (fixed < 0 || at < fixed) && identity(old) === identity(node);
    const at = isSame ? fixed : before.findIndex(isFree);
    if (at < 0) return parent.insertBefore(node, before[0] ?? end);
    for (const old of before.splice(0, at)) old.remove();
    had.splice(0, at + 1);
    become(before.shift(), node);
  });
  for (const old of before) old.remove();
}

/** @param {Element} part @returns {HTMLElement[]} */
function controlsIn(part) {
  return [...part.querySelectorAll(CONTROLS)].filter((control) => control.getClientRects().length);
}

// Removes `old`. If it has the focus, that moves to `next`.
/** @param {HTMLElement} old @param {HTMLElement | null} next */
export function remove(old, next = null) {
  const hadFocus = old.contains(document.activeElement);
  old.remove();
  if (hadFocus) focusOn(next ?? document.getElementById("main"));
}

// Focuses any element; one that is no control is focusable only until the focus leaves it.
/** @param {HTMLElement} target */
export function focusOn(target) {
  if (!target.matches(`${CONTROLS}, [tabindex]`)) {
    target.tabIndex = -1;
    target.addEventListener("blur", () => target.removeAttribute("tabindex"), { once: true });
  }
  target.focus({ preventScroll: true });
}
