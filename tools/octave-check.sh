#!/bin/sh
# Runs `pkg test` (the %!test blocks of every function) on the installed Octave package and counts it:
# `pkg test` itself exits with zero on failures.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$root/tools/octave.sh" --eval "pkg test sgdlangevin" >"$log" 2>&1
status=$?
cat "$log"
passed=$(sed -n 's/^ *PASS *\([0-9][0-9]*\)$/\1/p' "$log" | tail -n 1)
failed=$(sed -n 's/^ *FAIL *\([0-9][0-9]*\)$/\1/p' "$log" | tail -n 1)
if [ -z "$passed" ] || [ "$status" -ne 0 ]; then failed=$((${failed:-0} + 1)); fi
echo "${passed:-0} passed, ${failed:-0} failed"
[ "${failed:-0}" -eq 0 ]
