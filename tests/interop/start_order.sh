#!/usr/bin/env bash
# The tools may be started before their hub; each finds it by itself.
. "$(dirname "$0")/lib.sh"

start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
expect 503 curl -s -o body -w '%{http_code}' "http://$(address gateway ws)/readyz"
exits 3 so-ctl --timeout 300ms ls
contains err 'hub'

start hub so-hub
ready() { curl -sf "http://$1/readyz" >/dev/null; }
eventually ready "$(address gateway ws)"
eventually ready "$(address serve inboundWSFMP4)"
eventually so-ctl --at "rtmp://$(address ingest rtmp)/chat/room1" set chat message '"hello"'
expect '"hello"' so-ctl --at "ws://$(address gateway ws)/chat/room1" get chat message
