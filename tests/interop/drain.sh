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

# Somebody who was half in when the signal came is told so; a reply on its way arrives; then it ends.
mkdir files
head -c 8M /dev/zero >files/large
cat >late.py <<'END'
import socket, sys
host, port, target, download = "127.0.0.1", int(sys.argv[1]), sys.argv[2], len(sys.argv) > 3
late, reply, size = socket.create_connection((host, port)), socket.socket(), 0
late.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n".encode())
if download:
    reply.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reply.connect((host, port))
    reply.sendall(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
    size = len(reply.recv(1000))
print("begun", flush=True)
sys.stdin.readline()
late.sendall(b"\r\n")
print(late.recv(1000).split(b"\r\n")[0].decode(), flush=True)
while download and (piece := reply.recv(1 << 20)):
    size += len(piece)
print("all" if not download or size > 8 << 20 else size, flush=True)
END
draining() { [ "$(curl -sS "$(endpoint "$1")/readyz")" = draining ]; }
comes_late() { # NAME TARGET [download]
  local port
  port=$(address "$1")
  mkfifo "go.$1"
  python3 late.py "${port##*:}" "${@:2}" <"go.$1" >"late.$1" &
  exec 8>"go.$1"
  eventually contains "late.$1" begun
  kill -TERM "${pid_of[$1]}"
  eventually draining "$1"
  echo >&8
  exec 8>&-
  eventually contains "late.$1" 'HTTP/1.1 503 Service Unavailable'
  eventually contains "late.$1" all
}
stays() { # NAME URL [PROTOCOL]: somebody is in who does not let go
  python3 - "${@:2}" >"stays.$1" <<'END' &
import sys, time
from ws import Connection
connection = Connection(*sys.argv[1:])
print("open", flush=True)
time.sleep(30)
END
  holder=$!
  eventually contains "stays.$1" open
}
ends() { # NAME
  begun=$SECONDS
  finishes 0 "$1"
  [ $((SECONDS - begun)) -lt 8 ] || fail "$1 did not end in time"
  kill "$holder"
}
brief=(--listen 127.0.0.1:0 --metrics 127.0.0.1:0 --drain-timeout 2s)
start alone ws-gateway --standalone "${brief[@]}" --static files
stays alone "ws://$(address alone)/chat"
comes_late alone /chat download
ends alone
start programs ws-gateway exec "${brief[@]}" -- cat
stays programs "ws://$(address programs)/"
comes_late programs /
ends programs
start serve fmp4-serve "${brief[@]}"
stays serve "ws://$(address serve)/live/cam" scopewire.fmp4.v1
comes_late serve /live/cam
ends serve

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
