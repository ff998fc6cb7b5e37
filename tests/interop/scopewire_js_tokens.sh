#!/usr/bin/env bash
# scopewire.js brings another token before the first expires: the connection stays; and takes a new one when it comes back.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need node curl

printf 'thirty-two bytes of secret, or so' >secret
port=$(free_port)
start_gateway() { start gateway ws-gateway --standalone --listen "127.0.0.1:$port" --token-key secret; }
start_gateway
curl -fsS "http://127.0.0.1:$port/scopewire.js" >scopewire.mjs
cat >stay.mjs <<'JS'
import {execFileSync} from 'node:child_process';
import {Room} from './scopewire.mjs';
const token = async () => execFileSync('so-ctl', process.argv.slice(3), {encoding: 'utf8'}).trim();
const room = Room.join(process.argv[2], {nick: 'ann'}, {token});
room.on('status', ({code, message}) => console.log(code, message));
room.on('members', () => console.log('user', room.users.get(room.self)));
JS
background ann node --experimental-websocket --no-warnings stay.mjs "ws://127.0.0.1:$port/chat/room1" \
  token --sign-key secret --sub ann --for 4s
eventually contains ann.out 'user ann'
# One whose token is a text shows that tokens do end here.
background bob "$root/tests/support/ws.py" --wait --protocol scopewire.v1 \
  "ws://127.0.0.1:$port/chat/room1?token=$(so-ctl token --sign-key secret --sub bob --for 4s)"
finishes 0 bob
contains bob.log 'closed 4109'
background carl "$root/tests/support/ws.py" --wait --protocol scopewire.v1 \
  "ws://127.0.0.1:$port/chat/room1?token=$(so-ctl token --sign-key secret --sub carl --for 4s)"
finishes 0 carl
contains carl.log 'closed 4109'
expect 'open 
user ann' cat ann.out
stop gateway KILL
start_gateway
again() { [ "$(grep -c 'user ann' ann.out)" -eq 2 ]; }
eventually -t 20 again
! grep -q bad_token ann.out || fail "$(cat ann.out)"
