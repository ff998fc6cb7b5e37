#!/usr/bin/env bash
# wss, wssJsonMeta and inboundWSSFMP4 speak TLS; SIGHUP brings a new certificate to who comes, not to who is in.
. "$(dirname "$0")/lib.sh"
need curl openssl
client=$root/tests/support/ws.py

certificate() { # NAME KIND...: NAME.pem and NAME.key
  openssl req -x509 -newkey "${@:2}" -nodes -days 30 -subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate first ec -pkeyopt ec_paramgen_curve:P-256
certificate second ec -pkeyopt ec_paramgen_curve:P-256
certificate third rsa:2048
cp first.pem now.pem
cp first.key now.key

# What cannot be used is said at the start.
exits 2 ws-gateway --standalone --listen 127.0.0.1:0 --wss-listen 127.0.0.1:0
contains err 'needs --tls-cert and --tls-key'
tls_with() { # CERTIFICATE KEY TEXT
  exits 2 ws-gateway --standalone --listen 127.0.0.1:0 --wss-listen 127.0.0.1:0 --tls-cert "$1" --tls-key "$2"
  contains err "$3"
}
tls_with none.pem first.key 'unable to read the certificate none.pem: '
tls_with first.pem second.key 'unable to use the key second.key: '

cat >scopewire.yaml <<'END'
tls: {cert: now.pem, key: now.key}
acceptors:
  - {ip: 127.0.0.1, port: 0, protocol: ws}
  - {ip: 127.0.0.1, port: 0, protocol: wss}
  - {ip: 127.0.0.1, port: 0, protocol: wssJsonMeta, streamname: live/cam}
  - {ip: 127.0.0.1, port: 0, protocol: inboundWSFMP4}
  - {ip: 127.0.0.1, port: 0, protocol: inboundWSSFMP4}
END
start hub so-hub
mkdir www
head -c 20000000 /dev/urandom >www/film.bin
start gateway ws-gateway --config scopewire.yaml --static www
start serve fmp4-serve --config scopewire.yaml
wss=$(address gateway wss) meta=$(address gateway wssJsonMeta) video=$(address serve inboundWSSFMP4)

shown() { # ADDRESS: the name in the certificate
  openssl s_client -connect "$1" </dev/null 2>/dev/null | openssl x509 -noout -subject | sed 's/.*CN = //'
}
for door in "$wss" "$meta" "$video"; do expect first shown "$door"; done
expect ok curl -fsS --cacert first.pem "https://$wss/healthz"
exits 60 curl -fsS --cacert second.pem "https://$wss/healthz"
curl -sSI --http2 --cacert first.pem "https://$wss/" >answer
contains answer 'HTTP/1.1 200 OK'
exits 22 curl -fsS --cacert first.pem "https://$wss/readyz/none"
curl -fsS -m 20 --limit-rate 20M --cacert first.pem "https://$wss/film.bin" | cmp - www/film.bin

# The same room behind both doors, with messages of several records.
background inside "$client" --wait "wss://$wss/chat/room1"
background plain "$client" --wait "ws://$(address gateway ws)/chat/room1"
background metadata "$client" --wait "wss://$meta/"
background viewer "$client" --wait --protocol scopewire.fmp4.v1 "wss://$video/live/cam"
for each in inside plain metadata viewer; do eventually contains $each.log open; done
(head -c 50000 /dev/zero | tr '\0' x && echo) >long
"$client" "wss://$wss/chat/room1" <long
for each in inside plain; do eventually cmp $each.out long; done
echo '{"n":1}' | "$client" "wss://$meta/live/cam"
eventually contains metadata.out '"data":{"n":1}'
eventually contains viewer.out '"waiting"'
from() { # ORIGIN: the status of its handshake
  curl -s -o /dev/null -w '%{http_code}' -m 1 --http1.1 --cacert first.pem -H "Origin: $1" -H 'Upgrade: websocket' \
    -H 'Connection: Upgrade' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
    "https://$wss/chat/room1" || true
}
expect 101 from "https://$wss"
expect 403 from "http://$wss"

# A new certificate, of another kind too; who is inside goes on.
for next in second third; do
  cp $next.pem now.pem
  cp $next.key now.key
  kill -HUP "${pid_of[gateway]}" "${pid_of[serve]}"
  for door in "$wss" "$meta" "$video"; do eventually expect $next shown "$door"; done
done
echo "still here" | "$client" "wss://$wss/chat/room1"
eventually contains inside.out "still here"

# What is wrong changes nothing, and is said.
echo nonsense >now.pem
kill -HUP "${pid_of[gateway]}"
eventually contains gateway.log 'unable to read the certificate now.pem: '
contains gateway.log 'the certificate that was in force stays'
expect third shown "$wss"
