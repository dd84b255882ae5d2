// @ts-check
// Shows the number of news in the tab's title: the sum over the parts of the page.
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
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  document.title = sum ? `(${sum}) ${title}` : title;
}
