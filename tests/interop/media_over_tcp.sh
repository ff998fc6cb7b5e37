#!/usr/bin/env bash
# Streams go to other machines over tcp://, with keys, or where somebody has written that they need none.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg curl so-fmp4-check

exits 2 rtmp-ingest --listen 127.0.0.1:0 --media tcp://127.0.0.1
contains err '--media: tcp:// needs --key and --media-keys'
exits 2 rtmp-ingest --listen 127.0.0.1:0 --media insecure+tcp://0.0.0.0
contains err 'nobody can connect to that'
exits 2 rtmp-ingest --listen 127.0.0.1:0 --media /tmp
contains err 'only tcp://HOST is supported'

bus=tcp://127.0.0.1:$(free_port)
for name in hub ingest edge stranger; do so-ctl keygen $name >$name.known; done
cat ingest.pub edge.pub stranger.pub >tools
cp edge.pub edges
start hub so-hub --hub "$bus" --key hub.key --tool-keys tools
# Each on a machine of its own: nothing in the file system is shared.
for machine in first second third; do mkdir -m 0700 $machine; done
on() { echo "SCOPEWIRE_RUNTIME_DIR=$work/$1"; }
start ingest env "$(on first)" rtmp-ingest --listen 127.0.0.1:0 --hub "$bus" --key ingest.key --hub-key hub.pub \
  --media tcp://127.0.0.1 --media-keys edges
start edge env "$(on second)" fmp4-serve --listen 127.0.0.1:0 --hub "$bus" --key edge.key --hub-key hub.pub
start stranger env "$(on third)" fmp4-serve --listen 127.0.0.1:0 --hub "$bus" --key stranger.key --hub-key hub.pub
publish() {
  background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine=sample_rate=48000 -t 100 \
    -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -f flv "rtmp://$(address ingest rtmp)/live/cam"
}
publish
file() { curl -fsS -o "$1.mp4" "http://$(address "$1" inboundWSFMP4)/live/cam.mp4?for=1s&wait=5s"; }
eventually -t 30 file edge
so-fmp4-check edge.mp4 >checked
contains checked 'avc1'
contains checked 'mp4a'
exits 22 curl -fsS "http://$(address stranger inboundWSFMP4)/live/cam.mp4?for=1s&wait=2s"
contains ingest.log "nobody fetches media here from 127.0.0.1: the key $(cat stranger.known) is not known"
env "$(on second)" rtmp-ingest tap live/cam - --for 1s --hub "$bus" --key edge.key --hub-key hub.pub >edge.flv
[ -s edge.flv ] || fail "an rtmp-ingest elsewhere got nothing"

# A range of ports, for firewalls; and nobody proves anything.
stop publisher
stop ingest
port=$(free_port)
start ingest env "$(on first)" rtmp-ingest --listen 127.0.0.1:0 --hub "$bus" --key ingest.key --hub-key hub.pub \
  --media "insecure+tcp://127.0.0.1:$port-$((port + 3))"
publish
eventually -t 30 file stranger
so-fmp4-check stranger.mp4 >checked
grep -q ":$(printf %04X "$port") " /proc/net/tcp || fail "nothing listens on port $port"
