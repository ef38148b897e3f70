# The session: devices and threads.

#' Devices that computations can run on
#'
#' The CUDA backend is a plug-in, `sgdlangevin_cuda.so`: made with the package where the CUDA compiler is found, or
#' by `make cuda-backend`. It is looked for where `options(sgdlangevin.cuda = )` says, else where the environment
#' variable `SGDLANGEVIN_CUDA` does, else in the package. It takes the first device that `CUDA_VISIBLE_DEVICES`
#' shows.
#'
#' With `device = "auto"` (the default of [sgd_model()], [sgd_simulate()] and [msd()]) it is used where it is there
#' and the work is worth the way to the device: a model of at least 1,000 parameters, a simulation of at least
#' 100,000 parameters times paths, an MSD of at least \eqn{10^7} numbers; where it is not there, the CPU is, and the
#' results' field `backend` says so. With `"cuda"` its absence is the error `no_device`, which says why. A model too
#' large for the device's memory is the error `too_large`, which names the size that fits; this, and a device that
#' fails on the way, is an error under `"auto"` too, and the session goes on: a device that was lost is not there any
#' more. Everything is in double precision. Answers agree to rounding (\eqn{10^{-10}} relative in the tests); random
#' numbers are the same.
#'
#' @inheritParams sgd_hyper
#' @return A data frame: `backend`, `device` (what it runs on), `available`, `detail` (why not, where it is
#'   not).
#' @examples
#' sgd_devices()
#' @export
sgd_devices <- function(...) {
  reject_dots("sgd_devices", ...)
  found <- .Call(C_devices, getOption("sgdlangevin.cuda"), backend_folder())
  data.frame(backend = c("cpu", "cuda"), device = found[1:2], available = c(TRUE, nzchar(found[2L])),
             detail = c("", found[3L]))
}

# Where the package keeps its plug-ins.
backend_folder <- function() system.file("backends", package = "sgdlangevin")

# `expr` with the core on the device asked for; under "auto" only where the work is `worth` it.
with_device <- function(device, worth, expr) {
  if (device == "cpu" || (device == "auto" && !worth)) return(expr)
  .Call(C_use_device, device, getOption("sgdlangevin.cuda"), backend_folder())
  on.exit(.Call(C_use_device, "cpu", NULL, NULL))
  expr
}

# The backend that `with_device()` would use.
backend_for <- function(device, worth) {
  if (device == "cpu" || (device == "auto" && !worth)) return("cpu")
  on.exit(.Call(C_use_device, "cpu", NULL, NULL))
  .Call(C_use_device, device, getOption("sgdlangevin.cuda"), backend_folder())
}

as_device <- function(device) match_option(device, "device", c("auto", "cpu", "cuda"))

# Theory of a model on the model's device.
on_device_of <- function(model, expr) with_device(if (identical(model$backend, "cuda")) "cuda" else "cpu", TRUE, expr)

#' Number of threads
#'
#' Threads that the package's own parallel regions use. The number does not change any result: simulations and
#' estimates give the same bits. (The BLAS has its own setting, and its number of threads may change last
#' digits.)
#'
#' @param n Threads from now on; 0 is all that the machine offers; `NULL` changes nothing.
#' @inheritParams sgd_hyper
#' @return The number before, invisibly when it is set. A session starts with the environment variable
#'   `SGDLANGEVIN_THREADS`, or 0.
#' @examples
#' previous <- sgd_threads(1)
#' sgd_threads(previous)
#' @export
sgd_threads <- function(n = NULL, ...) {
  reject_dots("sgd_threads", ...)
  if (is.null(n)) return(.Call(C_threads, NULL))
  n <- as_count(n, "n", 0)
  if (n > 4096) stop_argument("`n` = %.0f: expected at most 4096 threads", n)
  invisible(.Call(C_threads, n))
}
