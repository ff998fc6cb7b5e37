// A live stream as fmp4-serve sends it over scopewire.fmp4.v1, in a page of script: loops a clip in
// real time, lets viewers in on the cached GOP, and does on demand what publishers and networks do.
import {fragment} from './fmp4_clip.mjs';

const TURN_MS = 5;

export class FakeStream {
  name;
  viewers = new Set();
  heard = []; // what viewers said
  deaf = false; // it understands nothing
  #clip;
  #base; // the stream's clock at the beginning of this publication, in seconds
  #began = 0; // ... and ours, in milliseconds
  #next = 0; // the next sample, counted over all loops
  #sequence = 0;
  #epoch = 0;
  #gop = []; // {sample, time} since the last key frame
  #squeezed;
  #timer = null;
  #holding = false;
  #losing = false;
  pieces = 1; // samples in a message
  #piece = [];
  silent = false; // sound is announced and does not come

  /**
   * `base` is where its clock begins, which is nobody's business but ours. `squeezed`: viewers get
   * the cached GOP in no time, its frames a millisecond each up to the live point; else as it was.
   */
  constructor(name, {base = 12.345, squeezed = true} = {}) {
    this.name = name;
    this.#base = base;
    this.#squeezed = squeezed;
  }

  get live() {
    return this.#timer !== null;
  }

  get time() {
    return this.#base + (performance.now() - this.#began) / 1000;
  }

  connect(socket) {
    this.viewers.add(socket);
    socket.onClose = () => this.viewers.delete(socket);
    socket.onText = (text) => {
      this.heard.push(JSON.parse(text));
      if (this.deaf) this.#tell(socket, {type: 'error', code: 'unknown_type'});
    };
    if (!this.live) return this.#tell(socket, {type: 'waiting', stream: this.name});
    const cached = this.#squeezed ? this.#squeeze() : this.#gop;
    this.#introduce(socket, cached[0]?.time);
    for (const {sample, time} of cached) socket.send(this.#fragment(sample, time));
  }

  // --- the publisher ---------------------------------------------------------------------------

  /** Begins, or begins again, with this clip; time goes on. */
  publish(clip) {
    this.unpublish({quietly: true});
    this.#clip = clip;
    this.#base = this.#epoch === 0 ? this.#base : this.time;
    this.#began = performance.now();
    this.#next = 0;
    this.#epoch += 1;
    this.#gop = [];
    for (const socket of this.viewers) this.#introduce(socket);
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  /** The same publisher again, with the same codecs: no init message. */
  resume() {
    this.#base = this.time;
    this.#began = performance.now();
    this.#next = 0;
    this.restart(0);
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  unpublish({quietly = false} = {}) {
    if (!this.live) return;
    clearInterval(this.#timer);
    this.#timer = null;
    if (!quietly) this.#all({type: 'end'});
  }

  metadata(data) {
    const time = this.time;
    this.#all({type: 'metadata', time, timestamp: Math.round(time * 1000), data});
    return time;
  }

  /** As the clock of the publisher begins anew; the media goes on. */
  restart(timestamp) {
    this.#all({type: 'restart', time: this.time, timestamp});
  }

  /** A file of one picture. */
  still() {
    const key = this.#clip.samples.find(({kind}) => kind === 'video');
    if (!key) return undefined; // sound alone
    return Buffer.concat([this.#clip.init, fragment(this.#clip, key, 0, 1)]);
  }

  notice(text) {
    this.#all({type: 'notice', text});
  }

  // --- the network -----------------------------------------------------------------------------

  /** Keeps everything back for a while, then lets it out at once. */
  async hold(milliseconds) {
    this.#holding = true;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.#holding = false;
  }

  /** Leaves out what would have been sent now, up to the next key frame: a viewer was too slow. */
  skipToKey() {
    const from = this.#at(this.#next);
    do this.#next += 1;
    while (!(this.#sample(this.#next).kind === 'video' && this.#sample(this.#next).key));
    this.#all({type: 'skipped', from, to: this.#at(this.#next)});
  }

  /** Loses pictures up to the next key frame, and tells nobody. */
  lose() {
    this.#losing = true;
  }

  // --- one after the other ---------------------------------------------------------------------

  #turn() {
    if (this.#holding) return;
    while (this.#at(this.#next) <= this.time) {
      this.#emit(this.#sample(this.#next), this.#at(this.#next));
      this.#next += 1;
    }
  }

  #emit(sample, time) {
    if (this.silent && sample.kind === 'audio') return;
    if (sample.kind === 'video' && sample.key) this.#losing = false;
    if (this.#losing && sample.kind === 'video') return;
    if (sample.key && sample.kind === this.#leading) this.#gop = [];
    this.#gop.push({sample, time});
    this.#piece.push(this.#fragment(sample, time));
    if (this.#piece.length < this.pieces) return;
    const bytes = Buffer.concat(this.#piece);
    this.#piece = [];
    for (const socket of this.viewers) socket.send(bytes);
  }

  #fragment(sample, time) {
    this.#sequence += 1;
    return fragment(this.#clip, sample, time, this.#sequence);
  }

  // The pictures of the GOP, a millisecond each, the last one ending where the next one begins.
  #squeeze() {
    const frames = this.#gop.filter(({sample}) => sample.kind === this.#leading);
    const last = frames.at(-1);
    return frames.map(({sample}, at) => ({
      sample: {...sample, duration: 0.001},
      time: last.time + last.sample.duration - (frames.length - at) * 0.001,
    }));
  }

  get #leading() {
    return this.#clip.tracks.some(({kind}) => kind === 'video') ? 'video' : 'audio';
  }

  #sample(count) {
    return this.#clip.samples[count % this.#clip.samples.length];
  }

  #at(count) {
    const {samples, seconds} = this.#clip;
    return this.#base + Math.floor(count / samples.length) * seconds + this.#sample(count).time;
  }

  #introduce(socket, start = this.#at(this.#next)) {
    const tracks = this.#clip.tracks.map(({timescale, ...track}) => track);
    this.#tell(socket, {
      type: 'init',
      stream: this.name,
      epoch: this.#epoch,
      mime: this.#clip.mime,
      start,
      timestamp: Math.round(start * 1000),
      tracks,
    });
    socket.send(this.#clip.init);
  }

  #all(message) {
    for (const socket of this.viewers) this.#tell(socket, message);
  }

  #tell(socket, message) {
    socket.send(JSON.stringify(message));
  }
}
