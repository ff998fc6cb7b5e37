#!/usr/bin/env bash
# Mail of scopewire.js comes through kill -9 of gateway, hub and reader: in order, none lost, and not again once it is acknowledged.
# limit: 150 s
. "$(dirname "$0")/lib.sh"
need node jq

printf 'thirty-two bytes of secret, or so' >secret
port=$(free_port)
start_gateway() { start gateway ws-gateway --listen "127.0.0.1:$port" --token-key secret; }
start_hub() { start hub so-hub --store store; }
start_hub
start_gateway
for who in ann bob; do so-ctl token --sign-key secret --sub $who >$who.jwt; done
curl -fsS "http://127.0.0.1:$port/scopewire.js" >scopewire.mjs

# Both are told to end by SIGTERM: the writer when all it wrote is answered.
cat >write.mjs <<'JS'
import {readFileSync} from 'node:fs';
import {Mailbox} from './scopewire.mjs';
const ann = Mailbox.of(process.argv[2], 'ann', {token: readFileSync('bob.jwt', 'utf8').trim()});
let ending = false;
process.on('SIGTERM', () => (ending = true));
const told = new Set();
for (let n = 1; !ending || told.size > 0; n += 1) {
  if (!ending) {
    const note = ann.notify(n).then(({status}) => console.log('sent', n, status));
    const over = note.catch(({code}) => console.log('refused', n, code)).finally(() => told.delete(over));
    told.add(over);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.exit(0);
JS
# Deals with three at a time, so that there is always something it was told and has not acknowledged.
cat >read.mjs <<'JS'
import {readFileSync, writeSync} from 'node:fs';
import {Mailbox} from './scopewire.mjs';
const box = Mailbox.of(process.argv[2], '', {token: async () => readFileSync('ann.jwt', 'utf8').trim()});
const say = (...words) => writeSync(1, `${words.join(' ')}\n`); // at once: it is killed
box.on('registered', ({waiting}) => say('registered', waiting));
box.on('mail', (mail) => {
  say('mail', mail.seq, mail.message, mail.user);
  if (mail.seq % 3 === 0) box.acknowledge(mail).then(() => say('gone', mail.seq));
});
box.register();
JS
url=ws://127.0.0.1:$port/chat
life=0
start_reader() {
  life=$((life + 1))
  background reader$life node --experimental-websocket --no-warnings read.mjs "$url"
}
start_reader
eventually -t 20 contains reader1.out registered
background writer node --experimental-websocket --no-warnings write.mjs "$url"
goes_on() { [ "$(grep -c ^gone "reader$life.out")" -gt "$1" ]; }
comes() { eventually -t 40 goes_on $(($(grep -c ^gone "reader$life.out") + 10)); }

comes
for _ in 1 2 3; do
  stop gateway KILL
  start_gateway
  comes
  stop hub KILL
  start_hub
  comes
  stop reader$life KILL
  start_reader
  comes
done
stop writer
sent=$(grep -c ^sent writer.out)
! grep ^refused writer.out || fail 'a note was refused'
all_told() { grep -q "^mail [0-9]* $sent " "reader$life.out"; }
eventually all_told
stop reader$life

# What each life was told: without a hole, from what nobody had seen acknowledged before it.
last=0 acknowledged=0
for one in $(seq $life); do
  while read -r what seq n who; do
    [ "$what" != gone ] || acknowledged=$((seq > acknowledged ? seq : acknowledged))
    [ "$what" = mail ] || continue
    [ "$n $who" = "$seq bob" ] || fail "life $one: note $n of $who is number $seq"
    [ "$seq" -gt "$acknowledged" ] || fail "life $one: $seq comes again, $acknowledged was acknowledged"
    [ "$seq" -eq $((last + 1)) ] || fail "life $one: $seq after $last"
    last=$seq
  done <reader"$one".out
  [ "$last" -ge "$acknowledged" ] || fail "life $one: $acknowledged was acknowledged, and not told"
  [ "$one" -eq $life ] || { # the next begins with what this one has not acknowledged
    next=$(sed -n 's/^mail \([0-9]*\) .*/\1/p' "reader$((one + 1)).out" | head -n 1)
    [ "$next" -le $((last + 1)) ] || fail "life $((one + 1)) begins with $next, $last was the last"
    last=$((next - 1))
  }
done
[ "$last" -eq "$sent" ] || fail "$sent were sent, $last came"
echo "sent $sent, acknowledged $acknowledged, lives $life"
