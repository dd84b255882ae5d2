import assert from "node:assert/strict";
import test from "node:test";
import { ReadTracker } from "../../static/js/topic/read_tracker.js";
import { Clock, settled } from "./clock.js";

function tracker(owner = {}) {
  const [told, clock] = [[], new Clock()];
  const tell = (number) => void told.push(number);
  const all = { tell, isReady: () => true, isMember: () => true, ...owner };
  return { tracker: new ReadTracker(all, clock), told, clock };
}

test("what comes into view within a second is told once, by the highest number", async () => {
  const { tracker: reading, told, clock } = tracker();
  for (const number of [3, 5, 4]) reading.see(number);
  await clock.pass(1000);

  assert.deepEqual(told, [5]);
});

test("scrolling back tells nothing", async () => {
  const { tracker: reading, told, clock } = tracker();
  reading.see(5);
  await clock.pass(1000);
  reading.see(2);
  await clock.pass(9000);

  assert.deepEqual(told, [5]);
  assert.equal(reading.seen, 5);
});

test("when the page is left it is told at once, and not again", async () => {
  const { tracker: reading, told, clock } = tracker();
  reading.see(5);
  reading.flush();
  await clock.pass(1000);
  reading.flush();

  assert.deepEqual(told, [5]);
});

test("before there is a connection it waits for it", async () => {
  const { tracker: reading, told, clock } = tracker({ isReady: () => false });
  reading.see(5);
  await clock.pass(9000);
  assert.deepEqual(told, []);

  reading.flush();
  assert.deepEqual(told, [5]);
});

test("of guests nothing is told, and what they saw is when they have signed in", async () => {
  let isMember = false;
  const { tracker: reading, told } = tracker({ isMember: () => isMember });
  reading.see(5);
  reading.flush();
  isMember = true;
  reading.flush();

  assert.deepEqual(told, [5]);
});

test("what could not be told is told with the next", async () => {
  const tries = [];
  const { tracker: reading } = tracker({
    tell: (number) => tries.push(number) && Promise.reject(new Error("offline")),
  });
  reading.see(5);
  reading.flush();
  await settled();
  reading.flush();

  assert.deepEqual(tries, [5, 5]);
});
