#!/usr/bin/env bash
# Plain WebSocket chat and RTMP shared objects are one room: every spelling of it, every line once.
. "$(dirname "$0")/lib.sh"

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)
client=$root/tests/support/ws.py

background by_path "$client" --wait "$ws/chat/room1"
background by_query "$client" --wait "$ws/chat?scope=room1"
background flash_path so-ctl --at "$rtmp/chat/room1" watch chat
background flash_query so-ctl --at "$rtmp/chat?scope=room1" watch chat
for who in by_path by_query; do eventually contains $who.log open; done
for who in flash_path flash_query; do eventually contains $who.out sync; done

# From Flash to WebSocket, before any WebSocket line was sent; each hears it once.
so-ctl --at "$rtmp/chat/room1" set chat message '"from flash"'
for who in by_path by_query; do eventually expect "from flash" cat $who.out; done

# From WebSocket to Flash, a repeated line too.
printf 'again\nagain\n' | "$client" "$ws/chat/room1" >said.out
lines() { jq -r 'select(.event=="change").changes[].value' "$1"; }
for who in flash_path flash_query; do eventually expect $'from flash\nagain\nagain' lines $who.out; done
for who in by_path by_query; do eventually expect $'from flash\nagain\nagain' cat $who.out; done

# The room outlives its last Flash client while a browser is there; Flash returns to what was said meanwhile.
stop flash_path
stop flash_query
echo "are you there" | "$client" "$ws/chat/room1" >said.out
eventually contains by_path.out "are you there"
so-ctl --at "$rtmp/chat/room1" watch --count 1 chat >back.out
expect '"are you there"' jq -c .data.message back.out
