#!/usr/bin/env bash
# Every row of scopewire(7), RED5, and every scenario has a test whose name begins with it.
. "$(dirname "$0")/../interop/lib.sh"

tested() { # NAME FILE...: a test of this name, a colon, and what it says
  grep -rqE "^(TEST_CASE\(| +)\"$1: " --include='*_test.cpp' "${@:2}" || fail "no test begins with \"$1: \""
}
rows() {
  printf 'S%d\n' {1..14} && printf 'O%d\n' {1..28} && printf 'R%d\n' {1..15} && printf 'W%d\n' {1..17}
}

for row in $(rows); do tested "$row" "$root/tests"; done
for letter in {a..u}; do
  for tool in rtmp-ingest ws-gateway; do tested "$letter" "$root/tests/$tool/scenarios_test.cpp"; done
done
diff <(rows) <(sed -n '/^\.Sh RED5/,/^\.Sh ENV/s/^\.It \([SORW][0-9]*\)$/\1/p' "$root/man/scopewire.7")
