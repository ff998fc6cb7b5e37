import {recall, remember} from './storage.js';

const MAX_LINES = 300;

/**
 * What this tab has seen of a room: its lines, and where the shared object stood, so that a reload
 * resumes there. Ends with the tab. A browser that grants no storage only forgets.
 */
export class History {
  #key;
  lines = [];
  snapshot = null; // of the page before this one

  constructor(room) {
    this.#key = `scopewire ${room}`;
    Object.assign(this, recall('sessionStorage', this.#key));
  }

  add(line) {
    this.lines.push(line);
    if (this.lines.length > MAX_LINES) this.lines.shift();
  }

  /** To be called when the page goes away. */
  keep(snapshot) {
    remember('sessionStorage', this.#key, {lines: this.lines, snapshot});
  }
}

/** The name somebody chose, kept in this browser. */
export function loadNick() {
  return recall('localStorage', 'scopewire nick')?.nick ?? null;
}

export function saveNick(nick) {
  remember('localStorage', 'scopewire nick', {nick});
}
