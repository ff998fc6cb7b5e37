import {element} from './element.js';
import {MetadataPanel} from './metadata_panel.js';
import {Player} from './player.js';

// The player page: #live/cam in the URL plays that stream; without it, one is chosen from those
// that are live, or typed. Tests read `window.scopewirePlayer` and <html data-state>.

const REFRESH_MS = 3000;
const byId = (id) => document.getElementById(id);

// State -> the badge, its level, and what stands over the picture: words and, below, details.
const STATES = {
  idle: ['No stream chosen', 'idle', 'Choose a stream', 'or type its name above'],
  connecting: ['Connecting', 'busy', 'Connecting', ''],
  waiting: [
    'Not live yet',
    'busy',
    'Not live yet',
    'It begins here as soon as somebody publishes it',
  ],
  buffering: ['Starting', 'busy', 'Starting', ''],
  live: ['Live', 'good', '', ''],
  paused: ['Paused', 'idle', '', ''],
  ended: ['Ended', 'idle', 'The stream has ended', 'If it returns, it goes on here'],
  failed: ['Cannot play', 'bad', 'This stream cannot be played', ''],
};

class PlayerPage {
  #player = null;
  #stream = null;
  #metadata = new MetadataPanel();
  #muted = true;
  #streams = '';
  #last = {at: 0, presented: 0, bytes: 0};

  start() {
    byId('place').addEventListener('submit', (event) => this.#go(event));
    byId('start').addEventListener('click', () => this.#toggle());
    byId('pause').addEventListener('click', () => this.#toggle());
    byId('video').addEventListener('click', () => this.#toggle());
    byId('unmute').addEventListener('click', () => this.#mute(false));
    byId('mute').addEventListener('click', () => this.#mute(!this.#muted));
    byId('volume').addEventListener('input', (event) => this.#volume(event.target.valueAsNumber));
    byId('full').addEventListener('click', fullScreen);
    document.addEventListener('keydown', (event) => this.#key(event));
    window.addEventListener('hashchange', () => this.#choose(streamOfHash()));
    setInterval(() => this.#showStats(), 500);
    setInterval(() => this.#refresh(), REFRESH_MS);
    this.#refresh();
    this.#choose(streamOfHash());
  }

  /** For tests: what is played, and how well. */
  get report() {
    return {
      stream: this.#stream,
      muted: byId('video').muted,
      ...this.#player?.stats,
      codecs: this.#player?.init?.mime ?? null,
    };
  }

  // --- choosing --------------------------------------------------------------------------------

  #go(event) {
    event.preventDefault();
    const stream = byId('stream').value.trim().replace(/^\/+/, '');
    if (stream === this.#stream)
      this.#choose(stream); // again, from the beginning
    else location.hash = stream;
  }

  #choose(stream) {
    this.#player?.close();
    this.#player = null;
    this.#metadata.clear();
    this.#stream = stream || null;
    this.#last = {at: 0, presented: 0, bytes: 0};
    for (const id of ['controls', 'stats', 'unmute', 'start']) byId(id).hidden = true;
    this.#show('idle');
    document.title = stream ? `${stream} - scopewire` : 'scopewire player';
    byId('stream').value = stream;
    this.#markCurrent();
    if (stream) this.#play(stream);
  }

  #play(stream) {
    this.#player = new Player(byId('video'), socketUrl(stream), {muted: this.#muted});
    this.#player.on('state', (state, detail) => this.#show(state, detail));
    this.#player.on('init', (init) => this.#began(init));
    this.#player.on('metadata', (metadata) => this.#metadata.add(metadata));
    this.#player.on('blocked', () => {
      byId('start').hidden = false;
    });
    this.#show(this.#player.state);
  }

  async #refresh() {
    if (document.hidden) return;
    const streams = await liveStreams();
    const seen = JSON.stringify(streams);
    if (seen === this.#streams) return; // what has the focus keeps it
    this.#streams = seen;
    byId('streams').replaceChildren(...streams.map(streamLink));
    this.#markCurrent();
    if (!this.#stream) this.#show('idle');
  }

  #markCurrent() {
    for (const link of byId('streams').children) {
      const current = link.dataset.stream === this.#stream;
      link.toggleAttribute('aria-current', current);
    }
  }

  // --- showing ---------------------------------------------------------------------------------

  #show(state, why = '') {
    const [badge, level, words, detail] = STATES[state];
    byId('stage').dataset.state = state;
    byId('state').textContent = badge;
    byId('state').dataset.level = level;
    byId('words').textContent = words;
    byId('detail').textContent = why || detail;
    document.documentElement.dataset.state = state;
    if (state === 'live') byId('start').hidden = true;
    if (state === 'idle' && this.#streams === '[]') this.#showNothing();
  }

  #showNothing() {
    byId('words').textContent = 'Nothing is live';
    byId('detail').textContent =
      `Publish to rtmp://${location.hostname}/live/cam, with OBS or ffmpeg`;
  }

  #began(init) {
    const sound = init.tracks.some(({kind}) => kind === 'audio');
    byId('stage').toggleAttribute('data-sound', sound);
    byId('codecs').textContent = init.tracks.map(({codec}) => codec).join(', ');
    byId('controls').hidden = false;
    byId('stats').hidden = false;
    this.#showSound();
  }

  #showStats() {
    if (!this.#player) return;
    const {latency, width, height, presented, dropped, bytes, state} = this.#player.stats;
    const now = performance.now();
    const seconds = (now - this.#last.at) / 1000;
    const perSecond = (value, before) => Math.max(0, (value - before) / seconds);
    byId('latency').textContent = state === 'live' ? `${Math.round(latency * 1000)} ms` : '–';
    byId('picture').textContent = width ? `${width} × ${height}` : 'no picture';
    byId('frames').textContent = `${Math.round(perSecond(presented, this.#last.presented))} / s`;
    byId('dropped').textContent = dropped;
    byId('rate').textContent = bitRate(perSecond(bytes, this.#last.bytes) * 8);
    this.#last = {at: now, presented, bytes};
  }

  // --- controls --------------------------------------------------------------------------------

  #toggle() {
    if (!this.#player) return;
    byId('start').hidden = true;
    if (this.#player.paused || byId('video').paused) this.#player.play();
    else this.#player.pause();
  }

  #mute(muted) {
    this.#muted = muted;
    byId('video').muted = muted;
    this.#showSound();
  }

  #volume(volume) {
    byId('video').volume = volume;
    this.#mute(volume === 0);
  }

  #showSound() {
    const sound = byId('stage').hasAttribute('data-sound');
    byId('stage').toggleAttribute('data-muted', this.#muted);
    byId('unmute').hidden = !sound || !this.#muted;
  }

  #key(event) {
    if (event.target.closest('input, button, a') || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const action = {' ': () => this.#toggle(), m: () => this.#mute(!this.#muted), f: fullScreen}[
      event.key
    ];
    if (!action) return;
    event.preventDefault();
    action();
  }
}

function streamOfHash() {
  const text = location.hash.slice(1);
  try {
    return decodeURIComponent(text).replace(/^\/+/, '');
  } catch {
    return text; // somebody typed a bare percent sign
  }
}

function socketUrl(stream) {
  const path = stream.split('/').map(encodeURIComponent).join('/');
  return `${location.protocol.replace('http', 'ws')}//${location.host}/${path}`;
}

async function liveStreams() {
  try {
    return (await (await fetch('/streams.json')).json()).streams;
  } catch {
    return []; // the server is away; the player says so
  }
}

function streamLink({stream, viewers}) {
  const name = stream.replace(/^\//, '');
  const link = element('a', '', name);
  link.href = `#${name}`;
  link.dataset.stream = name;
  if (viewers > 0) link.append(element('span', 'viewers', viewers));
  link.title = `${viewers} watching`;
  return link;
}

function bitRate(bits) {
  return bits < 1e6 ? `${Math.round(bits / 1e3)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`;
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else byId('stage').requestFullscreen();
}

const page = new PlayerPage();
Object.defineProperty(window, 'scopewirePlayer', {get: () => page.report});
page.start();
