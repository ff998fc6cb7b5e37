#!/usr/bin/env bash
# What a publisher says of its stream and while it plays, and what others push, is in the media as emsg at its own time: WebSocket, HTTP, tap.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe curl jq so-fmp4-check

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
host=$(address serve inboundWSFMP4)

ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine=sample_rate=48000 -t 30 \
  -c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac -f flv source.flv
# Paces a file, and says a text every second, stamped as the frame before it.
cat >pace.py <<'END2'
import sys
from amf0 import obj, text
from flv import DATA, VIDEO, Tag, paced
out, said = sys.stdout.buffer, 0
for tag in paced("source.flv", out):
    out.write(tag.encode())
    if tag.kind == VIDEO and tag.ms >= 1000 * (said + 1):
        said += 1
        out.write(Tag(DATA, tag.ms, text("onTextData") + obj(text=text(f"at {tag.ms}"))).encode())
    out.flush()
END2
mkfifo paced
background pace bash -c 'exec python3 pace.py >paced'
background publisher bash -c 'exec rtmp-ingest publish - live/cam <paced'
live() { curl -sf "http://$host/streams.json" | grep -q '"/live/cam"'; }
eventually -t 20 live
background viewer "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "ws://$host/live/cam"
background file curl -fsS -o file.mp4 "http://$host/live/cam.mp4?for=5s"
background long curl -fsS -o long.mp4 "http://$host/live/cam.mp4?for=5s&fragment=gop"
background tap sh -c 'exec fmp4-serve tap live/cam - --for 5s >tap.mp4'
eventually contains viewer.out '"type":"init"'
eventually contains viewer.out onTextData
meta-push live/cam '{"pushed":1}'
for who in file long tap; do finishes 0 $who; done
stop viewer
sed -n '/"type":"init"/,$p' viewer.out | grep '^0' | tr -d '\n' |
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >viewer.mp4

# Of each: every event as a line of its value, its time and its data.
cat >events.py <<'END2'
import json, struct, sys
data, at = open(sys.argv[1], "rb").read(), 0
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"emsg":
        assert data[at + 8] == 1
        scale, time, _, number = struct.unpack(">IQII", data[at + 12:at + 32])
        scheme, value, message = data[at + 32:at + size].split(b"\0", 2)
        assert scheme == b"urn:scopewire:meta:json" and scale == 1000
        print(value.decode(), time, number, json.dumps(json.loads(message)))
    at += size
END2
for form in viewer file long tap; do
  so-fmp4-check $form.mp4 >checked 2>err || [ $form = viewer ] || fail "$(cat err)"
  python3 events.py $form.mp4 >$form.events
  contains $form.events '"pushed": 1'
  contains $form.events 'onTextData'
  head -n 1 $form.events >first
  contains first onMetaData
  contains first '"width": 160'
done
cut -d ' ' -f 3- <viewer.events | grep -v onMetaData | head -n 3 | sort >viewer.same
cut -d ' ' -f 3- <file.events | grep -v onMetaData | sort >file.same
[ -n "$(comm -12 viewer.same file.same)" ] || fail "the same events have other ids: $(cat viewer.same file.same)"

# A text lies at the frame that it was said with.
python3 - <<'END2'
import re, subprocess
shown = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts_time", "-of", "csv=p=0", "tap.mp4"],
                       capture_output=True, text=True, check=True).stdout.split()
times = [round(float(t.strip(",")) * 1000) for t in shown]
texts = [line.split() for line in open("tap.events") if line.startswith("onTextData")]
assert len(texts) >= 3, texts
for text in texts:
    assert min(abs(int(text[1]) - t) for t in times) <= 1, (text, times[:5])
gaps = [int(b[1]) - int(a[1]) for a, b in zip(texts, texts[1:])]
assert all(950 <= gap <= 1050 for gap in gaps), gaps
END2

# What the init message says of the publisher's clock leads from where a text lies to its time stamp.
python3 - <<'END2'
import json
said = [json.loads(line) for line in open("viewer.out") if line.startswith("{")]
init = next(each for each in said if each["type"] == "init")
texts = [each for each in said if each["type"] == "metadata" and "onTextData" in each["data"]]
assert len(texts) >= 2, said
for each in texts:
    stamped = int(each["data"]["onTextData"]["text"].split()[1])
    assert each["timestamp"] == stamped, each
    assert abs(init["timestamp"] + (each["time"] - init["start"]) * 1000 - stamped) <= 1, (init, each)
END2
