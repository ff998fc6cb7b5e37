#!/usr/bin/env bash
# Writers through all doors lose nothing that was acknowledged while hub, gateway and ingest are killed at random.
# limit: 420 s
# Nothing is applied twice or out of order, all agree in the end, and nobody stays as a ghost.
. "$(dirname "$0")/lib.sh"

# How long: a short storm always, five minutes with SO_STORM_SECONDS=300 (scripts/test --all).
seconds=${SO_STORM_SECONDS:-12}
ws_port=$(free_port)
rtmp_port=$(free_port)
start_hub() { start hub so-hub --store store; }
start_gateway() { start gateway ws-gateway --listen "127.0.0.1:$ws_port" --message-rate 0; }
start_ingest() { start ingest rtmp-ingest --listen "127.0.0.1:$rtmp_port"; }
start_hub
start_gateway
start_ingest

storms=()
storm() { # NAME WAY
  storms+=("$1")
  background "$1" so-storm "$seconds" 6 "$1" "$2"
}
for i in 1 2; do
  storm "bus$i" bus:/chat/room1
  storm "ws$i" "ws://127.0.0.1:$ws_port/chat/room1"
  storm "rtmp$i" "rtmp://127.0.0.1:$rtmp_port/chat/room1"
done
members() { so-ctl ls /chat/room1 | jq -e ".members == $1"; }
eventually members 6

RANDOM=7 # the same storm every time, as far as the machine lets it
killed=0
end=$((SECONDS + seconds - 3))
while [ $SECONDS -lt $end ]; do
  victim=$(printf 'hub\ngateway\ningest\n' | sed -n "$((RANDOM % 3 + 1))p")
  stop "$victim" KILL 2>/dev/null
  "start_$victim"
  killed=$((killed + 1))
  eventually -t 20 members 6 # all are back, and nobody is there twice
done
for name in "${storms[@]}"; do
  eventually -t 60 dead "$name"
  finishes 0 "$name"
  jq -e '.faults == 0 and .acknowledged > 50' "$name.out"
  jq -c .data "$name.out" >"$name.data"
  cmp bus1.data "$name.data"
done
jq -e '.repeated > 0' ws1.out
[ "$killed" -ge 3 ] || fail "only $killed kills"
gone() { ! so-ctl ls /chat/room1 | jq -e '.members > 0'; }
eventually -t 20 gone
jq -s '{kills: '"$killed"', acknowledged: map(.acknowledged) | add, repeated: map(.repeated) | add}' bus?.out ws?.out rtmp?.out
