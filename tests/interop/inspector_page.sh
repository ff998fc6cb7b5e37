#!/usr/bin/env bash
# The inspector shows scopes, members, objects and their values as they change, and is itself seen by nobody.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need chromium node

start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0
gateway=$(address gateway ws)
background ann so-ctl --at "ws://$gateway/chat/room1" watch board
eventually contains ann.out sync
so-ctl set /chat/room1 board score 1
so-ctl --at "ws://$gateway/chat/room1" set board note '{"text":"<b>hello</b>"}'

cat >look.mjs <<'END'
import {execFileSync} from 'node:child_process';
const {Browser} = await import(process.argv[2]);
const page = await Browser.open(process.argv[3]);
const sees = (text, where = 'body') =>
  page.waitFor(`document.querySelector(${JSON.stringify(where)}).innerText.includes(${JSON.stringify(text)})`, 30000);
const rows = () => page.evaluate("Array.from(document.querySelectorAll('[role=treeitem] .name'), (one) => one.textContent).join()");
const focused = () => page.evaluate("document.activeElement.dataset.path ?? document.activeElement.tagName");
const ctl = (...words) => execFileSync('so-ctl', words);
const is = (got, wanted) => {
  if (got !== wanted) throw new Error(`${got}, not ${wanted}`);
};
try {
  await page.waitFor('document.documentElement.dataset.state === "open"', 60000);
  await sees('chat', '#tree');
  await sees('up for', '#tiles');
  // By keyboard alone: into the tree, down to the room.
  await page.evaluate("document.querySelector('[role=treeitem]').focus()");
  await page.key('ArrowDown');
  is(await focused(), '/chat');
  await page.key('ArrowRight');
  await sees('room1', '#tree');
  await page.key('ArrowDown');
  await page.key('Enter');
  await sees('board', '#objects');
  is(await page.evaluate("document.querySelectorAll('#member-rows li').length"), 1);
  is(await rows(), '/,chat,room1');
  await page.evaluate("document.querySelector('#object-rows a').click()");
  await sees('score', '#attributes');
  await sees('<b>hello</b>', '#attributes');
  is(await page.evaluate("document.querySelectorAll('#attributes b').length"), 0);
  ctl('set', '/chat/room1', 'board', 'score', '2');
  await page.waitFor("document.querySelector('#attributes .changed dd')?.textContent === '2'", 30000);
  if (process.argv[4]) await page.screenshot(process.argv[4]);
  is(JSON.parse(ctl('ls', '/chat/room1')).members, 1);
  is(await page.evaluate("document.querySelectorAll('#object:not([hidden])').length"), 1);
  // The room ends with its last member.
  console.log('leave');
  await sees('is not there now', '#trouble');
  await page.waitFor("!Array.from(document.querySelectorAll('#tree .name'), (one) => one.textContent).includes('room1')", 30000);
  is(page.console.join(), '');
} finally {
  await page.close();
}
END
background look node look.mjs "$root/tests/support/browser.mjs" "http://$gateway/inspector.html" \
  ${SO_KEEP:+"$SO_KEEP/inspector.png"}
eventually -t 50 contains look.out leave
stop ann
finishes 0 look
