#!/usr/bin/env python3
"""A WebSocket client for tests: lines of stdin up as text, text messages down as lines.

usage: ws.py [--protocol NAME] [--count N] [--wait] [--hex] ws[s]://HOST:PORT/PATH
  --count N   ends after N messages
  --wait      stays after the end of stdin (until the server closes, or --count)
  --hex       binary messages down as lines of hexadecimal digits; they are dropped otherwise
wss:// trusts any certificate.
Prints "closed CODE REASON" on stderr when the server closes. Exit code 1 if the handshake is refused,
with the status line on stderr. Written on sockets alone, so that what it sends is what it says.
"""
import argparse, base64, os, select, socket, ssl, struct, sys
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def code_of(payload):
    """That of a close frame; 1005: it has none."""
    return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005


def frame(opcode, payload, fin=True, mask=True):
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if mask else 0
    n = len(payload)
    if n < 126:
        head += bytes([bit | n])
    elif n < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE


class Connection:
    def __init__(self, url, protocol=None, headers=()):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=10)
        if parts.scheme == "wss":
            self.socket = anybody.wrap_socket(self.socket, server_hostname=parts.hostname)
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        lines = [
            f"GET {target} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(), *headers,
        ]
        if protocol:
            lines.append("Sec-WebSocket-Protocol: " + protocol)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("closed in the handshake")
            self.buffer += data
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = head.split(b"\r\n")[0].decode()
        if " 101 " not in self.status + " ":
            raise ConnectionRefusedError(self.status)
        self.socket.settimeout(None)

    def send(self, text):
        self.socket.sendall(frame(TEXT, text.encode()))

    def frames(self):
        """Those that are complete in the buffer: (opcode, payload)."""
        while len(self.buffer) >= 2:
            n, at = self.buffer[1] & 0x7F, 2
            if n == 126 and len(self.buffer) >= 4:
                n, at = struct.unpack(">H", self.buffer[2:4])[0], 4
            elif n == 127 and len(self.buffer) >= 10:
                n, at = struct.unpack(">Q", self.buffer[2:10])[0], 10
            elif n >= 126:
                return
            if len(self.buffer) < at + n:
                return
            opcode, payload = self.buffer[0] & 0x0F, self.buffer[at:at + n]
            self.buffer = self.buffer[at + n:]
            yield opcode, payload

    def next_frame(self):
        """(opcode, payload); (None, b"") when the server has ended it without one."""
        while True:
            for found in self.frames():
                return found
            data = self.socket.recv(1 << 16)
            if not data:
                return None, b""
            self.buffer += data

    def close_code(self):
        """That of the close frame, whatever comes before it; 1006 without one. Pings stay unanswered."""
        opcode = payload = None
        while opcode != CLOSE:
            opcode, payload = self.next_frame()
            if opcode is None:
                return 1006
        return code_of(payload)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--protocol")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("--hex", action="store_true")
    options = parser.parse_args()
    try:
        connection = Connection(options.url, options.protocol)
    except OSError as error:
        sys.exit(f"refused: {error}")
    print("open", file=sys.stderr, flush=True)
    left, watched, pending = options.count, [connection.socket, 0], b""
    while True:
        for opcode, payload in connection.frames():
            if opcode == CLOSE:
                print(f"closed {code_of(payload)} {payload[2:].decode()}", file=sys.stderr)
                return
            if opcode == PING:
                connection.socket.sendall(frame(PONG, payload))
            if opcode == TEXT or (opcode == BINARY and options.hex):
                print(payload.decode() if opcode == TEXT else payload.hex(), flush=True)
                left -= 1
                if left == 0:
                    return
        held = isinstance(connection.socket, ssl.SSLSocket) and connection.socket.pending() > 0
        ready = select.select(watched, [], [], 0 if held else None)[0] + [connection.socket] * held
        if connection.socket in ready:
            data = connection.socket.recv(1 << 20)
            if not data:
                print("closed 1006", file=sys.stderr)
                return
            connection.buffer += data
        if 0 in ready:
            data = os.read(0, 65536)
            pending += data
            *lines, pending = pending.split(b"\n")
            for line in lines + ([pending] if not data and pending else []):
                connection.socket.sendall(frame(TEXT, line))
            if not data:
                watched.remove(0)
                if not options.wait and options.count == 0:
                    connection.socket.sendall(frame(CLOSE, struct.pack(">H", 1000)))


if __name__ == "__main__":
    main()
