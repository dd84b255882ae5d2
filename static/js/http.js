// @ts-check
// Fetches uncached data from the server.

import { Refusal } from "./connection/pauses.js";

const PATIENCE = 10_000; // ms for a response

// A fresh response. Has a timeout, since a silent network may delay it for many minutes.
/** @param {string} address */
export function fetchFresh(address, accept = "text/html", purpose = "fetch") {
  const headers = { Accept: accept, "X-Requested-With": purpose };
  return fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
}

/** @param {string} address */
export async function fetchJSON(address) {
  const response = await fetchFresh(address, "application/json");
  if (!response.ok && response.status !== 404) throw new Refusal(response);
  return response.json();
}

// The part of a page that is to be put into another one, or its text alone.
/** @param {string} address */
export async function fetchPart(address) {
  const response = await fetchFresh(address, "*/*", "part");
  if (!response.ok || response.redirected) throw new Refusal(response);
  return response.text();
}
