#!/usr/bin/env bash
# A room is read over plain HTTP: by curl, through restarts without a hole, and by a browser's EventSource.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need curl jq
client=$root/tests/support/ws.py

events() { sed -n 's/^data: //p' "$1"; } # FILE: what was said, one JSON a line
last_id() { sed -n 's/^id: //p' "$1" | tail -n 1; }
read_room() { # NAME URL [CURL OPTION]...
  local name=$1 url=$2
  shift 2
  background "$name" curl -sSN -H 'Accept: text/event-stream' "$@" "$url"
}
say() { echo "$2" | "$client" "$1" >said.out 2>said.log || fail "$(cat said.log)"; }

# Alone: a line reaches the reader, which is a member like any other, and one that comes later is told what there is.
port=$(free_port)
start gateway ws-gateway --standalone --listen "127.0.0.1:$port" --ping-every 1s --max-queue 256K --pong-within 2s
room=127.0.0.1:$port/chat/room1
read_room ann "http://$room"
eventually contains ann.out '"event":"sync"'
say "ws://$room" hello
eventually contains ann.out '"value":"hello"'
eventually grep -qx : ann.out
contains ann.out 'retry: '
read_room bob "http://127.0.0.1:$port/chat?scope=room1&object=chat&object=score"
eventually contains bob.out '"data":{"message":"hello"}'
so-ctl --at "ws://$room" set score ann 3
eventually contains bob.out '"key":"ann","value":3'

# Who is not let in has a status, and who names no type is not a reader.
expect 404 curl -s -o none -w '%{http_code}' "http://$room"
expect 400 curl -s -o none -w '%{http_code}' -H 'Accept: text/event-stream' "http://127.0.0.1:$port/chat/%01"
expect 403 curl -s -o none -w '%{http_code}' -H 'Accept: text/event-stream' -H 'Origin: https://evil.example' "http://$room"
contains none '"code":"denied"'

# A reader that does not read is cut off; a neighbour notices nothing.
python3 - 127.0.0.1 "$port" >stuck.out <<'PY' &
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((sys.argv[1], int(sys.argv[2])))
s.sendall(b"GET /chat/flood HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
print("open", flush=True)
time.sleep(8)
size = 0
try:
    while piece := s.recv(1 << 16):
        size += len(piece)
except ConnectionResetError:
    pass
print("ended", size < 6000000, flush=True)
PY
stuck=$!
eventually contains stuck.out open
head -c 60000 /dev/zero | tr '\0' x >large
for _ in $(seq 100); do cat large && echo; done | "$client" "ws://127.0.0.1:$port/chat/flood" >/dev/null 2>flood.log
wait $stuck
contains stuck.out 'ended True'
kill -0 "${pid_of[ann]}" || fail 'a reader of another room was cut off'

# In order: they are told when to come back, and why it ends.
kill -s TERM "${pid_of[gateway]}"
finishes 0 gateway
finishes 0 ann
events ann.out | tail -n 2 >end
expect '["advice","end",1012]' jq -c -s '[.[0].event, .[1].event, .[1].code]' end
stop bob

# With a hub: whatever happens to the gateway, who comes back with its id misses nothing.
start hub so-hub
start one ws-gateway --listen 127.0.0.1:0
start two ws-gateway --listen "127.0.0.1:$port"
url=http://$room
background keep "$client" --wait "ws://$(address one ws)/chat/room1"
eventually contains keep.log open
read_room carl "$url"
eventually contains carl.out '"event":"sync"'
so-ctl set /chat/room1 chat n 1
eventually contains carl.out '"value":1'
id=$(last_id carl.out)
stop two KILL
eventually dead carl
for n in $(seq 2 40); do so-ctl set /chat/room1 chat n "$n"; done
start two ws-gateway --listen "127.0.0.1:$port"
read_room dora "$url" -H "Last-Event-ID: $id"
eventually contains dora.out '"event":"resume"'
expect "$(seq 2 40)" jq '.batches[].changes[].value' <(events dora.out | grep resume)
read_room eve "$url?lastEventId=$id"
eventually contains eve.out '"event":"resume"'
# Another hub knows nothing of it: a snapshot says that it is one.
stop hub KILL
start hub so-hub
read_again() { curl -sSN -m 1 -H 'Accept: text/event-stream' -H "Last-Event-ID: $id" "$url" >again.out || [ $? -eq 28 ]; grep -q '"event":"sync"' again.out; }
eventually read_again
eventually contains dora.out '"event":"sync"'
so-ctl set /chat/room1 chat n 41
eventually contains dora.out '"value":41'

# An event for all, and one for this route.
so-ctl emit /chat/room1 hint '"tea"'
so-ctl emit /chat only --route sse 7
eventually contains dora.out '{"event":"push","name":"only","scope":"/chat","data":7}'
contains dora.out '"name":"hint"'

if command -v chromium >/dev/null && command -v node >/dev/null; then
  cat >page.mjs <<'PAGE'
const {Browser} = await import(process.argv[2]);
const browser = await Browser.open(`${process.argv[3]}/scopewire.d.ts`);
try {
  await browser.evaluate(`window.heard = []; window.source = new EventSource('/chat/room1');
    source.onmessage = ({data, lastEventId}) => heard.push({...JSON.parse(data), lastEventId});`);
  await browser.waitFor('heard.some(({event}) => event === "sync")');
  console.log('open');
  await browser.waitFor('heard.some(({event}) => event === "resume")', 40000);
  console.log(JSON.stringify(await browser.evaluate(
    'heard.filter(({event}) => event === "resume")[0].batches.flatMap(({changes}) => changes.map(({value}) => value))')));
} finally {
  await browser.close();
}
PAGE
  background page node page.mjs "$root/tests/support/browser.mjs" "http://127.0.0.1:$port"
  eventually -t 30 contains page.out open
  stop two
  for n in 50 51 52; do so-ctl set /chat/room1 chat n $n; done
  start two ws-gateway --listen "127.0.0.1:$port"
  finishes 0 page
  contains page.out '[50,51,52]'
fi
