import {CLOSED} from './connection_user.js';
import {Emitter} from './emitter.js';
import {LiveSocket, absolute} from './live_socket.js';

/**
 * The metadata of a live stream, as it is pushed (scopewire-ws(7), METADATA). A page of another port
 * has another origin, which the gateway must have been told of (--origin). Events:
 *   data   ({data, timestamp})  timestamp in milliseconds of the stream, or of the wall clock if it
 *                               is not live
 *   status ({level, code, message, retryIn})  as of SharedObject; level `error`: not taken
 */
export class Metadata extends Emitter {
  #socket;
  #asked = false; // whether it is still there, with what the server cannot take
  status = {level: 'status', code: 'connecting', message: '', retryIn: null};

  /** `url` is ws://host:8210/live/cam; `latest`: what was pushed last comes first. */
  static of(url, {latest = false, token = ''} = {}) {
    const full = absolute(url);
    if (latest) full.searchParams.set('latest', '1');
    return new Metadata(full.href, token);
  }

  /** Use of(). */
  constructor(url, token) {
    super();
    this.#socket = new LiveSocket(url, '', token, () => this.#ask());
    this.#socket.on('open', () => this.#say('status', 'open', ''));
    this.#socket.on('message', (text) => this.#receive(JSON.parse(text)));
    this.#socket.on('down', (how) => this.#down(how));
  }

  /** Pushes metadata; nothing is kept for later: false says that there is no connection now. */
  push(data) {
    if (this.#socket.isOpen) this.#socket.send(JSON.stringify(data));
    return this.#socket.isOpen;
  }

  close() {
    this.#socket.close();
    this.status = CLOSED;
  }

  #receive({EMS, data, error}) {
    if (EMS) this.emit('data', {data, timestamp: EMS.timestamp});
    else if (this.#asked && error?.code === 'bad_json') this.#asked = false;
    else if (error) this.emit('status', {level: 'error', retryIn: null, ...error});
  }

  #ask() {
    this.#asked = true;
    this.#socket.send('?');
  }

  #down({code, reason, retryIn}) {
    const final = retryIn === null;
    const words = reason || `close code ${code}`;
    this.#say(final ? 'error' : 'status', final ? 'closed' : 'waiting', words, retryIn);
  }

  #say(level, code, message, retryIn = null) {
    this.status = {level, code, message, retryIn};
    this.emit('status', this.status);
  }
}
