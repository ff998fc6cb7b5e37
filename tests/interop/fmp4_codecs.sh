#!/usr/bin/env bash
# What clients publish in every codec of Enhanced RTMP comes out as fMP4 that ffmpeg decodes and the checker passes.
. "$(dirname "$0")/lib.sh"
need ffmpeg ffprobe so-fmp4-check

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
port=$(address ingest rtmp | cut -d: -f2)
data=$root/tests/data/rtmp

# stream NAME MIME CODECS [STREAM]: of a recording pictures and sound come out, with these codecs.
stream() {
  local name=$1 mime=$2 codecs=$3
  background tap sh -c "exec fmp4-serve tap ${4:-live/x} - --timeout 20s >$name.mp4"
  background publisher "$root/tests/support/replay.py" "$port" "$data/$name.bin"
  enough() { so-fmp4-check "$name.mp4" | grep -qE ', ([3-9]|[1-9][0-9]+) pictures, ([3-9]|[1-9][0-9]+) of sound'; }
  eventually -t 20 enough
  stop publisher
  finishes 0 tap
  so-fmp4-check "$name.mp4" >checked
  contains checked "$mime"
  expect "$codecs" sh -c "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 $name.mp4 | tr -s ',\\n' , | sed 's|,$||'"
  ffmpeg -v error -xerror -i "$name.mp4" -f null - 2>decoded || fail "$name: $(cat decoded)"
  [ ! -s decoded ] || fail "$name: $(cat decoded)"
}

stream ffmpeg9_h264_aac 'video/mp4; codecs="avc1.' h264,aac
stream ffmpeg9_hevc_aac 'video/mp4; codecs="hvc1.4.10.L30.9E.8,mp4a.40.2"' hevc,aac
stream ffmpeg9_av1_opus 'video/mp4; codecs="av01.0.00M.08,opus"' av1,opus
stream ffmpeg9_vp9_flac 'video/mp4; codecs="vp09.01.10.08,flac"' vp9,flac
stream ffmpeg9_h264_mp3 ',mp3"' h264,mp3
stream ffmpeg9_h264_ac3 ',ac-3"' h264,ac3
stream ffmpeg9_h264_eac3 ',ec-3"' h264,eac3
stream ffmpeg9_opus51 ',opus"' h264,opus
stream obs32_av1_2audio ',mp4a.40.2"' av1,aac live/obs1

# A stream that stands at one picture, the last of a recording that is gone when the tap comes, is shown.
background publisher "$root/tests/support/replay.py" "$port" "$data/gst128_eflvmux_nonmulti.bin"
up() { so-ctl ls | grep -q '"stream":"/live/x"'; }
eventually up
background standing sh -c "exec fmp4-serve tap live/x - --timeout 10s >standing.mp4"
one() { so-fmp4-check standing.mp4 | grep -q ', 1 pictures, 0 of sound'; }
eventually one
stop standing
stop publisher

# What is broken is seen, and named.
head -c 5000 ffmpeg9_h264_aac.mp4 >cut.mp4
exits 1 so-fmp4-check cut.mp4
contains err 'does not fit'
exits 1 so-fmp4-check missing.mp4
