# Objectives: losses known by their gradients, and their values at a point.

#' A loss known by its gradient
#'
#' An objective is a loss \eqn{L(\theta) = (1/N)\sum_i l_i(\theta)}{L(theta) = (1/N) sum_i l_i(theta)} of any
#' shape, given by functions. [sgd_simulate()] runs SGD with real batches on it, or the underdamped Langevin
#' equation; [sgd_quadratic_at()] is its quadratic model at a point, which the theory takes. Weight decay is
#' not part of the loss: [sgd_hyper()] has it.
#'
#' [sgd_logistic()], [sgd_softmax()] and [sgd_tanh_network()] are objectives with built-in gradients.
#'
#' @param gradient `function(theta, batch)`: the mean gradient (d numbers) over the examples `batch` (indices
#'   from 1); without `n_examples`, `function(theta)`: the gradient. Or a compiled function, by
#'   [sgd_native()].
#' @param dim Number of parameters d.
#' @param n_examples Number of examples N; `NULL`: the loss is not a mean over examples, and there are no
#'   batches.
#' @param hvp `function(theta, V)`: the Hessian (of the mean loss) times the columns of the d x n matrix `V`,
#'   as d x n numbers. [sgd_quadratic_at()] needs it.
#' @param loss `function(theta)`: the mean loss, one number.
#' @param covariance `function(theta)`: the covariance of the gradient of one example, d x d.
#' @param Sigma The same as a constant matrix, for noise that does not depend on \eqn{\theta}.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_objective"` and `"sgd_problem"`: `dim`, `n_examples`, `kind` (`"callback"` or
#'   `"native"`), `gradient`, `hvp`, `loss`, `covariance`, `Sigma` (`NULL` where not given).
#' @section Errors: `bad_argument`, `not_finite`, `not_symmetric`, `not_psd`, `io` (a library without the
#'   function). A function that fails or gives something else than finite numbers of the right length stops a
#'   simulation by the error `callback` or `not_finite`, which names the step and carries the steps before as
#'   `result`.
#' @section Cost: each step of a simulation calls `gradient` once a path, in one thread.
#' @references Kunin et al. (2023). arXiv:2107.09133, section 2 (SGD with batches).
#' @examples
#' # a double well in two dimensions, with noise of one example of unit variance
#' well <- sgd_objective(function(theta) c(theta[1]^3 - theta[1], theta[2]), dim = 2, Sigma = diag(2),
#'                       hvp = function(theta, V) c(3 * theta[1]^2 - 1, 1) * V)
#' model <- sgd_model(well, sgd_hyper(lr = 0.05, momentum = 0.9), dynamics = "langevin")
#' plot(sgd_simulate(model, steps = 500, theta0 = c(1, 0), seed = 1))
#' sgd_oscillations(sgd_model(sgd_quadratic_at(well, c(1, 0)), model$hyper))
#' @export
sgd_objective <- function(gradient, dim, n_examples = NULL, hvp = NULL, loss = NULL, covariance = NULL,
                          Sigma = NULL, ...) {
  reject_dots("sgd_objective", ...)
  native <- inherits(gradient, "sgd_native")
  if (!native && !is.function(gradient)) {
    stop_argument("`gradient`: expected a function or the value of sgd_native(), got %s", describe(gradient))
  }
  if (native) gradient[c("file", "symbol")] <- list(as_text(gradient$file, "file"), as_text(gradient$symbol, "symbol"))
  dim <- as_count(dim, "dim", 1)
  if (!is.null(n_examples)) n_examples <- as_count(n_examples, "n_examples", 1)
  if (!is.null(Sigma)) {
    Sigma <- as_square_matrix(Sigma, "Sigma", dim)
    .Call(C_quadratic_check, diag(dim), NULL, Sigma, NULL)
  }
  objective <- new_problem(
    "sgd_objective", dim = dim, n_examples = n_examples, kind = if (native) "native" else "callback",
    gradient = gradient, hvp = as_function(hvp, "hvp"), loss = as_function(loss, "loss"),
    covariance = as_function(covariance, "covariance"), Sigma = Sigma
  )
  if (native) .Call(C_objective_open, objective)
  objective
}

as_function <- function(x, name) {
  if (!is.null(x) && !is.function(x)) stop_argument("`%s`: expected a function, got %s", name, describe(x))
  x
}

#' A gradient compiled in C
#'
#' Names a function of a shared library that [sgd_objective()] takes as its gradient. In C it is
#' ```
#' int f(ptrdiff_t dim, const double *theta, ptrdiff_t size, const uint32_t *batch, double *gradient);
#' ```
#' which writes the mean gradient over the `size` examples of `batch` (indices from 0; `NULL`: all of them)
#' and returns 0, or anything else if it fails. It is called from one thread at a time.
#'
#' @param file Name of the shared library, as `R CMD SHLIB` makes it.
#' @param symbol Name of the function.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_native"`: `file` (its full path), `symbol`. The library is opened where it is
#'   used.
#' @section Errors: `bad_argument`; from [sgd_objective()] `io` if there is no such library or it cannot be
#'   opened, `bad_argument` if it has no such function.
#' @examples
#' sgd_native("gradient.so", "double_well")
#' @export
sgd_native <- function(file, symbol, ...) {
  reject_dots("sgd_native", ...)
  file <- path.expand(as_text(file, "file"))
  structure(list(file = if (file.exists(file)) normalizePath(file) else file, symbol = as_text(symbol, "symbol")),
            class = "sgd_native")
}

#' Values of an objective
#'
#' The gradient of a batch, the loss, products with the Hessian, and the covariance of the gradient noise, at
#' a point, without weight decay.
#'
#' @param objective From [sgd_objective()], [sgd_logistic()], [sgd_softmax()], [sgd_tanh_network()] or
#'   [sgd_regression()]; for `sgd_hessian_product()` also from [sgd_operator()].
#' @param theta Where: d numbers.
#' @param batch Indices of examples, from 1; `NULL` is all of them.
#' @param V d numbers, or a d x n matrix of columns to multiply. For an operator it is the second argument,
#'   `sgd_hessian_product(operator, V)`.
#' @inheritParams sgd_hyper
#' @return `sgd_gradient()`: the mean gradient over the batch, d numbers. `sgd_loss()`: the mean loss over all
#'   examples. `sgd_hessian_product()`: the Hessian of the mean loss times `V`, in the shape of `V`.
#'   `sgd_gradient_covariance()`: the covariance of the gradient of one example, d x d: that given with the
#'   objective (`covariance` or `Sigma`), or that of the gradients of all examples.
#' @section Errors: `bad_argument`, `not_finite`, `callback`; `unsupported` where an objective was given
#'   without the function that is needed.
#' @section Cost: gradient of S examples \eqn{4Sd} flops or so, Hessian products \eqn{8Nd} a column,
#'   covariance \eqn{Nd^2}. A regression is copied at each call.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' objective <- sgd_logistic(X, mtcars$am)
#' sgd_gradient(objective, c(0, 0, 0), batch = 1:8)
#' sgd_loss(objective, c(0, 0, 0))
#' sgd_hessian_product(objective, c(0, 0, 0), diag(3))
#' @export
sgd_gradient <- function(objective, theta, batch = NULL, ...) {
  reject_dots("sgd_gradient", ...)
  theta <- as_point(objective, theta)
  if (!is.null(batch)) batch <- as_batch(batch, objective$n_examples)
  name_parameters(.Call(C_objective_gradient, objective, theta, batch), parameter_names(objective))
}

#' @rdname sgd_gradient
#' @export
sgd_loss <- function(objective, theta, ...) {
  reject_dots("sgd_loss", ...)
  theta <- as_point(objective, theta)
  require_function(objective, "loss")
  .Call(C_objective_loss, objective, theta)
}

#' @rdname sgd_gradient
#' @export
sgd_hessian_product <- function(objective, theta, V, ...) {
  reject_dots("sgd_hessian_product", ...)
  if (inherits(objective, "sgd_operator")) {
    if (!missing(theta) && !missing(V)) {
      stop_argument("`theta`: expected none, the products of an operator are at a point of its own")
    }
    return(operator_product(objective, if (missing(V)) theta else V))
  }
  theta <- as_point(objective, theta)
  require_function(objective, "hvp")
  columns <- as_columns(V, objective$dim)
  products <- .Call(C_objective_hessian_product, objective, theta, columns)
  if (is.null(dim(V))) as.vector(products) else products
}

# d numbers, or columns of d.
as_columns <- function(V, d) {
  columns <- if (is.null(dim(V))) matrix(as_numeric_vector(V, "V", d)) else as_numeric_matrix(V, "V")
  if (nrow(columns) != d || ncol(columns) == 0L) {
    stop_argument("`V`: expected columns of %.0f numbers, got a %d x %d matrix", d, nrow(columns), ncol(columns))
  }
  require_finite(columns, "V")
  columns
}

#' @rdname sgd_gradient
#' @export
sgd_gradient_covariance <- function(objective, theta, ...) {
  reject_dots("sgd_gradient_covariance", ...)
  theta <- as_point(objective, theta)
  Sigma <- if (!is.null(objective$Sigma)) {
    objective$Sigma
  } else if (is.function(objective$covariance) || has_data(objective)) {
    .Call(C_objective_covariance, objective, theta)
  } else {
    covariance_of_examples(objective, theta)
  }
  name_parameters(Sigma, parameter_names(objective))
}

# One gradient an example, where only those are known.
covariance_of_examples <- function(objective, theta) {
  if (is.null(objective$n_examples)) {
    raise_status("unsupported", paste("`objective` has no gradient noise: make it with `covariance`, `Sigma` or",
                                      "`n_examples`"))
  }
  gradients <- vapply(seq_len(objective$n_examples), function(i) {
    .Call(C_objective_gradient, objective, theta, as.double(i))
  }, numeric(objective$dim))
  centred <- matrix(gradients, objective$dim) - rowMeans(matrix(gradients, objective$dim))
  tcrossprod(centred) / objective$n_examples
}

# The core's own losses of data, which have every derivative. ($ would match `gradient_noise`.)
has_data <- function(objective) is.null(objective[["gradient"]])

require_function <- function(objective, name) {
  if (has_data(objective) || is.function(objective[[name]])) return(invisible())
  raise_status("unsupported", sprintf("`objective` has no `%s`: make it with sgd_objective(..., %s = )", name, name))
}

as_point <- function(objective, theta) {
  as_objective(objective)
  theta <- as_numeric_vector(theta, "theta", objective$dim)
  require_finite(theta, "theta")
  theta
}

as_objective <- function(objective) {
  if (inherits(objective, c("sgd_objective", "sgd_regression"))) return(invisible())
  stop_argument("`objective`: expected the value of sgd_objective(), sgd_logistic(), ... or sgd_regression(), got %s",
                describe(objective))
}

as_batch <- function(batch, n_examples) {
  if (is.null(n_examples)) stop_argument("`batch`: expected NULL, the objective has no examples")
  batch <- as_numeric_vector(batch, "batch")
  wrong <- which(is.na(batch) | batch != floor(batch) | batch < 1 | batch > n_examples)
  if (length(wrong)) {
    stop_argument("`batch[%d]` = %.15g: expected an example, from 1 to %.0f", wrong[1L], batch[wrong[1L]],
                  n_examples)
  }
  batch
}

#' @export
format.sgd_objective <- function(x, ...) {
  loss <- c(callback = "objective by a function of R", native = "objective by a compiled function",
            logistic = "logistic regression", softmax = "softmax regression",
            tanh_network = "tanh network")[[x$kind]]
  hidden <- if (is.null(x$hidden)) "" else sprintf(" of %s", plural(x$hidden, "hidden unit"))
  classes <- if (is.null(x$n_classes) || x$n_classes <= 2) "" else sprintf(", %.0f classes", x$n_classes)
  examples <- if (is.null(x$n_examples)) "" else sprintf(", %s", plural(x$n_examples, "example"))
  paste0(loss, hidden, classes, examples, ", ", plural(x$dim, "parameter"))
}

# An objective has no modes: what works on them names the way to the theory.
refuse_objective <- function(model) {
  if (!inherits(model$problem, "sgd_objective")) return(invisible())
  raise_status("unsupported", paste(
    "`model` is of an objective, which has no modes: the theory needs its quadratic model,",
    "sgd_model(sgd_quadratic_at(objective, theta), hyper)"
  ))
}
