const WINDOW_MS = 1000; // the smallest gap within it counts: bursts come and go
const SETTLE_MS = 500; // what must be seen before a seek, the first and every other
const SEEK_GAP = 1; // seconds: more is not caught up with by rate
const FASTEST = 1.15;
const SLOWEST = 0.9;
const STALLS_MS = 10_000; // two stalls within it: the target is too tight
const CALM_MS = 30_000; // so long without: try tighter again

// Seconds behind what has arrived. Under 0.1 s of sound Chromium's audio runs dry and settles at
// 0.65 s; a picture alone starts at 0.06 s by itself and is only kept from drifting away.
const TARGET_AUDIO = 0.12;
const TARGET_VIDEO = 0.08;
const MAX_TARGET = 1;

/** How far behind the newest media to play. Gaps in seconds, times in milliseconds, no clock. */
export class LiveEdge {
  #base;
  #slack;
  #slowest;
  #gaps = []; // {now, gap} of the last second, or of a piece and a half
  #stalls = [];
  #changed = -Infinity;
  #movedAt = -Infinity;
  target;

  constructor({audio}) {
    this.#base = audio ? TARGET_AUDIO : TARGET_VIDEO;
    this.#slack = audio ? 0.03 : 0.06; // around the target, where nothing is done
    this.#slowest = audio ? SLOWEST : 1; // a picture alone needs no cushion: never slower
    this.target = this.#base;
  }

  /**
   * What to do now: the rate to play at, and whether to seek to the target instead. Media comes in
   * pieces of `step` seconds: less than one of them says nothing.
   */
  decide(now, gap, step = 0) {
    const within = Math.max(WINDOW_MS, step * 1500);
    this.#gaps = [...this.#gaps.filter((one) => now - one.now < within), {now, gap}];
    this.#relax(now);
    const watched = now - this.#gaps[0].now;
    if (watched < step * 1200) return {seek: false, rate: 1};
    const least = Math.min(...this.#gaps.map((one) => one.gap));
    const seek = least > SEEK_GAP && watched >= SETTLE_MS;
    if (seek) this.moved(now);
    return {seek, rate: seek ? 1 : this.#rate(least)};
  }

  /** After a seek, whoever made it: what was measured before says nothing any more. */
  moved(now) {
    this.#gaps = [];
    this.#movedAt = now;
  }

  /** The playback ran dry; right after a seek that is no news. */
  stalled(now) {
    if (now - this.#movedAt < SETTLE_MS) return;
    this.#stalls = [...this.#stalls.filter((at) => now - at < STALLS_MS), now];
    if (this.#stalls.length < 2) return;
    this.#stalls = [];
    this.#changed = now;
    this.target = Math.min(MAX_TARGET, this.target + 0.05);
  }

  #relax(now) {
    if (this.target <= this.#base || now - this.#changed < CALM_MS) return;
    this.#changed = now;
    this.target = Math.max(this.#base, this.target - 0.01);
  }

  #rate(gap) {
    const off = gap - this.target;
    if (Math.abs(off) <= this.#slack) return 1;
    const rate = Math.min(FASTEST, Math.max(this.#slowest, 1 + off));
    return Math.round(rate * 100) / 100;
  }
}
