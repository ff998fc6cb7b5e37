// Connections and tokens of scopewire.js against a gateway of script: node --test tests/pages/connection_test.mjs
import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, chat, gateway, network, opening, pass, writes} from './scopewire_setup.mjs';
import {NetConnection, Room, SharedObject} from '../../tools/ws-gateway/www/scopewire.js';
import {Backoff, advice} from '../../tools/ws-gateway/www/scopewire/live_socket.js';

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

test('an error without a close is a failed attempt too', async () => {
  const {of} = await chat();
  gateway.down = 'as Node 20';
  gateway.closeAll(1006);
  await pass(500);
  assert.equal(of('status').at(-1).retryIn, 1000);
});

test('4200 comes back at once', async () => {
  const {of} = await chat();
  await pass(10_000);
  gateway.closeAll(4200);
  await settled();
  await pass(0);
  assert.equal(of('status').at(-1).code, 'open');
});

test('whoever comes when the connection opens is told of that once', async () => {
  const first = opening(NetConnection.connect(URL));
  const heard = [];
  first.on('status', ({code}) => {
    if (code !== 'open') return;
    const object = opening(SharedObject.getRemote('chat', URL));
    object.on('sync', ({reason}) => heard.push(reason));
    opening(Room.join(URL)).on('members', () => heard.push('members'));
  });
  await settled();
  assert.deepEqual(heard, ['first', 'members']);
  assert.deepEqual(
    gateway.requests.map(({op}) => op),
    ['use', 'join'],
  );
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

test('advice of the server holds for the next attempt, and no crowd comes as one', async () => {
  const {of} = await chat();
  await pass(10_000);
  gateway.advise(8000);
  await settled();
  gateway.closeAll(1012);
  await settled();
  assert.equal(of('status').at(-1).retryIn, 12_000); // the random part is at its most here
  gateway.down = true;
  await pass(12_000);
  assert.equal(of('status').at(-1).retryIn, 500);
});

test('advice has bounds, and a server whose connections break is not believed', async () => {
  const {of} = await chat();
  gateway.advise(0);
  await settled();
  gateway.closeAll(1012);
  await settled();
  assert.equal(of('status').at(-1).retryIn, 500);
  await pass(500);
  gateway.advise(1e12);
  await settled();
  gateway.closeAll(1012);
  await settled();
  assert.equal(of('status').at(-1).retryIn, 450_000);
});

// --- who we are ----------------------------------------------------------------------------------

test('a token is in the address, and without one the address is as it was given', async () => {
  await chat();
  assert.equal(network.sockets[0].url, URL);
  await chat({token: 'aa.bb_-cc'}, 'other');
  assert.equal(network.sockets[1].url, `${URL}?token=aa.bb_-cc`);
});

test('one token is one connection, and who names none takes what is there', async () => {
  const token = 'aa.bb.cc';
  await chat({token}, 'a');
  await chat({token}, 'b');
  await chat({}, 'c');
  opening(Room.join(URL, {}, {token}));
  opening(NetConnection.connect(URL, {token}));
  await settled();
  assert.equal(network.sockets.length, 1);
});

test('a function is asked for a token at every attempt, and may fail', async () => {
  const tokens = ['one', null, 'two'];
  const token = async () => tokens.shift() ?? Promise.reject(new Error('signed out'));
  const {of} = await chat({token});
  gateway.closeAll(4109);
  await pass(500);
  assert.equal(of('status').at(-1).message, 'signed out');
  await pass(1000);
  assert.equal(of('status').at(-1).code, 'open');
  assert.deepEqual(
    network.sockets.map(({url}) => url.split('?')[1]),
    ['token=one', 'token=two'],
  );
});

test('another token is brought before the first expires, on the connection that is there', async () => {
  const tokens = ['one', 'two', 'three'];
  gateway.token = {user: 'ann', expires: Date.now() + 60_000};
  const {of} = await chat({token: async () => tokens.shift()});
  gateway.token.expires += 60_000;
  await pass(39_999);
  assert.equal(tokens.length, 2);
  await pass(1);
  const refreshed = () => gateway.requests.filter(({op}) => op === 'refresh').map(({token}) => token);
  assert.deepEqual(refreshed(), ['two']);
  assert.equal(network.sockets.length, 1);
  // And the next one: by then 80 seconds are left.
  await pass(30_000); // a ping comes between, and is answered
  await pass(23_333);
  assert.deepEqual(refreshed(), ['two']);
  await pass(1);
  assert.deepEqual(refreshed(), ['two', 'three']);
  assert.deepEqual(of('status').map(({code}) => code), ['open']);
});

test('a token that is not to be had is asked for again, and said', async () => {
  const answers = ['one', null, 'two'];
  gateway.token = {user: 'ann', expires: Date.now() + 30_000};
  const token = async () => answers.shift() ?? Promise.reject(new Error('signed out'));
  const {of} = await chat({token});
  await pass(20_000);
  assert.deepEqual(of('status').at(-1), {level: 'error', code: 'bad_token', message: 'signed out', retryIn: null});
  gateway.token.expires += 30_000;
  await pass(500);
  assert.equal(gateway.requests.at(-1).token, 'two');
});

test('a token that is refused without a word is asked for again, too', async () => {
  const answers = ['one', undefined, 'two', undefined, 'three'];
  gateway.token = {user: 'ann', expires: Date.now() + 30_000};
  const token = () => {
    const answer = answers.shift();
    return answer ? Promise.resolve(answer) : Promise.reject();
  };
  const {of} = await chat({token});
  await pass(20_000);
  assert.equal(of('status').at(-1).message, 'undefined');
  await pass(500);
  assert.equal(gateway.requests.at(-1).token, 'two');
  gateway.closeAll(1006);
  await pass(500);
  assert.deepEqual(
    of('status').slice(-2).map(({code, message}) => [code, message]),
    [['waiting', 'close code 1006'], ['waiting', 'undefined']],
  );
  await pass(1000);
  assert.equal(of('status').at(-1).code, 'open');
});

test('a token that is a text and has expired is the end, and is said', async () => {
  const {object, of} = await chat({token: 'aa.bb.cc'});
  gateway.closeAll(4109);
  await pass(60_000);
  assert.equal(network.sockets.length, 1);
  assert.deepEqual(of('status').at(-1), {
    level: 'error',
    code: 'closed',
    message: 'close code 4109',
    retryIn: null,
  });
  await assert.rejects(object.setProperty('a', 1), {code: 'closed'});
  const {object: anew} = await chat({token: 'dd.ee.ff'});
  assert.equal((await anew.setProperty('a', 1)).status, 'ok');
});

test('who has a cookie for a token comes back when that one has expired', async () => {
  const {of} = await chat();
  gateway.closeAll(4109);
  await pass(500);
  assert.equal(of('status').at(-1).code, 'open');
});

test('no token is refreshed that is a text, never ends, or whose connection is down', async () => {
  gateway.token = {user: 'ann', expires: Date.now() + 30_000};
  await chat({token: 'aa.bb.cc'});
  await pass(30_000);
  gateway.token = {user: 'ann'};
  await chat({token: async () => 'for ever'}, 'other');
  await pass(30_000);
  gateway.token = {user: 'ann', expires: Date.now() + 30_000};
  const asked = mock.fn(async () => 'three');
  const {object} = await chat({token: asked}, 'third');
  object.close();
  await pass(30_000);
  assert.equal(asked.mock.callCount(), 1);
  assert.deepEqual(gateway.requests.filter(({op}) => op === 'refresh'), []);
});

test('a clock that is wrong asks for no token every moment', async () => {
  gateway.token = {user: 'ann', expires: Date.now() - 3_600_000};
  const asked = mock.fn(async () => 'aa.bb.cc');
  await chat({token: asked});
  for (let second = 0; second < 60; second += 1) await pass(1000);
  assert.ok(asked.mock.callCount() < 10, `${asked.mock.callCount()}`);
});

test('an address that is none is refused at once', () => {
  assert.throws(() => SharedObject.getRemote('chat', 'ftp://host/chat'), TypeError);
});
