epoch_model <- function() general_model("sgd", sampling = "epoch", n_examples = 320)

test_that("autocovariance and displacement are one", {
  lags <- c(1, 4, 10, 33, 200)
  for (model in list(general_model(), general_model("sgd"), epoch_model())) {
    curve <- sgd_autocorrelation(model, c(0, lags), modes = TRUE)
    expect_equal(2 * (curve$theta[1] - curve$theta[-1]), sgd_msd(model, lags)$msd, tolerance = 1e-10)
    expect_equal(rowSums(curve$modes_theta), curve$theta, tolerance = 1e-12)
    expect_equal(rowSums(curve$modes_velocity), curve$velocity, tolerance = 1e-12)
    state <- sgd_stationary(model)
    expect_equal(curve$theta[1], state$trace[["theta"]], tolerance = 1e-12)
    expect_equal(curve$cross[1], sum(diag(state$cross)), tolerance = 1e-12)
    expect_equal(curve$correlation_velocity[1], 1)
    expect_equal(curve$time, 0.05 * c(0, lags))
  }
})

test_that("a direction takes its component", {
  direction <- c(3, -4)
  for (model in list(general_model(), general_model("sgd"), epoch_model())) {
    along <- sgd_autocorrelation(model, c(0, 6), direction)
    expect_equal(along$theta[1], drop(direction %*% vcov(sgd_stationary(model)) %*% direction),
                 tolerance = 1e-12)
    expect_equal(sgd_autocorrelation(model, 6, 10 * direction)$correlation_theta, along$correlation_theta[2],
                 tolerance = 1e-12)
  }
})

test_that("the recursion's correlations follow its own recurrence", {
  model <- sgd_model(sgd_spectrum(0.7, noise = 1), sgd_hyper(0.3, 0.6), "sgd")
  phi <- sgd_autocorrelation(model, 0:20)$correlation_theta
  p <- 1.6 - 0.3 * 0.7
  expect_equal(phi[2], p / 1.6, tolerance = 1e-14)
  expect_equal(phi[3:21], p * phi[2:20] - 0.6 * phi[1:19], tolerance = 1e-13)
})

test_that("measured autocovariances agree", {
  model <- general_model("sgd", sampling = "epoch", n_examples = 96)
  run <- sgd_simulate(model, 1e5, seed = 4, start = "stationary", velocity = FALSE)
  measured <- msd(run, c(1, 3, 9))
  predicted <- sgd_autocorrelation(model, c(0, 1, 3, 9))$theta
  # |z| < 4.5 at each of three lags is missed once in 50,000 seeds.
  expect_true(all(abs(measured$msd - 2 * (predicted[1] - predicted[-1])) < 4.5 * measured$se))
})

test_that("summaries, tables and flat modes", {
  curve <- sgd_autocorrelation(general_model("sgd"), 0:100)
  expect_equal(nrow(as.data.frame(curve)), 101)
  expect_equal(summary(curve)$of, c("position", "velocity"))
  first <- which(curve$correlation_theta < exp(-1))[1]
  expect_equal(summary(curve)$below_1_over_e[1], curve$lag[first])
  flat <- sgd_model(sgd_spectrum(c(1, 0), noise = c(1, 1)), sgd_hyper(0.1, 0.9))
  curve <- sgd_autocorrelation(flat, 1:3)
  expect_equal(curve$theta, rep(Inf, 3))
  expect_true(all(is.finite(curve$velocity)))
})

test_that("bad arguments are named", {
  model <- general_model("sgd")
  expect_failure_of(sgd_autocorrelation(model, -1), "bad_argument", "`lags`[1] = -1")
  expect_failure_of(sgd_autocorrelation(model, 0.5), "bad_argument", "`lags`")
  expect_failure_of(sgd_autocorrelation(model, "one"), "bad_argument",
                    "`lags`: expected a numeric vector, got a character vector")
  expect_failure_of(sgd_autocorrelation(model, 1, direction = 1:3), "bad_argument",
                    "`direction`: expected a vector of length 2, got length 3")
  expect_failure_of(sgd_autocorrelation(model, 1, direction = c(0, 0)), "bad_argument", "`direction`")
  expect_failure_of(sgd_autocorrelation(model, 1, direction = c(NA, 0)), "not_finite", "`direction[1]`")
  expect_failure_of(sgd_autocorrelation(model, 1, modes = 1), "bad_argument",
                    "`modes`: expected TRUE or FALSE")
  expect_failure_of(sgd_autocorrelation(model, 1, mods = TRUE), "bad_argument", "did you mean `modes`?")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1))
  expect_failure_of(sgd_autocorrelation(saddle, 1), "saddle", "1 of 2")
})
