test_that("paths have the shape asked for and come back with the seed", {
  x <- simulate_diffusion("fbm", 50, nsim = 3, dim = 2, exponent = 0.5, seed = 4)
  expect_s3_class(x, c("sgd_diffusion", "sgd_trajectory"))
  expect_named(x, c("step", "theta", "velocity", "hyper", "process", "exponent", "diffusivity", "relaxation",
                    "noise", "seed"))
  expect_equal(dim(x$theta), c(51, 2, 3))
  expect_true(all(x$theta[1, , ] == 0))
  expect_identical(simulate_diffusion("fbm", 50, nsim = 3, dim = 2, exponent = 0.5, seed = 4), x)
  one <- simulate_diffusion("fbm", 50, dim = 2, exponent = 0.5, seed = 4)
  expect_identical(one$theta[, , 1], x$theta[, , 1])
  set.seed(3)
  first <- simulate_diffusion("ou", 5)$seed
  set.seed(3)
  expect_identical(simulate_diffusion("ou", 5)$seed, first)
  expect_output(print(x), "Diffusion \"fbm\": 51 frames of 2 coordinates in 3 paths, exponent 0.5, seed 4")
  expect_output(print(simulate_diffusion("ou", 5, seed = 1)), "relaxation 100")
  expect_equal(nrow(as.data.frame(x)), 51 * 2 * 3)
})

# 4.5 standard errors of a mean of 4000 squared normals: a right simulator fails 7e-6 of the time each.
test_that("mean squared displacements are those of the process", {
  n <- 4000
  ratio <- function(x, from, to, expected) mean((x$theta[to, 1, ] - x$theta[from, 1, ])^2) / expected
  error <- 4.5 * sqrt(2 / n)
  x <- simulate_diffusion("fbm", 64, nsim = n, exponent = 1.4, diffusivity = 3, noise = 0.5, seed = 1)
  expect_lt(abs(ratio(x, 20, 60, 3 * 40^1.4 + 1) - 1), error)
  x <- simulate_diffusion("scaled", 64, nsim = n, exponent = 0.6, seed = 2)
  expect_lt(abs(ratio(x, 20, 60, 59^0.6 - 19^0.6) - 1), error)
  x <- simulate_diffusion("ou", 64, nsim = n, relaxation = 10, diffusivity = 2, seed = 3)
  expect_lt(abs(ratio(x, 20, 35, 20 * (1 - exp(-1.5))) - 1), error)
  x <- simulate_diffusion("levy-walk", 100, nsim = 20, exponent = 1.5, diffusivity = 4, seed = 1)
  expect_equal(max(abs(diff(x$theta[, 1, ]))), 2, tolerance = 1e-10)
  x <- simulate_diffusion("ctrw", 100, nsim = 20, exponent = 0.5, seed = 1)
  expect_true(any(diff(x$theta[, 1, ]) == 0) && any(diff(x$theta[, 1, ]) != 0))
})

test_that("bad processes are named", {
  expect_failure_of(simulate_diffusion("fmb", 10), "bad_argument", "`process` = \"fmb\"")
  expect_failure_of(simulate_diffusion("fbm", 0), "bad_argument", "`steps` = 0")
  expect_failure_of(simulate_diffusion("fbm", 10, exponent = 2), "bad_argument",
                    "`exponent` = 2: expected a number between 0 and 2")
  expect_failure_of(simulate_diffusion("ctrw", 10), "bad_argument", "between 0 and 1 for process \"ctrw\"")
  expect_failure_of(simulate_diffusion("levy-walk", 10), "bad_argument", "between 1 and 2")
  expect_failure_of(simulate_diffusion("ou", 10, diffusivity = -1), "bad_argument", "`diffusivity` = -1")
  expect_failure_of(simulate_diffusion("ou", 10, relaxation = 0), "bad_argument", "`relaxation` = 0")
  expect_failure_of(simulate_diffusion("fbm", 10, noise = -1), "bad_argument", "`noise` = -1")
  expect_failure_of(simulate_diffusion("fbm", 10, nsim = 0), "bad_argument", "`nsim` = 0")
  expect_failure_of(simulate_diffusion("fbm", 10, dim = 0.5), "bad_argument", "`dim` = 0.5")
  expect_failure_of(simulate_diffusion("fbm", 2^32), "too_large", "less than 2^31")
  expect_failure_of(simulate_diffusion("fbm", 10, exponnt = 1), "bad_argument", "exponent")
})
