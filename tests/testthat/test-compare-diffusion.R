# log density of y with covariance C, written out.
log_density <- function(y, C) {
  root <- chol(C)
  -sum(backsolve(root, y, transpose = TRUE)^2) / 2 - sum(log(diag(root))) - length(y) * log(2 * pi) / 2
}

test_that("likelihoods are those of dense covariances", {
  set.seed(1)
  x <- as.vector(arima.sim(list(ar = 0.8), 40))
  fit <- compare_diffusion(x)
  expect_s3_class(fit, "diffusion_comparison")
  expect_equal(fit$model, c("brownian", "fbm", "scaled", "confined"))
  y <- diff(x)
  h <- abs(outer(1:39, 1:39, "-"))
  power <- function(a) (abs(h + 1)^a + abs(h - 1)^a - 2 * h^a) / 2
  rate <- fit$shape[1, "confined"]
  covariance <- list(
    brownian = diag(39), fbm = power(fit$shape[1, "fbm"]), scaled = diag(diff((0:39)^fit$shape[1, "scaled"])),
    confined = 2 * exp(-rate * h) - exp(-rate * (h + 1)) - exp(-rate * abs(h - 1))
  )
  for (m in 1:4) {
    expect_equal(fit$log_likelihood[m], log_density(y, fit$scale[1, m] * covariance[[m]]), tolerance = 1e-8)
  }
  expect_equal(fit$log_likelihood[1], sum(dnorm(y, 0, sqrt(mean(y^2)), log = TRUE)), tolerance = 1e-10)
  expect_equal(fit$aic, -2 * fit$log_likelihood + 2 * fit$n_parameters)
  expect_equal(sum(fit$aicc_weight), 1)
  expect_true(is.nan(fit$shape[1, "brownian"]))
  # another optimiser finds no better exponent
  best <- optimize(function(a) {
    C <- power(a)
    s2 <- sum(y * solve(C, y)) / 39
    log_density(y, s2 * C)
  }, c(0.05, 1.95), maximum = TRUE, tol = 1e-8)
  expect_equal(fit$shape[1, "fbm"], best$maximum, tolerance = 1e-4, ignore_attr = TRUE)
})

test_that("paths are told apart", {
  best <- function(x, ...) compare_diffusion(x, ...)$best
  expect_equal(best(simulate_diffusion("ou", 2000, relaxation = 20, seed = 1)), "confined")
  expect_equal(best(simulate_diffusion("fbm", 2000, exponent = 0.6, seed = 2)), "fbm")
  expect_equal(best(simulate_diffusion("scaled", 2000, exponent = 0.6, seed = 3)), "scaled")
  two <- simulate_diffusion("fbm", 500, nsim = 3, dim = 2, exponent = 1.4, seed = 4)
  fit <- compare_diffusion(two, shared = FALSE)
  expect_equal(dim(fit$shape), c(2, 4))
  expect_false(fit$shape[1, "fbm"] == fit$shape[2, "fbm"])
  expect_equal(fit$n_parameters, c(2, 4, 4, 4))
  one <- compare_diffusion(two$theta[, 1, , drop = FALSE], "fbm")$log_likelihood
  other <- compare_diffusion(two$theta[, 2, , drop = FALSE], "fbm")$log_likelihood
  expect_equal(fit$log_likelihood[2], one + other)
})

test_that("the theory of SGD is a model like others", {
  model <- sgd_model(sgd_quadratic(matrix(c(1, 0.3, 0.3, 0.4), 2), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 4),
                     dynamics = "sgd")
  run <- sgd_simulate(model, 1500, start = "stationary", seed = 1)
  fit <- compare_diffusion(run, theory = model)
  expect_equal(fit$model, c("brownian", "fbm", "scaled", "confined", "theory", "theory_scaled"))
  expect_true(fit$best %in% c("theory", "theory_scaled"))
  expect_equal(fit$n_parameters[5:6], c(0, 1))
  expect_equal(fit$scale[1, "theory_scaled"], 1, tolerance = 0.15, ignore_attr = TRUE)
  # against the autocovariance of each mode
  modes <- sgd_simulate(model, 1500, start = "stationary", seed = 1, coordinates = "modes")
  expect_equal(compare_diffusion(modes, "theory", theory = model)$log_likelihood, fit$log_likelihood[5],
               tolerance = 1e-8)
  short <- modes$theta[1:60, , 1]
  D <- rbind(0, sgd_msd(model, 1:59, modes = TRUE)$modes)
  h <- abs(outer(1:59, 1:59, "-"))
  dense <- sum(sapply(1:2, function(k) {
    at <- function(j) D[abs(j) + 1, k]
    C <- matrix((at(pmin(h + 1, 59)) + at(h - 1) - 2 * at(h)) / 2, 59)
    log_density(diff(short[, k]), C)
  }))
  modes$theta <- modes$theta[1:60, , , drop = FALSE]
  modes$step <- modes$step[1:60]
  expect_equal(compare_diffusion(modes, "theory", theory = model)$log_likelihood, dense, tolerance = 1e-8)
  expect_output(print(summary(fit)), "the data are best described by the theory of SGD")
  expect_output(print(fit), "delta_aicc")
  expect_failure_of(compare_diffusion(run$theta[, 1, ], theory = model), "bad_argument",
                    "`x` has 1 coordinates: expected the 2 of `theory`")
})

test_that("bad requests are named", {
  x <- cumsum(c(1, -1, 2, 0.5, -3, 1, 1, -0.5, 2, 1))
  expect_failure_of(compare_diffusion(x[1:7]), "too_short", "`x` has 7 frames: expected at least 8")
  expect_failure_of(compare_diffusion(x, "fbmm"), "bad_argument", "did you mean \"fbm\"")
  expect_failure_of(compare_diffusion(x, 1), "bad_argument", "`models`: expected a character vector, got a number")
  expect_failure_of(compare_diffusion(x, "theory"), "bad_argument", "`models` = \"theory\": expected a model of SGD")
  expect_failure_of(compare_diffusion(x, theory = 1), "bad_argument", "`theory`: expected the value of sgd_model()")
  expect_failure_of(compare_diffusion(x, shared = 2), "bad_argument", "`shared`: expected TRUE or FALSE")
  expect_failure_of(compare_diffusion(cbind(x, 1)), "bad_argument", "`x`: coordinate 2 of path 1")
  expect_failure_of(compare_diffusion(x, model = "fbm", sharde = 1), "bad_argument", "did you mean `shared`")
})

test_that("every result draws, tidies and glances", {
  set.seed(20)
  x <- array(apply(matrix(rnorm(6000), 600), 2, cumsum), c(600, 1, 10))
  results <- list(local_exponent(x, seed = 1), msd_crossover(x, seed = 1), diffusion_test(x, seed = 1),
                  ergodicity(x, seed = 1), ageing(x), compare_diffusion(x))
  results[[7]] <- msd_crossover(as.vector(arima.sim(list(ar = 0.9), 5000)), seed = 1)
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  for (result in results) {
    expect_invisible(plot(result))
    expect_output(print(result))
    expect_s3_class(as.data.frame(result), "data.frame")
    if (requireNamespace("generics", quietly = TRUE)) {
      expect_s3_class(generics::tidy(result), "data.frame")
      expect_equal(nrow(generics::glance(result)), 1)
    }
    if (requireNamespace("ggplot2", quietly = TRUE)) {
      expect_s3_class(ggplot2::ggplot_build(ggplot2::autoplot(result)), "ggplot_built")
    }
  }
  model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
  theory <- sgd_msd(model, c(1, 10, 100))
  expect_invisible(plot(results[[1]], theory = list(recursion = theory)))
  skip_if_not_installed("ggplot2")
  expect_s3_class(ggplot2::ggplot_build(ggplot2::autoplot(results[[1]], theory = theory)), "ggplot_built")
})
