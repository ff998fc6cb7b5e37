// Calls and metadata of scopewire.js against a gateway of script: node --test tests/pages/calls_test.mjs
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {settled} from './fake_websocket.mjs';
import {URL, gateway, metadataDoor, network, opening, pass} from './scopewire_setup.mjs';
import {Metadata, NetConnection} from '../../tools/ws-gateway/www/scopewire.js';

// --- calls ---------------------------------------------------------------------------------------

function connect() {
  return opening(NetConnection.connect(URL));
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

test('calls go out in the order in which they were made, also those that waited', async () => {
  const connection = connect();
  connection.on('status', ({code}) => code === 'open' && connection.call('join'));
  const login = connection.call('login');
  await login;
  await settled();
  assert.deepEqual(
    gateway.requests.map(({method}) => method),
    ['login', 'join'],
  );
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
  connection.serve('big', () => 10n);
  connection.serve('function', () => () => {});
  const answers = [];
  for (const [method, args] of [['sum', [1, 2]], ['fail', []], ['nothing', []], ['big', []], ['function', []], ['other', []]]) {
    gateway.call(method, args);
    await settled();
    const {result, error} = gateway.requests.at(-1);
    answers.push(error ? (error.code ?? error.message) : result);
  }
  assert.deepEqual(answers, ['3 for ffffffffffffffff-1', 'no luck', null, 'Do not know how to serialize a BigInt', null, 'no_method']);
  connection.serve('sum', null);
  gateway.call('sum', [1, 2]);
  await settled();
  assert.equal(gateway.requests.at(-1).error.code, 'no_method');
});

test('a page that serves one method twice goes on when one of them is closed', async () => {
  const [one, other] = [connect(), connect()];
  const answer = async () => {
    await settled();
    gateway.call('ask', []);
    await settled();
    return gateway.requests.at(-1).result;
  };
  one.serve('ask', () => 'one');
  other.serve('ask', () => 'other');
  assert.equal(await answer(), 'other');
  other.close();
  assert.equal(await answer(), 'one');
  const third = connect();
  third.serve('ask', () => 'third');
  one.close();
  assert.equal(await answer(), 'third');
});

// --- metadata ------------------------------------------------------------------------------------

test('metadata comes with its time, and is pushed', async () => {
  const door = metadataDoor();
  const cam = Metadata.of('ws://host:8210/live/cam', {latest: true});
  opening(cam);
  const heard = [];
  cam.on('data', (metadata) => heard.push(metadata));
  assert.equal(cam.push({early: true}), false);
  await settled();
  assert.equal(network.sockets[0].url, 'ws://host:8210/live/cam?latest=1');
  assert.deepEqual(network.sockets[0].protocol, []);
  assert.equal(cam.push({lat: 48.2}), true);
  door.say('{"EMS":{"type":"json","timestamp":61234},"data":{"lat":48.2}}');
  await settled();
  assert.deepEqual(door.sent, ['{"lat":48.2}']);
  assert.deepEqual(heard, [{data: {lat: 48.2}, timestamp: 61234}]);
});

test('metadata that is not taken is told, and a lost connection comes back', async () => {
  const door = metadataDoor();
  const cam = Metadata.of('ws://host:8210/live/cam');
  opening(cam);
  const statuses = [];
  cam.on('status', ({code}) => statuses.push(code));
  await settled();
  door.say('{"error":{"code":"bad_json","message":"not JSON"}}');
  await settled();
  door.close(1001);
  await pass(500);
  assert.deepEqual(statuses, ['open', 'bad_json', 'waiting', 'open']);
});

test('metadata of a silent network comes back, and that it was asked is told nobody', async () => {
  const door = metadataDoor();
  const cam = opening(Metadata.of('ws://host:8210/live/cam'));
  const statuses = [];
  cam.on('status', ({code}) => statuses.push(code));
  await pass(30_000);
  door.say('{"EMS":{},"data":1}');
  await pass(39_999);
  assert.deepEqual(door.sent, []);
  await pass(1);
  assert.deepEqual(door.sent, ['?']); // no JSON
  door.say('{"error":{"code":"bad_json","message":"not JSON"}}');
  await pass(39_999);
  assert.deepEqual(statuses, ['open']);
  door.say('{"error":{"code":"bad_json","message":"not JSON"}}');
  await pass(40_000);
  await pass(10_000);
  assert.deepEqual(statuses, ['open', 'bad_json', 'waiting']);
  await pass(500);
  assert.equal(statuses.at(-1), 'open');
});
