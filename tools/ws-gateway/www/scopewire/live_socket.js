import {Emitter} from './emitter.js';

const STABLE_MS = 10_000; // a connection that lived so long was a good one: back-off starts anew
const CONNECT_MS = 15_000; // browsers themselves wait for minutes
const QUIET_MS = 40_000; // the server pings every 25 s, unseen by scripts: ask when all is quiet
const ANSWER_MS = 10_000;
const CLOSING = 2; // WebSocket.CLOSING, and CLOSED after it
const TOKEN_EXPIRED = 4109;
const MAX_ADVICE = 300_000; // nobody is sent away for longer

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

/**
 * What a close code asks of a client (scopewire-ws(7), CLOSE CODES): `stop`, `later` or `now`. A token
 * that is a text and has expired will not be good again; a function, or a cookie, may have another.
 */
export function advice(code, token) {
  if (code === TOKEN_EXPIRED && token && typeof token === 'string') return 'stop';
  if ([1000, 1002, 1003, 1007, 1008].includes(code) || (code >= 4000 && code < 4100)) return 'stop';
  if (code >= 4200 && code < 4300) return 'now';
  return 'later';
}

/** `/chat/room1` is a path on the page's own host, `ws://host/chat/room1` any other. */
export function absolute(url) {
  const found = new URL(url, globalThis.location?.href);
  found.protocol = found.protocol.replace(/^http/, 'ws');
  found.hash = '';
  if (!/^wss?:$/.test(found.protocol)) throw new TypeError(`${url} is no address of a WebSocket`);
  return found;
}

/** Of whatever was thrown. */
export function reasonOf(error) {
  return String(error?.message ?? error);
}

// A token travels in the address: a browser can put it into no header, and all the subprotocols that
// libwebsockets reads are shorter than one.
async function withToken(url, token) {
  const current = typeof token === 'function' ? await token() : token;
  if (!current) return url;
  const found = new URL(url);
  found.searchParams.set('token', current);
  return found.href;
}

/**
 * A WebSocket that comes back by itself. Events:
 *   open                            a connection stands
 *   message (string | ArrayBuffer)
 *   down ({code, reason, retryIn})  it fell; retryIn in milliseconds, or null: it stays down
 */
export class LiveSocket extends Emitter {
  #url;
  #token;
  #protocols;
  #attempt = null; // the current one; what is heard of others is of no account
  #socket = null;
  #timer = 0;
  #openedAt = null;
  #advised = null;
  #ask;
  #backoff = new Backoff();
  #online = () => {
    if (!this.#attempt) this.#connect();
  };

  /**
   * `token` says who we are, or is a function that does, or promises to: asked at every attempt. `ask`
   * sends something that has an answer: of a connection that has been quiet.
   */
  constructor(url, protocol = '', token = '', ask = null) {
    super();
    this.#url = url;
    this.#token = token;
    this.#ask = ask;
    this.#protocols = protocol ? [protocol] : [];
    globalThis.addEventListener?.('online', this.#online);
    this.#connect();
  }

  get isOpen() {
    return this.#openedAt !== null;
  }

  /** Goes nowhere while the connection closes: `down` follows. */
  send(text) {
    if (this.#socket.readyState < CLOSING) this.#socket.send(text);
  }

  /** The server says how long to stay away when this connection ends. */
  advise(milliseconds) {
    this.#advised = Math.min(MAX_ADVICE, Math.max(0, Number(milliseconds) || 0));
  }

  /** Drops a connection that does not answer; what follows is as if the network had done it. */
  drop() {
    if (!this.#attempt) return; // it is down already, and comes back
    this.#socket?.close();
    this.#down(1006, 'no answer');
  }

  close() {
    globalThis.removeEventListener?.('online', this.#online);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#forget();
    socket?.close(1000);
  }

  async #connect() {
    clearTimeout(this.#timer);
    const attempt = (this.#attempt = {});
    this.#timer = setTimeout(() => this.drop(), CONNECT_MS);
    try {
      const address = await withToken(this.#url, this.#token);
      if (attempt === this.#attempt) this.#open(attempt, address);
    } catch (error) {
      if (attempt === this.#attempt) this.#down(1006, reasonOf(error)); // no token to be had now
    }
  }

  #open(attempt, address) {
    const socket = new WebSocket(address, this.#protocols);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const heard = (listener) => (event) => {
      if (attempt === this.#attempt) listener(event);
    };
    socket.onopen = heard(() => this.#opened());
    socket.onmessage = heard((event) => {
      this.#listen();
      this.emit('message', event.data);
    });
    socket.onclose = heard((event) => this.#down(event.code, event.reason));
    // Browsers let a close follow; Node 20 does not when nobody listens there.
    socket.onerror = heard(() => {
      if (!this.isOpen) this.#down(1006, '');
    });
  }

  #opened() {
    this.#openedAt = Date.now();
    this.#listen();
    this.emit('open');
  }

  // A network that is gone says nothing: after a quiet time ask, and give up without an answer.
  #listen() {
    clearTimeout(this.#timer);
    if (!this.#ask) return;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.drop(), ANSWER_MS);
      this.#ask();
    }, QUIET_MS);
  }

  #down(code, reason) {
    clearTimeout(this.#timer);
    const stable = this.isOpen && Date.now() - this.#openedAt >= STABLE_MS;
    this.#forget();
    if (stable) this.#backoff.reset();
    const retryIn = this.#retryIn(advice(code, this.#token), stable);
    if (retryIn === null) this.close();
    else this.#timer = setTimeout(() => this.#connect(), retryIn);
    this.emit('down', {code, reason, retryIn});
  }

  #forget() {
    this.#attempt = null;
    this.#socket = null;
    this.#openedAt = null;
  }

  // Advice holds once, and those who had the same do not come back as one. A server whose
  // connections do not last is not believed when it says that we may come at once.
  #retryIn(what, stable) {
    if (what === 'stop') return null;
    const advised = this.#advised;
    this.#advised = null;
    const soonest = stable ? 0 : this.#backoff.next();
    if (advised !== null) return Math.max(soonest, advised * (1 + Math.random() / 2));
    return what === 'now' || !stable ? soonest : this.#backoff.next();
  }
}
