#!/usr/bin/env bash
# Rules say who reads and who pushes the metadata of which stream, on port 8210 as through every other door.
. "$(dirname "$0")/lib.sh"
need curl jq
client=$root/tests/support/ws.py
printf 'thirty-two bytes of secret, or so' >secret

cat >scopewire.yaml <<'END'
tokens: {keys: [secret], optional: true}
policy:
  rules:
    - {allow: all, role: studio}
    - {deny: metadata, scope: /live, name: cam, reason: only the studio says something here}
    - {deny: play, scope: /live, name: sensor}
    - {deny: [play, metadata], scope: /live, name: private, reason: members only}
END
start hub so-hub --config scopewire.yaml
start knowing ws-gateway --config scopewire.yaml --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
start other ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0 # learns of refusals from the hub
token=$(so-ctl token --sign-key secret --sub ann --role studio)

# Who may neither read nor push is not let in: 403 where the gateway has the policy, else 4003.
exits 1 "$client" "ws://$(address knowing wsJsonMeta)/live/private"
contains err ' 403 '
for at in / /~0~0~0~ /live/cam /live/sensor; do
  "$client" </dev/null "ws://$(address knowing wsJsonMeta)$at"
done
background refused "$client" --wait "ws://$(address other wsJsonMeta)/live/private"
eventually contains refused.log 'closed 4003 members only'

# Readers of one stream, of all, and a member of the studio who reads all.
for gateway in knowing other; do
  meta=ws://$(address $gateway wsJsonMeta)
  background "cam_$gateway" "$client" --wait "$meta/live/cam"
  background "all_$gateway" "$client" --wait "$meta/~0~0~0~"
  eventually contains "cam_$gateway.log" open
  eventually contains "all_$gateway.log" open
done
background studio "$client" --wait "ws://$(address knowing wsJsonMeta)/~0~0~0~?token=$token"
eventually contains studio.log open

echo '{"by":"studio"}' | "$client" --count 1 "ws://$(address knowing wsJsonMeta)/live/cam?token=$token" >/dev/null
echo '{"by":"anybody"}' | "$client" --count 1 "ws://$(address other wsJsonMeta)/live/cam" >said
contains said '{"error":{"code":"denied","message":"only the studio says something here"}}'
echo '{"from":"sensor"}' | "$client" "ws://$(address other wsJsonMeta)/live/sensor"
meta-push live/private '{"private":1}'
meta-push live/open '{"last":1}'
for who in all_knowing all_other studio; do eventually contains $who.out '{"last":1}'; done
data() { sed 's/.*"data"://;s/}$//' "$1.out"; }
for gateway in knowing other; do
  expect '{"by":"studio"}' data "cam_$gateway"
  expect $'{"by":"studio"}\n{"last":1}' data "all_$gateway"
done
expect $'{"by":"studio"}\n{"from":"sensor"}\n{"private":1}\n{"last":1}' data studio

# What was said before is for the same people.
latest() { "$client" --count "$1" "ws://$(address other wsJsonMeta)/~0~0~0~?latest=1" | wc -l; }
expect 2 latest 2
history() { # STREAM [CURL-ARGUMENT...]
  local stream=$1
  shift
  curl -sS -d "{\"op\":\"history\",\"stream\":\"$stream\"}" "$@" "http://$(address knowing ws)/live?request"
}
history /live/private >said
expect '["denied","members only"]' jq -c '[.error.code, .error.message]' said
history /live/private -H "Authorization: Bearer $token" >said
expect '[{"private":1}]' jq -c '[.metadata[].data]' said
history /live/cam >said
expect '[{"by":"studio"}]' jq -c '[.metadata[].data]' said
