#!/usr/bin/env bash
# An include that points up, a second door to a library, and a layer out of order are refused.
. "$(dirname "$0")/../interop/lib.sh"

mkdir -p common/low common/high tools/tool
cat >common/CMakeLists.txt <<'END'
so_layer(low fmt::fmt)
so_layer(high so_low)
END
echo 'so_tool(tool so_low)' >tools/CMakeLists.txt
file() { printf '%s\n' "${@:2}" >"$1"; }
check() { exits "$1" "$root/scripts/check-includes" "$work"; }

file common/low/a.h '#include <string>' '#include "low/b.h"'
file common/high/c.cpp '#include "low/a.h"' '#include "high/c.h"'
file tools/tool/main.cpp '#include "options.h"' '#include "low/a.h"'
file tools/tool/options.cpp '#include <CLI/CLI.hpp>'
check 0

file common/low/a.h '' '#include "high/c.h"'
check 1
contains out 'common/low/a.h:2: low may not see high: "high/c.h"'
file common/low/a.h '#include "b.h"'
check 1
contains out 'common/low/a.h:1: low may not see files without a folder: "b.h"'
file common/low/a.h '#include <zmq.hpp>'
check 1
contains out 'common/low/a.h:1: <zmq.hpp> belongs to'
file common/low/a.h

file tools/tool/main.cpp '#include "high/c.h"'
check 1
contains out 'tools/tool/main.cpp:1: tool may not see high'
file tools/tool/main.cpp

printf '%s\n' 'so_layer(low so_high)' 'so_layer(high)' >common/CMakeLists.txt
check 1
contains out 'low names high, no layer below it'
mkdir common/lost
check 1
contains out 'common/lost: no so_layer() line'
