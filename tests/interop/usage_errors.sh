#!/usr/bin/env bash
# What a person gets wrong is said in one clear line on standard error, with the exit code of its kind.
. "$(dirname "$0")/lib.sh"

# says CODE TEXT COMMAND...: it ends with the code and says this, nothing on standard output.
says() {
  local code=$1 text=$2
  shift 2
  exits "$code" "$@"
  contains err "$text"
  [ ! -s out ] || fail "on standard output: $(cat out)"
}

# The configuration: which file, which line, what is meant.
printf 'hub: ipc:///tmp/x\nlog:\n  levl: debug\n' >key.yaml
printf 'limits:\n  ws-gateway: {max_conections: 3}\n' >limit.yaml
printf 'log: {level: info}\nlog: {level: debug}\n' >twice.yaml
printf 'log: [\n' >form.yaml
printf 'acceptors:\n  - {ip: 127.0.0.1, port: 99999, protocol: ws}\n' >port.yaml
for tool in so-hub rtmp-ingest ws-gateway fmp4-serve meta-push so-ctl; do
  says 2 "$tool: unknown option --nonsense" "$tool" --nonsense
  says 2 "$tool: --hub needs a value" "$tool" --hub
  says 2 'key.yaml:3: unknown key "levl", did you mean "level"?' "$tool" --check-config --config key.yaml
  says 2 'twice.yaml:2: ' "$tool" --check-config --config twice.yaml
  says 2 'form.yaml:2: ' "$tool" --check-config --config form.yaml
  says 2 'unable to read none.yaml: No such file or directory' "$tool" --check-config --config none.yaml
  says 2 '"loud"' "$tool" --check-config --log-level loud
done
says 2 'limit.yaml:2: ws-gateway has no limit "max_conections", did you mean "max_connections"?' \
  ws-gateway --check-config --config limit.yaml
says 2 'port.yaml:2: "127.0.0.1:99999" has no port from 0 to 65535' ws-gateway --check-config --config port.yaml

# Applications have names; a list with * is any.
printf 'log: {level: info}\napplications: [chat, a/b]\n' >names.yaml
for tool in so-hub ws-gateway; do
  says 2 'names.yaml:2: "a/b" cannot be the name of an application' "$tool" --check-config --config names.yaml
  says 2 '--application: ".." cannot be the name of an application' "$tool" --application ..
done
for tool in ws-gateway fmp4-serve; do
  says 2 '--ping-every: 0 is under 1ms' "$tool" --check-config --ping-every 0
  says 2 '127.0.0.1:0 needs --tls-cert and --tls-key' "$tool" --check-config --wss-listen 127.0.0.1:0
  says 2 'unable to read the certificate none.pem: no such file or directory' \
    "$tool" --check-config --wss-listen 127.0.0.1:0 --tls-cert none.pem --tls-key none.pem
  says 2 '--tls-key: nothing listens with TLS' "$tool" --check-config --tls-key key.pem
  for origin in https://example.org/ example.org; do
    says 2 "--origin: \"$origin\" is no origin, as https://example.org:8443, nor *" "$tool" --check-config --origin $origin
  done
done
printf 'acceptors: [{ip: 127.0.0.1, port: 1, protocol: inboundWSSFMP4}]\ntls: {cert: none.pem, key: none.pem}\n' >tls.yaml
says 2 'unable to read the certificate none.pem: ' fmp4-serve --check-config --config tls.yaml
exits 0 fmp4-serve --check-config --config tls.yaml tap live/cam - # listens to nobody
says 2 'unable to open the folder none: no such file or directory' ws-gateway --check-config --static none
says 2 'exec: a program is missing' ws-gateway --check-config exec

# What would do nothing.
printf 'tokens: {issuer: us}\n' >issuer.yaml
for tool in rtmp-ingest ws-gateway; do
  says 2 'issuer.yaml:1: no --token-key, so tokens are not looked at' "$tool" --check-config --config issuer.yaml
done
says 2 '--store: without --standalone there is no hub inside' ws-gateway --store file
says 2 '--meta-listen: programs have no metadata' ws-gateway exec --meta-listen 127.0.0.1:0 -- cat

# Addresses and URLs.
says 2 'an address is ipc://PATH, tcp://HOST:PORT or insecure+tcp://HOST:PORT' so-hub --hub http://x
for tool in rtmp-ingest ws-gateway fmp4-serve; do
  says 2 'an address is ipc://PATH, tcp://HOST:PORT or insecure+tcp://HOST:PORT' "$tool" --listen 127.0.0.1:0 --hub http://x
  says 2 '"example:1" does not begin with an IP address' "$tool" --listen example:1
  says 2 'is not loopback' "$tool" --listen 0.0.0.0:0
done
says 2 '--at: http:// is no way in; ws:// and rtmp:// are' so-ctl --at http://127.0.0.1/a get chat
says 2 '--at: ' so-ctl --at rtmp:/127.0.0.1/a get chat
says 2 '--at: ' so-ctl --at ws://127.0.0.1:port/a get chat
port=$(free_port)
says 3 "unable to connect to 127.0.0.1:$port: connection refused" so-ctl --at "rtmp://127.0.0.1:$port/a" get chat
says 3 "unable to open ws://127.0.0.1:$port/a" so-ctl --at "ws://127.0.0.1:$port/a" get chat
[[ $(cat err) != *'\x'* ]] || fail "bytes that are no text: $(cat err)"

# Words and values.
says 2 'so-ctl: unexpected "gte", did you mean "get"?' so-ctl gte /a chat
says 2 'so-ctl: a subcommand is required' so-ctl
says 2 'SCOPE is missing' so-ctl get
says 2 'VALUE is not JSON' so-ctl set /a chat key word
says 2 '--timeout: "1x" is not a duration' so-ctl --timeout 1x get /a chat
says 2 'meta-push: STREAM is required' meta-push
says 2 'only - is supported' rtmp-ingest publish file.flv live/cam

# No hub.
says 3 "no answer from the hub at ipc://$SCOPEWIRE_RUNTIME_DIR/bus" so-ctl --timeout 200ms ls
says 3 "no hub at ipc://$SCOPEWIRE_RUNTIME_DIR/bus" meta-push --timeout 200ms live/cam 1
says 3 "no hub at ipc://$SCOPEWIRE_RUNTIME_DIR/bus" rtmp-ingest publish - live/cam
says 3 'live/cam has not begun: there is no hub' rtmp-ingest tap live/cam - --timeout 200ms
says 3 'live/cam has not begun: there is no hub' fmp4-serve tap live/cam - --timeout 200ms

# What is taken already; who has it keeps it.
start hub so-hub
says 1 "unable to listen on ipc://$SCOPEWIRE_RUNTIME_DIR/bus" so-hub
start ingest rtmp-ingest --listen 127.0.0.1:0
start gateway ws-gateway --listen 127.0.0.1:0 --meta-listen 127.0.0.1:0
start serve fmp4-serve --listen 127.0.0.1:0
taken() { # ADDRESS TOOL...: it says so in just these words
  says 1 "error: unable to listen on $1: address already in use" "${@:2}"
}
taken "$(address ingest)" rtmp-ingest --listen "$(address ingest)"
taken "$(address gateway ws)" ws-gateway --listen "$(address gateway ws)" --meta-listen 127.0.0.1:0
taken "$(address gateway wsJsonMeta)" ws-gateway --listen 127.0.0.1:0 --meta-listen "$(address gateway wsJsonMeta)"
taken "$(address serve)" fmp4-serve --listen "$(address serve)"
eventually so-ctl --at "rtmp://$(address ingest rtmp)/chat/room1" set chat message '"still here"'
expect '"still here"' so-ctl --at "ws://$(address gateway ws)/chat/room1" get chat message

# Input that is not what it has to be.
says 6 'standard input: ' sh -c 'echo "this is no FLV file" | rtmp-ingest publish - live/cam'
says 6 'standard input ends inside a tag' sh -c 'printf "FLV\1\5\0\0\0\11\0\0\0\0\11\0\0\7" | rtmp-ingest publish - live/cam'
says 9 '2 ' sh -c 'printf "{\n{\"a\":1}\n\377\n" | meta-push live/cam'
says 8 'nothing' so-ctl get /chat/room1 nothing

# Standard streams that somebody has closed.
exits 0 sh -c 'exec so-ctl set /chat/room1 chat message 1 <&- 2>&-'
for verb in get watch; do
  says 1 'unable to write to standard output: Bad file descriptor' sh -c "exec so-ctl $verb /chat/room1 chat >&-"
done
exits 1 sh -c 'exec so-ctl get /chat/room1 chat >/dev/full'
contains err 'unable to write to standard output: No space left on device'
says 1 'unable to read standard input: ' sh -c 'exec meta-push live/cam <&-'
