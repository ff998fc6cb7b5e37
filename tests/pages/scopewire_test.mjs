// scopewire.js against a gateway of script: node --test tests/pages/scopewire_test.mjs
import assert from 'node:assert/strict';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {FakeGateway} from './fake_gateway.mjs';
import {install, settled} from './fake_websocket.mjs';
import {NetConnection, Room, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';
import {Backoff, advice} from '../../tools/ws-gateway/www/scopewire/live_socket.js';

const URL = 'ws://host:8081/chat/room1';
const OTHER = 'ffffffffffffffff-1';

let gateway;
let network;
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

/** An object with a record of everything it said. */
async function chat(options, name = 'chat') {
  const object = SharedObject.getRemote(name, URL, options);
  const heard = [];
  for (const event of ['sync', 'change', 'message', 'status']) {
    object.on(event, (what) => heard.push([event, what]));
  }
  opened.push(object);
  await settled();
  return {object, heard, of: (event) => heard.filter(([e]) => e === event).map(([, what]) => what)};
}

async function room(info) {
  const joined = Room.join(URL, info);
  const heard = [];
  for (const event of ['members', 'join', 'show', 'leave']) {
    joined.on(event, (what) => heard.push(what ? `${event} ${what.member}` : event));
  }
  opened.push(joined);
  await settled();
  return {room: joined, heard};
}

async function pass(milliseconds) {
  await settled();
  mock.timers.tick(milliseconds);
  await settled();
}

const writes = () => gateway.requests.filter(({seq}) => seq !== undefined);

// --- reading -------------------------------------------------------------------------------------

test('the first sync shows what is there', async () => {
  const before = await chat();
  gateway.change('chat', [{op: 'set', key: 'message', value: 'hello'}]);
  before.object.close();
  const {object, of} = await chat();
  assert.deepEqual({...object.data}, {message: 'hello'});
  assert.deepEqual(of('sync'), [{reason: 'first', version: 1}]);
});

test('changes of others arrive one by one, with what was there before', async () => {
  const {object, of} = await chat();
  gateway.change('chat', [
    {op: 'set', key: 'a', value: 1},
    {op: 'set', key: 'a', value: {b: [2]}},
  ]);
  gateway.change('chat', [{op: 'delete', key: 'a'}]);
  await settled();
  const about = {from: OTHER, mine: false};
  assert.deepEqual(of('change'), [
    {op: 'set', key: 'a', value: 1, old: undefined, version: 1, ...about},
    {op: 'set', key: 'a', value: {b: [2]}, old: 1, version: 1, ...about},
    {op: 'delete', key: 'a', old: {b: [2]}, version: 2, ...about},
  ]);
  assert.deepEqual({...object.data}, {});
});

test('clear empties the data and tells what it was', async () => {
  const {object, of} = await chat();
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}, {op: 'clear'}]);
  await settled();
  assert.deepEqual({...of('change')[1].old}, {a: 1});
  assert.deepEqual({...object.data}, {});
});

test('a key may be called __proto__', async () => {
  const {object} = await chat();
  await object.setProperty('__proto__', {polluted: true});
  await settled();
  assert.deepEqual(Object.keys(object.data), ['__proto__']);
  assert.equal({}.polluted, undefined);
  assert.equal(object.data.polluted, undefined);
});

test('send reaches everybody, the sender too', async () => {
  const {object, of} = await chat();
  await object.send('doIt', 'p1', 2, true);
  await settled();
  assert.deepEqual(
    of('message').map(({handler, args, mine}) => ({handler, args, mine})),
    [{handler: 'doIt', args: ['p1', 2, true], mine: true}],
  );
});

test('objects of one URL share a connection, the last one closes it', async () => {
  const a = await chat({}, 'a');
  const b = await chat({}, 'b');
  assert.equal(network.sockets.length, 1);
  assert.equal(SharedObject.getRemote('a', URL), a.object);
  a.object.close();
  assert.equal(network.sockets[0].closedWith, null);
  b.object.close();
  assert.equal(network.sockets[0].closedWith, 1000);
});

test('persistence must agree', async () => {
  await chat({persistent: true});
  assert.throws(() => SharedObject.getRemote('chat', URL), {code: 'persistence'});
});

test('a listener that throws stops nobody', async () => {
  const {object} = await chat();
  const caught = [];
  const original = globalThis.queueMicrotask;
  mock.method(globalThis, 'queueMicrotask', (task) =>
    original(() => {
      try {
        task();
      } catch (error) {
        caught.push(error.message);
      }
    }),
  );
  const seen = [];
  object.on('change', () => {
    throw new Error('mine');
  });
  object.on('change', ({key}) => seen.push(key));
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  await settled();
  assert.deepEqual([seen, caught], [['a'], ['mine']]);
});

test('a hole in the versions asks for what is missing', async () => {
  const {object, of} = await chat();
  gateway.losing = true;
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  gateway.losing = false;
  gateway.change('chat', [{op: 'set', key: 'b', value: 2}]);
  await settled();
  assert.deepEqual({...object.data}, {a: 1, b: 2});
  assert.deepEqual(
    of('change').map(({key}) => key),
    ['a', 'b'],
  );
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['first', 'resumed'],
  );
});

// --- writing -------------------------------------------------------------------------------------

test('data follows the server, not the wish', async () => {
  const {object, of} = await chat();
  const done = object.setProperty('message', 'hello');
  assert.equal(object.data.message, undefined);
  assert.deepEqual(await done, {status: 'ok', version: 1});
  await settled();
  assert.equal(object.data.message, 'hello');
  assert.equal(of('change')[0].mine, true);
});

test('a line said twice is two changes with force, else a noop', async () => {
  const {object, of} = await chat();
  await object.setProperty('message', 'again');
  assert.equal((await object.setProperty('message', 'again')).status, 'noop');
  assert.equal((await object.setProperty('message', 'again', {force: true})).status, 'ok');
  await settled();
  assert.equal(of('change').length, 2);
});

test('null deletes, expect compares', async () => {
  const {object} = await chat();
  await object.setProperty('a', 1);
  assert.equal((await object.setProperty('a', 2, {expect: 0})).status, 'cas');
  await object.setProperty('a', null);
  await object.setProperty('b', 1);
  await object.deleteProperty('b');
  await object.setProperty('c', 1);
  await object.clear();
  await settled();
  assert.deepEqual({...object.data}, {});
});

test('a refusal rejects the write and shows as status', async () => {
  const {object, of} = await chat();
  gateway.refuse.set = 'denied';
  await assert.rejects(object.setProperty('a', 1), {name: 'ScopewireError', code: 'denied'});
  assert.deepEqual(of('status').at(-1), {
    level: 'error',
    code: 'denied',
    message: 'set: denied',
    retryIn: null,
  });
});

test('a write after a refused one still arrives', async () => {
  const {object} = await chat();
  gateway.refuse.set = 'denied';
  await assert.rejects(object.setProperty('a', 1));
  gateway.refuse = {};
  await object.setProperty('b', 2);
  await settled();
  assert.deepEqual({...object.data}, {b: 2});
});

test('a write that nobody can take is refused at once', async () => {
  const {object} = await chat();
  await assert.rejects(object.setProperty('a', 'x'.repeat(256 * 1024)), {code: 'too_big'});
  assert.equal(writes().length, 0);
});

test('the writes that wait have a bound', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const all = Array.from({length: 1001}, (_, n) => object.setProperty('n', n));
  await assert.rejects(all.pop(), {code: 'limit'});
  object.close();
  const settledAll = await Promise.allSettled(all);
  assert.ok(settledAll.every(({reason}) => reason.code === 'closed'));
});

test('what is set while there is no connection goes out with the next one', async () => {
  const {object} = await chat();
  gateway.closeAll(1001);
  await settled();
  const done = object.setProperty('a', 1);
  await pass(500);
  assert.equal((await done).status, 'ok');
});

// --- losing and finding again --------------------------------------------------------------------

test('a write whose reply was lost is applied once', async () => {
  const {object, of} = await chat();
  gateway.losing = true;
  const done = object.setProperty('message', 'once', {force: true});
  await settled();
  gateway.losing = false;
  gateway.closeAll(1006);
  await pass(500);
  assert.equal((await done).status, 'ok');
  assert.equal(writes().length, 2);
  assert.deepEqual(
    of('change').map(({value, mine}) => [value, mine]),
    [['once', true]],
  );
});

test('a reconnect resumes and misses nothing', async () => {
  const {object, of} = await chat();
  gateway.closeAll(1001);
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  gateway.change('chat', [{op: 'set', key: 'a', value: 2}]);
  await pass(500);
  assert.deepEqual(
    of('change').map(({value}) => value),
    [1, 2],
  );
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['first', 'resumed'],
  );
  assert.equal(object.version, 2);
});

test('a snapshot from before a reload resumes too', async () => {
  const first = await chat();
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  await settled();
  const resume = JSON.parse(JSON.stringify(first.object.snapshot));
  first.object.close();
  gateway.change('chat', [{op: 'set', key: 'b', value: 2}]);
  const {object, of} = await chat({resume});
  assert.deepEqual({...object.data}, {a: 1, b: 2});
  assert.deepEqual(
    of('change').map(({key}) => key),
    ['b'],
  );
  assert.deepEqual(of('sync'), [{reason: 'resumed', version: 2}]);
});

test('a restarted hub is a loss of continuity; what waits is written into its new life', async () => {
  const {object, of} = await chat();
  await object.setProperty('a', 1);
  gateway.losing = true;
  const done = object.setProperty('b', 2);
  await settled();
  gateway.losing = false;
  gateway.closeAll(1001);
  gateway.restartHub();
  await pass(500);
  assert.equal((await done).status, 'ok');
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['first', 'lost'],
  );
  assert.deepEqual({...object.data}, {b: 2});
});

test('a hub restarted behind its gateway is one too', async () => {
  const {object, of} = await chat();
  await object.setProperty('a', 1);
  gateway.restartHub();
  await settled();
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['first', 'lost'],
  );
  assert.deepEqual({...object.data}, {});
  await object.setProperty('b', 2);
  await settled();
  assert.deepEqual({...object.data}, {b: 2});
});

test('a write that may have been applied is not repeated to a hub that forgot its writer', async () => {
  const {object} = await chat();
  await object.setProperty('a', 1);
  gateway.losing = true;
  const unknown = object.setProperty('b', 2);
  await settled();
  gateway.losing = false;
  gateway.closeAll(1001);
  gateway.forgetProducers();
  await settled();
  const fresh = object.setProperty('c', 3);
  const refused = assert.rejects(unknown, {code: 'uncertain'});
  await pass(500);
  await refused;
  assert.equal((await fresh).status, 'ok');
});

test('without its hub the gateway is asked again, with back-off', async () => {
  const {object} = await chat();
  gateway.hubLost = true;
  const done = object.setProperty('a', 1);
  await settled();
  await pass(499);
  assert.equal(writes().length, 1);
  await pass(1);
  assert.equal(writes().length, 2);
  gateway.hubLost = false;
  await pass(1000);
  assert.equal((await done).status, 'ok');
});

test('an object that could not be used for lack of a hub is used later', async () => {
  gateway.hubLost = true;
  const {of} = await chat();
  gateway.hubLost = false;
  await pass(500);
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['first'],
  );
});

test('an object that may not be used refuses its writes', async () => {
  gateway.refuse.use = 'denied';
  const {object, of} = await chat();
  await assert.rejects(object.setProperty('a', 1), {code: 'denied'});
  assert.equal(of('sync').length, 0);
});

// --- the connection ------------------------------------------------------------------------------

test('close codes say whether to come back', () => {
  const cases = {
    1000: 'stop',
    1001: 'later',
    1002: 'stop',
    1003: 'stop',
    1005: 'later',
    1006: 'later',
    1007: 'stop',
    1008: 'stop',
    1009: 'later',
    1011: 'later',
    1012: 'later',
    1013: 'later',
    4000: 'stop',
    4003: 'stop',
    4004: 'stop',
    4108: 'later',
    4112: 'later',
    4200: 'now',
    4210: 'now',
  };
  for (const [code, what] of Object.entries(cases)) assert.equal(advice(Number(code)), what, code);
});

test('back-off doubles up to 30 s, jitters fully, and starts anew', () => {
  const backoff = new Backoff();
  const bounds = Array.from({length: 8}, () => backoff.next());
  assert.deepEqual(bounds, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  Math.random.mock.mockImplementation(() => 0.25);
  assert.equal(backoff.next(), 7500);
  backoff.reset();
  assert.equal(backoff.next(), 125);
});

test('a refused connection says so, gives up what waits and is not tried again', async () => {
  const {object, of} = await chat();
  gateway.losing = true;
  const refused = assert.rejects(object.setProperty('a', 1), {code: 'closed'});
  await settled();
  gateway.closeAll(4004);
  await refused;
  await pass(100_000);
  assert.equal(network.sockets.length, 1);
  assert.deepEqual(of('status').at(-1), {
    level: 'error',
    code: 'closed',
    message: 'close code 4004',
    retryIn: null,
  });
  await assert.rejects(object.setProperty('b', 1), {code: 'closed'});
});

test('an unreachable server is tried again and again', async () => {
  gateway.down = true;
  const {of} = await chat();
  await pass(500);
  await pass(1000);
  assert.equal(network.sockets.length, 3);
  assert.deepEqual(
    of('status').map(({retryIn}) => retryIn),
    [500, 1000, 2000],
  );
  gateway.down = false;
  await pass(2000);
  assert.equal(of('status').at(-1).code, 'open');
});

test('a connection that lived long starts its back-off anew, a short one does not', async () => {
  const {of} = await chat();
  gateway.closeAll(1001);
  await pass(500);
  gateway.closeAll(1001);
  await pass(1000);
  await pass(10_000);
  gateway.closeAll(1001);
  await settled();
  assert.deepEqual(
    of('status')
      .filter(({code}) => code === 'waiting')
      .map(({retryIn}) => retryIn),
    [500, 1000, 500],
  );
});

test('4200 comes back at once', async () => {
  const {of} = await chat();
  await pass(10_000);
  gateway.closeAll(4200);
  await settled();
  await pass(0);
  assert.equal(of('status').at(-1).code, 'open');
});

test('a write that was too big for the server is not sent again', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const refused = assert.rejects(object.setProperty('a', 'much'), {code: 'too_big'});
  await settled();
  gateway.losing = false;
  gateway.closeAll(1009);
  await refused;
  await pass(500);
  assert.equal(writes().length, 1);
});

test('a silent network is noticed', async () => {
  const {of} = await chat();
  await pass(40_000);
  assert.equal(gateway.requests.at(-1).op, 'ping');
  gateway.losing = true;
  await pass(40_000);
  await pass(10_000);
  assert.equal(of('status').at(-1).code, 'waiting');
});

// --- rooms ---------------------------------------------------------------------------------------

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

test('a restarted hub makes a room look again', async () => {
  const {heard} = await room({nick: 'ann'});
  await chat();
  gateway.restartHub();
  await settled();
  assert.deepEqual(heard.filter((event) => event === 'members').length, 2);
});

function connect() {
  const connection = NetConnection.connect(URL);
  opened.push(connection);
  return connection;
}

test('a call waits for the connection and has its result', async () => {
  const connection = connect();
  assert.deepEqual(await connection.call('echo', 1, 'two'), [1, 'two']);
  const {op, method, args} = gateway.requests.at(-1);
  assert.deepEqual({op, method, args}, {op: 'call', method: 'echo', args: [1, 'two']});
  await connection.callMember('aa-1', 'ask', ['how?'], 500);
  assert.equal(gateway.requests.at(-1).to, 'aa-1');
  assert.equal(gateway.requests.at(-1).timeout, 500);
});

test('a refused call says why', async () => {
  gateway.refuse.call = 'no_method';
  await assert.rejects(connect().call('nothing'), {name: 'ScopewireError', code: 'no_method'});
});

test('a call that the network took away is lost, one that waits for it is not', async () => {
  const connection = connect();
  await settled();
  gateway.losing = true;
  const lost = connection.call('echo', 1);
  await settled();
  gateway.closeAll(1006);
  await assert.rejects(lost, {code: 'lost'});
  gateway.losing = false;
  const waiting = connection.call('echo', 2);
  await pass(60_000);
  assert.deepEqual(await waiting, [2]);
});

test('the methods of a page are answered, by value, promise or error', async () => {
  const connection = connect();
  await settled();
  connection.serve('sum', (a, b, {from}) => Promise.resolve(`${a + b} for ${from}`));
  connection.serve('fail', () => {
    throw new Error('no luck');
  });
  connection.serve('nothing', () => {});
  const answers = [];
  for (const [method, args] of [['sum', [1, 2]], ['fail', []], ['nothing', []], ['other', []]]) {
    gateway.call(method, args);
    await settled();
    const {result, error} = gateway.requests.at(-1);
    answers.push(error ? (error.code ?? error.message) : result);
  }
  assert.deepEqual(answers, ['3 for ffffffffffffffff-1', 'no luck', null, 'no_method']);
  connection.serve('sum', null);
  gateway.call('sum', [1, 2]);
  await settled();
  assert.equal(gateway.requests.at(-1).error.code, 'no_method');
});
