import {Connection} from './connection.js';
import {Emitter} from './emitter.js';
import {Backoff} from './live_socket.js';

/**
 * Who is in a scope, through whichever door they came. Events:
 *   members ()                     the whole list stands anew: after joining, and after a reconnect
 *   join    ({member, info, mine}) somebody came
 *   show    ({member, info, mine}) a member shows something new of itself
 *   leave   ({member, info, mine})
 *   status  ({level, code, message, retryIn})  as of SharedObject
 */
export class Room extends Emitter {
  #connection;
  #info;
  #offStatus;
  #epochs = new Map(); // of the objects of this scope, for what they tell of the hub
  #retry = 0;
  #backoff = new Backoff();
  members = new Map(); // member -> info; empty until joined

  /** Joins the scope of the URL; `info` is what others see of this member: JSON, up to 4 KiB. */
  static join(url, info = {}, {token = ''} = {}) {
    return new Room(Connection.to(url, token), info);
  }

  /** Use join(). */
  constructor(connection, info) {
    super();
    this.#connection = connection;
    this.#info = info;
    this.#offStatus = connection.on('status', (status) => this.emit('status', status));
    connection.attach(this);
  }

  get status() {
    return this.#connection.status;
  }

  /** Our own member id; null while not connected. */
  get self() {
    return this.#connection.member;
  }

  /** Shows something else of this member. */
  show(info) {
    this.#info = info;
    if (this.#connection.isOpen) this.opened();
  }

  close() {
    this.lost();
    this.#offStatus();
    this.#connection.detach(this);
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {
    this.#connection
      .request({op: 'join', info: this.#info, presence: true})
      .then(({members}) => this.#stand(members))
      .catch((error) => this.#refused(error));
  }

  received({event, scope, member, info, object, epoch}) {
    if (scope !== this.#connection.scope) return;
    if (event === 'join') this.#came(member, info ?? {});
    if (event === 'leave') this.#left(member);
    if (event === 'sync') this.#synced(object, epoch);
  }

  lost() {
    clearTimeout(this.#retry);
    this.#epochs.clear();
  }

  #stand(members) {
    this.#backoff.reset();
    this.members = new Map(members.map(({member, info}) => [member, info ?? {}]));
    this.emit('members');
  }

  #came(member, info) {
    const event = this.members.has(member) ? 'show' : 'join';
    this.members.set(member, info);
    this.emit(event, {member, info, mine: this.#connection.isMine(member)});
  }

  #left(member) {
    const info = this.members.get(member) ?? {};
    this.members.delete(member);
    this.emit('leave', {member, info, mine: this.#connection.isMine(member)});
  }

  // A new epoch of a known object: the hub was restarted, and whoever left meanwhile was not told.
  #synced(object, epoch) {
    const known = this.#epochs.get(object);
    this.#epochs.set(object, epoch);
    if (known && known !== epoch) this.opened();
  }

  #refused({code, message}) {
    if (['lost', 'closed', 'too_big'].includes(code)) return; // the connection's own status tells
    if (code === 'hub_lost') this.#retry = setTimeout(() => this.opened(), this.#backoff.next());
    else this.emit('status', {level: 'error', code, message, retryIn: null});
  }
}
