walks <- function(n, paths, seed) {
  set.seed(seed)
  array(apply(matrix(rnorm(n * paths), n), 2, cumsum), c(n, 1, paths))
}

test_that("variance ratios are those of the displacements", {
  x <- walks(2000, 1, 1)
  test <- diffusion_test(x, lags = c(1, 5, 50), seed = 1)
  expect_s3_class(test, "diffusion_test")
  expect_named(test, c("lag", "ratio", "se", "z", "p", "p_value", "dim", "n_paths", "frames", "unit", "seed"))
  direct <- msd(x, c(1, 5, 50))$msd
  expect_equal(test$ratio, direct / direct[1] / c(1, 5, 50), tolerance = 0.05)
  expect_equal(test$p[-1], 2 * pnorm(-abs(test$z[-1])))
  expect_equal(test$se[2], sqrt(2 * 9 * 4 / (15 * 2000)), tolerance = 0.01) # Lo and MacKinlay
  expect_true(test$p_value >= min(test$p[-1]) && test$p_value <= 1)
})

# 150 walks tested at 5%: more than 18 rejections once in 5000 seeds.
test_that("normal diffusion is rejected as often as said, anomalous always", {
  skip_on_cran()
  set.seed(2)
  p <- replicate(150, diffusion_test(cumsum(rnorm(300)), n_sim = 300, seed = 1)$p_value)
  expect_lte(sum(p <= 0.05), 18)
  slow <- simulate_diffusion("fbm", 2000, exponent = 0.6, seed = 3)
  expect_lt(diffusion_test(slow, seed = 1)$p_value, 0.01)
  expect_output(print(summary(diffusion_test(slow, seed = 1))), "This is not normal diffusion")
  expect_output(print(summary(diffusion_test(walks(500, 4, 4), seed = 1))), "do not speak against normal diffusion")
})

test_that("ergodicity breaking is seen where it is", {
  x <- walks(400, 30, 5)
  result <- ergodicity(x, lags = c(1, 4, 20), seed = 1)
  expect_s3_class(result, "ergodicity")
  expect_named(result, c("lag", "time_averaged", "ensemble", "eb", "eb_measured", "eb_brownian", "eb_fbm", "p_eb", "z",
                         "p_origin", "p_ergodic", "p_single", "exponent", "dim", "n_paths", "frames", "unit", "seed"))
  each <- apply(x, 3, function(path) msd(path, c(1, 4, 20), se = FALSE)$msd)
  expect_equal(result$time_averaged, rowMeans(each), tolerance = 1e-10)
  expect_equal(result$eb, apply(each, 1, var) / rowMeans(each)^2, tolerance = 1e-8)
  expect_equal(result$ensemble, msd(x, c(1, 4, 20), type = "from-start")$msd, tolerance = 1e-10)
  expect_equal(result$eb_brownian[1], 2 / 399, tolerance = 1e-8)
  expect_gt(result$p_ergodic, 0.01)
  trapped <- simulate_diffusion("ctrw", 2000, nsim = 30, exponent = 0.6, seed = 6)
  broken <- ergodicity(trapped, seed = 1)
  expect_lt(broken$p_ergodic, 0.01)
  expect_gt(broken$eb[1], 3 * broken$eb_brownian[1])
  expect_output(print(summary(broken)), "scatter more than those of an ergodic process")
  expect_output(print(result), "time averages scatter as in an ergodic process")
  expect_failure_of(ergodicity(x[, , 1]), "bad_argument", "`x` has 1 path: expected at least 2")
  expect_failure_of(ergodicity(x, n_sim = 3), "bad_argument", "`n_sim` = 3")
  expect_failure_of(ergodicity(x, n_sims = 3), "bad_argument", "did you mean `n_sim`")
})

test_that("ageing has the exponent of scaled Brownian motion", {
  aged <- simulate_diffusion("scaled", 3000, nsim = 20, exponent = 0.5, seed = 7)
  result <- ageing(aged, lag = 5)
  expect_s3_class(result, "ageing")
  expect_named(result, c("age", "msd", "se", "lag", "exponent", "exponent_se", "lower", "upper", "p_value",
                         "chi_squared", "chi_squared_p", "level", "dim", "n_paths", "frames", "unit"))
  expect_equal(result$exponent, -0.5, tolerance = 0.2)
  expect_lt(result$p_value, 1e-6)
  expect_output(print(summary(result)), "Displacements over 5 steps shrink with age: the ageing exponent is")
  ageless <- ageing(walks(2000, 3, 8))
  expect_gt(ageless$p_value, 0.001)
  expect_output(print(ageless), "all blocks equal: chi squared")
  expect_equal(ageless$lag, 12)
  block <- walks(2000, 1, 9)[1:250, , ]
  expect_equal(ageing(walks(2000, 1, 9), lag = 3)$msd[1], msd(block, 3)$msd, tolerance = 1e-10)
})

test_that("bad requests are named", {
  x <- walks(100, 1, 10)
  expect_failure_of(diffusion_test(x, lags = 1), "bad_argument", "`lags` has 1 element: expected at least two")
  expect_failure_of(diffusion_test(x, n_sim = 1), "bad_argument", "`n_sim` = 1")
  expect_failure_of(diffusion_test(x[1:10]), "too_short", "expected at least 20 where no `lags` are given")
  expect_failure_of(ageing(x, n_blocks = 2), "bad_argument", "`n_blocks` = 2: expected an integer from 3 to 50")
  expect_failure_of(ageing(x, lag = 9), "bad_argument", "`lag` = 9: expected an integer from 1 to 6")
  expect_failure_of(ageing(x, level = 5), "bad_argument", "`level` = 5")
  expect_failure_of(ageing(rep(1, 100)), "bad_argument", "mean squared displacement 0")
  expect_failure_of(ageing(x, blocks = 4), "bad_argument", "did you mean `n_blocks`")
})
