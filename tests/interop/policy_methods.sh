#!/usr/bin/env bash
# Rules say who may call a method, serve it and kick a member, at each door, and SIGHUP reads them again.
. "$(dirname "$0")/lib.sh"
need python3
client=$root/tests/support/ws.py

cat >scopewire.yaml <<'END'
policy:
  rules:
    - {deny: call, name: "admin.*", role: [anonymous, guest], reason: for staff}
    - {deny: serve, role: guest, reason: guests serve nothing}
    - {allow: kick, scope: /chat/**, role: mod}
    - {deny: kick, reason: only moderators}
END
start hub so-hub --config scopewire.yaml
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0
rtmp=rtmp://$(address ingest rtmp)
ws=ws://$(address gateway ws)

# Nothing is refused to the operator.
background admin so-ctl serve /chat admin.ban echo 1
eventually expect 1 so-ctl call /chat admin.ban
for door in "$ws" "$rtmp"; do
  exits 5 so-ctl --at "$door/chat/room1" call admin.ban
  contains err 'for staff'
done
exits 5 so-ctl --claims '{"role":"guest"}' call /chat admin.ban
exits 5 so-ctl --claims '{"role":"guest"}' serve /chat sum echo 3
contains err 'guests serve nothing'

# Who is kicked leaves all its scopes, so each of them is asked.
background member "$client" --wait --protocol scopewire.v1 "$ws/chat/room1"
eventually contains member.out '"member"'
id=$(sed -n 's/.*"event":"hello".*"member":"\([^"]*\)".*/\1/p' member.out)
exits 5 so-ctl --claims '{"role":"guest"}' kick "$id"
contains err 'only moderators'
so-ctl --claims '{"role":"mod"}' kick "$id"
eventually dead member

sed -i '/deny: serve/d' scopewire.yaml
kill -HUP "${pid_of[hub]}"
eventually contains hub.log 'policy read again from scopewire.yaml: 3 rules'
background sum so-ctl --claims '{"role":"guest"}' serve /chat sum echo 3
eventually expect 3 so-ctl call /chat sum
