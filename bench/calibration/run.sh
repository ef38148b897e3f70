#!/bin/sh
# The calibration study: bench/calibration/run.sh [scale]. Scale 1 (default) is the full study, under two hours on two
# cores; 0.05 takes a few minutes. CSV on standard output, and in build/calibration/<study>.csv for each.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../build/calibration
scale=${1:-1}
export OPENBLAS_NUM_THREADS=1
make --no-print-directory --silent -C "$here"
for source in "$here"/*.c; do
  study=$(basename "$source" .c)
  echo "calibration: $study at scale $scale" >&2
  "$out/$study" "$scale" | tee "$out/$study.csv"
done
