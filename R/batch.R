# Which examples make a batch.

#' The examples of a batch
#'
#' The batch that [sgd_simulate()] with `method = "minibatch"` uses at a step, so that a run can be repeated
#' elsewhere, step by step.
#'
#' @param model From [sgd_model()], with a known number of examples; its `sampling`, `drop_last` and batch
#'   size decide.
#' @param step Which step, from 1: the one that leads from state `step - 1` to state `step`.
#' @param seed The seed of the simulation.
#' @param path Which path, from 1.
#' @inheritParams sgd_hyper
#' @return Indices of the examples, from 1, in the order in which the gradient sums them.
#' @section Errors: `bad_argument`; `unsupported` for a model without examples.
#' @section Cost: O(S), or O(N) where sampling is by epochs.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' model <- sgd_model(sgd_regression(X, mtcars$mpg), sgd_hyper(0.02, batch_size = 8), "sgd", "epoch")
#' sgd_batch(model, step = 1, seed = 1)
#' @export
sgd_batch <- function(model, step, seed, path = 1, ...) {
  reject_dots("sgd_batch", ...)
  as_object(model, "model", "sgd_model")
  if (is.null(model$n_examples)) {
    raise_status("unsupported", "`model` has no examples: make it with `n_examples`, or of a problem that has them")
  }
  .Call(C_batch, model, as_count(step, "step", 1), as_count(seed, "seed", 0), as_count(path, "path", 1))
}
