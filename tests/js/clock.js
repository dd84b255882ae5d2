// Timers of a time that only passes when a test says so.

export class Clock {
  #now = 0;
  #timers = new Map();
  #count = 0;

  setTimeout = (callback, wait) => {
    this.#timers.set(++this.#count, { callback, at: this.#now + wait });
    return this.#count;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  // Lets so many ms pass; what was due has happened then, with all that waited for it.
  async pass(ms) {
    this.#now += ms;
    for (const [timer, { callback, at }] of [...this.#timers]) {
      if (at <= this.#now && this.#timers.delete(timer)) callback();
    }
    await settled();
  }
}

export function settled() {
  return new Promise((go) => setImmediate(go));
}
