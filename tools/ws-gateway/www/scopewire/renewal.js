import {Emitter} from './emitter.js';
import {Backoff, reasonOf} from './live_socket.js';

const SOON_MS = 1000; // who has less left, by a clock that may be wrong, backs off
const MAX_MS = 86_400_000; // timers count no further than 24 days

/**
 * Brings a connection another token before the one that it has expires, at a random time in the last
 * third of its life, so that no crowd comes as one. Events:
 *   failed ({message})  none to be had, or it was refused; it is tried again
 */
export class Renewal extends Emitter {
  #token;
  #bring;
  #timer = 0; // the current attempt, or 0; what comes of others is of no account
  #backoff = new Backoff();

  /** `token` as of LiveSocket; only a function has another one. `bring` promises the server's reply. */
  constructor(token, bring) {
    super();
    this.#token = token;
    this.#bring = bring;
  }

  /** What we have is good until then, in milliseconds since 1970; undefined: for ever. */
  until(expires) {
    this.stop();
    if (expires === undefined || typeof this.#token !== 'function') return;
    const left = expires - Date.now();
    if (left > SOON_MS) this.#backoff.reset();
    this.#later(left > SOON_MS ? (left * (5 - Math.random())) / 6 : this.#backoff.next());
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #later(milliseconds) {
    this.#timer = setTimeout(() => this.#renew(), Math.min(MAX_MS, milliseconds));
  }

  async #renew() {
    const attempt = this.#timer;
    try {
      const {expires} = await this.#bring(await this.#token());
      if (attempt === this.#timer) this.until(expires);
    } catch (error) {
      if (attempt !== this.#timer) return;
      this.#later(this.#backoff.next());
      this.emit('failed', {message: reasonOf(error)});
    }
  }
}
