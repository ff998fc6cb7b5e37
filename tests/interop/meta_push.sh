#!/usr/bin/env bash
# meta-push takes files, words and pipes, says where a value is broken, stamps as told, and with a key pushes each once.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need jq

start hub so-hub
background follower meta-push --follow live/cam
eventually contains follower.log following
data() { jq -c .data follower.out; }

# One a line, one after the other, over several lines; words, files and standard input.
printf '{"n":1}\n{"n":2}{"n":3}\n{\n  "n": 4\n}' >some.jsonl
printf '{"n":5}\n' >more.jsonl
meta-push live/cam '{"n":0}' --file some.jsonl --file more.jsonl
echo '{"n":6}' | meta-push live/cam --file - --file more.jsonl
mkfifo pipe
cat more.jsonl >pipe &
meta-push live/cam --file pipe
sh -c 'cat more.jsonl >pipe & exec 7<pipe; wait; exec meta-push live/cam <&7' # the writer is gone before
for n in 0 1 2 3 4 5 6 5 5 5; do echo "{\"n\":$n}"; done >wanted
eventually expect "$(cat wanted)" data
stop follower

# What is broken is said with file and line, and costs no other; so is a file that cannot be read.
printf '{"n":7}\n{"n":,\n{"n":8}\n{"n" 9}{"n":10}\n' >broken.jsonl
background follower meta-push --follow live/cam --count 4
eventually contains follower.log following
exits 9 meta-push live/cam --file broken.jsonl --file more.jsonl
contains err 'broken.jsonl:2: '
contains err 'broken.jsonl:4: a key is not followed by a colon'
contains err '2 of 6 values were not accepted'
finishes 0 follower
expect $'{"n":7}\n{"n":8}\n{"n":10}\n{"n":5}' data
exits 1 meta-push live/cam --file none.jsonl --file more.jsonl
contains err 'unable to read none.jsonl: No such file or directory'
exits 1 meta-push live/cam --file "$work"
contains err "unable to read $work: "

# Huge and deep values are refused one by one.
python3 -c 'print("{\"a\":\"" + "x" * 70000 + "\"}"); print("[" * 40 + "]" * 40); print("{\"a\":" * 100000); print(1)' >hostile
exits 9 meta-push live/big --file hostile
contains err 'hostile:1: the value is over the limit of 65536 bytes'
contains err 'hostile:2: the value is nested deeper than 30'
contains err '3 of 4 values were not accepted'
expect 1 sh -c 'meta-push --get live/big | jq .data'

# Clocks: of a stream that is not live it is the wall's.
now() { meta-push --get live/cam | jq "$1"; }
meta-push live/cam 1 --timestamp 4711
expect 4711 now .timestamp
meta-push live/cam 1 --timestamp none
expect null now .timestamp
for clock in pts wall; do
  meta-push live/cam 1 --timestamp $clock
  expect true now ".timestamp > $(date +%s)000 - 60000"
done

# Under a key each value is taken once: a run that is repeated adds what is new only.
printf '{"run":1}\n{"run":2}\n' >feed.jsonl
background follower meta-push --follow live/feed
eventually contains follower.log following
meta-push live/feed --idempotent feed --file feed.jsonl
meta-push live/feed --idempotent feed --file feed.jsonl
echo '{"run":3}' >>feed.jsonl
meta-push live/feed --idempotent feed --file feed.jsonl
meta-push live/feed --idempotent other --file more.jsonl
eventually expect $'{"run":1}\n{"run":2}\n{"run":3}\n{"n":5}' data

# Under a key nothing is lost with the hub, and what it had not answered goes again.
mkfifo talk_pipe
meta-push live/feed --idempotent talk --timeout 20s <talk_pipe 2>talk.log &
talker=$!
exec 7>talk_pipe
echo '{"talk":1}' >&7
eventually expect '{"talk":1}' sh -c 'jq -c .data follower.out | tail -n 1'
stop hub KILL
eventually contains talk.log 'the hub is gone'
echo '{"talk":2}' >&7
start hub so-hub 7>&-
echo '{"talk":3}' >&7
exec 7>&-
wait $talker || fail "meta-push ended with $?: $(cat talk.log)"
expect '{"talk":3}' sh -c 'meta-push --get live/feed | jq -c .data'

# A reader that has enough is no failure, a full disk is.
for n in 1 2 3; do meta-push live/cam "$n"; done
background pusher sh -c 'trap exit TERM; while meta-push live/cam 1; do :; done'  # ends after the last
expect 1 sh -c 'meta-push --follow live/cam | head -n 1 | jq .data'
stop pusher
exits 1 sh -c 'exec meta-push --follow --latest live/cam >/dev/full'
contains err 'unable to write to standard output: No space left on device'
