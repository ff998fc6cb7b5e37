#!/usr/bin/env bash
# Garbage, other protocols and half messages on every port: the tools live, and who is there notices nothing.
. "$(dirname "$0")/lib.sh"
need ffmpeg
client=$root/tests/support/ws.py

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)

# Who is there: a publisher, its player and viewer, and two who chat.
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 30 -t 6 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp/live/cam"
eventually live
background play ffmpeg -v error -i "$rtmp/live/cam" -map 0:v -c copy -f framemd5 -
background view fmp4-serve tap live/cam -
background flash so-ctl --at "$rtmp/chat/room1" watch chat
background browser "$client" --wait "$ws/chat/room1"
eventually contains flash.out sync
eventually contains browser.log open

cat >attack.py <<'END'
import random, socket, sys, time

random.seed(1)
C0C1 = b"\3" + bytes(8) + random.randbytes(1528)
HTTP = b"GET /live/cam HTTP/1.1\r\nHost: x\r\n"
UPGRADE = HTTP + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
WORDS = [
    random.randbytes(1), random.randbytes(100), random.randbytes(5000), bytes(100000), b"\xff" * 5000,
    HTTP + b"\r\n", HTTP, b"GET " + b"x" * 20000, b"POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
    b"\x16\3\1\2\0\1\0\1\xfc\3\3" + random.randbytes(500),                 # TLS hello
    C0C1[:700], C0C1, b"\6" + C0C1[1:],                                    # half, whole, RTMPE
    C0C1 + random.randbytes(1536 + 3000),                                  # then random chunks
    C0C1 + bytes(1536) + b"\3\0\0\0\xff\xff\xff\x14\0\0\0\0" + bytes(999),  # 16 MiB announced for a command
    C0C1 + bytes(1536) + b"\3\0\0\0\0\0\4\1\0\0\0\0\x7f\xff\xff\xff" * 2,  # chunks of 2 GiB
    C0C1 + bytes(1536) + b"\3\0\0\0\0\0\x0a\x14\0\0\0\0\2\0\7connect",     # half a command
    UPGRADE, UPGRADE + b"\x81", UPGRADE + b"\x81\xfe\xff", UPGRADE + random.randbytes(3000),
]
left_open = []
for address in sys.argv[1:]:
    host, port = address.rsplit(":", 1)
    for word in WORDS:
        for end in ("close", "reset", "stay"):
            connection = socket.create_connection((host, int(port)), timeout=5)
            try:
                connection.sendall(word)
            except OSError:
                pass  # closed while we talk is an answer
            if end == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            if end == "stay":
                left_open.append(connection)
            else:
                connection.close()
print("sent", flush=True)
time.sleep(60)  # until it is told to end
END
background attack python3 attack.py "$(address ingest rtmp)" "$(address gateway ws)" "$(address gateway wsJsonMeta)" "$(address serve)"
said=()
for line in 1 2 3 4 5; do
  said+=("line $line")
  echo "line $line" | "$client" "$ws/chat/room1" >sent.out 2>&1
done
eventually contains attack.out sent
echo "last line" | "$client" "$ws/chat/room1" >sent.out 2>&1
said+=("last line")

heard() { jq -r 'select(.event=="change").changes[].value' flash.out; }
wanted=$(printf '%s\n' "${said[@]}")
eventually expect "$wanted" heard
eventually expect "$wanted" cat browser.out

# All the frames from where they came in, none missing.
finishes 0 publisher
finishes 0 play
finishes 0 view
frames source.flv >sent
checksums <play.out >played
is_end 90 sent played
decoded source.flv >shown
decoded view.out >viewed
is_end 90 shown viewed
