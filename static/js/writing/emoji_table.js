// @ts-check
// All emoji with their names, as the server knows them.

/** @typedef {[character: string, names: string[]]} Emoji */

const PATIENCE = 10_000; // ms for the table

/** @type {Promise<Emoji[][]> | null} */
let table = null;

// The groups of emoji, fetched once. Rejects if they can't be had now.
/** @param {string} address @returns {Promise<Emoji[][]>} */
export function loadEmoji(address) {
  table ??= fetch(address, { signal: AbortSignal.timeout(PATIENCE) }).then((response) =>
    response.json(),
  );
  table.catch(() => {
    table = null;
  });
  return table;
}

// The emoji with a name that has this text: first those that begin with it, the shortest first.
/** @param {Emoji[][]} groups @param {string} text @param {number} most */
export function findEmoji(groups, text, most = Number.POSITIVE_INFINITY) {
  const wanted = text.toLowerCase().replaceAll(" ", "_");
  const ranked = groups.flat().map((emoji) => ({ emoji, rank: rankOf(emoji, wanted) }));
  const found = ranked.filter(({ rank }) => rank < NONE).sort((one, two) => one.rank - two.rank);
  return found.slice(0, most).map(({ emoji }) => emoji);
}

const WITHIN = 1000; // more than any name has letters
const NONE = Number.POSITIVE_INFINITY;

/** @param {Emoji} emoji @param {string} wanted */
function rankOf([, names], wanted) {
  return Math.min(
    ...names.map((name) => {
      if (name.startsWith(wanted)) return name.length - wanted.length;
      return name.includes(wanted) ? WITHIN : NONE;
    }),
  );
}
