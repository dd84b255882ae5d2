// @ts-check
// Whose page it is.

import { live } from "./connection/connection.js";

// The reader of the page that was loaded last in this browser: a sign-in or sign-out in another tab is known from there
// before any server is asked. Where storage is forbidden, the server tells when the socket comes back.
const LAST = "reader";
const own = () => document.body.dataset.user ?? "guest";

try {
  localStorage.setItem(LAST, own());
  addEventListener("storage", compare);
  addEventListener("pageshow", ({ persisted }) => persisted && compare());
} catch {}

function compare() {
  if (localStorage.getItem(LAST) !== own()) checkReader(true);
}

// `isAnother`: somebody else, or nobody, is signed in here now.
/** @param {boolean} isAnother */
export function checkReader(isAnother) {
  live.load(() => import("./reader.js").then(({ check }) => check(isAnother)));
}
