#!/usr/bin/env bash
# OBS Studio publishes what it records, frame for frame, with user and password, and comes back to an ingest that was killed.
# limit: 180 s
. "$(dirname "$0")/lib.sh"
need obs Xvfb ffmpeg

# The settings that its windows would write: one coloured source, x264 and AAC, and a recording by the same encoders.
settings() { # SERVICE
  local folder=config/obs-studio
  mkdir -p $folder/basic/profiles/so $folder/basic/scenes home run recordings
  printf '%s\n' '[General]' FirstRun=true EnableAutoUpdates=false \
    '[Basic]' Profile=so ProfileDir=so SceneCollection=so SceneCollectionFile=so >$folder/global.ini
  printf '%s\n' '[General]' Name=so '[Output]' Mode=Simple RetryDelay=1 '[SimpleOutput]' VBitrate=500 ABitrate=64 \
    StreamEncoder=x264 Preset=ultrafast RecQuality=Stream RecFormat=flv "FilePath=$work/recordings" \
    '[Video]' BaseCX=320 BaseCY=180 OutputCX=320 OutputCY=180 FPSCommon=30 >$folder/basic/profiles/so/basic.ini
  echo "{\"type\":\"rtmp_custom\",\"settings\":$1}" >$folder/basic/profiles/so/service.json
  cat >$folder/basic/scenes/so.json <<'JSON'
{"name":"so","current_scene":"one","current_program_scene":"one","scene_order":[{"name":"one"}],"sources":[
  {"id":"scene","name":"one","settings":{"id_counter":1,"items":[{"name":"sky","visible":true,"id":1}]}},
  {"id":"color_source_v3","versioned_id":"color_source_v3","name":"sky","settings":{"width":320,"height":180,"color":4291611852}}]}
JSON
}
# It asks for a newer list of services at its start: of nobody, here.
obs_alone() {
  HOME=$work/home XDG_CONFIG_HOME=$work/config XDG_RUNTIME_DIR=$work/run DISPLAY=:$(<display) LIBGL_ALWAYS_SOFTWARE=1 \
    http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 \
    exec obs --multi --profile so --collection so --disable-updater --disable-missing-files-check --startstreaming "$@"
}

codecs() { ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$1" | sort; }

background x Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 3>display
eventually test -s display
(umask 077 && echo 'ann:s3cret' >users)
port=$(free_port)
ingest() { start ingest rtmp-ingest --listen "127.0.0.1:$port" --users "$work/users"; }
start hub so-hub
ingest

settings "{\"server\":\"rtmp://127.0.0.1:$port/live\",\"key\":\"cam\",\"use_auth\":true,\"username\":\"ann\",\"password\":\"s3cret\"}"
background obs obs_alone --startrecording
eventually -t 60 live
timeout 30 ffmpeg -v error -i "rtmp://127.0.0.1:$port/live/cam" -t 3 -c copy -f flv seen.flv
expect $'aac\nh264' codecs seen.flv

stop ingest KILL
eventually contains obs.out 'Reconnecting'
ingest
eventually -t 30 live
timeout 30 ffmpeg -v error -i "rtmp://127.0.0.1:$port/live/cam" -t 1 -c copy -f flv again.flv
expect $'aac\nh264' codecs again.flv
stop obs

# The first picture of either has the encoder's own description before it, and they did not begin at the same time.
frames recordings/*.flv v >recorded.v
frames seen.flv v | tail -n +2 >seen.v
is_piece 60 recorded.v seen.v
frames recordings/*.flv a >recorded.a
frames seen.flv a >seen.a
is_piece 60 recorded.a seen.a

# Who is wrong is told so in its log, and does not try for ever.
settings "{\"server\":\"rtmp://127.0.0.1:$port/live\",\"key\":\"cam\",\"use_auth\":true,\"username\":\"ann\",\"password\":\"wrong\"}"
background wrong obs_alone
eventually -t 60 contains wrong.out 'Streaming Stop'
if live /live/cam; then fail 'a wrong password has published'; fi
stop wrong
