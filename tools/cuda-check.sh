#!/bin/sh
# Compiles the CUDA plug-in for sm_80 and sm_90 where there is an nvcc, and checks what needs no GPU: no warnings, one
# exported symbol, no CUDA library needed to load it, and tools/gpu-check.sh's own word on a machine without a GPU. (Its
# sources are tested on an emulated device by tests/core, everywhere.) Last line: "N passed, N failed".
#   cuda-check.sh BUILD
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
plugin=$build/cuda/sgdlangevin_cuda.so
passed=0
failed=0

# check NAME CONDITION-STATUS
check() {
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED cuda-check: $1"; fi
}

if ! sh "$root/src/cuda/build.sh" --find >/dev/null 2>&1; then
  echo "cuda-check: no nvcc on this machine: the plug-in is not compiled here"
  echo "0 passed, 0 failed"
  exit 0
fi
mkdir -p "$build"
began=$(date +%s)
make --no-print-directory -C "$root" cuda-backend
check "the plug-in compiles" $?
echo "cuda-check: compiled for sm_80 and sm_90 in $(($(date +%s) - began)) s"
[ ! -f "$build/cuda.log" ] || ! grep -i warning "$build/cuda.log"
check "without warnings" $?
symbols=$(nm -D --defined-only "$plugin" | awk '$2 != "w" && $2 != "W" && $2 != "V" && $2 != "u" { print $3 }' | tr '\n' ' ')
[ "$symbols" = "sgdl_backend_entry " ]
check "it exports sgdl_backend_entry alone, got: $symbols" $?
! ldd "$plugin" | grep -E 'libcu|libnv'
check "it loads without a CUDA library" $?
sh "$root/tools/gpu-check.sh" --build-only "$build/gpu-check" >"$build/gpu-check.log" 2>&1
status=$?
[ "$status" -eq 0 ] || cat "$build/gpu-check.log"
check "the checks for a GPU compile" $status
if ! [ -e /dev/nvidia0 ]; then
  said=$("$build/gpu-check/gpu_check" "$plugin" 2>&1)
  status=$?
  echo "$said" | tail -n 1
  [ "$status" -eq 3 ] && echo "$said" | grep -q '`device` = "cuda": no'
  check "without a GPU they say so" $?
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
