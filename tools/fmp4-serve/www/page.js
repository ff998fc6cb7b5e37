import {MetadataPanel} from './metadata_panel.js';
import './player.js';
import {StreamCards} from './stream_cards.js';

// The player page: #live/cam in the URL plays that stream; without it, one is chosen from those
// that are live, or typed. Tests read `window.scopewirePlayer` and <html data-state>.

const REFRESH_MS = 3000;
const byId = (id) => document.getElementById(id);

// State -> the badge and its level.
const BADGES = {
  idle: ['No stream chosen', 'idle'],
  connecting: ['Connecting', 'busy'],
  waiting: ['Not live yet', 'busy'],
  buffering: ['Starting', 'busy'],
  live: ['Live', 'good'],
  paused: ['Paused', 'idle'],
  ended: ['Ended', 'idle'],
  failed: ['Cannot play', 'bad'],
};

class PlayerPage {
  #player = byId('player');
  #stream = null;
  #metadata = new MetadataPanel();
  #cards = new StreamCards();
  #streams = '';

  start() {
    byId('place').addEventListener('submit', (event) => this.#go(event));
    this.#player.addEventListener('state', ({detail}) => this.#show(detail.state));
    this.#player.addEventListener('metadata', ({detail}) => this.#metadata.add(detail));
    this.#player.addEventListener('notice', ({detail}) => this.#hint(detail));
    document.addEventListener('keydown', (event) => this.#key(event));
    window.addEventListener('hashchange', () => this.#choose(streamOfHash()));
    this.#cards.start();
    setInterval(() => this.#refresh(), REFRESH_MS);
    this.#refresh();
    this.#choose(streamOfHash());
  }

  /** For tests: what is played, and how well. */
  get report() {
    return {stream: this.#stream, muted: this.#player.video.muted, ...this.#player.stats};
  }

  #go(event) {
    event.preventDefault();
    const stream = byId('stream').value.trim().replace(/^\/+/, '');
    if (stream === this.#stream)
      this.#choose(stream); // again, from the beginning
    else location.hash = stream;
  }

  #choose(stream) {
    this.#metadata.clear();
    this.#stream = stream || null;
    document.title = stream ? `${stream} - scopewire` : 'scopewire player';
    byId('stream').value = stream;
    this.#cards.mark(this.#stream);
    this.#player.src = stream ? socketUrl(stream) : '';
    this.#show(this.#player.state);
  }

  async #refresh() {
    if (document.hidden) return;
    const streams = await liveStreams();
    const seen = JSON.stringify(streams);
    if (seen === this.#streams) return; // what has the focus keeps it
    this.#streams = seen;
    this.#cards.show(streams);
    this.#cards.mark(this.#stream);
    if (!this.#stream) this.#show('idle');
  }

  #show(state) {
    const [badge, level] = BADGES[state];
    const nothing = state === 'idle' && this.#streams === '[]';
    byId('state').textContent = nothing ? 'Nothing is live' : badge;
    byId('state').dataset.level = level;
    const where = `rtmp://${location.hostname}/live/cam`;
    if (nothing) this.#hint(`Publish to ${where}, with OBS or ffmpeg, and it appears here.`);
    else if (state === 'connecting' || state === 'idle') this.#hint('');
    document.documentElement.dataset.state = state;
  }

  #hint(text) {
    byId('hint').textContent = text;
    byId('hint').hidden = text === '';
  }

  // Keys that nothing else on the page has a use for.
  #key(event) {
    if (event.target.closest('input, button, a') || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (this.#player.press(event.key)) event.preventDefault();
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

const page = new PlayerPage();
Object.defineProperty(window, 'scopewirePlayer', {get: () => page.report});
page.start();
