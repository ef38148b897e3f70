# Restricted log-likelihood by dense Cholesky, the diffusivity profiled out.
dense_likelihood <- function(increments, exponent, ratio) {
  n <- length(increments)
  k <- 0:(n - 1)
  r <- (abs(k + 1)^exponent - 2 * abs(k)^exponent + abs(k - 1)^exponent) / 2
  r[1:2] <- r[1:2] + ratio * c(2, -1)
  L <- t(chol(toeplitz(r)))
  z <- forwardsolve(L, cbind(increments, 1))
  form <- sum(z[, 1]^2) - sum(z[, 1] * z[, 2])^2 / sum(z[, 2]^2)
  -(2 * sum(log(diag(L))) + log(sum(z[, 2]^2) / n) + (n - 1) * (log(2 * pi * form / (n - 1)) + 1)) / 2
}

mle <- function(x, ...) exponent_mle(as_frames(x), ...)

test_that("the likelihood is that of dense algebra, and its maximum the estimate", {
  x <- simulate_diffusion("fbm", 300, exponent = 1.3, noise = 0.3, seed = 1)$theta[, 1, 1]
  for (exponent in c(0.3, 1, 1.7)) {
    for (ratio in c(0, 0.5)) {
      core <- .Call(C_fbm_log_likelihood, x, c(301, 1, 1), TRUE, TRUE, exponent, ratio)
      expect_equal(core$log_likelihood, dense_likelihood(diff(x), exponent, ratio), tolerance = 1e-10)
    }
  }
  fit <- mle(x)
  best <- optimize(function(a) dense_likelihood(diff(x), a, 0), c(0.1, 1.9), maximum = TRUE, tol = 1e-7)
  expect_equal(fit$exponent, best$maximum, tolerance = 1e-5)
  expect_equal(fit$log_likelihood, best$objective, tolerance = 1e-9)
  noisy <- mle(x, noise = TRUE)
  best <- optim(c(1, 0.1), function(p) -dense_likelihood(diff(x), p[1], exp(p[2])),
                control = list(reltol = 1e-12))
  expect_equal(noisy$exponent, best$par[1], tolerance = 1e-2)
  expect_equal(noisy$log_likelihood, -best$value, tolerance = 1e-6)
})

# Each within 4.5 standard errors: false alarm 7e-6.
test_that("exponents, noise and drift come back", {
  for (exponent in c(0.4, 1, 1.6)) {
    paths <- simulate_diffusion("fbm", 2000, exponent = exponent, diffusivity = 4, noise = 4, seed = 2)
    fit <- mle(paths, noise = TRUE)
    expect_lt(abs(fit$exponent - exponent), 4.5 * fit$se)
    expect_lt(abs(fit$noise - 4), 4.5 * fit$noise_se)
    expect_true(fit$lower < fit$exponent && fit$exponent < fit$upper)
    clean <- simulate_diffusion("fbm", 2000, dim = 2, nsim = 2, exponent = exponent, seed = 3)
    clean$theta[, 1, ] <- clean$theta[, 1, ] + 5 * clean$step
    fit <- mle(clean)
    expect_lt(abs(fit$exponent - exponent), 4.5 * fit$se)
    expect_lt(max(abs(fit$drift - c(5, 0, 5, 0))), 4.5 * sqrt(2000^(exponent - 2)))
    expect_equal(dim(fit$drift), c(2, 2))
    expect_length(fit$diffusivity, 2)
    expect_equal(fit$noise, 0)
  }
})

test_that("steps between frames rescale the diffusivity and the drift only", {
  run <- simulate_diffusion("fbm", 500, exponent = 0.7, seed = 5)
  frames <- mle(run$theta)
  run$step <- 10 * run$step
  steps <- mle(run)
  expect_identical(steps$exponent, frames$exponent)
  expect_equal(steps$log_diffusivity, frames$log_diffusivity - log(10) * frames$exponent)
  expect_equal(exp(steps$log_diffusivity), steps$diffusivity)
  expect_equal(steps$window, 10 * frames$window)
  expect_equal(steps$drift, frames$drift / 10)
  shift <- rbind(c(1, 0), c(-log(10), 1))
  expect_equal(steps$vcov, shift %*% frames$vcov %*% t(shift), ignore_attr = TRUE)
})
