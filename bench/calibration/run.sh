#!/bin/sh
# The calibration study: bench/calibration/run.sh [scale [program ...]]. Scale 1 (default) is the full study, under two
# hours on two cores; 0.05 takes a few minutes. Programs: gls, ols, local_exponent, crossover, fit_langevin, mle; all where none is
# named. CSV on standard output and, row by row as cases end, in build/calibration/<program>.csv: what a killed run has
# done is kept. report.R makes the Markdown tables of these files.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/calibration
scale=${1:-1}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- gls ols local_exponent crossover fit_langevin mle
export OPENBLAS_NUM_THREADS=1
for study; do
  [ -f "$here/$study.c" ] || { echo "calibration: no program $study in $here" >&2; exit 2; }
  make --no-print-directory --silent -C "$here" "$out/$study" >&2
done
for study; do
  echo "calibration: $study at scale $scale" >&2
  "$out/$study" "$scale" | tee "$out/$study.csv"
done
