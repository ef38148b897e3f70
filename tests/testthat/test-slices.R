# Moments and state of a run are windows on the memory that it worked in: they read as plain vectors do, outlive the
# run, and a change of one is a change of nothing else.

has_hdf5 <- .Call(sgdlangevin:::C_has_hdf5)
D <- 40
PATHS <- 2
every <- c("moments", "displacement", "local_displacement", "msd")
model <- sgd_model(sgd_spectrum(1 / seq_len(D), sigma2 = 1), sgd_hyper(0.1, 0.9, 0.01, 4))

simulate <- function(steps = 30, ...) {
  sgd_simulate(model, steps, nsim = PATHS, seed = 2, coordinates = "modes", summaries = every, lags = c(1, 3), ...)
}

moments <- c("mean", "variance")
plain_copy <- function(x) array(vapply(seq_along(x), function(i) x[[i]], 0), dim(x))
is_slice <- function(x) any(grepl("sgdl_slice shared", capture.output(.Internal(inspect(x)))))

test_that("moments and state are windows, and equal to plain vectors", {
  run <- simulate()
  for (x in c(run$summaries[moments], list(run$resume$state))) {
    expect_true(is_slice(x))
    copy <- if (is.null(dim(x))) vapply(seq_along(x), function(i) x[[i]], 0) else plain_copy(x)
    expect_false(is_slice(copy))
    expect_identical(x, copy)
    expect_identical(copy, x)
  }
  expect_equal(run$summaries$mean, apply(run$theta, 2:3, mean), tolerance = 1e-12)
  expect_equal(run$summaries$variance, apply(run$theta, 2:3, var), tolerance = 1e-10)
})

test_that("windows compute as plain vectors do", {
  for (name in moments) {
    x <- simulate()$summaries[[name]]
    copy <- plain_copy(x)
    same <- function(f) expect_identical(f(x), f(copy))
    same(dim)
    same(length)
    same(typeof)
    same(attributes)
    for (f in list(sum, mean, range, var, sort, order, rev, cumsum, is.na, anyNA, as.vector, t, crossprod, rowSums,
                   duplicated, format)) same(f)
    same(function(x) x[3])
    same(function(x) x[[D + 1]])
    same(function(x) x[2, 2])
    same(function(x) x[-(1:5), ])
    same(function(x) x[D:1, 1, drop = FALSE])
    same(function(x) x[x > 0.1])
    same(function(x) x[c(1, NA, 2 * D + 1)])
    same(function(x) head(x, 3))
    same(function(x) x + 1)
    same(function(x) -x)
    same(function(x) sqrt(abs(x)) * x)
    same(function(x) x %*% diag(PATHS))
    same(function(x) apply(x, 2, max))
    same(function(x) lapply(x, identity))
    same(function(x) ifelse(x > 0, x, 0))
    same(function(x) rbind(x, x))
    same(function(x) c(x, 1, x))
    same(function(x) as.integer(x * 1000))
    same(as.data.frame)
    same(function(x) {
      dim(x) <- NULL
      x
    })
    same(function(x) {
      dim(x) <- c(PATHS, D)
      x
    })
    same(function(x) {
      length(x) <- 5
      x
    })
    same(function(x) {
      dimnames(x) <- list(seq_len(D), NULL)
      x
    })
  }
})

# Each writes in place if R lets it: the fields are referred to from one place only.
test_that("writing into one changes nothing else", {
  whole <- simulate(60)
  expect_others <- function(run, changed, fresh) {
    for (name in setdiff(moments, changed)) expect_identical(run$summaries[[name]], fresh$summaries[[name]])
    if (changed != "state") {
      expect_identical(run$resume$state, fresh$resume$state)
      longer <- sgd_resume(run, steps = 60)
      expect_identical(longer$summaries, whole$summaries)
      expect_identical(longer$theta, whole$theta)
    }
  }
  run <- simulate()
  run$summaries$variance[3] <- -1
  expect_identical(run$summaries$variance[3], -1)
  expect_identical(run$summaries$variance[-3], simulate()$summaries$variance[-3])
  expect_others(run, "variance", simulate())

  run <- simulate()
  run$summaries$mean[] <- 0
  expect_true(all(run$summaries$mean == 0))
  expect_others(run, "mean", simulate())

  run <- simulate()
  run$summaries$mean[2, 1:2] <- c(NaN, Inf)
  run$summaries$mean[[1]] <- 7
  expect_identical(run$summaries$mean[1:2], c(7, NaN))
  expect_others(run, "mean", simulate())

  run <- simulate()
  run$resume$state[] <- 0
  expect_others(run, "state", simulate())

  run <- simulate()
  x <- run$summaries$variance # a second name
  x[1] <- 5
  expect_identical(run$summaries$variance, simulate()$summaries$variance)
  expect_identical(sgd_resume(run, steps = 60)$summaries, whole$summaries)
  y <- x
  y[2] <- 6
  expect_identical(x[2], simulate()$summaries$variance[2])
})

test_that("what goes on does not change what was", {
  part <- simulate()
  kept <- lapply(part$summaries[moments], plain_copy)
  longer <- sgd_resume(part, steps = 60)
  sgd_resume(longer, steps = 90)
  expect_identical(part$summaries[moments], kept)
  expect_identical(longer$summaries, simulate(60)$summaries)
})

test_that("files hold plain vectors", {
  run <- simulate()
  for (x in c(run$summaries[moments], list(run$resume$state))) {
    expect_identical(unserialize(serialize(x, NULL)), x)
    expect_false(is_slice(unserialize(serialize(x, NULL))))
    # no more than the numbers: not the memory that they are a window of
    expect_lt(length(serialize(x, NULL)), 8 * length(x) + 200)
  }
  file <- tempfile(fileext = ".rds")
  on.exit(unlink(file))
  saveRDS(run, file)
  again <- readRDS(file)
  expect_identical(again$summaries, run$summaries)
  expect_identical(sgd_resume(again, steps = 60)$summaries, simulate(60)$summaries)
  expect_identical(sgd_resume(again, steps = 60)$theta, simulate(60)$theta)
})

test_that("windows outlive their run", {
  run <- simulate()
  kept <- lapply(run$summaries[moments], plain_copy)
  mean <- run$summaries$mean
  variance <- run$summaries$variance
  rm(run)
  for (i in 1:3) gc()
  junk <- lapply(1:50, function(i) rep(i, 2 * D * PATHS)) # over what would have been given back
  expect_identical(list(mean = mean, variance = variance), kept)
  rm(mean)
  gc()
  expect_identical(variance, kept$variance)
  variance[1] <- variance[1] + 1
  expect_identical(variance[-1], kept$variance[-1])
})

test_that("folders give windows too", {
  skip_if_not(has_hdf5)
  folder <- tempfile()
  on.exit(unlink(folder, recursive = TRUE))
  run <- simulate(folder = folder, trajectory = FALSE)
  expect_true(is_slice(run$summaries$mean) && is_slice(run$summaries$variance))
  expect_identical(run$summaries, simulate()$summaries)
  expect_null(run$resume$state)
  run$summaries$mean[1] <- 100
  variance <- run$summaries$variance
  rm(run)
  for (i in 1:3) gc()
  expect_identical(variance, simulate()$summaries$variance)
  expect_identical(sgd_resume(folder, steps = 60)$summaries, simulate(60)$summaries)
})

test_that("moments that are not known are plain NaN", {
  run <- sgd_simulate(model, 5, seed = 1, record = 10, coordinates = "modes", summaries = "moments")
  expect_identical(run$summaries$count, 1)
  expect_true(all(is.nan(run$summaries$variance)))
  expect_false(is_slice(run$summaries$variance))
})
