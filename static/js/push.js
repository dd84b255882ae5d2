// @ts-check
// This browser's subscription to pushes: made when a member asks for it, ended when another one is signed in.

// In localStorage, with the member's id: pushes of that member come to this browser. The value is the day on which a
// page told the forum so, and the endpoint of the subscription then.
const MARK = "push ";
const ADDRESS = "/settings/notifications/devices/";
const PATIENCE = 10_000; // ms for the forum

// What went wrong; `message` names the data attribute of <push-device> that says so.
export class PushError extends Error {}

const member = () => document.body.dataset.user;
const mark = () => `${MARK}${member()}`;
const today = () => new Date().toISOString().slice(0, 10);

export function isSupported() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

// Asks the member for permission, and has the forum push to this browser. `key`: the forum's public one.
/** @param {string} key */
export async function subscribe(key) {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new PushError(Notification.permission === "denied" ? "blocked" : "dismissed");
  }
  const subscription = await subscribed(key);
  const response = await send("add/", fieldsOf(subscription));
  if (!response.ok || response.redirected) {
    await end();
    throw new PushError(response.status === 422 ? "refused" : "offline");
  }
  remember(subscription);
}

/** @param {PushSubscription} subscription @returns {Record<string, string>} */
function fieldsOf(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

/** @param {PushSubscription} subscription */
function remember({ endpoint }) {
  localStorage.setItem(mark(), `${today()} ${endpoint}`);
}

// A new subscription, at an address that no member had before.
/** @param {string} key */
async function subscribed(key) {
  try {
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription())?.unsubscribe();
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    throw new PushError(navigator.onLine ? "unavailable" : "offline");
  }
}

// For each page: after a new sign-in, the forum learns that this is still the member's browser. What was for somebody
// else ends. `isCertain`: also if a page said so today. Says whether pushes come to this browser.
export async function keep(isCertain = false) {
  const others = Object.keys(localStorage).filter(
    (name) => name.startsWith(MARK) && name !== mark(),
  );
  if (others.length) return forget();
  const kept = localStorage.getItem(mark());
  if (!kept || !member()) return false;
  const [day, endpoint] = kept.split(" ");
  if (day === today() && isKeptInThisTab() && !isCertain) return true;
  const subscription = await current();
  const response = subscription && (await tell(subscription, endpoint));
  if (response?.ok && !response.redirected) {
    remember(subscription);
    sessionStorage.setItem(mark(), today());
    return true;
  }
  if (!response || response.status === 404) return forget();
  return false;
}

// `old`: the endpoint that the forum knows; the service worker may not have got to telling it another one.
/** @param {PushSubscription} subscription @param {string} old */
function tell(subscription, old) {
  const { endpoint } = subscription;
  if (!old || old === endpoint) return send("keep/", { endpoint });
  return send("renew/", { old, ...fieldsOf(subscription) });
}

function isKeptInThisTab() {
  return sessionStorage.getItem(mark()) === today();
}

async function forget() {
  const subscription = await current();
  if (subscription) await send("forget/", { endpoint: subscription.endpoint });
  await end();
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(MARK)) localStorage.removeItem(name);
  }
  return false;
}

async function end() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  await worker?.unregister();
}

async function current() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker?.pushManager.getSubscription();
}

/** @param {string} action @param {Record<string, string>} fields */
async function send(action, fields) {
  try {
    return await fetch(`${ADDRESS}${action}`, {
      method: "POST",
      headers: { "X-Member": member() },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new PushError("offline");
  }
}
