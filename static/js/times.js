// @ts-check
// Formats all times on the page in the reader's language and time zone, and keeps them current.

const page = document.documentElement.lang || "en";
const language = navigator.languages.find((own) => own.startsWith(page)) ?? page;
/** @type {Intl.DateTimeFormatOptions} */
const day = { day: "numeric", month: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const full = {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZoneName: "short",
};
const thisYear = new Intl.DateTimeFormat(language, day);
const anyYear = new Intl.DateTimeFormat(language, { ...day, year: "numeric" });
const exact = new Intl.DateTimeFormat(language, full);
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });

// To be called with every part that is inserted into the page.
/** @param {Document | HTMLElement} root */
export function refresh(root = document) {
  const now = new Date();
  const moments = [
    .../** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-moment]")),
  ];
  if ("matches" in root && root.matches("time[data-moment]"))
    moments.push(/** @type {HTMLTimeElement} */ (root));
  for (const moment of moments) {
    const when = new Date(moment.dateTime);
    const text = moment.dataset.moment === "day" ? anyYear.format(when) : inWords(when, now);
    if (moment.textContent !== text) moment.textContent = text;
    moment.title = exact.format(when);
  }
  hideWhatIsOver(root, now);
}

// An author's link that works for a time only, though not for moderators; that a post was just edited
// by somebody else.
/** @param {Document | HTMLElement} root @param {Date} now */
function hideWhatIsOver(root, now) {
  const { classList, dataset } = document.body;
  const parts = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-until]"));
  for (const part of parts) {
    const isOver = new Date(part.dataset.until) <= now;
    const isOwn = part.dataset.by === dataset.user;
    part.hidden = part.dataset.by ? isOver || isOwn : isOver && !classList.contains("is-moderator");
  }
}

// Minutes within the hour, hours within the reader's day, then "yesterday" and days, then the date.
/** @param {Date} when @param {Date} now */
function inWords(when, now) {
  const minutes = Math.floor((now.getTime() - when.getTime()) / 60_000);
  const days = Math.round((midnight(now) - midnight(when)) / 86_400_000);
  if (days >= 7 || days < 0)
    return (when.getFullYear() === now.getFullYear() ? thisYear : anyYear).format(when);
  if (minutes < 1) return ago.format(0, "second");
  if (minutes < 60) return ago.format(-minutes, "minute");
  return days ? ago.format(-days, "day") : ago.format(-Math.floor(minutes / 60), "hour");
}

// The start of the reader's calendar day, as if no day had 23 or 25 hours.
/** @param {Date} when */
function midnight(when) {
  return Date.UTC(when.getFullYear(), when.getMonth(), when.getDate());
}

// How to change the page without moving what is read: by <live-topic>.
/** @type {{keep: (change: () => void) => void}} */
export const place = { keep: (change) => change() };

const goOn = () => document.hidden || place.keep(refresh);

refresh();
setInterval(goOn, 20_000);
document.addEventListener("visibilitychange", goOn);
