# Velocities, spectra and shuffling as R gives them.

model <- sgd_model(sgd_spectrum(c(2, 0.2), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
run <- sgd_simulate(model, 4000, start = "stationary", seed = 1)

test_that("recorded velocities, differences and the definition agree", {
  recorded <- velocity_autocorrelation(run, lags = c(0, 5))
  expect_equal(recorded$source, "velocity")
  v <- run$velocity[, , 1]
  direct <- sum(v[1:3996, ] * v[6:4001, ]) / 3996
  expect_equal(recorded$autocorrelation[2], direct, tolerance = 1e-3)
  differences <- velocity_autocorrelation(run, lags = c(0, 5), source = "theta")
  expect_equal(differences$autocorrelation, recorded$autocorrelation, tolerance = 1e-2)
  bare <- velocity_autocorrelation(run$theta[, , 1], lags = c(0, 5))
  expect_equal(bare$autocorrelation, 0.1^2 * differences$autocorrelation, tolerance = 1e-12)
  each <- velocity_autocorrelation(run, lags = 0:3, per = "coordinate")
  expect_equal(rowSums(each$autocorrelation), velocity_autocorrelation(run, lags = 0:3)$autocorrelation,
               tolerance = 1e-12)
  along <- velocity_autocorrelation(run, lags = 0:3, direction = diag(2))
  expect_equal(along$autocorrelation, each$autocorrelation, tolerance = 1e-12)
  sparse <- sgd_simulate(model, 300, record = 3, seed = 1, velocity = FALSE)
  expect_equal(velocity_autocorrelation(sparse, lags = 2)$lag, 6)
})

test_that("the theory is within the intervals", {
  measured <- velocity_autocorrelation(run)
  theory <- sgd_autocorrelation(model, measured$lag)
  inside <- theory$velocity >= measured$lower & theory$velocity <= measured$upper
  expect_gt(mean(inside), 0.7) # lags are correlated: a rough bound
  # within 4.5 standard errors of t with 19 degrees of freedom at lag 0: one seed in 4000 fails
  expect_lt(abs(theory$velocity[1] - measured$autocorrelation[1]), 4.5 * measured$se[1])
})

test_that("spectra are near the theory and integrate to the variance", {
  measured <- power_spectrum(run)
  theory <- sgd_power_spectrum(model, measured$freq)
  expect_gt(mean(measured$lower < theory$theta & theory$theta < measured$upper), 0.85) # expected 0.95
  velocity <- power_spectrum(run, of = "velocity", per = "coordinate")
  expect_equal(velocity$peak_freq[1], sgd_power_spectrum(model, 0.1)$peak_freq[1], tolerance = 0.2)
  expect_equal(2 * sum(velocity$density[, 1]) / velocity$segment, mean(run$velocity[, 1, 1]^2),
               tolerance = 0.1)
  along <- power_spectrum(run, direction = c(1, 0))
  expect_equal(along$density, power_spectrum(run, per = "coordinate")$density[, 1], tolerance = 1e-12)
})

test_that("epochs are found and replacement is not", {
  epoch <- sgd_model(sgd_spectrum(c(2, 0.2), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 32),
                     dynamics = "sgd",
                     sampling = "epoch", n_examples = 640)
  found <- shuffling_test(sgd_simulate(epoch, 2000, start = "stationary", seed = 1), epoch)
  expect_lt(found$p_value, 1e-6)
  expect_equal(c(found$epoch_steps, found$epoch_phase), c(20, 0))
  expect_output(print(found), "Shuffled by epochs\\? Yes")
  none <- shuffling_test(run, sgd_hyper(0.1, 0.9), c(2, 0.2), epoch_steps = 20)
  expect_gt(none$p_value, 0.001) # one seed in a thousand fails
  expect_gt(none$power, 0.999)
  expect_output(print(none), "No sign of it")
  expect_named(summary(none), c("mode", "temperature_ratio"))
})

test_that("real minibatches are told apart", {
  set.seed(1)
  X <- matrix(rnorm(320 * 3), 320)
  data <- sgd_regression(X, X %*% c(1, 2, 3) + rnorm(320))
  for (sampling in c("replacement", "epoch")) {
    real <- sgd_model(data, sgd_hyper(0.02, 0.9, batch_size = 16), dynamics = "sgd", sampling = sampling)
    test <- shuffling_test(sgd_simulate(real, 3000, method = "minibatch", seed = 4), real)
    if (sampling == "epoch") expect_equal(test$epoch_steps, 20)
    expect_equal(test$p_value < 0.001, sampling == "epoch") # one seed in a thousand fails
  }
})

test_that("the plots draw", {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  on.exit({ grDevices::dev.off(); unlink(file) })
  expect_invisible(plot(power_spectrum(run), theory = sgd_power_spectrum(model, c(0.01, 0.1))))
  expect_invisible(plot(power_spectrum(run, per = "coordinate")))
  expect_invisible(plot(velocity_autocorrelation(run), theory = sgd_autocorrelation(model, 0:9)))
  expect_invisible(plot(shuffling_test(run, model)))
  expect_failure_of(plot(power_spectrum(run), theory = 1), "bad_argument", "`theory`")
  expect_failure_of(plot(velocity_autocorrelation(run), theory = 1), "bad_argument", "`theory`")
})

test_that("ggplot2 objects build and hold what is measured", {
  skip_if_not_installed("ggplot2")
  builds <- function(plot) expect_warning(ggplot2::ggplot_build(plot), NA)
  velocity <- velocity_autocorrelation(run, lags = 0:20, per = "coordinate")
  drawn <- ggplot2::autoplot(velocity)
  builds(drawn)
  expect_equal(drawn$data$autocorrelation, as.vector(velocity$autocorrelation))
  expect_equal(nlevels(drawn$data$column), 2L)
  total <- velocity_autocorrelation(run, lags = 0:20)
  builds(ggplot2::autoplot(total, theory = sgd_autocorrelation(model, 0:20)))
  expect_error(ggplot2::autoplot(total, theory = 1), "`theory`", class = "sgdlangevin_bad_argument")
  spectrum <- power_spectrum(run)
  builds(ggplot2::autoplot(spectrum, theory = sgd_power_spectrum(model, spectrum$freq)))
  expect_equal(ggplot2::autoplot(spectrum)$data$density, spectrum$density)
  expect_error(ggplot2::autoplot(spectrum, theory = 1), "`theory`", class = "sgdlangevin_bad_argument")
  epoch <- sgd_model(sgd_spectrum(c(2, 0.2), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 32),
                     dynamics = "sgd", sampling = "epoch", n_examples = 640)
  shuffled <- shuffling_test(sgd_simulate(epoch, 2000, start = "stationary", seed = 1), epoch)
  drawn <- ggplot2::autoplot(shuffled)
  builds(drawn)
  expect_equal(drawn$data$ratio, shuffled$bands$ratio)
  expect_equal(drawn$labels$title, "epochs of 20 steps")
})

test_that("bad arguments are named", {
  expect_failure_of(velocity_autocorrelation(run, lags = 4001), "bad_argument",
                    "expected an integer from 0 to 4000")
  expect_failure_of(velocity_autocorrelation(run, lags = -1), "bad_argument", "`lags[1]` = -1")
  expect_failure_of(velocity_autocorrelation(run, direction = 1), "bad_argument",
                    "`direction`: expected a vector of length 2")
  expect_failure_of(velocity_autocorrelation(run, direction = matrix(1, 3, 2)), "bad_argument",
                    "expected 2 rows, got 3")
  expect_failure_of(velocity_autocorrelation(run, per = "mode"), "bad_argument", "`per`")
  expect_failure_of(velocity_autocorrelation(run, level = 0), "bad_argument", "`level` = 0")
  expect_failure_of(velocity_autocorrelation(c(1, NA, 2, 3)), "not_finite", "`x[frame 2")
  expect_failure_of(velocity_autocorrelation(sgd_simulate(model, 9, velocity = FALSE), source = "velocity"),
                    "bad_argument", "`source` = \"velocity\"")
  expect_failure_of(power_spectrum(run, segment = 4), "bad_argument",
                    "`segment` = 4: expected at least 8 frames")
  expect_failure_of(power_spectrum(run, segment = 5000), "too_short", "`segment` = 5000")
  expect_failure_of(power_spectrum(run, window = "hamming"), "bad_argument", "`window`")
  expect_failure_of(power_spectrum(run, of = "position"), "bad_argument", "`of`")
  expect_failure_of(shuffling_test(run, model, epoch_steps = 1), "bad_argument", "`epoch_steps` = 1")
  expect_failure_of(shuffling_test(run, model, epoch_steps = 2000), "too_short", "at least 4 epochs")
  expect_failure_of(shuffling_test(sgd_simulate(model, 400, record = 2, seed = 1), model), "unsupported",
                    "a frame every 2 steps")
  expect_failure_of(shuffling_test(matrix(1, 90, 2), model), "bad_argument", "`x` is constant along mode 1")
})
