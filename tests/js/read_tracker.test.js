import assert from "node:assert/strict";
import test from "node:test";
import { ReadTracker } from "../../static/js/topic/read_tracker.js";
import { Clock, settled } from "./clock.js";

function tracker(owner = {}) {
  const [sent, clock] = [[], new Clock()];
  const send = (number) => void sent.push(number);
  const all = { send, isReady: () => true, isMember: () => true, ...owner };
  return { tracker: new ReadTracker(all, clock), sent, clock };
}

test("posts in view within a second are sent once, by the highest number", async () => {
  const { tracker: reading, sent, clock } = tracker();
  for (const number of [3, 5, 4]) reading.see(number);
  await clock.pass(1000);

  assert.deepEqual(sent, [5]);
});

test("scrolling back sends nothing", async () => {
  const { tracker: reading, sent, clock } = tracker();
  reading.see(5);
  await clock.pass(1000);
  reading.see(2);
  await clock.pass(9000);

  assert.deepEqual(sent, [5]);
  assert.equal(reading.seen, 5);
});

test("a page that is left sends at once, and not again", async () => {
  const { tracker: reading, sent, clock } = tracker();
  reading.see(5);
  reading.flush();
  await clock.pass(1000);
  reading.flush();

  assert.deepEqual(sent, [5]);
});

test("without a connection it waits for one", async () => {
  const { tracker: reading, sent, clock } = tracker({ isReady: () => false });
  reading.see(5);
  await clock.pass(9000);
  assert.deepEqual(sent, []);

  reading.flush();
  assert.deepEqual(sent, [5]);
});

test("guests send nothing until they have signed in", async () => {
  let isMember = false;
  const { tracker: reading, sent } = tracker({ isMember: () => isMember });
  reading.see(5);
  reading.flush();
  isMember = true;
  reading.flush();

  assert.deepEqual(sent, [5]);
});

test("a failed request is repeated with the next one", async () => {
  const tries = [];
  const { tracker: reading } = tracker({
    send: (number) => tries.push(number) && Promise.reject(new Error("offline")),
  });
  reading.see(5);
  reading.flush();
  await settled();
  reading.flush();

  assert.deepEqual(tries, [5, 5]);
});
