// The pages in a real Firefox: node --test tests/pages/firefox_page_test.mjs
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Firefox} from '../support/firefox.mjs';
import {FakeGateway} from './fake_gateway.mjs';
import {FakeStream} from './fake_stream.mjs';
import {makeClip} from './fmp4_clip.mjs';
import {serve} from './page_server.mjs';

const www = (tool) => fileURLToPath(new URL(`../../tools/${tool}/www`, import.meta.url));
const there = () => {
  try {
    execFileSync(process.env.SO_FIREFOX ?? 'firefox-esr', ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
};
const options = {skip: there() ? false : 'firefox-esr is not installed'};

let browser;
let player;
let chat;
const stream = new FakeStream('/live/cam');
const gateway = new FakeGateway('/chat/room1');

before(async () => {
  if (options.skip) return;
  player = await serve(www('fmp4-serve'), {
    onSocket: (socket) => stream.connect(socket),
    routes: {'/streams.json': () => ({streams: []})},
  });
  chat = await serve(www('ws-gateway'), {
    onSocket: (socket) => {
      const session = gateway.connect(
        (text) => socket.send(text),
        (code) => socket.close(code),
      );
      socket.onText = session.receive;
      socket.onClose = session.closed;
    },
  });
  browser = await Firefox.open('about:blank');
});

after(async () => {
  await browser?.close();
  stream.unpublish();
  await player?.close();
  await chat?.close();
});

const moves = async (seconds) => {
  const {currentTime} = await browser.evaluate('scopewirePlayer');
  await browser.waitFor(`scopewirePlayer.currentTime > ${currentTime + seconds}`);
};

test('it plays live, close to live, and through a return of the publisher', options, async (t) => {
  stream.publish(makeClip());
  await browser.navigate(`http://127.0.0.1:${player.port}/#live/cam`);
  await browser.waitFor('window.scopewirePlayer?.state === "live"');
  await moves(3);
  const {latency, presented, dropped} = await browser.evaluate('scopewirePlayer');
  t.diagnostic(`${presented} frames, ${dropped} dropped, ${Math.round(latency * 1000)} ms behind`);
  assert.ok(latency < 1);
  assert.ok(presented > 10);
  stream.unpublish();
  await browser.waitFor('scopewirePlayer.state === "ended"');
  stream.publish(makeClip({size: '480x270'}));
  await browser.waitFor('scopewirePlayer.width === 480');
  await moves(1);
});

test('what is said in the chat room is said, and heard', options, async () => {
  await browser.navigate(`http://127.0.0.1:${chat.port}/`);
  await browser.waitFor('document.documentElement.dataset.state === "open"');
  gateway.change('chat', [{op: 'set', key: 'message', value: 'to Firefox'}]);
  await browser.waitFor('document.body.innerText.includes("to Firefox")');
  await browser.evaluate(`(() => {
    document.getElementById('text').value = 'from Firefox';
    document.getElementById('composer').requestSubmit();
  })()`);
  await browser.waitFor('document.querySelectorAll(".said").length === 2');
  assert.equal(gateway.objects.get('chat').data.message, 'from Firefox');
});
