#!/usr/bin/env bash
# On SIGTERM clients are answered and told when to come back; on one port others go on; a second signal is now.
. "$(dirname "$0")/lib.sh"
need curl
client=$root/tests/support/ws.py

start hub so-hub
# A supervisor that wants to be told.
python3 - "$work/notify" >told <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(30)
for _ in range(2):
    print(s.recv(100).decode(), flush=True)
END
eventually test -S notify

port=$(free_port)
gateway() { exec ws-gateway --listen "127.0.0.1:$port" --metrics 127.0.0.1:0 --reuse-port "$@"; }
NOTIFY_SOCKET=$work/notify start first gateway
eventually grep -qx READY=1 told
eventually curl -fsS "$(endpoint first)/readyz"
url=ws://127.0.0.1:$port/chat/room1
background rich "$client" --wait --protocol scopewire.v1 "$url"
background chat "$client" --wait "$url"
eventually contains rich.out hello
eventually contains chat.log open

# A second process on the same port, and then the first leaves.
start second gateway
eventually curl -fsS "$(endpoint second)/readyz"
stop first
contains told STOPPING=1
contains rich.out '"event":"advice","reason":"restart","after_ms":'
eventually contains rich.log 'closed 1012'
eventually contains chat.log 'closed 1001'
background again "$client" --wait "$url"
eventually contains again.log open
expect ready curl -fsS "$(endpoint second)/readyz"

# Somebody who does not let go holds a door that drains open for some seconds; a second signal ends it.
python3 - "$url" >/dev/null <<'END' &
import sys, time
from ws import Connection
connection = Connection(sys.argv[1])
print("open", flush=True)
time.sleep(30)
END
holder=$!
connected() { curl -fsS "$(endpoint second)/metrics" >scraped && grep -qx "scopewire_ws_connections $1" scraped; }
eventually connected 2
kill -TERM "${pid_of[second]}"
eventually contains again.log 'closed 1001'
expect draining curl -sS "$(endpoint second)/readyz"
begun=$SECONDS
stop second
[ $((SECONDS - begun)) -lt 3 ] || fail "the second signal was not enough"
kill "$holder"
