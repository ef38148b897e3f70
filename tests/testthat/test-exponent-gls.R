# Fractional Brownian motion of n increments in each of `columns`, by Cholesky.
fractional <- function(n, exponent, columns = 1) {
  k <- 0:(n - 1)
  covariance <- toeplitz((abs(k + 1)^exponent + abs(k - 1)^exponent - 2 * k^exponent) / 2)
  increments <- t(chol(covariance)) %*% matrix(rnorm(n * columns), n)
  rbind(0, apply(increments, 2, cumsum))
}

test_that("an anomalous exponent is found, with an interval", {
  set.seed(1)
  x <- fractional(512, 0.6)
  fit <- diffusion_exponent(x, "gls")
  expect_named(fit, setdiff(names(diffusion_exponent(x, seed = 1)),
                            c("n_lags", "n_blocks", "curvature", "curvature_p", "naive_se", "seed")))
  expect_lt(abs(fit$exponent - 0.6), 4 * fit$se)
  expect_true(fit$lower < fit$exponent && fit$exponent < fit$upper)
  expect_lt(fit$p_value, 1e-6)
  expect_equal(fit$window, c(1, 128))
  expect_length(fit$msd$lag, fit$n_points)
  expect_equal(fit$vcov[1, 1], fit$se^2)
  expect_named(fit$diagnostics, c("bias", "misfit", "misfit_df", "misfit_p", "homogeneity_p", "iterations"))
  expect_equal(fit$diagnostics$misfit_df, fit$n_points - 2)
  expect_equal(unname(confint(fit)[1, ]), c(fit$lower, fit$upper))
  expect_equal(unname(confint(fit, 1, 0.5)[1, 2]), fit$exponent + qnorm(0.75) * fit$se)
})

# The fixed point in R from scratch: increments' covariance, quadratic forms, generalised least squares.
test_that("it is generalised least squares with the covariance of the fitted process", {
  set.seed(2)
  n <- 60
  lags <- 1:4
  x <- fractional(n, 1.3)[, 1]
  fit <- diffusion_exponent(x, "gls", window = c(1, 4))
  forms <- lapply(lags, function(h) {
    D <- outer(1:(n + 1 - h), 1:n, function(i, j) i <= j & j < i + h)
    crossprod(D) / (n + 1 - h)
  })
  weigh <- function(a) {
    k <- 0:(n - 1)
    G <- toeplitz((abs(k + 1)^a + abs(k - 1)^a - 2 * k^a) / 2)
    V <- outer(lags, lags, Vectorize(function(i, j) {
      2 * sum(diag(forms[[i]] %*% G %*% forms[[j]] %*% G)) / (i * j)^a
    }))
    X <- cbind(log(lags), 1)
    C <- solve(t(X) %*% solve(V, X))
    list(C = C, w = solve(V, X %*% C)[, 1])
  }
  m <- vapply(lags, function(h) mean((x[-(1:h)] - x[1:(n + 1 - h)])^2), 0)
  raw <- fit$exponent + fit$diagnostics$bias
  expect_equal(sum(weigh(raw)$w * m / lags^raw), 0, tolerance = 1e-8)
  at <- weigh(raw)
  expect_equal(fit$diagnostics$bias, -at$C[1, 2] - at$C[1, 1] * sum(at$w * log(lags)^2) / 2, tolerance = 1e-7)
  expect_equal(fit$se, sqrt(weigh(fit$exponent)$C[1, 1]), tolerance = 1e-8)
  expect_equal((fit$upper - fit$exponent) / sqrt(weigh(fit$upper)$C[1, 1]), qnorm(0.975), tolerance = 1e-5)
  expect_equal(fit$p_value, 2 * pnorm(-abs(fit$exponent - 1) / sqrt(weigh(1)$C[1, 1])), tolerance = 1e-7)
})

test_that("recording every k-th step moves the diffusivity only", {
  set.seed(3)
  x <- fractional(300, 0.8)
  run <- structure(list(step = 10 * (seq_len(301) - 1), theta = array(x, c(301, 1, 1))),
                   class = "sgd_trajectory")
  frames <- diffusion_exponent(x, "gls")
  steps <- diffusion_exponent(run, "gls")
  expect_identical(steps$exponent, frames$exponent)
  expect_equal(steps$window, 10 * frames$window)
  expect_equal(steps$log_diffusivity, frames$log_diffusivity - log(10) * frames$exponent)
  expect_equal(c(steps$unit, frames$unit), c("steps", "frames"))
  expect_output(print(steps), "Over lags 10 to 750 steps the displacement grows as lag^", fixed = TRUE)
})

test_that("coordinates and paths share an exponent, or paths have their own", {
  set.seed(4)
  x <- array(fractional(200, 0.8, 10), c(201, 2, 5))
  common <- diffusion_exponent(x, "gls")
  expect_equal(common$n_series, 10)
  expect_lt(common$se, 0.4 * diffusion_exponent(x[, 1, 1], "gls")$se)
  expect_lt(abs(common$exponent - 0.8), 4 * common$se)

  own <- diffusion_exponent(x, "gls", pool = "distributed")
  alone <- lapply(1:5, function(p) diffusion_exponent(x[, , p], "gls"))
  expect_equal(own$paths$exponent, vapply(alone, `[[`, 0, "exponent"))
  expect_equal(own$paths$lower, vapply(alone, `[[`, 0, "lower"))
  weight <- 1 / (own$paths$se^2 + own$spread^2)
  expect_equal(own$exponent, weighted.mean(own$paths$exponent, weight), tolerance = 1e-12)
  expect_equal(own$se, 1 / sqrt(sum(weight)), tolerance = 1e-12)
  expect_equal(unname(confint(own)[1, ]), own$exponent + qt(c(0.025, 0.975), 4) * own$se, tolerance = 1e-9)
  q <- sum((own$paths$exponent - weighted.mean(own$paths$exponent, own$paths$se^-2))^2 / own$paths$se^2)
  expect_equal(own$heterogeneity_p, pchisq(q, 4, lower.tail = FALSE), tolerance = 1e-9)
  expect_output(print(own), "spread")
})

test_that("paths that differ are told from paths that do not", {
  set.seed(5)
  exponents <- c(0.4, 0.7, 1, 1.3, 1.6)
  x <- array(vapply(exponents, function(a) fractional(400, a), numeric(401)), c(401, 1, 5))
  own <- diffusion_exponent(x, "gls", pool = "distributed")
  expect_lt(own$heterogeneity_p, 1e-6)
  # Paule and Mandel: Q at the spread is n - 1
  weight <- 1 / (own$paths$se^2 + own$spread^2)
  expect_equal(sum(weight * (own$paths$exponent - own$exponent)^2), 4, tolerance = 1e-9)
  at <- function(spread) {
    weight <- 1 / (own$paths$se^2 + spread^2)
    sum(weight * (own$paths$exponent - weighted.mean(own$paths$exponent, weight))^2)
  }
  expect_equal(at(own$spread_upper), qchisq(0.025, 4), tolerance = 1e-8)
  expect_equal(at(own$spread_lower), qchisq(0.975, 4), tolerance = 1e-8)
  common <- diffusion_exponent(x, "gls")
  expect_lt(common$diagnostics$homogeneity_p, 1e-6)
  expect_output(summary(common) |> print(), "they differ: see pool = \"distributed\"", fixed = TRUE)
})

test_that("tables and plots", {
  set.seed(6)
  fit <- diffusion_exponent(fractional(200, 1.4), "gls")
  expect_equal(as.data.frame(fit)$method, "gls")
  pdf(NULL)
  on.exit(dev.off())
  expect_warning(plot(fit), NA)
  skip_if_not_installed("generics")
  tidied <- generics::tidy(fit, conf.int = TRUE)
  expect_equal(tidied$conf.high[1], fit$upper)
  expect_equal(tidied$p.value[1], fit$p_value)
  expect_equal(generics::glance(fit)$misfit_p, fit$diagnostics$misfit_p)
})

test_that("what gives no honest interval is refused", {
  set.seed(7)
  x <- fractional(100, 1)
  expect_failure_of(diffusion_exponent(x[1:32], "gls"), "too_short",
                    "`x` has 32 frames: expected at least 33")
  expect_failure_of(diffusion_exponent(x, "gls", window = c(1, 51)), "too_short", "expected at most 50")
  expect_failure_of(diffusion_exponent(x, "gls", window = c(8, 9)), "too_short", "expected at least 3")
  expect_failure_of(diffusion_exponent(x, "gls", window = c(5, 3)), "bad_argument", "`window` = [5, 3]")
  expect_failure_of(diffusion_exponent(1:500, "gls"), "unsupported", "exponent above 1.98")
  expect_failure_of(diffusion_exponent(rnorm(500), "gls"), "unsupported", "exponent below 0.02")
  expect_failure_of(diffusion_exponent(cbind(x, 1), "gls"), "bad_argument",
                    "coordinate 2, path 1]` is constant")
  expect_failure_of(diffusion_exponent(x, "gls", level = 95), "bad_argument", "`level` = 95")
  expect_failure_of(diffusion_exponent(x, "gls", pool = "distributed"), "too_short", "with 1 paths")
  expect_failure_of(diffusion_exponent(c(x, NA), "gls"), "not_finite", "`x[frame 102, coordinate 1, path 1]`")
})
