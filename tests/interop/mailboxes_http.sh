#!/usr/bin/env bash
# Mail is read, posted and acknowledged with curl: at least once, in order, through kill -9 of gateway and hub, by whom it is for.
# limit: 90 s
. "$(dirname "$0")/lib.sh"
need curl jq

printf 'thirty-two bytes of secret, or so' >secret
for who in ann bob; do so-ctl token --sign-key secret --sub $who >$who.jwt; done
ann="Authorization: Bearer $(cat ann.jwt)"
bob="Authorization: Bearer $(cat bob.jwt)"
port=$(free_port)
start_gateway() { start gateway ws-gateway --listen "127.0.0.1:$port" --token-key secret --token-optional; }
start_hub() { start hub so-hub --store store; }
start_hub
start_gateway
at=http://127.0.0.1:$port/chat

ask() { # STATUS CURL-ARGUMENT...: the status, and the answer in `said`
  local wanted=$1 got
  shift
  got=$(curl -sS -m 10 -o said -w '%{http_code}' "$@") || fail "curl: $*"
  [ "$got" = "$wanted" ] || fail "status $got, not $wanted: $*"$'\n'"$(cat said)"
}
events() { sed -n 's/^data: //p' "$1" | jq -c 'select(.event == "mail")'; } # FILE
told() { events "$1.out" | jq -c "[.seq,.message,.user]"; }                 # NAME
has_told() { [ "$(told "$1" | wc -l)" -ge "$2" ]; }                         # NAME COUNT
last_id() { sed -n 's/^id: //p' "$1.out" | tail -n 1; }                     # NAME
read_mail() { # NAME [CURL-ARGUMENT]...
  background "$1" curl -sSN -H "$ann" "${@:2}" "$at?mailbox"
  eventually contains "$1.out" '"event":"hello"'
}

# As the manual has it: nobody has registered yet; then it comes at once, with who has said it.
ask 404 -H "$bob" -d '"early"' "$at?mailbox=ann"
read_mail first
ask 200 -H "$bob" -d '{"lunch":"12:30"}' "$at?mailbox=ann"
expect '[true,1,"ok"]' jq -c '[.ok,.version,.status]' said
ask 200 -H 'Content-Type: text/plain' -d 'as it "stands"' "$at?mailbox=ann"
eventually has_told first 2
expect '[1,{"lunch":"12:30"},"bob"]
[2,"as it \"stands\"",null]' told first

# Only to her, and only by her.
ask 403 -H "$bob" "$at?mailbox=ann"
contains said 'for that user alone'
ask 403 "$at?mailbox=ann"
ask 400 -H "Cookie: scopewire_token=$(cat ann.jwt)" "$at?mailbox" # as a picture on another site's page would
ask 400 "$at?mailbox"
one=$(events first.out | head -n 1 | jq -r '"\(.epoch)-\(.seq)"')
expect "$one" sed -n 's/^id: //p;' <(grep -m 1 '^id: ' first.out)
ask 403 -H "$bob" -X DELETE "$at?mailbox=ann&upto=$one"
ask 403 -X DELETE "$at?mailbox=ann&upto=$one"
ask 200 -H "$ann" -X DELETE "$at?mailbox&upto=$one"
expect '[true,1]' jq -c '[.ok,.waiting]' said

# Until it is acknowledged: what was not comes to the next one too, who takes the place; the first one hears of that.
read_mail second
eventually has_told second 1
expect '[2,"as it \"stands\"",null]' told second
contains first.out '"event":"identity_replaced"'
stop first

# With the id of the last event only what is new; whatever was killed, and through another gateway.
id=$(last_id second)
stop second
ask 200 -H "$bob" -d 3 "$at?mailbox=ann"
stop gateway KILL
stop hub KILL
start_hub
start_gateway
read_mail third -H "Last-Event-ID: $id"
eventually has_told third 1
ask 200 -H "$bob" -d 4 "$at?mailbox=ann"
stop hub KILL # the reader stays
start_hub
posts() { [ "$(curl -sS -H "$bob" -d "$1" -o said -w '%{http_code}' "$at?mailbox=ann&producer=p&seq=$2")" = 200 ]; }
eventually posts 5 1
eventually posts 6 2
eventually has_told third 4
expect '[3,3,"bob"]
[4,4,"bob"]
[5,5,"bob"]
[6,6,"bob"]' told third
ask 200 -H "$bob" -d 6 "$at?mailbox=ann&producer=p&seq=2" # sent again, it is there already
expect '"dup"' jq .status said
start other ws-gateway --listen 127.0.0.1:0 --token-key secret
ask 200 -H "$ann" -X DELETE "http://$(address other ws)/chat?mailbox&upto=$(last_id third)"
expect 0 jq .waiting said
stop third
read_mail fourth
ask 200 -H "$ann" -d '{"op":"notify","identity":"ann","message":7}' "$at?request"
eventually has_told fourth 1
expect '[7,7,"ann"]' told fourth

# Beside a room, on one connection.
background both curl -sSN -H "$ann" "$at/room1?object=chat&mailbox&max_connections=2"
eventually has_told both 1
ask 200 -H "$bob" -H 'Content-Type: application/json' -d '"hello"' "$at/room1"
eventually contains both.out '"value":"hello"'

# A rule opens the mailbox of a desk to those who sit at it.
cat >scopewire.yaml <<'YAML'
policy:
  rules:
    - {allow: register, name: desk, role: staff}
    - {deny: notify, name: desk, claims: {sub: bob}, reason: not to the desk}
YAML
stop hub
start hub so-hub --store store --config scopewire.yaml
staff="Authorization: Bearer $(so-ctl token --sign-key secret --sub carl --role staff)"
reads_desk() { curl -sSN -m 1 -H "$staff" "$at?mailbox=desk" >desk.out || [ $? -eq 28 ]; grep -q '"event":"hello"' desk.out; }
eventually reads_desk
ask 403 -H "$ann" "$at?mailbox=desk"
ask 200 -H "$ann" -d 1 "$at?mailbox=desk"
ask 403 -H "$bob" -d 1 "$at?mailbox=desk"
contains said 'not to the desk'
eventually reads_desk
contains desk.out '"message":1'
