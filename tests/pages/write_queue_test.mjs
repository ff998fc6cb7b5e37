// Writes of scopewire.js through losses of all kinds, against a gateway of script: node --test tests/pages/write_queue_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {chat, gateway, mailbox, pass} from './scopewire_setup.mjs';

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
