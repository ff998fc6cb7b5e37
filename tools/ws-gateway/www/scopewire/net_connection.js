import {Connection, json} from './connection.js';
import {ConnectionUser} from './connection_user.js';

/**
 * Remote calls in the scope of a URL, both ways: of methods that a tool serves there
 * (so-ctl(1), serve), and of methods of this page, by whoever knows its member id. Events:
 *   status ({level, code, message, retryIn})  as of SharedObject
 */
export class NetConnection extends ConnectionUser {
  methods = new Map(); // name -> function
  #waiting = []; // calls until the connection is open

  static connect(url, {token = ''} = {}) {
    return new NetConnection(Connection.to(url, token));
  }

  /** Use connect(). */
  constructor(connection) {
    super(connection);
    connection.attach(this);
  }

  /** Our own member id; null while not connected. */
  get self() {
    return this.connection.member;
  }

  /**
   * Resolves with the method's result. Rejects with a ScopewireError: no_method, timeout, gone,
   * failed (with the method's own message and data), `lost`: it may have been called, or `closed`.
   */
  call(method, ...args) {
    return this.#call({method, args});
  }

  /** The same of one member's page or client; `timeout` in ms, 10 s if left out. */
  callMember(to, method, args = [], timeout = undefined) {
    return this.#call({method, args, to, timeout});
  }

  /**
   * Answers calls of this page's method; the last argument is {from}. null: not any more. Where several
   * serve the same on one connection, the newest does.
   */
  serve(method, handler) {
    if (handler) this.methods.set(method, handler);
    else this.methods.delete(method);
  }

  async #call(body) {
    const call = JSON.parse(json({op: 'call', ...body})); // as it is now
    const reply = this.connection.isOpen || this.over
      ? this.ask(call)
      : new Promise((resolve, reject) => this.#waiting.push({call, resolve, reject}));
    return (await reply).result;
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {
    for (const {call, resolve} of this.#waiting.splice(0)) resolve(this.ask(call));
  }

  // What waits for a connection goes on waiting, unless none will come.
  lost(error, final) {
    super.lost(error, final);
    if (!final) return;
    for (const {reject} of this.#waiting.splice(0)) reject(error);
  }
}
