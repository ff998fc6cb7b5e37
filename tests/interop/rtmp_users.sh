#!/usr/bin/env bash
# Encoders publish with the user and password of their settings, over authmod; who is wrong is not told which of both.
# limit: 180 s
. "$(dirname "$0")/lib.sh"
need ffmpeg gst-launch-1.0

(umask 077 && printf 'ann:s3cret\nbob:pass:word\n' >users)
cat >scopewire.yaml <<'END'
users: {file: users}
policy:
  rules:
    - {allow: publish, scope: /live, name: "ann*", claims: {sub: ann}}
    - {allow: publish, scope: /live, name: "bob*", claims: {sub: bob}}
    - {deny: publish, reason: another's name}
END
start hub so-hub --config scopewire.yaml
start adobe rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0 --metrics 127.0.0.1:0
start llnw rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0 --authmod llnw
adobe=$(address adobe rtmp)
llnw=$(address llnw rtmp)
ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=30 -c:v libx264 -g 15 -t 20 -f flv source.flv
sends() { background "$1" ffmpeg -v error -re -stream_loop -1 -i source.flv -c copy -f flv "$2"; } # NAME URL
refused() { # WHY URL
  exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "$2"
  contains err "$1"
}

sends by.adobe "rtmp://ann:s3cret@$adobe/live/ann1"
sends by.llnw "rtmp://ann:s3cret@$llnw/live/ann2"
background by.gst gst-launch-1.0 -q videotestsrc is-live=true ! video/x-raw,width=160,height=90 ! \
  x264enc key-int-max=15 tune=zerolatency ! flvmux streamable=true ! \
  rtmp2sink location="rtmp://ann:s3cret@$adobe/live/ann3"
eventually -t 20 contains adobe.log 'publishes /live/ann1'
eventually -t 20 contains llnw.log 'publishes /live/ann2'
eventually -t 20 contains adobe.log 'publishes /live/ann3'

for door in "$adobe" "$llnw"; do
  refused 'Incorrect username/password' "rtmp://ann:wrong@$door/live/ann9"
  cp err wrong
  refused 'Incorrect username/password' "rtmp://nobody:wrong@$door/live/ann9"
  diff <(sed 's/0x[0-9a-f]*//g;s/nobody/ann/' err) <(sed 's/0x[0-9a-f]*//g' wrong) || fail 'a user that does not exist is told'
  exits 1 ffmpeg -v error -re -i source.flv -c copy -f flv "rtmp://$door/live/ann9"
  refused "another's name" "rtmp://bob:pass:word@$door/live/ann9"
done
if grep -qE 's3cret|pass:word' ./*.log; then fail 'a password is in a log'; fi
metrics=$(endpoint adobe)/metrics
expect 'scopewire_rtmp_refused_proofs_total 2' sh -c "curl -s $metrics | grep ^scopewire_rtmp_refused_proofs"

# Who only plays is not asked, unless it has to be all.
expect 5 played 5 "rtmp://$adobe/live/ann1"
start all rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0 --users-ask all
exits 1 ffmpeg -v error -i "rtmp://$(address all rtmp)/live/ann1" -f null -
expect 5 played 5 "rtmp://bob:pass:word@$(address all rtmp)/live/ann1"

# What is pushed and pulled brings the user and password of its URL.
background push rtmp-ingest push live/ann1 "rtmp://ann:s3cret@$llnw/live/ann5"
eventually -t 20 contains llnw.log 'publishes /live/ann5'
background pull rtmp-ingest pull "rtmp://bob:pass:word@$(address all rtmp)/live/ann1" live/pulled
eventually -t 20 contains pull.log 'NetStream.Play.Start'
expect 5 played 5 "rtmp://$adobe/live/pulled"
stop pull
stop push
background wrong.push rtmp-ingest push live/ann1 "rtmp://ann:wrong@$llnw/live/ann6"
eventually -t 20 contains wrong.push.log 'user or password are wrong; again in'
stop wrong.push

# Guesses from one address are looked at ten times a minute; then the right password is as wrong.
guess() { ffmpeg -v error -i source.flv -t 1 -c copy -f flv "rtmp://bob:$1@$(address all rtmp)/live/bob" 2>err; }
for i in {1..10}; do if guess "guess$i"; then fail 'a guess was right'; fi; done
if guess pass:word; then fail 'guesses are not counted'; fi
contains err 'Incorrect username/password'

# SIGHUP reads them again; a file that is wrong, or that others may read, changes nothing.
(umask 077 && printf 'ann:other\n' >users)
chmod 644 users
kill -s HUP "${pid_of[llnw]}"
eventually contains llnw.log 'the users stay as they were: users may be read by others: chmod 600 users'
chmod 600 users
kill -s HUP "${pid_of[llnw]}"
eventually contains llnw.log 'users read again: 1'
refused 'Incorrect username/password' "rtmp://ann:s3cret@$llnw/live/ann4"
sends again "rtmp://ann:other@$llnw/live/ann4"
eventually -t 20 contains llnw.log 'publishes /live/ann4'
alive by.llnw || fail 'who was in is out'
for name in by.adobe by.llnw by.gst again; do stop $name; done
exits 2 rtmp-ingest --users none --listen 127.0.0.1:0
contains err 'unable to read none: '
