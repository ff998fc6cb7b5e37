#!/usr/bin/env bash
# A name that is published already is refused to a second publisher; the first and its player go on.
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start other rtmp-ingest --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)/live/cam

ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 30 -t 6 -f flv source.flv
background first ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
eventually live
background tap rtmp-ingest tap live/cam -

# The same process refuses it, another one does, and so does the pipe.
for url in "$rtmp" "rtmp://$(address other rtmp)/live/cam"; do
  code=0
  ffmpeg -v error -re -i source.flv -c copy -f flv "$url" 2>err </dev/null || code=$?
  [ $code -ne 0 ] || fail "a second publisher was let in at $url"
done
exits 5 rtmp-ingest publish - live/cam
contains err 'unable to publish /live/cam: '

finishes 0 first
finishes 0 tap
frames source.flv >sent
frames tap.out >got
is_end 90 sent got

# Once it has left, the name is free.
background second ffmpeg -v error -re -i source.flv -c copy -f flv "rtmp://$(address other rtmp)/live/cam"
eventually live
