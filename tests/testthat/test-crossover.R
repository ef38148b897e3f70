test_that("a confined path has its break", {
  set.seed(1)
  x <- as.vector(arima.sim(list(ar = 0.98), 20000))
  fit <- msd_crossover(x, seed = 1)
  expect_s3_class(fit, "msd_crossover")
  expect_named(fit, c("n_breaks", "break_lag", "break_lower", "break_upper", "break_log_se", "exponent", "se", "lower",
                      "upper", "log_diffusivity", "p_value", "lag", "msd", "msd_se", "fitted", "level", "alpha", "dim",
                      "n_paths", "frames", "unit", "seed"))
  expect_equal(fit$n_breaks, 1)
  expect_length(fit$exponent, 2)
  expect_true(fit$break_lower < fit$break_lag && fit$break_lag < fit$break_upper)
  expect_true(fit$break_lag > 40 && fit$break_lag < 300)
  expect_lt(fit$p_value, 0.01)
  # the fit is a broken line in log-log, through its own fields
  u <- log(fit$lag)
  line <- fit$log_diffusivity + fit$exponent[1] * u + diff(fit$exponent) * pmax(u - log(fit$break_lag), 0)
  expect_equal(log(fit$fitted), line, tolerance = 1e-8)
  # least squares with weights 1/se, for that break
  hinge <- pmax(u - log(fit$break_lag), 0)
  direct <- lm(log(fit$msd) ~ u + hinge, weights = 1 / fit$msd_se)
  expect_equal(unname(coef(direct)), c(fit$log_diffusivity, fit$exponent[1], diff(fit$exponent)), tolerance = 1e-6)
  expect_output(print(summary(fit)), "changes its exponent once: it grows with exponent")
  expect_output(print(fit), "from lag")
  expect_equal(nrow(as.data.frame(fit)), 1)
})

test_that("a random walk has none, and records rescale", {
  run <- simulate_diffusion("fbm", 3000, exponent = 1, seed = 12)
  fit <- msd_crossover(run, max_breaks = 2, alpha = 0.001, seed = 1)
  expect_equal(fit$n_breaks, 0)
  expect_equal(is.na(fit$p_value), c(FALSE, TRUE))
  expect_output(print(summary(fit)), "is one power law between lags of 1 and 300 steps")
  expect_output(print(fit), "no break: p = ")
  run$step <- 4 * run$step
  steps <- msd_crossover(run, max_breaks = 2, alpha = 0.001, seed = 1)
  expect_equal(steps$log_diffusivity, fit$log_diffusivity - log(4) * fit$exponent)
  expect_equal(steps$lag, 4 * fit$lag)
  expect_equal(nrow(as.data.frame(fit)), 0)
})

test_that("bad requests are named", {
  x <- cumsum(c(1, -1, 2, 0.5, -3, rep(c(1, -1.5, 0.3), 40)))
  expect_failure_of(msd_crossover(x, max_breaks = 4), "bad_argument", "`max_breaks` = 4: expected an integer from 1 to 3")
  expect_failure_of(msd_crossover(x, lags = 1:5), "too_short", "`lags` has 5 elements: expected at least 7 for 1 breaks")
  expect_failure_of(msd_crossover(x, alpha = 0), "bad_argument", "`alpha` = 0")
  expect_failure_of(msd_crossover(x, n_boot = 10), "bad_argument", "`n_boot` = 10")
  expect_failure_of(msd_crossover(x, level = 2), "bad_argument", "`level` = 2")
  expect_failure_of(msd_crossover(x[1:30]), "too_short", "`x` has 30 frames: expected at least 70")
  expect_failure_of(msd_crossover(x, maxbreaks = 2), "bad_argument", "did you mean `max_breaks`")
  expect_failure_of(msd_crossover("a"), "bad_argument", "`x`: expected")
})
