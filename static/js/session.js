// @ts-check
// The reader that the page belongs to.

import { live } from "./connection/connection.js";

// The reader of the page that was loaded last in this browser, so that a sign-in or sign-out in
// another tab is noticed at once. Without storage, the server reports it when the socket reconnects.
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

// `isAnother`: somebody else, or nobody, is signed in now.
/** @param {boolean} isAnother */
export function checkReader(isAnother) {
  live.load(() => import("./reader.js").then(({ check }) => check(isAnother)));
}
