# Every method gives these first.
common_fields <- c("exponent", "se", "lower", "upper", "level", "method", "pool", "window", "p_value",
                   "log_diffusivity", "vcov", "n_points", "n_series", "df", "unit", "diagnostics", "msd")

test_that("a random walk diffuses normally", {
  set.seed(1)
  fit <- diffusion_exponent(matrix(cumsum(rnorm(32000)), ncol = 1), seed = 1)
  expect_s3_class(fit, "diffusion_exponent")
  expect_named(fit, c(common_fields, "n_lags", "n_blocks", "curvature", "curvature_p", "naive_se", "seed"))
  expect_true(fit$lower < 1 && 1 < fit$upper)
  expect_gt(fit$p_value, 0.05)
  expect_equal(fit$window[1], 1)
})

test_that("the estimate is least squares of log MSD on log lag", {
  set.seed(2)
  fit <- diffusion_exponent(cumsum(rnorm(20000)), seed = 1)
  line <- lm(log(msd) ~ log(lag), fit$msd)
  expect_equal(unname(coef(fit)), unname(rev(coef(line))), tolerance = 1e-10)
  expect_length(fit$msd$lag, fit$n_lags)
  # what lm() would claim, and why it must not be believed: here 1/2.5 of the error, 1/10 on long windows
  expect_equal(fit$naive_se, summary(line)$coefficients[2, 2], tolerance = 1e-8)
  expect_gt(fit$se, 2 * fit$naive_se)
})

test_that("ballistic motion has exponent 2 and records rescale only the diffusivity", {
  line <- 1:2000 + 0
  expect_equal(diffusion_exponent(line, seed = 1)$exponent, 2, tolerance = 1e-12)

  set.seed(3)
  x <- cumsum(rnorm(20000))
  run <- structure(list(step = 10 * (seq_along(x) - 1), theta = array(x, c(20000, 1, 1))),
                   class = "sgd_trajectory")
  frames <- diffusion_exponent(x, seed = 1)
  steps <- diffusion_exponent(run, seed = 1)
  expect_identical(steps$exponent, frames$exponent)
  expect_equal(steps$window, 10 * frames$window)
  expect_equal(steps$log_diffusivity, frames$log_diffusivity - log(10) * frames$exponent)
  shift <- rbind(c(1, 0), c(-log(10), 1))
  expect_equal(steps$vcov, shift %*% frames$vcov %*% t(shift), ignore_attr = TRUE)
  expect_equal(diffusion_exponent(run, window = c(10, 1000), seed = 1)$window, c(10, 1000))
})

test_that("methods agree with the fields", {
  set.seed(4)
  fit <- diffusion_exponent(cumsum(rnorm(20000)), level = 0.9, seed = 1)
  expect_equal(unname(confint(fit)["exponent", ]), c(fit$lower, fit$upper), tolerance = 1e-8)
  expect_equal(sqrt(vcov(fit)[1, 1]), fit$se)
  expect_equal(dim(confint(fit, "exponent", level = 0.5)), c(1, 2))
  expect_equal(as.data.frame(fit)$lower, fit$lower)
  skip_if_not_installed("generics")
  tidied <- generics::tidy(fit, conf.int = TRUE)
  expect_equal(tidied$term, c("exponent", "log_diffusivity"))
  expect_equal(tidied$p.value[1], fit$p_value, tolerance = 1e-8)
  expect_equal(tidied$conf.low[1], fit$lower, tolerance = 1e-8)
  expect_equal(generics::glance(fit)$n_blocks, fit$n_blocks)
})

test_that("the seed decides the bootstrap, threads do not", {
  on.exit(sgd_threads(previous))
  set.seed(5)
  x <- cumsum(rnorm(5000))
  previous <- sgd_threads(1)
  one <- diffusion_exponent(x, seed = 9)
  sgd_threads(2)
  expect_identical(diffusion_exponent(x, seed = 9), one)
  set.seed(6)
  a <- diffusion_exponent(x)
  set.seed(6)
  expect_identical(diffusion_exponent(x), a)
})

# Intervals at 90% of 200 random walks cover 1 in 180 +- 4.2 (binomial standard deviation) cases. The bounds,
# five of them away on the low side with an allowance of 5 points for 16 blocks, fail a right method less than
# once in 1e5.
test_that("intervals cover", {
  skip_on_cran()
  set.seed(7)
  covered <- replicate(200, {
    fit <- diffusion_exponent(cumsum(rnorm(1000)), level = 0.9, n_boot = 199)
    fit$lower <= 1 && 1 <= fit$upper
  })
  expect_gt(mean(covered), 0.9 - 0.05 - 5 * 0.0212)
})

test_that("bad requests are named", {
  x <- cumsum(rnorm(100))
  expect_failure_of(diffusion_exponent(x[1:10]), "too_short", "")
  expect_failure_of(diffusion_exponent(x, window = c(1, 50)), "too_short", "")
  expect_failure_of(diffusion_exponent(x, window = 1), "bad_argument",
                    "`window`: expected a vector of length 2, got length 1")
  expect_failure_of(diffusion_exponent(x, method = "gsl"), "bad_argument", "did you mean \"gls\"?")
  expect_failure_of(diffusion_exponent(x, n_bot = 99), "bad_argument",
                    "diffusion_exponent has no argument `n_bot`: did you mean `n_boot`?")
  expect_failure_of(diffusion_exponent(x, "gls", n_boot = 99), "bad_argument",
                    "`n_boot` is an option of method \"ols\": method \"gls\" has none of its own")
  expect_failure_of(diffusion_exponent(x, "ols", NULL, 0.95, "common", 7), "bad_argument",
                    "expected at most 5 unnamed arguments, got 1 more")
  expect_failure_of(diffusion_exponent(x, pool = "commom"), "bad_argument", "did you mean \"common\"?")
  expect_failure_of(diffusion_exponent(x, level = 1.5), "bad_argument", "`level` = 1.5")
  expect_failure_of(diffusion_exponent(x, n_boot = 1), "bad_argument", "`n_boot` = 1")
  expect_failure_of(diffusion_exponent(c(x, Inf)), "not_finite", "Inf")
})

test_that("windows past half an epoch of a run by epochs are warned of", {
  set.seed(8)
  walks <- array(apply(matrix(rnorm(3000), ncol = 3), 2, cumsum), c(1000, 1, 3))
  run <- structure(list(step = 0:999, theta = walks, hyper = sgd_hyper(0.1, batch_size = 10),
                        run = list(n_examples = 200, epoch_sampling = 1)), class = "sgd_trajectory")
  expect_warning_of(diffusion_exponent(run, seed = 1), "epoch_ripple", "this run was sampled by epochs of 20 steps")
  expect_warning_of(diffusion_exponent(run, "gls"), "epoch_ripple", "use lags below 10")
  expect_warning_of(diffusion_exponent(run, "mle"), "epoch_ripple", "sampling = \"epoch\"")
  expect_warning_of(diffusion_exponent(run, pool = "distributed", seed = 1), "epoch_ripple", "epochs of 20 steps")
  expect_silent(diffusion_exponent(run, window = c(1, 9), seed = 1))
  expect_silent(diffusion_exponent(run$theta, seed = 1)) # nothing is known of an array
})
