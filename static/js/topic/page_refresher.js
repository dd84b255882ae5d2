// @ts-check
// Fetches the page of a topic again: for the parts that depend on the reader, once for all changes
// within a moment, or for all of it.

import { pause, Refusal } from "../connection/pauses.js";
import { parsed } from "../dom.js";
import { fetchFresh } from "../http.js";

const SOON = 300; // ms, and
const SPREAD = 1700; // ms over which the pages of a busy topic spread their requests

/**
 * @typedef {object} Owner
 * @property {(page: Document) => boolean} isOlder whether a cache had a page from before
 * @property {(change: () => void, page: Document) => void} exchange makes the change, with all that belongs to it
 * @property {(page: Document) => void} restart takes the numbers of a page that is shown as a whole
 * @property {() => void} gone nobody may see the topic here any more
 * @property {boolean} isGone
 */

export class PageRefresher {
  /** @type {number | null} */
  #timer = null;
  #isReloading = false;
  #failures = 0; // in succession

  /** @param {HTMLElement & Owner} topic */
  constructor(topic) {
    this.topic = topic;
  }

  soon(wait = SOON + Math.random() * SPREAD) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#refresh().catch((error) => this.#again(error, (later) => this.soon(later)));
    }, wait);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  // Reloads the posts, if numbers can't be trusted or too much was missed. Text being written stays.
  async reload() {
    if (this.#isReloading) return;
    this.#isReloading = true;
    try {
      const page = await this.#load();
      if (page) await this.#exchange(page, ["#topic-header", "#posts"]);
      if (page && !this.topic.isGone) this.topic.restart(page);
    } catch (error) {
      this.#again(error, (wait) => setTimeout(() => this.reload(), wait));
    } finally {
      this.#isReloading = false;
    }
  }

  async #refresh() {
    const page = await this.#load();
    if (!page) return;
    if (this.topic.isOlder(page)) throw new Error("a page from before the change");
    await this.#exchange(page);
  }

  /** @param {Document} page @param {string[]} more parts that do not differ by reader */
  async #exchange(page, more = []) {
    const { exchange } = await import("./reader_parts.js");
    if (!this.topic.isGone) this.topic.exchange(() => exchange(this.topic, page, more), page);
  }

  // Returns nothing if the topic is gone.
  /** @returns {Promise<Document | void>} */
  async #load() {
    const response = await fetchFresh(location.href);
    if (response.status === 404 || response.status === 403) return this.topic.gone();
    if (!response.ok) throw new Refusal(response);
    this.#failures = 0;
    const page = parsed(await response.text());
    if (!this.topic.isGone) return page;
  }

  /** @param {unknown} error @param {(wait: number) => unknown} plan */
  #again(error, plan) {
    const wait = pause(error, this.#failures++);
    if (wait !== null) plan(wait);
  }
}
