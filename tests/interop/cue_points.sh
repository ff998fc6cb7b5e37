#!/usr/bin/env bash
# The description, cue points and texts of an RTMP publisher are metadata of its stream, once, wherever somebody hears it.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg python3 jq

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
cat >publish.py <<'END'
import sys
from amf0 import number, obj, text
from rtmp_wire import CREATE_STREAM, DATA, chunk, joined, publish

s = joined(sys.argv[1])
s.sendall(CREATE_STREAM + publish("cam"))
got = b""
while b"Publish.Start" not in got[-200:]: got += s.recv(4096)
def say(ms, *values): s.sendall(chunk(4, DATA, b"".join(values), 1, ms))
say(0, text("@setDataFrame"), text("onMetaData"), obj(width=number(160)))
say(40, text("onCuePoint"), obj(name=text("ad"), parameters=obj(id=number(7))))
say(80, text("onTextData"), obj(text=text("hello"), language=text("en")))
while s.recv(4096):
    pass
END
background follow meta-push --follow live/cam
background socket "$root/tests/support/ws.py" --wait "ws://$(address gateway wsJsonMeta)/live/cam"
eventually contains socket.log open
ready() { echo '{"ready":1}' | meta-push live/cam && grep -q ready follow.out; }
eventually ready
background publisher python3 publish.py "$(address ingest rtmp)"
cat >wanted <<'END'
[0,{"onMetaData":{"width":160}}]
[40,{"onCuePoint":{"name":"ad","parameters":{"id":7}}}]
[80,{"onTextData":{"text":"hello","language":"en"}}]
END
heard() { jq -c 'select(.data.ready | not) | [.timestamp, .data]' follow.out; }
eventually expect "$(cat wanted)" heard
heard_by_socket() { jq -c 'select(.data.ready | not) | [.EMS.timestamp, .data]' socket.out; }
eventually expect "$(cat wanted)" heard_by_socket

# What an encoder says of its stream, too; a player hears it in its own words.
background camera ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 30 -metadata title=harbour -t 30 \
  -f flv "rtmp://$(address ingest rtmp)/live/cam2"
background described meta-push --follow live/cam2 --latest
eventually -t 20 contains described.out '"title":"harbour"'
expect '["onMetaData"]' sh -c 'head -n 1 described.out | jq -c ".data | keys"'
expect 160 sh -c 'head -n 1 described.out | jq .data.onMetaData.width'
port=$(free_port)
background recorder "$root/tests/support/record.py" "$port" "$(address ingest rtmp | cut -d: -f2)" wire
eventually contains recorder.out ready
background player ffmpeg -v error -i "rtmp://127.0.0.1:$port/live/cam2" -c copy -f null -
described_to_player() { grep -qa onMetaData wire && grep -qa harbour wire; }
eventually -t 20 described_to_player

# What is pushed to a stream that is live has the time of the stream.
stamped() {
  meta-push live/cam2 '{"stamped":1}'
  tail -n 1 described.out | jq -e '.data.stamped and .timestamp < 100000'
}
eventually stamped
