// @ts-check
// Posts that were sent and not answered: sent again until they are, one after the other in the order they were written.
// Each is sent with the token of its form, by which the forum knows it, so it is posted once however often it is sent.
// What is shown and what the browser keeps are the owner's.

const FIRST = 1000; // ms until the next try, twice as long after each
const LONGEST = 60_000;
const BUSY = 5000; // ms until it is looked at again what another tab has made of it

/**
 * @typedef {object} Owner
 * @property {string | undefined} member whose page it is now
 * @property {(member: string) => Promise<Queued[]>} stored oldest first
 * @property {(post: Queued) => Promise<void>} save
 * @property {(id: string) => Promise<void>} remove
 * @property {(post: Queued) => Promise<Outcome>} deliver
 * @property {() => Promise<Set<string>>} open the ids of those that a form is sending itself
 * @property {<T>(work: () => Promise<T>, isPatient: boolean) => Promise<T | null>} alone one tab at a time; null: another is at it
 * @property {() => void} changed `posts`, `sending` or `isSignedOut` are others
 * @property {(post: Queued, outcome: Outcome) => void} done it is saved
 */

export class Outbox {
  /** @type {Queued[]} */
  posts = [];
  /** @type {string | null} */
  sending = null; // the id of one of them
  isSignedOut = false;
  #isHurried = false;
  #isWorking = false;
  #restUntil = 0;
  /** @type {number | null} */
  #timer = null;

  /** @param {Owner} owner @param {Timers} timers @param {() => number} now @param {() => number} random */
  constructor(owner, timers = globalThis, now = Date.now, random = Math.random) {
    this.owner = owner;
    this.timers = timers;
    this.now = now;
    this.random = random;
  }

  // A form has left it here after this outcome.
  /** @param {Outcome} outcome */
  queued(outcome) {
    this.isSignedOut = outcome.is === "signedOut";
    this.#rest(outcome);
    return this.refresh();
  }

  // Looks at what is stored, and goes on.
  async refresh() {
    await this.#look();
    await this.#work();
  }

  // The connection is back, or somebody asks for it: whatever was due when.
  hurry() {
    this.#isHurried = true;
    this.isSignedOut = false;
    return this.refresh();
  }

  // Hands it over to `give`, unless it was sent meanwhile; `give` keeps it elsewhere.
  /** @param {string} id @param {(post: Queued) => Promise<unknown>} give */
  async take(id, give) {
    await this.owner.alone(async () => {
      await this.#look();
      const post = this.posts.find((one) => one.id === id);
      if (post) await give(post);
    }, true);
    await this.refresh();
  }

  /** @param {string} id @returns {Promise<Queued | null>} what was discarded */
  async discard(id) {
    /** @type {Queued | null} */
    let discarded = null;
    await this.take(id, async (post) => {
      await this.owner.remove(id);
      discarded = post;
    });
    return discarded;
  }

  // Also one that was refused: it is tried again.
  /** @param {Queued} post */
  async add(post) {
    await this.owner.save({ ...post, queue: { tries: 0, due: 0 } });
    await this.hurry();
  }

  stop() {
    this.timers.clearTimeout(this.#timer);
  }

  async #look() {
    const { member } = this.owner;
    const stored = await (member ? this.owner.stored(member) : /** @type {Queued[]} */ ([]));
    const open = stored.length ? await this.owner.open() : new Set();
    this.posts = stored.filter(({ id }) => !open.has(id));
    this.owner.changed();
  }

  async #work() {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while ((await this.#step()) === "more");
    } catch {
      this.#later(LONGEST); // the browser does not let us look any more
    } finally {
      this.#isWorking = false;
    }
  }

  async #step() {
    if (!this.#next || this.isSignedOut) {
      this.#isHurried = false;
      return;
    }
    const wait = this.#isHurried ? 0 : Math.max(this.#next.queue.due, this.#restUntil) - this.now();
    if (wait > 0) return this.#later(wait);
    const step = await this.owner.alone(async () => {
      await this.#look(); // another tab may have sent it
      return this.#next ? this.#send(this.#next) : "done";
    }, false);
    if (!step) return this.#later(BUSY);
    return step;
  }

  get #next() {
    return this.posts.find(({ queue }) => !queue.reason);
  }

  /** @param {Queued} post */
  async #send(post) {
    this.sending = post.id;
    this.owner.changed();
    const outcome = await this.owner.deliver(post);
    this.sending = null;
    const step = await this.#become(post, outcome);
    await this.#look();
    return step;
  }

  /** @param {Queued} post @param {Outcome} outcome */
  async #become(post, outcome) {
    if (outcome.is === "unreachable") return this.#again(post, outcome);
    if (outcome.is === "signedOut" || outcome.is === "another") {
      this.isSignedOut = true;
      return "done";
    }
    if (outcome.is === "saved") await this.owner.remove(post.id);
    else {
      const reason =
        outcome.reason || (outcome.is === "savedBefore" ? outcome.is : String(outcome.status));
      await this.owner.save({ ...post, queue: { ...post.queue, reason } });
    }
    if (outcome.wait) this.#rest(outcome);
    if (outcome.is === "saved" || outcome.is === "savedBefore") this.owner.done(post, outcome);
    return "more";
  }

  // As long as nobody answers, the others wait, too.
  /** @param {Queued} post @param {Outcome} outcome */
  async #again(post, outcome) {
    this.#rest(outcome);
    const tries = post.queue.tries + 1;
    const pause = Math.min(LONGEST, FIRST * 2 ** (tries - 1)) * (0.5 + this.random() / 2);
    await this.owner.save({ ...post, queue: { tries, due: this.now() + pause } });
    return "more"; // which waits until then
  }

  /** @param {Outcome} outcome */
  #rest({ wait = 0 }) {
    this.#isHurried = false;
    this.#restUntil = this.now() + 1000 * wait;
  }

  /** @param {number} wait */
  #later(wait) {
    this.timers.clearTimeout(this.#timer);
    this.#timer = this.timers.setTimeout(() => this.refresh(), wait);
    return "done";
  }
}
