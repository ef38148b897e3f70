stream_walk <- function(frames = 160, dim = 23, seed = 1) {
  set.seed(seed)
  apply(matrix(rnorm(frames * dim), frames), 2, cumsum) + 1e3 + 0.1 * seq_len(frames)
}

test_that("a stream of coordinates gives the MSD of all of them", {
  walk <- stream_walk()
  expected <- msd(walk)
  for (method in c("auto", "fft", "gram")) {
    stream <- msd_stream(160, method = method)
    for (columns in list(1:9, 10, 11:23)) stream <- update(stream, walk[, columns])
    measured <- msd(stream)
    expect_s3_class(measured, "msd")
    expect_equal(measured$msd, expected$msd, tolerance = 1e-10)
    expect_equal(measured$se, expected$se, tolerance = 1e-8)
    expect_identical(measured$n, expected$n)
    expect_equal(measured$dim, 23)
    expect_equal(unname(vcov(measured)), expected$vcov, tolerance = 1e-7)
    expect_identical(is.null(measured$bound), method == "fft")
  }
  expect_null(msd(stream, se = FALSE)$se)
  expect_output(print(stream), "by the Gram matrix of frames: 160 of 160 frames, 23 coordinates, 1 path")
})

test_that("a stream of frames gives the MSD of all of them", {
  walk <- stream_walk()
  stream <- msd_stream(160, by = "frames", record = 3)
  for (rows in list(1:100, 101, 102:160)) stream <- update(stream, walk[rows, , drop = FALSE])
  measured <- msd(stream)
  expected <- msd(walk)
  expect_equal(measured$msd, expected$msd, tolerance = 1e-12)
  expect_equal(measured$se, expected$se, tolerance = 1e-9)
  expect_identical(measured$lag, 3 * expected$lag)
  expect_equal(nrow(stream$before), max(stream$lags))
  one <- msd_stream(3, 1, by = "frames")
  for (k in 1:3) one <- update(one, c(k, 2 * k))
  expect_equal(msd(one)$msd, 5)
})

test_that("streams merge over coordinates and paths", {
  walk <- stream_walk(64, 6)
  fill <- function(x, ...) update(msd_stream(64, ...), x)
  expected <- msd(walk)$msd
  for (methods in list(c("gram", "gram"), c("fft", "fft"), c("gram", "fft"))) {
    both <- merge(fill(walk[, 1:2], method = methods[1]), fill(walk[, 3:6], method = methods[2]))
    expect_equal(msd(both)$msd, expected, tolerance = 1e-11)
    expect_equal(msd(both)$dim, 6)
  }
  expect_equal(msd(merge(msd_stream(64), fill(walk)))$msd, expected, tolerance = 1e-11)
  by_frames <- merge(fill(walk[, 1:2], by = "frames"), fill(walk[, 3:6], by = "frames"))
  expect_equal(msd(by_frames)$msd, expected, tolerance = 1e-12)
  paths <- lapply(1:9, function(seed) stream_walk(64, 6, seed))
  all <- Reduce(function(x, y) merge(x, y, over = "paths"), lapply(paths, fill))
  measured <- msd(all)
  pooled <- msd(paths)
  expect_equal(measured$msd, pooled$msd, tolerance = 1e-11)
  expect_equal(measured$se, pooled$se, tolerance = 1e-9)
  expect_identical(measured$se_method, "paths")
  expect_failure_of(update(all, walk), "bad_argument", "`object` holds 9 paths: expected a stream of one")
  expect_failure_of(merge(all, fill(walk)), "bad_argument", "`y` holds 1 path: expected 9")
})

test_that("bad streams and data are named", {
  expect_failure_of(msd_stream(2), "too_short", "`frames` = 2: expected at least 3")
  expect_failure_of(msd_stream(2.5), "bad_argument", "`frames` = 2.5")
  expect_failure_of(msd_stream(160, c(1, 160)), "bad_argument",
                    "`lags[2]` = 160: expected an integer from 1 to 159")
  expect_failure_of(msd_stream(160, c(2, 1)), "bad_argument", "strictly increasing")
  expect_failure_of(msd_stream(160, method = "gram", memory = 1000), "bad_argument",
                    "`memory` = 1000 bytes: expected at least 409600 for the Gram matrix of 160 frames")
  expect_failure_of(msd_stream(160, record = 0), "bad_argument", "`record` = 0")
  expect_failure_of(msd_stream(160, by = "frames", method = "gram"), "bad_argument",
                    "expected none by frames")
  expect_failure_of(msd_stream(160, by = "frame"), "bad_argument", "did you mean \"frames\"?")
  stream <- msd_stream(9)
  expect_failure_of(msd(stream), "bad_argument", "the stream holds 0 of 9 frames")
  expect_failure_of(msd(stream, 1), "bad_argument", "`lags`: expected none")
  expect_failure_of(msd(stream, se = "gaussian"), "bad_argument", "`se`: expected \"blocks\" or \"paths\"")
  expect_failure_of(update(stream, matrix(1, 4, 2)), "bad_argument", "`data` has 4 frames: expected all 9")
  expect_failure_of(update(stream, "a"), "bad_argument", "`data`: expected a numeric matrix")
  expect_failure_of(update(stream, matrix(0, 0, 3)), "bad_argument", "`data`: expected some numbers")
  expect_failure_of(update(stream, c(NA, 2:9)), "not_finite", "coordinate 1 has a NaN")
  expect_failure_of(update(msd_stream(9, method = "fft"), c(NA, 2:9)), "not_finite",
                    "`x[frame 1, coordinate 1]` = NaN")
  frames <- update(msd_stream(9, by = "frames"), matrix(1, 4, 3))
  expect_failure_of(update(frames, matrix(1, 4, 2)), "bad_argument",
                    "`data` has 2 coordinates: expected 3 as before")
  expect_failure_of(update(frames, matrix(1, 6, 3)), "bad_argument", "`x` has 6 frames after 4")
  expect_failure_of(update(msd_stream(9, by = "frames", memory = 3000), matrix(1, 1, 100)), "bad_argument",
                    "expected at least 3200 to keep 4 frames of 100 coordinates")
  expect_failure_of(merge(stream, 1), "bad_argument", "`y`: expected the value of msd_stream()")
  expect_failure_of(merge(stream, msd_stream(10)), "bad_argument", "`y`: expected the `frames` of `x`")
  expect_failure_of(merge(stream, stream, over = "path"), "bad_argument", "did you mean \"paths\"?")
  expect_failure_of(merge(stream, stream, over = "paths"), "bad_argument", "the stream holds 0 of 9 frames")
})
