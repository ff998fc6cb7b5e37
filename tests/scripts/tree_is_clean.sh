#!/usr/bin/env bash
# The sources are formatted, small, linted, and their includes point down.
. "$(dirname "$0")/../interop/lib.sh"

need clang-format shellcheck mandoc
"$root/scripts/check" fast
