// @ts-check
const FIRST_DELAY = 500; // ms
const LONGEST_DELAY = 20_000; // ms on average between two attempts, at most

// Loads a script, with retries until it succeeds. `failed` is called after each failure.
/** @param {() => Promise<unknown>} part @param {() => void} failed */
export async function untilLoaded(part, failed) {
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    try {
      await part();
      return;
    } catch {
      failed();
    }
    await new Promise((go) => setTimeout(go, delay * (0.5 + Math.random())));
  }
}
