import {element} from './element.js';
import {jsonView} from './json_view.js';

const MAX_ROWS = 200;

/** The latest metadata in full, and under it one line for each, the newest first. */
export class MetadataPanel {
  #latest = document.getElementById('latest');
  #log = document.getElementById('log');
  #count = document.getElementById('count');
  #seen = 0;

  clear() {
    this.#seen = 0;
    this.#count.textContent = '';
    this.#latest.replaceChildren();
    this.#log.replaceChildren();
  }

  /** `timestamp` is the publisher's, in milliseconds, if there is one. */
  add({timestamp, data}) {
    this.#seen += 1;
    this.#count.textContent = `${this.#seen} so far`;
    this.#latest.replaceChildren(jsonView(data));
    const row = element('li', '', '');
    const line = typeof data === 'string' ? data : JSON.stringify(data);
    const when = timestamp === undefined ? '' : clock(timestamp);
    row.append(element('time', '', when), element('span', '', line));
    row.title = line;
    this.#log.prepend(row);
    if (this.#log.children.length > MAX_ROWS) this.#log.lastElementChild.remove();
  }
}

/** 3:25.040 of the stream; with a wall clock's time, which is years of milliseconds, that. */
function clock(milliseconds) {
  if (milliseconds > 1e12) return new Date(milliseconds).toLocaleTimeString();
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes}:${((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
}
