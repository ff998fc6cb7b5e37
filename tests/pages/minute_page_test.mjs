// A minute of picture and sound in a real Chromium, undisturbed: node --test tests/pages/minute_page_test.mjs
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Browser} from '../support/browser.mjs';
import {FakeStream} from './fake_stream.mjs';
import {makeClip} from './fmp4_clip.mjs';
import {serve} from './page_server.mjs';

const WWW = fileURLToPath(new URL('../../tools/fmp4-serve/www', import.meta.url));

let browser;
let server;
const stream = new FakeStream('/live/cam');

before(async () => {
  server = await serve(WWW, {
    onSocket: (socket) => stream.connect(socket),
    routes: {'/streams.json': () => ({streams: []})},
  });
  stream.publish(makeClip({seconds: 90, size: '320x180', gop: 60})); // so long that it is not looped
  browser = await Browser.open(`http://127.0.0.1:${server.port}/#live/cam`);
});

after(async () => {
  await browser?.close();
  stream.unpublish();
  await server?.close();
});

test('it plays a minute with at most two dropped frames, and stays close to live', async (t) => {
  await browser.waitFor('window.scopewirePlayer?.presented > 60');
  const start = await browser.evaluate('scopewirePlayer');
  await browser.waitFor(`scopewirePlayer.currentTime > ${start.currentTime + 60}`, 90_000);
  const end = await browser.evaluate('scopewirePlayer');
  const dropped = end.dropped - start.dropped;
  const behind = Math.round(end.latency * 1000);
  const stalls = end.stalls - start.stalls;
  t.diagnostic(
    `${end.presented - start.presented} frames, ${dropped} dropped, ${stalls} stalls, ${behind} ms behind`,
  );
  assert.ok(dropped <= 2, `${dropped} frames were dropped`);
  assert.ok(stalls <= 1, `${stalls} stalls`);
  assert.equal(end.connections, 1);
  assert.ok(end.latency < 0.5, `${behind} ms behind live`);
});
