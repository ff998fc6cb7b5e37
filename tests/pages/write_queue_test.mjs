// Writes of scopewire.js, through losses of all kinds too, against a gateway of script: node --test tests/pages/write_queue_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, chat, gateway, mailbox, opening, pass, writes} from './scopewire_setup.mjs';
import {NetConnection, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';

const refused = (promise, code) => assert.rejects(promise, {name: 'ScopewireError', code});
const applied = (name = 'chat') =>
  gateway.objects.get(name).log.flatMap(({changes}) => changes.map(({key, handler}) => key ?? handler));

/** The connection is lost for so long that the hub may forget who wrote, and comes back. */
async function away({forgets = true} = {}) {
  gateway.down = true;
  gateway.closeAll(1006);
  for (let passed = 0; passed < 300_000; passed += 30_000) await pass(30_000);
  if (forgets) gateway.forgetProducers();
  gateway.down = false;
  await pass(30_000);
}

/** Connections are lost before the hub has heard of a write, until the function it returns is called. */
function deaf() {
  const connect = gateway.connect;
  gateway.connect = function (send, close) {
    const {receive, closed} = connect.call(this, send, close);
    return {receive: (text) => text.includes('"seq"') || receive(text), closed};
  };
  return () => {
    gateway.connect = connect;
  };
}

// --- writing -------------------------------------------------------------------------------------

test('data follows the server, not the wish', async () => {
  const {object, of} = await chat();
  const done = object.setProperty('message', 'hello');
  assert.equal(object.data.message, undefined);
  assert.deepEqual(await done, {status: 'ok', version: 2});
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

test('a batch is one version for all', async () => {
  const {object, of} = await chat();
  const done = await object.change([
    {op: 'set', key: 'a', value: 1},
    {op: 'send', handler: 'said', args: ['ann']},
  ]);
  assert.deepEqual(done, {status: 'ok', version: 2});
  await settled();
  assert.deepEqual([of('change')[0].version, of('message')[0].version], [2, 2]);
  assert.deepEqual(of('message')[0].args, ['ann']);
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

// --- what is written -----------------------------------------------------------------------------

test('what is written is what it was then, whenever it goes out', async () => {
  const object = opening(SharedObject.getRemote('chat', URL));
  const calls = opening(NetConnection.connect(URL));
  const at = {x: 0};
  const all = [object.setProperty('before', at), calls.call('before', at)];
  at.x = 1;
  await all[0];
  assert.deepEqual(await all[1], [{x: 0}]);
  gateway.losing = true;
  const again = object.setProperty('again', at);
  await settled();
  at.x = 2;
  gateway.losing = false;
  gateway.closeAll(1006);
  await pass(500);
  await again;
  assert.deepEqual(writes().map(({value}) => value), [{x: 0}, {x: 1}, {x: 1}]);
});

test('what is no JSON is refused, and stops nothing', async () => {
  const {object, of} = await chat();
  const calls = opening(NetConnection.connect(URL));
  const ring = {};
  ring.ring = ring;
  await refused(object.setProperty('a', ring), 'bad_json');
  assert.deepEqual(of('status').at(-1).code, 'bad_json');
  await refused(object.setProperty('a', 1n), 'bad_json');
  await refused(calls.call('echo', ring), 'bad_json');
  gateway.closeAll(1006);
  await settled();
  const ended = [refused(calls.call('echo', 1n), 'bad_json'), object.setProperty('b', 1)];
  const waiting = calls.call('echo', 1);
  await pass(500);
  await Promise.all(ended);
  assert.deepEqual(await waiting, [1]);
  assert.deepEqual(applied(), ['b']);
});

test('of all that is under way only the longest was too big for the server', async () => {
  const {object} = await chat();
  const connection = opening(NetConnection.connect(URL));
  await settled();
  gateway.limit = 300;
  const first = object.send('first', 'x'.repeat(150));
  const longest = refused(object.send('longest', '\u4e16'.repeat(80)), 'too_big'); // 240 bytes
  const last = object.send('last');
  const call = refused(connection.call('echo', 1), 'lost');
  await Promise.all([longest, call]);
  await pass(500);
  assert.deepEqual([(await first).status, (await last).status], ['ok', 'ok']);
  assert.deepEqual(applied(), ['first', 'last']);
});

test('a write whose reply was lost has the version that it made, whatever came after', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const done = object.setProperty('a', 1);
  await settled();
  gateway.losing = false;
  gateway.closeAll(1006);
  gateway.change('chat', [{op: 'set', key: 'a', value: 2}]);
  await pass(500);
  assert.deepEqual(await done, {status: 'ok', version: 2});
  await settled();
  assert.equal(object.version, 3);
});

test('a version that is expected is none of another epoch', async () => {
  const {object} = await chat();
  gateway.change('chat', [{op: 'set', key: 'owner', value: 'nobody'}]);
  await settled();
  const {version: expect} = object;
  gateway.losing = true;
  const sent = object.setProperty('owner', 'me', {expect});
  await settled();
  gateway.losing = false;
  gateway.closeAll(1006);
  await settled();
  const waited = object.setProperty('owner', 'me', {expect});
  gateway.restartHub();
  gateway.change('chat', [{op: 'set', key: 'owner', value: 'bob'}]);
  await pass(500);
  assert.equal(gateway.objects.get('chat').version, expect);
  assert.deepEqual([(await sent).status, (await waited).status], ['cas', 'cas']);
  assert.deepEqual({...object.data}, {owner: 'bob'});
  assert.equal((await object.setProperty('owner', 'me', {expect: object.version})).status, 'ok');
});

// --- a hub that counts anew ----------------------------------------------------------------------

test('a write that may have been applied is not repeated to a hub that forgot its writer', async () => {
  const {object} = await chat();
  await object.setProperty('a', 1);
  gateway.losing = true;
  const unknown = object.setProperty('b', 2);
  await settled();
  gateway.losing = false;
  const doubted = refused(unknown, 'uncertain');
  gateway.down = true;
  gateway.closeAll(1001);
  await settled();
  const fresh = object.setProperty('c', 3);
  await away();
  await doubted;
  assert.equal((await fresh).status, 'ok');
});

test('nor is the first write of all, and what is written next is', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const doubted = refused(object.send('pay', 1), 'uncertain');
  await settled();
  gateway.losing = false;
  await away();
  await doubted;
  assert.equal((await object.send('next')).status, 'ok');
  assert.deepEqual(applied(), ['pay', 'next']);
});

test('nor is the first note of all', async () => {
  const {box} = await mailbox('bob');
  box.register();
  await settled();
  gateway.losing = true;
  const doubted = refused(box.notify('pay'), 'uncertain');
  await settled();
  gateway.losing = false;
  await away();
  await doubted;
  assert.equal((await box.notify('next')).status, 'ok');
  assert.deepEqual(gateway.mailboxes.get('bob').notes.map(({message}) => message), ['pay', 'next']);
});

test('a hub that has not forgotten the first write says so, however long we were away', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const both = [object.send('pay', 1), object.send('pay', 2)];
  await settled();
  gateway.losing = false;
  await away({forgets: false});
  assert.deepEqual((await Promise.all(both)).map(({status}) => status), ['ok', 'ok']);
  assert.deepEqual(applied(), ['pay', 'pay']);
});

test('a first write waits for its hub, and is written into the new life of its object', async () => {
  const {object} = await chat();
  gateway.hubLost = Infinity;
  const first = object.send('first');
  for (let passed = 0; passed < 300_000; passed += 30_000) await pass(30_000);
  gateway.hubLost = 0;
  gateway.restartHub();
  assert.equal((await first).status, 'ok');
  assert.deepEqual(applied(), ['first']);
});

test('a first write that the hub must still know is sent again, and one that never left', async () => {
  const {object} = await chat();
  gateway.losing = true;
  const first = object.send('first');
  await settled();
  gateway.losing = false;
  gateway.closeAll(1006);
  await pass(500);
  assert.equal((await first).status, 'ok');
  object.close();
  const other = await chat({}, 'other');
  gateway.down = true;
  gateway.closeAll(1006);
  await settled();
  const late = other.object.send('late');
  await away();
  assert.equal((await late).status, 'ok');
  assert.deepEqual([applied(), applied('other')], [['first'], ['late']]);
});

test('what was not applied is not in doubt because the one before it was not, either', async () => {
  for (const first of [false, true]) {
    const {object} = await chat({}, `chat ${first}`);
    if (!first) await object.send('one');
    gateway.closeAll(1006);
    await settled();
    const all = [object.setProperty('x', 1, {expect: 999}), object.send('b'), object.send('c')];
    const hears = deaf();
    await pass(500);
    hears();
    gateway.closeAll(1006);
    await pass(1000);
    await settled();
    const statuses = (await Promise.all(all)).map(({status}) => status);
    assert.deepEqual(statuses, ['cas', 'ok', 'ok']);
    assert.deepEqual(applied(`chat ${first}`), [...(first ? [] : ['one']), 'b', 'c']);
    object.close();
  }
});

test('a hub that remembers our last write leaves none in doubt, however long we were away', async () => {
  const {object} = await chat();
  await object.send('one');
  gateway.closeAll(1006);
  await settled();
  const all = [object.setProperty('x', 1, {expect: 999}), object.send('b')];
  const hears = deaf();
  await pass(500);
  hears();
  await away({forgets: false});
  assert.deepEqual((await Promise.all(all)).map(({status}) => status), ['cas', 'ok']);
});
