test_that("devices are listed, with the reason for those that are missing", {
  devices <- sgd_devices()
  expect_named(devices, c("backend", "device", "available", "detail"))
  expect_equal(devices$backend, c("cpu", "cuda"))
  expect_true(devices$available[1])
  expect_match(devices$detail[2], "no CUDA backend")
})

test_that("threads can be set and read", {
  before <- sgd_threads()
  expect_identical(sgd_threads(2), before)
  expect_identical(sgd_threads(before), 2L)
  expect_failure_of(sgd_threads(-1), "bad_argument", "`n` = -1: expected a whole number >= 0")
  expect_failure_of(sgd_threads(1.5), "bad_argument", "`n` = 1.5")
  expect_failure_of(sgd_threads(1e5), "bad_argument", "`n` = 100000: expected at most 4096 threads")
})

test_that("the environment sets the number of threads at the start", {
  skip_on_cran()
  code <- shQuote("cat(sgdlangevin::sgd_threads())")
  rscript <- file.path(R.home("bin"), "Rscript")
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  output <- system2(rscript, c("-e", code), stdout = TRUE,
                    env = c("SGDLANGEVIN_THREADS=3", paste0("R_LIBS=", libraries)))
  expect_identical(tail(output, 1), "3")
})

test_that("forked children compute", {
  skip_on_os("windows")
  model <- general_model()
  parent <- sgd_simulate(model, 100, nsim = 4, seed = 1)$theta
  path <- function(i) sgd_simulate(model, 100, nsim = 4, seed = 1)$theta
  expect_identical(parallel::mclapply(1:2, path, mc.cores = 2), list(parent, parent))
})
