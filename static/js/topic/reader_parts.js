// @ts-check
// Replaces the parts that depend on the reader, which events can't contain: the reply form, the
// pagination, the actions on the topic. Takes them from a freshly fetched page, and keeps typed text
// and scroll position.

import { replace } from "../dom.js";

const PARTS = [
  "#pager",
  "#react",
  "#accept",
  "#vote",
  ".topic__bar",
  ".aside__reply",
  ".timeline",
  ".aside__links",
];

// `topic` is the <live-topic> on show, `page` the document that was fetched.
/** @param {HTMLElement} topic @param {Document} page @param {string[]} more parts to exchange besides */
export function exchange(topic, page, more = []) {
  for (const part of more) replace(topic.querySelector(part), page.querySelector(part));
  for (const part of PARTS) swap(topic.querySelector(part), page.querySelector(part));
  exchangeReply(topic, page.querySelector(".reply"));
}

// Makes the typed text readable and copyable, but not submittable.
/** @param {HTMLFormElement} form @param {boolean} isRefused */
export function refuse(form, isRefused) {
  const { body } = form.elements;
  /** @type {HTMLButtonElement} */
  const button = form.querySelector(".button--main");
  body.readOnly = button.disabled = isRefused;
  const tools = form.querySelector("markdown-toolbar");
  if (tools) tools.inert = isRefused;
  const { kept } = form.querySelector(".composer").dataset;
  form.querySelector(".form__state").textContent = isRefused ? kept : "";
}

// A notice explains why there is no form. The typed text stays below it until it can be sent again.
/** @param {HTMLElement} topic @param {HTMLElement} fresh */
function exchangeReply(topic, fresh) {
  /** @type {HTMLFormElement} */
  const form = topic.querySelector("form.reply");
  const notice = topic.querySelector("p.reply");
  if (fresh.matches("form")) return form ? admit(form, notice) : admitNew(notice, fresh);
  if (!form?.elements.body.value.trim()) return swap(form ?? notice, fresh);
  if (notice) return swap(notice, fresh);
  form.id = "begun"; // the notice has the id now
  form.before(fresh);
  refuse(form, true);
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} notice */
function admit(form, notice) {
  if (!notice) return;
  notice.remove();
  form.id = "reply";
  refuse(form, false);
}

/** @param {HTMLElement} notice @param {HTMLElement} form */
function admitNew(notice, form) {
  swap(notice, form);
  import("../elements/composer.js").then(({ compose }) => compose()).catch(() => {}); // a plain form is one, too
}

/** @param {HTMLElement} old @param {HTMLElement} now */
function swap(old, now) {
  if (!old.isEqualNode(now)) replace(old, now);
}
