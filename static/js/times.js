// Turns the moments on the page into the reader's own words and time zone, and keeps them true.

const page = document.documentElement.lang || "en";
const language = navigator.languages.find((own) => own.startsWith(page)) ?? page;
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

// Call it with whatever was put into the page.
export function refresh(root = document) {
  const now = new Date();
  const moments = [...root.querySelectorAll("time[data-relative]")];
  if (root.matches?.("time[data-relative]")) moments.push(root);
  for (const moment of moments) {
    const when = new Date(moment.dateTime);
    const text = words(when, now, moment.dataset.relative === "short");
    if (moment.textContent !== text) moment.textContent = text;
    moment.title ||= full.format(when);
  }
}

function words(when, now, short) {
  const seconds = (now - when) / 1000;
  if (seconds > 7 * 86400) return (when.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(when);
  const [unit, size] = units.find((candidate) => seconds >= candidate[1]) ?? [];
  if (!unit) return ago.format(0, "second");
  const count = Math.floor(seconds / size);
  if (!short) return ago.format(-count, unit);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
}

refresh();
setInterval(() => document.hidden || refresh(), 20_000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
