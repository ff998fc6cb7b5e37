#!/usr/bin/env python3
"""replay.py PORT FILE: says to an RTMP server what a recorded client said, but does not leave."""
import socket
import sys

said = open(sys.argv[2], "rb").read()
leaving = said.rfind(b"FCUnpublish")
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(said[: leaving if leaving > 0 else len(said)])
while connection.recv(65536):
    pass
