#!/bin/sh
# On a machine with a GPU: builds the CUDA plug-in, the part of the core that it is compared with, and the contract's
# tests; runs them and prints device, tests and a table of speeds. Needs gcc, nvcc, the CUDA libraries and a BLAS with
# LAPACK (BLAS names one: "-lopenblas", or the path of a libopenblas.so that was carried along); FFTW is used if it is
# there. No R, no Octave. Exit status: 0 all passed, 1 failures, 2 it does not build, 3 no GPU.
#   gpu-check.sh [--build-only] [FOLDER]     FOLDER: build/gpu-check unless given
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
only=""
if [ "${1:-}" = "--build-only" ]; then only=yes; shift; fi
out=${1:-$root/build/gpu-check}
mkdir -p "$out"

fail() {
  echo "gpu-check.sh: $1" >&2
  exit 2
}

nvcc=$(sh "$root/src/cuda/build.sh" --find) || fail "no nvcc: set NVCC or CUDA_HOME"
plugin=$root/build/cuda/sgdlangevin_cuda.so
if [ -n "$only" ] || [ ! -f "$plugin" ] || [ -n "$(find "$root/src/cuda" "$root/src/core/base" -newer "$plugin")" ]; then
  if [ -z "$only" ]; then
    plugin=$out/sgdlangevin_cuda.so
    sh "$root/src/cuda/build.sh" "$plugin" || fail "the plug-in does not compile"
  fi
fi

# ---- BLAS and FFTW ----
printf 'void dgemm_(void); void dsyevd_(void); int main(void) { dgemm_(); dsyevd_(); return 0; }\n' >"$out/probe.c"
blas=""
for candidate in "${BLAS:-}" "-lopenblas" "-llapack -lblas"; do
  # shellcheck disable=SC2086  # flags are meant to split
  if [ -n "$candidate" ] && gcc "$out/probe.c" -o "$out/probe" $candidate -lm >/dev/null 2>&1; then blas=$candidate; break; fi
done
[ -n "$blas" ] || fail "no BLAS with LAPACK: install one, or carry a libopenblas.so along and set BLAS to its path"
case $blas in */*) run_path="-Wl,-rpath,$(cd "$(dirname "$blas")" && pwd)" ;; *) run_path="" ;; esac
fftw="-lfftw3"
fft_sources=""
printf '#include <fftw3.h>\nint main(void) { fftw_cleanup(); return 0; }\n' >"$out/probe.c"
if ! gcc "$out/probe.c" -o "$out/probe" -lfftw3 -lm >/dev/null 2>&1; then
  fftw="-I$root/tests/gpu/plain"
  fft_sources=$root/tests/gpu/plain/plain_fft.c
fi

# ---- programs ----
# shellcheck disable=SC2086
gcc -std=gnu11 -O2 -fopenmp -Wall -Wextra -I"$root/src/core" -I"$root/tests/core" "$root/tests/gpu/gpu_check.c" \
  "$root/tests/core/read_reference.c" "$root"/src/core/base/*.c $fft_sources -o "$out/gpu_check" $fftw $blas $run_path -lm -ldl -lpthread ||
  fail "the tests do not compile"
folder=$(cd "$(dirname "$nvcc")/.." && pwd)
libraries=$folder/lib64
[ -d "$libraries" ] || libraries=$folder/lib
"$nvcc" -std=c++17 -O3 --fmad=false -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=sm_90 \
  -gencode arch=compute_90,code=compute_90 -I"$root/src/core" -I"$root/src/cuda" -shared -Xcompiler -fPIC,-fvisibility=hidden \
  "$root/tests/gpu/alone.cu" -o "$out/alone.so" -L"$libraries" -Xlinker -rpath,"$libraries" -lcublas -lcusolver ||
  fail "the benchmark does not compile"
[ -z "$only" ] || exit 0

date -u
nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader 2>/dev/null
SGDL_REFERENCE=$root/tests/reference "$out/gpu_check" "$plugin" "$out/alone.so"
status=$?
[ "$status" -ne 3 ] || echo "gpu-check.sh: no GPU was tested" >&2
exit $status
