#!/usr/bin/env bash
# Who never finishes the handshake, never asks for anything, or publishes nothing though it answers pings, is told and closed in time, by the thousand.
. "$(dirname "$0")/lib.sh"
need python3 curl
ulimit -n 4096 2>/dev/null || skip "no 4096 descriptors"
start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0 --metrics 127.0.0.1:0 \
  --handshake-timeout 4s --idle-timeout 2s --media-timeout 3s
metrics=$(endpoint ingest)/metrics

cat >silent.py <<'END'
import selectors, sys, time
from amf0 import NULL
from rtmp_wire import C0_C1, CREATE_STREAM, chunk, command, connect, joined, publish

server = sys.argv[1]
def fate(s, seconds, every=None, word=b""):
    """All that it is told until it is closed, and after how long; what it says meanwhile."""
    begun, data = time.monotonic(), b""
    s.settimeout(every or seconds)
    while time.monotonic() - begun < seconds:
        try:
            piece = s.recv(65536)
            if not piece:
                return data, time.monotonic() - begun
            data += piece
        except TimeoutError:
            s.sendall(word)
        except ConnectionError:
            return data, time.monotonic() - begun
    return data, None
def check(what, told, least, most, got):
    data, after = got
    if told not in data or after is None or not least <= after <= most:
        sys.exit(f"{what}: told {data[-200:]}, closed after {after}")
    print(what, "ends", flush=True)

# Pings answered and asked: they are no reason to stay.
ping = chunk(2, 4, b"\0\6\0\0\0\1") + chunk(2, 4, b"\0\7\0\0\0\1")
check("idle", b"NetConnection.Connect.IdleTimeout", 1.5, 8, fate(joined(server), 20, 0.3, ping))
s = joined(server)
s.sendall(CREATE_STREAM)
check("idle with a stream", b"NetConnection.Connect.IdleTimeout", 1.5, 8, fate(s, 20, 0.3, ping))
s = joined(server)
s.sendall(CREATE_STREAM + publish("cam"))
check("publisher", b"NetStream.Publish.Idle", 2.5, 9, fate(s, 20, 0.3, ping))
s = joined(server)  # one that calls stays
s.sendall(command("nosuch", 5, NULL))
data, after = fate(s, 5, 0.3, ping)
if after is not None:
    sys.exit(f"one that calls was closed: {data[-200:]}")
print("caller stays", flush=True)

half = [connect(server, 20) for _ in range(1500)]  # of the handshake; a third says nothing at all
for s in half[::3]:
    s.sendall(b"\3")
for s in half[1::3]:
    s.sendall(C0_C1)
print("half open", flush=True)
selector, open_ = selectors.DefaultSelector(), set(half)
for s in half:
    s.setblocking(False)
    selector.register(s, selectors.EVENT_READ)
end = time.monotonic() + 25
while open_ and time.monotonic() < end:
    for key, _ in selector.select(0.5):
        try:
            gone = not key.fileobj.recv(65536)
        except ConnectionError:
            gone = True
        if gone:
            selector.unregister(key.fileobj)
            open_.discard(key.fileobj)
print("left open:", len(open_), flush=True)
END
memory() { awk -v "what=$1:" '$1 == what { print $2 }' "/proc/${pid_of[ingest]}/status"; }
clients() { curl -s "$metrics" | awk '/^scopewire_rtmp_clients / { print $2 }'; }
before=$(memory VmRSS)
background silent python3 silent.py "$(address ingest rtmp)"
eventually -t 40 contains silent.out 'half open'
[ "$(clients)" -gt 500 ] || fail "of 1500 there are $(clients)"
eventually -t 30 contains silent.out 'left open: 0'
expect 'idle ends
idle with a stream ends
publisher ends
caller stays
half open
left open: 0' cat silent.out
none() { [ "$(clients)" = 0 ]; }
eventually none
# A connection costs what its handshake needs: kilobytes, and not for longer.
cost=$((($(memory VmHWM) - before) / 1500))
[ "$cost" -le 16 ] || fail "a half open connection costs $cost KiB"
late=$(grep -c 'has left: waited 4 s for the rtmp handshake' ingest.log)
[ "$late" -ge 1400 ] || fail "$late were closed for their handshake"
