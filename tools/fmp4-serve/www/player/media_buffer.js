import {joined} from './bytes.js';
import {Emitter} from './emitter.js';
import {startsWithKey} from './fragment.js';

const BEHIND = 10; // seconds kept behind the playhead
const AT_MOST = 30; // seconds kept in all, when the playhead stands still: paused, or hidden
const STEPS = 8; // pieces
const WORTH = 5; // seconds: less is not worth a removal
// Where both are (Safari), the managed one: the browser may take media away when it needs the memory.
const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;
const HAIR = 0.001; // seconds: `start` is rounded, and what is before zero is lost
const MAX_QUEUE = 32 << 20; // bytes not yet taken by the browser; it takes them in microseconds

/** Why a stream of that kind cannot be played here; null: it can. */
export function obstacle(mime) {
  if (!Source) return 'this browser cannot play live media (no Media Source Extensions)';
  return Source.isTypeSupported(mime) ? null : `this browser cannot play ${mime}`;
}

/**
 * A MediaSource that fragments are appended to as they come, each run of them put right after what
 * is there: neither a publisher's restart nor a reconnect leaves a hole. Events:
 *   failed (message)   nothing more can be appended; make another one
 */
export class MediaBuffer extends Emitter {
  #video;
  #source = new Source();
  #address = URL.createObjectURL(this.#source);
  #buffer = null;
  #family = '';
  #videoTrack = null; // the id of the track that has key frames
  #keys = []; // seconds where the picture can start, so that removal never cuts a GOP
  #queue = []; // {init}, {bytes, key} or {then}
  #queued = 0;
  #pieces = 0; // in what is being appended, and where it began
  #endBefore = 0;
  #steps = []; // seconds that the last pieces had
  #failed = false;

  constructor(video) {
    super();
    this.#video = video;
    this.#source.addEventListener('sourceopen', () => this.#pump(), {once: true});
    video.disableRemotePlayback = true; // without it, a managed source does not open
    video.src = this.#address;
  }

  /** An init message; the init segment and its fragments follow by append(). */
  begin(init) {
    this.#queue.push({init});
    this.#videoTrack = init.tracks.find(({kind}) => kind === 'video')?.id ?? null;
    this.#pump();
  }

  append(bytes) {
    const key = this.#videoTrack !== null && startsWithKey(bytes, this.#videoTrack);
    this.#queue.push({bytes: new Uint8Array(bytes), key});
    this.#queued += bytes.byteLength;
    if (this.#queued > MAX_QUEUE) this.#fail('the browser takes no more media');
    this.#pump();
  }

  /** Calls `then(offset)` when all before it is appended; media time + offset = element time. */
  after(then) {
    this.#queue.push({then});
    this.#pump();
  }

  /** Seconds up to which there is media to play; 0 without any. */
  get end() {
    const ranges = this.#ranges();
    return ranges.length > 0 ? ranges[ranges.length - 1].end : 0;
  }

  /** Seconds in one piece, of late: a frame, or as much as the server puts in a fragment. */
  get step() {
    return Math.max(0, ...this.#steps);
  }

  /** Where to go on if the playhead is at a hole, or before the beginning; null if it is not. */
  afterHole(time) {
    const ranges = this.#ranges();
    if (ranges.some(({start, end}) => start <= time && time < end - 0.1)) return null;
    return ranges.find(({start}) => start > time)?.start ?? null;
  }

  close() {
    this.#failed = true;
    this.#queue = [];
    URL.revokeObjectURL(this.#address);
    if (this.#video.src !== this.#address) return; // another one has taken over
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  // --- the queue -------------------------------------------------------------------------------

  get #ready() {
    return !this.#failed && this.#source.readyState === 'open' && !this.#buffer?.updating;
  }

  #pump() {
    try {
      while (this.#queue.length > 0 && this.#ready) this.#step();
    } catch (error) {
      if (error.name === 'QuotaExceededError') this.#full();
      else this.#fail(error.message);
    }
  }

  #step() {
    const [{init, then, bytes}] = this.#queue;
    if (bytes) return this.#appendRun();
    this.#queue.shift();
    if (then) then(this.#buffer?.timestampOffset ?? 0);
    else this.#configure(init);
  }

  // All that waits up to the next key frame in one go; what does not fit stays in the queue.
  #appendRun() {
    const [{key}] = this.#queue;
    const next = this.#queue.findIndex((entry, at) => at > 0 && (!entry.bytes || entry.key));
    const run = this.#queue.slice(0, next < 0 ? undefined : next);
    this.#endBefore = this.end;
    this.#buffer.appendBuffer(joined(run.map(({bytes}) => bytes)));
    this.#pieces = run.length;
    if (key) this.#keys.push(this.end);
    this.#queue.splice(0, run.length);
    for (const {bytes} of run) this.#queued -= bytes.length;
  }

  #configure({mime, start}) {
    const family = codecFamily(mime);
    if (!this.#buffer) this.#open(mime);
    else if (family !== this.#family) this.#buffer.changeType(mime);
    this.#family = family;
    this.#buffer.timestampOffset = this.end - start + HAIR;
  }

  #open(mime) {
    this.#source.duration = Infinity; // live: never at its end
    this.#buffer = this.#source.addSourceBuffer(mime);
    this.#buffer.mode = 'segments';
    this.#buffer.addEventListener('updateend', () => this.#updated());
    this.#buffer.addEventListener('error', () => this.#fail('the media is damaged'));
  }

  #updated() {
    if (!this.#ready) return;
    if (this.#pieces > 0) this.#steps.push((this.end - this.#endBefore) / this.#pieces);
    if (this.#steps.length > STEPS) this.#steps.shift();
    this.#pieces = 0; // an init segment or a removal is none
    const {currentTime} = this.#video;
    this.#evict(Math.max(currentTime - BEHIND, this.end - AT_MOST), WORTH);
    this.#pump();
  }

  // --- room ------------------------------------------------------------------------------------

  // Removes up to the last key frame before `keepFrom`: a removal goes on to the next key frame, so
  // any other place could take away what is being played. Without a picture every place is one.
  #evict(keepFrom, worth) {
    const [first] = this.#ranges();
    const to = this.#videoTrack === null ? keepFrom : this.#keys.findLast((key) => key <= keepFrom);
    if (!first || to === undefined || to - first.start < worth) return false;
    this.#keys = this.#keys.filter((key) => key >= to);
    this.#buffer.remove(0, to);
    return true;
  }

  #full() {
    if (this.#evict(this.#video.currentTime, 0.1) || this.#evict(this.end, 0.1)) return;
    this.#fail('the browser has no room for more media');
  }

  #fail(message) {
    if (this.#failed) return;
    this.#failed = true;
    this.#queue = [];
    this.emit('failed', message);
  }

  #ranges() {
    const buffered = this.#buffer?.buffered ?? [];
    return Array.from(buffered, (_, at) => ({start: buffered.start(at), end: buffered.end(at)}));
  }
}

/** avc1.42c01f,mp4a.40.2 and avc1.640028,mp4a.40.5 need no changeType(), avc1 and hvc1 do. */
function codecFamily(mime) {
  return mime.replace(/\.[^,"]*/g, '');
}
