#!/bin/sh
# Runs `pkg test` (the %!test blocks of every function) on the installed Octave package and counts it:
# `pkg test` itself exits with zero on failures.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

cd "$scratch" || exit 1  # Octave leaves its details of failures here, in fntests.log
"$root/tools/octave.sh" --eval "pkg test sgdlangevin" >"$log" 2>&1
status=$?
cat "$log"
passed=$(sed -n 's/^ *PASS *\([0-9][0-9]*\)$/\1/p' "$log" | tail -n 1)
failed=$(sed -n 's/^ *FAIL *\([0-9][0-9]*\)$/\1/p' "$log" | tail -n 1)
if [ "${failed:-1}" -gt 0 ] && [ -f fntests.log ]; then grep -B 2 -A 12 '^!!!!!' fntests.log; fi
if [ -z "$passed" ] || [ "$status" -ne 0 ]; then failed=$((${failed:-0} + 1)); fi
echo "${passed:-0} passed, ${failed:-0} failed"
[ "${failed:-0}" -eq 0 ]
