// Mailboxes of scopewire.js against a gateway of script: node --test tests/pages/mailbox_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, gateway, mailbox, pass} from './scopewire_setup.mjs';
import {Mailbox} from '../../tools/ws-gateway/www/scopewire.js';

const asked = (op) => gateway.requests.filter((request) => request.op === op);

async function reading(identity = 'ann', terms = {}) {
  const {box, heard} = await mailbox(identity);
  const mails = [];
  box.on('mail', (mail) => mails.push(mail));
  box.register(terms);
  await settled();
  return {box, heard, mails};
}

test('who registers is told what waits, what comes, and by whom', async () => {
  gateway.token = {user: 'bob'};
  const {box, mails} = await reading('ann', {lifetime: 600_000, connections: 2});
  const {op, identity, lifetime, max_connections} = asked('register')[0];
  assert.deepEqual({op, identity, lifetime, max_connections}, {op: 'register', identity: 'ann', lifetime: 600_000, max_connections: 2});
  assert.deepEqual(await box.notify({n: 1}), {status: 'ok', version: 1});
  await settled();
  assert.equal(mails.length, 1);
  const {message, user, epoch, seq} = mails[0];
  assert.deepEqual({message, user, epoch, seq}, {message: {n: 1}, user: 'bob', epoch: gateway.mailboxes.get('ann').epoch, seq: 1});
});

test('a mailbox without a name is that of the token', async () => {
  gateway.token = {user: 'ann'};
  const {box, heard} = await reading('');
  await box.notify('mine');
  await settled();
  assert.deepEqual(heard, ['registered 0', '1 mine']);
  assert.deepEqual([...gateway.mailboxes.keys()], ['ann']);
});

test('what is acknowledged goes, and with it all before it', async () => {
  const {box, mails} = await reading();
  for (const n of [1, 2, 3]) await box.notify(n);
  await settled();
  await box.acknowledge(mails[1]);
  assert.deepEqual(gateway.mailboxes.get('ann').notes.map(({seq}) => seq), [3]);
  await box.acknowledge(mails[0]);
  assert.equal(asked('ack').length, 1);
});

test('many acknowledgements at once are few requests', async () => {
  const {box, mails} = await reading();
  for (let n = 1; n <= 20; n += 1) await box.notify(n);
  await settled();
  await Promise.all(mails.map((mail) => box.acknowledge(mail)));
  assert.equal(asked('ack').length, 2);
  assert.deepEqual(gateway.mailboxes.get('ann').notes, []);
});

test('after a reconnect nothing comes twice, and what was acknowledged meanwhile is so then', async () => {
  const {box, heard, mails} = await reading();
  for (const n of [1, 2]) await box.notify(n);
  await settled();
  gateway.losing = true;
  const acknowledged = box.acknowledge(mails[0]);
  await settled();
  gateway.mailboxes.get('ann').notes.unshift(mails[0]); // the hub had not heard of it
  Object.assign(gateway.mailboxes.get('ann').notes[0], {event: 'mail', identity: 'ann'});
  gateway.losing = false;
  gateway.closeAll(1006);
  const sent = box.notify(3);
  await pass(500);
  await sent;
  await acknowledged;
  await settled();
  assert.deepEqual(heard, ['registered 0', '1 1', '2 2', 'registered 2', '3 3']);
  assert.deepEqual(gateway.mailboxes.get('ann').notes.map(({seq}) => seq), [2, 3]);
});

test('a note whose answer was lost is in the box once, and in order', async () => {
  const {box, heard} = await reading();
  gateway.losing = true;
  const sent = [box.notify('a'), box.notify('b')];
  await settled();
  gateway.losing = false;
  gateway.closeAll(1006);
  sent.push(box.notify('c'));
  await pass(500);
  assert.deepEqual((await Promise.all(sent)).map(({status}) => status), ['ok', 'ok', 'ok']);
  await settled();
  assert.deepEqual(heard, ['registered 0', 'registered 2', '1 a', '2 b', '3 c']);
});

test('what the hub tells again is not told again, and acknowledged again', async () => {
  const {box, heard, mails} = await reading();
  await box.notify(1);
  await settled();
  await box.acknowledge(mails[0]);
  gateway.mailboxes.get('ann').notes.push({...mails[0], event: 'mail', identity: 'ann'});
  gateway.tellAgain('ann');
  await settled();
  assert.deepEqual(heard, ['registered 0', '1 1']);
  assert.deepEqual(gateway.mailboxes.get('ann').notes, []);
});

test('a hole makes it ask for what is missing', async () => {
  const {box, heard} = await reading();
  await box.notify(1);
  const {readers, notes} = gateway.mailboxes.get('ann');
  const away = readers.splice(0); // events to the gateway were lost
  await box.notify(2);
  readers.push(...away);
  await box.notify(3);
  await settled();
  assert.equal(notes.length, 3);
  assert.deepEqual(heard, ['registered 0', '1 1', 'registered 3', '2 2', '3 3']);
});

test('what another reader has acknowledged does not come, and is no hole', async () => {
  const {box, heard} = await reading();
  await box.notify(1);
  await settled();
  gateway.closeAll(1006);
  await settled();
  const mailbox = gateway.mailboxes.get('ann');
  mailbox.last = 5;
  const note = {...mailbox.notes[0], seq: 5, message: 'five'};
  mailbox.notes = [note];
  await pass(500);
  assert.deepEqual(heard, ['registered 0', '1 1', 'registered 1', '5 five']);
});

test('another mailbox of the same name begins anew, and nobody waits for the former', async () => {
  const {box, heard, mails} = await reading();
  for (const n of [1, 2]) await box.notify(n);
  await settled();
  gateway.losing = true;
  const acknowledged = box.acknowledge(mails[1]);
  await settled();
  gateway.losing = false;
  gateway.mailboxes.clear(); // the hub was restarted, without a store
  gateway.closeAll(1006);
  await pass(500);
  await acknowledged;
  await box.notify('anew');
  await settled();
  assert.deepEqual(heard, ['registered 0', '1 1', '2 2', 'registered 0', '1 anew']);
  await box.acknowledge(mails[0]); // of the former: it is gone
});

test('others take the place, and it is said once', async () => {
  const {box, heard, mails} = await reading();
  await box.notify(1);
  await settled();
  gateway.losing = true;
  const waiting = assert.rejects(box.acknowledge(mails[0]), {code: 'replaced'});
  await settled();
  gateway.losing = false;
  const [reader] = gateway.sessions;
  reader.send('{"event":"identity_replaced","identity":"ann"}');
  await waiting;
  gateway.closeAll(1006);
  await pass(500);
  assert.deepEqual(heard, ['registered 0', '1 1', 'replaced']);
  assert.equal(asked('register').length, 1); // it does not take it back
});

test('who may not read is told, and a hub that is away is waited for', async () => {
  gateway.refuse.register = 'denied';
  const {heard} = await reading();
  assert.deepEqual(heard, ['denied']);
  await pass(60_000);
  assert.equal(asked('register').length, 1);
  gateway.refuse = {};
  gateway.hubLost = Infinity;
  const other = await reading('bob');
  gateway.hubLost = 0;
  await pass(500);
  assert.deepEqual(other.heard, ['registered 0']);
});

test('a note for nobody is refused, and the next one is not', async () => {
  const {box, heard} = await mailbox('carl');
  await assert.rejects(box.notify(1), {code: 'not_found'});
  gateway.mailboxes.set('carl', {epoch: 'e', last: 0, notes: [], readers: [], producers: new Map()});
  assert.deepEqual(await box.notify(2), {status: 'ok', version: 1});
  assert.deepEqual(heard, ['not_found']);
});

test('one identity is one mailbox on a connection, and a closed one does nothing', async () => {
  const {box} = await reading();
  assert.equal(Mailbox.of(URL, 'ann'), box);
  box.close();
  await assert.rejects(box.notify(1), {code: 'closed'});
  assert.notEqual(Mailbox.of(URL, 'ann'), box);
  Mailbox.of(URL, 'ann').close();
});
