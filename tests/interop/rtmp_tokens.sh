#!/usr/bin/env bash
# Encoders and players bring a token in the URL or the stream's name; what it claims decides, and its end is theirs.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need ffmpeg rtmpdump gst-launch-1.0
printf 'thirty-two bytes of secret, or so' >secret
cat >scopewire.yaml <<'END'
tokens: {keys: [secret]}
policy:
  rules:
    - {allow: [connect, publish], scope: /live, role: encoder}
    - {deny: publish, reason: encoders only}
    - {deny: connect, scope: /live, role: anonymous, reason: who are you}
END
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
token() { so-ctl token --sign-key secret "$@"; } # OPTION...
encoder=$(token --sub cam1 --role encoder)
viewer=$(token --sub ann)
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 20 -f flv source.flv

# By ffmpeg in the stream's name, as OBS has its key; by ffmpeg and GStreamer in the URL.
sends() { background "$1" ffmpeg -v error -re -stream_loop -1 -i source.flv -c copy -f flv "$2"; } # NAME URL
sends in.name "$rtmp/live/one?token=$encoder"
sends in.url "$rtmp/live?token=$encoder/two"
background gst gst-launch-1.0 -q videotestsrc is-live=true ! video/x-raw,width=160,height=90 ! \
  x264enc key-int-max=15 tune=zerolatency ! flvmux streamable=true ! \
  rtmp2sink location="$rtmp/live/three?token=$encoder"
for name in one two three; do eventually -t 20 contains ingest.log "publishes /live/$name"; done
if grep -qF "${encoder#*.}" ingest.log hub.log; then fail 'a token is in a log'; fi

refused() { # WHY URL: a publisher who would be let in stays for 20 seconds
  exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "$2"
  contains err "$1"
}
refused 'A token is wanted' "$rtmp/live/four"
refused 'encoders only' "$rtmp/live/four?token=$viewer"
refused 'the signature is wrong' "$rtmp/live/four?token=${encoder%?????}AAAAA"
refused 'token: it is not three parts' "$rtmp/live?token=x/four"
refused 'it expired' "$rtmp/live/four?token=$(token --role encoder --claims '{"exp":1}')"

# Players too.
expect 5 played 5 "$rtmp/live/one?token=$viewer"
expect 5 played 5 "$rtmp/live?token=$viewer/two"
timeout 8 rtmpdump -q -v -B 1 -r "$rtmp/live/three?token=$viewer" -o three.flv || true
[ "$(stat -c %s three.flv)" -gt 1000 ] || fail 'rtmpdump has played nothing'
exits 1 ffmpeg -v error -i "$rtmp/live/one" -f null -
contains err 'A token is wanted'
exits 5 so-ctl --at "$rtmp/chat/room1" get board k
contains err 'A token is wanted'
so-ctl --at "$rtmp/chat/room1?token=$viewer" set board k 1
printf '%s\n' "$viewer" >viewer.token
expect 1 so-ctl --at "$rtmp/chat/room1" --token-file viewer.token get board k
exits 2 so-ctl --token-file viewer.token get /chat/room1 board k
contains err '--token-file is for --at URL'

# It ends with its token, wherever it is.
short=$(token --role encoder --claims "{\"exp\":$(($(date +%s) - 2))}")
sends brief "$rtmp/live/five?token=$short"
eventually contains ingest.log 'publishes /live/five'
eventually contains ingest.log 'has left: the token has expired'
eventually dead brief

# SIGHUP: other keys count for who comes from then on.
printf 'another secret of thirty-two bytes' >secret
kill -s HUP "${pid_of[ingest]}"
eventually contains ingest.log 'keys for tokens read again: 1'
refused 'the signature is wrong' "$rtmp/live/six?token=$encoder"
alive in.name || fail 'who was in is out'
for name in in.name in.url gst; do stop $name; done
