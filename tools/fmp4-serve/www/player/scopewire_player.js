import {absolute} from './live_socket.js';
import {Player} from './player.js';
import {playerParts, statRows} from './player_parts.js';
import {PLAYER_STYLE} from './player_style.js';
import {stillAddress, stillPicture} from './still_picture.js';
import {STATE_WORDS, bitRateWords} from './words.js';

const STATS_MS = 500;

/**
 * <scopewire-player src="ws://host:8410/live/cam" poster="..." token="..." autoplay="false"
 *                   muted="false" stats>
 *
 * The picture with its controls: space pauses, m the sound, c captions, f the full screen, l goes to
 * live, s shows numbers. It is muted until somebody wants the sound, since browsers let nothing else
 * begin by itself. With autoplay="false" it begins with a click; until then it shows the poster, or
 * the newest picture of the stream. Events:
 *   state ({state, why}), begin (the init message), metadata ({time, timestamp, data}), notice (text),
 *   as CustomEvents
 */
export class ScopewirePlayer extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ['src', 'poster', 'token', 'stats'];

  /** Who we are: a string, or a function that promises one; wins over the attribute. */
  token = '';
  #parts;
  #player = null;
  #muted = true;
  #last = {at: 0, stats: null};
  #timer = 0;

  constructor() {
    super();
    const root = this.attachShadow({mode: 'open', delegatesFocus: true});
    const style = new CSSStyleSheet();
    style.replaceSync(PLAYER_STYLE);
    root.adoptedStyleSheets = [style];
    root.append(playerParts());
    this.#parts = (id) => root.getElementById(id);
    this.#listen();
    this.#show('idle');
  }

  connectedCallback() {
    this.#muted = this.getAttribute('muted') !== 'false';
    this.#timer = setInterval(() => this.#showStats(), STATS_MS);
    this.#begin();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#end();
  }

  attributeChangedCallback(name, before, now) {
    if (name === 'poster') this.#parts('video').poster = now ?? '';
    if (name === 'stats') this.#parts('stats').hidden = now === null;
    if ((name === 'src' || name === 'token') && this.isConnected && now !== before) this.#begin();
  }

  // --- for scripts -----------------------------------------------------------------------------

  get src() {
    return this.getAttribute('src') ?? '';
  }

  /** The same again begins anew. */
  set src(url) {
    if (url === this.src) this.#begin();
    else if (url) this.setAttribute('src', url);
    else this.removeAttribute('src');
  }

  get video() {
    return this.#parts('video');
  }

  get state() {
    return this.#player?.state ?? 'idle';
  }

  /** As that of Player; null without a stream. */
  publisherTime(time) {
    return this.#player?.publisherTime(time) ?? null;
  }

  /** As of Player, and the codecs; null without a stream. */
  get stats() {
    return this.#player && {...this.#player.stats, codecs: this.#player.init?.mime ?? null};
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    this.#muted = Boolean(muted);
    this.video.muted = this.#muted;
    this.#showSound();
  }

  play() {
    this.#parts('start').hidden = true;
    if (this.#player) this.#player.play();
    else if (this.src) this.#connect();
  }

  /** To the newest picture, paused or not. */
  toLive() {
    this.play();
  }

  pause() {
    this.#player?.pause();
  }

  /** What a key does here; true: it did something. A page may pass on those that it hears itself. */
  press(key) {
    const action = {
      ' ': () => this.#toggle(),
      m: () => (this.muted = !this.#muted),
      c: () => this.#toggleCaptions(),
      f: () => this.#fullScreen(),
      l: () => this.toLive(),
      s: () => this.toggleAttribute('stats'),
    }[key];
    action?.();
    return action !== undefined;
  }

  // --- the stream ------------------------------------------------------------------------------

  #begin() {
    this.#end();
    if (this.src === '') return;
    if (this.getAttribute('autoplay') === 'false') this.#offer();
    else this.#connect();
  }

  // Nothing is fetched but one picture, and that only where the page brings none.
  async #offer() {
    const {src} = this;
    this.#parts('start').hidden = false;
    this.#parts('stage').toggleAttribute('data-offered', true);
    if (this.hasAttribute('poster')) return;
    let address;
    try {
      address = stillAddress(absolute(src));
    } catch ({message}) {
      return this.#show('failed', message); // the address is none
    }
    const picture = await stillPicture(address);
    if (picture && this.src === src && !this.#player) this.#parts('still').replaceChildren(picture);
  }

  #connect() {
    this.#parts('stage').toggleAttribute('data-offered', false);
    this.#last = {at: 0, stats: null};
    const token = this.token || this.getAttribute('token') || '';
    try {
      this.#player = new Player(this.video, this.src, {muted: this.#muted, token});
    } catch ({message}) {
      return this.#show('failed', message); // the address is none
    }
    this.#player.on('state', (state, why) => this.#show(state, why));
    this.#player.on('init', (init) => this.#began(init));
    this.#player.on('metadata', (metadata) => this.#heard(metadata));
    this.#player.on('notice', (text) => this.dispatchEvent(new CustomEvent('notice', {detail: text})));
    this.#player.on('blocked', () => (this.#parts('start').hidden = false));
    this.#show(this.#player.state);
  }

  #end() {
    this.#player?.close();
    this.#player = null;
    for (const id of ['controls', 'unmute', 'start', 'captions']) this.#parts(id).hidden = true;
    this.#parts('stage').toggleAttribute('data-offered', false);
    this.#parts('still').replaceChildren();
    this.#show('idle');
  }

  #began(init) {
    this.#parts('stage').toggleAttribute('data-sound', init.tracks.some(({kind}) => kind === 'audio'));
    this.#parts('stage').toggleAttribute('data-blind', init.tracks.every(({kind}) => kind !== 'video'));
    this.#parts('controls').hidden = false;
    this.#showSound();
    this.dispatchEvent(new CustomEvent('begin', {detail: init}));
  }

  #heard(metadata) {
    this.#parts('captions').hidden = this.#player.captions === null;
    this.dispatchEvent(new CustomEvent('metadata', {detail: metadata}));
  }

  // --- showing ---------------------------------------------------------------------------------

  #show(state, why = '') {
    const [words, detail] = STATE_WORDS[state];
    this.#parts('stage').dataset.state = state;
    this.#parts('words').textContent = words;
    this.#parts('detail').textContent = why || detail;
    this.#parts('pause').setAttribute('aria-label', state === 'paused' ? 'Play' : 'Pause');
    if (state === 'live') {
      this.#parts('start').hidden = true;
      this.#parts('still').replaceChildren(); // the real one is there
    }
    this.dispatchEvent(new CustomEvent('state', {detail: {state, why}}));
  }

  #showSound() {
    const stage = this.#parts('stage');
    stage.toggleAttribute('data-muted', this.#muted);
    this.#parts('mute').setAttribute('aria-pressed', !this.#muted);
    this.#parts('unmute').hidden = !this.#player || !stage.hasAttribute('data-sound') || !this.#muted;
  }

  #showStats() {
    const now = {at: performance.now(), stats: this.stats};
    const before = this.#last.stats ? this.#last : now;
    this.#last = now;
    if (!now.stats || this.#parts('stats').hidden) return;
    const about = {bitRate: bitRateWords, mime: now.stats.codecs ?? ''};
    const seconds = Math.max(0.001, (now.at - before.at) / 1000);
    this.#parts('stats').replaceChildren(...statRows(now.stats, before.stats, seconds, about));
  }

  // --- controls --------------------------------------------------------------------------------

  #listen() {
    const on = (id, event, action) => this.#parts(id).addEventListener(event, action);
    on('start', 'click', () => this.play());
    on('pause', 'click', () => this.#toggle());
    on('video', 'click', () => this.#toggle());
    on('unmute', 'click', () => (this.muted = false));
    on('mute', 'click', () => (this.muted = !this.#muted));
    on('volume', 'input', ({target}) => this.#volume(target.valueAsNumber));
    on('captions', 'click', () => this.#toggleCaptions());
    on('live', 'click', () => this.toLive());
    on('full', 'click', () => this.#fullScreen());
    on('stage', 'keydown', (event) => this.#key(event));
    this.#parts('volume').value = 1;
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' && event.target.localName === 'button') return; // that presses it
    if (event.target.localName === 'input' || !this.press(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #toggle() {
    if (!this.#player || this.#player.paused || this.video.paused) this.play();
    else this.pause();
  }

  #volume(volume) {
    this.video.volume = volume;
    this.muted = volume === 0;
  }

  #toggleCaptions() {
    const track = this.#player?.captions;
    if (!track) return;
    track.mode = track.mode === 'showing' ? 'hidden' : 'showing';
    this.#parts('captions').setAttribute('aria-pressed', track.mode === 'showing');
  }

  #fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.requestFullscreen) this.requestFullscreen().catch(() => {}); // not here, not now
    else this.video.webkitEnterFullscreen?.(); // iPhone
  }
}

// Where there are no elements, as in a build or a test, the module can be imported all the same.
const registry = globalThis.customElements;
if (registry && !registry.get('scopewire-player')) registry.define('scopewire-player', ScopewirePlayer);
