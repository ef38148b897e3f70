direct_msd <- function(x, lag) {
  moved <- x[-seq_len(lag), , , drop = FALSE] - x[seq_len(dim(x)[1] - lag), , , drop = FALSE]
  sum(moved^2) / ((dim(x)[1] - lag) * dim(x)[3])
}

test_that("the time average is the mean over all origins and paths", {
  set.seed(1)
  x <- array(rnorm(400 * 3 * 2), c(400, 3, 2))
  x <- apply(x, 2:3, cumsum)
  lags <- c(1, 2, 10, 100, 399)
  measured <- msd(x, lags)
  expect_equal(measured$msd, vapply(lags, function(lag) direct_msd(x, lag), 0), tolerance = 1e-12)
  expect_equal(measured$n, 2 * (400 - lags))
  expect_s3_class(measured, "msd")
  expect_named(measured, c("lag", "msd", "se", "n", "average", "dim", "n_paths", "frames"))
  expect_null(msd(x, lags, se = FALSE)$se)
})

test_that("vectors and matrices are one path", {
  set.seed(2)
  x <- cumsum(rnorm(200))
  expect_identical(msd(x)$msd, msd(matrix(x))$msd)
  expect_identical(msd(x)$msd, msd(array(x, c(200, 1, 1)))$msd)
  expect_identical(msd(1:50)$msd, msd(as.double(1:50))$msd)
  expect_equal(msd(1:50)$msd, msd(1:50)$lag^2)
})

test_that("single origins average over paths", {
  set.seed(3)
  x <- array(rnorm(50 * 2 * 20), c(50, 2, 20))
  square <- function(from, lag) colSums((x[from + lag, , ] - x[from, , ])^2)
  ensemble <- msd(x, c(1, 5), "ensemble", origin = 10)
  expect_equal(ensemble$msd, c(mean(square(10, 1)), mean(square(10, 5))), tolerance = 1e-13)
  expect_equal(ensemble$se[2], sd(square(10, 5)) / sqrt(20), tolerance = 1e-12)
  expect_equal(msd(x, 5, "from-start")$msd, mean(square(1, 5)), tolerance = 1e-13)
  expect_equal(ensemble$n, c(20, 20))
})

test_that("a simulation gives lags in steps", {
  run <- sgd_simulate(general_model(), 3000, record = 5, seed = 1, start = "stationary")
  measured <- msd(run)
  expect_equal(measured$lag[1], 5)
  expect_equal(measured$msd, msd(run$theta)$msd)
})

# Twenty independent stretches of each path: bars of five standard errors have a false alarm rate below 1e-3
# with the block counts used here; the seed is fixed besides.
test_that("measured and predicted MSD agree within the bars", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    run <- sgd_simulate(model, 40000, seed = 4, start = "stationary")
    lags <- c(1, 3, 10, 30, 100)
    measured <- msd(run, lags)
    expect_lt(max(abs(measured$msd - sgd_msd(model, lags)$msd) / measured$se), 5)
    expect_lt(max(measured$se / measured$msd), 0.1)
  }
})

test_that("threads do not change bits", {
  on.exit(sgd_threads(previous))
  set.seed(5)
  x <- matrix(rnorm(30000), ncol = 3)
  previous <- sgd_threads(1)
  one <- msd(x)
  sgd_threads(2)
  expect_identical(msd(x), one)
})

test_that("bad trajectories are named", {
  expect_failure_of(msd("x"), "bad_argument", "`x`: expected a numeric vector, matrix")
  expect_failure_of(msd(c(1, NA, 3)), "not_finite", "NaN")
  expect_failure_of(msd(1:2), "too_short", "`x` has 2 frames: expected at least 3")
  expect_failure_of(msd(1:10, lags = 10), "bad_argument", "`lags[1]` = 10: expected an integer from 1 to 9")
  expect_failure_of(msd(1:10, lags = 1.5), "bad_argument", "`lags[1]` = 1.5")
  expect_failure_of(msd(1:10, lags = c(2, 1)), "bad_argument", "`lags[2]` = 1")
  expect_failure_of(msd(1:10, type = "ensembel"), "bad_argument", "did you mean \"ensemble\"?")
  expect_failure_of(msd(1:10, type = "ensemble", lags = 1), "bad_argument", "")
  expect_failure_of(msd(1:10, lag = 1, typ = "e", foo = 2), "bad_argument", "msd has no argument `foo`")
  run <- sgd_simulate(general_model(), 10, seed = 1)
  run$step[3] <- 7
  expect_failure_of(msd(run), "bad_argument", "expected frames at equal intervals")
})
