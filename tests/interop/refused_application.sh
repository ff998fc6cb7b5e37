#!/usr/bin/env bash
# Where only some applications exist, the others are refused at each door in the words of that door.
. "$(dirname "$0")/lib.sh"
need ffmpeg
client=$root/tests/support/ws.py

echo 'applications: [live]' >scopewire.yaml
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0
start gateway ws-gateway --config scopewire.yaml --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)
background member "$client" --wait "$ws/live/room1"
eventually so-ctl --at "$rtmp/live/room1" set chat message '"before"'
eventually contains member.out before

exits 5 so-ctl set /chat/room1 chat message 1
exits 5 so-ctl --at "$ws/chat/room1" set chat message 1
exits 5 so-ctl --at "$rtmp/chat/room1" set chat message 1
contains err no_application

# ffmpeg tells the reason that the status gives.
code=0
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -t 1 -c:v libx264 -f flv "$rtmp/chat/cam" 2>err </dev/null || code=$?
[ $code -ne 0 ] || fail "ffmpeg published to an application that is none"
contains err 'Server error: '
grep -Eq '/chat|no such application' err || fail "$(cat err)"

for protocol in chat scopewire.v1; do
  "$client" --wait --protocol $protocol "$ws/chat/room1" >out 2>err </dev/null
  contains err 'closed 4004'
  contains out no_application
done

so-ctl --at "$rtmp/live/room1" set chat message '"after"'
eventually contains member.out after
expect '"after"' so-ctl get /live/room1 chat message
