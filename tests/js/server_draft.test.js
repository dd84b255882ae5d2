import assert from "node:assert/strict";
import test from "node:test";
import { ServerDraft } from "../../static/js/forms/server_draft.js";
import { Clock, settled } from "./clock.js";

// The forum's side: one draft, of which what was typed last wins, as in forum/drafts/models.py.
class Forum {
  draft = null;
  versions = 0;
  sent = [];
  isAway = false;
  wait = 0; // ms that it asks for then
  hold = null; // a promise that answers wait for

  constructor(clock) {
    this.clock = clock;
  }

  async keep({ draft_path, draft_version, draft_age, ...fields }) {
    this.sent.push(fields.body);
    if (this.isAway) return { is: "failed", wait: this.wait };
    const version = Number(draft_version);
    const typedAt = this.clock.now() - Number(draft_age);
    const draft = this.#decide(fields, version, typedAt);
    await this.hold;
    return { is: "stored", draft };
  }

  #decide(fields, version, typedAt) {
    const { draft } = this;
    if (!draft) {
      if (version || !fields.body.trim()) return null;
    } else if (!fields.body.trim()) {
      if (version === draft.version) this.draft = null;
      return this.draft;
    } else if (version !== draft.version && typedAt < draft.typedAt) {
      return this.#store(draft.fields, draft.typedAt, fields);
    }
    const other = draft && version !== draft.version ? draft.fields : (draft?.other ?? null);
    return this.#store(fields, typedAt, other);
  }

  #store(fields, typedAt, other) {
    this.draft = { version: ++this.versions, fields, other, typedAt };
    return this.draft;
  }
}

class Page {
  said = [];
  cleared = 0;
  body;

  constructor(forum, clock, { body = "", version = 0 } = {}) {
    this.body = body;
    this.blank = "";
    this.version = version;
    this.draft = new ServerDraft(
      "/t/1/replies/",
      version,
      { body },
      {
        fields: () => ({ body: this.body, token: "a" }),
        blank: () => ({ body: this.blank }),
        show: (fields, what) => {
          this.body = fields.body;
          this.said.push(what);
        },
        clear: () => {
          this.body = "";
          this.cleared += 1;
        },
        stored: (version) => {
          this.version = version;
        },
        send: (form) => forum.keep(form),
        now: () => clock.now(),
      },
      clock,
    );
  }

  type(body) {
    this.body = body;
    this.draft.changed();
  }
}

class Time extends Clock {
  #ms = 1_000_000;

  now() {
    return this.#ms;
  }

  async pass(ms) {
    this.#ms += ms;
    await super.pass(ms);
  }
}

function begin(options) {
  const clock = new Time();
  const forum = new Forum(clock);
  return { clock, forum, page: new Page(forum, clock, options) };
}

test("a text is stored a second after typing stops, once", async () => {
  const { clock, forum, page } = begin();
  page.type("a");
  await clock.pass(600);
  page.type("ab");
  await clock.pass(999);
  assert.deepEqual(forum.sent, []);
  await clock.pass(1);
  await clock.pass(60_000);
  assert.deepEqual(forum.sent, ["ab"]);
  assert.equal(page.version, 1);
});

test("who types on and on is stored every five seconds", async () => {
  const { clock, forum, page } = begin();
  for (let n = 1; n <= 24; n++) {
    page.type("x".repeat(n));
    await clock.pass(500);
  }
  assert.equal(forum.sent.length, 2);
});

test("what could not be stored is stored later, and what was typed meanwhile with it", async () => {
  const { clock, forum, page } = begin();
  forum.isAway = true;
  page.type("a");
  await clock.pass(1000);
  page.body = "ab";
  forum.isAway = false;
  await clock.pass(5000);
  assert.equal(forum.draft.fields.body, "ab");
});

test("the next attempt waits as long as the forum asks for", async () => {
  const { clock, forum, page } = begin();
  forum.isAway = true;
  forum.wait = 30_000;
  page.type("a");
  await clock.pass(1000);
  forum.isAway = false;
  await clock.pass(29_000);
  assert.equal(forum.draft, null);
  await clock.pass(1000);
  assert.equal(forum.draft.fields.body, "a");
});

test("an idle page shows what was typed on another", async () => {
  const { clock, forum, page } = begin();
  const other = new Page(forum, clock);
  other.type("from the desk");
  await clock.pass(1000);
  page.draft.receive(forum.draft);
  assert.equal(page.body, "from the desk");
  assert.deepEqual(page.said, ["elsewhere"]);
  other.draft.receive(forum.draft);
  assert.deepEqual(other.said, []);
});

test("of two texts the one typed last is shown on both, and the other is kept", async () => {
  const { clock, forum, page } = begin();
  const desk = new Page(forum, clock);
  page.type("phone");
  await clock.pass(500);
  desk.type("desk, a moment later");
  await clock.pass(500); // the phone's is stored
  page.draft.receive(forum.draft);
  await clock.pass(500); // the desk's is
  page.draft.receive(forum.draft);
  assert.equal(page.body, "desk, a moment later");
  assert.equal(desk.body, "desk, a moment later");
  assert.equal(forum.draft.other.body, "phone");
});

test("an older text gives way, and says so", async () => {
  const { clock, forum, page } = begin();
  forum.isAway = true;
  page.type("typed without a network");
  await clock.pass(1000);
  forum.isAway = false;
  const desk = new Page(forum, clock);
  desk.type("typed later");
  await clock.pass(1000);
  await clock.pass(4000);
  assert.equal(page.body, "typed later");
  assert.deepEqual(page.said, ["newer"]);
  assert.equal(forum.draft.other.body, "typed without a network");
});

test("a form whose draft was sent elsewhere is emptied", async () => {
  const { forum, page } = begin({ body: "as stored", version: 4 });
  forum.versions = 4;
  page.draft.receive(null);
  await settled();
  assert.equal(page.cleared, 1);
  assert.equal(page.version, 0);
});

test("what was typed after the draft was sent elsewhere stays, as a new one", async () => {
  const { clock, forum, page } = begin({ body: "as stored", version: 4 });
  forum.versions = 4;
  page.type("as stored, and more");
  page.draft.receive(null);
  await clock.pass(1000);
  await clock.pass(1000);
  assert.equal(page.cleared, 0);
  assert.equal(forum.draft.fields.body, "as stored, and more");
});

test("what is typed while an answer is on its way is not lost", async () => {
  const { clock, forum, page } = begin();
  let answer;
  forum.hold = new Promise((go) => (answer = go));
  page.type("a");
  await clock.pass(1000);
  page.type("ab");
  await clock.pass(1000);
  answer();
  await settled();
  forum.hold = null;
  await clock.pass(1000);
  assert.equal(forum.draft.fields.body, "ab");
  assert.equal(page.body, "ab");
});

test("a page that is left hands over what is not stored, and nothing else", async () => {
  const { clock, page } = begin();
  assert.equal(page.draft.leave(), null);
  page.type("a");
  await clock.pass(300);
  const form = page.draft.leave();
  assert.equal(form.body, "a");
  assert.equal(form.draft_age, "300");
  assert.equal(form.draft_path, "/t/1/replies/");
});

test("a text that this browser has kept is offered with the time when it was typed", async () => {
  const { clock, forum, page } = begin();
  page.type("on the server");
  await clock.pass(1000);
  assert.equal(await page.draft.offer({ body: "kept, older" }, 0, clock.now() - 60_000), true);
  assert.equal(page.body, "on the server");
  assert.equal(forum.draft.other.body, "kept, older");
  assert.equal(await page.draft.offer({ body: "kept, newer" }, 0, clock.now()), true);
  assert.equal(page.body, "kept, newer");
});

test("what another device stores while an answer is on its way is not missed", async () => {
  const { clock, forum, page } = begin();
  let answer;
  forum.hold = new Promise((go) => (answer = go));
  page.type("phone");
  await clock.pass(1000);
  const stored = { ...forum.draft };
  forum.draft = { version: ++forum.versions, fields: { body: "desk" }, other: null, typedAt: 0 };
  page.draft.receive(forum.draft, forum.draft.version);
  assert.equal(stored.fields.body, "phone");
  answer();
  await settled();
  assert.equal(page.body, "desk");
  assert.equal(page.version, 2);
});

test("an event from before the answer changes nothing", async () => {
  const { clock, forum, page } = begin({ body: "", version: 0 });
  forum.versions = 5;
  page.type("phone");
  await clock.pass(1000);
  page.draft.receive(null, 3);
  page.draft.receive({ version: 4, fields: { body: "old" }, other: null }, 4);
  assert.equal(page.body, "phone");
});

test("a form that was emptied by sending does not discard what stands there now", async () => {
  const { clock, forum, page } = begin();
  let answer;
  forum.draft = { version: 1, fields: { body: "another tab" }, other: null, typedAt: 2_000_000 };
  forum.versions = 1;
  forum.hold = new Promise((go) => (answer = go));
  page.type("sent");
  await clock.pass(1000);
  page.body = "";
  answer();
  await settled();
  forum.hold = null;
  await clock.pass(60_000);
  assert.equal(forum.draft.fields.body, "another tab");
  assert.equal(page.body, "another tab");
});

test("a form that holds the stored text again stores no draft when that of the edit is gone", async () => {
  const { clock, forum, page } = begin({ body: "stored", version: 0 });
  page.blank = "stored";
  page.type("edited");
  await clock.pass(1000);
  page.body = "stored"; // the edit is queued
  page.draft.receive(null, 2);
  await clock.pass(60_000);
  assert.deepEqual(forum.sent, ["edited"]);
  page.type("edited on");
  await clock.pass(1000);
  assert.deepEqual(forum.sent, ["edited", "edited on"]);
});
