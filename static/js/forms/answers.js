// @ts-check
// Sends a form by fetch(), and reads from the answer what has become of it.

import { live } from "../connection/connection.js";
import { parsed } from "../dom.js";

const PATIENCE = 20_000; // ms for the forum to take what is sent, and
const SHORT_PATIENCE = 3000; // ms to say whether it was saved before
const AWAY = [502, 503, 504]; // somebody answers for the forum, which can't
const CSRF = "csrfmiddlewaretoken";

// What was sent and not answered is asked for first, where another text is to be sent now: it may have been saved.
/** @param {Sendable} form @returns {Promise<Outcome>} */
export async function deliver({ action, member, fields, attempted }) {
  for (const former of attempted.filter((one) => !isEqual(one, fields))) {
    const earlier = await outcome(action, member, await post(action, member, former, "check"));
    if (earlier.is === "saved") return { ...earlier, is: "savedBefore" };
    if (earlier.is !== "unsaved") return earlier;
  }
  const sent = await outcome(action, member, await post(action, member, fields));
  if (sent.is !== "expired") return sent;
  renewTokens(sent.page);
  const again = await outcome(action, member, await post(action, member, fields));
  return again.is === "expired" ? { ...again, is: "refused" } : again;
}

// Sends it marked so that nothing is done. false also where nobody knows.
/** @param {Omit<Sendable, "attempted">} form */
export async function wasSaved({ action, member, fields }) {
  const answer = await post(action, member, fields, "check", SHORT_PATIENCE);
  return answer?.status === 201;
}

// null where no answer came.
/** @param {string} action @param {string | undefined} member @param {Record<string, string>} fields @param {"fetch" | "check"} purpose @returns {Promise<Response | null>} */
function post(action, member, fields, purpose = "fetch", patience = PATIENCE) {
  const body = new URLSearchParams({ ...fields, [CSRF]: tokenIn(document) });
  /** @type {Record<string, string>} */
  const headers = { "X-Requested-With": purpose };
  if (member) headers["X-Member"] = member;
  const isEdit = "version" in fields; // shown by the answer's event, as its form gives way to it
  if (live.state === "live" && !isEdit) headers.Prefer = "return=minimal"; // the event comes over the socket
  const signal = AbortSignal.timeout(patience);
  return fetch(action, { method: "POST", body, headers, signal }).catch(
    () => /** @type {Response} */ (null),
  );
}

/** @param {string} action @param {string | undefined} member @param {Response | null} answer @returns {Promise<Outcome>} */
async function outcome(action, member, answer) {
  const wait = Number(answer?.headers.get("Retry-After")) || 0;
  const status = answer?.status ?? 0;
  const text = await answer?.text().catch(() => /** @type {string} */ (null));
  if (typeof text !== "string" || AWAY.includes(status) || (status === 429 && wait))
    return { is: "unreachable", status, wait };
  if (status === 201) {
    const address = new URL(answer.headers.get("Location"), location.href);
    return { is: "saved", status, address, event: text ? JSON.parse(text) : null };
  }
  if (status === 204) return { is: "unsaved", status };
  if (status >= 500) return { is: "failed", status };
  const page = parsed(text);
  const { reader, user } = page.body.dataset;
  if (reader && user !== member) return { is: user ? "another" : "signedOut", status, page };
  const refusal = { status, page: reader && page, wait, reason: reader && reasonOn(page, action) };
  return { is: page.querySelector("[data-expired]") ? "expired" : "refused", ...refusal };
}

// The sentences by which a page of the forum says no; "" where it is no such page.
/** @param {Document} page @param {string} action */
function reasonOn(page, action) {
  const errors = [...(formOn(page, action)?.querySelectorAll(".errorlist li") ?? [])];
  const said = errors.length
    ? errors
    : [page.querySelector("main [role=alert]") ?? page.querySelector("main h1")];
  return said.map((element) => element?.textContent.trim() ?? "").join(" ");
}

// Where the same form stands on a page, with what is wrong with it.
/** @param {ParentNode} page @param {string} action @returns {HTMLFormElement | null} */
export function formOn(page, action) {
  return page.querySelector(`form[action="${action}"]:has(textarea, [type=text])`);
}

/** @param {ParentNode} page */
function tokenIn(page) {
  return /** @type {HTMLInputElement} */ (page.querySelector(`[name=${CSRF}]`))?.value ?? "";
}

/** @param {Document} page */
function renewTokens(page) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = document.querySelectorAll(`[name=${CSRF}]`);
  for (const field of fields) field.value = tokenIn(page);
}

/** @param {Record<string, string>} one @param {Record<string, string>} other */
export function isEqual(one, other) {
  return (
    JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
  );
}
