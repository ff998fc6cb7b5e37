#!/usr/bin/env bash
# A WebSocket client that breaks the rules gets the close code, error or HTTP status for it; others go on.
. "$(dirname "$0")/lib.sh"
client=$root/tests/support/ws.py

start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
ready() { curl -sf "http://$1/readyz" >/dev/null; }
eventually ready "$(address gateway ws)"
eventually ready "$(address serve)"

background neighbour "$client" --wait "ws://$(address gateway ws)/chat/room1"
eventually contains neighbour.log open

python3 - "$(address gateway ws)" "$(address gateway wsJsonMeta)" "$(address serve)" <<'END'
import json, socket, struct, sys, time
from ws import BINARY, CLOSE, PING, TEXT, Connection, frame

rooms, meta, video = ("ws://" + address for address in sys.argv[1:])
ROOM, RICH, META, VIDEO = (rooms + "/chat/room2", "chat"), (rooms + "/chat/room2", "scopewire.v1"), (meta + "/live/cam", None), (video + "/live/cam", None)


def connect(door):
    connection = Connection(*door)
    connection.socket.settimeout(3)
    if door is RICH:
        assert next_text(connection)["event"] == "hello"
    return connection


def next_text(connection):
    opcode, payload = connection.next_frame()
    assert opcode == TEXT, (opcode, payload)
    return json.loads(payload)


wrong = []


def check(what, wanted, answer):
    try:
        got = answer()
    except (AssertionError, KeyError, OSError, ValueError) as error:
        got = repr(error)
    if got != wanted:
        wrong.append(f"{what}: wanted {wanted}, got {got}")


# Bytes that end the connection, with the code that says why.
BROKEN = [
    ("text that is not UTF-8", frame(TEXT, b"\xc3\x28"), 1007),
    ("UTF-8 cut off at the end of the message", frame(TEXT, b"\xe2\x82"), 1007),
    ("a surrogate in UTF-8", frame(TEXT, b"\xed\xa0\x80"), 1007),
    ("a reserved bit", bytes([0x80 | 0x40 | TEXT]) + frame(TEXT, b"hello")[1:], 1002),
    ("a reserved opcode", frame(3, b"hello"), 1002),
    ("a reserved control opcode", frame(11, b""), 1002),
    ("a ping in fragments", frame(PING, b"", fin=False), 1002),
    ("a ping of 126 bytes", frame(PING, b"x" * 126), 1002),
    ("a text without a mask", frame(TEXT, b"hello", mask=False), 1002),
    ("a pong without a mask", frame(10, b"", mask=False), 1002),
    ("a continuation of nothing", frame(0, b"hello"), 1002),
    ("a message inside a message", frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    ("a close code that nobody may send", frame(CLOSE, struct.pack(">H", 1005)), 1002),
    ("a close frame of one byte", frame(CLOSE, b"x"), 1002),
    ("a reason that is not UTF-8", frame(CLOSE, struct.pack(">H", 1000) + b"\xc3\x28"), 1007),
    ("a message over the limit", frame(TEXT, b"x" * (300 << 10)), 1009),
    ("fragments over the limit", frame(TEXT, b"x" * (200 << 10), fin=False) + frame(0, b"x" * (200 << 10)), 1009),
    ("fragments without end", frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 5000, 1008),
    ("a length of an exabyte", bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 60) + b"maskx", 1009),
]
for name, door in (("chat", ROOM), ("scopewire.v1", RICH), ("metadata", META), ("video", VIDEO)):
    for what, data, code in BROKEN:
        def broken():
            connection = connect(door)
            try:
                connection.socket.sendall(data)
            except OSError:
                pass  # refused before it was sent in full
            return connection.close_code()
        check(f"{name}: {what}", code, broken)

# What is understood and wrong is answered, and the connection goes on.
def answered(door, *messages):
    connection = connect(door)
    codes = []
    for message in messages:
        connection.socket.sendall(frame(TEXT, message))
        reply = next_text(connection)
        assert "error" in reply, f"{message[:40]} is answered {reply}"
        codes.append(reply["error"]["code"])
    return codes

def lives(door, message, expected):
    connection = connect(door)
    connection.socket.sendall(frame(TEXT, b'{"broken') + frame(TEXT, message))
    assert "error" in next_text(connection)
    return expected(next_text(connection))

deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
check("scopewire.v1: requests", ["bad_json", "bad_json", "bad_json", "unknown_op"],
      lambda: answered(RICH, b"hello", b"", deep, b'{"id":1,"op":"fly"}'))
for request in (b"[]", b"{}", b'{"op":5}', b'{"op":"set","object":"chat"}',
                b'{"id":7,"op":"set","object":5,"key":"a","value":1}', b'{"op":"join","scope":"/a/../b"}',
                b'{"op":"change","object":"chat","changes":5}', b'{"op":"get","object":"none"}'):
    check(f"scopewire.v1: {request} is an error", True, lambda: isinstance(answered(RICH, request)[0], str))
check("chat: what looks like an object", ["bad_json"] * 2, lambda: answered(ROOM, b'{"a":', deep))
check("metadata: what is not JSON", ["bad_json"] * 3, lambda: answered(META, b"hello", b'{"a":', deep))
check("scopewire.v1 lives", 9, lambda: lives(RICH, b'{"id":9,"op":"ping"}', lambda reply: reply["id"]))
check("chat lives", "on", lambda: lives(ROOM, b'{"go":"on"}', lambda line: line["go"]))
check("metadata lives", 5, lambda: lives(META, b'{"go":5}', lambda message: message["data"]["go"]))

def binary_in_rich():
    connection = connect(RICH)
    connection.socket.sendall(frame(BINARY, b"{}"))
    return connection.close_code()
check("scopewire.v1: a binary message", 1003, binary_in_rich)

# Handshakes that are refused.
def http(url, request):
    host, port = url[5:].split(":")
    with socket.create_connection((host, int(port)), timeout=3) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode("latin-1"))
        return connection.recv(4096).split(b"\r\n")[0].decode("latin-1").split(" ")[1]

def upgrade(path, *headers):
    return "\n".join([f"GET {path} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *headers, "", ""])

for name, url in (("rooms", rooms), ("metadata", meta), ("video", video)):
    for path in ("/a/%ff", "/a/%01", "/" + "x" * 300):
        check(f"{name}: {path[:10]}", "400", lambda: http(url, upgrade(path)))
    check(f"{name}: a page from elsewhere", "403", lambda: http(url, upgrade("/live/cam", "Origin: http://evil.example")))
    check(f"{name}: not found", "404", lambda: http(url, "GET /no/such/page HTTP/1.1\nHost: x\n\n"))
check("rooms: no application", "404", lambda: http(rooms, upgrade("/")))

print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
END

# The neighbour is there and has heard nothing of it.
echo "all well" | "$client" "ws://$(address gateway ws)/chat/room1" >said 2>&1
eventually expect "all well" cat neighbour.out
