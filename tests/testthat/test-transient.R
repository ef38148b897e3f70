test_that("the mean follows the recursion step by step", {
  model <- general_model("sgd")
  mu <- coef(model)
  theta <- c(1, -2)
  v <- c(0.1, 0.2)
  law <- sgd_transient(model, 0:3, theta, v, covariance = "none")
  for (k in 1:4) {
    expect_equal(law$mean_theta[, k], theta, tolerance = 1e-13)
    expect_equal(law$mean_velocity[, k], v, tolerance = 1e-13)
    v <- 0.9 * v - drop(model$problem$H %*% theta - model$problem$b) - 0.01 * theta
    theta <- theta + 0.05 * v
  }
  expect_null(law$theta)
})

test_that("kinds of covariance agree and long times reach the stationary state", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    steps <- c(3, 5000)
    full <- sgd_transient(model, steps, c(1, 1))
    diagonal <- sgd_transient(model, steps, c(1, 1), covariance = "diagonal")
    trace <- sgd_transient(model, steps, c(1, 1), covariance = "trace")
    expect_equal(apply(full$theta, 3, diag), diagonal$theta, tolerance = 1e-13)
    expect_equal(colSums(diagonal$velocity), trace$velocity, tolerance = 1e-13)
    state <- sgd_stationary(model)
    expect_equal(full$theta[, , 2], state$theta, tolerance = 1e-12)
    expect_equal(full$mean_theta[, 2], coef(model), tolerance = 1e-12)
    expect_equal(full$time, 0.05 * steps)
  }
})

test_that("flat modes spread and saddles run away, in closed form at first", {
  model <- sgd_model(sgd_spectrum(c(0, -1), noise = c(1, 1)), sgd_hyper(0.1, 0, 0, 1), "sgd")
  law <- sgd_transient(model, 0:10, c(0, 0), covariance = "diagonal")
  expect_equal(law$theta[1, ], 0.1^2 * (0:10), tolerance = 1e-13)
  expect_equal(law$theta[2, ], 0.1^2 * cumsum(c(0, 1.1^(2 * (0:9)))), tolerance = 1e-13)
})

test_that("bad arguments are named", {
  model <- general_model("sgd")
  expect_failure_of(sgd_transient(model, 1.5, c(0, 0)), "bad_argument", "`steps`")
  expect_failure_of(sgd_transient(model, -1, c(0, 0)), "bad_argument", "`steps`")
  expect_failure_of(sgd_transient(model, 1, 1), "bad_argument",
                    "`theta0`: expected a vector of length 2, got length 1")
  expect_failure_of(sgd_transient(model, 1, c(0, NA)), "not_finite", "`theta0[2]` = NaN")
  expect_failure_of(sgd_transient(model, 1, c(0, 0), v0 = 1), "bad_argument",
                    "`v0`: expected a vector of length 2")
  expect_failure_of(sgd_transient(model, 1, c(0, 0), covariance = "ful"), "bad_argument",
                    "did you mean \"full\"?")
  expect_failure_of(sgd_transient(1, 1, c(0, 0)), "bad_argument",
                    "`model`: expected the value of sgd_model()")
})
