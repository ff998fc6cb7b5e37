#!/usr/bin/env bash
# What is asked over HTTP and taken slowly, or not at all, costs no memory beyond its bounds, and is cut off; others notice nothing.
. "$(dirname "$0")/lib.sh"
need curl jq

mkdir www
head -c 40000000 /dev/urandom >www/film.bin
start gateway ws-gateway --standalone --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --static www --handshake-timeout 2s
site=http://$(address gateway ws)
room=$site/chat/room1
resident() { awk '/^VmRSS:/ { print int($2 / 1024) }' "/proc/${pid_of[gateway]}/status"; }
counted() { # LIMIT LEAST
  curl -fsS "$(endpoint gateway)/metrics" >scraped
  awk -v "name=scopewire_ws_limits_total{limit=\"$1\"}" -v "least=$2" '$1 == name { found = $2 >= least } END { exit !found }' scraped
}

# A list of requests: two of its answers are more than it may have, and the rest is not asked.
for key in {1..10}; do
  (printf '"' && head -c 60000 /dev/zero | tr '\0' x && printf '"') >value
  curl -fsS --data-binary @value "$room?object=big&key=$key" >said
done
jq -cn '[range(100) | {id: ., op: "get", object: "big"}]' >list
curl -fsS --data-binary @list "$room?request" >answers
expect '[100,1,"limit",99]' jq -c '[length, (map(select(.ok)) | length), .[1].error.code, .[99].id]' answers
counted list 1
[ "$(wc -c <answers)" -lt 1000000 ] || fail "the answers have $(wc -c <answers) bytes"

# Those who ask for that and for a large file, and read nothing.
before=$(resident)
cat >readers.py <<'END'
import socket, sys, time

host, port = sys.argv[1].split(":")
body = open("list", "rb").read()
post = b"POST /chat/room1?request HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
readers = []
for request in [post, b"GET /film.bin HTTP/1.1\r\nHost: x\r\n\r\n"] * 20:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect((host, int(port)))
    reader.sendall(request)
    readers.append(reader)
for reader in readers:
    reader.recv(1)
print("all are answered", flush=True)
time.sleep(60)
END
background readers python3 readers.py "${site#http://}"
eventually contains readers.out 'all are answered'
[ "$(resident)" -lt $((before + 60)) ] || fail "from $before to $(resident) MiB"
curl -fsS -m 5 "$site/film.bin" | cmp - www/film.bin
curl -fsS -m 5 "$room?object=big&key=1" | jq -e .ok >said
eventually counted reply_rate 20
for limit in reply_bytes lists files; do contains scraped "scopewire_ws_limits_total{limit=\"$limit\"} 0"; done

# Who reads slowly, but reads, gets it all.
curl -fsS -m 20 --limit-rate 12M "$site/film.bin" | cmp - www/film.bin
