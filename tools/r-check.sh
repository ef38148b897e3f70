#!/bin/sh
# R CMD check --as-cran on a built tarball. Every "* checking" line counts once, every testthat
# expectation once. An ERROR or WARNING fails, and so does a NOTE that tools/r-check-notes.txt
# does not explain.
#   r-check.sh TARBALL FOLDER
set -u
tools=$(cd "$(dirname "$0")" && pwd)
tarball=$1
cd "$2" || exit 1

# R compiles a package's sources one at a time unless make is told otherwise.
export MAKEFLAGS="-j$(nproc)"
# The two checks switched off ask servers on the network; NOT_CRAN runs the tests of interrupts and printing too.
_R_CHECK_CRAN_INCOMING_=false _R_CHECK_SYSTEM_CLOCK_=0 _R_CHECK_TESTS_NLINES_=200 NOT_CRAN=true R_LIBS='' \
  R CMD check --as-cran --no-manual "$tarball"

exec Rscript "$tools/r-check-result.R" sgdlangevin.Rcheck "$tools/r-check-notes.txt"
