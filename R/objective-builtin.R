# Objectives with built-in gradients: logistic and softmax regression, a tanh network with one hidden layer.

#' Logistic regression, softmax regression, a tanh network
#'
#' Objectives with analytic gradients, Hessian products and gradient covariances:
#'
#' * `sgd_logistic()`: \eqn{l = \log(1+e^{x'\theta}) - y\,x'\theta}{l = log(1 + exp(x'theta)) - y x'theta},
#'   \eqn{y} 0 or 1; d = p parameters;
#' * `sgd_softmax()`: \eqn{l = -\log softmax(x'W)_y}{l = -log softmax(x'W)_y}; \eqn{\theta} holds the columns
#'   of \eqn{W}, p x c for c classes;
#' * `sgd_tanh_network()`: \eqn{f = \tanh(x'A + a)B + b}{f = tanh(x'A + a) B + b} with \eqn{l = (f-y)^2/2} for
#'   numbers \eqn{y}, and \eqn{l = -\log softmax(f)_y} for classes; \eqn{\theta} holds A (p x hidden), a,
#'   B (hidden x outputs), b, each by columns. A loss that is not convex: start away from zero, which is a
#'   saddle.
#'
#' Weight decay is not part of the loss: [sgd_hyper()] has it.
#'
#' @param X Numeric N x p matrix, one example a row; or a sparse `dgCMatrix` of the package Matrix.
#'   `sgd_logistic()` and `sgd_softmax()` add no intercept: include a column of ones. (The network has its
#'   own.)
#' @param y N responses. Logistic: 0 and 1, `FALSE` and `TRUE`, or a factor with two levels (the second is 1).
#'   Softmax: a factor, or labels 1, ..., c. Network: numbers, or a factor.
#' @param hidden Number of hidden units.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_objective"` and `"sgd_problem"`: `dim`, `n_examples`, `kind` (`"logistic"`,
#'   `"softmax"`, `"tanh_network"`), `X`, `y` (numbers, or classes counted from 0), `n_classes` (`NULL` for
#'   numbers), `levels` (of a factor, else `NULL`), `hidden` (networks). The attribute `"handle"` is the
#'   core's own copy of the data.
#' @section Errors: `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: one copy of the data. A gradient of S examples: \eqn{4Sd} flops or so, sparse 4 for each
#'   nonzero and class.
#' @references Kunin et al. (2023). arXiv:2107.09133, whose experiments are such losses.
#' @examples
#' X <- cbind(1, as.matrix(scale(iris[, 1:4])))
#' objective <- sgd_softmax(X, iris$Species)
#' model <- sgd_model(objective, sgd_hyper(0.1, 0.9, 0.01, 16), dynamics = "sgd", sampling = "epoch")
#' run <- sgd_simulate(model, steps = 200, theta0 = numeric(15), seed = 1)
#' plot(run)
#'
#' network <- sgd_tanh_network(X[, -1], iris$Species, hidden = 3)
#' set.seed(1)
#' model <- sgd_model(network, sgd_hyper(0.1, 0.9, 0, 16), dynamics = "sgd")
#' sgd_simulate(model, steps = 200, theta0 = rnorm(network$dim), seed = 1)
#' @name sgd_logistic
NULL

#' @rdname sgd_logistic
#' @export
sgd_logistic <- function(X, y, ...) {
  reject_dots("sgd_logistic", ...)
  X <- as_design(X, "X")
  new_builtin("logistic", X, as_binary(y, design_size(X)[1L]))
}

#' @rdname sgd_logistic
#' @export
sgd_softmax <- function(X, y, ...) {
  reject_dots("sgd_softmax", ...)
  X <- as_design(X, "X")
  new_builtin("softmax", X, as_classes(y, design_size(X)[1L]))
}

#' @rdname sgd_logistic
#' @export
sgd_tanh_network <- function(X, y, hidden, ...) {
  reject_dots("sgd_tanh_network", ...)
  X <- as_design(X, "X")
  N <- design_size(X)[1L]
  hidden <- as_count(hidden, "hidden", 1)
  response <- if (is.factor(y)) as_classes(y, N) else list(y = as_numeric_vector(y, "y", N))
  new_builtin("tanh_network", X, response, hidden = hidden)
}

new_builtin <- function(kind, X, response, ...) {
  objective <- new_problem("sgd_objective", dim = NULL, n_examples = as.double(design_size(X)[1L]), kind = kind,
                           X = X, y = response$y, n_classes = response$n_classes, levels = response$levels, ...)
  attr(objective, "handle") <- .Call(C_objective_open, objective)
  objective$dim <- .Call(C_objective_dim, objective)
  objective
}

as_binary <- function(y, N) {
  if (is.factor(y) && nlevels(y) != 2L) {
    stop_argument("`y`: expected a factor with two levels, got %d", nlevels(y))
  }
  classes <- if (is.factor(y)) levels(y)
  if (is.factor(y)) y <- as.integer(y) - 1L
  if (is.logical(y)) y <- as.integer(y)
  y <- as_numeric_vector(y, "y", N)
  wrong <- which(!y %in% c(0, 1))
  if (length(wrong)) stop_argument("`y[%d]` = %g: expected 0 or 1", wrong[1L], y[wrong[1L]])
  list(y = y, n_classes = 2, levels = classes)
}

# Classes counted from 0, as the core does.
as_classes <- function(y, N) {
  labels <- if (is.factor(y)) as.integer(y) else y
  labels <- as_numeric_vector(labels, "y", N)
  wrong <- which(is.na(labels) | labels < 1 | labels != floor(labels))
  if (length(wrong)) {
    stop_argument("`y[%d]` = %g: expected a factor, or labels 1, 2, ...", wrong[1L], labels[wrong[1L]])
  }
  n_classes <- if (is.factor(y)) nlevels(y) else max(labels)
  if (n_classes < 2) stop_argument("`y`: expected at least two classes, got one")
  list(y = labels - 1, n_classes = as.double(n_classes), levels = if (is.factor(y)) levels(y))
}

softmax_names <- function(columns, problem) {
  if (is.null(columns)) return(NULL)
  classes <- if (is.null(problem$levels)) seq_len(problem$n_classes) else problem$levels
  paste(rep(columns, length(classes)), rep(classes, each = length(columns)), sep = ":")
}

# ---- designs, dense or sparse ----

is_sparse <- function(X) inherits(X, "dgCMatrix")

# A numeric matrix, or a dgCMatrix of the package Matrix.
as_design <- function(X, name) {
  if (identical(attr(class(X), "package"), "Matrix") && !is_sparse(X)) {
    stop_argument("`%s`: expected a numeric matrix or a sparse dgCMatrix, got a %s: use as(%s, \"dgCMatrix\")", name,
                  class(X), name)
  }
  if (!is_sparse(X)) X <- as_numeric_matrix(X, name)
  size <- design_size(X)
  if (any(size == 0L)) {
    stop_argument("`%s`: expected at least one row and one column, got %d x %d", name, size[1L], size[2L])
  }
  X
}

design_size <- function(X) if (is_sparse(X)) X@Dim else dim(X)

design_names <- function(X) if (is_sparse(X)) X@Dimnames[[2L]] else colnames(X)

# Products with a sparse matrix are those of Matrix.
require_matrix_package <- function() {
  if (requireNamespace("Matrix", quietly = TRUE)) return(invisible())
  raise_status("unsupported", "`X` is sparse: that needs the package Matrix")
}

# H (NULL with fewer examples than parameters) and b of a regression on sparse X.
sparse_moments <- function(X, y) {
  require_matrix_package()
  require_finite(X@x, "X@x")
  require_finite(y, "y")
  N <- X@Dim[1L]
  list(H = if (N >= X@Dim[2L]) as.matrix(Matrix::crossprod(X)) / N,
       b = as.vector(Matrix::crossprod(X, y)) / N)
}

# As the core's sgdl_regression_noise.
sparse_noise <- function(X, y, mu, weight_decay, with_sigma) {
  require_matrix_package()
  N <- X@Dim[1L]
  r <- y - as.vector(X %*% mu)
  scaled <- X
  scaled@x <- X@x * r[X@i + 1L]
  list(Sigma = if (with_sigma) as.matrix(Matrix::crossprod(scaled)) / N - weight_decay^2 * tcrossprod(unname(mu)),
       rss = sum(r^2))
}
