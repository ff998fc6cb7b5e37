import {element} from './element.js';
import {HubWatch} from './hub_watch.js';
import {History, loadNick, saveNick} from './history.js';
import {Lines, avatar} from './lines.js';
import {Names} from './names.js';
import {givenToken, pageToken, whyRefused} from './page_token.js';
import {Room, SharedObject} from './scopewire.js';
import {Typing, typingWords} from './typing.js';

// The chat page: one Room and its shared object `chat`, whose attribute `message` is the line that
// was said last. Plain WebSocket clients and Flash clients speak and hear the same attribute; what
// this page needs besides is in objects of its own.
// Tests read <html data-state>: connecting, open (and in sync), waiting or closed.

const DEFAULT_ROOM = '/chat/room1';
const PAST = 100; // lines that are shown to who comes
const MAX_PEOPLE = 200; // listed; more are only counted
const STATES = {
  connecting: ['busy', 'Connecting'],
  open: ['good', 'Connected'],
  waiting: ['busy', 'Reconnecting'],
  closed: ['bad', 'Disconnected'],
};
const AWAY = ['busy', 'The server is restarting']; // connected, but to a gateway without its hub
const byId = (id) => document.getElementById(id);

class ChatPage {
  #lines = new Lines(byId('lines'), byId('newest'));
  #names = null;
  #typing = null;
  #peopleFrame = 0;
  #nick = loadNick() ?? `guest-${Math.floor(Math.random() * 46656).toString(36)}`;
  #path = null;
  #token = pageToken();
  #refusal = ''; // why we are not let in
  #stood = false; // the connection, until just now: it was lost, not refused
  #room = null;
  #watch = null;
  #chat = null;
  #history = null;
  #lastSaid = '';
  #unread = 0;

  start() {
    byId('nick').value = this.#nick;
    byId('place').addEventListener('submit', (event) => this.#go(event));
    byId('composer').addEventListener('submit', (event) => this.#submit(event));
    byId('text').addEventListener('keydown', (event) => this.#key(event));
    byId('text').addEventListener('input', () => this.#typed());
    byId('who').addEventListener('click', togglePeople);
    window.addEventListener('hashchange', () => this.#addressed());
    window.addEventListener('pagehide', () => this.#history.keep(this.#chat.snapshot));
    document.addEventListener('visibilitychange', () => this.#looked());
    this.#enter(roomOfHash());
  }

  // --- coming and going ------------------------------------------------------------------------

  #go(event) {
    event.preventDefault();
    this.#rename(byId('nick').value.trim());
    const path = `/${byId('room').value.trim().replace(/^\/+/, '')}`;
    if (path !== this.#path) location.hash = encodePath(path);
    else if (this.#room.status.code === 'closed') this.#enter(path);
    byId('text').focus();
  }

  // A token alone is for the room that we are in.
  #addressed() {
    const given = givenToken();
    if (given !== null) this.#token = given;
    if (given !== null && location.hash === '') history.replaceState(null, '', `#${encodePath(this.#path)}`);
    this.#enter(roomOfHash());
  }

  #rename(nick) {
    if (!nick) byId('nick').value = this.#nick; // blanks are no name: the old one stays
    if (!nick || nick === this.#nick) return;
    this.#nick = nick;
    saveNick(nick);
    this.#room.show({nick});
    this.#names.keep(this.#room.self, nick);
  }

  #enter(path) {
    this.#leave();
    this.#path = path;
    this.#history = new History(path);
    byId('room').value = path;
    byId('text').placeholder = `Say something in ${path}`;
    this.#read();
    for (const line of this.#history.lines) this.#lines.add(line);
    this.#join(encodePath(path));
    byId('text').focus();
  }

  #leave() {
    if (!this.#room) return;
    this.#history.keep(this.#chat.snapshot);
    for (const one of [this.#watch, this.#typing, this.#names, this.#chat, this.#room]) one.close();
    this.#lines.clear();
  }

  // What follows the room shares its connection, and so its token.
  #join(url) {
    this.#refusal = '';
    this.#stood = false;
    this.#room = Room.join(url, {nick: this.#nick}, {token: this.#token});
    this.#names = new Names(this.#room, url, (member, former) => this.#learned(member, former));
    this.#typing = new Typing(url, (members) => this.#showTyping(members));
    this.#watch = new HubWatch(url, this.#path, () => this.#showState());
    this.#room.on('members', () => this.#stand());
    this.#room.on('join', (who) => this.#came(who));
    this.#room.on('show', (who) => this.#came(who));
    this.#room.on('leave', (who) => this.#left(who));
    this.#room.on('status', (status) => this.#status(status));
    this.#listen(SharedObject.getRemote('chat', url, this.#wanted()));
    this.#status(this.#room.status);
    this.#showPeople();
  }

  // A reload goes on where the page before it was; who comes anew sees what was said before.
  #wanted() {
    const resume = this.#history.snapshot;
    return resume ? {resume} : {history: PAST};
  }

  #listen(chat) {
    this.#chat = chat;
    let first = true;
    chat.on('past', ({op, key, value, from}) => {
      if (op !== 'set' || key !== 'message') return;
      if (first) this.#note('Said before you came');
      first = false;
      this.#said(from, false, value, null);
    });
    chat.on('sync', ({reason}) => this.#synced(reason, first));
    chat.on('change', (change) => this.#changed(change));
    chat.on('message', ({handler, args, from}) =>
      this.#note(
        `${this.#names.of(from)} sent ${handler}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`,
      ),
    );
  }

  // --- who is here -----------------------------------------------------------------------------

  #stand() {
    for (const [member, {nick}] of this.#room.members) this.#names.learn(member, nick);
    this.#names.keep(this.#room.self, this.#nick);
    this.#showPeople();
  }

  #came({member, info}) {
    this.#names.learn(member, info.nick);
    this.#showPeople();
  }

  #left({member}) {
    if (this.#names.knows(member)) this.#note(`${this.#names.of(member)} left`);
    this.#typing.stopped(member);
    this.#showPeople();
  }

  #learned(member, former) {
    const name = this.#names.of(member);
    this.#lines.rename(member, name);
    if (former && this.#room.members.has(member)) this.#note(`${former} is now ${name}`);
  }

  #showTyping(members) {
    byId('typing').textContent = typingWords(members.map((member) => this.#names.of(member)));
  }

  // At most once a frame, however many come at a time.
  #showPeople() {
    cancelAnimationFrame(this.#peopleFrame);
    this.#peopleFrame = requestAnimationFrame(() => this.#listPeople());
  }

  #listPeople() {
    const {members, self} = this.#room;
    const listed = [...members.keys()].slice(0, MAX_PEOPLE);
    const rows = listed.map((member) => this.#person(member, member === self));
    const others = members.size - listed.length;
    if (others > 0) rows.push(element('li', 'you', `and ${others} more`));
    byId('members').replaceChildren(...rows);
    byId('count').textContent = members.size;
  }

  #person(member, self) {
    const row = element('li', '', '');
    row.title = member;
    const name = this.#names.of(member);
    row.append(avatar(name), element('span', 'name', name));
    if (self) row.append(element('span', 'you', 'you'));
    return row;
  }

  // --- what is said ----------------------------------------------------------------------------

  // Of a room whose past the hub has forgotten, the last line is still there.
  #synced(reason, pastless) {
    const {message} = this.#chat.data;
    if (reason === 'lost') this.#note('The connection was lost here; lines may be missing');
    if (reason === 'first' && pastless && message !== undefined) {
      this.#note('Said before you came');
      this.#add({kind: 'said', member: '', nick: null, mine: false, value: message, at: null});
    }
    document.documentElement.dataset.state = 'open';
  }

  #changed({op, key, value, from, mine}) {
    const name = this.#names.of(from);
    if (op === 'set' && key === 'message') return this.#said(from, mine, value, Date.now());
    if (op === 'set') return this.#note(`${name} set ${key} to ${JSON.stringify(value)}`);
    if (op === 'clear') return this.#note(`${name} cleared the room's object`);
    if (key !== 'message') this.#note(`${name} deleted ${key}`);
  }

  #said(member, mine, value, at) {
    const nick = mine ? this.#nick : this.#names.of(member);
    const guess = !mine && !this.#names.knows(member);
    const unseen = !mine && at !== null && document.hidden;
    if (unseen) this.#lines.mark();
    this.#add({kind: 'said', member, nick, guess, mine, value, at});
    this.#typing.stopped(member);
    if (!unseen) return;
    this.#unread += 1;
    document.title = `(${this.#unread}) ${this.#path}`;
  }

  #note(text) {
    this.#add({kind: 'note', text, at: Date.now()});
  }

  #add(line) {
    this.#lines.add(line);
    this.#history.add(line);
  }

  #looked() {
    this.#read();
    this.#watch.soon();
  }

  #read() {
    if (document.hidden) return;
    this.#unread = 0;
    document.title = `${this.#path} - scopewire chat`;
  }

  // --- saying ----------------------------------------------------------------------------------

  #submit(event) {
    event.preventDefault();
    const text = byId('text').value.trim();
    if (text === '') return;
    this.#say(text);
    this.#lastSaid = text;
    byId('text').value = '';
    this.#lines.unmark();
    this.#typed();
  }

  #typed() {
    this.#typing.say(byId('text').value !== '');
    fitText();
  }

  // Forced, because a line that repeats the one before is said all the same.
  #say(text) {
    const pending = this.#lines.pending(text);
    this.#watch.soon();
    const again = () => this.#say(text);
    this.#chat
      .setProperty('message', text, {force: true})
      .then(pending.done, ({message}) => pending.failed(message, again));
  }

  #key(event) {
    if (event.isComposing) return;
    const enter = event.key === 'Enter' && !event.shiftKey;
    const recall = event.key === 'ArrowUp' && event.target.value === '' && this.#lastSaid !== '';
    if (!enter && !recall) return;
    event.preventDefault();
    if (enter) return byId('composer').requestSubmit();
    event.target.value = this.#lastSaid;
    fitText();
  }

  // --- the connection --------------------------------------------------------------------------

  #status({code, message}) {
    if (!STATES[code]) return this.#note(`Refused: ${message}`);
    if (code === 'open') this.#refusal = '';
    if (code === 'waiting' && !this.#stood) this.#askWhy();
    this.#stood = code === 'open';
    this.#showState();
    if (code !== 'open') document.documentElement.dataset.state = code;
  }

  async #askWhy() {
    const room = this.#room;
    const why = await whyRefused(encodePath(this.#path), this.#token);
    if (room !== this.#room || room.status.code !== 'waiting') return;
    this.#refusal = why;
    this.#showState();
  }

  #showState() {
    const {code, message} = this.#room.status;
    const away = code === 'open' && this.#watch.away;
    const [level, words] = this.#refusal ? ['bad', 'Not let in'] : away ? AWAY : STATES[code];
    const state = byId('state');
    state.textContent = code === 'closed' ? `${words}: ${message}` : words;
    state.dataset.level = level;
    state.title = message;
    byId('trouble').textContent = this.#refusal;
    byId('trouble').hidden = this.#refusal === '';
    byId('people').classList.toggle('stale', code !== 'open' || away);
  }
}

// With one slash in front, whatever is there: with two it would be another host's.
function roomOfHash() {
  const path = decoded(location.hash.slice(1)).replace(/^\/+/, '');
  return path ? `/${path}` : DEFAULT_ROOM;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody typed a bare percent sign
  }
}

function encodePath(path) {
  return path.split('/').map(encodeURIComponent).join('/');
}

function fitText() {
  const text = byId('text');
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
}

function togglePeople() {
  const shown = byId('people').classList.toggle('shown');
  byId('who').setAttribute('aria-expanded', shown);
}

new ChatPage().start();
