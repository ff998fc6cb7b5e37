#!/usr/bin/env bash
# ws-gateway --standalone is a chat relay by itself: lines reach all in the room, and nobody in another.
. "$(dirname "$0")/lib.sh"

start gateway ws-gateway --standalone --listen 127.0.0.1:0
url=ws://$(address gateway ws)
ws=$root/tests/support/ws.py

background ann "$ws" --wait "$url/chat/room1"
background bob "$ws" --wait "$url/chat?scope=room1"
background eve "$ws" --wait "$url/chat/room2"
for who in ann bob eve; do eventually contains $who.log open; done

printf 'hello\nhello\n' | "$ws" "$url/chat/room1" >sent.out 2>sent.log
eventually expect $'hello\nhello' cat ann.out
eventually expect $'hello\nhello' cat bob.out
expect "" cat eve.out

# Who comes later is told the present state.
expect hello "$ws" --count 1 "$url/chat/room1"
# A line that is an object is sent compactly; one that only looks like it is answered.
echo '{"a": 1,  "b":"x"}' | "$ws" --count 1 "$url/chat/room2" >object.out
contains object.out '{"a":1,"b":"x"}'
echo '{"a": 1' | "$ws" --count 1 "$url/chat/room3" >broken.out
contains broken.out '"code":"bad_json"'

# What the hub inside keeps, and how much of it, is said as to so-hub.
start small ws-gateway --standalone --linger 1ms --max-objects 1 --listen 127.0.0.1:0
small=ws://$(address small ws)/chat
so-ctl --at "$small" set one k 1
eventually exits 8 so-ctl --at "$small" get one k
background user so-ctl --at "$small" watch two
eventually contains user.out two
exits 5 so-ctl --at "$small" set three k 1
contains err 'objects: 1 is the limit'
