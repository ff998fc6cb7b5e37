import {setTimeout as sleep} from 'node:timers/promises';

/** Waits until the condition, which may be asynchronous, is true and returns its value; `words` name it. */
export async function eventually(condition, milliseconds = 20_000, words = String(condition)) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`still false after ${milliseconds} ms: ${words}`);
    await sleep(50);
  }
}
