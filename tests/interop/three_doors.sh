#!/usr/bin/env bash
# A shared object is one object, whether the shell comes by the bus, by WebSocket or by RTMP.
. "$(dirname "$0")/lib.sh"

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)/chat/room1
ws=ws://$(address gateway ws)/chat/room1

background over_rtmp so-ctl --at "$rtmp" watch chat
background over_ws so-ctl --at "$ws" watch chat
background over_bus so-ctl watch /chat/room1 chat
for who in over_rtmp over_ws over_bus; do eventually contains $who.out '"event":"sync"'; done

so-ctl --at "$ws" set chat message '"hello"'
so-ctl --at "$rtmp" set chat n '{"x":[1,true,null,"z"]}'
so-ctl send /chat/room1 chat doIt '"p1"' 2 true
so-ctl --at "$rtmp" del chat n
so-ctl --at "$ws" clear chat
so-ctl set /chat/room1 chat last 42

wanted='[{"op":"set","key":"message","value":"hello"}]
[{"op":"set","key":"n","value":{"x":[1,true,null,"z"]}}]
[{"op":"send","handler":"doIt","args":["p1",2,true]}]
[{"op":"delete","key":"n"}]
[{"op":"clear"}]
[{"op":"set","key":"last","value":42}]'
changes() { jq -c 'select(.event=="change").changes' "$1"; }
for who in over_rtmp over_ws over_bus; do eventually expect "$wanted" changes $who.out; done

# Versions rise by one, in every view.
versions() { jq -r 'select(.event=="change").version' "$1" | paste -sd ' '; }
expect "$(versions over_bus.out)" versions over_ws.out
expect "$(versions over_bus.out)" versions over_rtmp.out

expect 42 so-ctl get /chat/room1 chat last

# A value may be a list.
so-ctl set /chat/room1 lists l '[1,[2],"a, b"]'
so-ctl set /chat/room1 lists empty '[]'
so-ctl set /chat/room1 lists words --text '[x, y]'
expect '{"empty":[],"l":[1,[2],"a, b"],"words":"[x, y]"}' so-ctl get /chat/room1 lists
expect '{"last":42}' so-ctl --at "$ws" get chat
expect '{"last":42}' so-ctl --at "$rtmp" get chat
exits 8 so-ctl get /chat/room1 chat message
so-ctl ls >ls.out
contains ls.out '"scope":"/chat/room1"'
