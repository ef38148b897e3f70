# The theory fitted to trajectories: what the core's tests do not see.

hyper <- sgd_hyper(0.1, 0.9, 0.01, 32)
problem <- sgd_quadratic(H = matrix(c(2, 0.4, 0.4, 0.5), 2), sigma2 = 1)
model <- sgd_model(problem, hyper, dynamics = "sgd")
run <- sgd_simulate(model, 3000, start = "stationary", seed = 1)
fit <- fit_langevin(run, model, parameters = c("curvature", "damping"))

test_that("estimates are near the theory and the parts fit together", {
  # 6 numbers within 4.5 standard errors: one seed in 20,000 fails
  expect_true(all(abs(fit$estimate - fit$theory) < 4.5 * fit$se))
  expect_equal(unname(fit$theory[, "curvature"]), model$eigenvalues, tolerance = 1e-12)
  expect_equal(unname(fit$theory[, "damping"]), rep(hyper$damping, 2), tolerance = 1e-12)
  expect_true(all(fit$identified))
  expect_gt(fit$fit_test[["p_value"]], 1e-4)
  expect_gt(fit$theory_test[["p_value"]], 1e-4)
  expect_equal(unname(fit$p_value), unname(2 * pnorm(-abs(log((fit$estimate + rep(c(0, 0.01, 0), each = 2)) /
    (fit$theory + rep(c(0, 0.01, 0), each = 2)))), sd = sqrt(t(apply(fit$covariance, 3, diag))))),
    tolerance = 1e-8)
  expect_equal(fit$goodness$p_value, pchisq(fit$goodness$chi_squared, fit$goodness$df, lower.tail = FALSE),
               tolerance = 1e-10)
  theory <- sgd_oscillations(model)
  near <- abs(fit$oscillations$frequency - 1 / theory$period) < 4.5 * fit$oscillations$frequency_se
  expect_true(all(near))
  expect_equal(fit$oscillations$regime, theory$regime)
})

test_that("methods agree with the fields", {
  expect_equal(unname(coef(fit)), as.vector(fit$estimate))
  expect_equal(unname(sqrt(diag(vcov(fit)))), as.vector(fit$se), tolerance = 1e-10)
  expect_equal(unname(confint(fit)), cbind(as.vector(fit$lower), as.vector(fit$upper)))
  expect_named(coef(fit)[1:2], c("noise[1]", "noise[2]"))
  expect_equal(dim(confint(fit, "damping[2]")), c(1, 2))
  expect_equal(as.data.frame(fit)$noise, unname(fit$estimate[, "noise"]))
  expect_output(print(fit), "Theory fitted along 2 modes \\(discrete recursion\\): noise, curvature, damping")
  expect_output(print(summary(fit)), "The fitted spectra describe the run")
  if (requireNamespace("generics", quietly = TRUE)) {
    table <- generics::tidy(fit, conf.int = TRUE)
    expect_equal(table$std.error, as.vector(fit$se))
    expect_equal(table$conf.high, as.vector(fit$upper))
    expect_equal(generics::glance(fit)$modes, 2)
  }
})

test_that("predictions are those of a model with the estimates", {
  ratio <- 0.05 * fit$estimate[1, "damping"]
  again <- sgd_model(sgd_spectrum(fit$estimate[1, "curvature"], noise = fit$estimate[1, "noise"]),
                     sgd_hyper(0.1, (1 - ratio) / (1 + ratio), 0.01, 32), dynamics = "sgd")
  expect_equal(predict(fit, c(0.01, 0.2))[, 1], sgd_power_spectrum(again, c(0.01, 0.2))$theta,
               tolerance = 1e-10)
  expect_equal(predict(fit), fit$bands$fit, tolerance = 1e-9)
  expect_equal(fit$msd$msd, msd(run)$msd)
  expect_equal(length(predict(fit, what = "msd")), length(fit$msd$lag))
})

test_that("frames every few steps and single modes are fitted too", {
  sparse <- sgd_simulate(model, 6000, record = 3, start = "stationary", seed = 2)
  one <- fit_langevin(sparse, model, modes = 2, parameters = "curvature")
  expect_equal(one$every, 3)
  expect_lt(abs(one$estimate[1, "curvature"] - one$theory[1, "curvature"]), 4.5 * one$se[1, "curvature"])
  expect_true(is.nan(one$se[1, "damping"]))
  expect_equal(max(one$bands$freq), 0.5 / 3, tolerance = 0.2)
  along <- drop(sparse$theta[, , 1] %*% model$vectors[, 2])
  expect_equal(one$msd$msd, msd(along)$msd, tolerance = 1e-10)
})

test_that("a Hessian or eigenvalues do without a noise", {
  blind <- fit_langevin(run, hyper, problem$H)
  expect_equal(blind$estimate[, "noise"], fit_langevin(run, model)$estimate[, "noise"], tolerance = 1e-12)
  expect_true(all(is.nan(blind$theory[, "noise"])), is.nan(blind$theory_test[[3]]))
  modes <- sgd_simulate(model, 500, start = "stationary", seed = 1, coordinates = "modes")
  expect_equal(fit_langevin(modes$theta, hyper, model$eigenvalues)$estimate,
               fit_langevin(modes, model)$estimate)
})

test_that("the plots draw", {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  on.exit({ grDevices::dev.off(); unlink(file) })
  expect_invisible(plot(fit))
  expect_invisible(plot(fit, mode = 2, which = "spectrum"))
  expect_failure_of(plot(fit, mode = 3), "bad_argument", "one of the fitted modes")
  expect_failure_of(plot(fit, which = "mds"), "bad_argument", "did you mean")
})

test_that("a mode that the record cannot determine is not identified", {
  slow <- sgd_model(sgd_spectrum(c(2, 0.01), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
  short <- sgd_simulate(slow, 1001, start = "stationary", seed = 1)
  fitted <- fit_langevin(short, slow, parameters = c("curvature", "damping"))
  expect_equal(fitted$identified, c(TRUE, FALSE)) # 10 relaxations of the second
  expect_equal(fit_langevin(short, slow)$identified, c(TRUE, TRUE)) # its noise is known all the same
})

test_that("ggplot2 objects build and hold what is measured", {
  skip_if_not_installed("ggplot2")
  spectrum <- ggplot2::autoplot(fit)
  expect_warning(ggplot2::ggplot_build(spectrum), NA)
  expect_equal(spectrum$data$density, rowSums(fit$bands$data))
  expect_equal(spectrum$data$fit, rowSums(fit$bands$fit))
  one <- ggplot2::autoplot(fit, mode = 2)
  expect_equal(one$data$density, fit$bands$data[, 2])
  displacement <- ggplot2::autoplot(fit, which = "msd")
  expect_warning(ggplot2::ggplot_build(displacement), NA)
  expect_equal(displacement$data$msd, fit$msd$msd)
  expect_error(ggplot2::autoplot(fit, mode = 3), "one of the fitted modes",
               class = "sgdlangevin_bad_argument")
})

test_that("bad arguments are named", {
  expect_failure_of(fit_langevin(run, 1), "bad_argument",
                    "`hyper`: expected the value of sgd_hyper() or sgd_model()")
  expect_failure_of(fit_langevin(run, hyper), "bad_argument", "`H`: expected a Hessian")
  expect_failure_of(fit_langevin(run, model, diag(2)), "bad_argument", "`H`: expected NULL")
  expect_failure_of(fit_langevin(run$theta[, 1, 1], model), "bad_argument",
                    "`x`: expected 2 coordinates, got 1")
  expect_failure_of(fit_langevin(run, model, parameters = "curvatur"), "bad_argument", "did you mean")
  expect_failure_of(fit_langevin(run, model, parameters = 1), "bad_argument",
                    "`parameters`: expected some of")
  expect_failure_of(fit_langevin(run, model, modes = 3), "bad_argument",
                    "`modes`[1] = 3: expected a whole number")
  expect_failure_of(fit_langevin(run, model, modes = c(1, 1)), "bad_argument", "each mode once")
  expect_failure_of(fit_langevin(run, model, range = c(0.2, 0.1)), "bad_argument", "`range` = 0.2, 0.1")
  expect_failure_of(fit_langevin(run, model, range = c(0.1, 0.101)), "too_short", "`range` holds")
  expect_failure_of(fit_langevin(run, model, level = 1), "bad_argument", "`level` = 1")
  expect_failure_of(fit_langevin(matrix(0, 50, 2), model), "too_short", "`x` has 50 frames")
  expect_failure_of(fit_langevin(matrix(1, 90, 2), model), "bad_argument", "`x` is constant along mode 1")
  expect_failure_of(fit_langevin(matrix(NaN, 90, 2), model), "not_finite", "`x[frame 1")
  expect_failure_of(fit_langevin(run, model, paramters = "noise"), "bad_argument",
                    "did you mean `parameters`?")
  expect_failure_of(confint(fit, level = 0.5), "bad_argument", "`level` = 0.5")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), hyper)
  expect_failure_of(fit_langevin(run, saddle), "saddle", "mode 2 has curvature")
  epoch <- sgd_model(problem, hyper, dynamics = "sgd", sampling = "epoch", n_examples = 640)
  expect_failure_of(fit_langevin(sgd_simulate(epoch, 300, record = 4, seed = 1), epoch), "unsupported",
                    "an epoch is 20 steps")
})
