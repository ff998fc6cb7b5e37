#!/usr/bin/env bash
# Who publishes or plays with the right key in the stream's name or the URL may; others are told why not; SIGHUP changes the keys.
. "$(dirname "$0")/lib.sh"
need ffmpeg

rules() { # KEY
  cat >scopewire.yaml <<END
policy:
  rules:
  - {allow: publish, scope: /live, name: cam, claims: {query.key: $1}}
  - {deny: publish, scope: /live, reason: the stream key is wrong}
  - {allow: play, claims: {query.user: ann}}
  - {deny: play, reason: who are you}
END
}
rules s3cret
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 30 -f flv source.flv
refused() { # URL: a publisher who would be let in stays for half a minute
  exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "$1"
  contains err 'the stream key is wrong'
}

# As OBS sends it: in the name. It is not said again in a log.
background cam ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp/live/cam?key=s3cret"
eventually contains ingest.log 'publishes /live/cam'
for url in "$rtmp/live/cam2?key=s3cret" "$rtmp/live/cam3?key=other" "$rtmp/live/cam4" "$rtmp/live/cam?role=operator"; do
  refused "$url"
done
if grep -q 's3cret' ingest.log hub.log; then fail 'a stream key is in a log'; fi

# Players too. A key may be with the application, as some encoders have it.
expect 5 played 5 "$rtmp/live/cam?user=ann"
expect 5 played 5 "$rtmp/live?user=ann/cam"
exits 1 ffmpeg -v error -i "$rtmp/live/cam" -f null -
contains err 'who are you'
stop cam
eventually contains ingest.log '/live/cam has ended'
background old ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp/live?key=s3cret/cam"
published() { [ "$(grep -c 'publishes /live/cam$' ingest.log)" -eq 2 ]; }
eventually published
stop old

rules an0ther
kill -s HUP "${pid_of[hub]}"
eventually contains hub.log 'policy read again'
refused "$rtmp/live/cam?key=s3cret"
background new ffmpeg -v error -re -i source.flv -c copy -f flv "$rtmp/live/cam?key=an0ther"
published_again() { [ "$(grep -c 'publishes /live/cam$' ingest.log)" -eq 3 ]; }
eventually published_again
stop new
