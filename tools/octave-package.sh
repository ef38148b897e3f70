#!/bin/sh
# Makes sgdlangevin-octave-VERSION.tar.gz at the root of the checkout, for Octave's `pkg install`:
# octave/ with copies of the core in src/core and of the CUDA plug-in in src/cuda. The same sources give the same bytes.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^Version: *//p' "$root/octave/DESCRIPTION")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

package=$stage/sgdlangevin
mkdir -p "$package/src"
cp "$root/octave/DESCRIPTION" "$root/octave/COPYING" "$root/octave/INDEX" "$root/octave/NEWS" "$package"
cp -R "$root/octave/inst" "$package"
cp "$root/octave/src/Makefile" "$root/octave/src/configure" "$root/octave/src/"*.cc "$root/octave/src/"*.h \
  "$package/src"
(cd "$root/src" && find core cuda -name '*.[ch]' -o -name '*.cu' -o -name build.sh | tar -cf - -T -) | tar -xf - -C "$package/src"

(cd "$stage" && tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - sgdlangevin) \
  | gzip -n >"$root/sgdlangevin-octave-$version.tar.gz"
