import {SharedObject} from './scopewire.js';

const AGAIN_MS = 2000; // who goes on typing says so again
const GONE_MS = 5000; // who has not said so for that long has stopped
const MAX_NAMED = 3;

/** Who is typing, told by send() to all in the room: nothing of it is kept. */
export class Typing {
  #object;
  #show;
  #typists = new Map(); // member -> timer
  #saidAt = -Infinity;

  /** `show(members)` is called when others begin or stop. */
  constructor(url, show) {
    this.#show = show;
    this.#object = SharedObject.getRemote('typing', url);
    this.#object.on('message', ({handler, args: [on], from, mine}) => {
      if (handler === 'typing' && !mine) this.#heard(from, on === true);
    });
  }

  /** To be called at every key, and with false when it was sent or given up. */
  say(on) {
    const now = Date.now();
    if (on ? now - this.#saidAt < AGAIN_MS : this.#saidAt === -Infinity) return;
    this.#saidAt = on ? now : -Infinity;
    if (this.#object.status.code === 'open') this.#object.send('typing', on).catch(() => {});
  }

  /** They said something, or left. */
  stopped(member) {
    this.#heard(member, false);
  }

  close() {
    for (const timer of this.#typists.values()) clearTimeout(timer);
    this.#typists.clear();
    this.#object.close();
    this.#show([]);
  }

  #heard(member, on) {
    const before = this.#typists.has(member);
    clearTimeout(this.#typists.get(member));
    if (on) this.#typists.set(member, setTimeout(() => this.stopped(member), GONE_MS));
    else this.#typists.delete(member);
    if (on !== before) this.#show([...this.#typists.keys()]);
  }
}

/** Ann is typing. Ann and Bob are typing. */
export function typingWords(names) {
  if (names.length === 0) return '';
  if (names.length > MAX_NAMED) return 'Several people are typing';
  if (names.length === 1) return `${names[0]} is typing`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are typing`;
}
