// @ts-check
// <push-device>: the list of devices in the settings, and the button that adds this one.

import { parsed, replace } from "../dom.js";

const THIS = "#devices [data-this]";

class PushDevice extends HTMLElement {
  async connectedCallback() {
    this.button = /** @type {HTMLButtonElement} */ (this.querySelector(".button[type=button]"));
    this.state = /** @type {HTMLElement} */ (this.querySelector("[role=status]"));
    this.button.addEventListener("click", () => this.#add());
    this.push = await import("../push.js");
    if (!this.push.isSupported()) return this.#say("unsupported");
    const isThis = () => document.querySelector(THIS) !== null;
    const isKept = await this.push.keep(!isThis()).catch(() => false);
    if (isKept && !isThis()) await this.#refresh();
    this.button.hidden = isThis();
  }

  async #add() {
    this.button.disabled = true;
    this.#say("");
    try {
      await this.push.subscribe(this.dataset.key);
      await this.#refresh();
      this.button.hidden = document.querySelector(THIS) !== null;
      this.#say("done");
    } catch (error) {
      this.#say(error instanceof this.push.PushError ? error.message : "unavailable");
    }
    this.button.disabled = false;
  }

  async #refresh() {
    const response = await fetch(location.href, { cache: "no-store" });
    if (!response.ok) return;
    const page = parsed(await response.text());
    replace(document.getElementById("devices"), page.getElementById("devices"));
  }

  /** @param {string} what */
  #say(what) {
    this.state.textContent = this.dataset[what] ?? "";
    this.state.className =
      what && what !== "done" ? "notice notice--warning" : what ? "notice notice--good" : "";
  }
}

customElements.define("push-device", PushDevice);
