#!/usr/bin/env bash
# The inspector shows scopes, members, objects and their values as they change, and is itself seen by nobody.
# limit: 180 s
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
  // Without the hub it says so, though the gateway goes on.
  console.log('kill');
  await sees('The server is restarting', '#state');
  is(await page.evaluate("document.getElementById('state').dataset.level"), 'busy');
  if (process.argv[4]) await page.screenshot(process.argv[4].replace('.png', '-away.png'));
  console.log('start');
  await sees('Live', '#state');
  await page.waitFor('document.documentElement.dataset.state === "open"', 30000);
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
eventually -t 50 contains look.out kill
stop hub KILL
eventually -t 40 contains look.out start
start hub so-hub
eventually -t 50 contains look.out leave
stop ann
finishes 0 look

# A token decides what it sees.
printf 'thirty-two bytes of secret, or so' >secret
cat >scopewire.yaml <<'YAML'
policy:
  rules:
    - {allow: connect, scope: /chat/staff, role: staff}
    - {deny: connect, scope: /chat/staff, reason: staff only}
YAML
stop gateway
stop hub
start hub so-hub --config scopewire.yaml
start gateway ws-gateway --listen 127.0.0.1:0 --token-key secret
gateway=$(address gateway ws)
so-ctl set --persistent /chat/staff board score 1
token() { so-ctl token --sign-key secret --sub "$1" --role "$2"; }
cat >tokens.mjs <<'END'
const {Browser} = await import(process.argv[2]);
const [origin, guest, staff, picture] = process.argv.slice(3);
const look = async (hash, text, where) => {
  const page = await Browser.open(`${origin}/inspector.html${hash}`);
  const there = `document.querySelector('${where}')?.innerText.includes('${text}')`;
  try {
    await page.waitFor(there, 40000);
    if (await page.evaluate('location.href.includes("token")')) throw new Error('the token stays in the address');
    if (picture) await page.screenshot(`${picture}-${text.replace(/\W+/g, '-')}.png`);
    await page.evaluate('(window.before = true, location.reload())');
    await page.waitFor(`!window.before && ${there}`, 40000); // who looks is known after that, too
  } finally {
    await page.close();
  }
};
await look('', 'wants to know who you are', '#trouble');
await look('#token=no.such.token', 'token: ', '#trouble');
await look(`#token=${guest}&scope=/chat/staff`, 'staff only', '#trouble');
await look(`#scope=/chat/staff&object=board&token=${staff}`, 'score', '#attributes');
// Put behind the address of a tab that is open, it is taken, too.
const page = await Browser.open(`${origin}/inspector.html#token=${guest}&scope=/chat/staff`);
const sees = (text, where) => page.waitFor(`document.querySelector('${where}')?.innerText.includes('${text}')`, 40000);
const unsaid = () => page.waitFor('!location.href.includes("token")');
try {
  await sees('staff only', '#trouble');
  await page.evaluate(`location.hash = 'token=${staff}&scope=/chat/staff&object=board'`);
  await sees('score', '#attributes');
  await sees('Live as ann', '#state');
  await unsaid();
  await page.evaluate(`location.hash = 'token=no.such.token'`);
  await sees('token: ', '#trouble');
  await unsaid();
  if (page.console.some((line) => !/WebSocket|401/.test(line))) throw new Error(page.console.join());
} finally {
  await page.close();
}
END
background tokens node tokens.mjs "$root/tests/support/browser.mjs" "http://$gateway" \
  "$(token bob user)" "$(token ann staff)" ${SO_KEEP:+"$SO_KEEP/inspector"}
eventually -t 60 dead tokens
finishes 0 tokens
