#!/usr/bin/env bash
# A turn of every fuzz target: fuzz.sh [INPUTS], a number of inputs such as 20000x or a time such as 10m.
# A number is the default: at the end of a time Go 1.26 may call a sound target failed (go.dev/issue/75804).
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
grep -rlE '^func Fuzz' --include='*_test.go' . | sort | while read -r file; do
  for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file"); do
    echo "== $(dirname "$file") $target"
    if ! go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${1:-20000x}" -parallel 2 >"$log" 2>&1; then
      cat "$log"
      exit 1
    fi
    tail -1 "$log"
  done
done
