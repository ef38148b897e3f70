#!/bin/sh
# Damages a good trajectory file at random and holds the readers to it: an error, or the numbers that are in the file.
#   tools/fuzz-hdf5.sh [ROUNDS [SEED]]      defaults 20000 and the time of day; a failure names seed and round
# The same program runs a few hundred rounds with a fixed seed among the C tests (tests/core/test_fuzz_hdf5.c).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
SGDL_FUZZ_ROUNDS=${1:-20000}
SGDL_FUZZ_SEED=${2:-$(date +%s)}
export SGDL_FUZZ_ROUNDS SGDL_FUZZ_SEED
echo "fuzz-hdf5: $SGDL_FUZZ_ROUNDS rounds, seed $SGDL_FUZZ_SEED"
exec make --no-print-directory -C "$root/tests/core" check TESTS=fuzz_hdf5
