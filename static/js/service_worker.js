// @ts-check
// The service worker, at /sw.js: shows what is pushed to this browser, also while no page of the forum is open.
// Registered only when a member wants pushes (push.js).

/**
 * @typedef {object} Push as forum/notifications/push/messages.py makes it
 * @property {string} title
 * @property {string} body
 * @property {string} address
 * @property {string} tag of two with the same, the later one takes the place of the other without a sound
 * @property {number} at
 * @property {number} unread
 */

const worker = /** @type {any} */ (self); // TypeScript knows either pages or workers

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) =>
  event.waitUntil(worker.clients.claim()),
);

worker.addEventListener("push", (/** @type {any} */ event) =>
  event.waitUntil(show(event.data.json())),
);

/** @param {Push} push */
function show({ title, body, address, tag, at, unread }) {
  worker.navigator.setAppBadge?.(unread).catch(() => {});
  return worker.registration.showNotification(title, {
    body,
    tag,
    timestamp: at,
    data: { address },
  });
}

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data.address));
});

// In an open tab of the forum, the one in front if there are several; in a new one if there is none.
/** @param {string} address */
async function lead(address) {
  const tabs = await worker.clients.matchAll({ type: "window" });
  const tab = tabs.find((/** @type {any} */ one) => one.visibilityState === "visible") ?? tabs[0];
  if (!tab) return worker.clients.openWindow(address);
  await tab.focus().catch(() => {});
  return tab.navigate(address).catch(() => worker.clients.openWindow(address));
}
