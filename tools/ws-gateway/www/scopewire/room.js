import {Connection} from './connection.js';
import {ConnectionUser} from './connection_user.js';

/**
 * Who is in a scope, through whichever door they came. Whoever they are is {member, info, user,
 * mine}: `info` is what they say of themselves, `user` whom their token names, '' without one.
 * Events:
 *   members ({joined, left})  the whole list stands anew: after joining, and after a reconnect, with
 *                             who came and went meanwhile
 *   join    ({member, info, user, mine, version})  somebody came
 *   show    ({member, info, user, mine, version})  a member shows something new of itself
 *   leave   ({member, info, user, mine, version})
 *   status  ({level, code, message, retryIn})  as of SharedObject
 * The list has an epoch and a version, as an object has, that rises with each join and leave; who
 * has the same two has the same list.
 */
export class Room extends ConnectionUser {
  #info;
  members = new Map(); // member -> info; empty until joined
  users = new Map(); // member -> user, of those who have one
  epoch = null;
  version = 0;

  /** Joins the scope of the URL; `info` is what others see of this member: JSON, up to 4 KiB. */
  static join(url, info = {}, {token = ''} = {}) {
    return new Room(Connection.to(url, token), info);
  }

  /** Use join(). */
  constructor(connection, info) {
    super(connection);
    this.#info = info;
    connection.attach(this);
  }

  /** Our own member id; null while not connected. */
  get self() {
    return this.connection.member;
  }

  /** Shows something else of this member. */
  show(info) {
    this.#info = info;
    if (this.connection.isOpen) this.opened();
  }

  // --- what Connection calls -------------------------------------------------------------------

  opened() {
    this.rest();
    const join = {op: 'join', info: this.#info, presence: true};
    this.ask(join, (reply) => this.#stand(reply)).catch((error) =>
      this.refused(error, () => this.opened()),
    );
  }

  // The gateway says who came and went while the hub was away, too.
  received({event, scope, member, info = {}, user = '', epoch, version}) {
    const news = event === 'join' || event === 'leave';
    if (!news || scope !== this.connection.scope) return;
    if (epoch) Object.assign(this, {epoch, version});
    if (event === 'join') this.#came(member, info, user);
    else this.#left(member);
  }

  #stand({members, epoch, version}) {
    this.stand();
    const before = [...this.members.keys()].map((member) => this.#who(member));
    const known = new Set(this.members.keys());
    this.members = new Map();
    this.users = new Map();
    for (const {member, info = {}, user = ''} of members) this.#learn(member, info, user);
    Object.assign(this, {epoch, version});
    const joined = [...this.members.keys()].filter((member) => !known.has(member));
    this.emit('members', {
      joined: joined.map((member) => this.#who(member)),
      left: before.filter(({member}) => !this.members.has(member)),
    });
  }

  #learn(member, info, user) {
    this.members.set(member, info);
    if (user) this.users.set(member, user);
  }

  #who(member) {
    const [info, user] = [this.members.get(member) ?? {}, this.users.get(member) ?? ''];
    return {member, info, user, mine: this.connection.isMine(member)};
  }

  #came(member, info, user) {
    const event = this.members.has(member) ? 'show' : 'join';
    this.#learn(member, info, user);
    this.emit(event, {...this.#who(member), version: this.version});
  }

  #left(member) {
    const who = this.#who(member);
    this.members.delete(member);
    this.users.delete(member);
    this.emit('leave', {...who, version: this.version});
  }
}
