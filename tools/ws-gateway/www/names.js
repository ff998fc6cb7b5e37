import {SharedObject} from './scopewire.js';

const MAX_NAMES = 500; // kept in the room, of those who have left too
const MAX_LENGTH = 40;

/**
 * What everybody in a room calls itself: of who is here by presence, and of who has left by the shared
 * object `names`, member to nick, which each page writes its own into.
 */
export class Names {
  #room;
  #object;
  #learned;
  #known = new Map(); // member -> nick; what presence says goes first

  /** `learned(member, former)` is called when a name is new, or another than before. */
  constructor(room, url, learned) {
    this.#room = room;
    this.#learned = learned;
    this.#object = SharedObject.getRemote('names', url);
    this.#object.on('sync', () => this.#learnAll());
    this.#object.on('change', ({op, key, value}) => op === 'set' && this.#older(key, value));
  }

  of(member) {
    return this.#known.get(member) ?? `guest ${member.split('-').pop()}`;
  }

  knows(member) {
    return this.#known.has(member);
  }

  learn(member, nick) {
    if (typeof nick !== 'string' || nick.trim() === '') return;
    const former = this.#known.get(member);
    const name = nick.slice(0, MAX_LENGTH);
    if (former === name) return;
    this.#known.set(member, name);
    if (this.#known.size > 4 * MAX_NAMES) this.#known.delete(this.#known.keys().next().value);
    this.#learned(member, former);
  }

  /** Tells those who come later how we are called. */
  keep(self, nick) {
    if (self === null) return;
    const forget = this.#forgettable().map((key) => ({op: 'delete', key}));
    // Refused, or not now: then they see a number, which is no reason to say anything.
    this.#object.change([...forget, {op: 'set', key: self, value: nick}]).catch(() => {});
  }

  close() {
    this.#object.close();
  }

  #forgettable() {
    const gone = Object.keys(this.#object.data).filter((member) => !this.#room.members.has(member));
    return gone.slice(0, Math.max(0, Object.keys(this.#object.data).length - MAX_NAMES));
  }

  #learnAll() {
    for (const [member, nick] of Object.entries(this.#object.data)) this.#older(member, nick);
  }

  #older(member, nick) {
    if (!this.#room.members.has(member)) this.learn(member, nick);
  }
}
