#!/usr/bin/env bash
# What is said to an identity reaches it: at once, later, after kill -9 of the hub, in order, until it is acknowledged.
. "$(dirname "$0")/lib.sh"
client=$root/tests/support/ws.py
messages() { jq -c .message "$@"; }

start hub so-hub --store store
start gateway ws-gateway --listen 127.0.0.1:0
ws=ws://$(address gateway ws)
exits 8 so-ctl notify ann 1
contains err 'not_found: no mailbox ann'

# Told at once, from both doors; without a reader it waits, and outlives the hub.
background reader so-ctl inbox ann --count 2
eventually so-ctl notify ann '{"n":1}'
so-ctl --at "$ws/chat" notify ann '"two"'
finishes 0 reader
expect '{"n":1}
"two"' messages reader.out
for n in 3 4 5; do so-ctl notify ann $n; done
stop hub KILL
start hub so-hub --store store
so-ctl notify ann 6
expect $'3\n4\n5\n6' messages <(so-ctl inbox ann --count 4)
exits 27 so-ctl inbox ann --timeout 1s # all of it was acknowledged
[ ! -s out ] || fail "told again: $(cat out)"

# What a reader did not acknowledge comes again, with the same number; what it did does not.
printf '%s\n' '{"id":1,"op":"register","identity":"ann"}' |
  "$client" --protocol scopewire.v1 --count 2 "$ws/chat/room1" >out 2>err # anonymous
contains out '"code":"denied","message":"register of ann is for that user alone"'
printf 'thirty-two bytes of secret, or so' >secret
start door ws-gateway --token-key secret --listen 127.0.0.1:0
door=ws://$(address door ws)
so-ctl token --sign-key secret --sub ann >ann.jwt
so-ctl notify ann 7
so-ctl notify ann 8
exits 5 so-ctl --at "$door/chat" --token-file ann.jwt inbox bob
printf '%s\n' '{"op":"register"}' |
  "$client" --wait --protocol scopewire.v1 --count 3 "$door/chat?token=$(cat ann.jwt)" >lost 2>err
tail -n 2 lost | jq -c '[.seq,.message]' >seen
expect $'[7,7]\n[8,8]' cat seen
expect '7' messages <(so-ctl --at "$door/chat" --token-file ann.jwt inbox ann --count 1)
expect '8' messages <(so-ctl inbox ann --count 1)

# Who comes later takes the place, unless there is one for both; then both hear of it.
background first so-ctl --at "$door/chat" --token-file ann.jwt inbox ann
eventually so-ctl notify ann 9
eventually contains first.out '"message":9'
background second so-ctl inbox ann --connections 2
both_hear() { so-ctl notify ann 10 && grep -q '"message":10' second.out; } # once it has registered
eventually both_hear
eventually contains first.out '"message":10'
background third so-ctl inbox ann
finishes 5 first
finishes 5 second
contains first.log 'replaced: others have registered as this identity'
so-ctl notify ann 11
eventually contains third.out '"message":11'

# A hub that comes back finds its readers, who are told once.
stop hub KILL
start hub so-hub --store store
so-ctl notify ann 12
eventually contains third.out '"message":12'
expect $'11\n12' messages third.out
stop third
for n in 13 14; do so-ctl notify ann $n; done
expect $'13\n14' messages <(so-ctl inbox ann --count 2)

# A gateway alone has it inside.
start alone ws-gateway --standalone --token-key secret --store own --listen 127.0.0.1:0
alone=ws://$(address alone ws)
background reader so-ctl --at "$alone/chat" --token-file ann.jwt inbox ann
eventually so-ctl --at "$alone/chat" --token-file ann.jwt notify ann '"hello"'
eventually contains reader.out '"message":"hello"'
stop reader
so-ctl --at "$alone/chat" --token-file ann.jwt notify ann '"later"'
stop alone KILL
start alone ws-gateway --standalone --token-key secret --store own --listen 127.0.0.1:0
expect '"later"' messages <(so-ctl --at "ws://$(address alone ws)/chat" --token-file ann.jwt inbox ann --count 1)
