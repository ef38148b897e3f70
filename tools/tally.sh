#!/bin/sh
# Runs test commands one after the other and adds up what they report.
#   tally.sh [--quiet] NAME COMMAND [NAME COMMAND]...
# The last line "N passed, N failed" (any prefix) that a command prints is its result; a command that
# prints none, or that exits non-zero without counting a failure, counts as one failure. Output is shown
# as it comes, with --quiet only that of a command that failed. The last line is the sum.
set -u

quiet=""
if [ "$1" = "--quiet" ]; then quiet=yes; shift; fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0
while [ $# -gt 0 ]; do
  name=$1
  command=$2
  shift 2
  show=/dev/stdout
  if [ -n "$quiet" ]; then show=/dev/null; fi
  { sh -c "$command" 2>&1; echo $? >"$scratch/status"; } | tee "$scratch/log" >"$show"
  status=$(cat "$scratch/status")
  counts=$(sed -n 's/^\(.*: \)\{0,1\}\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\2 \3/p' "$scratch/log" | tail -n 1)
  if [ -z "$counts" ]; then counts="0 1"; fi
  p=${counts% *}
  f=${counts#* }
  # A crash, a leak or a sanitizer report is a failure even where every assertion held.
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  if [ -n "$quiet" ] && [ "$f" -gt 0 ]; then cat "$scratch/log"; fi
  if [ "$f" -gt 0 ]; then echo "$name: exit status $status"; fi
  echo "$name: $p passed, $f failed"
  passed=$((passed + p))
  failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
