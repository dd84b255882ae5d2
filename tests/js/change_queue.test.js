import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { ChangeQueue } from "../../static/js/connection/change_queue.js";
import { Clock, settled } from "./clock.js";

Math.random = () => 0.5; // pauses are those of the cases

const CASES = JSON.parse(
  readFileSync(new URL("../cases/change_queue.json", import.meta.url), "utf8"),
);

for (const { name, have, steps, applied, then } of CASES) {
  test(name, async () => {
    const page = new Page(have);
    for (const step of steps) await page.take(step);

    assert.deepEqual(page.applied, applied);
    assert.deepEqual({ have: page.queue.have, asked: page.asked, reloads: page.reloads }, then);
  });
}

class Page {
  applied = [];
  asked = [];
  reloads = 0;
  clock = new Clock();
  #answer = null; // to a question that is open

  constructor(have) {
    const owner = {
      have,
      apply: ({ change }) => this.applied.push(change),
      ask: (_epoch, change) => {
        this.asked.push(change);
        return new Promise((resolve, reject) => (this.#answer = { resolve, reject }));
      },
      handle: (answer) => this.queue.catchUp(answer),
      reload: () => (this.reloads += 1),
    };
    this.queue = new ChangeQueue("first", owner, this.clock);
  }

  async take(step) {
    const { epoch = "first" } = step;
    if ("event" in step) this.queue.receive({ change: step.event, since: step.since, epoch });
    else if ("heartbeat" in step) this.queue.compare([epoch, step.heartbeat]);
    else if ("restart" in step) this.queue.restart(epoch, step.restart);
    else if ("wait" in step) await this.clock.pass(step.wait);
    else if ("lost" in step) this.#answer.reject(new Error("lost"));
    else
      this.#handle({
        more: false,
        ...step.answer,
        epoch,
        events: step.answer.events.map((change) => ({ change })),
      });
    await settled();
  }

  // As an answer to the question that is open, or to one over the socket.
  #handle(answer) {
    if (!this.#answer) return this.queue.catchUp(answer);
    const { resolve } = this.#answer;
    this.#answer = null;
    resolve(answer);
  }
}
