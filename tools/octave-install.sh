#!/bin/sh
# Installs an Octave package tarball into a private prefix, away from the user's own packages.
#   octave-install.sh TARBALL
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
prefix=${SGDL_OCTAVE_PREFIX:-$root/build/octave}
rm -rf "$prefix"
mkdir -p "$prefix"
octave-cli --no-init-file --no-history --quiet --eval \
  "pkg prefix $prefix $prefix; pkg local_list $prefix/octave_packages; pkg install -verbose $1" \
  >"$prefix/install.log" 2>&1 || { cat "$prefix/install.log"; exit 1; }
grep -i 'warning' "$prefix/install.log" || true
