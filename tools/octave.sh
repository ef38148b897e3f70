#!/bin/sh
# octave-cli with the Octave package of this checkout loaded from its private prefix.
#   octave.sh SCRIPT.m [ARGUMENT...]     the script sees its arguments through argv()
#   octave.sh --eval CODE
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
prefix=${SGDL_OCTAVE_PREFIX:-$root/build/octave}
load="pkg prefix $prefix $prefix; pkg local_list $prefix/octave_packages; pkg load sgdlangevin;"

if [ "$1" = "--eval" ]; then
  exec octave-cli --no-init-file --no-history --quiet --eval "$load $2"
fi
script=$1
shift
exec octave-cli --no-init-file --no-history --quiet --eval "$load source ('$script');" "$@"
