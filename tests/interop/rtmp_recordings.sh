#!/usr/bin/env bash
# FLV files of the folder of recordings are played by rtmpdump, ffmpeg and GStreamer, message for message, whole and in part.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe rtmpdump gst-launch-1.0
mkdir -p tapes/live/room secret
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -f lavfi -i sine -c:v libx264 -g 25 -c:a aac -t 10 -f flv tapes/live/cam.flv
cp tapes/live/cam.flv tapes/live/room/b.flv
cp tapes/live/cam.flv secret/cam.flv
cat >scopewire.yaml <<'END'
rtmp: {record: tapes}
policy:
  rules:
    - {deny: play, scope: /live/room, reason: not this one}
END
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)

cat >tags.py <<'END'
import sys
from flv import AUDIO, media

# same FILE GOT [FROM TO]: all its messages, or those from a key frame at or before FROM up to TO
# librtmp throws away pictures of 5 bytes and less, which the end of a sequence is.
file, got = [t for t in media(sys.argv[1]) if t.kind == AUDIO or len(t.body) > 5], media(sys.argv[2])
if len(sys.argv) > 3:
    first, last = int(sys.argv[3]), int(sys.argv[4])
    key = max(i for i, t in enumerate(file) if t.is_key() and t.ms <= first)
    file = [t for t in file[key:] if t.ms <= last]
    # The configurations come first; rtmpdump adds what it asked for to each timestamp.
    got = [t._replace(ms=t.ms - first) for t in got if t.body[1] != 0 or t.body[0] not in (0x17, 0xAF)]
if got != file:
    print(len(file), "messages in", sys.argv[1], len(got), "in", sys.argv[2])
    print([(t.kind, t.ms, len(t.body)) for t in file[:4]], [(t.kind, t.ms, len(t.body)) for t in got[:4]])
    print([(t.kind, t.ms, len(t.body)) for t in file[-2:]], [(t.kind, t.ms, len(t.body)) for t in got[-2:]])
    raise SystemExit(1)
END
same() { python3 tags.py "$@" || fail "$2 is not $1"; }

# rtmpdump wants all of it at once. It calls what ends in the last thousandth of its duration incomplete.
dump() { # FILE OPTION...
  local code=0
  timeout 20 rtmpdump -q -o "$1" "${@:2}" || code=$?
  [ $code -eq 0 ] || [ $code -eq 2 ] || fail "rtmpdump ${*:2} ended with $code"
}
for name in cam.flv cam; do
  dump "dump.$name.flv" -r "$rtmp/live/$name"
  same tapes/live/cam.flv "dump.$name.flv"
done
for name in flv:cam mp4:cam; do
  dump prefix.flv -r "$rtmp/live" -y $name
  same tapes/live/cam.flv prefix.flv
done
dump part.flv -r "$rtmp/live/cam.flv" -A 4.5 -B 7
same tapes/live/cam.flv part.flv 4500 7000

# ffmpeg plays as fast as its clock goes, but for its buffer; with a large one at once.
md5() { ffmpeg -v error "$@" -map 0 -c copy -f framemd5 - | grep -v '^#' | awk -F, '{ print $1, $3, $6 }' | sort; }
md5 -i tapes/live/cam.flv >wanted
begun=$SECONDS
md5 -i "$rtmp/live/cam.flv" >paced
[ $((SECONDS - begun)) -ge 5 ] || fail 'ten seconds with a buffer of three were played in less than five'
cmp wanted paced || fail 'ffmpeg got something else'
md5 -rtmp_buffer 60000 -i "$rtmp/live/cam.flv" >fast
cmp wanted fast || fail 'ffmpeg with a large buffer got something else'
exits 0 ffmpeg -v error -ss 6.7 -i "$rtmp/live/cam.flv" -map 0:v -c copy -copyts -frames:v 2 -f framecrc -
contains out '0,       6000, '
contains out '0,       6040, '

timeout 30 gst-launch-1.0 -q rtmp2src location="$rtmp/live/cam.flv" ! filesink location=gst.flv
python3 - <<'PY' || fail 'rtmp2src got something else'
from flv import media
wanted, got = media("tapes/live/cam.flv"), media("gst.flv")
# When it hears of the end it may leave out the last that came before, which is on the wire.
raise SystemExit(0 if got == wanted[:len(got)] and len(got) >= len(wanted) - 2 else 1)
PY

# No name leads anywhere else, and the policy is that of the stream.
none() { # WHY NAME
  exits 1 ffmpeg -v verbose -i "$rtmp/$2" -f null -
  contains err "$1"
}
none 'There is no recording of /live/none' live/flv:none
none 'There is no stream /live/none' live/none.flv # ffmpeg takes the ending off
none 'a segment is' live/flv:../../secret/cam
none 'There is no recording of /secret/cam' secret/flv:cam
none 'There is no stream /secret/cam' secret/cam
none 'not this one' live/room/flv:b
exits 1 ffmpeg -v verbose -rtmp_live live -i "$rtmp/live/cam" -f null -
contains err 'There is no stream /live/cam'

# What is live comes first.
background live ffmpeg -v error -re -f lavfi -i testsrc2=s=320x180:r=25 -c:v libx264 -tune zerolatency -g 25 -f flv "$rtmp/live/cam"
eventually contains ingest.log 'publishes /live/cam'
width() { timeout 20 ffprobe -v error -select_streams v -show_entries stream=width -of csv=p=0 "$1" | head -n 1; }
expect 320 width "$rtmp/live/cam"
expect 160 width "$rtmp/live/flv:cam"
stop live
