#!/bin/sh
# Compiles the CUDA plug-in.
#   build.sh OUT.so [ARCHITECTURES]
# ARCHITECTURES: compute capabilities, "80 90" unless given; the last also as PTX, for devices to come. NVCC names the
# compiler; else that of CUDA_HOME, of PATH or of /usr/local/cuda. Exit status 3: there is no nvcc.
#   build.sh --find     only the compiler's name
set -eu
out=$1
architectures=${2:-80 90}
root=$(cd "$(dirname "$0")/.." && pwd) # beside it is core

if [ -z "${NVCC:-}" ]; then
  for candidate in "${CUDA_HOME:-/nonexistent}/bin/nvcc" "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc; do
    if [ -x "$candidate" ]; then NVCC=$candidate; break; fi
  done
fi
if [ -z "${NVCC:-}" ]; then
  echo "build.sh: no nvcc" >&2
  exit 3
fi
if [ "$out" = "--find" ]; then echo "$NVCC"; exit 0; fi
toolkit=$(cd "$(dirname "$NVCC")/.." && pwd)
libraries=$toolkit/lib64
[ -d "$libraries" ] || libraries=$toolkit/lib

generate=""
for a in $architectures; do
  generate="$generate -gencode arch=compute_$a,code=sm_$a"
  last=$a
done
generate="$generate -gencode arch=compute_$last,code=compute_$last"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgdlangevin-cuda.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
# No contraction: the same arithmetic as on the CPU, to the bit.
flags="-std=c++17 -O3 --fmad=false $generate -I$root/core"
objects=""
for source in "$root"/cuda/*.cu; do
  object=$scratch/$(basename "$source" .cu).o
  objects="$objects $object"
done
for source in "$root"/cuda/*.cu; do
  printf '%s\0' "$source"
done | xargs -0 -P "${JOBS:-2}" -I{} sh -c \
  'exec "$0" '"$flags"' -Xcompiler -fPIC,-fvisibility=hidden,-Wall,-Wextra -c "$1" -o "$2/$(basename "$1" .cu).o"' "$NVCC" {} "$scratch"
mkdir -p "$(dirname "$out")"
# shellcheck disable=SC2086  # cuBLAS and others are opened when first used, where the toolkit has them
"$NVCC" -shared --cudart=static -Xlinker -rpath,"$libraries" $objects -o "$out" -ldl
