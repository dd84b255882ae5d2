// @ts-check
// The number of unread notifications: under the bell, in the tab's title and on the icon of an installed app.

import { announceState } from "../announcer.js";
import { pause } from "../connection/pauses.js";
import { fetchJSON } from "../http.js";
import { countInTitle } from "../title.js";

// `label`: what the bell shows, "" for nothing, as forum/notifications/groups.py makes it.
/** @param {string} label */
function show(label) {
  const count = document.getElementById("unread");
  if (!count) return; // signed out
  const before = number(count.textContent);
  count.textContent = label;
  count.hidden = !label;
  if (number(label) > before) {
    announceState(document.getElementById("bell").textContent.trim());
    import("./bell_sound.js").then(({ ringIfLoud }) => ringIfLoud());
  }
  showElsewhere();
}

/** @param {unknown} state in the personal stream */
export function apply(state) {
  show(/** @type {{unread: string}} */ (state).unread);
}

export async function reload(failures = 0) {
  if (!document.getElementById("unread")) return;
  try {
    apply(await fetchJSON("/notifications/count/"));
  } catch (error) {
    const wait = pause(error, failures);
    if (wait !== null) setTimeout(reload, wait, failures + 1);
  }
}

function showElsewhere() {
  const unread = number(document.getElementById("unread").textContent);
  countInTitle("notifications", unread);
  const shown = unread ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.();
  shown?.catch(() => {});
}

/** @param {string} label */
function number(label) {
  return Number.parseInt(label, 10) || 0;
}

if (document.getElementById("unread")) showElsewhere();
