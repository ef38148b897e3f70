#!/bin/sh
# Holds the two installed packages against each other: calls.R and calls.m make the same calls, at the same
# number of BLAS threads, and every number must have the same bits. The last line is "N passed, N failed".
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

for threads in 1 2; do
  export OPENBLAS_NUM_THREADS=$threads OMP_NUM_THREADS=$threads SGDLANGEVIN_THREADS=$threads
  R=$scratch/R-$threads
  octave=$scratch/octave-$threads
  mkdir "$R" "$octave"
  Rscript "$root/tests/hosts/calls.R" "$R" || failed=$((failed + 1))
  "$root/tools/octave.sh" "$root/tests/hosts/calls.m" "$octave" || failed=$((failed + 1))
  for name in $( (ls "$R"; ls "$octave") | sort -u); do
    if cmp -s "$R/$name" "$octave/$name"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "$name ($threads BLAS threads): R and Octave differ"
    fi
  done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
