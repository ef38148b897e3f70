#!/bin/sh
# octave-cli with the Octave package of this checkout loaded from its private prefix; arguments are octave-cli's.
#   octave.sh SCRIPT.m [ARGUMENT...]
#   octave.sh --eval CODE
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
prefix=${SGDL_OCTAVE_PREFIX:-$root/build/octave}
if [ ! -f "$prefix/octaverc" ]; then echo "octave.sh: no package in $prefix; run: make install" >&2; exit 1; fi
OCTAVE_SITE_INITFILE=$prefix/octaverc exec octave-cli --no-init-file --no-history --quiet "$@"
