# Other hyperparameters that leave something alone.

#' Hyperparameters that preserve something when others change
#'
#' What should the learning rate be when the batch size doubles? That depends on what is to stay:
#'
#' * `"stationary"`: \eqn{\eta/(S(1-\beta))}{eta/(S (1 - beta))}, on which the stationary covariance of the
#'   parameters depends in the Langevin model (in every mode; off the diagonal only where noise and curvature
#'   commute). The learning rate follows the batch size or the momentum, the batch size follows the learning
#'   rate; with two given the third is solved for.
#' * `"dynamics"`: the law of the whole path as a function of examples seen, \eqn{kS}: the modified loss,
#'   damping and temperature. One of the three is given; with \eqn{r = S'/S} the others follow from
#'   \eqn{(1-\beta')/(1+\beta') = r(1-\beta)/(1+\beta)}{(1 - beta')/(1 + beta') = r (1 - beta)/(1 + beta)}
#'   and \eqn{\eta'/(1+\beta') = r^2\eta/(1+\beta)}{eta'/(1 + beta') = r^2 eta/(1 + beta)}.
#' * `"diffusion"`: \eqn{\eta^2/(S(1-\beta)^2)}{eta^2/(S (1 - beta)^2)}, the growth per step of the mean
#'   squared displacement of flat modes, exact for the recursion.
#'
#' Weight decay stays. Batch sizes are rounded to whole numbers. The rules hold for the Langevin model: with a
#' `model` the changes under the exact recursion, with the model's sampling, are given.
#'
#' @param hyper From [sgd_hyper()].
#' @param batch_size,momentum,lr New values; at least one of them, exactly one for `preserve = "dynamics"`.
#'   With all three nothing is solved for, and the result compares.
#' @param preserve `"stationary"`, `"dynamics"` or `"diffusion"`.
#' @param model Optional: from [sgd_model()], of the same `hyper`.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_equivalent"`: `from`, `to` (of class `"sgd_hyper"`), `preserve`, `steps`
#'   (steps afterwards that do the work of one before), `exact_batch_size` (before rounding), `kept_before`,
#'   `kept_after` (the quantity kept), `error` (`NULL` without a model, else a list of relative changes:
#'   `theta`, `velocity` of the total stationary variances, `diffusion` of the diffusion along flat noisy
#'   directions, `NaN` where there is none).
#' @section Errors: `unsupported`, naming the nearest value that can be given, where the rule needs a batch
#'   of less than one example or a momentum outside (-1, 1); `unstable` where SGD diverges at either end;
#'   `bad_argument`.
#' @section Cost: O(1); with a model O(d).
#' @references arXiv:2107.09133, sections 4, 5 and 7. Smith, Kindermans, Ying, Le (2018). Don't decay the
#'   learning rate, increase the batch size. arXiv:1711.00489.
#' @examples
#' hyper <- sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 128)
#' sgd_equivalent(hyper, batch_size = 256)
#' problem <- sgd_spectrum(10^seq(0, -3, length.out = 50), sigma2 = 1)
#' model <- sgd_model(problem, hyper, dynamics = "sgd")
#' sgd_equivalent(hyper, batch_size = 256, preserve = "dynamics", model = model)
#' @export
sgd_equivalent <- function(hyper, batch_size = NULL, momentum = NULL, lr = NULL, preserve = "stationary",
                           model = NULL, ...) {
  reject_dots("sgd_equivalent", ...)
  as_object(hyper, "hyper", "sgd_hyper")
  given <- Filter(Negate(is.null), list(lr = lr, momentum = momentum, batch_size = batch_size))
  for (name in names(given)) given[[name]] <- as_number(given[[name]], name)
  rules <- c("stationary", "dynamics", "diffusion")
  rule <- option_index(preserve, "preserve", rules)
  found <- .Call(C_equivalent, hyper, given, rule)
  to <- sgd_hyper(found$lr, found$momentum, hyper$weight_decay, found$batch_size)
  error <- if (!is.null(model)) .Call(C_equivalent_error, model_of_hyper(model, hyper), to)
  structure(list(
    from = hyper, to = to, preserve = rules[rule + 1L], steps = found$steps,
    exact_batch_size = found$exact_batch_size, kept_before = found$kept_before, kept_after = found$kept_after,
    error = error
  ), class = "sgd_equivalent")
}

# The model, or an error where it was made with hyperparameters other than those that are changed.
model_of_hyper <- function(model, hyper) {
  as_model(model)
  if (!identical(unclass(model$hyper), unclass(hyper))) {
    stop_argument("`model`: expected one made with `hyper` (%s), got one with %s", format(hyper),
                  format(model$hyper))
  }
  model
}

#' @export
print.sgd_equivalent <- function(x, ...) {
  cat(sprintf("Hyperparameters that preserve %s\n", c(
    stationary = "the stationary covariance", dynamics = "the dynamics per example seen",
    diffusion = "the diffusion rate"
  )[[x$preserve]]))
  cat("  from ", format(x$from), "\n  to   ", format(x$to), "\n", sep = "")
  cat(sprintf("  the work of one step before takes %s\n", format_numbers(x$steps)))
  if (abs(x$kept_after / x$kept_before - 1) > 1e-12) {
    cat(sprintf("  the quantity kept changes by %.2g%%\n", 100 * (x$kept_after / x$kept_before - 1)))
  }
  if (!is.null(x$error)) {
    cat(sprintf("  exact changes: position variance %+.3g%%, velocity variance %+.3g%%",
                100 * x$error$theta, 100 * x$error$velocity))
    diffuses <- is.finite(x$error$diffusion)
    cat(if (diffuses) sprintf(", diffusion of flat modes %+.3g%%\n", 100 * x$error$diffusion) else "\n")
  }
  invisible(x)
}

#' @export
summary.sgd_equivalent <- function(object, ...) object

#' @export
as.data.frame.sgd_equivalent <- function(x, ...) {
  rbind(from = as.data.frame(x$from), to = as.data.frame(x$to))
}
