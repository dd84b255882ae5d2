import assert from "node:assert/strict";
import test from "node:test";
import { Outbox } from "../../static/js/composing/outbox.js";
import { Clock, settled } from "./clock.js";

// What browsers keep, one lock for all tabs of a browser, and what the forum has been sent.
class Browser {
  kept = new Map();
  sent = [];
  answers = []; // outcomes to come; when they are used up, all is saved
  #lock = Promise.resolve();
  #isLocked = false;
  #tabs = [];

  tab(member = "7") {
    const tab = new Tab(this, member);
    this.#tabs.push(tab);
    return tab;
  }

  keep(...names) {
    for (const [at, name] of names.entries()) {
      const post = { id: name, member: "7", action: "/t/1/replies/", fields: { body: name }, at };
      this.kept.set(name, { ...post, attempted: [], queue: { tries: 1, due: 0 } });
    }
  }

  async alone(work, isPatient) {
    if (this.#isLocked && !isPatient) return null;
    const before = this.#lock;
    this.#lock = before.then(async () => {
      this.#isLocked = true;
      try {
        return await work();
      } finally {
        this.#isLocked = false;
      }
    });
    return this.#lock;
  }
}

class Tab {
  clock = new Clock();
  now = 0;
  done = [];
  open = new Set();

  constructor(browser, member) {
    const { kept } = browser;
    this.member = member;
    const tab = this;
    this.outbox = new Outbox(
      {
        get member() {
          return tab.member;
        },
        stored: async (of) =>
          [...kept.values()]
            .filter((post) => post.member === of)
            .sort((one, two) => one.at - two.at),
        save: async (post) => void kept.set(post.id, post),
        remove: async (id) => void kept.delete(id),
        deliver: async (post) => {
          browser.sent.push(post.id);
          const answer = browser.answers.shift();
          return (await answer) ?? { is: "saved", status: 201 };
        },
        open: async () => this.open,
        alone: (work, isPatient) => browser.alone(work, isPatient),
        changed: () => {},
        done: ({ id }) => this.done.push(id),
      },
      this.clock,
      () => this.now,
      () => 1,
    );
  }

  async pass(ms) {
    this.now += ms;
    await this.clock.pass(ms);
    await settled();
  }

  get waiting() {
    return this.outbox.posts.map(({ id }) => id);
  }
}

const away = { is: "unreachable", status: 0 };

test("what waits is sent in the order in which it was written", async () => {
  const browser = new Browser();
  browser.keep("first", "second");
  const tab = browser.tab();
  await tab.outbox.hurry();

  assert.deepEqual(
    [browser.sent, tab.done, tab.waiting],
    [["first", "second"], ["first", "second"], []],
  );
});

test("as long as nobody answers the others wait, too, and longer each time", async () => {
  const browser = new Browser();
  browser.keep("first", "second");
  browser.answers = [away, away, away];
  const tab = browser.tab();
  await tab.outbox.hurry();
  assert.deepEqual(browser.sent, ["first"]);
  await tab.pass(1999);
  assert.equal(browser.sent.length, 1);
  await tab.pass(1);
  assert.equal(browser.sent.length, 2);
  await tab.pass(4000);
  assert.equal(browser.sent.length, 3);
  await tab.pass(8000);

  assert.deepEqual(browser.sent, ["first", "first", "first", "first", "second"]);
  assert.deepEqual(tab.waiting, []);
});

test("when the connection is back nothing waits for its time", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [away, away, away, away, away];
  const tab = browser.tab();
  for (let tries = 0; tries < 6; tries++) await tab.outbox.hurry();

  assert.deepEqual([browser.sent.length, tab.waiting], [6, []]);
});

test("it waits at least as long as the forum asks", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [{ ...away, status: 503, wait: 30 }];
  const tab = browser.tab();
  await tab.outbox.hurry();
  await tab.pass(29_999);
  assert.equal(browser.sent.length, 1);
  await tab.pass(1);

  assert.equal(browser.sent.length, 2);
});

test("a refused one is kept with the reason and not sent again, and the next has its turn", async () => {
  const browser = new Browser();
  browser.keep("first", "second");
  browser.answers = [{ is: "refused", status: 403, reason: "The topic is closed." }];
  const tab = browser.tab();
  await tab.outbox.hurry();
  await tab.outbox.hurry();

  assert.deepEqual([browser.sent, tab.waiting], [["first", "second"], ["first"]]);
  assert.equal(tab.outbox.posts[0].queue.reason, "The topic is closed.");
});

test("who posts too often waits with the others until they may", async () => {
  const browser = new Browser();
  browser.keep("first", "second");
  browser.answers = [{ is: "refused", status: 422, reason: "Too often.", wait: 20 }];
  const tab = browser.tab();
  await tab.outbox.hurry();
  await tab.pass(19_999);
  assert.deepEqual(browser.sent, ["first"]);
  await tab.pass(1);

  assert.deepEqual(browser.sent, ["first", "second"]);
});

test("a refused one is sent again when its author asks for it", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [{ is: "refused", status: 403, reason: "The topic is closed." }];
  const tab = browser.tab();
  await tab.outbox.hurry();
  await tab.outbox.add(tab.outbox.posts[0]);

  assert.deepEqual([browser.sent, tab.waiting], [["first", "first"], []]);
});

test("signed out nothing is sent until somebody has signed in", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [{ is: "signedOut", status: 403 }];
  const tab = browser.tab();
  await tab.outbox.hurry();
  await tab.pass(3_600_000);
  await tab.outbox.refresh();
  assert.deepEqual([browser.sent.length, tab.outbox.isSignedOut], [1, true]);
  await tab.outbox.hurry(); // the page has a reader again

  assert.deepEqual([browser.sent.length, tab.waiting], [2, []]);
});

test("another member neither has nor sends it, nor does a guest", async () => {
  const browser = new Browser();
  browser.keep("first");
  for (const member of ["8", null]) {
    const tab = browser.tab(member);
    await tab.outbox.hurry();
    assert.deepEqual(tab.waiting, []);
  }

  assert.deepEqual([browser.sent, browser.kept.size], [[], 1]);
});

test("of two tabs one sends it", async () => {
  const browser = new Browser();
  browser.keep("first", "second");
  const [one, other] = [browser.tab(), browser.tab()];
  await Promise.all([one.outbox.hurry(), other.outbox.hurry()]);
  for (const tab of [one, other]) await tab.pass(5000); // they look again

  assert.deepEqual(browser.sent, ["first", "second"]);
  assert.deepEqual([one.waiting, other.waiting], [[], []]);
});

test("when the tab that was sending has gone, another goes on", async () => {
  const browser = new Browser();
  browser.keep("first");
  let give;
  browser.answers = [new Promise((resolve) => (give = resolve))];
  const [one, other] = [browser.tab(), browser.tab()];
  const sending = one.outbox.hurry();
  await settled();
  await other.outbox.hurry();
  assert.deepEqual(browser.sent, ["first"]);
  give(away); // as the lock is released
  await sending;
  one.outbox.stop();
  await other.pass(5000);

  assert.deepEqual([browser.sent, other.waiting], [["first", "first"], []]);
});

test("what a form is sending itself is left alone", async () => {
  const browser = new Browser();
  browser.keep("first");
  const tab = browser.tab();
  tab.open.add("first");
  await tab.outbox.hurry();
  assert.deepEqual([browser.sent, tab.waiting], [[], []]);
  tab.open.clear(); // its page has gone
  await tab.outbox.refresh();

  assert.deepEqual(browser.sent, ["first"]);
});

test("one that is taken back to be edited is not sent", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [away];
  const tab = browser.tab();
  await tab.outbox.hurry();
  const taken = [];
  await tab.outbox.take("first", async (post) => {
    taken.push(post.id);
    browser.kept.delete(post.id);
  });
  await tab.pass(60_000);

  assert.deepEqual([taken, browser.sent], [["first"], ["first"]]);
});

test("one that was sent meanwhile can't be taken back any more", async () => {
  const browser = new Browser();
  browser.keep("first");
  let give;
  browser.answers = [new Promise((resolve) => (give = resolve))];
  const tab = browser.tab();
  const sending = tab.outbox.hurry();
  await settled();
  const taken = [];
  const taking = tab.outbox.take("first", async (post) => taken.push(post.id));
  await settled();
  give({ is: "saved", status: 201 });
  await Promise.all([sending, taking]);

  assert.deepEqual([taken, tab.done], [[], ["first"]]);
});

test("what was discarded can be had back, and is sent then", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [away];
  const tab = browser.tab();
  await tab.outbox.hurry();
  const post = await tab.outbox.discard("first");
  await tab.pass(60_000);
  assert.deepEqual([post.id, browser.kept.size, browser.sent.length], ["first", 0, 1]);
  await tab.outbox.add(post);

  assert.equal(browser.sent.length, 2);
});

test("with an answer that was lost the text that was sent first is kept apart from the newer one", async () => {
  const browser = new Browser();
  browser.keep("first");
  browser.answers = [{ is: "savedBefore", status: 201 }];
  const tab = browser.tab();
  await tab.outbox.hurry();

  assert.deepEqual([tab.done, tab.outbox.posts[0].queue.reason], [["first"], "savedBefore"]);
});

test("a browser that keeps nothing any more stops nothing else", async () => {
  const browser = new Browser();
  browser.keep("first");
  const tab = browser.tab();
  tab.outbox.owner.remove = () => Promise.reject(new Error("forbidden"));
  await tab.outbox.hurry();

  assert.equal(tab.outbox.sending, null);
});
