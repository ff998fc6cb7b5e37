#!/usr/bin/env bash
# A live stream over plain HTTP: as a file that grows, as a download, as a still, and as an error when there is none.
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe curl so-fmp4-check

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0 --metrics 127.0.0.1:0
http=http://$(address serve inboundWSFMP4)

# What is not there is said at once; who wants to wait, waits.
expect '/live/cam is not live' curl -s "$http/live/cam.mp4"
exits 22 curl -fsS "$http/live/cam.mp4"
expect 404 curl -s -o body -w '%{http_code}' "$http/live/cam.mp4?wait=200ms"
contains body 'nothing of /live/cam came in time'
expect 400 curl -s -o body -w '%{http_code}' "$http/live/cam.mp4?for=ever"
contains body 'for: '

background waiter curl -fsS -o waited.mp4 "$http/live/cam.mp4?wait=20s&for=1s"
background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine -t 60 \
  -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -f flv \
  "rtmp://$(address ingest rtmp)/live/cam"
finishes 0 waiter
so-fmp4-check waited.mp4
ffmpeg -v error -xerror -i waited.mp4 -f null - || fail "waited.mp4 does not decode"

# A download of so much, whole and flawless, with its last chunk; and a player that reads while it grows.
curl -fsS -o part.mp4 "$http/live/cam.mp4?for=1s"
so-fmp4-check part.mp4 >checked
contains checked 'video/mp4; codecs="avc1.42c00b,mp4a.40.2"'
ffmpeg -v error -xerror -i part.mp4 -f null - || fail "part.mp4 does not decode"
expect $'h264\naac' sh -c "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '$http/live/cam.mp4?for=2s'"

curl -fsS -o still.mp4 "$http/live/cam.mp4?still=1"
so-fmp4-check still.mp4 >checked
contains checked '1 pictures, 0 of sound'
ffmpeg -v error -xerror -i still.mp4 -frames:v 1 still.png || fail "still.mp4 is no picture"

# Viewers by any door share one fetch of the stream; what they say of themselves is in the metrics.
background viewer "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "ws://${http#http://}/live/cam"
background reader curl -fsS -o endless.mp4 "$http/live/cam.mp4"
metrics() { curl -fsS "$(endpoint serve)/metrics"; }
both() { metrics >metrics.txt && contains metrics.txt 'scopewire_fmp4_viewers 2' && contains metrics.txt 'scopewire_fmp4_streams 1'; }
eventually both

# Pages of an origin that is listed may read what is here, as they may open a WebSocket; others may not.
start listed fmp4-serve --listen 127.0.0.1:0 --origin https://good.example
elsewhere=http://$(address listed inboundWSFMP4)
from() { # ORIGIN PATH [CURL-ARGUMENT...]: the headers for pages, and the status
  local origin=$1 path=$2
  shift 2
  curl -sS -m 20 -o body -D - -H "Origin: $origin" "$@" "$elsewhere$path" | tr -d '\r' |
    grep -iE '^(HTTP/|Vary:|Access-Control-)' | sed 's|^HTTP/1.1 \([0-9]*\).*|\1|' | sort
}
let='Access-Control-Allow-Credentials: true
Access-Control-Allow-Origin: https://good.example
Vary: Origin'
for path in /streams.json '/live/cam.mp4?still=1' '/live/cam.mp4?for=200ms' /player.js; do
  expect "200
$let" from https://good.example "$path"
  expect 200 from https://evil.example "$path"
done
expect "404
$let" from https://good.example /live/none.mp4
expect "204
Access-Control-Allow-Credentials: true
Access-Control-Allow-Headers: Authorization, Cache-Control, Range
Access-Control-Allow-Methods: GET, HEAD
Access-Control-Allow-Origin: https://good.example
Access-Control-Max-Age: 600
Vary: Origin" from https://good.example /live/cam.mp4 -X OPTIONS -H 'Access-Control-Request-Method: GET'
expect 403 from https://evil.example /live/cam.mp4 -X OPTIONS
expect 405 curl -s -o body -w '%{http_code}' -X DELETE "$elsewhere/live/cam.mp4"
expect 405 curl -s -o body -w '%{http_code}' -d x "$elsewhere/live/cam.mp4"

# The end of the stream is the end of the file.
stop publisher
finishes 0 reader
so-fmp4-check endless.mp4
