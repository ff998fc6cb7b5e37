#!/usr/bin/env bash
# scopewire.js in Node and in a browser counts through kill -9 of gateway and hub: nothing lost, nothing twice, all in order.
# limit: 150 s
. "$(dirname "$0")/lib.sh"
need chromium node

port=$(free_port)
start_gateway() { start gateway ws-gateway --listen "127.0.0.1:$port"; }
start_hub() { start hub so-hub --store store --max-log 100000; } # one counts on while the other backs off
start_hub
start_gateway
background tally node --experimental-websocket --no-warnings "$root/tests/support/tally.mjs" \
  "http://127.0.0.1:$port" /game/one
steps() { grep -c '^step' tally.out; }
goes_on() { [ "$(steps)" -gt "$1" ]; }
counts() { eventually -t 40 goes_on "$(steps)"; }

eventually -t 40 contains tally.out step
for _ in 1 2 3; do
  stop gateway KILL
  start_gateway
  counts
done
for _ in 1 2 3; do
  stop hub KILL
  start_hub
  counts
done
kill -TERM "${pid_of[tally]}"
finishes 0 tally
tail -n 1 tally.out >report
for who in node page; do
  jq -e --arg who "$who" '.[$who] | .lost == 0 and .twice == 0 and .disordered == 0 and .refused == []' report >verdict ||
    fail "$who: $(cat report)"
  # After the gateway's death it goes on where it was; the hub keeps no log of batches, and says so.
  jq -e --arg who "$who" '.[$who] | .resumed >= 3 and .snapshots <= 3' report >verdict || fail "$who: $(cat report)"
done
# A batch applied twice, or not at all, is a version too many or missing.
jq -e '.node.version == .written + 1 and .page.version == .written + 1' report >verdict || fail "$(cat report)"
[ "$(so-ctl get /game/one tally | jq '.node + .page')" = "$(jq .written report)" ] || fail "$(cat report)"
cat report
