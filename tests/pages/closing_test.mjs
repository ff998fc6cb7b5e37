// What is closed does nothing more, and what waits for it is told: node --test tests/pages/closing_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, chat, gateway, mailbox, network, opening, pass, room} from './scopewire_setup.mjs';
import {Mailbox, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';

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
