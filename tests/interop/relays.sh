#!/usr/bin/env bash
# A stream is pushed to two servers and pulled from one of them, which may go away and come back.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need ffmpeg rtmpdump

# Three servers that know nothing of each other.
declare -A bus
for name in here one two; do
  bus[$name]=ipc://$work/run/$name
  start "hub.$name" so-hub --hub "${bus[$name]}"
  start "$name" rtmp-ingest --hub "${bus[$name]}" --listen 127.0.0.1:0
done
at() { live "$2" --hub "${bus[$1]}"; } # WHERE STREAM

rtmp=rtmp://$(address here rtmp)/live/cam
one=$(address one rtmp)
background push rtmp-ingest --hub "${bus[here]}" push live/cam "rtmp://$one/in/a?key=secret" \
  "rtmp://$(address two rtmp)/in/b" "rtmp://127.0.0.1:1/in/never"
background pull rtmp-ingest --hub "${bus[two]}" pull "rtmp://$one/in/a" live/pulled
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 40 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
eventually at here /live/cam
eventually at one /in/a
eventually at two /in/b
eventually -t 20 at two /live/pulled

# Frames are those that were sent, without a hole, at both ends of the chain.
frames source.flv >sent
whole() { # FILE
  frames "$1" >"$1.got"
  is_piece 41 sent "$1.got"
}
rtmp-ingest --hub "${bus[two]}" tap in/b - --for 2s >b.flv 2>/dev/null
rtmp-ingest --hub "${bus[two]}" tap live/pulled - --for 2s >pulled.flv 2>/dev/null
whole b.flv
whole pulled.flv
contains push.log 'again in '
if grep -q secret push.log; then fail "the key of a destination is told"; fi

# A server that was restarted is found again; the other one has noticed nothing.
stop one KILL
start one rtmp-ingest --hub "${bus[one]}" --listen "$one"
eventually -t 20 at one /in/a
eventually -t 20 at two /live/pulled
at two /in/b || fail "the other destination lost the stream"

stop publisher
gone() { ! at two /in/b && ! at one /in/a; }
eventually gone
stop push
stop pull
