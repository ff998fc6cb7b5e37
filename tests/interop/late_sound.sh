#!/usr/bin/env bash
# Where sound comes later than the picture, viewers get both tracks and go on at once, not at the next key frame.
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
start serve fmp4-serve --listen 127.0.0.1:0
url=ws://$(address serve inboundWSFMP4)/live/late

# Key frames 10 s apart; sound from second 3 on.
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -itsoffset 3 -f lavfi -i sine -t 8 \
  -c:v libx264 -preset ultrafast -tune zerolatency -g 300 -c:a aac -f flv late.flv
background viewer "$root/tests/support/ws.py" --protocol scopewire.fmp4.v1 --hex --wait "$url"
eventually contains viewer.out waiting
background publisher sh -c 'ffmpeg -v error -re -i late.flv -c copy -f flv - | rtmp-ingest publish - live/late'
second_init() { [ "$(grep -c '"type":"init"' viewer.out)" -eq 2 ]; }
eventually -t 20 second_init
enough() { [ "$(sed -n '/"type":"init"/,$p' viewer.out | grep -c '^0')" -gt 300 ]; }
eventually -t 20 enough

# After each init the first picture is a key frame, and pictures follow each other without a hole.
python3 - <<'END'
import json, re, sys
lines = open("viewer.out").read().split("\n")[:-1]
inits = [i for i, line in enumerate(lines) if '"type":"init"' in line]
assert len(inits) == 2, inits
kinds = [[track["kind"] for track in json.loads(lines[i])["tracks"]] for i in inits]
assert kinds == [["video"], ["video", "audio"]], kinds
SYNC = "02000000"

def video(line):
    """(sequence, sync) of a fragment of the video track; None for another."""
    at = line.find(b"tfhd".hex())
    track = int(line[at + 16:at + 24], 16) if at >= 0 else 0
    return SYNC in line[:600] if track == 1 else None

after = [video(line) for line in lines[inits[1] + 2:] if line.startswith("0")]
pictures = [sync for sync in after if sync is not None]
assert pictures and pictures[0], "the first picture after the second init is no key frame"
# All since the key frame of second 0 comes again, then what is live.
assert len(pictures) > 60, len(pictures)
assert after.index(True) == 0, "something came before the key frame"
END
