# Every plot draws without a warning, to a file that is thrown away.

draws <- function(code) {
  pdf(NULL)
  on.exit(dev.off())
  expect_warning(code, NA)
}

model <- general_model()
state <- sgd_stationary(model)
run <- sgd_simulate(model, 300, nsim = 2, seed = 1, start = "stationary")
measured <- msd(run)
predicted <- sgd_msd(model, measured$lag)

test_that("states and paths", {
  draws(plot(state))
  draws(plot(state, mode = 2, trajectory = run, level = 0.5, main = "phase plane"))
  draws(plot(state, trajectory = sgd_simulate(model, 10, seed = 1, coordinates = "modes")))
  draws(plot(sgd_transient(model, 0:20, c(1, 1))))
  draws(plot(sgd_transient(model, 20:0, c(1, 1), covariance = "none"), parameters = 2))
  draws(plot(run))
  draws(plot(run, coordinates = 2, path = 2, what = "velocity"))
  expect_failure_of(plot(state, mode = 3), "bad_argument", "`mode` = 3: expected at most the dimension, 2")
})

test_that("modified loss", {
  loss <- sgd_modified_loss(model)
  draws(plot(loss))
  phase_plane <- sgd_modified_loss_section(loss, c(1, 0, 0, 0), c(0, 0, 1, 0))
  draws(plot(phase_plane, trajectory = cbind(-1:1, 1:-1) / 20))
  draws(plot(sgd_modified_loss(sgd_model(sgd_spectrum(1, sigma2 = 1), sgd_hyper(0.1, 0.9)))))
})

test_that("spectra", {
  draws(plot(model))
  mixed <- sgd_spectrum(c(30, 1, 1e-4, 0, -1), noise = 1:5)
  draws(plot(sgd_oscillations(sgd_model(mixed, sgd_hyper(0.1, 0.9), "sgd"))))
})

test_that("what a trajectory shows", {
  draws(plot(sgd_autocorrelation(model, 0:50)))
  draws(plot(sgd_autocorrelation(general_model("sgd"), 50:0, direction = c(1, 0)), main = "along"))
  draws(plot(sgd_power_spectrum(model, 10^seq(-3, 0, length.out = 40))))
  draws(plot(sgd_power_spectrum(sgd_model(sgd_spectrum(1e-4, noise = 1), sgd_hyper(0.1)), c(0.01, 0.1))))
  draws(plot(sgd_irreversibility(model)))
  draws(plot(sgd_irreversibility(general_model("sgd", sampling = "epoch", n_examples = 320))))
  noiseless <- sgd_irreversibility(sgd_model(sgd_spectrum(1, noise = 0), sgd_hyper(0.1)))
  expect_failure_of(plot(noiseless), "bad_argument", "expected a mode with noise and positive curvature")
})

test_that("mean squared displacements", {
  draws(plot(measured))
  draws(plot(measured, theory = predicted, level = 0.68))
  draws(plot(measured, theory = list(a = predicted, b = predicted)))
  draws(plot(msd(run, se = FALSE)))
  draws(plot(predicted))
  draws(plot(predicted, which = "exponent"))
  draws({
    plot(predicted)
    points(measured)
    lines(predicted, lty = 2)
  })
  draws(plot(diffusion_exponent(cumsum(sin(1:2000)^3), seed = 1)))
})

test_that("ggplot2 objects build", {
  skip_if_not_installed("ggplot2")
  builds <- function(object, ...) {
    expect_warning(ggplot2::ggplot_build(ggplot2::autoplot(object, ...)), NA)
  }
  builds(measured)
  builds(measured, theory = list(langevin = predicted))
  builds(predicted)
  builds(sgd_oscillations(model))
  builds(state, trajectory = run)
  builds(sgd_modified_loss_section(sgd_modified_loss(model), c(1, 0), c(0, 1), n = 9))
  builds(diffusion_exponent(cumsum(sin(1:2000)^3), seed = 1))
  order <- sgd_method_order(model, "baoab", nsim = 20, seed = 1)
  builds(order)
  drawn <- ggplot2::autoplot(order)$data
  strong <- drawn[drawn$kind == "strong (distance)", ]
  expect_equal(strong$error, order$strong)
  expect_equal(diff(log(strong$fitted)) / diff(log(strong$step)), rep(order$strong_order, 5))
  exact <- order # an order of NaN has points and no line
  exact[c("strong_order", "weak_order")] <- NaN
  builds(exact)
  exact[c("strong", "weak")] <- list(numeric(6), numeric(6))
  expect_failure_of(ggplot2::autoplot(exact), "bad_argument", "expected an error that is finite and not 0")
  check <- sgd_check_sample(matrix(c(1, 2, 6)), 1, matrix(4))
  builds(check, level = 0.9)
  expect_equal(ggplot2::autoplot(check)$data$p_value, c(check$mean_p, check$covariance_p, check$distance_p))
})

test_that("tidy and glance are registered for the checks of simulations", {
  skip_if_not_installed("generics")
  order <- sgd_method_order(model, "baoab", nsim = 20, seed = 1)
  expect_named(generics::tidy(order), c("term", "estimate", "std.error"))
  expect_identical(generics::glance(order)$method, "baoab")
  check <- sgd_check_sample(matrix(c(1, 2, 6)), 1, matrix(4))
  expect_named(generics::tidy(check), c("term", "statistic", "p.value"))
  expect_identical(generics::glance(check)$n, 3)
})
