// @ts-check
// The number of news in front of the tab's title; each part of the page brings its own.
/** @type {Map<string, number>} */
const counts = new Map();
let title = document.title;

/** @param {string} part @param {number} number */
export function countInTitle(part, number) {
  counts.set(part, number);
  showTitle();
}

// The page is called otherwise from now on.
/** @param {string} name */
export function nameTab(name) {
  title = name;
  showTitle();
}

function showTitle() {
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  document.title = sum ? `(${sum}) ${title}` : title;
}
