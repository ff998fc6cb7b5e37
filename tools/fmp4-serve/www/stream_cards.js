import {element} from './element.js';
import {stillPicture} from './player.js';

const RENEW_MS = 10_000;
const MOST = 24; // pictures; each may have the server fetch a stream that nobody watches
const WIDTH = 320;

/** What is live, each with its newest picture. */
export class StreamCards {
  #list = document.getElementById('streams');
  #section = document.getElementById('live-now');
  #frames = new Map(); // stream -> the <span> with its picture
  #streams = [];
  #renewing = false;

  /** As the server lists them: [{stream, viewers}]. */
  show(streams) {
    this.#streams = streams.map(({stream}) => stream);
    for (const gone of [...this.#frames.keys()].filter((one) => !this.#streams.includes(one)))
      this.#frames.delete(gone);
    this.#list.replaceChildren(...streams.map((one) => this.#card(one)));
    this.#section.hidden = streams.length === 0;
    this.#renew();
  }

  start() {
    setInterval(() => this.#renew(), RENEW_MS);
  }

  mark(current) {
    for (const card of this.#list.children)
      card.toggleAttribute('aria-current', card.dataset.stream === current);
  }

  #card({stream, viewers}) {
    const name = stream.replace(/^\//, '');
    if (!this.#frames.has(stream)) this.#frames.set(stream, element('span', 'frame', ''));
    const card = element('a', 'card', '');
    card.href = `#${name}`;
    card.dataset.stream = name;
    card.append(this.#frames.get(stream), element('span', 'name', name));
    if (viewers > 0) card.append(element('span', 'viewers', viewers));
    card.title = `${viewers} watching`;
    return card;
  }

  // One after the other, so that a long list is no burst; who looks elsewhere needs none.
  async #renew() {
    if (this.#renewing || document.hidden) return;
    this.#renewing = true;
    for (const stream of this.#streams.slice(0, MOST)) {
      const path = stream.split('/').map(encodeURIComponent).join('/');
      const picture = await stillPicture(`${path}.mp4?still=1`, {width: WIDTH});
      if (picture) this.#frames.get(stream)?.replaceChildren(picture);
    }
    this.#renewing = false;
  }
}
