import {Emitter} from './emitter.js';
import {LiveEdge} from './live_edge.js';

const STALL_MS = 400; // no movement for so long is a stall that a person sees
const STUCK_MS = 3000; // media is there and nothing moves: seek; twice as long: give up
const FED_MS = 500; // media that came so long ago still counts as coming
const KEEPS_RATE = 'ManagedMediaSource' in globalThis; // Safari buffers anew at every other rate
const SETTLED = 30; // frames; what browsers drop before is what they skip to reach the live point

/**
 * Where a <video> is in its MediaBuffer, and how it is kept close to the live end, over holes and
 * stalls. It is looked after by tick(), some times a second. Events:
 *   moves  ()   the picture, or the sound, goes on
 *   stalls ()   it stands still
 *   stuck  ()   it stands still although there is media: nothing helped
 */
export class Playhead extends Emitter {
  #video;
  #buffer = null;
  #edge = null;
  #last = {time: 0, at: 0, insisted: false}; // where it moved last
  #fedAt = 0;
  #start = {presented: 0, dropped: 0};
  presented = 0; // frames, over all buffers

  /** `onFrame(mediaTime)` is called for every frame shown, where the browser tells. */
  constructor(video, onFrame) {
    super();
    this.#video = video;
    this.#awaitFrame(onFrame);
  }

  /** A new buffer, at whose beginning the video stands. */
  enter(buffer, {audio}) {
    this.#buffer = buffer;
    this.#edge = new LiveEdge({audio});
    this.#start = {presented: this.presented, dropped: 0};
    this.#last = {time: 0, at: performance.now(), insisted: false};
  }

  leave() {
    this.#buffer = null;
  }

  /** Media has come. */
  fed() {
    this.#fedAt = performance.now();
  }

  /** From now on a standstill is news. */
  expect() {
    this.#last.at = performance.now();
  }

  get time() {
    return this.#video.currentTime;
  }

  /** Seconds between the newest media and what is shown. */
  get latency() {
    return this.#buffer ? Math.max(0, this.#buffer.end - this.time) : 0;
  }

  /** Seconds of latency that it aims at. */
  get target() {
    return this.#edge?.target ?? 0;
  }

  get dropped() {
    return Math.max(0, this.#droppedInAll - this.#start.dropped);
  }

  toLive() {
    if (this.#buffer && this.latency > this.target) this.#seek(this.#buffer.end - this.target);
  }

  /** Playback ran dry: once is nothing, twice asks for more distance. */
  ranDry() {
    this.#edge?.stalled(performance.now());
  }

  tick(now) {
    if (!this.#buffer) return;
    if (this.presented - this.#start.presented < SETTLED) this.#start.dropped = this.#droppedInAll;
    if (this.time === this.#last.time) return this.#free(now, now - this.#last.at);
    this.#last = {time: this.time, at: now, insisted: false};
    this.emit('moves');
    this.#follow(now);
  }

  #follow(now) {
    const {rate, seek} = this.#edge.decide(now, this.latency, this.#buffer.step);
    if (seek) this.toLive();
    else if (!KEEPS_RATE && this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
  }

  // Over a hole at once, else wait; when media is there, or keeps coming, insist.
  #free(now, still) {
    const over = this.#buffer.afterHole(this.time);
    if (over !== null) return this.#seek(over);
    if (still > STALL_MS) this.emit('stalls');
    const fed = this.latency > 0.5 || now - this.#fedAt < FED_MS;
    if (!fed || still < STUCK_MS || this.#video.paused) return; // paused: it wants a click first
    if (still >= 2 * STUCK_MS) this.emit('stuck');
    else if (!this.#last.insisted) this.#insist();
  }

  #insist() {
    this.#last.insisted = true;
    this.toLive();
  }

  #seek(time) {
    this.#video.currentTime = time;
    this.#video.playbackRate = 1;
    this.#edge.moved(performance.now());
  }

  get #droppedInAll() {
    return this.#video.getVideoPlaybackQuality().droppedVideoFrames;
  }

  #awaitFrame(onFrame) {
    this.#video.requestVideoFrameCallback?.((_, {mediaTime}) => {
      this.presented += 1;
      onFrame(mediaTime);
      this.#awaitFrame(onFrame);
    });
  }
}
