#!/usr/bin/env bash
# ws-gateway exec makes a service of any program: lines in, lines out, one for each connection, gone with it.
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

exits 2 ws-gateway exec --listen 127.0.0.1:0
contains err 'a program is missing'
start other ws-gateway exec --listen 127.0.0.1:0 -- ./no-such-program
"$client" --wait "ws://$(address other ws)/" </dev/null 2>err
contains err 'closed 1011 the program cannot be run'
