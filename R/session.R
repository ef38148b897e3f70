# The session: devices and threads.

#' Devices that computations can run on
#'
#' @inheritParams sgd_hyper
#' @return A data frame: `backend`, `device` (what it runs on), `available`, `detail` (why not, where it is
#'   not).
#' @examples
#' sgd_devices()
#' @export
sgd_devices <- function(...) {
  reject_dots("sgd_devices", ...)
  cpu <- .Call(C_devices)
  data.frame(
    backend = c(cpu$backend, "cuda"), device = c(cpu$device, ""), available = c(TRUE, FALSE),
    detail = c("", "this build has no CUDA backend")
  )
}

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
