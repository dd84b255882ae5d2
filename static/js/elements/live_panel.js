// @ts-check
// <live-panel>: checks of the connection that only a browser can make.

import { live } from "../connection/connection.js";
import { fetchJSON } from "../http.js";
import { t } from "../i18n.js";

const LIVE = ["live", "waiting", "polling"];
const CONNECTING = 3000; // ms to wait for the page's own connection
const PATIENCE = 8000; // ms for a socket to open and answer
const TOGETHER = 500; // ms: letters sent 300 ms apart that arrive within this time were buffered

class LivePanel extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.#showTransport();
    live.addEventListener("state", this.#showTransport);
    this.#measure();
  }

  disconnectedCallback() {
    live.removeEventListener("state", this.#showTransport);
  }

  // The server ran its checks before this page was connected.
  async #askAgain() {
    const { checks } = await fetchJSON("/live/check").catch(() => ({
      checks: /** @type {object[]} */ ([]),
    }));
    const rows = document.querySelectorAll("[data-findings] .finding");
    checks.forEach(
      (
        /** @type {{state: string, message: string}} */ { state, message },
        /** @type {number} */ place,
      ) => {
        rows[place].className = `finding finding--${state}`;
        rows[place].querySelector("dd").textContent = message;
      },
    );
  }

  async #measure() {
    if (await connected()) await this.#askAgain(); // before the test socket, which would be counted, too
    this.#show("trip", "ok", `${await roundTrip()} ms`);
    this.#showResult("socket", await socketAnswers());
    this.#showResult("stream", await streams());
  }

  #showTransport = () =>
    this.#show("now", live.state === "live" ? "ok" : "warn", t(live.state) || "…");

  /** @param {string} check @param {number | null} number */
  #showResult(check, number) {
    const state = number === null ? "warn" : "ok";
    const place = this.querySelector(`[data-check=${check}] dd`);
    this.#show(check, state, place.dataset[state].replace("%n", String(number)));
  }

  /** @param {string} check @param {"ok" | "warn"} state @param {string} text */
  #show(check, state, text) {
    const finding = this.querySelector(`[data-check=${check}]`);
    finding.className = `finding finding--${state}`;
    finding.querySelector("dd").textContent = text;
  }
}

// Resolves to whether the page is connected, as soon as it is.
function connected() {
  return new Promise((know) => {
    const look = () => LIVE.includes(live.state) && know(true);
    live.addEventListener("state", look);
    setTimeout(know, CONNECTING, false);
    look();
  });
}

async function roundTrip() {
  const begun = performance.now();
  await fetch("/live/check", { cache: "no-store" });
  return Math.round(performance.now() - begun);
}

// The ms until a new socket has answered, or null.
/** @returns {Promise<number | null>} */
function socketAnswers() {
  const begun = performance.now();
  const socket = new WebSocket(new URL("/ws/", location.href.replace(/^http/, "ws")));
  const answer = new Promise((done) => {
    socket.addEventListener("open", () =>
      socket.send(JSON.stringify({ type: "watch", news: "now" })),
    );
    socket.addEventListener("message", () => done(Math.round(performance.now() - begun)));
    socket.addEventListener("close", () => done(null));
    setTimeout(done, PATIENCE, null);
  });
  return answer.finally(() => socket.close());
}

// The ms between the first and the last chunk of a slow response, or null if they came together.
async function streams() {
  const response = await fetch("/live/probe", { cache: "no-store" });
  const reader = response.body.getReader();
  const times = [];
  while (!(await reader.read()).done) times.push(performance.now());
  const spread = times.at(-1) - times[0];
  return spread > TOGETHER ? Math.round(spread) : null;
}

customElements.define("live-panel", LivePanel);
