// @ts-check
// In the header: the number of new posts in topics that the page does not show, and of people online
// (guests included, invisible members not).

import { live } from "./connection/connection.js";
import { audienceLabel, t } from "./i18n.js";
import { checkReader } from "./session.js";
import { countInTitle } from "./title.js";

class Elsewhere {
  #link = document.querySelector("[data-elsewhere]");
  /** @type {number | "now"} */
  #newest = Number(document.body.dataset.newest ?? 0) || "now"; // not on guests' pages, which may come from a cache
  #count = 0;
  /** @type {Map<number, number>} */
  #counted = new Map(); // topic -> change last counted

  constructor() {
    /** @type {Subscription} */
    const subscription = {
      ask: () => ({ type: "watch", news: this.#newest, ...this.#shown }),
      handle: (message) => {
        if (message.type === "news") live.answered(subscription);
        this.#handle(message);
      },
    };
    live.subscribe(subscription);
  }

  // The topic and the list that the page shows itself, whose posts are not counted.
  /** @returns {{topic?: number, list?: Wire.ListName}} */
  get #shown() {
    const topic = document.querySelector("live-topic");
    const list = document.querySelector("live-list");
    if (topic) return { topic: Number(topic.dataset.topic) };
    return list ? { list: list.dataset.list } : {};
  }

  /** @param {Wire.ServerMessage} message */
  #handle(message) {
    if (message.type === "news") {
      const { reader } = message;
      if (reader !== document.body.dataset.reader)
        checkReader(parseInt(reader, 10) !== Number(document.body.dataset.user ?? 0));
      this.#newest = Math.max(Number(this.#newest) || 0, message.newest) || "now";
      this.#add(message.count);
    } else if (message.type === "post_update" && "title" in message) this.#weigh(message);
  }

  /** @param {Wire.Update} update */
  #weigh({ kind, topic, change, post }) {
    if (kind !== "created" || !post || post.id <= Number(this.#newest)) return;
    if ((this.#counted.get(topic) ?? 0) >= change) return;
    this.#counted.set(topic, change);
    const mine = String(post.author_id) === document.body.dataset.user;
    const shown = this.#shown.topic === topic || document.querySelector("live-list")?.has(topic);
    if (!mine && !shown) this.#add(1);
  }

  /** @param {number} number */
  #add(number) {
    this.#count += number;
    if (!this.#link || !number) return;
    this.#link.hidden = false;
    this.#link.dataset.count = String(this.#count);
    this.#link.title = this.#link.textContent = t("elsewhere", this.#count);
    countInTitle("elsewhere", this.#count);
  }
}

new Elsewhere();

const online = document.querySelector("[data-online]");

live.addEventListener("message", (/** @type {PageMessageEvent} */ { detail }) => {
  if (detail.type !== "online" || !online) return;
  const { members, guests } = detail;
  online.textContent = t("online", members + guests);
  online.title = audienceLabel(members, guests);
  online.hidden = members + guests === 0;
});
