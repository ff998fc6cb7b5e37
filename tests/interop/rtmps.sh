#!/usr/bin/env bash
# Over rtmps ffmpeg and GStreamer publish and play, certificates are chosen by host and read again, relays check them.
. "$(dirname "$0")/lib.sh"
need ffmpeg openssl

certificate() { # NAME HOST: NAME.crt and NAME.key
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$2" \
    -addext "subjectAltName=DNS:$2" -keyout "$1.key" -out "$1.crt" 2>/dev/null
}
certificate first localhost
certificate second cam.example
start hub so-hub
exits 2 rtmp-ingest --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0
contains err 'rtmps needs --tls-cert and --tls-key'
exits 2 rtmp-ingest --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 --tls-cert first.crt --tls-key second.key
contains err 'key second.key is not that of first.crt'
start ingest rtmp-ingest --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 \
  --tls-cert first.crt --tls-key first.key --tls-cert second.crt --tls-key second.key
tls=$(address ingest rtmps)

shown() { # [HOST]: the name on the certificate that a client is shown
  openssl s_client -connect "$tls" ${1:+-servername "$1"} </dev/null 2>/dev/null | openssl x509 -noout -subject
}
expect 'subject=CN = localhost' shown
expect 'subject=CN = localhost' shown nobody.example
expect 'subject=CN = cam.example' shown cam.example

ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=30 -f lavfi -i sine -c:v libx264 -g 30 -c:a aac -t 20 -f flv source.flv
background publisher ffmpeg -v error -re -i source.flv -c copy -f flv "rtmps://$tls/live/cam"
eventually live /live/cam
frames source.flv >sent
whole() { # FILE
  frames "$1" >"$1.got"
  is_piece 41 sent "$1.got"
}
ffmpeg -v error -i "rtmps://$tls/live/cam" -t 2 -c copy -f flv play.flv
whole play.flv
if gst-inspect-1.0 rtmp2src >/dev/null 2>&1; then
  background gst gst-launch-1.0 -q rtmp2src location="rtmps://$tls/live/cam" tls-validation-flags=0 ! filesink location=gst.flv
  eventually whole gst.flv
  stop gst
fi

# A relay trusts whom it is told to, and nobody else.
background trusts rtmp-ingest pull "rtmps://localhost:${tls#*:}/live/cam" live/again --tls-ca first.crt
eventually live /live/again
background doubts rtmp-ingest pull "rtmps://localhost:${tls#*:}/live/cam" live/never --tls-ca second.crt
eventually contains doubts.log 'X509'
if live /live/never; then fail "a certificate that nobody trusts was taken"; fi

# So does so-ctl.
at=rtmps://localhost:${tls#*:}/live/room
SSL_CERT_FILE=first.crt so-ctl --at "$at" set chat word '"hello"'
expect '"hello"' so-ctl get /live/room chat word
exits 3 env SSL_CERT_FILE=second.crt so-ctl --at "$at" set chat word '"never"'
contains err X509

# New certificates are for who comes from then on; who is there notices nothing, nor of broken ones.
certificate first renewed.example
kill -HUP "${pid_of[ingest]}"
eventually expect 'subject=CN = renewed.example' shown
echo broken >first.crt
kill -HUP "${pid_of[ingest]}"
eventually contains ingest.log 'certificate first.crt'
expect 'subject=CN = renewed.example' shown
alive publisher || fail "the publisher has left"

# What is no TLS is closed there, and TLS where it is not spoken.
exits 1 ffmpeg -v error -i "rtmp://$tls/live/cam" -f null -
exits 1 ffmpeg -v error -i "rtmps://$(address ingest rtmp)/live/cam" -f null -
contains ingest.log 'looks like TLS'
