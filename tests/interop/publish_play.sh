#!/usr/bin/env bash
# What ffmpeg publishes over RTMP, players get frame for frame: by RTMP, as FLV and as fragmented MP4.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg rtmpdump

start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)/live/cam

ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 12 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp"
eventually live

background dump rtmpdump -q -r "$rtmp" -o dump.flv
background play ffmpeg -v error -i "$rtmp" -c copy -f flv play.flv
background flv rtmp-ingest tap live/cam - --for 3s
background mp4 fmp4-serve tap live/cam - --for 3s
finishes 0 flv
finishes 0 mp4
eventually -t 20 dead publisher
eventually -t 10 dead play
eventually -t 10 dead dump

# Every frame that a player got is one that was sent, in order, without a hole.
decoded source.flv >sent
for file in dump.flv play.flv flv.out mp4.out; do
  decoded $file >$file.got
  is_piece 60 sent $file.got
done
ffprobe -v error -show_entries stream=codec_name -of csv=p=0 mp4.out >codecs
expect $'h264\naac' cat codecs
