#!/usr/bin/env bash
# Several fmp4-serve fetch each stream that somebody watches once each, whoever watches how, and none that nobody does.
. "$(dirname "$0")/lib.sh"
need ffmpeg curl

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start one fmp4-serve --listen 127.0.0.1:0
start two fmp4-serve --listen 127.0.0.1:0
for name in cam other; do
  background $name ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=15 -t 100 -c:v libx264 -preset ultrafast \
    -tune zerolatency -g 15 -pix_fmt yuv420p -f flv "rtmp://$(address ingest rtmp)/live/$name"
done
both() { [ "$(curl -sf "http://$(address two inboundWSFMP4)/streams.json" | grep -o '"stream"' | wc -l)" = 2 ]; }
eventually -t 20 both

# Who has connected to the sockets of the media plane, of all streams.
fetches() { awk -v dir="$SCOPEWIRE_RUNTIME_DIR/media-" '$6 == "03" && index($8, dir) == 1' /proc/net/unix | wc -l; }
expect 0 fetches
watch() { # NAME EDGE PATH
  background "$1" "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "ws://$(address "$2" inboundWSFMP4)/live/$3"
  eventually contains "$1.out" '"type":"init"'
}
watch a one cam
expect 1 fetches
watch b one 'cam?fragment=gop'
background file curl -fsS -o file.mp4 "http://$(address one inboundWSFMP4)/live/cam.mp4"
eventually test -s file.mp4
expect 1 fetches
watch c two cam
expect 2 fetches
watch d one other
expect 3 fetches
stop d
eventually expect 2 fetches
for who in a b file; do stop $who; done
eventually expect 1 fetches
stop c
eventually expect 0 fetches
