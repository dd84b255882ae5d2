// @ts-check
// Shows the number of news in the tab's title: the sum over the parts of the page, or the number of unread notifications
// if that is more, since most of them are about one of the others.
/** @type {Map<string, number>} */
const counts = new Map();
let title = document.title;

/** @param {string} part @param {number} number */
export function countInTitle(part, number) {
  counts.set(part, number);
  showTitle();
}

// Changes the title itself.
/** @param {string} name */
export function nameTab(name) {
  title = name;
  showTitle();
}

function showTitle() {
  const { notifications = 0, ...parts } = Object.fromEntries(counts);
  const sum = Object.values(parts).reduce((a, b) => a + b, 0);
  const shown = Math.max(sum, notifications);
  document.title = shown ? `(${shown}) ${title}` : title;
}
