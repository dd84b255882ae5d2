// @ts-check
// The keyboard shortcuts of tools: a tool names its own in aria-keyshortcuts, as "Control+Shift+7".

const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

// Shows each tool's shortcut in its title, and presses the tool when somebody types it.
/** @param {HTMLElement} toolbar @param {HTMLElement} field */
export function bindShortcuts(toolbar, field) {
  /** @type {Map<string, HTMLElement>} */
  const tools = new Map();
  for (const tool of toolbar.querySelectorAll("[aria-keyshortcuts]")) {
    const keys = tool.getAttribute("aria-keyshortcuts");
    tools.set(keys, tool);
    tool.title += ` (${label(keys)})`;
    if (IS_MAC) tool.setAttribute("aria-keyshortcuts", keys.replace("Control", "Meta"));
  }
  field.addEventListener("keydown", (event) => {
    const tool = tools.get(typed(event));
    if (!tool || toolbar.inert) return;
    event.preventDefault();
    press(tool);
  });
}

/** @param {Element} tool */
export function press(tool) {
  tool.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
}

/** @param {string} keys */
function label(keys) {
  return IS_MAC
    ? keys.replace("Control+", "⌘").replace("Shift+", "⇧")
    : keys.replace("Control", "Ctrl");
}

// A digit is the key that it stands on, as Shift makes another character of it.
/** @param {KeyboardEvent} event */
function typed({ key, code, shiftKey, altKey, ctrlKey, metaKey }) {
  if (altKey || !(IS_MAC ? metaKey : ctrlKey)) return "";
  const name = code.startsWith("Digit") ? code.slice(-1) : key.toUpperCase();
  return `Control+${shiftKey ? "Shift+" : ""}${name}`;
}
