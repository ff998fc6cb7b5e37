// Rooms of scopewire.js against a gateway of script: node --test tests/pages/room_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {gateway, pass, room} from './scopewire_setup.mjs';

test('a room lists its members and hears who comes and goes', async () => {
  const {room: joined, heard} = await room({nick: 'ann'});
  assert.deepEqual([...joined.members.values()], [{nick: 'ann'}]);
  const other = gateway.connect(
    () => {},
    () => {},
  );
  await settled();
  other.receive(JSON.stringify({id: 1, op: 'join', info: {nick: 'bob'}, presence: true}));
  await settled();
  const id = [...joined.members.keys()].at(-1);
  assert.deepEqual(joined.members.get(id), {nick: 'bob'});
  other.closed();
  await settled();
  assert.deepEqual(heard.slice(-3), [`join ${id}`, `show ${id}`, `leave ${id}`]);
  assert.equal(joined.members.size, 1);
});

test('a member can show something else', async () => {
  const {room: joined, heard} = await room({nick: 'ann'});
  joined.show({nick: 'anna'});
  await settled();
  assert.deepEqual(joined.members.get(joined.self), {nick: 'anna'});
  assert.ok(heard.includes(`show ${joined.self}`));
});

test('a reconnect joins again and lists anew', async () => {
  const {room: joined, heard} = await room({nick: 'ann'});
  const before = joined.self;
  gateway.closeAll(1001);
  await settled();
  assert.equal(joined.self, null);
  await pass(500);
  assert.notEqual(joined.self, before);
  assert.deepEqual([...joined.members], [[joined.self, {nick: 'ann'}]]);
  assert.equal(heard.filter((event) => event === 'members').length, 2);
});

test('a reconnect tells who came and went meanwhile, and with whose tokens', async () => {
  gateway.token = {user: 'ann'};
  const {room: joined} = await room({nick: 'ann'});
  const [before, hers] = [joined.self, joined.version];
  assert.deepEqual([...joined.users], [[before, 'ann']]);
  const since = [];
  joined.on('members', (news) => since.push(news));
  gateway.closeAll(1001);
  await pass(500);
  const [{joined: came, left}] = since;
  assert.deepEqual(came, [{member: joined.self, info: {nick: 'ann'}, user: 'ann', mine: true}]);
  assert.deepEqual(left, [{member: before, info: {nick: 'ann'}, user: 'ann', mine: true}]);
  assert.ok(joined.version > hers);
  assert.equal(joined.epoch, gateway.presence.epoch);
});

test('who comes and goes counts the version up, also in another epoch', async () => {
  const {room: joined} = await room();
  const told = [];
  for (const event of ['join', 'leave']) joined.on(event, (what) => told.push({event, ...what}));
  const {version} = joined;
  gateway.tellPresence({event: 'join', member: 'ff-1', user: 'bob', info: {nick: 'bob'}});
  await settled();
  const bob = {member: 'ff-1', info: {nick: 'bob'}, user: 'bob', mine: false};
  assert.deepEqual(told, [{event: 'join', ...bob, version: version + 1}]);
  gateway.tellPresence({event: 'leave', member: 'ff-1', epoch: 'another', version: 7});
  await settled();
  assert.deepEqual(told[1], {event: 'leave', ...bob, version: 7});
  assert.deepEqual([joined.epoch, joined.version, joined.users.size], ['another', 7, 0]);
});

test('who comes right after the list is not lost', async () => {
  const once = gateway.connect.bind(gateway);
  gateway.connect = (send, close) => {
    const session = once(send, close);
    const receive = (text) => {
      session.receive(text);
      if (text.includes('"join"')) gateway.tellPresence({event: 'join', member: 'ff-9', info: {}});
    };
    return {...session, receive};
  };
  const {room: joined} = await room();
  assert.ok(joined.members.has('ff-9'));
});
