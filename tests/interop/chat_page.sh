#!/usr/bin/env bash
# The chat page shows what is said over RTMP and who is here under which name, and what is said there reaches RTMP.
# limit: 120 s
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
