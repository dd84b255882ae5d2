// @ts-check
// Shows the reader's position in the topic: as "18 / 240", and on the timeline.

import { refresh as refreshTimes } from "../times.js";

/** @param {HTMLElement} topic @param {number} number @param {number} lastNumber */
export function showPosition(topic, number, lastNumber) {
  const position = `${number.toLocaleString()} / ${lastNumber.toLocaleString()}`;
  for (const place of topic.querySelectorAll("[data-position]")) place.textContent = position;
  const here = topic.querySelector(".timeline__here");
  const length = Math.max(lastNumber - 1, 1);
  here.dataset.at = String(Math.floor((10 * (Number(topic.dataset.first) - 1)) / length)); // as rendered by the server
  here.style.setProperty("--at", String(Math.min((number - 1) / length, 1)));
  /** @type {HTMLInputElement} */ (topic.querySelector("#jump")).placeholder = String(lastNumber);
  /** @type {HTMLTimeElement} */
  const last = topic.querySelector(".timeline li:last-child time");
  const { bumped } = topic.querySelector("#topic-header").dataset;
  if (last.dateTime === bumped) return;
  last.dateTime = bumped;
  refreshTimes(last);
}
