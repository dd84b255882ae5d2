// @ts-check
// The page's outbox: it keeps posts where drafts are kept, sends them one tab at a time, and goes on whenever the
// connection is back.

import { live } from "../connection/connection.js";
import { deliver } from "../forms/answers.js";
import { lockOf } from "../forms/draft_record.js";
import { queued, remove, save } from "../forms/drafts.js";
import { Outbox } from "./outbox.js";

const CONNECTED = ["live", "waiting", "polling"];

/** @type {BroadcastChannel | undefined} */
let channel;

/** @param {Pick<import("./outbox.js").Owner, "changed" | "done">} shown @returns {Outbox} */
export function pageOutbox(shown) {
  const outbox = new Outbox({
    get member() {
      return document.body.dataset.user;
    },
    stored: queued,
    save: (post) => save(post).then(tellTabs),
    remove: (id) => remove(id).then(tellTabs),
    deliver,
    open: shownInForms,
    alone,
    ...shown,
  });
  listen(outbox);
  return outbox;
}

/** @param {Outbox} outbox */
function listen(outbox) {
  const hurry = () => outbox.hurry().catch(() => {}); // a browser that keeps nothing
  live.addEventListener(
    "state",
    (/** @type {StateEvent} */ { detail }) => CONNECTED.includes(detail.state) && hurry(),
  );
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  new MutationObserver(hurry).observe(document.body, { attributeFilter: ["data-user"] });
  const open = () => {
    channel = window.BroadcastChannel && new BroadcastChannel("outbox");
    channel?.addEventListener("message", () => outbox.refresh().catch(() => {}));
  };
  addEventListener("pagehide", () => channel?.close()); // or the page is not kept for the back button
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    open();
    hurry();
  });
  open();
  hurry();
}

function tellTabs() {
  channel?.postMessage(null);
}

async function shownInForms() {
  const locks = (await navigator.locks?.query())?.held ?? [];
  return new Set(locks.map(({ name }) => name.replace(lockOf(""), "")));
}

// Without locks two tabs may send the same at once; the forum posts it once all the same.
/** @type {import("./outbox.js").Owner["alone"]} */
function alone(work, isPatient) {
  if (!navigator.locks) return work();
  const name = `outbox ${document.body.dataset.user}`;
  return navigator.locks.request(name, { ifAvailable: !isPatient }, (lock) =>
    lock ? work() : null,
  );
}
