#!/usr/bin/env bash
# lib.sh notices tools that are not ready, end too early, or end with an error.
# shellcheck disable=SC2016  # what is in single quotes is for another script
. "$(dirname "$0")/../interop/lib.sh"

# A tool of three lines: is ready on what it was told, and ends with the code that it was told.
cat >tool <<'END'
#!/usr/bin/env bash
trap 'exit '"${2:-0}" TERM
echo "2020-01-01T00:00:00.000Z tool info: ready on ${1:-nothing}" >&2
while :; do sleep 0.02; done
END
chmod +x tool

start good ./tool 127.0.0.1:80
expect 127.0.0.1:80 address good
expect 127.0.0.1:80 address good rtmp
stop good
start good ./tool 'ws://127.0.0.1:81, wsJsonMeta://127.0.0.1:82'
expect 127.0.0.1:81 address good
expect 127.0.0.1:82 address good wsJsonMeta
stop good

# A script of its own for what must fail: it says why, and with which code it ends.
breaks() { # WORDS LINE...
  printf '%s\n' "#!/usr/bin/env bash" "# Breaks." ". $root/tests/interop/lib.sh" "cp $work/tool ." "${@:2}" >case.sh
  exits 1 bash case.sh
  contains err "$1"
}
breaks 'bad ended with 3 on SIGTERM' 'start bad ./tool a:1 3'
breaks 'killed ended by itself' 'start killed ./tool' 'kill -9 ${pid_of[killed]}' 'eventually dead killed'
breaks 'absent did not start' 'start absent ./absent'
breaks 'good does not say where it listens for rtmp' 'start good ./tool ws://a:1' 'address good rtmp'
breaks 'not within 1 s: false' 'eventually -t 1 false'
breaks 'wanted: b' 'expect b echo a'
breaks 'exit code 1, not 0: false' 'exits 0 false'
breaks 'out does not contain: b' 'exits 0 echo a' 'contains out b'
breaks 'early ended with 4, not 0' 'background early sh -c "exit 4"' 'finishes 0 early'
