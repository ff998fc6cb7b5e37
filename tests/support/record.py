#!/usr/bin/env python3
"""record.py FROM_PORT TO_PORT FILE: passes one connection on, on loopback, and keeps what came back from TO_PORT."""
import select, socket, sys

from_port, to_port, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
listener = socket.create_server(("127.0.0.1", from_port))
print("ready", flush=True)
client, _ = listener.accept()
server = socket.create_connection(("127.0.0.1", to_port))
with open(name, "wb", buffering=0) as kept:
    while True:
        for ready in select.select([client, server], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                sys.exit()
            (server if ready is client else client).sendall(data)
            if ready is server:
                kept.write(data)
