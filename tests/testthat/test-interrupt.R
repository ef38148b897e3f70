# Ctrl-C from outside, by a process that waits a little and signals this one.

skip_on_os("windows")
skip_on_cran()

interrupt_soon <- function(seconds = 0.4) {
  system(sprintf("(sleep %g; kill -INT %d) >/dev/null 2>&1", seconds, Sys.getpid()), wait = FALSE)
}

long_run <- function() {
  sgd_simulate(general_model(), 4e7, record = 20000, seed = 3)
}

test_that("a handler takes the steps done so far", {
  interrupt_soon()
  partial <- tryCatch(long_run(), interrupt = function(condition) {
    expect_s3_class(condition, "sgdlangevin_interrupted")
    condition$result
  })
  expect_false(partial$complete)
  rows <- length(partial$step)
  expect_gt(rows, 1)
  again <- sgd_simulate(general_model(), 20000 * (rows - 1), record = 20000, seed = 3)
  expect_identical(partial$theta, again$theta)
})

test_that("without a handler they are the result, with a warning", {
  interrupt_soon()
  expect_warning_of(partial <- long_run(), "interrupted", "interrupted after")
  expect_false(partial$complete)
  expect_output(print(partial), "INTERRUPTED")
})

test_that("other computations stop with an interrupt", {
  x <- matrix(rnorm(4e6), ncol = 4)
  interrupt_soon(0.2)
  stopped <- tryCatch({
    for (i in 1:20) diffusion_exponent(x, window = c(1, 1000), n_boot = 9999, seed = 1)
    "never"
  }, interrupt = function(condition) class(condition))
  expect_true("interrupt" %in% stopped)
})
