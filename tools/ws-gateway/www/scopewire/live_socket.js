import {Emitter} from './emitter.js';

const STABLE_MS = 10_000; // a connection that lived so long was a good one: back-off starts anew
const CONNECT_MS = 15_000; // browsers themselves wait for minutes

/** Full jitter: a random time up to min(30 s, 0.5 s * 2^n), so that no crowd comes as one. */
export class Backoff {
  #failures = 0;

  next() {
    const bound = Math.min(30_000, 500 * 2 ** this.#failures);
    this.#failures += 1;
    return Math.random() * bound;
  }

  reset() {
    this.#failures = 0;
  }
}

/** What a close code asks of a client (scopewire-ws(7), CLOSE CODES): `stop`, `later` or `now`. */
export function advice(code) {
  if ([1000, 1002, 1003, 1007, 1008].includes(code) || (code >= 4000 && code < 4100)) return 'stop';
  if (code >= 4200 && code < 4300) return 'now';
  return 'later';
}

/**
 * A WebSocket that comes back by itself. Events:
 *   open                            a connection stands
 *   message (string | ArrayBuffer)
 *   down ({code, reason, retryIn})  it fell; retryIn in milliseconds, or null: it stays down
 */
export class LiveSocket extends Emitter {
  #url;
  #protocol;
  #socket = null;
  #timer = 0;
  #openedAt = null;
  #backoff = new Backoff();
  #online = () => {
    if (!this.#socket) this.#connect();
  };

  constructor(url, protocol) {
    super();
    this.#url = url;
    this.#protocol = protocol;
    globalThis.addEventListener?.('online', this.#online);
    this.#connect();
  }

  get isOpen() {
    return this.#openedAt !== null;
  }

  send(text) {
    this.#socket.send(text);
  }

  /** Drops a connection that does not answer; what follows is as if the network had done it. */
  drop() {
    this.#socket?.close();
    this.#down(1006, 'no answer');
  }

  close() {
    globalThis.removeEventListener?.('online', this.#online);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#openedAt = null;
    socket?.close(1000);
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url, this.#protocol);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A socket that was given up may still speak; only the current one is heard.
    const heard = (listener) => (event) => {
      if (socket === this.#socket) listener(event);
    };
    socket.onopen = heard(() => this.#opened());
    socket.onmessage = heard((event) => this.emit('message', event.data));
    socket.onclose = heard((event) => this.#down(event.code, event.reason));
    this.#timer = setTimeout(() => this.drop(), CONNECT_MS);
  }

  #opened() {
    clearTimeout(this.#timer);
    this.#openedAt = Date.now();
    this.emit('open');
  }

  #down(code, reason) {
    clearTimeout(this.#timer);
    const stable = this.isOpen && Date.now() - this.#openedAt >= STABLE_MS;
    this.#socket = null;
    this.#openedAt = null;
    if (stable) this.#backoff.reset();
    const retryIn = this.#retryIn(advice(code), stable);
    if (retryIn === null) this.close();
    else this.#timer = setTimeout(() => this.#connect(), retryIn);
    this.emit('down', {code, reason, retryIn});
  }

  #retryIn(what, stable) {
    if (what === 'stop') return null;
    return what === 'now' && stable ? 0 : this.#backoff.next();
  }
}
