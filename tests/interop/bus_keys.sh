#!/usr/bin/env bash
# Over tcp:// both ends need keys: who has none or a wrong one is told so and counted, the others notice nothing.
. "$(dirname "$0")/lib.sh"
need curl

bus=tcp://127.0.0.1:$(free_port)

# The word is asked for.
exits 2 so-hub --hub "$bus"
contains err 'tcp:// needs --key and --tool-keys'
contains err 'insecure+tcp://HOST:PORT'
exits 2 so-ctl --hub "$bus" ls
contains err 'tcp:// needs --key and --hub-key'

# Keys are made, and never overwritten.
for name in hub alice mallory; do so-ctl keygen $name >$name.known; done
expect 600 stat -c %a hub.key
expect "$(cat alice.known) alice" cat alice.pub
exits 1 so-ctl keygen hub
contains err 'unable to write hub.key: File exists'
exits 2 so-ctl keygen

# Files that will not do.
exits 2 so-hub --hub "$bus" --key hub.pub --tool-keys alice.pub
contains err 'hub.pub may be read by others: chmod 600 hub.pub'
exits 1 so-hub --hub "$bus" --key none.key --tool-keys alice.pub
contains err 'unable to read none.key: No such file or directory'
echo '# nobody yet' >tools
exits 2 so-hub --hub "$bus" --key hub.key --tool-keys tools
contains err 'tools holds no public key'
{ cat alice.pub && echo short; } >tools
exits 2 so-hub --hub "$bus" --key hub.key --tool-keys tools
contains err 'tools:2: no public key of 40 characters'

# One who is known comes in, by flags, by variables and by the file.
{ echo '# who may come in' && cat alice.pub; } >tools
start hub so-hub --hub "$bus" --key hub.key --tool-keys tools --metrics 127.0.0.1:0
alice() { so-ctl --hub "$bus" --key alice.key --hub-key hub.pub "$@"; }
alice set /app chat k 1
expect 1 env SCOPEWIRE_HUB="$bus" SCOPEWIRE_KEY=alice.key SCOPEWIRE_HUB_KEY=hub.pub so-ctl get /app chat k
printf 'hub: %s\nkey: alice.key\nhub_key: hub.pub\n' "$bus" >scopewire.yaml
expect 1 so-ctl --config scopewire.yaml get /app chat k
background watch so-ctl --hub "$bus" --key alice.key --hub-key hub.pub watch /app chat
eventually contains watch.out '"k":1'

# Others do not, and are told why: an unknown key, another hub's key, none at all.
exits 3 so-ctl --hub "$bus" --key mallory.key --hub-key hub.pub --timeout 1s get /app chat k
contains err "no way to the hub at $bus: our key is not known there"
[ "$(grep -c 'no way to the hub' err)" = 1 ] || fail "said more than once: $(cat err)"
contains hub.log "no connection with a tool: 127.0.0.1: the key $(cat mallory.known) is not known"
exits 3 so-ctl --hub "$bus" --key alice.key --hub-key mallory.pub --timeout 1s get /app chat k
contains err "no way to the hub at $bus: it hung up at once"
exits 3 so-ctl --hub "insecure+$bus" --timeout 1s get /app chat k
contains err "no way to the hub at $bus: " # it hung up before or after it said that it has keys
[ "$(grep -c 'no connection with a tool' hub.log)" = 1 ] || fail "the log is not bounded: $(cat hub.log)"
refused=$(curl -s "$(grep -o 'http://[^ ]*' hub.log)" | sed -n 's/^scopewire_bus_refused_total //p')
[ "$refused" -ge 3 ] || fail "$refused refused"

# The others noticed nothing; who is added is let in without a restart.
alice set /app chat k 2
eventually contains watch.out '"value":2'
cat mallory.pub >>tools
kill -HUP "${pid_of[hub]}"
eventually so-ctl --hub "$bus" --key mallory.key --hub-key hub.pub --timeout 1s get /app chat k
echo broken >tools
kill -HUP "${pid_of[hub]}"
eventually contains hub.log 'the keys of tools stay as they were: tools:1: no public key'
expect 2 alice get /app chat k

# Every tool takes the keys, and finds a hub that was restarted.
stop watch
cat alice.pub >tools
start gateway ws-gateway --hub "$bus" --key alice.key --hub-key hub.pub --listen 127.0.0.1:0
start ingest rtmp-ingest --config scopewire.yaml --listen 127.0.0.1:0
start serve fmp4-serve --config scopewire.yaml --listen 127.0.0.1:0
so-ctl --at "ws://$(address gateway ws)/app" set chat k 3
stop hub
start hub so-hub --hub "$bus" --key hub.key --tool-keys tools
eventually so-ctl --at "ws://$(address gateway ws)/app" set chat k 4
expect 4 alice get /app chat k
expect 4 so-ctl --at "rtmp://$(address ingest)/app" get chat k
exits 0 timeout 10 meta-push --config scopewire.yaml live/cam '{"a":1}'
