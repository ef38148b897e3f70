# Small models and error measures that the tests share.

relative_error <- function(x, reference) sqrt(sum((x - reference)^2)) / sqrt(sum(reference^2))

# cov(theta, v) as one 2d x 2d matrix.
joint <- function(theta, cross, velocity) rbind(cbind(theta, cross), cbind(t(cross), velocity))

general_problem <- function() {
  sgd_quadratic(H = matrix(c(2, 0.3, 0.3, 0.5), 2), b = c(1, -0.5), Sigma = matrix(c(1, 0.4, 0.4, 2), 2))
}

general_model <- function(dynamics = "langevin", ...) {
  sgd_model(general_problem(), sgd_hyper(0.05, 0.9, 0.01, 32), dynamics = dynamics, ...)
}

car_problem <- function(...) {
  X <- cbind(intercept = 1, as.matrix(scale(mtcars[, c("wt", "hp")])))
  sgd_regression(X, mtcars$mpg, ...)
}

# An error of the given kind, raised with the user's own call.
expect_failure_of <- function(object, word, message) {
  condition <- expect_error(object, regexp = message, fixed = TRUE, class = paste0("sgdlangevin_", word))
  expect_s3_class(condition, "sgdlangevin_error")
  called <- as.character(conditionCall(condition)[[1]])
  method <- getS3method(sub("[.].*", "", called), sub("[^.]*[.]", "", called), optional = TRUE)
  # a method of a generic of an optional package is not found unless that is attached
  optional <- grepl("^(autoplot|tidy|glance)[.]", called) && exists(called, asNamespace("sgdlangevin"))
  expect_true(called %in% getNamespaceExports("sgdlangevin") || !is.null(method) || optional)
}

expect_warning_of <- function(object, word, message) {
  expect_warning(object, regexp = message, fixed = TRUE, class = paste0("sgdlangevin_warning_", word))
}

# The name of a file that goes when the calling test ends.
temporary_file <- function(frame = parent.frame()) {
  file <- tempfile(fileext = ".h5")
  do.call(on.exit, list(bquote(unlink(.(file))), add = TRUE), envir = frame)
  file
}
