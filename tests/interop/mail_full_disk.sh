#!/usr/bin/env bash
# With a full disk mail is refused, and whoever reads a mailbox reads on.
. "$(dirname "$0")/lib.sh"
need prlimit

printf 'thirty-two bytes of secret, or so' >secret
so-ctl token --sign-key secret --sub ann >ann.jwt
start hub so-hub --store store
start gateway ws-gateway --listen 127.0.0.1:0 --token-key secret
background reader so-ctl --at "ws://$(address gateway ws)/chat" --token-file ann.jwt inbox ann
eventually so-ctl notify ann 1
eventually contains reader.out '"message":1'
so-ctl --persistent set /chat board x 1

prlimit --pid "${pid_of[hub]}" --fsize="$(stat -c %s store-wal):"
filled() { ! so-ctl set /chat board "k$RANDOM" "\"$(head -c 30000 /dev/zero | tr '\0' x)\""; }
eventually filled
exits 5 so-ctl notify ann 2
contains err 'storage: the store failed'
exits 5 so-ctl inbox bob --timeout 1s # has no mailbox yet
contains err 'storage: the store failed'
prlimit --pid "${pid_of[hub]}" --fsize=unlimited:
so-ctl notify ann 3
eventually contains reader.out '"message":3'
expect $'1\n3' jq .message reader.out
[ ! -s reader.log ] || fail "it did not read on: $(cat reader.log)"
