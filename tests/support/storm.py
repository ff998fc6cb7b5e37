#!/usr/bin/env python3
"""Writes to a persistent object without a pause, through outages, and says what was acknowledged.

usage: storm.py ws://HOST:PORT/SCOPE WRITERS
       storm.py --check OBJECT OUTPUT

Each of WRITERS connections counts up two keys of `board` in one batch, a hundred batches under way,
and sends a batch again until it is answered (producer and seq make that safe). Prints `acknowledged N`
in steps of 100, and at the end of stdin or on SIGTERM, or a fault, one line of JSON with the last
number acknowledged of each writer.
--check compares that line with the object: no acknowledged write is missing, none is half there.
"""
import json, selectors, signal, sys
from ws import Connection

UNDER_WAY = 100


class Writer:
    def __init__(self, url, name):
        self.name, self.sent, self.done = name, 0, 0
        self.connection = Connection(url, "scopewire.v1")
        self.ask({"id": "use", "op": "use", "object": "board", "persistent": True})

    def ask(self, message):
        self.connection.send(json.dumps(message))

    def fill(self):
        while self.sent < self.done + UNDER_WAY:
            self.sent += 1
            changes = [{"op": "set", "key": self.name + side, "value": self.sent} for side in "ab"]
            self.ask({"id": self.sent, "op": "change", "object": "board", "changes": changes,
                      "producer": self.name, "seq": self.sent})

    def read(self):
        data = self.connection.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the gateway closed")
        self.connection.buffer += data
        for opcode, payload in self.connection.frames():
            if opcode == 1:
                self.answer(json.loads(payload))
        self.fill()

    def answer(self, message):
        if message.get("id") == "use" and not message["ok"]:
            raise RuntimeError(message)
        number = message.get("id")
        if not isinstance(number, int):
            return
        if message["ok"] and message.get("status") in ("ok", "dup"):
            self.done = max(self.done, number)
        elif message.get("status") == "gap" or not message["ok"]:
            code = message.get("error", {}).get("code", "gap")
            if code not in ("hub_lost", "gap", "not_joined"):
                raise RuntimeError(message)
            self.sent = min(self.sent, number - 1)  # from here on again


def storm(url, count):
    writers = [Writer(url, "w%d" % i) for i in range(count)]
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    waiting = selectors.DefaultSelector()
    for writer in writers:
        waiting.register(writer.connection.socket, selectors.EVENT_READ, writer)
        writer.fill()
    said = 0
    while not stopped:
        for key, _ in waiting.select(timeout=0.1):
            key.data.read()
        total = sum(writer.done for writer in writers)
        while said + 100 <= total:
            said += 100
            print("acknowledged", said, flush=True)
    print(json.dumps({writer.name: writer.done for writer in writers}))


def check(object_file, output):
    board = json.load(open(object_file))
    acknowledged = json.loads(open(output).read().splitlines()[-1])
    for name, last in acknowledged.items():
        left, right = board.get(name + "a"), board.get(name + "b")
        if left != right:
            sys.exit(f"{name}: half a write is there: {left}, {right}")
        if last == 0 or left < last:
            sys.exit(f"{name}: {last} was acknowledged, {left} is there")


if sys.argv[1] == "--check":
    check(*sys.argv[2:])
else:
    storm(sys.argv[1], int(sys.argv[2]))
