#!/usr/bin/env bash
# One hub an address: a second one is refused, a killed one replaced, an address that cannot be is said so.
. "$(dirname "$0")/lib.sh"

start hub so-hub
expect 660 stat -c %a run/bus
exits 1 so-hub
contains err "unable to listen on ipc://$SCOPEWIRE_RUNTIME_DIR/bus: another hub is running there"
start elsewhere so-hub --hub "ipc://$work/made/for/it/bus"

stop hub KILL
[ -S run/bus ] || fail "a killed hub takes its socket with it?"
start hub so-hub
stop hub
[ ! -e run/bus ] || fail "the socket is still there"

exits 2 so-hub --hub tcp://127.0.0.1:5555
contains err 'tcp:// needs --key and --tool-keys'
exits 2 so-hub --hub somewhere
contains err 'unable to listen on somewhere: an address is ipc://PATH, tcp://HOST:PORT or insecure+tcp://HOST:PORT'
touch file
exits 2 so-hub --hub "ipc://$work/file"
contains err 'is there and is not a socket'
exits 1 so-hub --hub "ipc://$work/file/bus"
contains err 'Not a directory'
exits 1 so-hub --hub ipc:///proc/none/bus
contains err 'No such file or directory'
port=$(free_port)
start tcp so-hub --hub "insecure+tcp://127.0.0.1:$port"
exits 1 so-hub --hub "insecure+tcp://127.0.0.1:$port"
contains err 'Address already in use'
