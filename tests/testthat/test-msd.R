direct_msd <- function(x, lag) {
  moved <- x[-seq_len(lag), , , drop = FALSE] - x[seq_len(dim(x)[1] - lag), , , drop = FALSE]
  sum(moved^2) / ((dim(x)[1] - lag) * dim(x)[3])
}

test_that("the time average is the mean over all origins and paths", {
  set.seed(1)
  x <- array(rnorm(400 * 3 * 2), c(400, 3, 2))
  x <- apply(x, 2:3, cumsum)
  lags <- c(1, 2, 10, 100, 399)
  measured <- msd(x, lags)
  expect_equal(measured$msd, vapply(lags, function(lag) direct_msd(x, lag), 0), tolerance = 1e-12)
  expect_equal(measured$n, 2 * (400 - lags))
  expect_s3_class(measured, "msd")
  expect_named(measured, c("lag", "msd", "se", "n", "average", "dim", "n_paths", "frames", "per", "se_method",
                           "vcov", "replicates", "seed", "accuracy", "missing", "empty", "redone", "bound", "backend"))
  expect_null(msd(x, lags, se = FALSE)$se)
})

test_that("vectors and matrices are one path", {
  set.seed(2)
  x <- cumsum(rnorm(200))
  expect_identical(msd(x)$msd, msd(matrix(x))$msd)
  expect_identical(msd(x)$msd, msd(array(x, c(200, 1, 1)))$msd)
  expect_identical(msd(1:50)$msd, msd(as.double(1:50))$msd)
  expect_equal(msd(1:50)$msd, msd(1:50)$lag^2)
})

test_that("single origins average over paths", {
  set.seed(3)
  x <- array(rnorm(50 * 2 * 20), c(50, 2, 20))
  square <- function(from, lag) colSums((x[from + lag, , ] - x[from, , ])^2)
  ensemble <- msd(x, c(1, 5), "ensemble", origin = 10)
  expect_equal(ensemble$msd, c(mean(square(10, 1)), mean(square(10, 5))), tolerance = 1e-13)
  expect_equal(ensemble$se[2], sd(square(10, 5)) / sqrt(20), tolerance = 1e-12)
  expect_equal(msd(x, 5, "from-start")$msd, mean(square(1, 5)), tolerance = 1e-13)
  expect_equal(ensemble$n, c(20, 20))
})

test_that("a simulation gives lags in steps", {
  run <- sgd_simulate(general_model(), 3000, record = 5, seed = 1, start = "stationary")
  measured <- msd(run)
  expect_equal(measured$lag[1], 5)
  expect_equal(measured$msd, msd(run$theta)$msd)
})

# Twenty independent stretches of each path: bars of five standard errors have a false alarm rate below 1e-3
# with the block counts used here; the seed is fixed besides.
test_that("measured and predicted MSD agree within the bars", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    run <- sgd_simulate(model, 40000, seed = 4, start = "stationary")
    lags <- c(1, 3, 10, 30, 100)
    measured <- msd(run, lags)
    expect_lt(max(abs(measured$msd - sgd_msd(model, lags)$msd) / measured$se), 5)
    expect_lt(max(measured$se / measured$msd), 0.1)
  }
})

test_that("threads do not change bits", {
  on.exit(sgd_threads(previous))
  set.seed(5)
  x <- matrix(rnorm(30000), ncol = 3)
  previous <- sgd_threads(1)
  one <- msd(x)
  sgd_threads(2)
  expect_identical(msd(x), one)
})

test_that("bad trajectories are named", {
  expect_failure_of(msd(quote(x)), "bad_argument", "`x`: expected a numeric vector, matrix")
  expect_failure_of(msd(c(1, Inf, 3)), "not_finite", "`x[frame 2, coordinate 1, path 1]` = Inf")
  expect_failure_of(msd(cbind(1:9, NA)), "not_finite", "`x`: coordinate 2 is NaN in every frame")
  expect_failure_of(msd(1:2), "too_short", "`x` has 2 frames: expected at least 3")
  expect_failure_of(msd(1:10, lags = 10), "bad_argument", "`lags[1]` = 10: expected an integer from 1 to 9")
  expect_failure_of(msd(1:10, lags = 1.5), "bad_argument", "`lags[1]` = 1.5")
  expect_failure_of(msd(1:10, lags = c(2, 1)), "bad_argument", "`lags[2]` = 1")
  expect_failure_of(msd(1:10, type = "ensembel"), "bad_argument", "did you mean \"ensemble\"?")
  expect_failure_of(msd(1:10, type = "ensemble", lags = 1), "bad_argument", "")
  expect_failure_of(msd(1:10, lag = 1, typ = "e", foo = 2), "bad_argument", "msd has no argument `foo`")
  run <- sgd_simulate(general_model(), 10, seed = 1)
  run$step[3] <- 7
  expect_failure_of(msd(run), "bad_argument", "expected frames at equal intervals")
})

plot_to_null <- function(x) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  plot(x)
}

pooled_msd <- function(paths, lag) {
  moved <- lapply(paths, function(x) {
    n <- nrow(x) - lag
    if (n < 1) return(NULL)
    rowSums((x[seq_len(n) + lag, , drop = FALSE] - x[seq_len(n), , drop = FALSE])^2)
  })
  mean(unlist(moved), na.rm = TRUE)
}

gappy_paths <- function() {
  set.seed(6)
  paths <- lapply(c(150, 60, 4), function(n) apply(matrix(rnorm(2 * n), n), 2, cumsum))
  paths[[1L]][20:30, ] <- NA
  paths[[1L]][seq(3, 150, 11), 2] <- NaN
  paths
}

test_that("paths of any length with gaps are pooled by their displacements", {
  paths <- gappy_paths()
  for (accuracy in c("default", "full")) {
    all <- msd(paths, 1:140, accuracy = accuracy)
    expect_equal(all$msd, vapply(1:140, function(lag) pooled_msd(paths, lag), 0), tolerance = 1e-10)
    expect_equal(msd(paths, c(1, 30), accuracy = accuracy)$msd, all$msd[c(1, 30)], tolerance = 1e-12)
  }
  expect_equal(all$missing, sum(is.na(rowSums(paths[[1L]]))))
  expect_equal(all$frames, 150)
  every_third <- msd(ifelse(1:30 %% 3 == 0, 1:30, NaN), 1:4)
  expect_identical(is.nan(every_third$msd), c(TRUE, TRUE, FALSE, TRUE))
  expect_identical(every_third$n, c(0, 0, 9, 0))
  expect_output(print(every_third), "3 lags without a displacement: NaN")
  expect_output(print(every_third), "20 frames missing")
})

test_that("curves per coordinate, along directions and with weights", {
  paths <- gappy_paths()
  x <- paths[[2L]]
  colnames(x) <- c("a", "b")
  each <- msd(x, c(1, 5), per = "coordinate")
  expect_identical(dim(each$msd), c(2L, 2L))
  expect_identical(dim(each$vcov), c(2L, 2L, 2L))
  expect_equal(rowSums(each$msd), msd(x, c(1, 5))$msd, tolerance = 1e-13)
  expect_equal(msd(x, c(1, 5), weights = c(0.5, 2))$msd, drop(each$msd %*% c(0.5, 2)), tolerance = 1e-13,
               ignore_attr = TRUE)
  expect_equal(msd(x, c(1, 5), direction = c(0, -7))$msd[, 1], each$msd[, "b"], tolerance = 1e-12)
  expect_equal(msd(x, 1, direction = diag(2))$msd[1, ], each$msd[1, ], tolerance = 1e-12, ignore_attr = TRUE)
  expect_named(as.data.frame(each), c("lag", "coordinate", "msd", "se", "n"))
  expect_identical(unique(as.data.frame(each)$coordinate), c("a", "b"))
  expect_silent(plot_to_null(each))
  ignored <- cbind(x, NaN)
  expect_equal(msd(ignored, 1, weights = c(1, 1, 0))$msd, msd(x, 1)$msd, tolerance = 1e-14)
})

test_that("tables in long format: steps left out are gaps", {
  table <- data.frame(id = rep(c("a", "b"), c(6, 4)), step = c(0, 5, 10, 20, 25, 30, 100, 105, 115, 110))
  table$u <- table$step^2
  table$v <- -table$step
  measured <- msd(table, 1:3)
  expect_identical(measured$lag, c(5, 10, 15))
  expect_identical(measured$n, c(4 + 3, 3 + 2, 2 + 1))
  expect_equal(measured$missing, 1)
  expect_equal(measured$dim, 2)
  expect_identical(msd(table[c("u", "v")], 1)$n, 9)
  expect_identical(msd(table[sample(10), ], 1:3)$msd, measured$msd)
  expect_equal(diffusion_exponent(data.frame(x = cumsum(rnorm(300))), seed = 1)$msd$frames, 300)
})

test_that("each kind of error has its covariance", {
  set.seed(7)
  walk <- apply(matrix(rnorm(800), 400), 2, cumsum)
  for (se in c("blocks", "bootstrap", "gaussian")) {
    measured <- msd(walk, c(1, 5, 20), se = se, n_boot = 50, seed = 3)
    expect_identical(measured$se_method, se)
    expect_equal(unname(sqrt(diag(vcov(measured)))), measured$se, tolerance = 1e-12)
    expect_identical(rownames(vcov(measured)), c("1", "5", "20"))
  }
  expect_identical(dim(msd(walk, c(1, 5), se = "bootstrap", n_boot = 30)$replicates), c(2L, 30L))
  expect_identical(msd(array(walk, c(100, 1, 8)), 1)$se_method, "paths")
  expect_failure_of(vcov(msd(walk, covariance = FALSE)), "bad_argument", "holds no covariance")
  set.seed(1)
  first <- msd(walk, 1, se = "bootstrap")$se
  set.seed(1)
  expect_identical(msd(walk, 1, se = "bootstrap")$se, first)
})

test_that("functions of the MSD have standard errors", {
  set.seed(8)
  measured <- msd(cumsum(rnorm(500)), c(1, 5, 20, 300))
  A <- rbind(c(1, 2, 0, 0), c(0, 0, -3, 0))
  linear <- msd_transform(measured, function(m) drop(A %*% m))
  expect_equal(coef(linear), drop(A %*% measured$msd))
  expect_equal(vcov(linear), A[, 1:3] %*% measured$vcov[1:3, 1:3] %*% t(A[, 1:3]), tolerance = 1e-8)
  expect_true(is.nan(msd_transform(measured, function(m) m[4])$se))
  boot <- msd(cumsum(rnorm(500)), c(1, 5), se = "bootstrap", n_boot = 60, seed = 1)
  same <- msd_transform(boot, function(m) c(a = m[1], b = m[2]))
  expect_equal(unname(vcov(same)), boot$vcov, tolerance = 1e-10)
  expect_identical(same$method, "bootstrap")
  expect_output(print(same), "Function of the mean squared displacement \\(bootstrap\\)")
  expect_failure_of(msd_transform(measured, 1), "bad_argument", "`f`: expected a function")
  expect_failure_of(msd_transform(1, sum), "bad_argument", "`x`: expected the value of msd()")
  expect_failure_of(msd_transform(measured, function(m) stop("no")), "callback", "`f` failed: no")
  expect_failure_of(msd_transform(measured, function(m) "a"), "callback", "`f`: expected numbers")
  each <- msd(matrix(cumsum(rnorm(60)), 30), 1, per = "coordinate")
  expect_failure_of(msd_transform(each, sum), "bad_argument", "`x` has 2 curves: expected one")
})

test_that("files are read whole or in slabs", {
  skip_if_not(.Call(sgdlangevin:::C_has_hdf5))
  file <- temporary_file()
  set.seed(9)
  walk <- apply(matrix(rnorm(64 * 40), 64), 2, cumsum)
  write_trajectory(list(theta = walk, step = 3 * (0:63)), file)
  expected <- msd(walk)
  whole <- msd(file)
  expect_identical(whole$msd, expected$msd)
  expect_identical(whole$lag, 3 * expected$lag)
  for (method in c("fft", "gram")) {
    slabs <- msd(file, memory = 6e4, method = method)
    expect_equal(slabs$msd, expected$msd, tolerance = 1e-11)
    expect_equal(slabs$se, expected$se, tolerance = 1e-9)
    expect_identical(slabs$lag, whole$lag)
    expect_lt(max(slabs$bound), 1e-10)
  }
  expect_failure_of(msd(file, memory = 6e4, per = "coordinate"), "bad_argument",
                    "expected a plain time average")
  expect_failure_of(msd(file, memory = 100), "bad_argument", "`memory` = 100 bytes: expected at least")
  expect_failure_of(msd(file, 64, memory = 6e4), "bad_argument",
                    "`lags[1]` = 64: expected an integer from 1 to 63")
  walk[5, 33] <- NaN
  write_trajectory(list(theta = walk), file)
  expect_failure_of(msd(file, memory = 6e4, method = "fft"), "not_finite",
                    "`x[frame 5, coordinate 33]` is NaN")
  bytes <- readBin(file, "raw", 1e6)
  writeBin(bytes[1:8000], file)
  expect_failure_of(msd(file), "io", "truncated")
  expect_failure_of(msd("/nowhere/at/all.h5"), "io", "cannot be opened")
})

test_that("bad options and paths are named", {
  x <- matrix(cumsum(cos(1:60)), 20)
  expect_failure_of(msd(x, se = 3), "bad_argument", "`se`: expected TRUE, FALSE or one of")
  expect_failure_of(msd(x, se = "block"), "bad_argument", "did you mean \"blocks\"?")
  expect_failure_of(msd(x, se = "paths"), "bad_argument",
                    "`se` = \"paths\": expected at least 2 paths, got 1")
  expect_failure_of(msd(x, type = "from-start", se = "gaussian"), "bad_argument", "`se` = \"gaussian\"")
  expect_failure_of(msd(x, se = "bootstrap", n_boot = 5), "bad_argument",
                    "`n_boot` = 5: expected an integer >= 20")
  expect_failure_of(msd(x, weights = 1:2), "bad_argument",
                    "`weights`: expected a vector of length 3, got length 2")
  expect_failure_of(msd(x, weights = c(-1, 0, 1)), "bad_argument", "`weights[1]` = -1")
  expect_failure_of(msd(x, weights = 1:3, per = "coordinate"), "bad_argument", "expected none except with")
  expect_failure_of(msd(x, direction = 1:2), "bad_argument",
                    "`direction`: expected vectors of 3 numbers, got 2")
  expect_failure_of(msd(x, direction = c(0, 0, 0)), "bad_argument", "`direction` 1 is zero")
  expect_failure_of(msd(x, direction = 1:3, per = "coordinate"), "bad_argument", "`direction`: expected none")
  expect_failure_of(msd(x, covariance = 1), "bad_argument", "`covariance`: expected TRUE or FALSE")
  expect_failure_of(msd(list()), "bad_argument", "`x`: expected a list of paths, got an empty one")
  expect_failure_of(msd(list(x, "a")), "bad_argument", "`x[[2]]`: expected a numeric vector or")
  expect_failure_of(msd(list(x, x[, 1:2])), "bad_argument", "`x[[2]]` has 2 coordinates: expected 3")
  expect_failure_of(diffusion_exponent(list(x, x[1:5, ])), "bad_argument",
                    "expected paths of one length, got from 5 to 20")
  expect_failure_of(msd(data.frame(id = 1:3)), "bad_argument", "columns of coordinates beside")
  expect_failure_of(msd(data.frame(u = letters)), "bad_argument", "`x$u`: expected a numeric column")
  expect_failure_of(msd(data.frame(id = c(1, NA, 1), u = 1:3)), "bad_argument", "`x$id`")
  expect_failure_of(msd(data.frame(step = c(1, 1, 2), u = 1:3)), "bad_argument",
                    "`x$step` = 1 twice in one path")
  expect_failure_of(msd(data.frame(step = c(0, 2, 5), u = 1:3)), "bad_argument",
                    "multiples of the least one, 2, got 3")
  expect_failure_of(msd(data.frame(step = c(0, NA, 5), u = 1:3)), "bad_argument", "`x$step[2]` = NA")
  expect_failure_of(msd(data.frame(step = c(0, 1, 1e9), u = 1:3)), "bad_argument",
                    "expected most steps 1 apart")
  expect_equal(msd(rep(7, 20), 1:3)$msd, c(0, 0, 0))
})

test_that("the summary is a sentence and a table", {
  line <- msd(0:4, lags = 1:2, se = FALSE)
  expect_output(print(summary(line)),
                "From lag 1 to lag 2 the mean squared displacement goes from 1 to 4, on average as\n    lag^2.00.",
                fixed = TRUE)
  expect_output(print(summary(msd(0:4, lags = 2, se = FALSE))), "At lag 2 the mean squared displacement is 4.",
                fixed = TRUE)
  expect_output(print(summary(msd(c(1, NaN, 3, NaN, 7), lags = 1))), "No lag has a displacement.", fixed = TRUE)
  set.seed(31)
  walk <- apply(matrix(rnorm(8 * 300), ncol = 8), 2, cumsum)
  measured <- msd(walk, lags = c(1, 10), per = "coordinate")
  expect_output(print(summary(measured)), "displacement of coordinate 2 goes from")
  expect_output(print(summary(measured)), "... and 2 curves more", fixed = TRUE)
  one <- msd(walk, lags = c(1, 10))
  expect_equal(summary(one)$table$relative_se, one$se / one$msd)
  expect_output(print(summary(one)), sprintf("from %.4g (se %.2g) to %.4g", one$msd[1], one$se[1], one$msd[2]), fixed = TRUE)
  skip_if_not_installed("generics")
  expect_equal(generics::tidy(measured)$estimate, as.vector(measured$msd))
  expect_named(generics::tidy(one), c("lag", "estimate", "std.error", "n"))
  expect_equal(generics::glance(one)[c("frames", "dim", "n_lags", "se_method")],
               data.frame(frames = 300, dim = 8, n_lags = 2, se_method = one$se_method))
})
