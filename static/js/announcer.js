// @ts-check
// Tells screen readers what happens, at most one sentence in ten seconds.

import { t } from "./i18n.js";

const PAUSE = 10_000; // ms, at least, between two announcements to screen readers
const TOGETHER = 500; // ms: what comes within so little is announced in one sentence

const announcer = document.getElementById("announcer"); // members can switch it off in their profile
/** @type {{counts: Map<string, number>, state: string, at: number, timer: number | null}} */
const announced = { counts: new Map(), state: "", at: -PAUSE, timer: null };

// One more of what `t` can count. What comes while another announcement is recent is counted in the next.
/** @param {string} name */
export function announceNew(name) {
  announced.counts.set(name, (announced.counts.get(name) ?? 0) + 1);
  announceSoon();
}

// Of several states only the last is worth hearing.
/** @param {string} text */
export function announceState(text) {
  announced.state = text;
  announceSoon();
}

function announceSoon() {
  if (!announcer || document.hidden) return;
  const wait = Math.max(TOGETHER, announced.at + PAUSE - performance.now());
  announced.timer ??= setTimeout(announce, wait);
}

function announce() {
  announced.timer = null;
  if (document.hidden) return;
  const sentences = [...announced.counts].map(([name, number]) => t(name, number));
  if (announced.state) sentences.push(announced.state);
  announced.counts.clear();
  announced.state = "";
  if (!sentences.length) return;
  announced.at = performance.now();
  const said = document.createElement("p"); // a new one is read out, also when it says the same as the last
  said.textContent = sentences.join(", ");
  announcer.replaceChildren(said);
}

document.addEventListener("visibilitychange", announceSoon);
