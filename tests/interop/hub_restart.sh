#!/usr/bin/env bash
# The hub may be killed and started again under live clients: all views converge, nothing else is restarted.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)/chat/room1

background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 30 -t 60 -f flv "$rtmp/live/cam"
background over_rtmp so-ctl --at "$rtmp/chat/room1" watch chat
background over_ws so-ctl --at "$ws" watch chat
background over_bus so-ctl watch /chat/room1 chat
watchers=(over_rtmp over_ws over_bus)
for who in "${watchers[@]}"; do eventually contains "$who.out" '"event":"sync"'; done
eventually -t 20 live
so-ctl set /chat/room1 chat before 1
for who in "${watchers[@]}"; do eventually contains "$who.out" '"before"'; done

for round in 1 2 3; do
  stop hub KILL
  start "hub" so-hub
  eventually so-ctl --at "$ws" set chat round "$round"
  for who in "${watchers[@]}"; do
    eventually expect "$round" sh -c "jq -c '(.data.round // empty), (.changes[]? | select(.key==\"round\").value)' $who.out | tail -n 1"
  done
  eventually live
  eventually so-ctl --at "$rtmp/chat/room1" set chat over_rtmp "$round"
done
# The media never noticed.
fmp4-serve tap live/cam - --for 1s >tap.mp4
ffprobe -v error tap.mp4
for who in "${watchers[@]}" ingest gateway serve; do alive "$who" || fail "$who ended"; done
