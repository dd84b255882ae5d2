// @ts-check
// Announces changes to screen readers, at most one sentence in ten seconds.

import { t } from "./i18n.js";

const PAUSE = 10_000; // ms at least between two announcements
const TOGETHER = 500; // ms: events within this time are announced in one sentence

const announcer = document.getElementById("announcer"); // members can switch it off in their profile
/** @type {{counts: Map<string, number>, state: string, at: number, timer: number | null}} */
const announced = { counts: new Map(), state: "", at: -PAUSE, timer: null };

// Counts one more event with this name, which `t` can translate; soon after an announcement it
// waits for the next one.
/** @param {string} name */
export function announceNew(name) {
  announced.counts.set(name, (announced.counts.get(name) ?? 0) + 1);
  announceSoon();
}

// Announces a state; of several waiting ones only the last.
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
  const said = document.createElement("p"); // a new element is read out even if its text is the same
  said.textContent = sentences.join(", ");
  announcer.replaceChildren(said);
}

document.addEventListener("visibilitychange", announceSoon);
