#!/usr/bin/env bash
# The chat page shows what is said over RTMP and who is here under which name, and what is said there reaches RTMP.
# limit: 180 s
. "$(dirname "$0")/lib.sh"
need chromium node

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
page=http://$(address gateway ws)
rtmp=rtmp://$(address ingest rtmp)/chat/room1

background flash so-ctl --at "$rtmp" watch chat
eventually contains flash.out sync
so-ctl --at "$rtmp" set chat message '"hello from flash"'

cat >say.mjs <<'END'
const {Browser} = await import(process.argv[2]);
const browser = await Browser.open(process.argv[3]);
const other = await Browser.open(process.argv[3]);
const open = (page) => page.waitFor('document.documentElement.dataset.state === "open"', 60000);
const rename = (page, nick) => page.evaluate(`
  document.getElementById('nick').value = ${JSON.stringify(nick)};
  document.getElementById('place').requestSubmit();`);
const sees = (page, text) => page.waitFor(`document.body.innerText.includes(${JSON.stringify(text)})`, 30000);
try {
  await open(browser);
  await open(other);
  const nick = await other.evaluate('document.getElementById("nick").value');
  await sees(browser, nick);
  await rename(other, 'Ann');
  await sees(browser, `${nick} is now Ann`);
  await rename(browser, 'Bob');
  await sees(other, 'Bob');
  await browser.waitFor('document.body.innerText.includes("hello from flash")', 30000);
  await browser.evaluate(`
    const field = document.querySelector('#text, textarea, form [name=text]');
    field.value = 'hello from the page';
    field.form.requestSubmit();`);
  await browser.waitFor('document.body.innerText.includes("hello from the page")', 30000);
  await browser.screenshot('page.png');
} finally {
  await other.close();
  await browser.close();
}
END
node say.mjs "$root/tests/support/browser.mjs" "$page/#/chat/room1"
eventually contains flash.out "hello from the page"
[ -z "${SO_KEEP:-}" ] || cp page.png "$SO_KEEP/chat_page.png"

# Without the hub it says so, though the gateway goes on.
cat >away.mjs <<'END'
const {Browser} = await import(process.argv[2]);
const [url, picture] = process.argv.slice(3);
const browser = await Browser.open(url, {size: [1100, 700]});
const sees = (text) => browser.waitFor(`document.getElementById('state').textContent === '${text}'`, 30000);
try {
  await browser.waitFor('document.documentElement.dataset.state === "open"', 30000);
  await sees('Connected');
  console.log('kill');
  await sees('The server is restarting');
  if (picture) await browser.screenshot(picture);
  console.log('start');
  await sees('Connected');
} finally {
  await browser.close();
}
END
background away node away.mjs "$root/tests/support/browser.mjs" "$page/#/chat/room1" ${SO_KEEP:+"$SO_KEEP/chat-away.png"}
eventually -t 40 contains away.out kill
stop hub KILL
eventually -t 40 contains away.out start
start hub so-hub
eventually -t 40 dead away
finishes 0 away

# It says why it is not let in, and takes a token from its address, at once or later.
printf 'thirty-two bytes of secret, or so' >secret
start tokens ws-gateway --listen 127.0.0.1:0 --token-key secret
cat >tokens.mjs <<'END'
const {Browser} = await import(process.argv[2]);
const [origin, token, picture] = process.argv.slice(3);
const browser = await Browser.open(`${origin}/#/chat/room2`, {size: [320, 568]});
const sees = (text, where) =>
  browser.waitFor(`document.querySelector('${where}').innerText.includes(${JSON.stringify(text)})`, 40000);
const hash = (text) => browser.evaluate(`location.hash = ${JSON.stringify(text)}`);
const is = async (wanted, expression) => {
  const got = await browser.evaluate(expression);
  if (got !== wanted) throw new Error(`${got}, not ${wanted}`);
};
try {
  await sees('wants to know who you are', '#trouble');
  await sees('Not let in', '#state');
  if (picture) await browser.screenshot(`${picture}-token.png`);
  await hash('token=no.such.token');
  await sees('token: ', '#trouble');
  await hash(`token=${token}`);
  await sees('Connected', '#state');
  await is('#/chat/room2', 'location.hash');
  await is('/chat/room2', 'document.getElementById("room").value');
  await is(true, 'document.getElementById("trouble").hidden');
  await browser.navigate('about:blank');
  await browser.navigate(`${origin}/#/chat/room3&token=${token}`);
  await sees('Connected', '#state');
  await is('#/chat/room3', 'location.hash');
  await browser.evaluate('(window.before = true, location.reload())');
  await browser.waitFor('!window.before && document.getElementById("state")?.innerText === "Connected"', 40000);
  await hash(`/${'n'.repeat(290)}`);
  await sees('over the limit', '#trouble');
  if (picture) await browser.screenshot(`${picture}-path.png`);
  await hash('/chat/room3');
  await sees('Connected', '#state');
} finally {
  await browser.close();
}
END
background enter node tokens.mjs "$root/tests/support/browser.mjs" "http://$(address tokens ws)" \
  "$(so-ctl token --sign-key secret --sub ann)" ${SO_KEEP:+"$SO_KEEP/chat"}
eventually -t 90 dead enter
finishes 0 enter
