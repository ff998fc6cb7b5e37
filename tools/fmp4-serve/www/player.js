import {Cues} from './player/cues.js';
import {Emitter} from './player/emitter.js';
import {LiveSocket} from './player/live_socket.js';
import {MediaBuffer} from './player/media_buffer.js';
import {Playhead} from './player/playhead.js';

const PROTOCOL = 'scopewire.fmp4.v1';
const TICK_MS = 100;

/**
 * Plays one live stream of fmp4-serve in a <video>, close to live, for as long as it is left alone:
 * through stalls, restarts of the publisher and of the server. Events:
 *   state    (state, detail)  connecting, waiting (not live yet), buffering, live, paused, ended
 *                             (the publisher left), failed (for good; detail says why)
 *   init     (init)           codecs and tracks, as in scopewire-ws(7)
 *   metadata ({time, timestamp, data})  when the picture it belongs to is shown
 *   skipped  ({from, to})     we were too slow, and the server left something out
 *   blocked  ()               the browser wants a click before it plays: call play() from one
 */
export class Player extends Emitter {
  #video;
  #socket;
  #buffer = null;
  #playhead;
  #cues = new Cues((cue) => this.#fire(cue));
  #timer;
  #listeners = new AbortController();
  #paused = false; // by somebody's wish
  #counts = {metadata: 0, skipped: 0, bytes: 0};
  state = 'connecting';
  init = null;

  /** `url` is ws://host:8410/live/cam. Sound is off until somebody asks, or nothing would play. */
  constructor(video, url, {muted = true} = {}) {
    super();
    this.#video = video;
    video.muted = muted;
    video.playsInline = true;
    this.#playhead = this.#newPlayhead();
    this.#socket = new LiveSocket(url, PROTOCOL);
    this.#socket.on('message', (data) => this.#receive(data));
    this.#socket.on('down', (how) => this.#down(how));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    const {signal} = this.#listeners;
    document.addEventListener('visibilitychange', () => this.#shown(), {signal});
    video.addEventListener('waiting', () => this.#ranDry(), {signal});
    video.addEventListener('error', () => this.#restart(video.error?.message), {signal});
  }

  /** Goes on after pause() or `blocked`, at the live edge. */
  play() {
    this.#paused = false;
    if (this.state === 'paused') this.#set(this.#buffer ? 'buffering' : 'connecting');
    this.#playhead.toLive();
    this.#start();
  }

  pause() {
    if (!this.#buffer) return;
    this.#paused = true;
    this.#video.pause();
    this.#set('paused');
  }

  get paused() {
    return this.#paused;
  }

  /** Everything a person or a test may want to know, as of now; latency and target in seconds. */
  get stats() {
    const {presented, dropped, latency, target, time: currentTime} = this.#playhead;
    const {videoWidth: width, videoHeight: height, playbackRate: rate} = this.#video;
    const due = this.#cues.size;
    const shown = {presented, dropped, currentTime, width, height};
    return {state: this.state, ...this.#counts, due, ...shown, latency, target, rate};
  }

  close() {
    this.#socket.close();
    clearInterval(this.#timer);
    this.#listeners.abort();
    this.#buffer?.close();
  }

  // --- what the server says --------------------------------------------------------------------

  #receive(data) {
    if (typeof data !== 'string') return this.#append(data);
    const message = JSON.parse(data);
    if (message.type === 'init') this.#begin(message);
    if (message.type === 'metadata') this.#metadata(message);
    if (message.type === 'skipped') this.#skipped(message);
    if (message.type === 'waiting') this.#set('waiting');
    if (message.type === 'end') this.#set('ended');
  }

  #begin(init) {
    const {mime} = init;
    if (!MediaSource.isTypeSupported(mime)) return this.#giveUp(`this browser cannot play ${mime}`);
    if (!this.#buffer || kinds(init) !== kinds(this.init)) this.#renew(init);
    this.init = init;
    this.#buffer.begin(init);
    this.#playhead.expect();
    this.emit('init', init);
    if (this.#paused) return;
    this.#set('buffering');
    this.#start();
  }

  // A SourceBuffer keeps its number of tracks for life, and a broken one stays broken.
  #renew(init) {
    this.#cues.flush();
    this.#buffer?.close();
    this.#buffer = new MediaBuffer(this.#video);
    this.#buffer.on('failed', (message) => this.#restart(message));
    this.#playhead.enter(this.#buffer, {audio: kinds(init).includes('audio')});
  }

  #append(bytes) {
    this.#counts.bytes += bytes.byteLength;
    this.#playhead.fed();
    this.#buffer?.append(bytes);
  }

  // In order with the fragments: only then is the offset of its clock known.
  #metadata({time, timestamp, data}) {
    const cue = {time, timestamp, data};
    if (!this.#buffer || typeof time !== 'number') this.#fire(cue);
    else this.#buffer.after((offset) => this.#cues.add(time + offset, cue));
  }

  #fire(cue) {
    this.#counts.metadata += 1;
    this.emit('metadata', cue);
  }

  #skipped({from, to}) {
    this.#counts.skipped += to - from;
    this.emit('skipped', {from, to});
  }

  #down({code, reason, retryIn}) {
    const why = reason || `close code ${code}`;
    if (retryIn === null) this.#giveUp(why);
    else this.#set('connecting', why);
  }

  // Damaged media: what follows needs a new init segment and a key frame, so ask for them.
  #restart(message) {
    this.#playhead.leave();
    this.#buffer?.close();
    this.#buffer = null;
    this.#set('connecting', message);
    this.#socket.drop();
  }

  #giveUp(message) {
    this.#socket.close();
    this.#set('failed', message);
  }

  // --- playing ---------------------------------------------------------------------------------

  #newPlayhead() {
    const playhead = new Playhead(this.#video, (time) => this.#cues.advance(time));
    playhead.on('moves', () => this.#change('buffering', 'live'));
    playhead.on('stalls', () => this.#change('live', 'buffering'));
    playhead.on('stuck', () => this.#restart('the picture stood still'));
    return playhead;
  }

  // By play(), not by the autoplay attribute: that waits for "enough data" in some browsers.
  async #start() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') this.emit('blocked');
    }
  }

  #tick() {
    if (!this.#buffer) return;
    this.#cues.advance(this.#playhead.time - 0.05); // sound alone has no frames
    if (!this.#paused && !document.hidden) this.#playhead.tick(performance.now());
  }

  #ranDry() {
    if (this.state === 'live') this.#playhead.ranDry();
  }

  // Browsers stop a picture without sound in a hidden page, while media keeps coming.
  #shown() {
    if (document.hidden || this.#paused || !this.#buffer) return;
    this.#playhead.toLive();
    this.#start();
  }

  #change(from, to) {
    if (this.state === from) this.#set(to);
  }

  #set(state, detail = '') {
    if (state === this.state && !detail) return;
    this.state = state;
    this.emit('state', state, detail);
  }
}

function kinds({tracks}) {
  const all = tracks.map(({kind}) => kind);
  return all.sort().join();
}
