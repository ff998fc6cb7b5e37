#!/usr/bin/env bash
# A full mailbox is read over a thin line, through a queue that it does not fit into.
. "$(dirname "$0")/lib.sh"
need curl jq python3

printf 'thirty-two bytes of secret, or so' >secret
ann=$(printf 'a%.0s' {1..250}) # every event says it
token=$(so-ctl token --sign-key secret --sub "$ann")
start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0 --token-key secret --token-optional --max-queue 256K --message-rate 0
at=$(address gateway ws)/chat
so-ctl inbox "$ann" --timeout 1s || [ $? -eq 27 ]

# 1000 notes, all that it holds.
note=$(head -c 900 /dev/zero | tr '\0' x)
jq -nc --arg to "$ann" --arg note "$note" '[range(100) | {op: "notify", identity: $to, message: $note}]' >notes
for _ in {1..10}; do curl -fsS -d @notes "http://$at?request" >said; done
contains said '"version":1000'

# Takes little at a time, and nothing before the gateway has got all that the hub tells it at once.
cat >read.py <<'PY'
import json, socket, sys
sys.path.insert(0, sys.argv[2])
from ws import CLOSE, TEXT, Connection, code_of
reader = Connection(sys.argv[1], "scopewire.v1")
reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
reader.send('{"id":1,"op":"register"}')
other = Connection(sys.argv[1], "scopewire.v1")  # when it is answered, the hub has answered the first
other.send('{"id":1,"op":"notify","identity":"nobody","message":1}')
while b"not_found" not in other.next_frame()[1]:
    pass
last = 0
while last < 1000:
    opcode, payload = reader.next_frame()
    if opcode in (CLOSE, None):
        sys.exit(f"closed {code_of(payload)} after {last}")
    event = json.loads(payload) if opcode == TEXT else {}
    if event.get("event") == "mail":
        assert event["seq"] == last + 1, (event["seq"], last)
        last = event["seq"]
        reader.send(json.dumps({"op": "ack", "epoch": event["epoch"], "seq": last}))
PY
python3 read.py "ws://$at?token=$token" "$root/tests/support"
