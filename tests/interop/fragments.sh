#!/usr/bin/env bash
# Viewers get fragments of a frame, of a time or of a group of pictures, as they or the server like, out of one fetch and one muxer.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe curl jq so-fmp4-check

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
printf 'fragment: gop\n' >scopewire.yaml
start serve fmp4-serve --config scopewire.yaml --listen 127.0.0.1:0 --metrics 127.0.0.1:0
http=http://$(address serve inboundWSFMP4)

expect 400 curl -s -o body -w '%{http_code}' "$http/live/cam.mp4?fragment=1ms"
contains body 'fragment: frame, gop, or a time of 50ms to 5s in steps of 50ms'
expect 400 curl -s -o body -w '%{http_code}' -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
  -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' "$http/live/cam?fragment=x"
exits 2 fmp4-serve --fragment 1ms --listen 127.0.0.1:0
contains err '--fragment: frame, gop, or a time'

background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine=sample_rate=48000 -t 100 \
  -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -f flv \
  "rtmp://$(address ingest rtmp)/live/cam"
live() { curl -sf "$http/streams.json" | grep -q '"/live/cam"'; }
eventually -t 20 live

background viewer "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "ws://${http#http://}/live/cam?fragment=500ms"
for cut in frame 100ms gop; do
  background file-$cut curl -fsS -o $cut.mp4 "$http/live/cam.mp4?fragment=$cut&for=4s"
done
background file-yaml curl -fsS -o yaml.mp4 "$http/live/cam.mp4?for=4s"
background tap sh -c 'exec fmp4-serve tap live/cam - --for 3s --fragment 200ms >tap.mp4'
one_stream() { curl -fsS "$(endpoint serve)/metrics" >metrics.txt && contains metrics.txt 'scopewire_fmp4_streams 1'; }
eventually one_stream
for cut in frame 100ms gop yaml; do finishes 0 file-$cut; done
finishes 0 tap

# fragments FILE LEAST MOST: so many, and all of it is flawless for the checker and for ffmpeg.
fragments() {
  local n
  so-fmp4-check "$1.mp4" >checked
  ffmpeg -v error -xerror -i "$1.mp4" -f null - 2>decoded || fail "$1: $(cat decoded)"
  [ ! -s decoded ] || fail "$1: $(cat decoded)"
  n=$(grep -ao moof "$1.mp4" | wc -l)
  if [ "$n" -lt "$2" ] || [ "$n" -gt "$3" ]; then fail "$1: $n fragments"; fi
}
fragments frame 280 330 # 120 pictures, 187 of sound
fragments 100ms 35 50
fragments gop 4 6
fragments yaml 4 6
fragments tap 14 25

# The viewer on the WebSocket: half a second a message.
stop viewer
python3 - <<'END2'
lines = open("viewer.out").read().split("\n")
first = next(i for i, line in enumerate(lines) if '"type":"init"' in line)
runs = [line for line in lines[first + 2:-1] if line.startswith("0")]
assert len(runs) > 4, len(runs)
counts = [int(line[line.index(b"trun".hex()) + 16:][:8], 16) for line in runs if b"trun".hex() in line]
# The first is what it began with; a key frame begins another before its time.
assert all(n <= 18 for n in counts[1:]) and sorted(counts)[len(counts) // 2] >= 12, counts
END2
