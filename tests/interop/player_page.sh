#!/usr/bin/env bash
# A browser plays a live RTMP stream on the player page, with sound and metadata, and again after the publisher restarts.
# limit: 180 s
. "$(dirname "$0")/lib.sh"
need ffmpeg chromium node

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
page=http://$(address serve inboundWSFMP4)
rtmp=rtmp://$(address ingest rtmp)/live/cam

publish() {
  background "$1" ffmpeg -v error -re -f lavfi -i testsrc2=s=320x180:r=30 -f lavfi -i sine=sample_rate=48000 \
    -c:v libx264 -preset ultrafast -tune zerolatency -g 60 -pix_fmt yuv420p -c:a aac -t "$2" -f flv "$rtmp"
}
listed() { curl -sf "$page/streams.json" | grep -q '"/live/cam"'; }

publish first 20
eventually -t 20 listed
until [ -e enough ]; do
  meta-push live/cam '{"lat":48.2,"lon":16.4}'
  sleep 0.5
done >metadata.out 2>&1 &
feeder=$!

background browser node "$root/tests/support/browser.mjs" "$page/#live/cam" --timeout 100 \
  --wait 'window.scopewirePlayer && scopewirePlayer.presented > 60 && scopewirePlayer.metadata > 2 && (window.first ??= scopewirePlayer.presented) && scopewirePlayer.presented > 900' \
  --eval '({presented: scopewirePlayer.presented, codecs: scopewirePlayer.codecs, video: scopewirePlayer.width})' \
  --screenshot page.png
eventually -t 60 dead first
publish second 60
eventually -t 100 dead browser
touch enough
wait $feeder
finishes 0 browser
expect 320 jq .video browser.out
jq -r '.codecs | tostring' browser.out >codecs
contains codecs avc1
contains codecs mp4a
[ -s page.png ] || fail "no screenshot"
[ -z "${SO_KEEP:-}" ] || cp page.png "$SO_KEEP/player_page.png"
