#!/bin/sh
# Runs every comparison of this folder and prints the table of ratios: `make bench`.
# Threads: SGDL_BENCH_THREADS (default 1) for the dense linear algebra of both sides; one thread for
# everything else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
threads=${SGDL_BENCH_THREADS:-1}
out=$root/build/bench
export R_LIBS="$root/build/R-library"

make --no-print-directory --silent -C "$here/core"
# OpenBLAS 0.3.21 runs its SSE3 kernels on processors younger than itself. Both sides of every ratio share one
# BLAS; give it the kernels of this machine unless told otherwise.
if [ -z "${OPENBLAS_CORETYPE:-}" ]; then
  if grep -qw avx512dq /proc/cpuinfo; then OPENBLAS_CORETYPE=SkylakeX; export OPENBLAS_CORETYPE
  elif grep -qw avx2 /proc/cpuinfo; then OPENBLAS_CORETYPE=Haswell; export OPENBLAS_CORETYPE; fi
fi
times=$out/times.tsv
: >"$times"

# run THREADS COMMAND...: both BLAS and OpenMP get THREADS.
run()
{
  OMP_NUM_THREADS=$1 OPENBLAS_NUM_THREADS=$1
  export OMP_NUM_THREADS OPENBLAS_NUM_THREADS
  shift
  echo "bench: $* ($OMP_NUM_THREADS thread(s))" >&2
  "$@" >>"$times"
}

run "$threads" "$root/tools/octave.sh" "$here/octave/stationary.m"
run "$threads" /usr/bin/python3 "$here/python/stationary.py"
run "$threads" "$out/stationary" 500
run "$threads" "$out/stationary" 1000
run "$threads" "$out/stationary" 2000 3
run "$threads" "$out/wide" 1000 50000
run "$threads" "$out/compressed" 1000000 3
run 2 "$out/operator" 1000000 60 3
run 1 "$out/normals"
run 1 "$out/simulate"
run 1 "$out/exact"
(cd "$out" && run 1 "$out/recording")
run 2 "$out/ensemble"
run 1 "$out/memory"
run 1 /usr/bin/python3 "$here/python/ensemble.py"
run 1 Rscript "$here/R/ensemble.R"
run 1 "$out/minibatch"
run 1 "$out/minibatch_wide"
run 1 /usr/bin/python3 "$here/python/minibatch.py"
run 1 /usr/bin/python3 "$here/python/minibatch_torch.py"
run 1 Rscript "$here/R/minibatch.R"
run 1 "$out/msd"
run 1 /usr/bin/python3 "$here/python/msd.py"
# One thread works, another reads the file (4 GB, removed at the end).
echo "bench: $out/msd_gram (one thread, and one that reads)" >&2
OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=1 "$out/msd_gram" "$out" >>"$times"
run 1 "$out/fbm"

Rscript "$here/report.R" "$times" "$here/comparisons.csv" "$threads"
