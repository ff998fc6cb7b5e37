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
live() { so-ctl --hub "${bus[$1]}" ls | grep -q "\"stream\":\"$2\""; } # WHERE STREAM

rtmp=rtmp://$(address here rtmp)/live/cam
one=$(address one rtmp)
background push rtmp-ingest --hub "${bus[here]}" push live/cam "rtmp://$one/in/a?key=secret" \
  "rtmp://$(address two rtmp)/in/b" "rtmp://127.0.0.1:1/in/never"
background pull rtmp-ingest --hub "${bus[two]}" pull "rtmp://$one/in/a" live/pulled
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 40 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
eventually live here /live/cam
eventually live one /in/a
eventually live two /in/b
eventually -t 20 live two /live/pulled

# Frames are those that were sent, without a hole, at both ends of the chain.
frames() { ffmpeg -v error -i "$1" -map 0:v -c copy -f framemd5 - | awk -F, '!/^#/ {print $6}'; }
frames source.flv >sent
whole() { # FILE
  frames "$1" >got
  python3 - <<'END' || fail "$1: $(wc -l <got) frames that are no piece of what was sent"
sent, got = open("sent").read().split(), open("got").read().split()
raise SystemExit(0 if len(got) > 40 and any(sent[i:i + len(got)] == got for i in range(len(sent))) else 1)
END
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
eventually -t 20 live one /in/a
eventually -t 20 live two /live/pulled
live two /in/b || fail "the other destination lost the stream"

stop publisher
gone() { ! live two /in/b && ! live one /in/a; }
eventually gone
stop push
stop pull
