// @ts-check
// How far somebody has read in this tab: what was on the screen of the topic that was left just now may reach the server
// after a list has asked how far they are.

/** @param {number} topic @param {number} number */
export function rememberSeen(topic, number) {
  try {
    sessionStorage.setItem(key(topic), String(number));
  } catch {
    // a browser that keeps nothing: lists learn of it from the server
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
