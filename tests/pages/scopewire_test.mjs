// Shared objects of scopewire.js against a gateway of script: node --test tests/pages/scopewire_test.mjs
import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {OTHER, URL, chat, gateway, network, opening, pass, writes} from './scopewire_setup.mjs';
import {SharedObject} from '../../tools/ws-gateway/www/scopewire.js';

// --- reading -------------------------------------------------------------------------------------

test('the first sync shows what is there', async () => {
  const before = await chat();
  gateway.change('chat', [{op: 'set', key: 'message', value: 'hello'}]);
  before.object.close();
  const {object, of} = await chat();
  assert.deepEqual({...object.data}, {message: 'hello'});
  assert.deepEqual(of('sync'), [{reason: 'first', version: 2}]);
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
    {op: 'set', key: 'a', value: 1, old: undefined, version: 2, ...about},
    {op: 'set', key: 'a', value: {b: [2]}, old: 1, version: 2, ...about},
    {op: 'delete', key: 'a', old: {b: [2]}, version: 3, ...about},
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

test('persistence may be a boolean, as in Flash', async () => {
  const {object} = await chat(true);
  await chat(false, 'other');
  assert.equal(SharedObject.getRemote('chat', URL, {persistent: true}), object);
  assert.deepEqual(
    gateway.requests.map(({persistent}) => persistent),
    [true, false],
  );
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

test('a listener may take itself off and put itself on again, or take off another', async () => {
  const {object} = await chat();
  const heard = [];
  const again = () => {
    const off = object.on('change', ({value}) => {
      heard.push(value);
      off();
      if (heard.length < 100) again();
    });
  };
  again();
  object.on('change', () => offLast());
  const offLast = object.on('change', () => heard.push('taken off'));
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  gateway.change('chat', [{op: 'set', key: 'a', value: 2}]);
  await settled();
  assert.deepEqual(heard, [1, 2]);
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

/** An object of somebody else's with five versions. */
async function written(values = [1, 2, 3, 4, 5]) {
  const {object} = await chat();
  for (const value of values) gateway.change('chat', [{op: 'set', key: 'a', value}]);
  await settled();
  object.close();
}

async function withPast(history) {
  const object = opening(SharedObject.getRemote('chat', URL, {history}));
  const heard = [];
  for (const event of ['past', 'sync', 'change']) {
    object.on(event, ({value, reason}) => heard.push(`${event} ${value ?? reason}`));
  }
  return {object, heard};
}

test('the past comes before the first sync, as far as it was asked for', async () => {
  await written();
  const {object, heard} = await withPast(3);
  await settled();
  assert.deepEqual(heard, ['past 3', 'past 4', 'past 5', 'sync first']);
  assert.deepEqual({...object.data, version: object.version}, {a: 5, version: 6});
});

test('what changes while one looks back is a change', async () => {
  await written();
  const {object, heard} = await withPast(1);
  for (;;) {
    await new Promise(queueMicrotask);
    if (gateway.requests.at(-1).op === 'get') break;
  }
  gateway.change('chat', [{op: 'set', key: 'a', value: 6}]);
  await settled();
  assert.deepEqual(heard, ['past 5', 'sync first', 'change 6']);
  assert.deepEqual({...object.data}, {a: 6});
});

test('an object without a past, or that was used before, has none to tell', async () => {
  const none = await withPast(3);
  await settled();
  assert.deepEqual(none.heard, ['sync first']);
  const resume = none.object.snapshot;
  none.object.close();
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  const {of} = await chat({resume, history: 3});
  assert.deepEqual(
    of('sync').map(({reason}) => reason),
    ['resumed'],
  );
});

test('a hub that is away is asked for the past when it is back', async () => {
  await written();
  gateway.hubLost = Infinity;
  const {heard} = await withPast(2);
  await pass(500);
  gateway.hubLost = 0;
  await pass(1000);
  assert.deepEqual(heard, ['past 4', 'past 5', 'sync first']);
});

test('a connection lost while one looks back is no loss of continuity', async () => {
  await written();
  gateway.refuse.use = 'hub_lost';
  const {heard} = await withPast(2);
  await settled();
  gateway.closeAll(1006);
  gateway.refuse = {};
  await pass(500);
  assert.deepEqual(heard, ['past 4', 'past 5', 'sync first']);
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
  assert.equal(object.version, 3);
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
  assert.deepEqual(of('sync'), [{reason: 'resumed', version: 3}]);
});

test('a snapshot is of its moment', async () => {
  const {object} = await chat();
  const {snapshot} = object;
  gateway.change('chat', [{op: 'set', key: 'a', value: 1}]);
  await settled();
  assert.deepEqual({...snapshot.data, version: snapshot.version}, {version: 1});
  assert.deepEqual({...object.data, version: object.version}, {a: 1, version: 2});
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

test('without its hub the gateway is asked again, with back-off', async () => {
  const {object} = await chat();
  gateway.hubLost = Infinity;
  const done = object.setProperty('a', 1);
  await settled();
  await pass(499);
  assert.equal(writes().length, 1);
  await pass(1);
  assert.equal(writes().length, 2);
  gateway.hubLost = 0;
  await pass(1000);
  assert.equal((await done).status, 'ok');
});

test('many writes refused for lack of a hub are one failure', async () => {
  const {object} = await chat();
  gateway.hubLost = Infinity;
  const all = Promise.all(Array.from({length: 10}, (_, n) => object.setProperty('n', n)));
  await settled();
  gateway.hubLost = 0;
  await pass(500);
  assert.ok((await all).every(({status}) => status === 'ok'));
});

test('a hub that comes back between two writes gets both, in order', async () => {
  const {object} = await chat();
  await object.setProperty('a', 1);
  gateway.hubLost = 1;
  const first = object.setProperty('b', 2);
  const second = object.setProperty('b', 3); // sent before the first one's refusal is heard
  await settled();
  assert.equal(writes().length, 3);
  await pass(500);
  assert.deepEqual(
    (await Promise.all([first, second])).map(({status}) => status),
    ['ok', 'ok'],
  );
  assert.deepEqual({...object.data}, {a: 1, b: 3});
  assert.equal(writes().length, 5);
});

test('a write for which there is no hub yet waits with those before it', async () => {
  const {object} = await chat();
  gateway.hubLost = Infinity;
  const first = object.setProperty('a', 1);
  await settled();
  const second = object.setProperty('a', 2);
  await settled();
  assert.equal(writes().length, 1);
  gateway.hubLost = 0;
  await pass(500);
  assert.deepEqual(
    (await Promise.all([first, second])).map(({status}) => status),
    ['ok', 'ok'],
  );
});

test('an object that could not be used for lack of a hub is used later', async () => {
  gateway.hubLost = Infinity;
  const {of} = await chat();
  gateway.hubLost = 0;
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
