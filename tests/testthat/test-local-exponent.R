walk <- function(n, seed) {
  set.seed(seed)
  cumsum(rnorm(n))
}

test_that("local exponents are secants of the measured displacement", {
  x <- walk(3000, 1)
  local <- local_exponent(x, lags = c(1, 10, 100), seed = 1)
  expect_s3_class(local, "local_exponent")
  expect_named(local, c("lag", "from", "to", "exponent", "se", "lower", "upper", "band_lower", "band_upper", "vcov",
                        "level", "critical", "df", "span", "dim", "n_paths", "frames", "unit", "seed"))
  expect_equal(local$to, c(2, 20, 200))
  expect_equal(local$lag, sqrt(local$from * local$to))
  secant <- log(msd(x, local$to)$msd / msd(x, local$from)$msd) / log(2)
  expect_equal(local$exponent[1:2], secant[1:2], tolerance = 0.01) # but for the bias of the logarithm
  expect_equal(sqrt(diag(local$vcov)), local$se)
  expect_equal((local$band_upper - local$exponent) / local$se, rep(local$critical, 3))
  expect_equal((local$upper - local$exponent) / local$se, rep(qnorm(0.975), 3))
  expect_gt(local$critical, qnorm(0.975))
  expect_lt(local$critical, qnorm(1 - 0.025 / 3) + 0.1)
})

# 120 paths of 400 frames: 95% bands that cover 0.93 to 0.97 of the time cover fewer than 103 once in 1000 seeds.
test_that("the band covers fractional Brownian motion", {
  skip_on_cran()
  paths <- simulate_diffusion("fbm", 400, nsim = 120, exponent = 0.7, seed = 11)$theta
  covered <- apply(paths, 3, function(x) {
    local <- local_exponent(x, n_sim = 500, seed = 1)
    all(local$band_lower <= 0.7 & 0.7 <= local$band_upper)
  })
  expect_gte(sum(covered), 103)
})

test_that("steps, frames, threads and seeds", {
  run <- simulate_diffusion("fbm", 2000, exponent = 0.8, seed = 2)
  frames <- local_exponent(run$theta, seed = 1)
  run$step <- 10 * run$step
  steps <- local_exponent(run, seed = 1)
  expect_equal(steps$lag, 10 * frames$lag)
  expect_identical(steps$exponent, frames$exponent)
  expect_equal(c(steps$unit, frames$unit), c("steps", "frames"))
  previous <- sgd_threads(1)
  on.exit(sgd_threads(previous))
  expect_identical(local_exponent(run, seed = 1), steps)
  set.seed(3)
  drawn <- local_exponent(run)
  set.seed(3)
  expect_identical(local_exponent(run), drawn)
})

test_that("what is printed reads like a sentence", {
  set.seed(5)
  confined <- as.vector(arima.sim(list(ar = 0.9), 20000))
  local <- local_exponent(confined, seed = 1)
  expect_output(print(local), "Local diffusion exponent: 20000 frames, 1 coordinate, 1 path; 95% band of")
  expect_output(print(summary(local)), "subdiffusive between lags")
  expect_output(print(summary(local_exponent(walk(2000, 6), seed = 1))),
                "With 95% confidence at all lags at once, the motion is compatible with normal diffusion between lags")
  expect_equal(nrow(as.data.frame(local)), length(local$lag))
})

test_that("a path smooth over most of its length is flagged, a rough one of the same length is not", {
  smooth <- sin(1:128 / 20)
  expect_warning_of(local_exponent(smooth, seed = 1), "few_displacements",
                    "`x` holds few independent displacements: its MSD has")
  expect_lt(suppressWarnings(local_exponent(smooth, seed = 1))$df, 20)
  expect_silent(rough <- local_exponent(cumsum(sin((1:128)^1.5)), seed = 1))
  expect_gt(rough$df, 20)
})

test_that("bad requests are named", {
  x <- walk(100, 7)
  expect_failure_of(local_exponent(x[1:20]), "too_short", "`x` has 20 frames: expected at least 30 where no `lags`")
  expect_failure_of(local_exponent(x, span = 1), "bad_argument", "`span` = 1: expected a finite number > 1")
  expect_failure_of(local_exponent(x, lags = 30), "bad_argument", "`lags[2]` = 60: expected an integer from 1 to 50")
  expect_failure_of(local_exponent(x, lags = 1.5), "bad_argument", "`lags[1]` = 1.5")
  expect_failure_of(local_exponent(x, level = 1), "bad_argument", "`level` = 1")
  expect_failure_of(local_exponent(x, n_sim = 5), "bad_argument", "`n_sim` = 5")
  expect_failure_of(local_exponent(x, spam = 2), "bad_argument", "did you mean `span`")
  expect_failure_of(local_exponent(c(x, NA)), "not_finite", "`x[frame 101, coordinate 1, path 1]`")
  expect_failure_of(local_exponent(rep(1, 100)), "bad_argument", "mean squared displacement 0 at lag 1")
  expect_failure_of(plot(local_exponent(x, seed = 1), theory = 1), "bad_argument", "`theory`")
})

test_that("lags past half an epoch are warned of", {
  set.seed(8)
  X <- matrix(rnorm(600), 200)
  problem <- sgd_regression(X, X %*% 1:3 + rnorm(200))
  model <- sgd_model(problem, sgd_hyper(0.1, 0.9, batch_size = 10), dynamics = "sgd", sampling = "epoch")
  run <- sgd_simulate(model, 3000, method = "minibatch", seed = 1)
  expect_warning_of(local_exponent(run, seed = 1), "epoch_ripple", "this run was sampled by epochs of 20 steps")
  expect_warning_of(msd_crossover(run, seed = 1), "epoch_ripple", "use lags below 10")
  expect_warning_of(diffusion_test(run, seed = 1), "epoch_ripple", "sampling = \"epoch\"")
  expect_silent(local_exponent(run, lags = c(1, 2, 4), seed = 1))
  expect_silent(local_exponent(run$theta, seed = 1)) # nothing is known of an array
  replaced <- sgd_simulate(sgd_model(problem, sgd_hyper(0.1, 0.9, batch_size = 10), dynamics = "sgd"), 3000, seed = 1)
  expect_silent(local_exponent(replaced, seed = 1))
  # what a file says of its run
  file <- structure(list(step = 0:999, theta = array(walk(1000, 9), c(1000, 1, 1)),
                         hyper = sgd_hyper(0.1, batch_size = 32), run = list(n_examples = 1000, epoch_sampling = 1)),
                    class = "sgd_trajectory")
  expect_warning_of(local_exponent(file, seed = 1), "epoch_ripple", "epochs of 32 steps")
  file$run$epoch_sampling <- 0
  expect_silent(local_exponent(file, seed = 1))
})

# The same order in every epoch: displacements over whole epochs are far below their surroundings.
test_that("a dip at whole epochs is measured", {
  set.seed(10)
  order <- rnorm(20)
  x <- cumsum(rep(order - mean(order), 200) + 0.1 * rnorm(4000))
  file <- structure(list(step = 0:3999, theta = array(x, c(4000, 1, 1)), hyper = sgd_hyper(0.1, batch_size = 10),
                         run = list(n_examples = 200, epoch_sampling = 1)), class = "sgd_trajectory")
  expect_warning_of(local_exponent(file, seed = 1), "epoch_ripple",
                    "% below its surroundings (p = 0.00")
})
