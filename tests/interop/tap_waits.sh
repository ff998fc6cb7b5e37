#!/usr/bin/env bash
# A tap of a stream whose media does not make a file says on standard error what has come and what is missing.
. "$(dirname "$0")/lib.sh"
need python3

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0

# Pictures that follow a key frame which never comes; and those of a second track alone (Enhanced RTMP).
cat >flv.py <<'END2'
import sys, time
def tag(kind, ms, text):
    body = bytes.fromhex(text.replace(" ", ""))
    head = bytes([kind]) + len(body).to_bytes(3, "big") + ms.to_bytes(3, "big") + bytes(4)
    sys.stdout.buffer.write(head + body + (len(body) + 11).to_bytes(4, "big"))
    sys.stdout.flush()
sys.stdout.buffer.write(b"FLV\1\5" + (9).to_bytes(4, "big") + bytes(4))
if sys.argv[1] == "keyless":
    tag(9, 0, "17 00 000000 0164000bffe100196764000bf3650b378f9f016c800000030080000019078a14cb01000568ebe3cb20")
for ms in range(0, 60_000, 40):
    tag(9, ms, "27 01 000000 00000002 419a" if sys.argv[1] == "keyless" else "96 01 61766331 01 000000 00000002 419a")
    time.sleep(0.04)
END2
for kind in keyless second; do
  mkfifo $kind.flv
  background source_$kind sh -c "exec python3 flv.py $kind >$kind.flv"
  background publisher_$kind sh -c "exec rtmp-ingest publish - live/$kind <$kind.flv"
  background $kind fmp4-serve tap live/$kind - --timeout 8s
done
for kind in keyless second; do finishes 27 $kind; done
missing() { sed -n 's/.*does not begin yet: \(.*\)/\1/p' "$1.log" | sed 's/[0-9][0-9]* packets/N packets/'; }
expect 'video: N packets of H.264, without a key frame; audio: nothing has come' missing keyless
expect 'video: N packets, all of other tracks than the first; audio: nothing has come' missing second
contains keyless.log 'live/keyless has not begun: video: '
expect '' cat second.out
