# Every method on the same paths, and what is its own.

set.seed(1)
walk <- apply(matrix(rnorm(2 * 1023), ncol = 2), 2, cumsum)
methods <- list(gls = list(), mle = list(), whittle = list(), whittle = list(bandwidth = "full"),
                wavelet = list(),
                dfa = list(seed = 1, n_sim = 40))
fit_by <- function(x, i, ...) do.call(diffusion_exponent, c(list(x, names(methods)[i]), methods[[i]],
                                                            list(...)))

test_that("a random walk is normal to every method, in one sentence", {
  for (i in seq_along(methods)) {
    fit <- fit_by(walk, i)
    expect_named(fit[1:17], c("exponent", "se", "lower", "upper", "level", "method", "pool", "window",
                              "p_value",
                              "log_diffusivity", "vcov", "n_points", "n_series", "df", "unit", "diagnostics",
                              "msd"))
    expect_lt(abs(fit$exponent - 1), 4 * fit$se)
    expect_true(fit$lower < fit$exponent && fit$exponent < fit$upper)
    expect_lt(abs(fit$log_diffusivity - log(2)), 5 * sqrt(fit$vcov[2, 2]))
    expect_output(print(fit), "displacement grows as lag^", fixed = TRUE)
    expect_output(print(summary(fit)), "log diffusivity")
    expect_equal(unname(confint(fit)[1, ]), c(fit$lower, fit$upper))
    expect_equal(as.data.frame(fit)$method, names(methods)[i])
  }
})

test_that("every method pools paths with exponents of their own", {
  set.seed(2)
  x <- array(apply(matrix(rnorm(4 * 300), ncol = 4), 2, cumsum), c(300, 1, 4))
  for (i in seq_along(methods)) {
    own <- fit_by(x, i, pool = "distributed")
    expect_equal(nrow(own$paths), 4)
    expect_equal(own$paths$exponent[1], fit_by(x[, , 1], i)$exponent)
    expect_lt(abs(own$exponent - 1), 6 * own$se)
  }
})

test_that("diagrams", {
  wavelet <- fit_by(walk, 5)
  dfa <- fit_by(walk, 6)
  expect_named(wavelet$diagram, c("scale", "octave", "log2_energy", "se", "n"))
  expect_equal(wavelet$diagram$scale, 2^wavelet$diagram$octave)
  n <- dfa$diagram$box[5]
  plain <- function(x) {
    starts <- seq(1, length(x) - n + 1, by = ceiling(n / 4))
    log(mean(vapply(starts, function(s) mean(lm.fit(cbind(1, 1:n), x[s - 1 + 1:n])$residuals^2), 0)))
  }
  expect_equal(dfa$diagram$fluctuation[5], exp(mean(apply(walk, 2, plain)) / 2), tolerance = 1e-10)
  pdf(NULL)
  on.exit(dev.off())
  expect_warning(plot(wavelet, which = "diagram"), NA)
  expect_warning(plot(dfa, which = "diagram"), NA)
  expect_failure_of(plot(fit_by(walk, 1), which = "diagram"), "bad_argument", "method \"gls\" has none")
  skip_if_not_installed("ggplot2")
  expect_s3_class(ggplot2::autoplot(dfa, which = "diagram"), "ggplot")
})

test_that("maximum likelihood with noise and without", {
  set.seed(3)
  x <- cumsum(rnorm(400)) + rnorm(400)
  fit <- diffusion_exponent(x, "mle", noise = TRUE)
  expect_true(fit$noise_lower <= fit$noise && fit$noise <= fit$noise_upper)
  expect_output(print(summary(fit)), "localisation error")
  expect_null(diffusion_exponent(x, "mle")$noise)
})

test_that("a localisation error that a method does not fit shows in its misfit", {
  x <- simulate_diffusion("fbm", 2000, exponent = 1, noise = 2, seed = 5)
  for (options in list(list("gls"), list("whittle", bandwidth = "full"))) {
    fit <- do.call(diffusion_exponent, c(list(x), options))
    expect_lt(fit$diagnostics$misfit_p, 0.01)
    expect_lt(fit$upper, 1) # and its exponent is far too low
    expect_output(print(summary(fit)), "a localisation error does this too: method \"mle\" with noise = TRUE fits one")
  }
})

test_that("options and windows that a method does not have are named", {
  expect_failure_of(diffusion_exponent(walk, "dfa", moments = 2), "bad_argument",
                    "`moments` is an option of method \"wavelet\": method \"dfa\" has `order`, `overlap`")
  expect_failure_of(diffusion_exponent(walk, "mle", window = c(1, 9)), "bad_argument",
                    "method \"mle\" takes none")
  expect_failure_of(diffusion_exponent(walk, "whittle", window = c(1, 9)), "bad_argument",
                    "it has `bandwidth`")
  expect_failure_of(diffusion_exponent(walk, "whittle", bandwidth = "fall"), "bad_argument", "mean \"full\"")
  expect_failure_of(diffusion_exponent(walk, "whittle", bandwidth = 5), "bad_argument", "`bandwidth` = 5")
  expect_failure_of(diffusion_exponent(walk, "whittle", bandwidth = 600), "too_short", "`bandwidth` = 600")
  expect_failure_of(diffusion_exponent(walk, "wavelet", moments = 11), "bad_argument", "`moments` = 11")
  expect_failure_of(diffusion_exponent(walk, "wavelet", window = c(2, 512)), "too_short",
                    "ends at scales of 512")
  expect_failure_of(diffusion_exponent(walk, "dfa", order = 6), "bad_argument", "`order` = 6")
  expect_failure_of(diffusion_exponent(walk, "dfa", n_sim = 3), "bad_argument", "`n_sim` = 3")
  expect_failure_of(diffusion_exponent(walk, "dfa", overlap = 1), "bad_argument", "`overlap`: expected TRUE")
  expect_failure_of(diffusion_exponent(1:300, "wavelet"), "bad_argument", "is a straight line")
})
