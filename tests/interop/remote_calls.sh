#!/usr/bin/env bash
# A method that a shell serves is called through all three doors, and every end of a call has a code of its own.
# shellcheck disable=SC2016 # what others expand, and JSON with $ in its keys
. "$(dirname "$0")/lib.sh"
need jq

cat >sum.sh <<'END'
#!/bin/sh
[ $# -eq 2 ] || { echo "two numbers, please" >&2; exit 3; }
echo $(($1 + $2))
END
chmod +x sum.sh
start hub so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)/chat/room1
ws=ws://$(address gateway ws)/chat/room1

# serve NAME [OPTION...] SCOPE METHOD...: in the background, and ready.
serve() {
  local name=$1
  shift
  background "$name" so-ctl serve "$@"
  eventually contains "$name.log" ' info: ready: answering '
}
# call DOOR METHOD...: as a shell writes it for that door.
call() {
  case $1 in
    bus) so-ctl call /chat/room1 "${@:2}" ;;
    ws) so-ctl --at "$ws" call "${@:2}" ;;
    rtmp) so-ctl --at "$rtmp" call "${@:2}" ;;
  esac
}
call_dying() { call "$1" dying; }
call_slow() { call "$1" slow; }
# fails CODE EXIT DOOR METHOD...: the call ends with this code and nothing on standard output.
fails() {
  local code=0
  call "${@:3}" >out 2>err </dev/null || code=$?
  [ $code -eq "$2" ] || fail "exit code $code, not $2: call ${*:3}"$'\n'"$(cat err)"
  contains err "error: $1: "
  [ ! -s out ] || fail "a call that failed printed something"
}

serve sum /chat sum ./sum.sh
serve none / none cat # of no words, what it prints is its input
serve back /chat back -- sh -c 'cat'
serve show /chat show -- sh -c 'printf "%s %s %s" "$SCOPEWIRE_SCOPE" "$SCOPEWIRE_METHOD" "$SCOPEWIRE_FROM"'
serve slow /chat slow -- sh -c 'echo $$ >slow.pid; exec sleep 20'
for door in bus ws rtmp; do
  expect 3 call $door sum 1 2
  expect 42 call $door sum '"40"' 2
  expect '[]' call $door none
  fails no_method 8 $door nothing
  fails failed 1 $door sum 1
  contains err 'failed: two numbers, please; data: {"exit":3}'
  fails timeout 27 $door slow --timeout 300ms
  call $door show >out
  grep -qE '^"/chat/room1 show [0-9a-f]{16}-[0-9]+"$' out || fail "not the caller's: $(cat out)"
done

# Values of all types come back as they went.
values='[1,-0.5,"a b","",true,null,[],{},[1,[2,{"k":[null]}]],"\u00e9\ud83d\ude00"]'
typed='[{"$num":"NaN"},{"$undef":true},{"$bytes":"AAEC/w=="},{"$xml":"<a/>"},{"$class":"Point","v":{"x":1}},{"$num":"-0"}]'
flat='["plain",{"$date":1700000000000,"tz":0},{"$ecma":{"a":1,"b":2}},{"$vec":"double","v":[1,2.5],"fixed":true}]'
for door in bus ws rtmp; do
  for list in "$values" "$typed" "$flat"; do
    wanted=$(jq -cS . <<<"$list") # the order of an object's keys may be another
    got=$(call $door back --json "$list" | jq -cS .)
    [ "$got" = "$wanted" ] || fail "over $door"$'\n'"  wanted: $wanted"$'\n'"  got:    $got"
  done
done

# The server dies while it is called; somebody else may serve then. No command of its is left.
for door in bus ws rtmp; do
  serve dying /chat dying -- sh -c 'echo $$ >pid; exec sleep 20'
  rm -f pid
  background caller call_dying $door
  eventually test -s pid
  stop dying KILL
  finishes 3 caller
  contains caller.log 'error: gone: '
  fails no_method 8 $door dying
  kill -KILL "$(cat pid)" # a command outlives a server that is killed so
done

# One method has one server, or several that share it.
exits 5 so-ctl serve /chat sum ./sum.sh
contains err 'error: in_use: '
serve one --share /chat who -- echo one
serve two --share /chat who -- echo two
for _ in 1 2 3 4; do so-ctl call /chat who; done | sort | uniq -c | tr -d ' \n' >out
expect '2"one"2"two"' cat out
stop one
expect '"two"' so-ctl call /chat who

# A program in any language: calls out, results in.
cat >reverse.py <<'END'
import json, sys
for line in sys.stdin:
    call = json.loads(line)
    answer = {"call": call["call"]}
    if call["args"] == ["fail"]:
        answer["error"] = {"message": "as you wish", "data": {"at": call["scope"]}}
    else:
        answer["result"] = call["args"][::-1]
    sys.stdout.write(json.dumps(answer) + "\n") # as one, since the answer counts before its newline
    sys.stdout.flush()
END
mkfifo calls results
background program bash -c 'exec python3 reverse.py <calls >results'
background reverse bash -c 'exec so-ctl serve /chat reverse >calls <results'
eventually contains reverse.log ' info: ready: answering '
for door in bus ws rtmp; do
  expect '[{"x":null},"a",1]' call $door reverse 1 a '{"x":null}'
  fails failed 1 $door reverse fail
  contains err 'failed: as you wish; data: {"at":"/chat/room1"}'
done
stop reverse
finishes 0 program

# The other way: a client answers what it alone is called.
for door in ws rtmp; do
  background client so-ctl --at "${!door}" serve ask -- printf 'I am %s'
  eventually contains client.log ' info: ready: answering ask as '
  member=$(sed -n 's/.* answering ask as //p' client.log)
  for from in bus ws; do
    expect '"I am asked"' call $from ask asked --to "$member"
    fails no_method 8 $from other --to "$member"
  done
  fails no_method 8 bus onStatus --to "$member"
  fails no_method 8 bus ask asked # it serves nobody else
  exits 8 so-ctl call /chat/other ask --to "$member"
  contains err 'error: not_found: '

  # It dies while it is called.
  stop client KILL
  eventually exits 8 so-ctl call /chat/room1 ask --to "$member"
  background client so-ctl --at "${!door}" serve ask -- sh -c 'echo $$ >pid; exec sleep 20'
  eventually contains client.log ' info: ready: answering ask as '
  member=$(sed -n 's/.* answering ask as //p' client.log)
  rm -f pid
  background caller so-ctl call /chat/room1 ask --to "$member"
  eventually test -s pid
  stop client KILL
  finishes 3 caller
  contains caller.log 'error: gone: '
  kill -KILL "$(cat pid)"

  # It is kicked.
  background client so-ctl --at "${!door}" serve ask -- true
  eventually contains client.log ' info: ready: answering ask as '
  member=$(sed -n 's/.* answering ask as //p' client.log)
  so-ctl kick "$member" 'be nice'
  finishes 3 client
  eventually exits 8 so-ctl kick "$member"
  contains err 'error: not_found: '
done

# As it is written on a WebSocket, by clients that should not be believed too.
ws_lines() { python3 "$root/tests/support/ws.py" --protocol scopewire.v1 "$@"; }
cat >requests <<'END'
{"id":1,"op":"call","method":"sum","args":[1,2]}
{"id":2,"op":"call","method":"sum","args":[]}
{"id":3,"op":"call"}
{"id":4,"op":"result","call":"0000000000000001-1","result":1}
{"id":5,"op":"call","method":"sum","scope":"/other"}
END
cat >wanted <<'END'
{"id":1,"ok":true,"result":3}
{"id":2,"ok":false,"error":{"code":"failed","message":"two numbers, please","data":{"exit":3}}}
{"id":3,"ok":false,"error":{"code":"bad_request","message":"method is missing or not a string"}}
{"id":4,"ok":false,"error":{"code":"gone","message":"nobody waits for this answer"}}
{"id":5,"ok":false,"error":{"code":"not_joined","message":"MEMBER has not joined /other"}}
END
ws_lines --count 6 "$ws" <requests | sed -E '1d; s/member [0-9]+/MEMBER/' | sort | diff wanted -
seq 300 | sed 's/.*/{"id":&,"op":"call","method":"slow","timeout":2000}/' >requests
ws_lines --count 301 "$ws" <requests | grep -o '"code":"[a-z]*"' | sort | uniq -c | tr -s ' ' >out
expect ' 44 "code":"limit" 256 "code":"timeout"' paste -sd '' out
background member ws_lines --wait "$ws"
eventually test -s member.out
so-ctl kick "$(jq -r .member member.out)" 'be nice'
eventually contains member.log 'closed 4003 be nice'

# The hub is killed in mid-call: the caller is told, and what was served is served again.
for door in bus ws rtmp; do
  rm -f slow.pid
  background caller call_slow $door
  eventually test -s slow.pid
  stop hub KILL
  finishes 3 caller
  contains caller.log 'error: hub_lost: '
  start hub so-hub
  eventually expect 3 call $door sum 1 2
done
