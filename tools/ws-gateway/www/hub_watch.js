import {Scopes} from './scopewire.js';

const LOOK_MS = 10_000; // so late does a page know that nobody writes from
const AGAIN_MS = 1000; // while it is away, the gateway answers by itself

/**
 * Whether the hub answers in the scope: the connection to the gateway stands without it, and writes only
 * wait, so that nothing else says so.
 */
export class HubWatch {
  #scopes;
  #scope;
  #tell;
  #timer = 0;
  #closed = false;
  away = false;

  /** `tell()` when `away` has changed. The connection is that which the page has to the URL already. */
  constructor(url, scope, tell) {
    this.#scopes = Scopes.at(url);
    this.#scope = scope;
    this.#tell = tell;
    this.soon();
  }

  /** To be called when somebody waits for it. */
  soon() {
    this.#plan(AGAIN_MS);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#scopes.close();
  }

  #plan(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), milliseconds);
  }

  async #look() {
    const away = !document.hidden && (await this.#isAway());
    if (this.#closed) return;
    this.#plan(away ? AGAIN_MS : LOOK_MS);
    if (document.hidden || away === this.away) return;
    this.away = away;
    this.#tell();
  }

  // Whatever else it says, it is there; without a connection nobody knows, and the page says that.
  #isAway() {
    return this.#scopes.stat(this.#scope).then(
      () => false,
      ({code}) => code === 'hub_lost',
    );
  }
}
