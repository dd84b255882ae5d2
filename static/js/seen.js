// @ts-check
// Stores how far the reader has read in this tab, since a list may request readings before the server
// has those of the topic that was just left.

/** @param {number} topic @param {number} number */
export function rememberSeen(topic, number) {
  try {
    sessionStorage.setItem(key(topic), String(number));
  } catch {
    // storage is disabled: lists get it from the server
  }
}

/** @param {number | string} topic */
export function seenInThisTab(topic) {
  try {
    return Number(sessionStorage.getItem(key(topic)));
  } catch {
    return 0;
  }
}

/** @param {number | string} topic */
function key(topic) {
  return `seen:${document.body.dataset.user}:${topic}`;
}
