#!/bin/sh
# Tests of the installed Octave package that need more than its own %!test blocks: reference values, the same
# bits for any number of threads, Ctrl-C, kills. The last line is "N passed, N failed".
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root/tests/octave" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

for file in test_*.m; do
  count="[n, most] = test ('$file', 'quiet', stdout); printf ('counted %d %d\n', n, most)"
  "$root/tools/octave.sh" --eval "$count" >"$scratch/log" 2>&1
  counts=$(sed -n 's/^counted //p' "$scratch/log")
  if [ -z "$counts" ]; then counts="0 1"; fi
  n=${counts% *}
  most=${counts#* }
  if [ "$n" -lt "$most" ]; then cat "$scratch/log"; fi
  echo "$file: $n of $most"
  passed=$((passed + n))
  failed=$((failed + most - n))
done

# interrupted CALL LINES: runs interrupt.m, which writes its process id, sends Ctrl-C half a second into the
# call and counts the lines printed.
interrupted() {
  rm -f "$scratch/ready"
  SGDL_READY=$scratch/ready SGDL_INTERRUPT=$1 \
    timeout -s KILL 60 "$root/tools/octave.sh" interrupt.m >"$scratch/log" 2>&1 &
  job=$!
  for _ in $(seq 200); do [ -s "$scratch/ready" ] && break; sleep 0.1; done
  sleep 0.5
  kill -INT "$(cat "$scratch/ready")"
  wait "$job"
  ok=$(grep -c '^ok ' "$scratch/log")
  if [ "$ok" -ne "$2" ]; then cat "$scratch/log"; fi
  echo "interrupted $1: $ok of $2"
  passed=$((passed + ok))
  failed=$((failed + $2 - ok))
}
interrupted simulation 5
interrupted callback 5
interrupted transient 1

# Kills a run on disk again and again, at moments nobody chose, and lets it go on to the end.
killed() {
  export SGDL_READY="$scratch/ready" SGDL_FOLDER="$scratch/run"
  for _ in $(seq "$1"); do
    rm -f "$scratch/ready"
    SGDL_ACTION=run "$root/tools/octave.sh" killed.m >"$scratch/log" 2>&1 &
    job=$!
    for _ in $(seq 200); do [ -s "$scratch/ready" ] && break; sleep 0.1; done
    sleep "0.$(od -An -N1 -tu1 /dev/urandom | tr -d ' ')"
    kill -KILL "$(cat "$scratch/ready")" 2>/dev/null
    wait "$job" 2>/dev/null
  done
  SGDL_ACTION=check "$root/tools/octave.sh" killed.m >"$scratch/log" 2>&1
  ok=$(grep -c '^ok ' "$scratch/log")
  if [ "$ok" -ne 4 ]; then cat "$scratch/log"; fi
  echo "killed $1 times: $ok of 4"
  passed=$((passed + ok))
  failed=$((failed + 4 - ok))
}
killed 4

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
