// The chat page in a real Chromium, against a gateway of script: node --test tests/pages/
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Browser} from '../support/browser.mjs';
import {eventually} from '../support/eventually.mjs';
import {FakeGateway} from './fake_gateway.mjs';
import {serve} from './page_server.mjs';

const WWW = fileURLToPath(new URL('../../tools/ws-gateway/www', import.meta.url));

let browser;
let server;
let gateways;

before(async () => {
  server = await serve(WWW, {
    onSocket: (socket, path) => {
      if (!gateways.has(path)) gateways.set(path, new FakeGateway(path));
      const session = gateways.get(path).connect(
        (text) => socket.send(text),
        (code) => socket.close(code),
      );
      socket.onText = session.receive;
      socket.onClose = session.closed;
    },
  });
  gateways = new Map();
  browser = await Browser.open('about:blank');
});

beforeEach(() => {
  gateways = new Map([['/chat/room1', new FakeGateway('/chat/room1')]]);
  browser.console.length = 0;
});

afterEach(async () => {
  assert.deepEqual(browser.console, []);
  await forget();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

const gateway = (path = '/chat/room1') => gateways.get(path);
const others = (value) => gateway().change('chat', [{op: 'set', key: 'message', value}]);
const texts = (selector) =>
  browser.evaluate(
    `Array.from(document.querySelectorAll('${selector}'), (one) => one.textContent)`,
  );
const said = () => texts('.said > .text, .said > .json');
const shows = (count) => browser.waitFor(`document.querySelectorAll('.said').length === ${count}`);
const state = (wanted) => browser.waitFor(`document.documentElement.dataset.state === "${wanted}"`);

async function enter(path = '') {
  await browser.navigate(`http://127.0.0.1:${server.port}/${path}`);
  await browser.waitFor('document.querySelectorAll("#members li").length > 0');
  await state('open');
}

/** Leaves the page, and clears what it kept. */
async function forget() {
  await browser.navigate(`http://127.0.0.1:${server.port}/icon.svg`);
  await browser.evaluate('sessionStorage.clear(), localStorage.clear()');
}

/** As if the tab were shown, or hidden; headless, it always is shown. */
function look(shown) {
  return browser.evaluate(`
    Object.defineProperty(document, 'hidden', {value: ${!shown}, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));`);
}

/** Somebody else comes, by the protocol; returns the function that makes them leave. */
function visitor(nick, path) {
  const session = gateway(path).connect(
    () => {},
    () => {},
  );
  session.receive(JSON.stringify({id: 1, op: 'join', info: {nick}, presence: true}));
  const {member} = [...gateway(path).sessions].at(-1);
  return {
    leave: session.closed,
    types: (on) =>
      gateway(path).change('typing', [{op: 'send', handler: 'typing', args: [on]}], member),
    say: (value) => gateway(path).change('chat', [{op: 'set', key: 'message', value}], member),
  };
}

test('what is typed is said as a string, forced, and shown once', async () => {
  await enter();
  await browser.type('hello');
  await browser.key('Enter');
  await shows(1);
  await browser.type('hello');
  await browser.key('Enter');
  await shows(2);
  assert.deepEqual(await said(), ['hello', 'hello']);
  const {op, object, key, value, force} = gateway().requests.findLast(({op}) => op === 'set');
  assert.deepEqual(
    {op, object, key, value, force},
    {op: 'set', object: 'chat', key: 'message', value: 'hello', force: true},
  );
  assert.equal(await browser.evaluate('document.querySelectorAll(".pending").length'), 0);
  assert.equal(await browser.evaluate('document.getElementById("text").value'), '');
});

test('a line has several lines with shift, and is never markup', async () => {
  await enter();
  await browser.type('<b>one</b>');
  await browser.key('Enter', 8);
  await browser.type('  two');
  await browser.key('Enter');
  await shows(1);
  assert.deepEqual(await said(), ['<b>one</b>\n  two']);
  assert.equal(
    await browser.evaluate('getComputedStyle(document.querySelector(".said .text")).whiteSpace'),
    'pre-wrap',
  );
});

test('addresses lead out, and nothing else does', async () => {
  await enter();
  others('see https://example.org/a?b=c#d, or (http://example.org). Not javascript:alert(1)');
  await shows(1);
  const links = await browser.evaluate(
    `Array.from(document.querySelectorAll('.said .text a'), ({href, rel, target}) => [href, rel, target])`,
  );
  const rel = 'noopener noreferrer nofollow';
  assert.deepEqual(links, [
    ['https://example.org/a?b=c#d', rel, '_blank'],
    ['http://example.org/', rel, '_blank'],
  ]);
  assert.deepEqual(await said(), [
    'see https://example.org/a?b=c#d, or (http://example.org). Not javascript:alert(1)',
  ]);
});

test('the arrow brings the last line back', async () => {
  await enter();
  await browser.type('once more');
  await browser.key('Enter');
  await browser.key('ArrowUp');
  assert.equal(await browser.evaluate('document.getElementById("text").value'), 'once more');
});

test('others are shown with their names, guests by number, objects as JSON', async () => {
  await enter();
  visitor('Ann').say('from Ann');
  others({lat: 48.2, tags: ['a']});
  await shows(2);
  assert.deepEqual(await texts('.said .author'), ['Ann', 'guest 1']);
  assert.deepEqual(await said(), ['from Ann', '{\n  "lat": 48.2,\n  "tags": [\n    "a"\n  ]\n}']);
});

test('whoever comes and goes is seen', async () => {
  await enter();
  const {leave} = visitor('Ann');
  await browser.waitFor('document.getElementById("count").textContent === "2"');
  assert.ok((await texts('#members .name')).includes('Ann'));
  leave();
  await browser.waitFor('document.getElementById("count").textContent === "1"');
  assert.deepEqual(await texts('.note'), ['Ann left']);
});

test('whoever leaves is named as while they were here', async () => {
  await enter();
  const visitors = ['x'.repeat(4000), {first: 'Ann'}, '   ', 'Ann'].map((nick) => visitor(nick));
  await browser.waitFor('document.getElementById("count").textContent === "5"');
  for (const {leave} of visitors) leave();
  await browser.waitFor('document.getElementById("count").textContent === "1"');
  assert.deepEqual(await texts('.note'), [`${'x'.repeat(40)} left`, 'Ann left']);
});

test('a name of blanks is none: the old one is in the field again', async () => {
  await enter();
  const name = 'document.getElementById("nick").value';
  const nick = await browser.evaluate(name);
  await browser.evaluate(`${name} = '   ', document.getElementById('place').requestSubmit()`);
  assert.equal(await browser.evaluate(name), nick);
  assert.deepEqual(await texts('#members .name'), [nick]);
});

test('a name is shown to others, and kept', async () => {
  await enter();
  await browser.evaluate('document.getElementById("nick").value = "Zoe"');
  await browser.evaluate('document.getElementById("place").requestSubmit()');
  await browser.waitFor('document.querySelector("#members .name").textContent === "Zoe"');
  assert.deepEqual(gateway().requests.findLast(({op}) => op === 'join').info, {nick: 'Zoe'});
  await enter();
  assert.deepEqual(await texts('#members .name'), ['Zoe']);
});

test('the room is in the URL, and another one is entered without a reload', async () => {
  await enter('#/chat/Tee & Kaffee');
  assert.deepEqual([...gateways.keys()].at(-1), '/chat/Tee & Kaffee');
  await browser.evaluate('document.getElementById("room").value = "chat/room2"');
  await browser.evaluate('document.getElementById("place").requestSubmit()');
  await browser.waitFor('location.hash === "#/chat/room2"');
  await browser.waitFor('document.getElementById("text").placeholder.includes("/chat/room2")');
  await state('open');
  assert.equal(gateway('/chat/Tee & Kaffee').sessions.size, 0);
});

test('what was said before is shown to who comes, with the names of those who left', async () => {
  const ann = visitor('Ann');
  await enter();
  await browser.type('mine');
  await browser.key('Enter');
  await shows(1);
  const nick = await browser.evaluate('document.getElementById("nick").value');
  ann.say('early');
  ann.say('twice');
  await shows(3);
  await forget();
  await enter();
  await shows(3);
  await browser.waitFor('!document.querySelector("[data-guess]")');
  assert.deepEqual(await said(), ['mine', 'early', 'twice']);
  assert.deepEqual(await texts('.said .author'), [nick, 'Ann']);
  assert.deepEqual(await texts('.said time'), []);
  assert.deepEqual(await texts('.note'), ['Said before you came']);
});

test('a room whose past is forgotten still shows its last line', async () => {
  await enter();
  others('early');
  await shows(1);
  await forget();
  gateway().objects.get('chat').epoch = 'ffffffffffffffff';
  gateway().objects.get('chat').log.length = 0;
  await enter();
  await shows(1);
  assert.deepEqual(await said(), ['early']);
});

test('who types is shown to the others, until they send it', async () => {
  await enter();
  const ann = visitor('Ann');
  const typing = () => gateway().requests.filter(({handler}) => handler === 'typing');
  await browser.waitFor('document.getElementById("count").textContent === "2"');
  await browser.type('hm');
  await browser.type('hmm');
  await browser.key('Enter');
  await shows(1);
  await eventually(() => typing().length === 2);
  assert.deepEqual(
    typing().map(({args}) => args),
    [[true], [false]],
  );
  ann.types(true);
  await browser.waitFor('document.getElementById("typing").textContent === "Ann is typing"');
  ann.say('done');
  await browser.waitFor('document.getElementById("typing").textContent === ""');
  ann.types(true);
  await browser.waitFor('document.getElementById("typing").textContent !== ""');
  ann.leave();
  await browser.waitFor('document.getElementById("typing").textContent === ""');
});

test('what came while nobody looked is marked and counted, until one answers', async () => {
  await enter();
  others('seen');
  await shows(1);
  await look(false);
  others('one');
  others('two');
  await shows(3);
  assert.equal(await browser.evaluate('document.title'), '(2) /chat/room1');
  assert.deepEqual(await texts('#lines > .mark, #lines > .said > .text'), ['seen', 'New', 'one', 'two']);
  await look(true);
  assert.equal(await browser.evaluate('document.title'), '/chat/room1 - scopewire chat');
  await browser.type('back');
  await browser.key('Enter');
  await shows(4);
  assert.deepEqual(await texts('.mark'), []);
});

test('a reload keeps what was seen, and misses nothing', async () => {
  await enter();
  others('one');
  await shows(1);
  await browser.navigate('about:blank');
  others('two');
  await enter();
  await shows(2);
  assert.deepEqual(await said(), ['one', 'two']);
  assert.deepEqual(await texts('.note'), []);
});

test('a lost connection comes back with what was said meanwhile', async () => {
  await enter();
  gateway().closeAll(1001);
  others('meanwhile');
  await browser.type('mine');
  await browser.key('Enter');
  await shows(2);
  const uses = gateway().requests.filter(({op, object}) => op === 'use' && object === 'chat');
  assert.equal(uses.length, 2);
  assert.deepEqual((await said()).sort(), ['meanwhile', 'mine']);
});

test('a hub that is away is told until it answers again, a line that waits soon', async () => {
  await enter();
  const says = (words) => browser.waitFor(`document.getElementById('state').textContent === '${words}'`);
  await says('Connected');
  gateway().refuse = {stat: 'hub_lost', set: 'hub_lost'};
  await browser.type('hello');
  await browser.key('Enter');
  await says('The server is restarting');
  assert.equal(await browser.evaluate('document.getElementById("state").dataset.level'), 'busy');
  gateway().refuse = {};
  await says('Connected');
  await shows(1);
});

test('a restarted hub is told: lines may be missing', async () => {
  await enter();
  others('one');
  await shows(1);
  gateway().restartHub();
  await browser.waitFor('document.querySelector(".note")');
  assert.match((await texts('.note'))[0], /lines may be missing/);
});

test('a refused line can be sent again', async () => {
  await enter();
  gateway().refuse.set = 'denied';
  await browser.type('please');
  await browser.key('Enter');
  await browser.waitFor('document.querySelector(".failed")');
  assert.match((await texts('.failed .why'))[0], /denied/);
  gateway().refuse = {};
  await browser.evaluate('document.querySelector(".failed button").click()');
  await shows(1);
  assert.equal(await browser.evaluate('document.querySelectorAll(".pending").length'), 0);
});

test('a refused connection says why, until somebody tries again', async () => {
  await enter();
  gateway().closeAll(4004);
  await state('closed');
  assert.match(await browser.evaluate('document.getElementById("state").textContent'), /4004/);
  await browser.evaluate('document.getElementById("place").requestSubmit()');
  await state('open');
});

test('reading above is not disturbed by new lines', async () => {
  await enter();
  for (let n = 0; n < 60; n += 1) others(`line ${n}`);
  await shows(60);
  await browser.evaluate('document.getElementById("lines").scrollTop = 0');
  others('news');
  await browser.waitFor('!document.getElementById("newest").hidden');
  assert.equal(await browser.evaluate('document.getElementById("lines").scrollTop'), 0);
  await browser.evaluate('document.getElementById("newest").click()');
  await browser.waitFor('document.getElementById("newest").hidden');
});

test('a note without a blank wraps', async () => {
  await enter();
  gateway().change('chat', [{op: 'set', key: 'score', value: 'Z'.repeat(300)}]);
  await browser.waitFor('document.querySelector(".note")');
  const {width, inside} = await browser.evaluate(`(() => {
    const lines = document.getElementById('lines');
    lines.style.width = '280px';
    return {width: lines.scrollWidth, inside: lines.clientWidth};
  })()`);
  assert.equal(width, inside);
});

test('other attributes and calls are noted', async () => {
  await enter();
  gateway().change('chat', [
    {op: 'set', key: 'topic', value: 'tea'},
    {op: 'delete', key: 'topic'},
    {op: 'send', handler: 'doIt', args: ['p1', 2, true]},
    {op: 'clear'},
  ]);
  await browser.waitFor('document.querySelectorAll(".note").length === 4');
  assert.deepEqual(await texts('.note'), [
    'guest 1 set topic to "tea"',
    'guest 1 deleted topic',
    'guest 1 sent doIt("p1", 2, true)',
    "guest 1 cleared the room's object",
  ]);
});
