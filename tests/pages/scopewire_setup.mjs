// What the tests of scopewire.js share: a gateway of script, time that stands still, and a record of
// what was heard. Randomness is at its most, so that what is awaited is known.
import {afterEach, beforeEach, mock} from 'node:test';
import {FakeGateway} from './fake_gateway.mjs';
import {install, settled} from './fake_websocket.mjs';
import {Mailbox, Room, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';

export const URL = 'ws://host:8081/chat/room1';
export const OTHER = 'ffffffffffffffff-1';

export let gateway; // of the present test
export let network;
let opened;

beforeEach(() => {
  gateway = new FakeGateway();
  network = install(gateway);
  opened = [];
  mock.timers.enable({apis: ['setTimeout', 'Date']});
  mock.method(Math, 'random', () => 1);
});

afterEach(() => {
  for (const one of opened) one.close();
  mock.timers.reset();
  mock.restoreAll();
  network.restore();
});

/** To be closed when the test ends. */
export function opening(one) {
  opened.push(one);
  return one;
}

/** An object with a record of everything it said. */
export async function chat(options, name = 'chat') {
  const object = opening(SharedObject.getRemote(name, URL, options));
  const heard = [];
  for (const event of ['sync', 'change', 'message', 'status']) {
    object.on(event, (what) => heard.push([event, what]));
  }
  await settled();
  return {object, heard, of: (event) => heard.filter(([e]) => e === event).map(([, what]) => what)};
}

export async function room(info) {
  const joined = opening(Room.join(URL, info));
  const heard = [];
  for (const event of ['members', 'join', 'show', 'leave']) {
    joined.on(event, ({member}) => heard.push(member ? `${event} ${member}` : event));
  }
  await settled();
  return {room: joined, heard};
}

/** A mailbox with a record of what came. */
export async function mailbox(identity, options) {
  const box = opening(Mailbox.of(URL, identity, options));
  const heard = [];
  box.on('registered', ({waiting}) => heard.push(`registered ${waiting}`));
  box.on('mail', ({seq, message}) => heard.push(`${seq} ${message}`));
  box.on('status', ({level, code}) => level === 'error' && heard.push(code));
  await settled();
  return {box, heard};
}

export async function pass(milliseconds) {
  await settled();
  mock.timers.tick(milliseconds);
  await settled();
}

export const writes = () => gateway.requests.filter(({seq}) => seq !== undefined);

/** A door of metadata in the gateway's place: what it was `sent`, and how to `say` and `close`. */
export function metadataDoor() {
  network.restore();
  const door = {down: false, sent: []};
  door.connect = (say, close) => {
    Object.assign(door, {say, close});
    return {receive: (text) => door.sent.push(text), closed() {}};
  };
  network = install(door);
  return door;
}
