#!/usr/bin/env bash
# What GStreamer and ffmpeg publish, GStreamer, ffmpeg, rtmpdump and mpv play, message for message.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg rtmpdump gst-launch-1.0 mpv
for element in rtmp2sink rtmpsink x264enc flvmux; do
  gst-inspect-1.0 "$element" >/dev/null 2>&1 || skip "GStreamer has no $element"
done

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0 --play-wait 20s
rtmp=rtmp://$(address ingest rtmp)/live

sends() { # ELEMENT NAME: three seconds by GStreamer
  gst-launch-1.0 -q flvmux name=mux streamable=true ! "$1" location="$rtmp/$2" \
    videotestsrc num-buffers=90 is-live=true ! video/x-raw,width=160,height=90,framerate=30/1 ! \
    x264enc key-int-max=30 tune=zerolatency ! mux. \
    audiotestsrc num-buffers=130 is-live=true ! voaacenc ! aacparse ! mux.
}
encodes() {
  ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 3 -f flv "$rtmp/$1"
}

# They are there before anybody publishes, so that they hear all of it.
plays() { # NAME
  background "$1.dump" rtmpdump -q -r "$rtmp/$1" -o "$1.dump.flv"
  background "$1.gst" gst-launch-1.0 -q rtmp2src location="$rtmp/$1" ! filesink location="$1.gst.flv"
  background "$1.ffmpeg" ffmpeg -v error -i "$rtmp/$1" -map 0:v -c copy -f framemd5 "$1.md5"
  background "$1.mpv" mpv --no-config --really-quiet --vo=null --ao=null "$rtmp/$1"
}
for name in rtmp2sink rtmpsink ffmpeg; do plays $name; done
playing() { [ "$(grep -c 'has joined /live' ingest.log)" -ge 12 ]; }
eventually -t 20 playing

background by.rtmp2sink sends rtmp2sink rtmp2sink
background by.rtmpsink sends rtmpsink rtmpsink
background by.ffmpeg encodes ffmpeg
for name in rtmp2sink rtmpsink ffmpeg; do eventually -t 40 dead "by.$name"; done
for name in rtmp2sink rtmpsink ffmpeg; do
  for player in dump gst ffmpeg mpv; do eventually -t 20 dead "$name.$player"; done
done

# Two programs that write FLV themselves have got the same messages, with the same timestamps. When
# rtmp2src hears that the stream has ended it may leave out the last that came before, which is on the wire.
cat >tags.py <<'END'
import sys
from flv import VIDEO, media

one, other = media(sys.argv[1]), media(sys.argv[2])
video = sum(1 for tag in one if tag.kind == VIDEO)
if video < 80 or other != one[:len(other)] or len(other) < len(one) - 2:
    print(sys.argv[1], len(one), "and", len(other), "messages,", video, "of video")
    for a, b in zip(one, other):
        if a != b:
            raise SystemExit(f"{a.kind} at {a.ms}, {len(a.body)} bytes and {b.kind} at {b.ms}, {len(b.body)} bytes")
    raise SystemExit(1)
END
for name in rtmp2sink rtmpsink ffmpeg; do
  python3 tags.py "$name.dump.flv" "$name.gst.flv" || fail "rtmpdump and rtmp2src differ about $name"
  [ "$(grep -vc '^#' "$name.md5")" -ge 80 ] || fail "ffmpeg played $(grep -vc '^#' "$name.md5") frames of $name"
  expect '' cat "$name.mpv.log"
done
