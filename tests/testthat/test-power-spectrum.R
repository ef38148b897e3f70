test_that("the recursion's spectrum integrates to the variance", {
  # Midpoints of a periodic function: exact to rounding once they resolve it.
  freq <- (seq_len(4096) - 0.5) / 8192
  for (model in list(general_model("sgd"), general_model("sgd", sampling = "epoch", n_examples = 100))) {
    spectrum <- sgd_power_spectrum(model, freq, modes = TRUE)
    expect_equal(c(theta = mean(spectrum$theta), velocity = mean(spectrum$velocity)),
                 sgd_stationary(model)$trace, tolerance = 1e-10)
    expect_equal(rowSums(spectrum$modes), spectrum$theta, tolerance = 1e-12)
    along <- sgd_power_spectrum(model, freq, direction = c(1, 2))
    expect_equal(mean(along$theta), drop(c(1, 2) %*% vcov(sgd_stationary(model)) %*% c(1, 2)),
                 tolerance = 1e-10)
  }
})

test_that("the Langevin model's spectrum integrates to the variance over all frequencies", {
  model <- general_model()
  total <- function(field) {
    2 * integrate(function(f) sgd_power_spectrum(model, f)[[field]], 0, Inf, rel.tol = 1e-9)$value
  }
  expect_equal(total("theta"), sgd_stationary(model)$trace[["theta"]], tolerance = 1e-7)
})

test_that("epochs leave no power at low frequencies, and a little more at whole cycles an epoch", {
  epoch <- sgd_power_spectrum(general_model("sgd", sampling = "epoch", n_examples = 320), c(1e-6, (1:5) / 10))
  white <- sgd_power_spectrum(general_model("sgd"), c(1e-6, (1:5) / 10))
  ratio <- epoch$theta / white$theta
  expect_lt(ratio[1], 1e-6)
  expect_equal(ratio[-1], rep(320 / 319, 5), tolerance = 1e-10)
})

test_that("peaks are where the spectrum peaks", {
  for (dynamics in c("langevin", "sgd")) {
    model <- sgd_model(sgd_spectrum(c(1, 1e-4), noise = c(1, 1)), sgd_hyper(0.1, 0.9), dynamics)
    spectrum <- sgd_power_spectrum(model, 0.1)
    expect_equal(is.nan(spectrum$peak_freq), c(FALSE, TRUE))
    at <- function(f) sgd_power_spectrum(model, f, modes = TRUE)$modes[, 1]
    best <- optimize(at, c(0.01, 0.2), maximum = TRUE, tol = 1e-9)
    expect_equal(spectrum$peak_freq[1], best$maximum, tolerance = 1e-6)
    width <- uniroot(function(f) at(f) - best$objective / 2, c(best$maximum, 0.3), tol = 1e-12)$root -
      uniroot(function(f) at(f) - best$objective / 2, c(1e-5, best$maximum), tol = 1e-12)$root
    expect_equal(spectrum$peak_width[1], width, tolerance = 1e-6)
    expect_equal(spectrum$quality[1], spectrum$peak_freq[1] / width, tolerance = 1e-6)
    expect_equal(summary(spectrum)$mode, 1)
  }
  expect_named(as.data.frame(spectrum), c("freq", "theta", "velocity"))
})

test_that("bad arguments are named", {
  model <- general_model("sgd")
  expect_failure_of(sgd_power_spectrum(model, 0), "bad_argument", "`freq`")
  expect_failure_of(sgd_power_spectrum(model, 0.6), "bad_argument", "`freq`")
  expect_failure_of(sgd_power_spectrum(model, NA), "not_finite", "`freq`")
  expect_failure_of(sgd_power_spectrum(model, 0.1, direction = 1), "bad_argument",
                    "`direction`: expected a vector of length 2, got length 1")
  expect_failure_of(sgd_power_spectrum(model, 0.1, direction = c(0, 0)), "bad_argument", "`direction`")
  expect_failure_of(sgd_power_spectrum(model, 0.1, nodes = TRUE), "bad_argument", "did you mean `modes`?")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1))
  expect_failure_of(sgd_power_spectrum(saddle, 0.1), "saddle", "1 of 2")
})
