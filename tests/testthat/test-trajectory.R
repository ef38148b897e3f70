has_hdf5 <- .Call(sgdlangevin:::C_has_hdf5)

test_that("without HDF5 it is said how to get it", {
  skip_if(has_hdf5)
  expect_error(read_trajectory(tempfile()), "libhdf5", class = "sgdlangevin_unsupported")
})

test_that("a run survives the file", {
  skip_if_not(has_hdf5)
  file <- temporary_file()
  run <- sgd_simulate(general_model(), 20, nsim = 3, record = 2, seed = 1)
  expect_identical(write_trajectory(run, file), file)
  back <- read_trajectory(file)
  expect_s3_class(back, "sgd_trajectory")
  expect_named(back, c("step", "theta", "velocity", "hyper", "run", "info"))
  same <- c("step", "theta", "velocity", "hyper")
  expect_identical(unclass(back)[same], unclass(run)[same])
  expect_identical(back$info, list(frames = 11, dim = 2, n_paths = 3, has_velocity = TRUE))
  slab <- read_trajectory(file, frames = c(3, 5))
  expect_identical(slab$theta, run$theta[3:5, , ])
  expect_identical(slab$step, run$step[3:5])
  expect_identical(read_trajectory(file, dataset = "velocity")$theta, run$velocity)
  expect_identical(msd(back)$lag, msd(run)$lag)
})

test_that("a plain list will do, and other programs read the file", {
  skip_if_not(has_hdf5)
  file <- temporary_file()
  theta <- matrix(rnorm(20), 10)
  write_trajectory(list(theta = theta), file)
  back <- read_trajectory(file)
  expect_identical(back$theta[, , 1], theta)
  expect_identical(back$step, as.double(0:9))
  expect_null(back$velocity)
  expect_null(back$hyper)
  skip_if_not_installed("hdf5r")
  h5 <- hdf5r::H5File$new(file, "r")
  on.exit(h5$close_all())
  expect_equal(t(drop(h5[["theta"]]$read())), theta)
})

test_that("files that are not trajectories are refused", {
  skip_if_not(has_hdf5)
  expect_failure_of(read_trajectory("/nowhere/at/all.h5"), "io", "cannot be opened")
  file <- temporary_file()
  writeLines("not HDF5", file)
  expect_failure_of(read_trajectory(file), "io", "expected an HDF5 file")
  run <- list(theta = matrix(rnorm(2000), 1000))
  write_trajectory(run, file)
  bytes <- readBin(file, "raw", file.size(file))
  writeBin(bytes[seq_len(length(bytes) %/% 2)], file)
  expect_error(read_trajectory(file), class = "sgdlangevin_io")
})

test_that("bad arguments are named", {
  skip_if_not(has_hdf5)
  file <- temporary_file()
  write_trajectory(list(theta = matrix(0, 5, 2)), file)
  expect_failure_of(read_trajectory(file, frames = c(4, 2)), "bad_argument",
                    "`frames` = 4, 2: expected c(first, last) within 1 to 5")
  expect_failure_of(read_trajectory(file, frames = c(1, 6)), "bad_argument", "`frames` = 1, 6")
  expect_failure_of(read_trajectory(file, "nothing"), "io", "expected a dataset \"nothing\"")
  expect_failure_of(read_trajectory(1), "bad_argument", "`file`: expected one character string, got a number")
  expect_failure_of(write_trajectory(1, file), "bad_argument",
                    "`x`: expected a trajectory or a list with `theta`")
  expect_failure_of(write_trajectory(list(theta = 1:3), file), "bad_argument",
                    "`theta`: expected a frames x d matrix")
  expect_failure_of(write_trajectory(list(theta = diag(2), velocity = diag(3)), file), "bad_argument",
                    "`velocity`: expected the shape of `theta`, 2 x 2 x 1, got 3 x 3 x 1")
  expect_failure_of(write_trajectory(list(theta = diag(2)), "/nowhere/at/all.h5"), "io",
                    "`file` = \"/nowhere/at/all.h5\"")
})
