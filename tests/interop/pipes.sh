#!/usr/bin/env bash
# Streams come from a pipe and leave through one: publish -, tap -, for FLV and fragmented MP4.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg

start hub so-hub
start serve fmp4-serve --listen 127.0.0.1:0
start ingest rtmp-ingest --listen 127.0.0.1:0

publish() {
  ffmpeg -v error -re -f lavfi -i testsrc2=s=160x90:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 15 -f flv - |
    rtmp-ingest publish - live/cam2
}
background publisher publish
eventually live /live/cam2

probe() { ffprobe -v error -show_entries stream=codec_name -of csv=p=0 -; }
expect $'h264\naac' sh -c 'rtmp-ingest tap live/cam2 - --for 2s | ffprobe -v error -show_entries stream=codec_name -of csv=p=0 -'
expect $'h264\naac' sh -c 'fmp4-serve tap live/cam2 - --for 2s | ffprobe -v error -show_entries stream=codec_name -of csv=p=0 -'
# The RTMP door plays a stream that another process publishes.
expect $'h264\naac' sh -c "ffmpeg -v error -i rtmp://$(address ingest rtmp)/live/cam2 -t 2 -c copy -f matroska - | ffprobe -v error -show_entries stream=codec_name -of csv=p=0 -"
# A reader that goes away ends the tap quietly.
expect FLV sh -c 'rtmp-ingest tap live/cam2 - | head -c 3'
exits 27 rtmp-ingest tap live/nothing - --timeout 200ms
finishes 0 publisher
