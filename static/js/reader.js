// @ts-check
// Updates a page whose session has ended or changed, or whose reader may see other categories than
// before. It is reloaded; in a topic, or if something was typed, only the parts that depend on the
// reader are replaced, and the text stays.

import { live } from "./connection/connection.js";
import { Refusal } from "./connection/pauses.js";
import { parsed, replace } from "./dom.js";
import { fetchFresh } from "./http.js";
import { t } from "./i18n.js";

const SOON = 300; // ms, and
const SPREAD = 1700; // ms over which many affected pages spread their requests
const LONGEST = 60_000; // ms at most between two attempts
const PARTS = ["#reader", "#places"]; // on each page: in the header, and the categories

let isChecking = false;
let failures = 0;

// `isAnother`: somebody else, or nobody, is signed in now. Then the former reader's parts are hidden
// at once.
/** @param {boolean} isAnother */
export function check(isAnother) {
  if (isAnother) for (const part of PARTS) document.querySelector(part).hidden = true;
  if (isChecking) return;
  isChecking = true;
  settle(isAnother ? 0 : SOON + Math.random() * SPREAD);
}

/** @param {number} wait */
async function settle(wait) {
  await new Promise((go) => setTimeout(go, wait));
  try {
    await exchange(await fetchFresh(location.href));
    isChecking = false;
  } catch (error) {
    failures += 1;
    const { wait } = /** @type {Refusal} */ (error);
    settle(Math.min(LONGEST, 1000 * 2 ** failures) * (0.5 + Math.random()) + (wait || 0));
  }
}

/** @param {Response} response */
async function exchange(response) {
  const page = parsed(await response.text());
  const now = page.body.dataset;
  if (!now.reader) throw new Refusal(response); // no page of the forum
  for (const part of PARTS) document.querySelector(part).hidden = false;
  renewTokens(page);
  if (now.reader === document.body.dataset.reader) return reconnect();
  const isAnother = now.user !== document.body.dataset.user;
  const topic = document.querySelector("live-topic"); // which replaces its own parts
  if (!topic && !isTyped() && (isAnother || !response.ok || response.redirected))
    return location.reload();
  const { scrollTop } = document.getElementById("places");
  for (const part of PARTS) replace(document.querySelector(part), page.querySelector(part));
  document.getElementById("places").scrollTop = scrollTop;
  takeOver(page);
  failures = 0;
  document.getElementById("signed-out")?.remove();
  if (isAnother && !now.user && isTyped()) showNotice(t("signedOut"));
  topic?.refresh();
  if (now.personal) live.load(() => import("./personal.js"));
  live.restart();
}

// The page is current, so the socket must be from an earlier session.
function reconnect() {
  failures += 1;
  setTimeout(() => live.restart(), Math.min(LONGEST, 500 * 2 ** failures));
}

// Gives forms the CSRF token of the current session.
/** @param {Document} page */
function renewTokens(page) {
  const selector = "[name=csrfmiddlewaretoken]";
  const token = /** @type {HTMLInputElement} */ (page.querySelector(selector))?.value;
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = document.querySelectorAll(selector);
  if (token) for (const field of fields) field.value = token;
}

/** @param {Document} page */
function takeOver(page) {
  for (const name of ["user", "reader", "newest", "personal"]) {
    if (name in page.body.dataset) document.body.dataset[name] = page.body.dataset[name];
    else delete document.body.dataset[name];
  }
  document.body.className = page.body.className;
  document.querySelector('link[href^="/u/"]')?.remove();
  /** @type {NodeListOf<HTMLLinkElement>} */
  const sheets = page.head.querySelectorAll("link[rel=stylesheet]"); // members have more than guests
  const has = [...document.styleSheets].map(({ href }) => href);
  document.head.append(...[...sheets].filter(({ href }) => !has.includes(href)));
}

function isTyped() {
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
  const fields = document.querySelectorAll(
    "main :is(textarea, input:not([type=hidden], [type=checkbox], [type=radio]))",
  );
  return [...fields].some((field) =>
    field.matches("textarea") ? field.value.trim() : field.value !== field.defaultValue,
  );
}

/** @param {string} text */
function showNotice(text) {
  const notice = document.createElement("p");
  notice.id = "signed-out";
  notice.className = "notice notice--warning notice--alone";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  document.getElementById("main").prepend(notice);
}
