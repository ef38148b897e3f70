# sgdlangevin from a clean checkout:
#
#   make demo     install what is needed, build both packages, run the main job in R and in Octave
#   make check    every test of the core and of both packages; last line "N passed, N failed"
#   make cuda-backend   the CUDA plug-in (needs nvcc); tools/gpu-check.sh tests it on a GPU
#   make bench    side by side with peers; see bench/README.md
#
# Everything is built and installed under build/: nothing of the user's own R or Octave changes.

BUILD      := $(CURDIR)/build
JOBS       ?= $(shell nproc)
VERSION    := $(shell sed -n 's/^Version: *//p' DESCRIPTION 2>/dev/null)
R_TARBALL  := $(BUILD)/sgdlangevin_$(VERSION).tar.gz
OCT_TARBALL := sgdlangevin-octave-$(VERSION).tar.gz

# Where the packages go; scripts run by the targets below find them through these.
export R_LIBS             := $(BUILD)/R-library
export SGDL_OCTAVE_PREFIX := $(BUILD)/octave
export SGDL_FIGURES       := $(BUILD)/figures
# A bare machine has no locale set; figures and messages hold more than ASCII.
export LC_ALL             := C.UTF-8

# The CUDA plug-in is compiled once, where there is an nvcc, and installed with both packages.
NVCC        := $(shell sh src/cuda/build.sh --find 2>/dev/null)
CUDA_PLUGIN := $(BUILD)/cuda/sgdlangevin_cuda.so
export SGDL_WITH_CUDA := $(if $(NVCC),$(CUDA_PLUGIN),no)
# The plug-in over the emulated device of tests/core, where that was built: tests of both packages use it.
export SGDL_TEST_DEVICE := $(BUILD)/core/plain/emulated_cuda.so
PLUGIN      := $(if $(NVCC),$(CUDA_PLUGIN))

CORE_SOURCES   := $(shell find src/core -name '*.[ch]' 2>/dev/null)
R_SOURCES      := $(wildcard DESCRIPTION NAMESPACE configure cleanup .Rbuildignore) \
                  $(shell find R man inst tests/testthat tests/reference src -maxdepth 3 -type f \
                    ! -name '*.o' ! -name '*.so' 2>/dev/null)
OCTAVE_SOURCES := $(shell find octave -type f ! -name '*.o' ! -name '*.oct' 2>/dev/null) $(CORE_SOURCES) $(wildcard src/cuda/*)

PARTS := cuda-check core-test core-sanitize core-valgrind r-check octave-check octave-reference hosts-check \
         python-check reference-check

# Not parts of `make check`: the glue of both hosts under AddressSanitizer, and under valgrind and gctorture2.
GLUE_CHECKS := glue-address glue-valgrind

.PHONY: all install cuda-backend dependencies demo check bench clean r-package octave-package $(PARTS) $(GLUE_CHECKS)
.NOTPARALLEL:

all: r-package octave-package

# Into private places under build/: R's library R-library, Octave's prefix octave.
install: $(BUILD)/r-installed $(BUILD)/octave-installed

dependencies:
	@tools/install-deps.sh

demo: dependencies
	@$(MAKE) --no-print-directory install
	@mkdir -p $(SGDL_FIGURES)
	Rscript inst/main-job/main_job.R $(SGDL_FIGURES)
	tools/octave.sh inst/main-job/main_job.m $(SGDL_FIGURES)
	@echo "figures: $(SGDL_FIGURES)"

check:
	@tools/install-deps.sh --check
	@mkdir -p $(BUILD)
	@tools/tally.sh $(foreach part,$(PARTS),$(part) "$(MAKE) --no-print-directory $(part)") \
	  | tee $(BUILD)/check.log; tail -n 1 $(BUILD)/check.log | grep -q ' 0 failed$$'

# The plug-in alone: SGDLANGEVIN_CUDA=build/cuda/sgdlangevin_cuda.so then names it to either package.
cuda-backend: $(CUDA_PLUGIN)
	@echo "$(CUDA_PLUGIN)"
$(CUDA_PLUGIN): $(wildcard src/cuda/*) src/core/backend.h src/core/sgdl.h $(wildcard src/core/base/*.h)
	@mkdir -p $(BUILD)
	@sh src/cuda/build.sh $@ >$(BUILD)/cuda.log 2>&1 || { cat $(BUILD)/cuda.log; exit 1; }
cuda-check:
	@tools/cuda-check.sh $(BUILD)

core-test:
	@$(MAKE) --no-print-directory -j$(JOBS) -C tests/core check CFLAGS=-Werror
core-sanitize:
	@$(MAKE) --no-print-directory -j$(JOBS) -C tests/core sanitize
core-valgrind:
	@$(MAKE) --no-print-directory -j$(JOBS) -C tests/core valgrind

r-package: $(R_TARBALL)
r-check: $(R_TARBALL) $(PLUGIN)
	@tools/r-check.sh $(R_TARBALL) $(BUILD)

octave-package: $(OCT_TARBALL)
octave-check: $(BUILD)/octave-installed
	@tools/octave-check.sh
octave-reference: $(BUILD)/octave-installed
	@tests/octave/run.sh
hosts-check: install
	@tests/hosts/compare.sh
$(GLUE_CHECKS): glue-%: install
	@tools/glue-check.sh $* $(BUILD)
python-check:
	@tests/python/run.sh
reference-check:
	@tools/reference-check.sh

bench:
	@tools/install-deps.sh --bench
	@$(MAKE) --no-print-directory install
	@bench/run.sh

$(R_TARBALL): $(R_SOURCES) $(PLUGIN)
	@mkdir -p $(BUILD)
	cd $(BUILD) && MAKEFLAGS=-j$(JOBS) R CMD build --no-manual $(CURDIR) >build.log 2>&1 || { cat build.log; exit 1; }

$(BUILD)/r-installed: $(R_TARBALL) $(PLUGIN)
	@mkdir -p $(R_LIBS)
	MAKEFLAGS=-j$(JOBS) R CMD INSTALL --library=$(R_LIBS) $(R_TARBALL) >$(BUILD)/install.log 2>&1 || { cat $(BUILD)/install.log; exit 1; }
	@touch $@

$(OCT_TARBALL): $(OCTAVE_SOURCES)
	tools/octave-package.sh

$(BUILD)/octave-installed: $(OCT_TARBALL) $(PLUGIN)
	tools/octave-install.sh $(OCT_TARBALL)
	@touch $@

clean:
	rm -rf $(BUILD) sgdlangevin-octave-*.tar.gz sgdlangevin.Rcheck
