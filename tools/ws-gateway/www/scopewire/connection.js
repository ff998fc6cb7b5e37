import {Emitter} from './emitter.js';
import {LiveSocket, absolute, reasonOf} from './live_socket.js';
import {Renewal} from './renewal.js';

const PROTOCOL = 'scopewire.v1';
const TOO_BIG = 1009;

/** What the server refused, or what the network took away; the codes are in scopewire-ws(7). */
export class ScopewireError extends Error {
  constructor(code, message, data) {
    super(message);
    this.name = 'ScopewireError';
    this.code = code;
    this.data = data;
  }
}

const connections = new Set(); // everything of one page that names the same URL shares one

/**
 * One scopewire.v1 connection: requests with replies, and events for whoever attached itself. Comes
 * back by itself. Events:
 *   status ({level, code, message, retryIn})  code: connecting, open, waiting (ms), closed; or, at
 *                                             level `error`, bad_token: no other token to be had
 */
export class Connection extends Emitter {
  #url;
  #token;
  #socket;
  #renewal;
  #users = new Set(); // objects with opened(), received(event), lost(error, final), perhaps methods
  #requests = new Map(); // id -> {text, resolve, reject, first}
  #lastId = 0;
  #members = new Set(); // every id this connection has had
  siblings = new Map(); // what is one for all who name it, by what it is
  status = {level: 'status', code: 'connecting', message: ''};
  member = null;
  scope = null;
  user = ''; // whom our token names

  /** `url` and `token` as of LiveSocket; without a token, the connection that is there will do. */
  static to(url, token = '') {
    const {href} = absolute(url);
    const same = (one) => one.#url === href && (!token || one.#token === token);
    const found = [...connections].find(same) ?? new Connection(href, token);
    connections.add(found);
    return found;
  }

  constructor(url, token) {
    super();
    this.#url = url;
    this.#token = token;
    const ask = () => this.request({op: 'ping'}).catch(() => {});
    this.#socket = new LiveSocket(url, PROTOCOL, token, ask);
    this.#renewal = new Renewal(token, (fresh) => this.request({op: 'refresh', token: fresh}));
    this.#renewal.on('failed', ({message}) => this.#complain('bad_token', message));
    this.#socket.on('message', (text) => this.#receive(JSON.parse(text)));
    this.#socket.on('down', (how) => this.#down(how));
  }

  get isOpen() {
    return this.member !== null;
  }

  /** Whether a change came from here, over this connection or the one before it. */
  isMine(member) {
    return this.#members.has(member);
  }

  attach(user) {
    this.#users.add(user);
    if (this.isOpen) user.opened();
  }

  /** The last one out closes the connection. */
  detach(user) {
    this.#users.delete(user);
    for (const [what, one] of this.siblings) if (one === user) this.siblings.delete(what);
    if (this.#users.size > 0) return;
    connections.delete(this);
    this.#renewal.stop();
    this.#socket.close();
    this.#lose(new ScopewireError('closed', 'the connection was closed'), true);
  }

  /**
   * Resolves with the reply; rejects with the server's error, `too_big`, or `lost`: nobody will
   * answer. A promise may be told after the messages that follow the reply; `first` hears of it
   * before them.
   */
  request(body, first) {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) throw new ScopewireError('lost', 'not connected');
      const id = ++this.#lastId;
      const text = json({id, ...body});
      this.#socket.send(text);
      this.#requests.set(id, {text, resolve, reject, first});
    });
  }

  #receive(message) {
    if (message.event === 'hello') this.#hello(message);
    else if (message.event === 'call') this.#called(message);
    else if (message.event === 'advice') this.#socket.advise(message.after_ms);
    else if (message.event) for (const user of [...this.#users]) user.received(message);
    else this.#answer(message);
  }

  #hello({member, scope, user = '', expires}) {
    this.member = member;
    this.scope = scope;
    this.user = user;
    this.#renewal.until(expires);
    this.#members.add(member);
    for (const user of this.#users) user.opened();
    this.#say('open', ''); // whoever attaches itself now is told by attach()
  }

  // Nobody waits for what becomes of an answer: the caller has its own time-out.
  async #called({call, method, args, from}) {
    const result = await this.#resultOf(method, args, from);
    this.request({op: 'result', call, ...result}).catch(() => {});
  }

  async #resultOf(method, args, from) {
    let handler;
    for (const {methods} of this.#users) handler = methods?.get(method) ?? handler;
    if (!handler) return {error: {code: 'no_method', message: `no method ${method} here`}};
    try {
      return {result: JSON.parse(json(await handler(...args, {from})) ?? 'null')};
    } catch (error) {
      return {error: {message: reasonOf(error)}};
    }
  }

  #answer(reply) {
    const request = this.#requests.get(reply.id);
    this.#requests.delete(reply.id);
    if (reply.ok) request?.first?.(reply);
    if (reply.ok) request?.resolve(reply);
    else request?.reject(new ScopewireError(reply.error?.code, reply.error?.message, reply.error?.data));
  }

  #down({code, reason, retryIn}) {
    this.#renewal.stop();
    const final = retryIn === null;
    const message = reason || `close code ${code}`;
    if (final) connections.delete(this);
    if (code === TOO_BIG) this.#longest()?.reject(new ScopewireError('too_big', message));
    this.#lose(new ScopewireError(final ? 'closed' : 'lost', message), final);
    this.#say(final ? 'closed' : 'waiting', message, retryIn);
  }

  // What the server would not read: all that it has read was shorter.
  #longest() {
    return [...this.#requests.values()].sort((a, b) => bytes(b.text) - bytes(a.text))[0];
  }

  #lose(error, final) {
    this.member = null;
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const {reject} of requests) reject(error);
    for (const user of [...this.#users]) user.lost(error, final);
  }

  #say(code, message, retryIn = null) {
    this.status = {level: code === 'closed' ? 'error' : 'status', code, message, retryIn};
    this.emit('status', this.status);
  }

  #complain(code, message) {
    this.emit('status', {level: 'error', code, message, retryIn: null});
  }
}

/** As it travels; what cannot is `bad_json`. */
export function json(value) {
  try {
    return JSON.stringify(value);
  } catch ({message}) {
    throw new ScopewireError('bad_json', message);
  }
}

export function bytes(text) {
  return new TextEncoder().encode(text).length;
}
