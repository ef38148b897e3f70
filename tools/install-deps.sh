#!/bin/sh
# Installs what sgdlangevin builds and tests with, from Debian's own packages.
#   tools/install-deps.sh            build, tests and demo
#   tools/install-deps.sh --check    also what trajectories are held against (PyTorch: some 600 MB)
#   tools/install-deps.sh --bench    also the peers that bench/ compares with
set -eu

build="gcc g++ gfortran make pkg-config r-base-dev r-recommended octave liboctave-dev libopenblas-dev libfftw3-dev libhdf5-dev r-cran-knitr r-cran-rmarkdown pandoc"
demo="gnuplot-nox ghostscript fonts-freefont-otf r-cran-ggplot2 r-cran-hdf5r"
tests="librandom123-dev valgrind r-cran-testthat r-cran-jsonlite r-cran-generics r-cran-progressr qpdf tidy devscripts"
references="python3 python3-numpy python3-torch"
bench="python3-scipy python3-pip octave-control"

wanted="$build $demo $tests"
case "${1:-}" in
  --check) wanted="$wanted $references" ;;
  --bench) wanted="$wanted $references $bench" ;;
esac

if ! command -v apt-get >/dev/null 2>&1; then
  echo "install-deps: no apt-get here; going on, but needed is what Debian calls: $wanted" >&2
  exit 0
fi

# tidynamics is on PyPI only: pure Python, into a folder of the benchmarks' own.
install_from_pypi()
{
  [ "${1:-}" = --bench ] || return 0
  target=$(cd "$(dirname "$0")/.." && pwd)/build/bench/python
  [ -d "$target/tidynamics" ] && return 0
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --target="$target" tidynamics==1.1.2
}

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then install_from_pypi "$@"; exit 0; fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "install-deps: run as root, or install these packages yourself:$missing" >&2; exit 1; }
  as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086  # the list is meant to split
$as_root apt-get install -y -qq --no-install-recommends $missing
install_from_pypi "$@"
