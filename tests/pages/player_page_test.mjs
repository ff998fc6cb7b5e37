// The player page in a real Chromium, against a stream of script: node --test tests/pages/
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Browser} from '../support/browser.mjs';
import {eventually} from '../support/eventually.mjs';
import {FakeStream} from './fake_stream.mjs';
import {makeClip} from './fmp4_clip.mjs';
import {serve} from './page_server.mjs';

const WWW = fileURLToPath(new URL('../../tools/fmp4-serve/www', import.meta.url));

let browser;
let server;
let streams;
let sockets;
let clip; // picture and sound
let silent; // picture alone

before(async () => {
  clip = makeClip();
  silent = makeClip({audio: false});
  server = await serve(WWW, {
    onSocket: (socket, path) => {
      sockets.push(socket);
      if (!streams.has(path)) streams.set(path, new FakeStream(path));
      streams.get(path).connect(socket);
    },
    routes: {
      '/streams.json': () => ({
        streams: [...streams.values()]
          .filter(({live}) => live)
          .map(({name, viewers}) => ({stream: name, viewers: viewers.size})),
      }),
      '/live/cam.mp4': () => cam().live && cam().still(),
    },
  });
  streams = new Map();
  browser = await Browser.open('about:blank');
});

beforeEach(() => {
  streams = new Map([['/live/cam', new FakeStream('/live/cam')]]);
  sockets = [];
});

afterEach(async () => {
  await browser.navigate('about:blank');
  for (const stream of streams.values()) stream.unpublish();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

const cam = () => streams.get('/live/cam');
async function page(path = '') {
  await browser.navigate(`http://127.0.0.1:${server.port}/${path}`);
  await browser.evaluate(`
    window.inPlayer = (id) => document.getElementById('player').shadowRoot.getElementById(id);
    window.video = inPlayer('video');`);
}
const report = () => browser.evaluate('scopewirePlayer');
const state = (wanted, within) =>
  browser.waitFor(`document.documentElement.dataset.state === "${wanted}"`, within);
const ranges = () =>
  browser.evaluate(
    'Array.from(video.buffered, (_, at) => [video.buffered.start(at), video.buffered.end(at)])',
  );

/** Until the picture moves on by so many seconds. */
async function moves(seconds = 0.5) {
  const {currentTime} = await report();
  await browser.waitFor(`scopewirePlayer.currentTime > ${currentTime + seconds}`);
}

async function plays(path = '#live/cam') {
  await page(path);
  await state('live');
  await moves();
}

test('a stream in the URL plays at once, muted, close to live', async () => {
  cam().publish(clip);
  await sleep(700); // so that a GOP is cached
  await plays();
  await browser.waitFor('scopewirePlayer.latency < 0.5');
  const {stream, muted, width, height, codecs, presented} = await report();
  assert.deepEqual(
    {stream, muted, width, height},
    {stream: 'live/cam', muted: true, width: 320, height: 180},
  );
  assert.equal(codecs, clip.mime);
  assert.ok(presented > 5);
  assert.deepEqual(browser.console, []);
});

test('a GOP that is not squeezed is left behind within a second or two', async () => {
  streams.set('/live/cam', new FakeStream('/live/cam', {squeezed: false}));
  cam().publish(makeClip({gop: 120}));
  await sleep(2500);
  await plays();
  await browser.waitFor('scopewirePlayer.latency < 0.5', 5000);
});

test('the picture is not black', async () => {
  cam().publish(clip);
  await plays();
  const spread = await browser.evaluate(`(() => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
    const red = data.filter((_, at) => at % 4 === 0);
    return Math.max(...red) - Math.min(...red);
  })()`);
  assert.ok(spread > 100, `red spreads over ${spread}`);
});

test('a stream is chosen from those that are live', async () => {
  cam().publish(clip);
  await page();
  await browser.waitFor('document.querySelector("#streams a")');
  assert.equal(
    await browser.evaluate('document.querySelector("#streams a").textContent'),
    'live/cam',
  );
  await browser.evaluate('document.querySelector("#streams a").click()');
  await state('live');
  assert.equal(
    await browser.evaluate('document.querySelector("#streams a").hasAttribute("aria-current")'),
    true,
  );
});

test('what is live is shown with its newest picture', async () => {
  cam().publish(clip);
  await page();
  await browser.waitFor('document.querySelector("#streams canvas")?.width === 320');
  const spread = await browser.evaluate(`(() => {
    const canvas = document.querySelector('#streams canvas');
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const red = data.filter((_, at) => at % 4 === 0);
    return Math.max(...red) - Math.min(...red);
  })()`);
  assert.ok(spread > 100, `red spreads over ${spread}`);
  assert.equal(sockets.length, 0);
  cam().unpublish();
  await browser.waitFor('document.getElementById("live-now").hidden');
  assert.deepEqual(browser.console, []);
});

test('a player that waits for a click shows the newest picture, and fetches nothing else', async () => {
  cam().publish(clip);
  await page();
  await browser.evaluate(`
    document.getElementById('player').setAttribute('autoplay', 'false');
    location.hash = 'live/cam';`);
  await browser.waitFor('inPlayer("still").querySelector("canvas")?.width === 320');
  assert.equal(await browser.evaluate('inPlayer("start").hidden'), false);
  assert.equal(sockets.length, 0);
  await browser.evaluate('inPlayer("start").click()');
  await state('live');
  await moves();
  assert.equal(await browser.evaluate('inPlayer("still").children.length'), 0);
});

test('fragments of half a second, and of two, play without a stall', async () => {
  for (const pieces of [15, 60]) {
    cam().pieces = pieces;
    cam().publish(silent);
    await sleep(2500);
    await plays();
    await moves(1.5);
    const {stalls, currentTime} = await report();
    await moves(5);
    const later = await report();
    assert.ok(later.stalls - stalls <= 1, `${later.stalls - stalls} stalls from ${currentTime} s on`);
    await browser.navigate('about:blank');
    cam().unpublish();
  }
});

test('a click on Live goes there', async () => {
  cam().publish(clip);
  await plays();
  await browser.evaluate('inPlayer("pause").click()');
  await state('paused');
  await sleep(1500);
  await browser.evaluate('inPlayer("live").click()');
  await state('live');
  await browser.waitFor('scopewirePlayer.latency < 0.5');
});

test('a stream is typed, whatever its name', async () => {
  streams.set('/live/höhe #1', new FakeStream('/live/höhe #1'));
  streams.get('/live/höhe #1').publish(silent);
  await page();
  await browser.evaluate('document.getElementById("stream").focus()');
  await browser.type('live/höhe #1');
  await browser.key('Enter');
  await state('live');
  assert.equal((await report()).stream, 'live/höhe #1');
});

test('the sound is turned on by a click, and is decoded', async () => {
  cam().publish(clip);
  await plays();
  assert.equal(await browser.evaluate('inPlayer("unmute").hidden'), false);
  await browser.evaluate('inPlayer("unmute").click()');
  assert.equal((await report()).muted, false);
  assert.equal(await browser.evaluate('inPlayer("unmute").hidden'), true);
  await browser.waitFor('video.webkitAudioDecodedByteCount > 0');
});

test('where sound may not begin by itself, a click starts it', async () => {
  cam().publish(clip);
  const still = await browser.onNewPages(`
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      if (this.muted || window.clicked) return play.call(this);
      return Promise.reject(new DOMException('not yet', 'NotAllowedError'));
    };`);
  await page();
  await still.remove();
  await browser.evaluate(`
    document.getElementById('player').muted = false;
    location.hash = 'live/cam';`);
  await browser.waitFor('!inPlayer("start").hidden');
  await sleep(700);
  await browser.evaluate('window.clicked = true; inPlayer("start").click()');
  await state('live');
  await browser.waitFor('scopewirePlayer.latency < 0.5');
  assert.equal((await report()).muted, false);
});

test('a stream without sound offers none', async () => {
  cam().publish(silent);
  await plays();
  assert.equal(await browser.evaluate('inPlayer("unmute").hidden'), true);
});

test('sound alone plays too, with its metadata', async () => {
  cam().publish(makeClip({video: false}));
  await plays();
  const words = 'getComputedStyle(inPlayer("stage"), "::after").content';
  assert.equal(await browser.evaluate(words), '"Sound only"');
  cam().metadata({n: 1});
  await browser.waitFor('scopewirePlayer.metadata === 1');
});

test('metadata is shown with its picture, not before', async () => {
  cam().publish(silent);
  await plays();
  await browser.waitFor('scopewirePlayer.latency < 0.3');
  await browser.evaluate(`(() => {
    window.times = [];
    const log = document.getElementById('log');
    new MutationObserver(() => times.push(video.currentTime)).observe(log, {childList: true});
  })()`);
  const {currentTime, latency} = await report();
  cam().metadata({lat: 48.2, note: '<b>text</b>'});
  await browser.waitFor('times.length === 1');
  const shown = (await browser.evaluate('times'))[0];
  const due = currentTime + latency; // the newest picture when it was sent
  assert.ok(Math.abs(shown - due) < 0.2, `due at ${due}, shown at ${shown}`);
  assert.match(
    await browser.evaluate('document.getElementById("latest").textContent'),
    /"lat": 48.2/,
  );
  assert.equal(await browser.evaluate('document.querySelectorAll("#latest b").length'), 0);
});

test('a stream that is not live is waited for', async () => {
  await page('#live/cam');
  await state('waiting');
  cam().publish(clip);
  await state('live');
});

test('a publisher that leaves and returns goes on, without a hole', async () => {
  cam().publish(clip);
  await plays();
  cam().unpublish();
  await state('ended');
  cam().publish(clip);
  await state('live');
  await moves(1);
  assert.equal((await ranges()).length, 1);
});

test('a publisher that returns as it was is live again', async () => {
  cam().publish(clip);
  await plays();
  cam().unpublish();
  await state('ended');
  await sleep(300);
  cam().resume();
  await state('live');
  await moves(1);
  assert.equal(sockets.length, 1);
});

test('a publisher that returns with another size goes on', async () => {
  cam().publish(clip);
  await plays();
  cam().publish(makeClip({size: '480x270'}));
  await browser.waitFor('scopewirePlayer.width === 480');
  await moves(1);
});

test('another codec goes on', async () => {
  cam().publish(silent);
  await plays();
  cam().publish(makeClip({audio: false, codec: 'vp09'}));
  await browser.waitFor('scopewirePlayer.codecs.includes("vp09")');
  await moves(1);
});

test('sound that is announced and does not come is done without, until it comes', async () => {
  cam().silent = true;
  cam().publish(clip);
  await page('#live/cam');
  await state('live');
  await moves(1);
  assert.doesNotMatch((await report()).codecs, /mp4a/);
  cam().silent = false;
  await browser.waitFor('scopewirePlayer.codecs.includes("mp4a")');
  await state('live');
  await moves(1);
});

test('pictures that are lost on the way are jumped over', async () => {
  cam().publish(silent);
  await plays();
  cam().lose();
  await moves(2);
  assert.equal((await report()).state, 'live');
});

test('a browser that has no room for more forgets what is behind', async () => {
  cam().publish(clip);
  await plays();
  await browser.evaluate(`
    window.refused = 0;
    const append = SourceBuffer.prototype.appendBuffer;
    SourceBuffer.prototype.appendBuffer = function (bytes) {
      const {length} = this.buffered;
      if (length > 0 && this.buffered.end(length - 1) - this.buffered.start(0) > 3) {
        window.refused += 1;
        throw new DOMException('full', 'QuotaExceededError');
      }
      return append.call(this, bytes);
    };`);
  await browser.waitFor('refused > 1');
  await moves(2);
  assert.equal(sockets.length, 1);
  assert.equal((await report()).restarts, 0);
});

test('a hidden page is live again when it is shown, frozen meanwhile or not', async () => {
  cam().publish(silent);
  await plays();
  for (const away of ['hide', 'freeze']) {
    await browser[away]();
    await sleep(3000);
    assert.equal(await browser.evaluate('document.hidden'), true);
    const {currentTime} = await report();
    await browser.show();
    await browser.waitFor(`scopewirePlayer.currentTime > ${currentTime} && !document.hidden`);
    await browser.waitFor('scopewirePlayer.state === "live" && scopewirePlayer.latency < 0.5', 5000);
    await moves(0.5);
  }
});

test('what comes while nobody sees it is kept within bounds', async () => {
  cam().publish(makeClip({seconds: 2, size: '64x64', audio: false}));
  await plays();
  await browser.evaluate(`
    window.most = 0;
    video.addEventListener('progress', () => {
      const {buffered} = video;
      if (buffered.length > 0) most = Math.max(most, buffered.end(buffered.length - 1) - buffered.start(0));
    });`);
  await browser.hide();
  await browser.waitFor('video.buffered.start(0) > 2', 60_000);
  assert.ok((await browser.evaluate('most')) < 40);
  await browser.show();
  await browser.waitFor('scopewirePlayer.state === "live" && scopewirePlayer.latency < 0.5');
});

test('the managed source of Safari is taken where there is one', async () => {
  cam().publish(clip);
  const managed = await browser.onNewPages(`
    window.ManagedMediaSource = class extends MediaSource {
      constructor() {
        super();
        window.managed = this;
      }
    };`);
  await plays();
  await managed.remove();
  assert.equal(await browser.evaluate('managed.readyState'), 'open');
  assert.equal(await browser.evaluate('video.disableRemotePlayback'), true);
});

test("the publisher's time of what is shown is known, also after its clock was set anew", async () => {
  cam().publish(clip);
  await plays();
  await browser.evaluate(`
    window.player = document.getElementById('player');
    window.off = [];
    player.addEventListener('metadata', ({detail}) => off.push(player.publisherTime() - detail.timestamp));`);
  cam().metadata({n: 1});
  await browser.waitFor('off.length === 1');
  const [off] = await browser.evaluate('off');
  assert.ok(Math.abs(off) < 150, `${off} ms`);
  const at = await browser.evaluate('player.publisherTime(video.currentTime + 1) - player.publisherTime()');
  assert.ok(Math.abs(at - 1000) < 50, `${at} ms`);
  cam().restart(1_000_000);
  await browser.waitFor('player.publisherTime() > 1_000_000 && player.publisherTime() < 1_010_000');
});

test('metadata is in the text tracks too, and its text can be read as captions', async () => {
  cam().publish(silent);
  await plays();
  cam().metadata({lat: 48.2});
  cam().metadata({text: 'one <two>'});
  cam().metadata({onTextData: {text: 'three', language: 'en'}});
  cam().metadata({onCuePoint: {name: 'ad', parameters: {text: 'four'}}});
  cam().metadata({onMetaData: {width: 160}});
  await browser.waitFor('scopewirePlayer.metadata === 5');
  const cues = (kind) =>
    browser.evaluate(`(() => {
      const track = [...video.textTracks].find((one) => one.kind === '${kind}');
      return Array.from(track.cues, (cue) => cue.text);
    })()`);
  assert.equal((await cues('metadata')).length, 5);
  assert.deepEqual((await cues('metadata')).slice(0, 2), ['{"lat":48.2}', '{"text":"one <two>"}']);
  assert.deepEqual(await cues('captions'), ['one &lt;two&gt;', 'three', 'four']);
  await browser.key('c');
  const mode = '[...video.textTracks].find((one) => one.kind === "captions").mode';
  assert.equal(await browser.evaluate(mode), 'showing');
});

test('it tells the server how well it is seen, unless that has no use for it', async () => {
  cam().publish(silent);
  await plays();
  await eventually(() => cam().heard.length === 1);
  const [{type, buffer, dropped}] = cam().heard;
  assert.equal(type, 'stats');
  assert.ok(buffer > 0 && buffer < 1, `${buffer}`);
  assert.equal(typeof dropped, 'number');
  cam().deaf = true;
  await eventually(() => cam().heard.length === 2);
  await sleep(6000);
  assert.equal(cam().heard.length, 2);
});

test('a notice of the server is shown', async () => {
  cam().publish(silent);
  await plays();
  cam().notice('The sound cannot be shown');
  await browser.waitFor('document.getElementById("hint").textContent === "The sound cannot be shown"');
});

test('keys work wherever nothing else needs them', async () => {
  cam().publish(clip);
  await plays();
  await browser.key('m');
  assert.equal((await report()).muted, false);
  await browser.key('s');
  await browser.waitFor('/behind live/.test(inPlayer("stats").textContent)');
  assert.match(await browser.evaluate('inPlayer("stats").textContent'), /320 × 180/);
  await browser.key(' ');
  await state('paused');
  await browser.key(' ');
  await state('live');
  await browser.key('f');
  await browser.waitFor('document.fullscreenElement?.localName === "scopewire-player"');
  await browser.key('f');
  await browser.waitFor('!document.fullscreenElement');
  await browser.evaluate('document.getElementById("stream").focus()');
  await browser.key('m');
  assert.equal((await report()).muted, false);
});

test('sound that appears later goes on', async () => {
  cam().publish(silent);
  await plays();
  cam().publish(clip);
  await browser.waitFor('scopewirePlayer.codecs.includes("mp4a")');
  await state('live');
  await moves(1);
});

test('a codec that the browser lacks is said', async () => {
  cam().publish({...clip, mime: 'video/mp4; codecs="vvc1.1.L51"'});
  await page('#live/cam');
  await state('failed');
  assert.match(
    await browser.evaluate('inPlayer("detail").textContent'),
    /cannot play.*vvc1/,
  );
});

test('a lost connection comes back and goes on', async () => {
  cam().publish(clip);
  await plays();
  sockets.at(-1).destroy();
  await eventually(() => sockets.length === 2);
  await state('live');
  await moves(1);
});

test('a refusal is final', async () => {
  cam().publish(clip);
  await plays();
  sockets.at(-1).close(4003);
  await state('failed');
  await sleep(800);
  assert.equal(sockets.length, 1);
});

test('damaged media is asked for again', async () => {
  cam().publish(clip);
  await plays();
  sockets.at(-1).send(Buffer.from('\0\0\0\x10moof\0\0\0\x08free\0\0\0\x08mdat', 'latin1'));
  await eventually(() => sockets.length === 2);
  await state('live');
  await moves(1);
});

test('media that comes and leads nowhere is asked for again', async () => {
  cam().publish(clip);
  await plays();
  sockets.at(-1).send(Buffer.from('\x7f\0\0\0mdat', 'latin1')); // 2 GiB that will never be complete
  await eventually(() => sockets.length === 2, 20_000);
  await state('live');
  await moves(1);
});

test('after a hiccup of the network it catches up', async () => {
  cam().publish(clip);
  await plays();
  await browser.waitFor('scopewirePlayer.latency < 0.4');
  await cam().hold(800);
  await browser.waitFor('scopewirePlayer.latency > 0.4');
  await browser.waitFor('scopewirePlayer.latency < 0.3');
});

test('what the server left out is jumped over', async () => {
  cam().publish(silent);
  await plays();
  cam().skipToKey();
  await browser.waitFor('scopewirePlayer.skipped > 0');
  await moves(1);
  assert.ok((await ranges()).length >= 1);
});

test('a pause is kept, and ends at the live edge', async () => {
  cam().publish(clip);
  await plays();
  await browser.evaluate('inPlayer("pause").click()');
  await state('paused');
  const {currentTime} = await report();
  await sleep(1500);
  assert.equal((await report()).currentTime, currentTime);
  await browser.evaluate('inPlayer("pause").click()');
  await state('live');
  assert.ok((await report()).currentTime > currentTime + 1);
});

test('what is long past is forgotten, and never what is being played', async () => {
  cam().publish(makeClip({seconds: 16, gop: 60, size: '160x90'}));
  await plays();
  await browser.waitFor('video.buffered.start(0) > 1', 25_000);
  const {currentTime} = await report();
  const [[start]] = await ranges();
  assert.ok(currentTime - start >= 9.9, `${start} to ${currentTime}`);
  await moves(1);
});
