const MAX_CUES = 1000; // more, and the oldest comes early rather than never

/** Things that are due at a time of the media, in seconds. */
export class Cues {
  #waiting = []; // {time, cue}, by time
  #fire;

  /** `fire(cue)` is called when the media has reached it. */
  constructor(fire) {
    this.#fire = fire;
  }

  get size() {
    return this.#waiting.length;
  }

  add(time, cue) {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1].time > time) at -= 1;
    this.#waiting.splice(at, 0, {time, cue});
    if (this.#waiting.length > MAX_CUES) this.#fire(this.#waiting.shift().cue);
  }

  /** The media is at `time`. A frame's time and a cue's may differ by rounding. */
  advance(time) {
    while (this.#waiting.length > 0 && this.#waiting[0].time <= time + 0.001) {
      this.#fire(this.#waiting.shift().cue);
    }
  }

  /** The clock they were set for has ended. */
  flush() {
    this.advance(Infinity);
  }
}
