#!/usr/bin/env bash
# ws-gateway exec makes a service of any program: lines in, lines out, one for each connection, gone with it.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need curl
client=$root/tests/support/ws.py

mkdir www && echo '<p>hello' >www/index.html && echo secret >www/.hidden
cat >program <<'END'
#!/bin/sh
echo "$PATH_INFO?$QUERY_STRING from $REMOTE_ADDR, $HTTP_USER_AGENT"
echo $$ >>"$PIDS"
while IFS= read -r line; do
  case $line in
    fail) exit 3 ;;
    bye) exit 0 ;;
    stubborn) trap '' TERM ;;
    fork) sleep 60 & echo $! >>"$PIDS" ;;
  esac
  echo "you said: $line"
done
case $line in stubborn) sleep 60 ;; esac
END
chmod +x program
PIDS=$work/pids start gateway ws-gateway exec --listen 127.0.0.1:0 --max-children 3 --static www -- ./program
ws=ws://$(address gateway ws)

printf 'a b\nc\n' | "$client" --count 3 "$ws/calc/1?x=1%262&y" >out
expect '/calc/1?x=1%262&y from 127.0.0.1, 
you said: a b
you said: c' cat out
gone() { # all that was started has ended
  local pid
  while read -r pid; do ! kill -0 "$pid" 2>/dev/null || return 1; done <pids
}
eventually gone

# How it ends: by itself, with an error, and because the client has gone, whatever it thinks of that.
echo bye | "$client" --wait "$ws/" >/dev/null 2>err
contains err 'closed 1000'
echo fail | "$client" --wait "$ws/" >/dev/null 2>err
contains err 'closed 1011 exit code 3'
printf 'fork\nstubborn\n' | "$client" --count 3 "$ws/" >/dev/null
eventually gone

# As many as may run.
for i in 1 2 3; do
  background child$i "$client" --wait "$ws/"
  eventually contains child$i.log open
done
exits 1 "$client" "$ws/"
contains err 503
stop child1
eventually sh -c "echo x | $client --count 2 $ws/"

# Files beside it, and only those.
expect '<p>hello' curl -fsS "http://${ws#ws://}/"
exits 22 curl -fsS "http://${ws#ws://}/.hidden"
exits 22 curl -fsS --path-as-is "http://${ws#ws://}/../program"

# Nothing stays.
stop gateway
contains child2.log 'closed 1001'
eventually gone

# A client that reads slowly gets all; one that does not read is closed with 4108, the program goes, and nothing grows.
cat >flood <<'END'
#!/bin/sh
echo $$ >>pids
case $PATH_INFO in /seq) exec seq 300000 ;; esac
exec yes "$(head -c 1000 /dev/zero | tr '\0' y)"
END
cat >whoami.sh <<'END'
#!/bin/sh
echo "$AUTH_TYPE $REMOTE_USER $QUERY_STRING"
env | grep -c eyJ
END
chmod +x flood whoami.sh
slowly() { while IFS= read -r line && echo "$line"; do :; done; }
start slow ws-gateway exec --listen 127.0.0.1:0 --max-queue 64K -- ./flood
"$client" --wait "ws://$(address slow ws)/seq" </dev/null 2>seq.log | slowly >seq.out
contains seq.log 'closed 1000'
cmp seq.out <(seq 300000) || fail "of 300000 lines $(wc -l <seq.out) came"
start flood ws-gateway exec --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --ping-every 1s --pong-within 1s -- ./flood
metrics=$(sed -n 's|.*\(http://[0-9.:]*/metrics\).*|\1|p' flood.log)
ws=ws://$(address flood ws)
kib() { awk '/^RssAnon/ {print $2}' "/proc/${pid_of[flood]}/status"; }
before=$(kib)
background deaf python3 -c '
import signal, sys
sys.path.insert(0, sys.argv[1])
from ws import Connection
connection = Connection(sys.argv[2])
print("open", flush=True)
signal.pause()  # it never looks at what it is sent
' "$root/tests/support" "$ws/flood"
eventually contains deaf.out open
closed() { curl -fsS "$metrics" | grep -qF 'disconnects_total{code="4108"} 1'; }
eventually -t 20 closed
eventually gone
bound=8192
if grep -q __asan_init "$SO_BIN/ws-gateway"; then bound=30000; fi  # what was freed is kept for a while
[ $(($(kib) - before)) -lt $bound ] || fail "it grew by $(($(kib) - before)) KiB"

# Who brings a token is known to the program, which does not see it; who brings none is not let in.
printf 'thirty-two bytes of secret, or so' >secret
start secured ws-gateway exec --listen 127.0.0.1:0 --token-key secret -- ./whoami.sh
ws=ws://$(address secured ws)
exits 1 "$client" "$ws/"
contains err 401
token=$(so-ctl token --sign-key secret --sub ann --for 3s)
expect $'Bearer ann x=1\n0' "$client" --count 2 "$ws/?x=1&token=$token"
start ending ws-gateway exec --listen 127.0.0.1:0 --token-key secret -- cat
token=$(so-ctl token --sign-key secret --sub ann --for 1s)
"$client" --wait "ws://$(address ending ws)/?token=$token" </dev/null >/dev/null 2>err
contains err 'closed 4109'

exits 2 ws-gateway exec --listen 127.0.0.1:0
contains err 'a program is missing'
start other ws-gateway exec --listen 127.0.0.1:0 -- ./no-such-program
"$client" --wait "ws://$(address other ws)/" </dev/null 2>err
contains err 'closed 1011 the program cannot be run'
