#!/usr/bin/env bash
# so-ctl takes objects out of a hub and into one, records and replays, measures, counts and completes.
. "$(dirname "$0")/lib.sh"

start hub so-hub
start gateway ws-gateway --listen 127.0.0.1:0
start ingest rtmp-ingest --listen 127.0.0.1:0
ws=ws://$(address gateway ws)/chat
rtmp=rtmp://$(address ingest rtmp)/chat

# Out of one hub, into another: scope attributes, names and values as they were.
so-ctl --persistent set /chat/room1 board x '{"a":[1,null,"ä"]}'
so-ctl set /chat/room1 '' topic '"tea"'
so-ctl set /chat passing k 1
jq -nc '{scope: "/chat", object: "big", persistent: true, data: ([range(1024)] | map({key: "k\(.)", value: .}) | from_entries)}' | so-ctl import
so-ctl export >all.jsonl
expect '3' jq -s length all.jsonl
expect '["/chat","/chat/room1","/chat/room1"]' jq -sc 'map(.scope)' all.jsonl
expect '"passing"' sh -c 'so-ctl export --all /chat | jq -c "select(.persistent | not).object"'
start other so-hub --hub "ipc://$work/other"
so-ctl --hub "ipc://$work/other" import <all.jsonl
so-ctl --hub "ipc://$work/other" export | cmp - all.jsonl
printf '{"scope":"/chat"}\nnonsense\n{"scope":"/chat","object":"o","data":{"a":1}}\n' >broken.jsonl
background broken sh -c 'so-ctl import <broken.jsonl'
finishes 9 broken
contains broken.log 'line 1: bad_request: object is missing'
contains broken.log 'line 2: bad_json'
contains broken.log '2 of 3 objects were not taken'
expect '{"a":1}' so-ctl get /chat o
exits 2 so-ctl --at "$ws" export
contains err 'works over the bus'

# What was recorded through one door is replayed through another.
background record so-ctl --at "$ws" record so --count 4
eventually contains record.out '"at":0'
so-ctl set /chat so a 1
so-ctl --at "$rtmp" set so b '"x"'
so-ctl del /chat so a
finishes 0 record
background replay sh -c "so-ctl --at '$rtmp' --speed 0 replay again <record.out"
finishes 0 replay
expect '{"b":"x"}' so-ctl get /chat again
background replay sh -c 'so-ctl --speed 100 replay /chat third <record.out'
finishes 0 replay
expect '{"b":"x"}' so-ctl get /chat third

# All objects that are like a pattern, and nobody uses.
for name in draft1 draft2 draft3 keep; do so-ctl set /chat $name k 1; done
background user so-ctl watch /chat draft3
eventually contains user.out draft3
expect '{"dropped":2,"kept":1}' so-ctl drop --pattern /chat 'draft*'
exits 5 so-ctl drop /chat draft3
stop user
eventually so-ctl drop /chat draft3
so-ctl set /chat draft4 k 1
expect '{"dropped":1,"kept":0}' so-ctl --at "$ws" drop --pattern 'draft?'
expect 1 so-ctl get /chat keep k
exits 2 so-ctl --at "$rtmp" drop --pattern 'draft*'

# Figures, through every door.
for door in "bench /chat b" "--at $ws bench b" "--at $rtmp bench b"; do
  # shellcheck disable=SC2086  # several words
  so-ctl --count 500 $door | jq -e '.writes == 500 and .per_second > 0 and .p50_us > 0 and .p99_us >= .p50_us'
done
so-ctl stat /chat b | jq -e '.sets == 1500 and .users.total >= 3'
so-ctl stat | jq -e '.hub.tools == 3 and .hub.changes.ok > 1500'
so-ctl top /chat --count 2 --every 50ms >screens
contains screens 'CHANGES/S  USERS   MOST  VERSION    BYTES  OBJECT'
contains screens '  again'

# The words that a shell completes.
cat >complete.sh <<'END'
source <(so-ctl completion bash)
words() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _so_ctl; echo "${COMPREPLY[*]}"; }
words so-ctl wat
words so-ctl --hub x get /chat/
words so-ctl get /chat so
words so-ctl --dura
words so-ctl --under
END
expect 'watch
/chat/room1
so

--under-way' bash complete.sh
exits 2 so-ctl completion fish
so-ctl completion zsh | grep -q bashcompinit
