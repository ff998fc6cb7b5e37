#!/usr/bin/env bash
# Several processes share a port: whichever takes a publisher or a player, the player has the stream.
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
port=$(free_port)
names=(one two three)
for name in "${names[@]}"; do start "$name" rtmp-ingest --listen "127.0.0.1:$port" --reuse-port; done
exits 1 rtmp-ingest --listen "127.0.0.1:$port"
contains err 'address already in use'

ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 4 -f flv source.flv
rtmp=rtmp://127.0.0.1:$port/live/cam
background publisher ffmpeg -v error -re -stream_loop -1 -i source.flv -c copy -f flv "$rtmp"
eventually live

# Until two of them have had a client, at least: who comes where, the kernel decides.
played=0
spread() { [ "$(grep -l 'has joined /live' one.log two.log three.log | wc -l)" -ge 2 ]; }
until [ $played -ge 3 ] && spread; do
  [ $played -lt 20 ] || fail "all clients came to one process"
  ffmpeg -v error -i "$rtmp" -map 0:v -c copy -frames:v 30 -f framemd5 "$played.md5"
  [ "$(grep -vc '^#' "$played.md5")" -eq 30 ] || fail "player $played"
  played=$((played + 1))
done

# One ends in order: its clients are told, the others take who comes.
stop two
ffmpeg -v error -re -i source.flv -c copy -t 2 -f flv "rtmp://127.0.0.1:$port/live/again"
