#!/usr/bin/env bash
# Room of scopewire.js has the list that the hub has, by whose token each came, through kill -9 of hub and gateway.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need node curl jq

printf 'thirty-two bytes of secret, or so' >secret
port=$(free_port)
start_one() { start one ws-gateway --listen "127.0.0.1:$port" --token-key secret; }
start hub so-hub
start_one
start two ws-gateway --listen 127.0.0.1:0 --token-key secret
for who in ann bob carl; do so-ctl token --sign-key secret --sub $who >$who.jwt; done
room=127.0.0.1:$port/chat/room1
curl -fsS "http://127.0.0.1:$port/scopewire.js" >scopewire.mjs
cat >page.mjs <<'JS'
import {readFileSync} from 'node:fs';
import {Room} from './scopewire.mjs';
const room = Room.join(process.argv[2], {nick: 'page'}, {token: readFileSync('ann.jwt', 'utf8').trim()});
const say = (event) => {
  const members = Object.fromEntries([...room.members.keys()].sort().map((one) => [one, room.users.get(one)]));
  console.log(JSON.stringify({event, members, epoch: room.epoch, version: room.version}));
};
for (const event of ['members', 'join', 'leave']) room.on(event, () => say(event));
room.on('members', ({joined, left}) =>
  console.log(JSON.stringify({joined: joined.map(({user}) => user), left: left.map(({user}) => user)})));
JS
comes() { # NAME: through the other gateway
  background "$1" "$root/tests/support/ws.py" --wait --protocol scopewire.v1 \
    "ws://$(address two ws)/chat/room1?token=$(cat "$1.jwt")"
  eventually contains "$1.out" hello
}
sees() { [ "$(jq -cs 'map(select(.event)) | last.members | map(.) | sort' page.out)" = "$1" ]; }
# Member by member, at the same epoch and version.
agrees() {
  curl -fsS -H "Authorization: Bearer $(cat ann.jwt)" "http://$room?members" >list &&
    cmp -s <(jq -Sc '[.epoch, .version, (.members | map({(.member): .user}) | add)]' list) \
      <(jq -Scs 'map(select(.event)) | last | [.epoch, .version, .members]' page.out)
}

background page node --experimental-websocket --no-warnings page.mjs "ws://$room"
eventually -t 20 sees '["ann"]'
comes bob
eventually sees '["ann","bob"]'
eventually agrees

# Another hub hears of all anew, in whatever order; who goes and comes after that is seen once.
stop hub KILL
start hub so-hub
both_are_there() { curl -fsS -H "Authorization: Bearer $(cat ann.jwt)" "http://$room?members" | jq -e '.members | length == 2'; }
eventually -t 20 both_are_there
sees '["ann","bob"]' || fail "$(tail -n 1 page.out)"
stop bob
eventually -t 20 sees '["ann"]'
comes carl
eventually sees '["ann","carl"]'
eventually agrees

# Another gateway: the list stands anew, and says what is other than before.
stop one KILL
start_one
eventually -t 30 agrees
sees '["ann","carl"]' || fail "$(tail -n 1 page.out)"
expect '[{"joined":["ann"],"left":["ann"]}]' \
  jq -cs 'map(select(.joined)) | last | [.]' page.out
