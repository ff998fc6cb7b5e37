# shellcheck shell=bash
# What the scripts beside this file share. A script looks like this:
#
#   #!/usr/bin/env bash
#   # A value set through the bus is read back through the bus.
#   . "$(dirname "$0")/lib.sh"
#   start hub so-hub
#   expect '"hello"' so-ctl get /chat/room1 chat message
#
# Its second line is the promise that it keeps; a third line `# limit: 120 s` asks for more than the
# 60 seconds that every script has. It runs in an empty directory of its own ($work) with a runtime
# directory of its own, so that scripts running at the same time never meet. Tools listen on
# 127.0.0.1:0 and say where; what cannot do that takes a free_port. At the end everything that was
# started is ended; a tool that ended before, or does not end in order, is a failure.
# Exit code 0: kept. 77: cannot be tried here. Anything else: broken.
set -euo pipefail

unset "${!SCOPEWIRE_@}"
work=$(mktemp -d /tmp/so.XXXXXX) # short: the path of a Unix socket has 107 bytes at most
mkdir -m 0700 "$work/run"
export SCOPEWIRE_RUNTIME_DIR=$work/run
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PATH=${SO_BIN:-$root/build/dev/bin}:$PATH
export PYTHONPATH=$root/tests/support PYTHONDONTWRITEBYTECODE=1 # flv, rtmp_wire, ws and the like
cd "$work"

declare -A pid_of=()  # what start and background started and nobody has stopped yet
declare -A is_tool=() # those of them that must live until they are told to end

fail() {
  echo "failed: $*" >&2
  exit 1
}
skip() {
  echo "skipped: $*" >&2
  exit 77
}
# need PROGRAM...: without them there is nothing to try here.
need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
}

# eventually [-t SECONDS] COMMAND...: tries until it succeeds; 10 seconds unless told otherwise.
eventually() {
  local seconds=10 end
  if [ "$1" = -t ]; then seconds=$2 && shift 2; fi
  end=$((SECONDS + seconds))
  until ("$@") >"$work/last_try" 2>&1; do # in a subshell: what fails in it ends this try only
    [ $SECONDS -lt $end ] || fail "not within $seconds s: $*"$'\n'"$(cat "$work/last_try")"
    sleep 0.05
  done
}

# background NAME COMMAND...: runs it with its output in NAME.out and NAME.log. It may end when it likes.
background() {
  local name=$1
  shift
  [ -z "${pid_of[$name]:-}" ] || fail "$name is running already"
  : >"$name.log" # the child opens it when it likes; what it said in an earlier life must not count
  "$@" >"$name.out" 2>"$name.log" </dev/null &
  pid_of[$name]=$!
}

# start NAME TOOL...: runs a tool of ours and waits for its ready line.
start() {
  background "$@"
  is_tool[$1]=yes
  eventually is_ready_or_dead "$1"
  grep -q ' info: .*ready on ' "$1.log" || fail "$1 did not start"
}
is_ready_or_dead() { grep -q ' info: .*ready on ' "$1.log" || ! alive "$1"; }
alive() { kill -0 "${pid_of[$1]}" 2>/dev/null; }

# address NAME [PROTOCOL]: HOST:PORT of its first listener, or of the one for PROTOCOL, from its ready
# line: `ready on 127.0.0.1:1935` or `ready on ws://127.0.0.1:8081, wsJsonMeta://127.0.0.1:8210`.
address() {
  local found
  found=$(sed -n 's/.* info: .*ready on //p' "$1.log" | tail -n 1 | tr -d ' ' | tr ',' '\n' |
    sed -nE "s|^(${2:-[a-zA-Z0-9]+}://)?([^/]+)$|\2|p" | head -n 1)
  [ -n "$found" ] || fail "$1 does not say where it listens${2:+ for $2}"
  echo "$found"
}

# stop NAME [SIGNAL]: ends it (TERM) and waits; a tool told to TERM or INT must exit 0.
stop() { end_in_order "$@" || exit 1; }
end_in_order() {
  local name=$1 signal=${2:-TERM} code=0
  local pid=${pid_of[$name]} tool=${is_tool[$name]:-}
  unset "pid_of[$name]" "is_tool[$name]"
  if [ -n "$tool" ] && ! kill -0 "$pid" 2>/dev/null; then
    echo "failed: $name ended by itself" >&2
    return 1
  fi
  kill -s "$signal" "$pid" 2>/dev/null || true
  end_of "$pid" || code=$?
  [ -z "$tool" ] || [ "$signal" = KILL ] || [ $code -eq 0 ] && return
  echo "failed: $name ended with $code on SIG$signal" >&2
  return 1
}
# Waits for the end of a process, with force after 10 seconds; answers its exit code.
end_of() {
  local end=$((SECONDS + 10))
  while kill -0 "$1" 2>/dev/null; do
    if [ $SECONDS -ge $end ]; then kill -s KILL "$1" 2>/dev/null || true; fi
    sleep 0.02
  done
  wait "$1"
}

# finishes CODE NAME: what runs in the background ends by itself, with this exit code.
finishes() {
  local code=0 pid=${pid_of[$2]}
  eventually -t 20 dead "$2"
  unset "pid_of[$2]" "is_tool[$2]"
  wait "$pid" || code=$?
  [ $code -eq "$1" ] || fail "$2 ended with $code, not $1"
}
dead() { ! alive "$1"; }

# expect TEXT COMMAND...: it succeeds and prints exactly this.
expect() {
  local wanted=$1 got
  shift
  got=$("$@" </dev/null) || fail "exit code $? of: $*"
  [ "$got" = "$wanted" ] || fail "$*"$'\n'"  wanted: $wanted"$'\n'"  got:    $got"
}
# exits CODE COMMAND...: it ends with this code; what it printed is in `out` and `err`.
exits() {
  local wanted=$1 code=0
  shift
  timeout -k 5 20 "$@" >out 2>err </dev/null || code=$?
  [ $code -eq "$wanted" ] || fail "exit code $code, not $wanted: $*"$'\n'"$(tail -n 20 err)"
}
# contains FILE TEXT: the file has a line with this text.
contains() {
  grep -qF -- "$2" "$1" && return
  tail -n 20 "$1" >&2
  fail "$1 does not contain: $2"
}

# frames FILE [v|a]: a checksum of each of its frames, as they are stored; decoded FILE [v|a]: as they are decoded.
frames() { framemd5 "$1" "${2:-v}" -c copy; }
decoded() { framemd5 "$1" "${2:-v}"; }
framemd5() { ffmpeg -v error -i "$1" -map "0:$2" "${@:3}" -f framemd5 - | checksums; }
checksums() { awk -F, '!/^#/ { print $6 }'; }
# is_piece FEWEST SENT GOT: the lines of GOT, so many at least, are in SENT one after the other. is_end: as its last.
is_piece() { is_run "$@" 'any(sent[i:i + len(got)] == got for i in range(len(sent)))'; }
is_end() { is_run "$@" 'got == sent[-len(got):]'; }
is_run() {
  python3 -c "import sys
sent, got = (open(name).read().split() for name in sys.argv[2:])
sys.exit(not (len(got) >= int(sys.argv[1]) and $4))" "$1" "$2" "$3" ||
    fail "$3: $(wc -l <"$3") lines that are no piece of the $(wc -l <"$2") of $2, or too few"
}

# played COUNT URL: how many of so many frames a player of it gets.
played() { timeout 20 ffmpeg -v error -i "$2" -frames:v "$1" -c copy -f framemd5 - | checksums | wc -l; }
# live [STREAM [OPTION...]]: it is published; /live/cam unless told otherwise.
live() { so-ctl "${@:2}" ls | grep -q "\"stream\":\"${1:-/live/cam}\""; }
# endpoint NAME: where its metrics and health are, http://HOST:PORT, from its ready line.
endpoint() { sed -n 's|.*\(http://[0-9.:]*\)/metrics.*|\1|p' "$1.log"; }

# A port that nothing uses now, for programs that cannot listen on port 0 and say which they got.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

finish() {
  local code=$? name
  trap - EXIT
  for name in "${!pid_of[@]}"; do
    end_in_order "$name" || [ $code -ne 0 ] || code=1
  done
  if [ $code -ne 0 ] && [ $code -ne 77 ]; then tail -n 30 -v "$work"/*.log >&2 2>/dev/null || true; fi
  rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'exit 143' TERM INT
