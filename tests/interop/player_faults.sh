#!/usr/bin/env bash
# The player goes on by itself after kill -9 of server, hub and ingest, and after the publisher begins again.
# limit: 240 s
. "$(dirname "$0")/lib.sh"
need ffmpeg chromium node jq

serve_port=$(free_port)
rtmp_port=$(free_port)
start_serve() { start serve fmp4-serve --listen "127.0.0.1:$serve_port"; }
start_ingest() { start ingest rtmp-ingest --listen "127.0.0.1:$rtmp_port"; }
publish() { # NAME
  background "$1" ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=15 -f lavfi -i sine=sample_rate=48000 \
    -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -t 200 \
    -f flv "rtmp://127.0.0.1:$rtmp_port/live/cam"
}
start hub so-hub
start_ingest
start_serve
publish first

cat >page.mjs <<'END'
import {setTimeout as sleep} from 'node:timers/promises';
const {Browser} = await import(process.argv[2]);
const browser = await Browser.open(process.argv[3]);
let stopped = false;
process.on('SIGTERM', () => (stopped = true));
// One line for every 15 pictures that were seen, so that a script sees whether it goes on.
for (let steps = 0; !stopped; await sleep(50)) {
  const {presented = 0} = await browser.evaluate('({...window.scopewirePlayer})');
  for (; presented >= (steps + 1) * 15; steps += 1) console.log('step');
}
console.log(JSON.stringify(await browser.evaluate('scopewirePlayer')));
await browser.close();
END
background page node page.mjs "$root/tests/support/browser.mjs" "http://127.0.0.1:$serve_port/#live/cam"
steps() { grep -c '^step' page.out; }
reached() { [ "$(steps)" -ge "$1" ]; }
plays() { eventually -t 60 reached $(($(steps) + 4)); }
eventually -t 60 contains page.out step
plays

stop hub KILL
start hub so-hub
plays
stop serve KILL
start_serve
plays
stop first KILL
publish second
plays
stop ingest KILL
start_ingest
stop second KILL
publish third
plays
stop third KILL
kill -TERM "${pid_of[page]}"
finishes 0 page
tail -n 1 page.out | jq -c '{presented, dropped, stalls, connections, restarts}'
tail -n 1 page.out | jq -e '.connections >= 2' >verdict || fail "$(tail -n 1 page.out)"
