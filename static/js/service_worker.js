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

const DEVICES = "/settings/notifications/devices/";
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

// The browser, or its push service, has ended the subscription; it may have made another one.
worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) =>
  event.waitUntil(renew(event)),
);

/** @param {{oldSubscription?: PushSubscription, newSubscription?: PushSubscription}} event some browsers tell neither */
async function renew({ oldSubscription, newSubscription }) {
  const subscription = newSubscription ?? (await subscribed());
  const { endpoint, keys } = subscription.toJSON();
  const old = oldSubscription?.endpoint ?? "";
  const answer = await fetch(`${DEVICES}renew/`, {
    method: "POST",
    body: new URLSearchParams({ old, endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  });
  if (answer.status === 404 || answer.redirected) await subscription.unsubscribe(); // the forum pushes nothing here
}

/** @returns {Promise<PushSubscription>} */
async function subscribed() {
  const { pushManager } = worker.registration;
  const applicationServerKey = await (await fetch(`${DEVICES}key/`)).text();
  return (
    (await pushManager.getSubscription()) ??
    pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  );
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
