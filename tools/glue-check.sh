#!/bin/sh
# The glue of R and of Octave under AddressSanitizer (with UndefinedBehaviorSanitizer) and under valgrind, where R's
# own collector is tortured too: tests/glue/failing.R and failing.m, and with AddressSanitizer test files of both
# packages. R and Octave leak some of their own; a leak or an access fails only where its stack passes through our
# code. The last line is "N passed, N failed".
#   glue-check.sh address|valgrind FOLDER     FOLDER: for what is built; needs `make install`
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
variant=$1
out=$2/glue-$variant
mkdir -p "$out"
core=$root/build/core/sanitize
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
hdf5=$(pkg-config --exists hdf5 && echo hdf5 || echo hdf5-serial)
flags="-O1 -g -fPIC -I$root/src/core $(pkg-config --cflags fftw3)"
libraries="$(pkg-config --libs fftw3) -lgomp -ldl -lm"
if pkg-config --exists "$hdf5"; then
  flags="$flags -DSGDL_HAVE_HDF5 $(pkg-config --cflags "$hdf5")"
  libraries="$(pkg-config --libs "$hdf5") $libraries"
fi
r_library=${R_LIBS:-$root/build/R-library}
export OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=passive

# ---- what is built: the installed package with another shared object; an .oct file beside the functions ----

build_r() {
  mkdir -p "$out/R"
  rm -rf "$out/R/sgdlangevin"
  cp -R "$r_library/sgdlangevin" "$out/R" || return 1
  for source in "$root"/src/*.c; do
    # shellcheck disable=SC2046,SC2086  # flags are meant to split
    echo "gcc -std=gnu11 -fopenmp $flags $sanitizers $(R CMD config --cppflags) -c $source \
      -o $out/R/$(basename "$source" .c).o"
  done | xargs -d '\n' -P "$(nproc)" -I{} sh -c '{}' || return 1
  # shellcheck disable=SC2046,SC2086
  gcc -shared $sanitizers -o "$out/R/sgdlangevin/libs/sgdlangevin.so" "$out"/R/*.o "$core/libsgdl.a" \
    $(R CMD config LAPACK_LIBS) $(R CMD config BLAS_LIBS) $libraries
}

build_octave() {
  mkdir -p "$out/octave"
  for source in "$root"/octave/src/*.cc; do
    echo "env CXXFLAGS='-O1 -g' mkoctfile -c $sanitizers $flags -o $out/octave/$(basename "$source" .cc).o $source"
  done | xargs -d '\n' -P "$(nproc)" -I{} sh -c '{}' || return 1
  # shellcheck disable=SC2046,SC2086
  mkoctfile $sanitizers -o "$out/octave/__sgdl__.oct" "$out"/octave/*.o "$core/libsgdl.a" \
    $(mkoctfile -p LAPACK_LIBS) $(mkoctfile -p BLAS_LIBS) $libraries
}

# A frame of ours: a source, whose path may be relative (ccache), of a build elsewhere or of the checkout; or, where
# lines are not known, the library.
ours='src/[a-z0-9_]+[.](c|cc|h):[0-9]|core/[a-z0-9_]+/[a-z0-9_]+[.][ch]:[0-9]|sgdlangevin[.]so|__sgdl__[.]oct'

# ---- one run: its own count, and what the tool found in our code ----

# count NAME COMMAND...: output to NAME.log; reports of the tool are in NAME.report.*
passed=0
failed=0
count() {
  name=$1
  shift
  rm -f "$out/$name".report*
  "$@" >"$out/$name.log" 2>&1
  counts=$(sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' "$out/$name.log" | tail -n 1)
  cat "$out/$name".report* 2>/dev/null | sed 's/^==[0-9]*== *//' >"$out/$name.all"
  : >"$out/$name.ours"
  found=$(awk -v RS='' -v ours="$ours" -v noise="$noise" -v kept="$out/$name.ours" \
    '$0 ~ noise || $0 !~ ours { next } { n++; print $0 "\n" >kept } END { print n + 0 }' "$out/$name.all")
  p=${counts% *}
  f=${counts#* }
  if [ -z "$counts" ]; then p=0 f=1; cat "$out/$name.log"; fi
  if [ "$found" -gt 0 ]; then head -n 120 "$out/$name.ours"; fi
  echo "$name: $p passed, $f failed, $found reports of $variant in our code"
  passed=$((passed + p + 1))
  failed=$((failed + f))
  if [ "$found" -gt 0 ]; then passed=$((passed - 1)); failed=$((failed + found)); fi
}

# testthat files, counted by result: a data frame of them loses an error that a warning follows.
r_tests='library(testthat); library(sgdlangevin)
r <- test_dir(commandArgs(TRUE)[1], filter = commandArgs(TRUE)[2], package = "sgdlangevin",
              load_package = "installed", reporter = "check", stop_on_failure = FALSE)
of <- function(...) sum(vapply(r, function(test) sum(vapply(test$results, inherits, NA, c(...))), 0))
cat(of("expectation_success"), " passed, ", of("expectation_failure", "expectation_error"), " failed\n", sep = "")'

octave_tests='addpath ("'$root'/octave/inst"); addpath ("'$out'/octave"); p = n = 0;
for name = {"sgd_simulate", "sgd_resume", "sgd_objective", "sgd_gradient", "sgd_quadratic_at", "read_trajectory"}
  [a, b] = test (name{1}, "quiet"); p += a; n += b - a;
endfor
printf ("%d passed, %d failed\n", p, n);'

address() {
  make --no-print-directory -s -j"$(nproc)" -C "$root/tests/core" library VARIANT=sanitize || return 1
  preload="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so) $(gcc -print-file-name=libstdc++.so)"
  # LeakSanitizer reports at exit, to files; only what our code allocated counts (see count).
  noise='^Indirect leak|^Objects leaked|SUMMARY: AddressSanitizer: [0-9]* byte'
  asan() { # REPORT COMMAND...
    report=$1
    shift
    env LD_PRELOAD="$preload" UBSAN_OPTIONS=print_stacktrace=1 \
      ASAN_OPTIONS="detect_leaks=1:exitcode=0:allocator_may_return_null=1:log_path=$report" "$@"
  }
  build_r || return 1
  count R-failing asan "$out/R-failing.report" env R_LIBS="$out/R:$r_library" Rscript "$root/tests/glue/failing.R"
  count R-tests asan "$out/R-tests.report" env R_LIBS="$out/R:$r_library" \
    Rscript -e "$r_tests" "$root/tests/testthat" '^(objective|recording|resume|trajectory|simulate)$'
  build_octave || return 1
  count octave-failing asan "$out/octave-failing.report" octave-cli --no-init-file --no-history --quiet \
    --path "$root/octave/inst" --path "$out/octave" "$root/tests/glue/failing.m"
  count octave-tests asan "$out/octave-tests.report" octave-cli --no-init-file --no-history --quiet \
    --eval "$octave_tests"
}

under_valgrind() {
  noise='still reachable|possibly lost'
  options="--quiet --leak-check=full --show-leak-kinds=definite --fullpath-after= --num-callers=30"
  count R-failing env R_LIBS="$r_library" R --vanilla --no-echo \
    -d "valgrind $options --log-file=$out/R-failing.report.%p" -f "$root/tests/glue/failing.R"
  count R-torture env R_LIBS="$r_library" Rscript "$root/tests/glue/failing.R" 31
  # shellcheck disable=SC2086
  count octave-failing env OCTAVE_SITE_INITFILE="${SGDL_OCTAVE_PREFIX:-$root/build/octave}/octaverc" \
    valgrind $options --log-file="$out/octave-failing.report.%p" octave-cli --no-init-file --no-history --quiet \
    "$root/tests/glue/failing.m"
}

case $variant in
  address) address ;;
  valgrind) under_valgrind ;;
esac || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
