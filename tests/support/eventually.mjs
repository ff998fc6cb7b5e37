import {setTimeout as sleep} from 'node:timers/promises';

/** Waits until the condition, which may be asynchronous, is true and returns its value. */
export async function eventually(condition, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`still false after ${milliseconds} ms: ${condition}`);
    await sleep(50);
  }
}
