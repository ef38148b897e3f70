test_that("modes add up, and the exponent is the logarithmic slope", {
  model <- general_model()
  steps <- c(1, 7, 100)
  curve <- sgd_msd(model, steps, modes = TRUE)
  expect_equal(rowSums(curve$modes), curve$msd, tolerance = 1e-13)
  near <- sgd_msd(model, c(steps * (1 - 1e-5), steps * (1 + 1e-5)))$msd
  slope <- (log(near[4:6]) - log(near[1:3])) / (log1p(1e-5) - log1p(-1e-5))
  expect_equal(curve$exponent, slope, tolerance = 1e-7)
  expect_equal(curve$time, 0.05 * steps)
})

test_that("from a point the MSD is distance squared plus total variance", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    steps <- c(1, 4, 60)
    law <- sgd_transient(model, steps, c(1, 2), c(0.3, 0), covariance = "trace")
    expected <- colSums((law$mean_theta - c(1, 2))^2) + law$theta
    expect_equal(sgd_msd(model, steps, "point", c(1, 2), c(0.3, 0))$msd, expected, tolerance = 1e-12)
    at_rest <- sgd_transient(model, steps, coef(model), covariance = "trace")
    expect_equal(sgd_msd(model, steps, start = "point")$msd, at_rest$theta, tolerance = 1e-12)
  }
})

test_that("flat modes diffuse: exponent 2, then 1", {
  model <- sgd_model(sgd_spectrum(0, noise = 1), sgd_hyper(0.1, 0.99))
  curve <- sgd_msd(model, c(1e-3, 1e6))
  expect_equal(curve$exponent, c(2, 1), tolerance = 1e-3)
  expect_equal(curve$msd[2] / 1e6, (0.1 / 0.01)^2, tolerance = 1e-3)
})

test_that("the paper's form reproduces its excess, and warns", {
  model <- sgd_model(sgd_spectrum(0.1, sigma2 = 1), sgd_hyper(0.1, 0.9))
  expect_warning_of(paper <- sgd_msd(model, c(100, 1e4), form = "paper"), "paper_form",
                    "its late exponent 1 is an artefact")
  expect_equal(round(paper$msd / sgd_msd(model, c(100, 1e4))$msd, 2), c(1.01, 1.92))
  expect_failure_of(suppressWarnings(sgd_msd(general_model(), 10, form = "paper")), "unsupported", "")
})

test_that("bad arguments are named", {
  model <- general_model("sgd")
  expect_failure_of(sgd_msd(model, 0), "bad_argument", "`steps`")
  expect_failure_of(sgd_msd(model, 1.5), "bad_argument", "`steps`")
  expect_failure_of(sgd_msd(model, 1, "stationery"), "bad_argument", "did you mean \"stationary\"?")
  expect_failure_of(sgd_msd(model, 1, form = "papers"), "bad_argument", "did you mean \"paper\"?")
  expect_failure_of(sgd_msd(model, 1, start = "point", theta0 = 1), "bad_argument",
                    "`theta0`: expected a vector of length 2")
  expect_failure_of(sgd_msd(sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1)), 1), "saddle",
                    "1 of 2")
})
