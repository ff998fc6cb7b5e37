#!/usr/bin/env bash
# Hooks decide at each door and watch: refusals, edits, a hook that dies, one that hangs, an observer.
# limit: 120 s
. "$(dirname "$0")/lib.sh"
need python3 curl
client=$root/tests/support/ws.py

cat >scopewire.yaml <<END
hooks:
  - on: [write, send]
    scope: /chat/**
    run: [sh, -c, 'test ! -e broken && echo \$\$ >moderate.pid && exec "\$0"', $root/examples/moderate.py]
    timeout: 5s
  - {on: write, scope: /slow/**, run: [sh, -c, 'while read -r q; do sleep 600; done'], timeout: 4s}
  - on: [connect, publish, play]
    scope: /live/**
    run:
      - sh
      - -c
      - >
        while read -r q; do
        id=\${q#*:}; id=\${id%%,*};
        case \$q in *private*) echo "{\"id\":\$id,\"allow\":false,\"reason\":\"members only\"}" ;;
        *) echo "{\"id\":\$id,\"allow\":true}" ;; esac; done
    timeout: 5s
  - {on: write, scope: /court/**, call: judge, timeout: 5s}
  - {observe: [scope, member, object, change], scope: /chat/**, run: [sh, -c, 'exec cat >>seen']}
END
start hub so-hub --config scopewire.yaml --metrics 127.0.0.1:0
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)

# at DOOR VERB WORDS...: a guest of /chat/room1 through this door.
cat >./at <<'END'
#!/bin/sh
door=$1 verb=$2
shift 2
[ "$door" = bus ] || exec so-ctl --at "$door/chat/room1" "$verb" "$@"
exec so-ctl --claims '{"role":"guest"}' "$verb" /chat/room1 "$@"
END
chmod +x ./at
PATH=$work:$PATH

so-ctl set /chat/room1 chat line '"hello"' # the operator is not asked
background member "$client" --wait --protocol scopewire.v1 "$ws/chat/room1" # the room stays
eventually contains member.out hello
for door in bus "$ws" "$rtmp"; do
  at "$door" set chat line '"good day"'
  expect '"good day"' at "$door" get chat line
  exits 5 at "$door" set chat line '"what the heck"'
  expect '"good day"' at "$door" get chat line
  at "$door" set chat line '"see http://example.com/x now"'
  expect '"see (link) now"' at "$door" get chat line
  exits 5 at "$door" send chat say '"darn"'
  at "$door" send chat say '"well"'
done
exits 5 at bus set chat line '"heck"'
contains err 'mind your language'

# Who is refused over WebSocket is told what there is, and of an edit.
"$client" --protocol scopewire.v1 --count 3 "$ws/chat/room1" >out 2>err <<'END' || fail "$(cat err)"
{"id":1,"op":"set","object":"chat","key":"line","value":"heck"}
{"id":2,"op":"set","object":"chat","key":"line","value":"at https://example.com"}
END
contains out '"error":{"code":"denied","message":"mind your language","action":"write","index":0,"key":"line","value":"see (link) now"'
contains out '"id":2,"ok":true'
contains out '"edited":true'

# A dead hook refuses, and is there again once it can be started.
touch broken
killed=$(cat moderate.pid)
kill -9 "$killed"
eventually contains hub.log 'has ended (signal 9); started again in 100 ms'
is_back() { [ "$(cat moderate.pid)" != "$killed" ] && at bus set chat line '"again"'; }
at bus set chat line '"x"' 2>err && fail 'a dead hook allows'
contains err 'could not be decided (hook, line 2)'
rm broken
eventually -t 20 is_back

# One that hangs holds up nobody else, and its own for no longer than it may.
for door in "$ws" "$rtmp"; do
  background slow so-ctl --at "$door/slow/a" set o k 1
  eventually sh -c 'so-ctl ls /slow | grep -q a'
  so-ctl --at "$door/chat/room1" set chat line '"quick"'
  alive slow || fail 'a hook that hangs has answered'
  finishes 5 slow
  contains hub.log 'did not answer question'
done

# Who asks for more than may wait, and goes, is gone.
for ((i = 0; i < 400; ++i)); do echo '{"id":1,"op":"set","object":"o","key":"k","value":1}'; done >flood
background flood sh -c "exec '$client' --wait --protocol scopewire.v1 '$ws/slow/ghost' <flood"
eventually contains flood.out 'too many requests wait for hooks already'
so-ctl ls /slow | grep -q ghost || fail 'nobody is in the room'
stop flood KILL
left() { ! so-ctl ls /slow | grep -q ghost; }
eventually left

# A service on the bus decides, while there is one.
exits 5 so-ctl --at "$ws/court/a" set o k 1
cat >judge.sh <<'END'
case $1 in
  *bribe*) echo '{"allow":false,"reason":"overruled"}' ;;
  *) echo '{"allow":true}' ;;
esac
END
background judge so-ctl serve /court judge -- sh judge.sh
eventually so-ctl --at "$ws/court/a" set o k 1
exits 5 so-ctl --at "$ws/court/a" set o k '"a bribe"'
contains err 'overruled'
expect 1 so-ctl --at "$ws/court/a" get o k
stop judge

# Streams and rooms.
exits 5 so-ctl --at "$ws/live/private" get o k
so-ctl --at "$ws/live/open" set o k 1

# Whom a hook does not let in neither looks in nor reaches in; who is let in does.
background inside so-ctl watch /live/private o
so-ctl set /live/private o k 1
eventually contains inside.out '"k"'
"$client" --protocol scopewire.v1 --count 10 "$ws/chat/room1" >out 2>err <<'END' || fail "$(cat err)"
{"id":1,"op":"get","scope":"/live/private","object":"o"}
{"id":2,"op":"members","scope":"/live/private"}
{"id":3,"op":"list","scope":"/live/private"}
{"id":4,"op":"stat","scope":"/live/private"}
{"id":5,"op":"stat","scope":"/live/private","object":"o"}
{"id":6,"op":"set","scope":"/live/private","object":"o","key":"k","value":2}
{"id":7,"op":"send","scope":"/live/private","object":"o","handler":"h"}
{"id":8,"op":"drop","scope":"/live/private","object":"o"}
{"id":9,"op":"list","scope":"/live"}
END
expect 8 grep -c '"code":"denied","message":"members only"' out
contains out '"id":9,"ok":true'
for query in object=o 'object=o&key=k' 'object=o&last=9' members list stat; do
  expect 403 curl -sS -o said -w '%{http_code}' "http://$(address gateway ws)/live/private?$query"
  contains said 'members only'
done
expect 200 curl -sS -o said -w '%{http_code}' "http://$(address gateway ws)/live?list"
expect 1 so-ctl get /live/private o k
! grep -E '"value":2|"send"' inside.out || fail 'who was not let in is heard inside'
stop inside

# The observer has all of it, in order.
eventually contains seen '"event":"scope_start","scope":"/chat/room1"'
for event in join leave object_start use release change; do
  eventually contains seen "\"event\":\"$event\""
done
python3 - <<'END' || fail 'what was observed is no JSON, or not in order'
import json
seen = [json.loads(line) for line in open("seen")]
versions = [each["version"] for each in seen if each["event"] == "change" and each["object"] == "chat"]
assert versions == sorted(set(versions)) and len(versions) > 8, versions
assert not any("heck" in json.dumps(each) for each in seen)
assert all(each["scope"].startswith("/chat") for each in seen)
END

# The manual page shows the program that has moderated here.
python3 - "$root" <<'END' || fail 'scopewire.yaml(5) shows another moderate.py'
import sys
program = open(sys.argv[1] + "/examples/moderate.py").read()
assert program.replace("\\", "\\e") in open(sys.argv[1] + "/man/scopewire.yaml.5").read()
END

# Counters, and a file that is read again.
curl -fsS "$(endpoint hub)/metrics" >metrics
grep -E 'scopewire_hook_questions_total\{result="refused"\} [1-9]' metrics >/dev/null || fail "$(grep hook metrics)"
grep -E 'scopewire_hook_questions_total\{result="late"\} [1-9]' metrics >/dev/null || fail "$(grep hook metrics)"
grep -E 'scopewire_hook_restarts_total [1-9]' metrics >/dev/null || fail "$(grep hook metrics)"
cp scopewire.yaml good.yaml
sed -i 's/on: \[write, send\]/on: [wirte]/' scopewire.yaml
kill -s HUP "${pid_of[hub]}"
eventually contains hub.log 'the policy stays as it was: scopewire.yaml:2: unknown action "wirte", did you mean "write"?'
exits 5 at bus set chat line '"heck"'
echo 'hooks: []' >scopewire.yaml
kill -s HUP "${pid_of[hub]}"
eventually contains hub.log 'policy read again from scopewire.yaml: 0 rules, 0 limits, 0 objects, 0 hooks'
at bus set chat line '"heck"'

# A gateway alone has all of it inside. Its hooks end with it.
start alone ws-gateway --standalone --config good.yaml --listen 127.0.0.1:0
alone=ws://$(address alone ws)
exits 5 so-ctl --at "$alone/chat/room1" set chat line '"heck"'
so-ctl --at "$alone/chat/room1" set chat line '"fine"'
hook=$(cat moderate.pid)
stop alone
! kill -0 "$hook" 2>/dev/null || fail 'a hook outlives its hub'
