#!/bin/sh
# Runs test commands and adds up what they report.
#   tally.sh [--quiet] [--jobs N] NAME COMMAND [NAME COMMAND]...
# The last line "N passed, N failed" (any prefix) that a command prints is its result; a command that
# prints none, or that exits non-zero without counting a failure, counts as one failure. Output is shown
# as it comes, with --quiet only that of a command that failed, in one piece. With --jobs N, which goes with
# --quiet, N commands run at a time and report as they end. The last line is the sum.
set -u

# Runs one command; its counts go to a file, its output and a line with the counts are shown.
run_one() {
  quiet=$1 scratch=$2 number=$3 name=$4 command=$5
  log=$scratch/log.$number
  began=$(date +%s)
  { sh -c "$command" 2>&1; echo $? >"$scratch/status.$number"; } |
    if [ -n "$quiet" ]; then cat >"$log"; else tee "$log"; fi
  seconds=$(($(date +%s) - began))
  status=$(cat "$scratch/status.$number")
  counts=$(sed -n 's/^\(.*: \)\{0,1\}\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\2 \3/p' "$log" | tail -n 1)
  if [ -z "$counts" ]; then counts="0 1"; fi
  p=${counts% *}
  f=${counts#* }
  # A crash, a leak or a sanitizer report is a failure even where every assertion held.
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  echo "$p $f" >"$scratch/counts.$number"
  (
    flock 9 # those that end together speak one after the other
    if [ -n "$quiet" ] && [ "$f" -gt 0 ]; then cat "$log"; fi
    if [ "$f" -gt 0 ]; then echo "$name: exit status $status"; fi
    if [ "$seconds" -ge 30 ]; then echo "$name: $seconds s"; fi
    echo "$name: $p passed, $f failed"
  ) 9>"$scratch/lock"
}

if [ "${1:-}" = "--one" ]; then shift; run_one "$@"; exit 0; fi

quiet=""
jobs=1
if [ "${1:-}" = "--quiet" ]; then quiet=yes; shift; fi
if [ "${1:-}" = "--jobs" ]; then jobs=$2; shift 2; fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
total=0
for word in "$@"; do
  if [ $((total % 2)) -eq 0 ]; then printf '%s\0%s\0%s\0' "$quiet" "$scratch" $((total / 2)); fi
  printf '%s\0' "$word"
  total=$((total + 1))
done >"$scratch/commands"
xargs -0 -r -n 5 -P "$jobs" "$0" --one <"$scratch/commands"
passed=0
failed=0
number=0
while [ $((2 * number)) -lt $# ]; do
  # A command whose counts are missing was killed together with its shell.
  read -r p f <"$scratch/counts.$number" 2>/dev/null || { p=0; f=1; }
  passed=$((passed + p))
  failed=$((failed + f))
  number=$((number + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
