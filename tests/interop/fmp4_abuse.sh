#!/usr/bin/env bash
# Key frames of 10 MB, a thousand viewers at once, those that stop reading and floods of metadata harm nobody else.
# limit: 180 s
. "$(dirname "$0")/lib.sh"
need ffmpeg curl python3 so-fmp4-check
ulimit -n 4096 || skip "a process may not have 4096 descriptors"

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --max-per-address 2000
host=$(address serve inboundWSFMP4)
metric() { curl -fsS "$(endpoint serve)/metrics" | sed -n "s/^$1 //p"; }
above() { [ "$(metric "$1")" -gt "$2" ]; }

# Every second a key frame that fills of an encoder padded to SIZE bytes: SEI of user data, which decoders pass over.
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=10 -t 170 -c:v libx264 -preset ultrafast -tune zerolatency -g 10 -pix_fmt yuv420p -f flv source.flv
cat >pace.py <<'END2'
import sys
from flv import paced
out, size = sys.stdout.buffer, int(sys.argv[1])
sei = b"\x06\x05" + b"\xff" * ((size // 255) - 1) + b"\x00" + b"\x55" * 255 * ((size // 255) - 1) + b"\x80"
for tag in paced("source.flv", out):
    if tag.is_key() and size:
        tag = tag._replace(body=tag.body[:5] + len(sei).to_bytes(4, "big") + sei + tag.body[5:])
    out.write(tag.encode())
    out.flush()
END2
publish() {
  mkfifo "$1.flv"
  background "$1.pace" bash -c "exec python3 pace.py $2 >$1.flv"
  background "$1" bash -c "exec rtmp-ingest publish - live/$1 <$1.flv"
}
publish large 10000000
publish cam 0
listed() { [ "$(curl -sf "http://$host/streams.json" | grep -o '"stream"' | wc -l)" = 2 ]; }
eventually -t 20 listed

# A key frame of 10 MB is more than a queue holds, and comes all the same.
curl -fsS -o large.mp4 "http://$host/live/large.mp4?for=3s"
so-fmp4-check large.mp4 >checked
contains checked avc1
[ "$(stat -c %s large.mp4)" -gt 20000000 ] || fail "large.mp4 has $(stat -c %s large.mp4) bytes"

# One who stops reading skips, and is told; one who reads on misses nothing.
background reader curl -fsS -o reader.mp4 "http://$host/live/large.mp4?for=12s"
background stopped "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "ws://$host/live/large"
eventually contains stopped.out '"type":"init"'
kill -STOP "${pid_of[stopped]}"
eventually -t 30 above scopewire_fmp4_skips_total 0
kill -CONT "${pid_of[stopped]}"
eventually -t 30 contains stopped.out '"type":"skipped"'
stop stopped
finishes 0 reader
so-fmp4-check reader.mp4 >checked
grep -qE ', 1[12][0-9] pictures' checked || fail "the reader missed something: $(cat checked)"
stop large

# A thousand come at once, and each has a picture; the stream is fetched once.
cat >crowd.py <<'END2'
import os, selectors, socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
selector, waiting, begun = selectors.DefaultSelector(), {}, time.monotonic()
for _ in range(1000):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex((host, int(port)))
    selector.register(s, selectors.EVENT_WRITE)
    waiting[s] = b""
def turned_away(kind, error, trace):
    print("refused: %s" % error, file=sys.stderr)
sys.excepthook = turned_away
while waiting and time.monotonic() - begun < 60:
    for key, what in selector.select(1):
        s = key.fileobj
        if what & selectors.EVENT_WRITE:
            s.send(b"GET /live/cam HTTP/1.1\r\nHost: " + sys.argv[1].encode() + b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: scopewire.fmp4.v1\r\n\r\n")
            selector.modify(s, selectors.EVENT_READ)
            continue
        data = s.recv(1 << 16)
        if s not in waiting:
            continue
        waiting[s] += data
        if not data:
            sys.exit("refused: %r" % waiting[s][:200])
        if b"moof" in waiting[s]:
            del waiting[s]
print("all" if not waiting else "%d have no picture" % len(waiting), "%.1f s" % (time.monotonic() - begun), flush=True)
sys.stdin.read()
END2
mkfifo hold
background crowd sh -c "exec python3 crowd.py $host <hold"
exec 9>hold
eventually -t 70 test -s crowd.out
contains crowd.out all
expect 1000 metric scopewire_fmp4_viewers
expect 1 metric scopewire_fmp4_streams
exec 9>&-
finishes 0 crowd

# Where a process has fewer descriptors than there are viewers, some are told so, and nothing else happens.
start few sh -c "ulimit -n 512 && exec fmp4-serve --listen 127.0.0.1:0 --max-per-address 2000"
few=$(address few inboundWSFMP4)
background crowds python3 crowd.py "$few"
finishes 1 crowds
contains crowds.log refused
plays() { curl -fsS -o few.mp4 "http://$few/live/cam.mp4?for=1s&wait=5s"; }
eventually -t 30 plays
stop few

# A flood of metadata: what fits no fragment is counted, the picture goes on.
background viewer "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --wait "ws://$host/live/cam"
background watcher curl -fsS -o watcher.mp4 "http://$host/live/cam.mp4?for=6s"
eventually contains viewer.out '"type":"init"'
python3 -c 'for i in range(3000): print("{\"n\":%d,\"pad\":\"%s\"}" % (i, "x" * 1000))' | meta-push live/cam
eventually contains viewer.out '"n":2999'
finishes 0 watcher
so-fmp4-check watcher.mp4 >checked
grep -qE ', (5[89]|6[0-9]) pictures' checked || fail "the watcher missed something: $(cat checked)"
above scopewire_fmp4_metadata_lost_total 0 || fail "nothing was lost, so nothing was bounded"
