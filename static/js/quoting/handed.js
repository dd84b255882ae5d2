// @ts-check
// A quotation on its way to a composer on another page of this tab.

const KEY = "quote";
const PATIENCE = 60_000; // ms; later it would come as a surprise

/** @typedef {{text: string, topic: string, number: string}} Quote `topic` and `number` of the post */

/** @param {Quote} quote */
export function hand(quote) {
  const sent = { ...quote, member: document.body.dataset.user, at: Date.now() };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(sent));
  } catch {
    // then the composer opens without it
  }
}

// Once, and only for the member who has chosen it.
/** @returns {Quote | null} */
export function handed() {
  try {
    const quote = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    const isOwn = quote?.member === document.body.dataset.user;
    return isOwn && Date.now() - quote.at < PATIENCE ? quote : null;
  } catch {
    return null;
  }
}
