#!/usr/bin/env bash
# Every tool's --help fits a screen, its manual page has each of its options, and it refuses other words.
. "$(dirname "$0")/lib.sh"

need mandoc
helps() { # TOOL: its --help and those of its commands
  local tool=$1 command
  "$tool" --help
  if "$tool" --help | grep -q -- --help-limits; then "$tool" --help-limits; fi
  for command in $("$tool" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
    "$tool" "$command" --help
  done
}
options() { grep -oE -- '--[a-z][a-z-]+' | grep -vx -- --help | sort -u; }
documented() { grep '^\.It Fl' "$root/man/$1.1" | sed 's/Fl h , -/Fl -/;s/Fl -/--/g' | options; }

for tool in so-hub rtmp-ingest ws-gateway fmp4-serve meta-push so-ctl; do
  helps "$tool" >help </dev/null
  awk 'length > 80 { print "wider than 80: " $0; bad = 1 } END { exit bad }' help
  [ "$("$tool" --help | wc -l)" -le 55 ] || fail "$tool --help has over 55 lines"
  contains help 'Examples:'
  sed -nE 's/^  (--[a-z-]+).*/\1/p' help | options >in_help
  diff -U0 <(documented "$tool") in_help || fail "$tool.1 and --help differ"

  exits 0 "$tool" --version
  grep -qx "$tool [0-9.]*" out || fail "$tool --version: $(cat out)"
  exits 2 "$tool" --hbu x
  expect "$tool: unknown option --hbu, did you mean \"--hub\"?
Try: $tool --help" cat err
  exits 0 "$tool" --check-config

  # What it prints as its configuration configures the same.
  "$tool" --print-config >one.yaml
  "$tool" --config one.yaml --print-config >two.yaml
  diff -U0 <(sed 's/ *#.*//' one.yaml) <(sed 's/ *#.*//' two.yaml) || fail "$tool --print-config"

  # The example of the manual page is one.
  sed -n '/^\.Sh EXAMPLES/,/^\.Ed/{/^\./d;p}' "$root/man/scopewire.yaml.5" | sed '1d' >example.yaml
  exits 0 "$tool" --check-config --config example.yaml
  echo 'lgo: {level: info}' >>example.yaml
  exits 2 "$tool" --check-config --config example.yaml
  contains err 'unknown key "lgo", did you mean "log"?'
done
