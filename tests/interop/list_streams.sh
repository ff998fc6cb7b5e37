#!/usr/bin/env bash
# so-ctl ls streams says what each stream carries, whoever publishes it, and at which door one asks.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg jq chromium node
start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
expect '' so-ctl ls streams

ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25 -c:v libx264 -g 25 -b:v 400k -minrate 400k -maxrate 400k \
  -bufsize 100k -x264-params nal-hrd=cbr -t 60 -f flv source.flv
background cam ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp/live/cam"
eventually -t 20 contains ingest.log 'publishes /live/cam'
background player ffmpeg -v error -i "$rtmp/live/cam" -c copy -f null -
mkfifo pipe.flv
background feed ffmpeg -v error -y -re -i source.flv -c copy -f flv pipe.flv
background pipe bash -c 'exec rtmp-ingest publish - studio/a/pipe <pipe.flv'
background pull rtmp-ingest pull "$rtmp/live/cam" live/copy

carries() { # STREAM PLAYERS [WORD...]: 25 pictures a second, a key frame a second, 400 kbit/s
  so-ctl "${@:3}" ls streams | jq -es --arg stream "$1" --argjson players "$2" 'map(select(.stream == $stream))[0].rates |
    .frames_per_second >= 20 and .frames_per_second <= 30 and .gop >= 800 and .gop <= 1200 and
    .bytes_per_second >= 25000 and .bytes_per_second <= 75000 and .players == $players' >/dev/null
}
eventually -t 20 carries /live/cam 2
eventually -t 20 carries /live/copy 0
eventually -t 20 carries /studio/a/pipe 0
carries /live/cam 2 --at "ws://$(address gateway ws)/" || fail 'the door of WebSocket knows less'
so-ctl ls streams /studio >studio
[ "$(wc -l <studio)" -eq 1 ] || fail "$(cat studio)"
contains studio '"stream":"/studio/a/pipe"'

# For people, a table.
script -qec 'so-ctl ls streams' /dev/null >table </dev/null
contains table '  KBIT/S  FPS     GOP  PLAYERS  STREAM'
grep -Eq '^ +[0-9]{3} +[23][0-9] +[01]\.[0-9]{2}s +2  /live/cam' table || fail "$(cat table)"

# In the inspector.
timeout 60 node "$root/tests/support/browser.mjs" "http://$(address gateway ws)/inspector.html#scope=/live" --timeout 40 \
  --wait "/ pictures.s, a key frame every [01][.][0-9] s, 2 players/.test(document.querySelector('#stream-rows')?.innerText)" \
  ${SO_KEEP:+--screenshot "$SO_KEEP/streams.png"}

# One that says nothing any more is there and carries nothing.
kill -STOP "${pid_of[cam]}"
silent() { so-ctl ls streams /live | jq -es 'map(select(.stream == "/live/cam"))[0] | has("rates") | not' >/dev/null; }
eventually -t 20 silent
