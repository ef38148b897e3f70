#!/bin/sh
# Installs an Octave package tarball into a private prefix, away from the user's own packages, and writes
# there the octaverc with which tools/octave.sh loads it.
#   octave-install.sh TARBALL
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
prefix=${SGDL_OCTAVE_PREFIX:-$root/build/octave}
rm -rf "$prefix"
mkdir -p "$prefix"
echo "pkg prefix $prefix $prefix; pkg local_list $prefix/octave_packages;" >"$prefix/octaverc"

# -local: for root, pkg would otherwise enter the package in the list of the whole machine.
MAKEFLAGS="-j$(nproc)" OCTAVE_SITE_INITFILE=$prefix/octaverc octave-cli --no-init-file --no-history --quiet \
  --eval "pkg install -local -verbose $1" >"$prefix/install.log" 2>&1 || { cat "$prefix/install.log"; exit 1; }
grep -i 'warning' "$prefix/install.log" || true
echo "pkg load sgdlangevin;" >>"$prefix/octaverc"
