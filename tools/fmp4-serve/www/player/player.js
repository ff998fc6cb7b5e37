import {Cues} from './cues.js';
import {Emitter} from './emitter.js';
import {LiveSocket, absolute} from './live_socket.js';
import {MediaBuffer, obstacle} from './media_buffer.js';
import {Playhead} from './playhead.js';
import {PublisherClock} from './publisher_clock.js';
import {TextTracks} from './text_tracks.js';
import {closeWords} from './words.js';
import {Attendance, initWithout, segmentWithout, trackIds} from './tracks.js';

const PROTOCOL = 'scopewire.fmp4.v1';
const TICK_MS = 100;
const REPORT_MS = 5000;
const KINDS = {audio: 'sound', video: 'picture'};

/**
 * Plays one live stream of fmp4-serve in a <video>, close to live, for as long as it is left alone:
 * through stalls, restarts of the publisher and of the server. Events:
 *   state    (state, detail)  connecting, waiting (not live yet), buffering, live, paused, ended
 *                             (the publisher left), failed (for good; detail says why)
 *   init     (init)           codecs and tracks, as in scopewire-ws(7)
 *   metadata ({time, timestamp, data})  when the picture it belongs to is shown; also as cues of the
 *                             <video>'s text tracks
 *   restart  ({time, timestamp})  the publisher begins anew, or its clock: what it stamps `timestamp`
 *                             (ms) lies at `time` (s)
 *   skipped  ({from, to})     we were too slow, and the server left something out
 *   notice   (text)           the server tells people something, of a track that it leaves out
 *   blocked  ()               the browser wants a click before it plays: call play() from one
 */
export class Player extends Emitter {
  #video;
  #socket;
  #buffer = null;
  #playhead;
  #cues = new Cues((cue) => this.#fire(cue));
  #clock = new PublisherClock();
  #tracks;
  #attendance = null;
  #absent = null; // the kind of the track that is announced and does not come
  #announced = null; // the init message as it came
  #segmentDue = false; // the init segment follows its message
  #timer;
  #reporter;
  #reports = {wanted: true, dropped: 0}; // until the server says that it has no use for them
  #listeners = new AbortController();
  #paused = false; // by somebody's wish
  #counts = {metadata: 0, skipped: 0, bytes: 0, stalls: 0, restarts: 0, connections: 0};
  state = 'connecting';
  init = null;

  /**
   * `url` is ws://host:8410/live/cam. Sound is off until somebody asks, or nothing would play. `token`
   * says who we are, or is a function that does, or promises to.
   */
  constructor(video, url, {muted = true, token = ''} = {}) {
    super();
    this.#video = video;
    video.muted = muted;
    video.playsInline = true;
    this.#tracks = new TextTracks(video);
    this.#playhead = this.#newPlayhead();
    this.#socket = new LiveSocket(absolute(url).href, PROTOCOL, token);
    this.#socket.on('open', () => this.#opened());
    this.#socket.on('message', (data) => this.#receive(data));
    this.#socket.on('down', (how) => this.#down(how));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#reporter = setInterval(() => this.#report(), REPORT_MS);
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

  /** The text track that people may turn on; null until there is text. */
  get captions() {
    return this.#tracks.captions;
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

  /**
   * The publisher's time stamp, in milliseconds, of what is shown at `time` of the <video>, as metadata
   * has it: now, if none is given. null: it is not known.
   */
  publisherTime(time = this.#video.currentTime) {
    return this.#clock.time(time);
  }

  close() {
    this.#socket.close();
    clearInterval(this.#timer);
    clearInterval(this.#reporter);
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
    if (message.type === 'restart') this.#restarted(message);
    if (message.type === 'waiting') this.#set('waiting');
    if (message.type === 'end') this.#set('ended');
    if (message.type === 'notice') this.emit('notice', message.text);
    if (message.type === 'error' && message.code === 'unknown_type') this.#reports.wanted = false;
    if (message.type === 'advice') this.#socket.advise(message.after_ms);
  }

  #opened() {
    this.#counts.connections += 1;
    this.#reports = {wanted: true, dropped: this.#playhead.dropped};
  }

  // How well it is seen, for who runs the server. A server that takes no reports does not answer, or
  // says that it does not know the word.
  #report() {
    if (this.state !== 'live' || !this.#socket.isOpen || !this.#reports.wanted) return;
    const dropped = Math.max(0, this.#playhead.dropped - this.#reports.dropped);
    const buffer = Math.round(this.#playhead.latency * 1000) / 1000;
    this.#socket.send(JSON.stringify({type: 'stats', buffer, dropped}));
  }

  #begin(announced) {
    const absent = announced.tracks.find(({kind}) => kind === this.#absent);
    const init = absent ? initWithout(announced, absent.id) : announced;
    const trouble = obstacle(init.mime);
    if (trouble) return this.#giveUp(trouble);
    this.#attendance = new Attendance(init.tracks);
    this.#segmentDue = true;
    if (!this.#buffer || kinds(init) !== kinds(this.init)) this.#renew(init);
    this.init = init;
    this.#announced = announced;
    this.#buffer.begin(init);
    this.#expectClock(init.start, init.timestamp);
    this.#playhead.expect();
    this.emit('init', init);
    if (this.#paused) return;
    this.#set('buffering');
    this.#start();
  }

  // A SourceBuffer keeps its number of tracks for life, and a broken one stays broken.
  #renew(init) {
    this.#cues.flush();
    this.#tracks.clear();
    this.#clock.clear();
    this.#buffer?.close();
    this.#buffer = new MediaBuffer(this.#video);
    this.#buffer.on('failed', (message) => this.#restart(message));
    this.#playhead.enter(this.#buffer, {audio: kinds(init).includes('audio')});
  }

  #append(bytes) {
    this.#counts.bytes += bytes.byteLength;
    if (!this.#buffer) return;
    if (this.#segmentDue) return this.#appendSegment(bytes);
    this.#playhead.fed();
    if (this.#absent && this.#appears(bytes)) return this.#restart(`the ${KINDS[this.#absent]} has come`);
    const missing = this.#attendance.see(bytes, performance.now());
    if (missing) return this.#goWithout(missing.kind);
    this.#buffer.append(bytes);
  }

  #appendSegment(bytes) {
    this.#segmentDue = false;
    const gone = this.#announced.tracks.find(({kind}) => kind === this.#absent);
    this.#buffer.append(gone ? segmentWithout(bytes, gone.id) : bytes);
  }

  // What the tracks have in common is played: of one that stays empty, nothing.
  #goWithout(kind) {
    this.#absent = kind;
    this.#restart(`there is no ${KINDS[kind]}`);
  }

  #appears(bytes) {
    const known = this.init.tracks.map(({id}) => id);
    if (trackIds(bytes).every((id) => known.includes(id))) return false;
    this.#absent = null;
    return true;
  }

  // In order with the fragments: only then is the offset of its clock known.
  #metadata({time, timestamp, data}) {
    const cue = {time, timestamp, data};
    if (!this.#buffer || typeof time !== 'number') this.#fire(cue);
    else this.#buffer.after((offset) => this.#expect(time + offset, cue));
  }

  // Servers of earlier releases say no time with `init`.
  #expectClock(time, timestamp) {
    if (typeof timestamp !== 'number') return;
    this.#buffer?.after((offset) => this.#clock.set(time + offset, timestamp));
  }

  #expect(at, cue) {
    this.#cues.add(at, cue);
    this.#tracks.add(at, cue.data);
  }

  #fire(cue) {
    this.#counts.metadata += 1;
    this.emit('metadata', cue);
  }

  #skipped({from, to}) {
    this.#counts.skipped += to - from;
    this.emit('skipped', {from, to});
  }

  // The stream goes on; the same codecs need no init message.
  #restarted({time, timestamp}) {
    this.#change('ended', 'buffering');
    this.#playhead.expect();
    this.#expectClock(time, timestamp);
    this.emit('restart', {time, timestamp});
  }

  #down({code, reason, retryIn}) {
    const why = closeWords(code, reason);
    if (retryIn === null) this.#giveUp(why);
    else this.#set('connecting', why);
  }

  // Damaged media: what follows needs a new init segment and a key frame, so ask for them.
  #restart(message) {
    this.#counts.restarts += 1;
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
    playhead.on('stalls', () => this.#stalled());
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

  #stalled() {
    if (this.state === 'live') this.#counts.stalls += 1;
    this.#change('live', 'buffering');
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
