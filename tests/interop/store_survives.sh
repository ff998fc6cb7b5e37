#!/usr/bin/env bash
# What was acknowledged of a persistent object survives kill -9 of the hub, and a full disk loses nothing.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need python3 sqlite3 prlimit

# Without any writer: values, versions and scope attributes come back.
start hub so-hub --store store
so-ctl --persistent set /chat/room1 board x 5
so-ctl set /chat/room1 board y '{"a":[1,null]}'
so-ctl set /chat/room1 '' topic '"tea"'
so-ctl set /chat/room1 passing x 1
stop hub KILL
start hub so-hub --store store
expect '{"x":5,"y":{"a":[1,null]}}' so-ctl get /chat/room1 board
expect '"tea"' so-ctl get /chat/room1 '' topic
exits 8 so-ctl get /chat/room1 passing
so-ctl ls /chat/room1 | jq -e '.objects == [{"name":"board","persistent":true,"version":3,"users":0}]' >listing
so-ctl drop /chat/room1 board
exits 8 so-ctl get /chat/room1 board

# A storm of writes, each of two keys; the hub is killed in the middle of it, and again.
start gateway ws-gateway --listen 127.0.0.1:0 --message-rate 0
background writer python3 "$root/tests/support/storm.py" "ws://$(address gateway ws)/chat/room2" 4
for round in 1 2 3 4 5; do
  eventually contains writer.out "acknowledged $((round * 200))"
  stop hub KILL
  start hub so-hub --store store
done
stop writer
stop gateway
so-ctl get /chat/room2 board >before
stop hub
python3 "$root/tests/support/storm.py" --check before writer.out
expect ok sqlite3 store 'PRAGMA integrity_check'

# A full disk: refused by name, others go on, nothing is lost, and it is taken again afterwards.
start hub so-hub --store store
so-ctl --persistent set /chat board x 1
prlimit --pid "${pid_of[hub]}" --fsize="$(stat -c %s store-wal):"
filled() { ! so-ctl set /chat board "k$RANDOM" "\"$(head -c 30000 /dev/zero | tr '\0' x)\""; }
eventually filled
exits 5 so-ctl set /chat board x 2
contains err 'storage: the store failed' # where it is, the log alone says
contains hub.log 'unable to store changes: store: '
expect 1 so-ctl get /chat board x
so-ctl set /chat passing x 3
exits 5 so-ctl --persistent set /chat board2 x 2
exits 8 so-ctl get /chat board2
prlimit --pid "${pid_of[hub]}" --fsize=unlimited:
so-ctl set /chat board x 4
so-ctl get /chat board >before
stop hub KILL
start hub so-hub --store store
so-ctl get /chat board >after
cmp before after
contains hub.log 'ready on'

# One hub at a time, and only on a store.
exits 5 so-hub --hub "ipc://$work/other" --store store
contains err 'store is used by another hub'
echo 'not a database, by far; long enough to have a header of one, if it were one: 0123456789 0123456789' >notes
exits 2 so-hub --hub "ipc://$work/other" --store notes
contains err 'notes is not a store: file is not a database'
exits 1 so-hub --hub "ipc://$work/other" --store none/store
contains err 'none/store: No such file or directory'
stop hub
sqlite3 store 'PRAGMA user_version=77'
exits 5 so-hub --store store
contains err 'store has schema 77, of a newer release'

# A gateway that stands alone keeps one too, here by the file that configures all tools.
printf 'store: own\ndurability: power\n' >scopewire.yaml
start alone ws-gateway --standalone --config scopewire.yaml --listen 127.0.0.1:0
so-ctl --at "ws://$(address alone ws)/chat" --persistent set board x 7
stop alone KILL
start alone ws-gateway --standalone --config scopewire.yaml --listen 127.0.0.1:0
expect 7 so-ctl --at "ws://$(address alone ws)/chat" get board x
