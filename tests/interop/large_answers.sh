#!/usr/bin/env bash
# A client with little room may ask for as much as it likes, and is told all; nor does a lost hub silence it.
. "$(dirname "$0")/lib.sh"

start hub so-hub
start with_hub ws-gateway --listen 127.0.0.1:0
start alone ws-gateway --standalone --listen 127.0.0.1:0

for gateway in with_hub alone; do
  python3 - "ws://$(address $gateway ws)/chat/room1" <<'END'
import json, socket, sys
from ws import Connection

url, OBJECTS, KEYS = sys.argv[1], 4, 14


def answers(connection):
    while True:
        for _, payload in connection.frames():
            yield json.loads(payload)
        data = connection.socket.recv(4096)
        assert data, "closed"
        connection.buffer += data


writer = Connection(url, "scopewire.v1")
told = answers(writer)
for n in range(OBJECTS):
    for key in range(KEYS):  # 840 KB: two of them are over the queue of a client
        request = {"id": 1, "op": "set", "object": f"o{n}", "key": f"k{key}", "value": "y" * 60000}
        writer.send(json.dumps(request))
        assert next(answer for answer in told if answer.get("id") == 1)["ok"]

real = socket.create_connection


def small(*args, **kwargs):
    made = real(*args, **kwargs)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    return made


socket.create_connection = small
reader = Connection(url, "scopewire.v1")
for n in range(OBJECTS):
    reader.send(json.dumps({"id": n, "op": "use", "object": f"o{n}"}))
    reader.send(json.dumps({"id": 100 + n, "op": "get", "object": f"o{n}"}))
reader.send('{"id":"last","op":"ping"}')
order, syncs = [], 0
for answer in answers(reader):
    if answer.get("event") == "sync":
        syncs += 1
        assert len(answer["data"]) == KEYS
    if "id" in answer:
        order.append(answer["id"])
        if answer["id"] == "last":
            break
assert syncs == OBJECTS, syncs
assert order == [0, 100, 1, 101, 2, 102, 3, 103, "last"], order
END
done

# A hub that stalls is waited for, one that has gone is not.
python3 - "ws://$(address with_hub ws)/" "${pid_of[hub]}" <<'END'
import json, os, select, signal, sys
from ws import Connection

reader = Connection(sys.argv[1], "scopewire.v1")
os.kill(int(sys.argv[2]), signal.SIGSTOP)
reader.send('{"id":1,"op":"list"}')
reader.send('{"id":2,"op":"ping"}')
os.kill(int(sys.argv[2]), signal.SIGKILL)
said = []
while not said or said[-1].get("id") != 2:
    assert select.select([reader.socket], [], [], 10)[0], said
    data = reader.socket.recv(4096)
    assert data, "closed"
    reader.buffer += data
    said += [json.loads(payload) for _, payload in reader.frames()]
assert [answer.get("id") for answer in said] == [None, 1, 2], said
assert said[1]["error"]["code"] == "hub_lost", said
END
finishes 137 hub
