#!/usr/bin/env bash
# The rules of scopewire.yaml hold at each door, and SIGHUP reads them again or keeps them.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg
client=$root/tests/support/ws.py

cat >scopewire.yaml <<'END'
policy:
  rules:
    - {deny: connect, scope: /chat/staff/**, reason: staff only}
    - {allow: write, object: poll, key: "votes.*"}
    - {deny: [write, delete], object: poll, role: [anonymous, guest], reason: only the host asks}
    - {deny: read, object: secret, claims: {door: rtmp}}
    - {deny: create, object: "new*"}
    - {deny: [publish, play], scope: /live, name: "private*", reason: not this one}
  limits:
    - {scope: /chat/small, members: 1}
  objects:
    - {scope: /chat/*, name: poll, values: {question: "what next?", votes.a: 0}}
END
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --config scopewire.yaml --listen 127.0.0.1:0
start video fmp4-serve --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)
background member "$client" --wait --protocol scopewire.v1 "$ws/chat/room1" # the room stays
eventually contains member.out hello
for door in "$ws" "$rtmp"; do # both anonymous
  exits 5 so-ctl --at "$door/chat/staff/a" set chat k 1
  exits 5 so-ctl --at "$door/chat/room1" set poll question '"mine"'
  exits 5 so-ctl --at "$door/chat/room1" del poll question
  exits 5 so-ctl --at "$door/chat/room1" set new1 k 1
  so-ctl --at "$door/chat/room1" set poll votes.a 1
  expect '"what next?"' so-ctl --at "$door/chat/room1" get poll question
done
exits 5 so-ctl --claims '{"role":"guest"}' set /chat/room1 poll question 1
contains err 'only the host asks'
so-ctl --claims '{"role":"host"}' set /chat/room1 poll question '"how?"'
so-ctl set /chat/staff/a chat k 1
exits 2 so-ctl --claims guest get /chat/room1 poll

# From a room that is open nobody reaches into one that is not.
background staff so-ctl watch /chat/staff/a chat
eventually contains staff.out '"k":1'
"$client" --protocol scopewire.v1 --count 8 "$ws/chat/room1" >out 2>err <<'END' || fail "$(cat err)"
{"id":1,"op":"get","scope":"/chat/staff/a","object":"chat"}
{"id":2,"op":"set","scope":"/chat/staff/a","object":"chat","key":"k","value":2}
{"id":3,"op":"delete","scope":"/chat/staff/a","object":"chat","key":"k"}
{"id":4,"op":"clear","scope":"/chat/staff/a","object":"chat"}
{"id":5,"op":"send","scope":"/chat/staff/a","object":"chat","handler":"h"}
{"id":6,"op":"set","scope":"/chat/staff/a","object":"chat","key":"k","value":2,"expect":1}
{"id":7,"op":"set","object":"chat","key":"k","value":1}
END
expect 6 grep -c '"code":"denied","message":"staff only"' out
contains out '"id":7,"ok":true'
so-ctl set /chat/staff/a chat k 3
eventually contains staff.out '"value":3'
! grep -E '"value":2|delete|clear|"send"' staff.out || fail 'the staff hears who was not let in'
stop staff

# Who is refused over WebSocket is told what there is.
"$client" --protocol scopewire.v1 --count 2 "$ws/chat/room1" >out 2>err \
  <<<'{"id":1,"op":"set","object":"poll","key":"question","value":"mine"}' || fail "$(cat err)"
contains out '"error":{"code":"denied","message":"only the host asks","action":"write","index":0,"key":"question","value":"how?","values":{"question":"how?"}'

# A room that nobody may enter is refused before the upgrade, here and by the hub alone.
exits 1 "$client" "$ws/chat/staff/a"
contains err '403'
start unruled ws-gateway --listen 127.0.0.1:0
"$client" --wait --protocol scopewire.v1 "ws://$(address unruled ws)/chat/staff/a" >out 2>err </dev/null || true
contains out '"code":"denied","message":"staff only"'
contains err 'closed 4003 staff only'

# One door may be closed where another is open; a full room is full, but for the operator.
so-ctl set /chat/room1 secret k 1
exits 5 so-ctl --at "$rtmp/chat/room1" get secret k
expect 1 so-ctl --at "$ws/chat/room1" get secret k
background first "$client" --wait --protocol scopewire.v1 "$ws/chat/small"
eventually contains first.out hello
exits 5 so-ctl --at "$ws/chat/small" set o k 1
so-ctl set /chat/small o k 1

# Streams: who may not publish or play is told so in the words of RTMP and of WebSocket.
clip=(-v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -tune zerolatency -g 15 -f flv)
exits 1 ffmpeg -t 1 "${clip[@]}" "$rtmp/live/private1"
ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -t 20 -c:v libx264 -tune zerolatency -g 15 -f flv - 2>clip.err |
  rtmp-ingest publish - live/private1 2>publish.log &
publisher=$!
eventually sh -c 'so-ctl ls /live | grep -q private1'
exits 1 ffmpeg -v error -i "$rtmp/live/private1" -t 1 -f null -
contains ingest.log 'was refused to play /live/private1: not this one'
"$client" --wait "ws://$(address video)/live/private1" >out 2>err </dev/null || true
contains err 'closed 4003 not this one'

# SIGHUP: a file with a mistake changes nothing and says where it is, a good one is in force at once.
cp scopewire.yaml good.yaml
sed -i 's/deny: connect/deny: conect/' scopewire.yaml
for tool in hub gateway; do
  kill -s HUP "${pid_of[$tool]}"
  eventually contains $tool.log 'the policy stays as it was: scopewire.yaml:3: unknown action "conect", did you mean "connect"?'
done
exits 5 so-ctl --at "$ws/chat/staff/a" get chat k
: >scopewire.yaml
kill -s HUP "${pid_of[hub]}"
eventually contains hub.log 'scopewire.yaml has no policy'
exits 5 so-ctl --at "$rtmp/chat/staff/a" get chat k
sed 's/deny: connect/deny: play/; s/name: poll/name: board/' good.yaml >scopewire.yaml
for tool in hub gateway; do
  kill -s HUP "${pid_of[$tool]}"
  eventually contains $tool.log 'policy read again from scopewire.yaml: 6 rules, 1 limits, 1 objects'
done
so-ctl set /chat/staff/a chat k 1 # nobody uses it: it may be gone since
expect 1 so-ctl --at "$ws/chat/staff/a" get chat k
expect '"what next?"' so-ctl --at "$rtmp/chat/room1" get board question
kill "$publisher" 2>/dev/null || true
wait "$publisher" 2>/dev/null || true

# A gateway alone has all of it inside.
start alone ws-gateway --standalone --config good.yaml --listen 127.0.0.1:0
alone=ws://$(address alone ws)
exits 1 "$client" "$alone/chat/staff/a"
exits 5 so-ctl --at "$alone/chat/room1" set poll question 1
expect '"what next?"' so-ctl --at "$alone/chat/room1" get poll question
cp scopewire.yaml good.yaml
kill -s HUP "${pid_of[alone]}"
eventually contains alone.log 'policy read again'
so-ctl --at "$alone/chat/staff/a" set chat k 1
