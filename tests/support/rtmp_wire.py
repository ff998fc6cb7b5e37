"""An RTMP client for tests, on a socket alone: what it says is what it is told to, right or wrong."""
import socket
import struct

from amf0 import NULL, number, obj, text

COMMAND, DATA = 20, 18  # types of messages
C0_C1 = b"\3" + bytes(1536)


def chunk(csid, kind, body, stream=0, ms=0, size=128):
    """A message in chunks of `size` bytes: type 0, then type 3."""
    head = bytes([csid]) + ms.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", stream)
    parts = [body[i:i + size] for i in range(0, len(body), size)] or [b""]
    return head + bytes([0xC0 | csid]).join(parts)


def command(name, transaction, *rest, stream=0):
    return chunk(8 if stream else 3, COMMAND, text(name) + number(transaction) + b"".join(rest), stream)


CREATE_STREAM = command("createStream", 2, NULL)


def publish(name):
    return command("publish", 0, NULL, text(name), stream=1)


def play(name):
    return command("play", 0, NULL, text(name), stream=1)


def connect(address, timeout=10):
    """A connection that has said nothing yet. `address` is HOST:PORT."""
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=timeout)


def joined(address, timeout=10):
    """One that has shaken hands and asked for the application live; nothing after S2 is read."""
    s, left = connect(address, timeout), 1 + 2 * 1536
    s.sendall(C0_C1)
    while left:
        data = s.recv(left)
        if not data:
            raise ConnectionError("closed in the handshake")
        left -= len(data)
    s.sendall(bytes(1536) + command("connect", 1, obj(app=text("live"))))
    return s
