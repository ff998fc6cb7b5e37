#!/usr/bin/env bash
# What a client of ws-gateway exec says reaches the program whole.
. "$(dirname "$0")/lib.sh"
client=$root/tests/support/ws.py

# More than --message-rate waits.
start echo ws-gateway exec --listen 127.0.0.1:0 -- cat
seq 4000 >said
"$client" --count 4000 "ws://$(address echo ws)/" <said >out
cmp said out || fail "of 4000 lines $(wc -l <out) came"

# What it said before it left is there for a program that begins to read when it has gone.
mkfifo go
start late ws-gateway exec --listen 127.0.0.1:0 --message-rate 0 -- sh -c 'read -r _ <go; exec cat >got'
seq 100000 >said
"$client" "ws://$(address late ws)/" <said
echo >go
eventually cmp said got
