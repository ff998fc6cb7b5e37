#!/usr/bin/env bash
# A room is written and looked at with plain HTTP requests: one applies once, says its version, and is refused by the right status.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need curl jq openssl
client=$root/tests/support/ws.py

ask() { # STATUS CURL-ARGUMENT...: the status, and the answer in `said`
  local wanted=$1 got
  shift
  got=$(curl -sS -m 10 -o said -w '%{http_code}' "$@") || fail "curl: $*"
  [ "$got" = "$wanted" ] || fail "status $got, not $wanted: $*"$'\n'"$(cat said)"
}
said() { jq -c "$1" said; } # FILTER

# Alone. What is posted is a line for all who are there, and the answer says its version.
start alone ws-gateway --standalone --listen 127.0.0.1:0 --max-message 64K --application chat
room=http://$(address alone ws)/chat/room1
background ann "$client" --wait "${room/http/ws}"
eventually contains ann.log open
ask 200 -d '"hello"' "$room"
expect '[true,"ok",true]' jq -c '[.ok, .status, .version > 1]' said
version=$(said .version)
eventually contains ann.out hello
ask 200 -d '"again"' "$room"
expect $((version + 1)) jq .version said
ask 200 -H 'Content-Type: text/plain' -d 'as it "stands"' "$room"
eventually contains ann.out 'as it "stands"'

# What is encoded in the query stays there: it is no end of the line, and begins no header.
for cut in 'name%0Afirst' 'name%0Dfirst' 'name%0D%0AIdempotency-Key:1' 'name%20HTTP/1.1%0AOrigin:x'; do
  ask 400 -X PUT -d '1' "$room?object=o&key=$cut&expect=99"
  ask 404 "$room?object=o"
done
ask 400 -X PUT -d '1' "$room?object=o&key=k&force=maybe"

# Objects: set, compare, read, delete; a room where nobody is comes and goes.
ask 200 -X PUT -d '{"x": 1}' "$room?object=score&key=ann"
at=$(said .version)
ask 200 -d 2 "$room?object=score&key=bob&expect=$at"
ask 409 -d 3 "$room?object=score&key=bob&expect=$at"
expect '["cas",'$((at + 1))']' jq -c '[.status, .version]' said
ask 200 "$room?object=score"
expect '{"ann":{"x":1},"bob":2}' jq -c .data said
position=$(jq -r '.epoch + "-" + (.version | tostring)' said)
ask 304 -H "If-None-Match: \"$position\"" "$room?object=score"
ask 400 -H 'If-None-Match: *' -X PUT -d 7 "$room?object=score&key=bob"
ask 200 "$room?object=score&key=bob"
expect 2 jq .value said
ask 200 -X DELETE "$room?object=score&key=bob"
ask 404 "$room?object=score&key=bob"
ask 200 "$room?object=score&since=$position"
expect '[["delete","bob"]]' jq -c '[.batches[].changes[] | [.op, .key]]' said
ask 200 "$room?object=score&last=2"
expect '["set","delete"]' jq -c '[.batches[].changes[].op]' said
ask 404 "$room?object=none"
ask 200 -d 1 "${room%1}7?object=o&key=k"
ask 200 "${room%1}7?object=o"
gone() { ask 404 "${room%1}7?object=o"; }
eventually -t 15 gone

# Nobody sees who asks come and go, and who is there has a version.
ask 200 "$room?members"
expect 1 jq '.members | length' said
before=$(said .version)
background dora curl -sSN -H 'Accept: text/event-stream' "$room?presence"
eventually contains dora.out '"event":"members"'
ask 200 -d '"unseen"' "$room"
eventually contains dora.out unseen
ask 200 "$room?members"
expect "[2,$((before + 1))]" jq -c '[(.members | length), .version]' said
expect "$((before + 1))" jq 'select(.event == "members").version' <(sed -n 's/^data: //p' dora.out)
! grep -q '"event":"join"' dora.out || fail 'a visitor was seen'

# Sent again with its key, it is done once, and says when that was.
ask 200 -H 'Idempotency-Key: k-1' -d '"once"' "$room"
at=$(said .version)
ask 200 -d '"other"' "$room"
ask 200 -H 'Idempotency-Key: k-1' -d '"once"' "$room"
expect "[\"dup\",$at,$((at + 1))]" jq -c '[.status, .applied, .version]' said
ask 200 -d 1 "$room?object=n&key=k&producer=p&seq=1"
ask 200 -d 2 "$room?object=n&key=k&producer=p&seq=1"
expect '"dup"' jq -c .status said
ask 409 -d 2 "$room?object=n&key=k&producer=p&seq=3"
expect '["gap",1]' jq -c '[.status, .last]' said

# Several at once; events; a call that nobody answers.
ask 200 -d '[{"id":1,"op":"set","object":"n","key":"a","value":1},{"id":2,"op":"use","object":"n"},{"id":3,"op":"get","object":"n","key":"a"}]' "$room?request"
expect '[[1,true],[2,"bad_request"],[3,1]]' jq -c 'map([.id, (.error.code // .value // .ok)])' said
ask 200 -d '{"n":1}' "$room?event=typing"
eventually contains dora.out '"name":"typing"'
ask 404 -d '{"op":"call","method":"nothing"}' "$room?request"
expect '"no_method"' jq -c .error.code said

# What is wrong is said, with the place; what is too much is not read.
ask 400 -d $'{"a": 1,\n b}' "$room"
contains said 'line 2, column 2'
ask 400 -d '"x"' "http://$(address alone ws)/chat/%01"
ask 404 -d '"x"' "http://$(address alone ws)/none/room1"
ask 405 -X PATCH -d '"x"' "$room"
ask 411 -H 'Transfer-Encoding: chunked' -d '"x"' "$room"
head -c 70000 /dev/zero | tr '\0' 1 >large
ask 413 --data-binary @large "$room"
ask 400 -d '"x"' -H "Idempotency-Key: $(head -c 65 /dev/zero | tr '\0' x)" "$room"

# No form of another site, and no page that is not listed.
ask 403 -H 'Origin: https://evil.example' -H 'Content-Type: application/json' -d '"x"' "$room"
ask 415 -H "Origin: http://$(address alone ws)" -d '"x"' "$room"
ask 200 -H "Origin: http://$(address alone ws)" -H 'Content-Type: application/json' -d '"mine"' "$room"
ask 403 -X OPTIONS -H 'Origin: https://evil.example' "$room"

# With a hub, tokens, rules and two gateways.
printf 'thirty-two bytes of secret, or so' >secret
cat >scopewire.yaml <<'YAML'
policy:
  rules:
    - {allow: connect, scope: /chat/staff, role: staff}
    - {deny: connect, scope: /chat/staff, reason: staff only}
    - {deny: [write, history], object: board, role: user}
    - {deny: presence, scope: /chat/room1, role: shy}
YAML
token() { so-ctl token --sign-key secret --sub "$1" --role "$2"; }
ann=$(token ann user)
bob=$(token bob staff)
start hub so-hub --config scopewire.yaml
for name in one two; do
  start $name ws-gateway --token-key secret --listen 127.0.0.1:0 --origin https://good.example
done
room=http://$(address one ws)/chat/room1
other=http://$(address two ws)/chat/room1
ask 401 -d '"x"' "$room"
ask 401 -d '"x"' -H 'Authorization: Bearer x.y.z' "$room"
ask 200 -d '"x"' -H "Authorization: Bearer $ann" "$room"
ask 403 -d 1 -H "Authorization: Bearer $ann" "$room?object=board&key=k"
expect '"denied"' jq -c .error.code said
ask 200 -d 1 -H "Authorization: Bearer $bob" "$room?object=board&key=k"
ask 200 -H "Authorization: Bearer $bob" "$room?object=board&last=1"
ask 403 -H "Authorization: Bearer $ann" "$room?object=board&last=1"
ask 200 -H "Authorization: Bearer $ann" "$room?object=board"
ask 200 -H "Authorization: Bearer $ann" "$room?members"
ask 403 -H "Authorization: Bearer $(token carl shy)" "$room?members"
ask 403 -d 1 -H "Authorization: Bearer $ann" "${room%room1}staff?object=o&key=k"
contains said 'staff only'
ask 403 -H "Authorization: Bearer $ann" "${room%room1}staff?list"
ask 403 -H "Authorization: Bearer $ann" "${room%room1}staff?object=o"
ask 403 -H "Authorization: Bearer $ann" -d '{"op":"get","scope":"/chat/staff","object":"o"}' "$room?request"
ask 200 -d 1 -H "Authorization: Bearer $bob" "${room%room1}staff?object=o&key=k"
ask 415 -d '"x"' -H "Cookie: scopewire_token=$ann" "$room"
ask 415 -d '"x"' -H "Cookie: scopewire_token=$ann" -H 'Content-Type: text/plain; a=b, application/json' "$room"
ask 200 -d '"x"' -H "Cookie: scopewire_token=$ann" -H 'Content-Type: application/json' "$room"
ask 204 -X OPTIONS -H 'Origin: https://good.example' "$room"
curl -sS -D head -o none -H 'Origin: https://good.example' -H "Authorization: Bearer $ann" "$room?list"
contains head 'Access-Control-Allow-Origin: https://good.example'
# A retry through another gateway, after the first was killed, is a retry.
ask 200 -d '"once"' -H 'Idempotency-Key: k' -H "Authorization: Bearer $ann" "$room"
at=$(said .version)
stop one KILL
ask 200 -d '"once"' -H 'Idempotency-Key: k' -H "Authorization: Bearer $ann" "$other"
expect "[\"dup\",$at]" jq -c '[.status, .applied]' said
# Whom the token names is shown, and nobody else can say so.
background carl "$client" --wait --protocol scopewire.v1 "${other/http/ws}?token=$bob"
eventually contains carl.out hello
listed() { ask 200 -H "Authorization: Bearer $ann" "$other?members" && [ "$(said '[.members[].user]')" = '["bob"]' ]; }
eventually listed
# One user is one, however many connections it has.
start rated ws-gateway --listen 127.0.0.1:0 --token-key secret --message-rate-per-user 1
rated=http://$(address rated ws)/chat/room1
ping='{"op":"ping"}'
ask 200 -d "[$ping,$ping,$ping]" -H "Authorization: Bearer $ann" "$rated?request"
expect '[true,true,false]' jq -c '[.[].ok]' said
ask 200 -d "$ping" -H "Authorization: Bearer $bob" "$rated?request"
stop hub KILL
lost() { ask 503 -d '"x"' -H "Authorization: Bearer $ann" "$other"; }
eventually lost
