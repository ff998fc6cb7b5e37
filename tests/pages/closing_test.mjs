// What is closed does nothing more, and what waits for it is told: node --test tests/pages/closing_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, chat, gateway, mailbox, opening, pass, room} from './scopewire_setup.mjs';
import {Mailbox, Metadata, NetConnection, Room, Scopes, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';

const asked = (op) => gateway.requests.filter((request) => request.op === op);

// --- a second close() ----------------------------------------------------------------------------

test('an object that is closed twice leaves alone the one that came after it', async () => {
  await room(); // the connection stays
  const {object: former} = await chat();
  former.close();
  const {object} = await chat();
  former.close();
  await settled();
  assert.equal(SharedObject.getRemote('chat', URL), object);
  assert.equal(asked('release').length, 1);
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  await settled();
  assert.deepEqual({...object.data}, {a: 1});
});

test('a mailbox that is closed twice leaves alone the one that came after it', async () => {
  await room();
  const {box: former} = await mailbox('ann');
  former.register();
  former.close();
  const {box, heard} = await mailbox('ann');
  box.register();
  former.close();
  await settled();
  assert.equal(Mailbox.of(URL, 'ann'), box);
  await box.notify('hello');
  await settled();
  assert.deepEqual(heard, ['registered 0', '1 hello']);
});

test('what is closed says so, whoever else uses the connection', async () => {
  const {object: stays} = await chat({}, 'other');
  const all = [
    SharedObject.getRemote('chat', URL),
    Room.join(URL),
    Mailbox.of(URL, 'ann'),
    NetConnection.connect(URL),
    Scopes.at(URL),
    Metadata.of(URL),
  ];
  await settled();
  for (const one of all) {
    assert.equal(one.status.code, 'open');
    one.close();
    assert.deepEqual(one.status, {level: 'status', code: 'closed', message: '', retryIn: null});
  }
  assert.equal(stays.status.code, 'open');
});

// --- promises ------------------------------------------------------------------------------------

const refused = (promise, code = 'closed') => assert.rejects(promise, {name: 'ScopewireError', code});

test('a call after the server has closed for good, or we have, is refused', async () => {
  const ended = opening(NetConnection.connect(URL));
  await settled();
  gateway.closeAll(4003);
  await settled();
  await refused(ended.call('sum', 1, 2));
  const closed = NetConnection.connect(URL);
  const waiting = refused(closed.call('sum', 1, 2));
  closed.close();
  await waiting;
  await refused(closed.callMember('aa-1', 'ask'));
});

test('what is closed asks nothing any more, on a connection that others use', async () => {
  await room();
  const calls = NetConnection.connect(URL);
  const scopes = Scopes.at(URL);
  for (const one of [calls, scopes]) one.close();
  await refused(calls.call('sum', 1, 2));
  await refused(scopes.list('/'));
  assert.deepEqual([...asked('call'), ...asked('list')], []);
});

test('who does not read a mailbox acknowledges nothing', async () => {
  await room();
  const {box} = await mailbox('ann');
  const mails = [];
  box.on('mail', (mail) => mails.push(mail));
  await refused(box.acknowledge({epoch: 'e', seq: 1}), 'not_joined');
  box.register();
  await settled();
  for (const n of [1, 2]) await box.notify(n);
  await settled();
  const [reader] = gateway.sessions;
  reader.send('{"event":"identity_replaced","identity":"ann"}');
  await settled();
  await refused(box.acknowledge(mails[0]), 'replaced');
  box.register();
  await settled();
  await box.acknowledge(mails[0]);
  box.close();
  await refused(box.acknowledge(mails[1]));
});

// --- what was on its way -------------------------------------------------------------------------

test('an object that is closed while it looks back is not used, nor written to', async () => {
  await room();
  await chat();
  const object = SharedObject.getRemote('other', URL, {history: 5});
  object.close();
  await settled();
  assert.deepEqual(asked('use').map(({object: name}) => name), ['chat']);
  await refused(object.setProperty('a', 1));
});

test('an object that is closed while its hub is away does not come again', async () => {
  await room();
  gateway.hubLost = Infinity;
  SharedObject.getRemote('chat', URL).close();
  await settled();
  gateway.hubLost = 0;
  await pass(60_000);
  assert.equal(asked('use').length, 1);
});

test('a mailbox that is closed while its hub is away takes the place of nobody', async () => {
  await room();
  gateway.hubLost = Infinity;
  const box = Mailbox.of(URL, 'ann');
  box.register();
  box.close();
  box.register();
  await settled();
  gateway.hubLost = 0;
  await pass(60_000);
  assert.equal(asked('register').length, 1);
});

test('a refusal that comes after close() is told nobody', async () => {
  await room();
  gateway.refuse.use = 'denied';
  const object = SharedObject.getRemote('chat', URL);
  const heard = [];
  object.on('status', (status) => heard.push(status));
  object.close();
  await settled();
  assert.deepEqual(heard, []);
});

test('a room shows its last word when the hub is back, once, and nothing when it is closed', async () => {
  await chat();
  const {room: joined} = await room({n: 0});
  gateway.hubLost = Infinity;
  for (let n = 1; n <= 5; n += 1) {
    joined.show({n});
    await settled();
  }
  gateway.hubLost = 0;
  gateway.requests.length = 0;
  await pass(60_000);
  assert.deepEqual(asked('join').map(({info}) => info), [{n: 5}]);
  gateway.hubLost = 1;
  joined.show({n: 6});
  await settled();
  joined.close();
  joined.show({n: 7});
  gateway.requests.length = 0;
  await pass(60_000);
  assert.deepEqual(asked('join'), []);
});
