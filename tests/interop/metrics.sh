#!/usr/bin/env bash
# The daemons tell Prometheus what they have and do, and say that they live.
. "$(dirname "$0")/lib.sh"
need curl

start hub so-hub --store store --metrics 127.0.0.1:0
url=$(endpoint hub)
so-ctl --persistent set /chat board x 1
so-ctl set /chat board x 1
exits 8 so-ctl get /chat nosuch
curl -fsS "$url/metrics" >metrics
for line in 'scopewire_build_info{tool="so-hub"' 'scopewire_hub_scopes 1' 'scopewire_hub_objects 1' \
  'scopewire_hub_requests_total{kind="change"} 2' 'scopewire_hub_changes_total{status="ok"} 1' \
  'scopewire_hub_changes_total{status="noop"} 1' 'scopewire_hub_refusals_total{code="not_found"} 1' \
  'scopewire_store_commits_total{result="failed"} 0' 'scopewire_bus_frames_total{direction="in"}'; do
  contains metrics "$line"
done
expect ok curl -fsS "$url/healthz"
exits 22 curl -fsS "$url/nothing"

start ingest rtmp-ingest --listen 127.0.0.1:0 --metrics 127.0.0.1:0
so-ctl --at "rtmp://$(address ingest rtmp)/chat" set other y 2
curl -fsS "$(endpoint ingest)/metrics" >metrics
for line in 'scopewire_build_info{tool="rtmp-ingest"' 'scopewire_rtmp_clients ' \
  'scopewire_rtmp_object_messages_total ' 'scopewire_rtmp_unknown_events_total 0'; do
  contains metrics "$line"
done
expect ok curl -fsS "$(endpoint ingest)/healthz"

# Of each stream: what has come, and who is there.
need ffmpeg
background publisher ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 30 -f flv "rtmp://$(address ingest rtmp)/live/cam?key=secret"
counts() {
  curl -fsS "$(endpoint ingest)/metrics" >metrics
  grep -Eq '^scopewire_rtmp_stream_key_frames_total\{stream="/live/cam"\} ([3-9]|[1-9][0-9])' metrics
}
eventually -t 20 counts
for line in 'scopewire_rtmp_streams 1' 'scopewire_rtmp_stream_players{stream="/live/cam"} 0' \
  'scopewire_rtmp_stream_gop_seconds{stream="/live/cam"} 0.' 'scopewire_rtmp_stuck_players_total 0' \
  'scopewire_rtmp_stream_key_frame_age_seconds{stream="/live/cam"} '; do
  contains metrics "$line"
done
value() { awk -v "of=scopewire_rtmp_stream_$1{stream=\"/live/cam\"}" '$1 == of { print $2 }' metrics; }
between() { # LEAST MOST NAME
  curl -fsS "$(endpoint ingest)/metrics" >metrics
  awk -v "value=$(value "$3")" -v "least=$1" -v "most=$2" 'BEGIN { exit !(value >= least && value <= most) }'
}
eventually -t 20 between 27 33 frames_per_second # what ffmpeg was told
eventually -t 20 between 0.4 0.6 gop_seconds
eventually between 0 0.7 key_frame_age_seconds
eventually between 1000 100000 bytes_per_second
if grep -q secret metrics ingest.log; then fail "a stream key is told"; fi
start gateway ws-gateway --listen 127.0.0.1:0 --metrics 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0 --metrics 127.0.0.1:0
for tool in gateway serve; do
  eventually curl -fsS "$(endpoint $tool)/readyz"
  curl -fsS "$(endpoint $tool)/metrics" >metrics
  for line in 'scopewire_build_info{tool="' 'scopewire_ws_connections 0' 'scopewire_ws_connects_total{result="open"} 0' \
    'scopewire_ws_messages_in_total 0' 'scopewire_ws_limits_total{limit="queue"} 0'; do
    contains metrics "$line"
  done
done

# What Prometheus needs is little; it takes the clients nothing away.
files() { awk '/^Max open files/ { print $4 }' "/proc/${pid_of[$1]}/limits"; }
if [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 16000 ]; then
  for tool in gateway serve ingest; do
    [ "$(files $tool)" -ge 2000 ] || fail "$tool may open $(files $tool) files"
  done
  [ "$(files gateway)" -ge 10000 ] || fail "ws-gateway may open $(files gateway) files"
fi
stop hub
eventually exits 22 curl -fsS "$(endpoint gateway)/readyz"
eventually exits 22 curl -fsS "$(endpoint serve)/readyz"

# Not for everybody unless somebody says so.
exits 2 so-hub --hub "ipc://$work/other" --metrics 0.0.0.0:0
contains err allow-anonymous
