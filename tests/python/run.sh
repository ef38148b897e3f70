#!/bin/sh
# Minibatch SGD against NumPy and torch.optim.SGD; see compare.py. Debian's own Python, which has its NumPy and
# PyTorch; SGDL_PYTHON names another.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${SGDL_PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import numpy' 2>/dev/null; then
  echo "SKIPPED NumPy and torch.optim.SGD: python3-numpy not installed: tools/install-deps.sh --check"
  echo "0 passed, 0 failed"
  exit 0
fi
make --no-print-directory --silent -C "$root/tests/core" library VARIANT=plain
hdf5=$(pkg-config --exists hdf5 && echo hdf5 || echo hdf5-serial)
program=$root/build/core/plain/python_path
# shellcheck disable=SC2046  # flags are meant to split
${CC:-gcc} -std=c11 -O2 -fopenmp -Wall -Wextra -Werror -I"$root/src/core" "$here/path.c" \
  "$root/build/core/plain/libsgdl.a" -o "$program" $(pkg-config --libs fftw3) -lopenblas -lm -ldl \
  $(pkg-config --libs "$hdf5" 2>/dev/null || true)
exec "$python" "$here/compare.py" "$program" "$root/inst/extdata/diamonds.csv.gz"
