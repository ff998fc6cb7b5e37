#!/usr/bin/env bash
# JSON over TCP: into streams from whoever connects or is connected to, and out of them to a server that comes and goes.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need python3 jq

cat >hub.yaml <<'END'
policy:
  rules:
    - {deny: metadata, scope: /live, name: secret, claims: {door: tcp}, reason: not from outside}
END
cat >doors.yaml <<'END'
acceptors:
  - {ip: 127.0.0.1, port: 0, protocol: inboundJsonMeta}
  - {ip: 127.0.0.1, port: 0, protocol: inboundJsonMeta, streamname: live/b}
  - {ip: 127.0.0.1, port: 0, protocol: inboundJsonMeta, streamname: live/secret}
  - {ip: 127.0.0.1, port: 0, protocol: inboundJsonMeta, streamname: "~0~0~0~"}
END
start hub so-hub --config hub.yaml
start doors meta-push --serve live/cam --config doors.yaml
mapfile -t door < <(sed -n 's/.*ready on //p' doors.log | tr -d ' ' | tr ',' '\n' | sed 's|inboundJsonMeta://||')
[ ${#door[@]} -eq 4 ] || fail "four doors: ${door[*]}"
background all meta-push --follow /
eventually contains all.log following
heard() { jq -c "select(.stream == \"$1\") | .data" all.out; }
last() { heard "$1" | tail -n 1; }
say() { # ADDRESS: standard input to it
  python3 -c 'import socket, sys
s = socket.create_connection(sys.argv[1].rsplit(":", 1), timeout=10)
s.sendall(sys.stdin.buffer.read())' "$1"
}

# Several a connection: one a line, back to back as EvoStream pushes, with NULs between, over lines, wrapped.
printf '{"n":1}\n{"n":2}{"EMS":{"type":"json","timestamp":46125},"data":{"n":3}}\0{"n":"}{"}\r\n{\n "n" :\n5}' |
  say "${door[0]}"
eventually expect '{"n":1}
{"n":2}
{"EMS":{"type":"json","timestamp":46125},"data":{"n":3}}
{"n":"}{"}
{"n":5}' heard /live/cam
echo '{"to":"b"}' | say "${door[1]}"
eventually expect '{"to":"b"}' heard /live/b
echo '{"to":"all"}' | say "${door[3]}"
eventually expect '{"to":"all"}' heard /

# What is broken is counted, said with its place, and costs nobody else; so is what may not be said.
printf '{"n":6}{"n" 7}{"n":8}\nnonsense\n{"n":9' | say "${door[0]}"
eventually contains doors.log ', line 1: a key is not followed by a colon'
eventually contains doors.log ', line 3: the value is not complete'
eventually contains doors.log ', 3 of 5 values were not accepted'
eventually expect '{"n":8}' last /live/cam
echo '{"x":1}' | say "${door[2]}"
eventually contains doors.log 'not from outside'
expect '' heard /live/secret

# Peers that are slow, endless or deep, and garbage by the megabyte, disturb nobody and are bounded.
cat >attack.py <<'END'
import os, socket, sys, time
held = []
def open_one():
    s = socket.create_connection(sys.argv[1].rsplit(":", 1), timeout=10)
    held.append(s)
    return s
for i in range(20): open_one().sendall(b'{"slow":')
open_one().sendall(b'{"endless":"' + b"x" * 300000)
open_one().sendall(b"[" * 100000)
s = open_one()
s.settimeout(2)
try:
    for i in range(20): s.sendall(os.urandom(100000))
except OSError:
    pass
print("sent", flush=True)
time.sleep(60)  # until it is told to end
END
background attack python3 attack.py "${door[0]}"
eventually -t 20 contains attack.out sent
echo '{"n":10}' | say "${door[0]}"
eventually expect '{"n":10}' last /live/cam
stop attack
[ "$(grep -c ', line ' doors.log)" -lt 100 ] || fail "$(grep -c ', line ' doors.log) lines of log about a few peers' garbage"
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/${pid_of[doors]}/status")
[ "$rss" -lt 100000 ] || fail "meta-push took $rss KiB"

# A server that goes away and comes back is sent what has waited for it, in order, wrapped, each once.
cat >sink.py <<'END'
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = server.accept()
    while data := connection.recv(65536):
        sys.stdout.write(data.decode())
        sys.stdout.flush()
END
port=$(free_port)
background out meta-push --follow live/out --to "tcp://127.0.0.1:$port"
eventually contains out.log following
meta-push live/out '{"n":1}' '{"n":2}' --timestamp 7
eventually contains out.log 'again in'
background sink python3 sink.py "$port"
eventually contains sink.out '{"EMS":{"type":"json","timestamp":7},"data":{"n":2}}'
meta-push live/out '{"n":3}' --timestamp 8
eventually contains sink.out '"data":{"n":3}'
expect $'1\n2\n3' jq .data.n sink.out
stop sink KILL
eventually contains out.log 'closed by the peer'
meta-push live/out '{"n":4}' --timestamp 9
background sink python3 sink.py "$port"
eventually -t 20 contains sink.out '"data":{"n":4}'
expect 4 jq .data.n sink.out

# From one server to another the first one's stamp is kept; --count ends when all has left.
background copy meta-push --follow live/copied --count 2 --to "tcp://${door[1]}"
eventually contains copy.log following
meta-push live/copied '{"copy":1}' '{"copy":2}' --timestamp 4711
finishes 0 copy
eventually expect '{"EMS":{"type":"json","timestamp":4711},"data":{"copy":2}}' last /live/b

# What a server says when it is connected to.
cat >source.py <<'END'
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
for n in (1, 2):
    connection, _ = server.accept()
    connection.sendall(b'{"from":%d}{"half":' % n)
    connection.close()
time.sleep(60)  # until it is told to end
END
port=$(free_port)
background source python3 source.py "$port"
background in meta-push --from "jsonmeta://127.0.0.1:$port" live/in
eventually -t 20 expect $'{"from":1}\n{"from":2}' heard /live/in
eventually contains in.log "127.0.0.1:$port, line 1: the value is not complete"

# While there is no hub nobody is read, and nothing is lost.
stop hub KILL
eventually contains doors.log 'the hub is gone'
echo '{"while":"away"}' | say "${door[1]}"
start hub so-hub --config hub.yaml
latest() { meta-push --get live/b | jq -c .data; }
eventually expect '{"while":"away"}' latest

exits 2 meta-push --serve --follow live/cam
exits 2 meta-push --to tcp://127.0.0.1:1 live/cam
exits 2 meta-push --from udp://127.0.0.1:1 live/cam
contains err '"udp://127.0.0.1:1" does not begin with nmea:// or jsonmeta:// or tcp://'
exits 2 meta-push --serve live/cam --listen 0.0.0.0:0
contains err 'is not loopback'
