import {Connection, ScopewireError} from './connection.js';
import {ConnectionUser} from './connection_user.js';
import {WriteQueue} from './write_queue.js';

/**
 * The mailbox of an identity (scopewire-bus(7), IDENTITIES): anybody whom the policy lets puts notes
 * into it, and who registers reads them, also those of the time before, until they are acknowledged.
 * Events:
 *   registered ({waiting})  we read it, and so many notes follow; again after each reconnect
 *   mail       ({message, from, user, epoch, seq})  in order, each once in the life of this object;
 *                           another page is told again what nobody has acknowledged, with the same
 *                           epoch and seq. `user` is whom the sender's token names, or ''
 *   status     ({level, code, message, retryIn})  as of SharedObject; at level `error` also
 *                           `replaced`: others have registered, we read no more
 */
export class Mailbox extends ConnectionUser {
  #notes;
  #terms = null; // null: we do not read it,
  #unread = new ScopewireError('not_joined', 'not registered'); // and why
  #asking = false; // to register: what comes before the reply comes again
  #epoch = null;
  #told = 0; // the last note that this page was told of,
  #dealt = 0; // that it has acknowledged,
  #known = 0; // and that the hub knows to be acknowledged
  #telling = false;
  #waiting = []; // for the hub to know: {seq, resolve, reject}

  /** That of `identity`; left out, of the user of our token. `url` and `token` as of SharedObject. */
  static of(url, identity = '', {token = ''} = {}) {
    const connection = Connection.to(url, token);
    const found =
      connection.siblings.get(`mailbox ${identity}`) ?? new Mailbox(connection, identity);
    connection.siblings.set(`mailbox ${identity}`, found);
    return found;
  }

  /** Use of(). */
  constructor(connection, identity) {
    super(connection);
    this.identity = identity;
    this.#notes = new WriteQueue((body) => connection.request({...body, identity: this.#name}));
    connection.attach(this);
  }

  /**
   * Resolves with {status, version} when it is in the mailbox, once however often the connection was
   * lost, as its number `version`; if it was sent again, that is the newest note by then. Rejects with
   * `not_found` if nobody ever registered, or too long ago.
   */
  notify(message) {
    const note = {op: 'notify', message: message ?? null};
    const done = this.over ? Promise.reject(this.over) : this.#notes.push(note);
    done.catch((error) => this.complain(error)); // whoever does not await still hears of it
    return done;
  }

  /**
   * Reads it from now on. `lifetime`: the mailbox outlives its last reader by so many milliseconds,
   * 7 days if left out; `connections`: at most so many read it, the newest.
   */
  register({lifetime, connections} = {}) {
    if (this.over) return;
    this.#terms = {lifetime, max_connections: connections};
    if (this.connection.isOpen) this.#register();
  }

  /** This note, and all before it, are dealt with. Resolves when the hub knows: they are gone then.
   *  Rejects if we do not read it, or not any more. */
  acknowledge({epoch, seq}) {
    const done = new Promise((resolve, reject) => {
      if (!this.#terms) throw this.#unread;
      if (epoch !== this.#epoch || seq <= this.#known) return resolve(); // gone already
      this.#dealt = Math.max(this.#dealt, seq);
      this.#waiting.push({seq, resolve, reject});
      this.#tell();
    });
    done.catch(() => {}); // the status says why
    return done;
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {
    if (this.#terms) this.#register();
    this.#notes.resume('');
  }

  lost(error, final) {
    super.lost(error, final);
    this.#asking = false;
    this.#notes.pause();
    if (!final) return;
    this.#stop(error);
    this.#notes.refuse(error);
  }

  received({event, identity, epoch, seq, message, from, user = ''}) {
    if (!this.#terms || identity !== this.#name) return;
    if (event === 'identity_replaced') this.#replaced();
    if (event !== 'mail' || this.#asking) return;
    if (epoch === this.#epoch && seq <= this.#told) return this.#again(seq);
    // Something is missing here, or is another mailbox: the reply says where we stand.
    if (epoch !== this.#epoch || seq > this.#told + 1) return this.#register();
    this.#told = seq;
    this.emit('mail', {message, from, user, epoch, seq});
  }

  // --- reading ---------------------------------------------------------------------------------

  get #name() {
    return this.identity || this.connection.user;
  }

  #register() {
    this.#pause();
    this.#asking = true;
    this.connection
      .request({op: 'register', identity: this.#name || undefined, ...this.#terms}, (reply) =>
        this.#registered(reply),
      )
      .catch((error) => this.#refused(error));
  }

  #registered({epoch, version, waiting}) {
    this.#asking = false;
    this.stand();
    if (epoch !== this.#epoch || version < this.#told) this.#begin(epoch);
    this.#knows(version - waiting);
    this.#dealt = Math.max(this.#dealt, this.#known);
    this.#told = Math.max(this.#told, this.#known);
    this.emit('registered', {waiting});
    this.#tell();
  }

  #refused(error) {
    this.#asking = false;
    if (this.refused(error, () => this.#register())) this.#stop(error);
  }

  #replaced() {
    const error = new ScopewireError('replaced', 'others have registered as this identity');
    this.#stop(error);
    this.complain(error);
  }

  // Another mailbox: whatever waited for the one before it waits no more.
  #begin(epoch) {
    this.#knows(Infinity);
    this.#epoch = epoch;
    this.#told = this.#dealt = this.#known = 0;
  }

  // --- acknowledging ---------------------------------------------------------------------------

  // One at a time: it is for all before it, too.
  async #tell() {
    const [epoch, seq] = [this.#epoch, this.#dealt];
    if (this.#telling || this.#asking || !this.#terms || this.#known >= seq) return;
    this.#telling = true;
    const refusal = await this.connection
      .request({op: 'ack', identity: this.#name, epoch, seq})
      .then(() => null, ({code}) => code);
    this.#telling = false;
    if (epoch !== this.#epoch) return this.#tell();
    if (refusal === 'lost' || refusal === 'closed') return; // registered() follows, or nothing
    if (refusal === 'not_joined') return this.#terms && this.#register();
    if (refusal && refusal !== 'gone' && refusal !== 'not_found') return this.later(() => this.#tell());
    this.#knows(seq);
    this.#tell();
  }

  #knows(seq) {
    this.#known = seq;
    for (const one of this.#waiting) if (one.seq <= seq) one.resolve();
    this.#waiting = this.#waiting.filter((one) => one.seq > seq);
  }

  // The hub has told it before: if it was acknowledged, it does not know that any more.
  #again(seq) {
    if (seq <= this.#dealt) this.#known = Math.min(this.#known, seq - 1);
    this.#tell();
  }

  leave() {
    if (this.#terms) this.connection.request({op: 'unregister', identity: this.#name}).catch(() => {});
  }

  // --- what both have --------------------------------------------------------------------------

  #pause() {
    this.#asking = false;
    this.rest();
  }

  #stop(error) {
    this.#pause();
    this.#terms = null;
    this.#unread = error;
    for (const {reject} of this.#waiting.splice(0)) reject(error);
  }
}
