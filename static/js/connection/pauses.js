// @ts-check
// When something that could not be fetched is fetched again.

const FIRST = 2000; // ms until the next attempt, on average, and twice as long after each,
const LONGEST = 20_000; // at most, or
const LONGEST_OFFLINE = 5000; // if nobody answered, which costs the server nothing
const PASSING = [408, 425, 429]; // of 4xx; any other answer would be the same again

// An answer that is no success. `wait`: ms that the server asks for (Retry-After).
export class Refusal extends Error {
  /** @param {Response} response */
  constructor({ url, status, headers }) {
    super(`${url}: ${status}`);
    this.status = status;
    this.wait = Number(headers.get("Retry-After")) * 1000 || 0;
  }
}

// ms until what failed `failures` times before is fetched again, not by all pages at the same moment; null: never.
/** @param {any} error @param {number} failures */
export function pause({ status, wait }, failures) {
  if (status < 500 && !PASSING.includes(status)) return null;
  const mean = Math.min(FIRST * 2 ** failures, status ? LONGEST : LONGEST_OFFLINE);
  return (0.5 + Math.random()) * mean + (wait || 0);
}
