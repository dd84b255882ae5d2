// @ts-check
// Asking the server for what it has now.

const PATIENCE = 10_000; // ms for an answer

// What the server has now. A network that fell silent may hold an answer up for many minutes: then it is given up.
/** @param {string} address */
export function fetchFresh(address, accept = "text/html") {
  const headers = { Accept: accept, "X-Requested-With": "fetch" };
  return fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
}

/** @param {string} address */
export async function fetchJSON(address) {
  const response = await fetchFresh(address, "application/json");
  if (!response.ok && response.status !== 404) throw new Error(`${address}: ${response.status}`);
  return response.json();
}
