# Failures and warnings as classed conditions that carry the user's call.

#' Errors and warnings of sgdlangevin
#'
#' Every error has the classes `sgdlangevin_<word>`, `sgdlangevin_error`, `error` and `condition`, so that
#' [tryCatch()] can pick one kind. The message names the argument, its value and what was expected.
#'
#' | word | meaning |
#' |---|---|
#' | `bad_argument` | out of range, wrong shape, misspelt option or argument (the nearest is named) |
#' | `not_finite` | `NA`, `NaN` or infinite where a finite number is needed |
#' | `not_symmetric` | `H` or `Sigma` is not symmetric |
#' | `not_psd` | a covariance with a negative eigenvalue |
#' | `unstable` | learning rate at or past the stability limit; a diverging simulation |
#' | `saddle` | negative curvature: no stationary state |
#' | `flat` | flat directions: no stationary position, or no minimiser |
#' | `no_residual` | regression with no more examples than parameters |
#' | `too_short` | trajectory or window too short for an honest answer |
#' | `unsupported` | a combination that the theory does not define |
#' | `no_device` | the requested device is not there |
#' | `no_convergence` | LAPACK did not converge |
#' | `too_large`, `no_memory` | past what BLAS or memory can address |
#' | `callback` | a function given by the user failed, or gave something unusable |
#' | `io` | a file that is missing, truncated or not what it claims to be |
#'
#' Warnings have the classes `sgdlangevin_warning_<word>`, `sgdlangevin_warning`, `warning` and `condition`:
#' `no_residual`, `unstable`, `flat`, `paper_form`, `epoch_ripple`, `few_displacements` and `interrupted`.
#'
#' Ctrl-C during a computation signals a condition of class `sgdlangevin_interrupted` and `interrupt`. From
#' [sgd_simulate()] it carries the steps done so far as `result` (from [sgd_density()] the probes); if no handler
#' takes it, they are returned with a warning; [sgd_resume()] goes on from there. A simulation that diverges, or whose objective fails,
#' raises an error whose condition carries them as `result`.
#'
#' @name sgdlangevin-conditions
#' @aliases sgdlangevin_error sgdlangevin_warning
#' @examples
#' tryCatch(sgd_hyper(lr = -0.1), sgdlangevin_bad_argument = conditionMessage)
#' tryCatch(sgd_hyper(lr = 0.1, momentun = 0.9), sgdlangevin_error = conditionMessage)
NULL

# The call that entered the package and led to frame number `frame`: callers are followed while they
# belong to the package, so that a call inside an argument is named itself.
user_call <- function(frame) {
  namespace <- topenv()
  parents <- sys.parents()
  repeat {
    parent <- parents[frame]
    if (parent < 1L || parent >= frame) break
    if (!identical(topenv(environment(sys.function(parent))), namespace)) break
    frame <- parent
  }
  sys.call(frame)
}

# C calls it with a status word and the core's message; R code with its own.
raise_status <- function(word, message, frame = sys.nframe() - 1L, ...) {
  if (word == "interrupted") {
    signal_interrupt("interrupted", frame = frame)
    invokeRestart("abort")
  }
  stop(structure(
    class = c(paste0("sgdlangevin_", word), "sgdlangevin_error", "error", "condition"),
    list(message = message, call = user_call(frame), ...)
  ))
}

stop_argument <- function(format, ...) {
  raise_status("bad_argument", sprintf(format, ...), sys.nframe() - 1L)
}

warn_status <- function(word, format, ...) {
  warning(structure(
    class = c(paste0("sgdlangevin_warning_", word), "sgdlangevin_warning", "warning", "condition"),
    list(message = sprintf(format, ...), call = user_call(sys.nframe() - 1L))
  ))
}

# Offers the interrupt, with what is done so far, to handlers; returns if none takes it.
signal_interrupt <- function(message, result = NULL, frame = sys.nframe() - 1L) {
  signalCondition(structure(
    class = c("sgdlangevin_interrupted", "interrupt", "condition"),
    list(message = message, call = user_call(frame), result = result)
  ))
}
