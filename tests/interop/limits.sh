#!/usr/bin/env bash
# Each way to trouble a WebSocket door meets its limit, its code and its counter; neighbours notice nothing.
. "$(dirname "$0")/lib.sh"
need curl
client=$root/tests/support/ws.py

start gateway ws-gateway --standalone --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --max-connections 30 \
  --connect-rate 100 --handshake-timeout 1s --ping-every 1500ms --pong-within 500ms --message-rate 50 \
  --max-message 64K --max-queue 256K
ws=ws://$(address gateway ws)
metrics=$(endpoint gateway)/metrics
background neighbour "$client" --wait "$ws/chat/room1"
eventually contains neighbour.log open

python3 - "$ws" <<'END'
import socket, sys, time
from ws import PING, TEXT, Connection, frame

url = sys.argv[1]
host, port = url[5:].split(":")
HEAD = f"GET /chat/room2 HTTP/1.1\r\nHost: {host}:{port}\r\n"
wrong = []


def check(what, wanted, got):
    if got != wanted:
        wrong.append(f"{what}: wanted {wanted}, got {got}")


def raw(data=b"", receive_buffer=0):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(8)
    s.connect((host, int(port)))
    s.sendall(data)
    return s


def rest(s):  # until the server ends it
    data = b""
    try:
        while piece := s.recv(1 << 16):
            data += piece
    except ConnectionResetError:
        pass
    return data


def open_one(path="/chat/room2", protocol=None):
    connection = Connection(url + path, protocol)
    connection.socket.settimeout(8)
    return connection


# Half a handshake: nothing, a piece, and a piece that grows.
begun = time.monotonic()
silent, half, dripping = raw(), raw(HEAD.encode()), raw()
for byte in HEAD.encode()[:8]:
    dripping.sendall(bytes([byte]))
    time.sleep(0.02)
for what, s in (("silence", silent), ("half a head", half), ("a head byte by byte", dripping)):
    check(what, b"", rest(s))
check("half heads are closed in time", True, time.monotonic() - begun < 4)

# A head that never fits.
check("an oversized header", True, b" 101 " not in rest(raw((HEAD + "X: " + "x" * 20000 + "\r\n\r\n").encode())))

# Too much in one message, in one piece or in many.
for what, data, wanted in (
    ("a large message", frame(TEXT, b"x" * 70000), 1009),
    ("a flood of fragments", frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 5000, 1008),
):
    connection = open_one()
    connection.socket.sendall(data)
    check(what, wanted, connection.close_code())

# Too many: the first are done, the next are answered, and who never stops is closed.
connection = open_one(protocol="scopewire.v1")
connection.socket.sendall(b"".join(frame(TEXT, b'{"id":%d,"op":"ping"}' % i) for i in range(150)))
done = refused = 0
while done + refused < 150:
    connection.buffer += connection.socket.recv(1 << 16)
    for opcode, payload in connection.frames():
        done += b'"ok":true' in payload
        refused += b'"code":"limit"' in payload
check("the first messages are done", True, 100 <= done < 130)
for flood in (frame(TEXT, b"x"), frame(PING, b"")):
    connection = open_one()
    connection.socket.sendall(flood * 1500)
    check("a flood", 4029, connection.close_code())

# Who answers no ping, and who reads nothing.
connection = open_one()
check("silence", 4112, connection.close_code())
stuck = raw(receive_buffer=4096)
stuck.sendall((HEAD + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").replace("room2", "room3").encode())
assert b" 101 " in stuck.recv(4096)
loud = open_one("/chat/room3")
for _ in range(40):
    loud.socket.sendall(frame(TEXT, b"x" * 60000))
    loud.buffer += loud.socket.recv(1 << 20)
    for _ in loud.frames():
        pass
    time.sleep(0.03)
loud.socket.close()
data = rest(stuck)
check("a reader that stops", True, len(data) < 1 << 21)

# Too fast, then too many; both are told and may come later.
time.sleep(2)
many, statuses = [], []
for _ in range(60):
    try:
        many.append(open_one())
    except ConnectionRefusedError as refusal:
        statuses.append(str(refusal).split()[1])
check("one too many", {"503"}, set(statuses))
check("as many as fit", True, 25 <= len(many) <= 29)
del many
statuses = [rest(raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).split(b" ", 2)[1:2] for _ in range(400)]
check("too fast", True, [b"503"] in statuses and [b"200"] in statuses)

print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
END

counted() { # COUNTER: it is not 0
  curl -fsS "$metrics" >scraped && grep -qE "^scopewire_ws_$1 [1-9]" scraped
}
for counter in 'connects_total\{result="full"\}' 'connects_total\{result="too_fast"\}' 'connects_total\{result="timeout"\}' \
  'connects_total\{result="broken"\}' \
  'limits_total\{limit="message"\}' 'limits_total\{limit="fragments"\}' 'limits_total\{limit="rate"\}' \
  'limits_total\{limit="abuse"\}' 'limits_total\{limit="pong"\}' 'limits_total\{limit="queue"\}' \
  'disconnects_total\{code="1009"\}' 'disconnects_total\{code="4029"\}' 'disconnects_total\{code="4112"\}'; do
  eventually counted "$counter"
done

# The neighbour is there and hears a line.
speak() { echo "all well" | "$client" "$ws/chat/room1"; }
eventually speak
eventually contains neighbour.out "all well"
