#!/usr/bin/env bash
# A publisher that hangs or is lost keeps its own return out for seconds at most, and players stay through it.
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start other rtmp-ingest --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)/live/cam
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 40 -f flv source.flv
publishes() { exec ffmpeg -v error -re -i source.flv -c copy -f flv "rtmp://$(address "$1" rtmp)/live/cam"; }

background first publishes ingest
eventually live
background player ffmpeg -v error -i "$rtmp" -map 0:v -c copy -flush_packets 1 -f framemd5 player.md5
had() { grep -vc '^#' player.md5 || true; }
has() { [ "$(had)" -ge "$1" ]; }
eventually -t 20 has 30

# It is killed, and comes back: the same player goes on.
stop first KILL
before=$(had)
background second publishes ingest
eventually has $((before + 60))

# It is there and says nothing any more, as after the loss of a network: the next one waits 2 seconds,
# though it comes to another process.
kill -STOP "${pid_of[second]}"
before=$(had)
background third publishes other
eventually -t 8 contains ingest.log 'another publisher has taken over'
eventually has $((before + 60))
kill -CONT "${pid_of[second]}"
eventually dead second

# One that lives is not replaced, at neither of the two.
exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "rtmp://$(address other rtmp)/live/cam"
alive player || fail "the player has left"
stop third
eventually dead player

# One clock for the player: it never went back.
awk -F, '!/^#/ { if (seen++ && $2 + 0 < last) bad = 1; last = $2 + 0 } END { exit bad }' player.md5 ||
  fail "timestamps went back"
