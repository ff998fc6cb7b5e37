#!/usr/bin/env bash
# Clients send events to one, to a scope and to all; who sends to one that is not there is told so within 2 seconds.
. "$(dirname "$0")/lib.sh"
client=$root/tests/support/ws.py

start hub so-hub
start first ws-gateway --listen 127.0.0.1:0
start second ws-gateway --listen 127.0.0.1:0
one=ws://$(address first ws)
two=ws://$(address second ws)
listen() { # NAME URL [PROTOCOL]: a client that hears; its member is in NAME.id
  background "$1" "$client" --wait ${3:+--protocol "$3"} "$2"
  if [ -z "${3:-}" ]; then return; fi
  eventually contains "$1.out" hello
  head -n 1 "$1.out" | jq -r .member >"$1.id"
}
last() { tail -n 1 "$1.out" | jq -c "$2"; } # NAME FILTER
listen ann "$one/chat/room1" scopewire.v1
listen bob "$two/chat/room1" scopewire.v1
listen eve "$two/chat/room2" scopewire.v1
listen plain "$two/chat/room1"
eventually contains plain.log open

# From a server: to all, to a scope, to one kind of client, to one client.
so-ctl emit / reload '{"v":2}'
for name in ann bob eve; do
  eventually contains $name.out '{"event":"push","name":"reload","scope":"/","data":{"v":2}}'
done
eventually contains plain.out '{"v":2}'
so-ctl emit /chat/room1 hint --text tea
eventually contains ann.out '"data":"tea"'
eventually contains plain.out tea
so-ctl emit /chat only --route chat 7
eventually contains plain.out 7
so-ctl emit / one 8 --to "$(cat eve.id)"
eventually contains eve.out '{"event":"push","name":"one","scope":"/","data":8}'
expect '["reload","hint"]' jq -c -s '[.[] | select(.event == "push").name]' bob.out
expect '["reload","one"]' jq -c -s '[.[] | select(.event == "push").name]' eve.out

# From a client: it is a message, says from whom, and does not come back.
say() { # URL REQUEST...: as one more client; its answers are in `out`
  local url=$1
  shift
  printf '%s\n' "$@" | "$client" --protocol scopewire.v1 --count $((1 + $#)) "$url" >out 2>err || fail "$(cat err)"
}
say "$one/chat/room1" '{"id":1,"op":"emit","name":"typing","data":true}'
contains out '{"id":1,"ok":true}'
from=$(head -n 1 out | jq -c .member)
for name in ann bob; do
  eventually contains $name.out "{\"event\":\"message\",\"name\":\"typing\",\"scope\":\"/chat/room1\",\"from\":$from,\"data\":true}"
done
say "$one/chat/room1" "{\"id\":1,\"op\":\"emit\",\"name\":\"psst\",\"data\":1,\"to\":\"$(cat bob.id)\"}" \
  "{\"id\":2,\"op\":\"emit\",\"name\":\"psst\",\"data\":1,\"to\":\"$(cat eve.id)\"}" '{"id":3,"op":"emit","name":"all","scope":"/"}'
contains out '{"id":1,"ok":true,"result":null}'
contains out '"id":2,"ok":false,"error":{"code":"not_found"' # in another room
contains out '"id":3,"ok":false,"error":{"code":"not_joined"'
eventually contains bob.out '"name":"psst"'
! grep -q '"name":"typing"\|psst' eve.out || fail 'heard in another room'

# Failures of one: nobody of this name, one that has left, one whose tool has died, one whose tool is silent.
exits 8 so-ctl emit / x --to 00000000000000aa-1
exits 2 so-ctl emit / x --to nobody
eve=$(cat eve.id)
stop eve
eventually exits 8 so-ctl emit / x --to "$eve"
bob=$(cat bob.id)
kill -s STOP "${pid_of[second]}"
since=$SECONDS
exits 27 so-ctl emit / x --to "$bob"
contains err 'timeout: no answer in time'
[ $((SECONDS - since)) -le 4 ] || fail "told after $((SECONDS - since)) s"
kill -s CONT "${pid_of[second]}"
so-ctl emit / x --to "$bob"
background waiting so-ctl emit / y --to "$bob"
stop second KILL
eventually exits 8 so-ctl emit / x --to "$bob"
stop waiting

# All events of a scope are in one order for all, however many send.
listen left "$one/chat/order" scopewire.v1
start third ws-gateway --listen 127.0.0.1:0
listen right "ws://$(address third ws)/chat/order" scopewire.v1
for sender in a b c; do
  seq 60 | sed "s/.*/{\"op\":\"emit\",\"name\":\"n\",\"data\":[\"$sender\",&]}/" >"$sender.lines"
  background "$sender" sh -c "'$client' --protocol scopewire.v1 '$one/chat/order' <$sender.lines"
done
orders() { jq -c 'select(.event == "message").data' "$1.out"; }
heard_all() { [ "$(grep -c '"name":"n"' "$1.out")" -eq 180 ]; }
eventually heard_all left
eventually heard_all right
expect "$(orders left)" orders right
