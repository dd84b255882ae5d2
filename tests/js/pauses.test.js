import assert from "node:assert/strict";
import test from "node:test";
import { pause, Refusal } from "../../static/js/connection/pauses.js";

const refusal = (status, headers = {}) => new Refusal(new Response("", { status, headers }));

function between(error, failures, least, most) {
  for (const chance of [0, 0.999]) {
    Math.random = () => chance;
    const wait = pause(error, failures);
    assert.ok(least <= wait && wait <= most, `${wait}`);
  }
}

test("what would be refused again is never fetched again", () => {
  for (const status of [400, 403, 404, 410, 422]) assert.equal(pause(refusal(status), 0), null);
});

test("a page of the sign-in form is such an answer, too", () => {
  assert.equal(pause(refusal(200), 0), null);
});

test("after errors of the server it is fetched ever more rarely, and not by all pages at once", () => {
  between(refusal(503), 0, 1000, 3000);
  between(refusal(503), 2, 4000, 12_000);
  between(refusal(503), 1000, 10_000, 30_000);
});

test("without an answer it is fetched again soon", () => {
  between(new TypeError("no network"), 0, 1000, 3000);
  between(new TypeError("no network"), 1000, 2500, 7500);
});

test("what the server asks for is waited, and each page waits a little longer", () => {
  between(refusal(429, { "Retry-After": "40" }), 0, 41_000, 43_000);
  between(refusal(503, { "Retry-After": "40" }), 9, 50_000, 70_000);
});

test("a time that is no number of seconds asks for nothing", () => {
  between(refusal(503, { "Retry-After": "soon" }), 0, 1000, 3000);
});
