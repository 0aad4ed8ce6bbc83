#!/usr/bin/env bash
# A turn of every fuzz target: fuzz.sh [INPUTS] [FOLDER...], a number of inputs such as 20000x or a time such as 10m, of the
# targets in these folders. It says what memory the largest worker took early on and at the end, and fails where that grew.
set -euo pipefail
cd "$(dirname "$0")/.."
turn=${1:-20000x}
shift || true
log=$(mktemp) sizes=$(mktemp)
trap 'rm -f "$log" "$sizes"' EXIT

# watch notes the size of the largest worker, in MB, every five seconds.
watch() {
  while sleep 5; do
    ps -eo rss,args | awk '/-test[.]fuzzworker/ && !/awk/ && $1 > most { most = $1 } END { if (most) print int(most / 1024) }'
  done >"$sizes"
}

grep -rlE '^func Fuzz' --include='*_test.go' "${@:-.}" | sort | while read -r file; do
  for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file"); do
    folder=./$(dirname "$file")
    echo "== $folder $target"
    watch &
    watcher=$!
    passed=0
    go test "$folder" -run '^$' -fuzz "^$target\$" -fuzztime "$turn" -parallel 2 >"$log" 2>&1 || passed=$?
    kill "$watcher"
    # At the end of a time Go 1.26 may call a sound target failed (go.dev/issue/75804): it then names no input.
    if [ "$passed" != 0 ] && { ! grep -q 'context deadline exceeded' "$log" || grep -qE 'Failing input|panic|DATA RACE' "$log"; }; then
      cat "$log"
      exit 1
    fi
    grep -E '^fuzz: elapsed' "$log" | tail -1
    if [ -s "$sizes" ]; then
      early=$(awk 'NR <= 6 && $1 > most { most = $1 } END { print most }' "$sizes") late=$(tail -1 "$sizes")
      echo "the largest worker: $early MB in the first half minute, $late MB at the end"
      if [ "$late" -gt $((2 * early + 256)) ]; then
        echo "its memory grows"
        exit 1
      fi
    fi
  done
done
