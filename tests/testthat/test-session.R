test_that("devices are listed, with the reason for those that are missing", {
  devices <- sgd_devices()
  expect_named(devices, c("backend", "device", "available", "detail"))
  expect_equal(devices$backend, c("cpu", "cuda"))
  expect_true(devices$available[1])
  expect_equal(devices$available[2], devices$detail[2] == "")
  expect_equal(devices$available[2], nzchar(devices$device[2]))
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

test_that("a plug-in that is not there, or cannot be one, is refused with the reason", {
  withr_options <- options(sgdlangevin.cuda = "/nowhere/plugin.so")
  on.exit(options(withr_options))
  hyper <- sgd_hyper(0.1)
  problem <- sgd_spectrum(c(1, 2), sigma2 = 1)
  expect_failure_of(sgd_model(problem, hyper, device = "cuda"), "no_device",
                    "the plug-in /nowhere/plugin.so (from the option) is not there")
  model <- sgd_model(problem, hyper)
  expect_equal(model$backend, "cpu")
  expect_failure_of(sgd_simulate(model, 10, device = "cuda"), "no_device", "/nowhere/plugin.so")
  expect_failure_of(sgd_simulate(model, 10, device = "gpu"), "bad_argument", "`device` = \"gpu\"")
  expect_failure_of(msd(cumsum(rnorm(100)), device = "cuda"), "no_device", "/nowhere/plugin.so")
  expect_match(sgd_devices()$detail[2], "is not there")
  expect_equal(sgd_simulate(model, 10, seed = 1, device = "auto")$backend, "cpu")
  model$backend <- "cuda" # made on a device: so is its theory
  expect_failure_of(sgd_stationary(model), "no_device", "/nowhere/plugin.so")
  expect_failure_of(sgd_transient(model, 3), "no_device", "/nowhere/plugin.so")
  expect_failure_of(sgd_modified_loss(model), "no_device", "/nowhere/plugin.so")
})

# SGDL_TEST_DEVICE: a plug-in, that over the emulated device of tests/core or a real one.
test_that("a device gives the answers of the CPU", {
  plugin <- Sys.getenv("SGDL_TEST_DEVICE")
  skip_if(!file.exists(plugin), "no device to test with")
  withr_options <- options(sgdlangevin.cuda = plugin)
  on.exit(options(withr_options))
  expect_true(sgd_devices()$available[2])
  set.seed(1)
  H <- crossprod(matrix(rnorm(60 * 30), 60)) / 60
  Sigma <- crossprod(matrix(rnorm(60 * 30), 60)) / 60
  problem <- sgd_quadratic(H, Sigma = Sigma)
  for (dynamics in c("langevin", "sgd")) {
    cpu <- sgd_model(problem, sgd_hyper(0.05, 0.9, 0.01, 8), dynamics = dynamics, device = "cpu")
    gpu <- sgd_model(problem, sgd_hyper(0.05, 0.9, 0.01, 8), dynamics = dynamics, device = "cuda")
    expect_equal(c(cpu$backend, gpu$backend), c("cpu", "cuda"))
    expect_equal(gpu$vectors, cpu$vectors, tolerance = 1e-10)
    one <- sgd_stationary(cpu)
    other <- sgd_stationary(gpu)
    for (block in c("theta", "velocity", "cross")) expect_equal(other[[block]], one[[block]], tolerance = 1e-10)
    a <- sgd_simulate(cpu, 50, nsim = 3, seed = 1, record = 2)
    b <- sgd_simulate(gpu, 50, nsim = 3, seed = 1, record = 2)
    expect_equal(c(a$backend, b$backend), c("cpu", "cuda"))
    expect_equal(b$theta, a$theta, tolerance = 1e-10)
    expect_equal(sgd_resume(sgd_simulate(gpu, 30, nsim = 3, seed = 1, record = 2), steps = 50)$theta, b$theta)
  }
  x <- apply(matrix(rnorm(4000), 1000), 2, cumsum)
  expect_equal(msd(x, device = "cuda")$msd, msd(x, device = "cpu")$msd, tolerance = 1e-10)
  expect_equal(sgd_simulate(cpu, 50, seed = 1, summaries = "moments", device = "cuda")$backend, "cpu")
})
