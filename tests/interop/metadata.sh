#!/usr/bin/env bash
# JSON from a shell reaches those who follow, metadata clients on WebSocket, and RTMP players.
. "$(dirname "$0")/lib.sh"
need ffmpeg python3 curl jq

start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
start ingest rtmp-ingest --listen 127.0.0.1:0
meta=ws://$(address gateway wsJsonMeta)
rtmp=rtmp://$(address ingest rtmp)/live/cam
client=$root/tests/support/ws.py

background follower meta-push --follow live/cam
background listener "$client" --wait "$meta/live/cam"
background all "$client" --wait "$meta/~0~0~0~"
background other "$client" --wait "$meta/live/other"
for who in listener all other; do eventually contains $who.log open; done
eventually contains follower.log following

echo '{"lat":48.2,"lon":16.4}' | meta-push live/cam
for who in follower listener all; do eventually contains $who.out '{"lat":48.2,"lon":16.4}'; done
contains listener.out '{"EMS":{"type":"json","timestamp":'
expect '{"lat":48.2,"lon":16.4}' jq -c .data follower.out
expect "" cat other.out

# A sender hears itself; the latest is there on request.
echo '{"from":"browser"}' | "$client" --count 1 "$meta/live/cam" >self.out
contains self.out '"data":{"from":"browser"}'
"$client" --count 1 "$meta/live/cam?latest=1" >latest.out
contains latest.out '"data":{"from":"browser"}'
eventually contains follower.out '{"from":"browser"}'

meta-push --get live/cam | jq -c .data >got.out
contains got.out '{"from":"browser"}'
exits 8 meta-push --get live/nothing
contains err 'no metadata'

# What was said lately is kept, in its order and with its times, for a shell and for pages.
meta-push live/log 1 2 --timestamp 100
meta-push live/log 3 --timestamp 200
last() { meta-push --get live/log --last "$1" | jq -c '[.timestamp,.data]'; }
expect $'[100,2]\n[200,3]' last 2
expect $'[100,1]\n[100,2]\n[200,3]' last 100
exits 8 meta-push --get live/nothing --last 3
exits 2 meta-push --follow live/log --last 3
room=http://$(address gateway ws)/live
expect '[[100,2],[200,3]]' sh -c "curl -fsS -d '{\"op\":\"history\",\"stream\":\"/live/log\",\"last\":2}' '$room?request' |
  jq -c '[.metadata[] | [.timestamp,.data]]'"
for n in $(seq 150); do echo "$n"; done | meta-push live/many
expect '100 51 150' sh -c "meta-push --get live/many --last 1000 | jq .data | jq -rs '\"\(length) \(.[0]) \(.[-1])\"'"

# Paced values all arrive, arguments as well as lines.
meta-push --rate 50 live/paced 1 2 3
printf '4\n5\n' | meta-push --rate 50 live/paced
expect 5 sh -c 'meta-push --get live/paced | jq -c .data'

# Without a hub a follower says that it waits, and a getter that there is none.
mkdir -m 0700 nowhere
background lonely env SCOPEWIRE_RUNTIME_DIR="$work/nowhere" meta-push --follow live/cam
eventually contains lonely.log 'waiting for it'
exits 3 env SCOPEWIRE_RUNTIME_DIR="$work/nowhere" meta-push --get live/cam --timeout 200ms
contains err 'no hub at'

# Broken input is reported with its line, and the next line still works.
exits 9 sh -c 'printf "{\"a\":1}\nnot json\n{\"a\":2}\n" | meta-push live/cam'
contains err 'line 2'
eventually contains follower.out '{"a":2}'

# RTMP players receive it as a data message, between the frames.
background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 30 -t 30 -f flv "$rtmp"
eventually -t 20 live
port=$(free_port)
background recorder "$root/tests/support/record.py" "$port" "$(address ingest rtmp | cut -d: -f2)" wire
eventually contains recorder.out ready
background flash ffmpeg -v error -i "rtmp://127.0.0.1:$port/live/cam" -c copy -f null -
pushed() {
  meta-push live/cam '{"mark":"seen in the stream"}'
  grep -qa onJsonMeta wire && grep -qa 'seen in the stream' wire
}
eventually -t 20 pushed
