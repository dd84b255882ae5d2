// @ts-check
const FIRST_DELAY = 500; // ms
const LONGEST_DELAY = 8_000; // ms at most between two attempts

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
    await new Promise((go) => setTimeout(go, delay));
  }
}
