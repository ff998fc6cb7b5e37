import {Connection, ScopewireError} from './connection.js';
import {ConnectionUser} from './connection_user.js';
import {WriteQueue} from './write_queue.js';

/**
 * A remote SharedObject, in Flash's shape: `data` follows the server, never the wish: what is set
 * here shows when the server has put it in order, for everybody alike. Events:
 *   sync    ({reason, version})  `data` stands; reason is `first`, `resumed` (nothing was missed)
 *                                or `lost` (continuity lost: `data` is a new snapshot)
 *   past    ({op, key, value, handler, args, from, mine, version})  before the first sync, in order:
 *                                what led to `data`, as far as was asked for and is known
 *   change  ({op, key, value, old, from, mine, version})  op: set, delete or clear
 *   message ({handler, args, from, mine, version})        somebody's send()
 *   status  ({level, code, message, retryIn})             the connection; level `error`: a refusal
 * Writes resolve with {status, version}: `ok`, `noop` (nothing to change) or `cas` (see `expect`).
 */
export class SharedObject extends ConnectionUser {
  #writes;
  #ready = false; // from sync or resume until the connection is lost
  #refusal = null; // why nothing can be written now
  #history; // batches to be told of
  #since = null; // the version to ask from, until the first sync: `data` is further already

  /**
   * The one object of that name at that URL. `persistent` must agree with everybody else's, and may
   * stand alone in the place of all options, as in Flash;
   * `resume` is a former `snapshot`, for instance of the page before its reload; `token` (a string,
   * or a function that promises one) says who we are; `history` asks for so many batches of the
   * `past`, unless `resume` goes on from somewhere. The hub keeps the last 1000, or 1 MiB.
   */
  static getRemote(name, url, wanted = {}) {
    const {token = '', ...options} = wanted === true ? {persistent: true} : wanted;
    const {persistent = false} = options;
    const connection = Connection.to(url, token);
    const known = connection.siblings.get(`object ${name}`);
    const found = known ?? new SharedObject(name, connection, options);
    if (found.persistent !== persistent)
      throw new ScopewireError('persistence', `${name} is in use`);
    connection.siblings.set(`object ${name}`, found);
    return found;
  }

  /** Use getRemote(). */
  constructor(name, connection, {persistent = false, resume = null, history = 0}) {
    super(connection);
    this.name = name;
    this.#history = resume?.epoch ? 0 : history;
    this.persistent = persistent;
    this.epoch = resume?.epoch ?? null;
    this.version = resume?.version ?? 0;
    this.data = copy(resume?.data);
    this.#writes = new WriteQueue((body) => connection.request({...body, object: name}));
    connection.attach(this);
  }

  /** What getRemote()'s `resume` takes: JSON. */
  get snapshot() {
    return {epoch: this.epoch, version: this.version, data: copy(this.data)};
  }

  /** `force`: a change even if the value is the same; `expect`: only at that version of this epoch. */
  setProperty(key, value, options) {
    return this.#write({op: 'set', key, value: value ?? null}, options);
  }

  deleteProperty(key, options) {
    return this.#write({op: 'delete', key}, options);
  }

  clear(options) {
    return this.#write({op: 'clear'}, options);
  }

  /** Calls `handler` at every user of the object, this one too: a `message` event. */
  send(handler, ...args) {
    return this.#write({op: 'send', handler, args});
  }

  /** Several of the above in one batch, all or nothing: [{op: 'set', key, value}, {op: 'send', ...}] */
  change(changes, options) {
    return this.#write({op: 'change', changes}, options);
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {
    if (this.#history > 0 && !this.epoch) this.#look();
    else this.#use();
  }

  lost(error, final) {
    super.lost(error, final);
    this.#pause();
    if (final) this.#giveUp(error);
  }

  received(event) {
    if (event.object !== this.name || event.scope !== this.connection.scope) return;
    if (event.event === 'sync') this.#synced(event);
    if (event.event === 'resume') this.#resumed(event);
    if (event.event === 'change' && this.#ready) this.#changed(event);
  }

  // --- reading ---------------------------------------------------------------------------------

  // The snapshot first, and then what was before it, as if we had stood there. An object that is not
  // there has no past; whatever else is wrong, #use() meets it too.
  #look() {
    this.ask({op: 'get', object: this.name})
      .then(({epoch, version, data}) => this.#lookBack(epoch, version, data))
      .catch(() => {})
      .finally(() => this.connection.isOpen && this.#use());
  }

  #lookBack(epoch, version, data) {
    this.data = copy(data);
    this.epoch = epoch;
    this.version = version;
    this.#since = Math.max(1, version - this.#history); // an object is born as version 1
  }

  #use() {
    this.#pause();
    this.#refusal = null;
    const version = this.#since ?? this.version;
    const position = this.epoch ? {epoch: this.epoch, version} : {};
    this.ask({op: 'use', object: this.name, persistent: this.persistent, ...position}).catch(
      (error) => this.refused(error, () => this.opened()) && this.#giveUp(error),
    );
  }

  #giveUp(error) {
    this.#refusal = error;
    this.#writes.refuse(error);
  }

  #pause() {
    this.#ready = false;
    this.#writes.pause();
    this.rest();
  }

  #synced({epoch, version, data}) {
    const reason = this.epoch && this.#since === null ? 'lost' : 'first';
    this.data = copy(data);
    this.#stand(epoch, version, reason);
  }

  #resumed({epoch, version, batches}) {
    const news = batches.filter((batch) => batch.version > this.version);
    if (this.#since === null) {
      for (const batch of news) this.#apply(batch);
      this.#stand(epoch, version, 'resumed');
    } else {
      for (const batch of batches) if (batch.version <= this.version) this.#remember(batch);
      this.#stand(epoch, this.version, 'first');
      for (const batch of news) this.#apply(batch);
    }
  }

  #remember({version, from, changes}) {
    const mine = this.connection.isMine(from);
    for (const change of changes) this.emit('past', {...change, from, mine, version});
  }

  #stand(epoch, version, reason) {
    this.epoch = epoch;
    this.version = version;
    this.#since = null;
    this.#ready = true;
    this.stand();
    this.emit('sync', {reason, version});
    this.#writes.resume(epoch);
  }

  // Versions rise by one: a hole means that something was missed, so ask from where we stand.
  #changed(batch) {
    if (batch.epoch === this.epoch && batch.version <= this.version) return;
    if (batch.epoch !== this.epoch || batch.version > this.version + 1) this.#use();
    else this.#apply(batch);
  }

  #apply({version, from, changes}) {
    this.version = version;
    const mine = this.connection.isMine(from);
    for (const {op, ...change} of changes) {
      const about = {from, mine, version};
      if (op === 'send') this.emit('message', {...change, ...about});
      else this.emit('change', {op, ...change, old: this.#store(op, change), ...about});
    }
  }

  #store(op, {key, value}) {
    const old = op === 'clear' ? this.data : this.data[key];
    if (op === 'set') this.data[key] = value;
    if (op === 'delete') delete this.data[key];
    if (op === 'clear') this.data = copy();
    return old;
  }

  leave() {
    this.connection.request({op: 'release', object: this.name}).catch(() => {});
  }

  // --- writing ---------------------------------------------------------------------------------

  #write(change, options = {}) {
    const refusal = this.over ?? this.#refusal;
    const done = refusal ? Promise.reject(refusal) : this.#writes.push(change, options, this.epoch);
    done.catch((error) => this.complain(error)); // whoever does not await still hears of it
    return done;
  }
}

/** Without a prototype, so that a key may be called `__proto__`. */
function copy(data = {}) {
  return Object.assign(Object.create(null), data);
}
