#!/usr/bin/env bash
# Broken, endless and untidy scripts count as failed, and nothing of them stays.
. "$(dirname "$0")/../interop/lib.sh"

export SO_RESULTS=$work/results
mkdir "$SO_RESULTS"
script() { printf '#!/bin/sh\n# %s\n%s\n' "$2" "$3" >"$1.sh"; }
outcome() { "$root/tests/run-script" "$1.sh" >"$1.report" 2>&1 || true; cat "$SO_RESULTS/$1"; }

script kept 'Promises something.' 'exit 0'
expect passed outcome kept
contains kept.report 'Promises something.'

script broken 'Promises too much.' 'echo the reason; exit 3'
expect failed outcome broken
contains broken.report '| the reason'

script impossible 'Needs a browser.' 'echo no browser; exit 77'
expect skipped outcome impossible
contains impossible.report 'no browser'

script endless 'Never ends.' '# limit: 1 s
sleep 6101'
expect failed outcome endless
contains endless.report 'not done within 1 s'

script untidy 'Leaves something behind.' 'sleep 6102 & exit 0'
expect failed outcome untidy
contains untidy.report 'left running'
exits 1 pgrep -f '^sleep 610[12]$'

# A child that has ended, and whose parent (in another session) does not collect it.
script uncollected 'Ends all it starts.' "python3 -c 'import os, time
if os.fork() == 0: os._exit(0)
os.setsid()
open(\"parent\", \"w\").write(str(os.getpid()))
time.sleep(30)' & exit 0"
expect passed outcome uncollected
eventually test -s parent
kill "$(cat parent)"
