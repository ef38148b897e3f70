# Hessians known by their products with vectors, and gradient noise as probes of them need it.

#' A Hessian known by its products
#'
#' A symmetric d x d matrix \eqn{H} that is never formed: what is known are its products \eqn{HV} with blocks of
#' vectors. [sgd_eigenpairs()] finds its outermost eigenvalues, [sgd_density()] its spectral density, from
#' which [sgd_model()] has the theory. Give exactly one of
#' * `hvp` and `dim`: a function of yours, or a compiled one;
#' * `hvp`: a symmetric matrix, dense or sparse;
#' * `hvp` and `theta`: an objective with Hessian products, at a point;
#' * `X`: data, \eqn{H = X'X/N};
#' * `vectors`, `values` and `bulk`: \eqn{H = U diag(\rho) U' + \rho_b(I - UU')}{H = U diag(rho) U' +
#'   bulk (I - U U')}, low rank plus a multiple of the identity.
#'
#' @param hvp `function(V)`: \eqn{H} times the columns of the d x m matrix `V`, as d x m numbers (m varies from
#'   call to call). Or from [sgd_native()]: `int f(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)`,
#'   which writes n columns and returns 0. Or a symmetric d x d matrix, or a sparse one of the package Matrix.
#'   Or from [sgd_objective()] (with its `hvp`), [sgd_logistic()], [sgd_softmax()], [sgd_tanh_network()],
#'   [sgd_regression()].
#' @param dim Number of parameters d, for a function; else `NULL`.
#' @param X Numeric N x d matrix, one example a row, or a sparse `dgCMatrix`.
#' @param vectors Orthonormal d x r matrix \eqn{U}.
#' @param values Its r eigenvalues \eqn{\rho}{rho}, in any order.
#' @param bulk The eigenvalue of all other directions.
#' @param theta Where an objective has its Hessian: d numbers.
#' @param noise Gradient noise, from [sgd_noise()]. `NULL`: of an objective with examples, the covariance of
#'   its examples' gradients at `theta`; of all else, none (it can be given to [sgd_density()]).
#' @param sigma2 Instead of `noise`: a number \eqn{\sigma^2 \ge 0} that says \eqn{\Sigma = \sigma^2 H}.
#' @param tolerance Functions are tried on three random vectors: their asymmetry \eqn{|u'Hv - v'Hu|} and
#'   non-linearity \eqn{|H(u+v) - Hu - Hv|} may be this much of \eqn{|Hu| + |Hv|}. Products in single
#'   precision need 1e-4. `Inf`: no product is tried.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_operator"` and `"sgd_problem"`: `dim`, `n_examples`, `kind` (`"function"`,
#'   `"native"`, `"matrix"`, `"objective"`, `"data"`, `"low_rank"`), `hvp`, `X`, `vectors`, `values`, `bulk`,
#'   `objective`, `theta`, `noise`, `sigma2` (`NULL` where they do not apply). [sgd_hessian_product()]
#'   multiplies.
#' @section Errors: `bad_argument`; `not_finite`; `not_symmetric`; `callback`, when the function fails, gives
#'   numbers that are not finite or not d x m, or is not linear: the message counts its products; `io`,
#'   `unsupported` (an objective without Hessian products).
#' @section Cost: a product of m columns: that of the function; a matrix \eqn{2d^2m} flops, sparse 2 for each
#'   entry and column; data \eqn{4Ndm}, sparse 4 for each entry and column; low rank \eqn{4drm}. Data and
#'   matrices are read, never copied.
#' @references arXiv:2107.09133; Pearlmutter (1994). Fast exact multiplication by the Hessian. Neural
#'   Computation 6, 147.
#' @seealso [sgd_eigenpairs()], [sgd_density()], [sgd_quadratic()] where the Hessian can be formed.
#' @examples
#' # a chain of springs, never formed
#' springs <- function(V) {
#'   n <- nrow(V)
#'   2 * V - rbind(V[-1, , drop = FALSE], 0) - rbind(0, V[-n, , drop = FALSE])
#' }
#' operator <- sgd_operator(springs, dim = 500)
#' operator
#' sgd_eigenpairs(operator, top = 3, seed = 1)
#'
#' # a network at a point
#' X <- as.matrix(scale(mtcars[, c("wt", "hp", "disp")]))
#' network <- sgd_tanh_network(X, mtcars$mpg / 10, hidden = 4)
#' sgd_operator(network, theta = rep(0.1, network$dim))
#' @export
sgd_operator <- function(hvp = NULL, dim = NULL, X = NULL, vectors = NULL, values = NULL, bulk = 0,
                         theta = NULL, noise = NULL, sigma2 = NULL, tolerance = 1e-6, ...) {
  reject_dots("sgd_operator", ...)
  given <- c(hvp = !is.null(hvp), X = !is.null(X), vectors = !is.null(vectors) || !is.null(values))
  if (sum(given) != 1L) {
    stop_argument("`hvp`, `X`, `vectors`: expected exactly one of them, got %s",
                  if (any(given)) paste(names(given)[given], collapse = " and ") else "none")
  }
  operator <- if (given[["X"]]) data_operator(X) else if (given[["vectors"]]) {
    low_rank_operator(vectors, values, bulk)
  } else {
    product_operator(hvp, dim, theta)
  }
  if (!is.null(theta) && is.null(operator$objective)) {
    stop_argument("`theta`: expected NULL unless `hvp` is an objective")
  }
  if (!is.null(dim) && as_count(dim, "dim", 1) != operator$dim) {
    stop_argument("`dim` = %.0f: expected %.0f, as given by `%s`, or NULL", dim, operator$dim,
                  names(given)[given])
  }
  check_operator(operator, as_tolerance(tolerance))
  noise <- as_noise_of(operator, noise, sigma2)
  operator[c("noise", "sigma2")] <- list(noise$noise, noise$sigma2)
  operator
}

new_operator <- function(kind, dim, n_examples = NULL, hvp = NULL, X = NULL, vectors = NULL, values = NULL,
                         bulk = NULL, objective = NULL, theta = NULL) {
  new_problem("sgd_operator", dim = as.double(dim), n_examples = n_examples, kind = kind, hvp = hvp, X = X,
              vectors = vectors, values = values, bulk = bulk, objective = objective, theta = theta,
              noise = NULL, sigma2 = NULL)
}

data_operator <- function(X) {
  X <- as_design(X, "X")
  size <- as.double(design_size(X))
  new_operator("data", size[2L], n_examples = size[1L], X = X)
}

low_rank_operator <- function(vectors, values, bulk) {
  vectors <- as_numeric_matrix(vectors, "vectors")
  values <- as_numeric_vector(values, "values", ncol(vectors))
  require_finite(vectors, "vectors")
  require_finite(values, "values")
  off <- max(abs(crossprod(vectors) - diag(ncol(vectors))))
  if (off > 1e-8) stop_argument("`vectors`: expected orthonormal columns, got U'U off the identity by %.3g", off)
  descending <- order(values, decreasing = TRUE)
  new_operator("low_rank", nrow(vectors), vectors = vectors[, descending, drop = FALSE],
               values = values[descending], bulk = as_number(bulk, "bulk"))
}

product_operator <- function(hvp, dim, theta) {
  if (inherits(hvp, "sgd_native") || is.function(hvp)) {
    if (is.null(dim)) stop_argument("`dim`: expected the number of parameters, which a function does not tell")
    dim <- as_count(dim, "dim", 1)
    return(new_operator(if (is.function(hvp)) "function" else "native", dim, hvp = hvp))
  }
  if (inherits(hvp, c("sgd_objective", "sgd_regression"))) return(objective_operator(hvp, theta))
  H <- as_symmetric(hvp)
  new_operator("matrix", nrow(H), hvp = H)
}

objective_operator <- function(objective, theta) {
  if (is.null(theta)) stop_argument("`theta`: expected the point where the objective has its Hessian")
  theta <- as_point(objective, theta)
  require_function(objective, "hvp")
  n_examples <- if (!is.null(objective$n_examples)) as.double(objective$n_examples)
  if (has_data(objective)) {
    return(new_operator("objective", objective$dim, n_examples, objective = objective, theta = theta))
  }
  new_operator("function", objective$dim, n_examples, hvp = function(V) objective$hvp(theta, V),
               objective = objective, theta = theta)
}

# A dense matrix, or any sparse one of Matrix as a dgCMatrix with both triangles.
as_symmetric <- function(H) {
  if (inherits(H, "sparseMatrix")) {
    if (!is_sparse(H)) H <- methods::as(methods::as(H, "generalMatrix"), "CsparseMatrix")
    if (!is_sparse(H)) H <- methods::as(H, "dMatrix")
    if (nrow(H) != ncol(H)) stop_argument("`hvp`: expected a square matrix, got %d x %d", nrow(H), ncol(H))
    return(H)
  }
  if (!is_numbers(H) || length(dim(H)) != 2L) {
    stop_argument(paste("`hvp`: expected a function, a symmetric matrix (dense or sparse), an objective or the",
                        "value of sgd_native(), got %s"), describe(H))
  }
  as_square_matrix(H, "hvp")
}

as_tolerance <- function(tolerance) {
  tolerance <- as_number(tolerance, "tolerance")
  if (!(tolerance > 0)) stop_argument("`tolerance` = %g: expected a number > 0, or Inf", tolerance)
  tolerance
}

# Functions are tried; the core has looked through everything else when it opens it.
check_operator <- function(operator, tolerance) {
  if (!operator$kind %in% c("function", "native")) {
    multiply(operator, matrix(0, operator$dim, 1L))
  } else if (is.finite(tolerance)) {
    host <- host_of(operator)
    outcome(.Call(C_operator_check, operator, host, 1, tolerance), host)
  }
  invisible()
}

multiply <- function(operator, V) {
  host <- host_of(operator)
  outcome(.Call(C_operator_product, operator, host, V), host)$HV
}

# In the shape of V.
operator_product <- function(operator, V) {
  products <- multiply(operator, as_columns(V, operator$dim))
  if (is.null(dim(V))) as.vector(products) else products
}

as_operator <- function(operator) as_object(operator, "operator", "sgd_operator")

# ---- calls from the core ----

# An environment with the function that the core calls: it gives numbers, or the condition of what went wrong.
new_host <- function(evaluate) {
  host <- new.env(parent = emptyenv())
  host$product <- function(V) tryCatch(evaluate(V), error = identity, interrupt = identity)
  host
}

host_of <- function(operator) {
  if (operator$kind != "function") return(NULL)
  products <- 0
  new_host(function(V) {
    products <<- products + 1
    as_product(operator$hvp(V), sprintf("`hvp`, product %.0f", products), nrow(V), ncol(V), "row", "column")
  })
}

# A result of a function of the user as doubles, or the error that says what is wrong with it.
as_product <- function(value, where, rows, columns, row, column) {
  if (isS4(value)) value <- as.matrix(value)
  shape <- dim(value)
  fits <- length(value) == rows * columns && (is.null(shape) || columns == 1L || rows == 1L ||
                                                identical(as.double(shape), as.double(c(rows, columns))))
  if (!is.numeric(value) || !fits) {
    raise_status("callback", sprintf("%s: expected a %.0f x %.0f matrix, got %s", where, rows, columns,
                                     describe(value)))
  }
  if (!all(is.finite(value))) {
    wrong <- which(!is.finite(value))[1L]
    raise_status("callback", sprintf("%s: expected finite numbers, got %g in %s %.0f, %s %.0f", where,
                                     value[wrong], row, (wrong - 1) %% rows + 1, column,
                                     (wrong - 1) %/% rows + 1))
  }
  as.double(value)
}

# What a call of the core gave, or the condition of how it ended; `result` is what is done by then.
outcome <- function(out, ..., result = NULL) {
  if (out$status == "ok") return(out)
  failure <- NULL
  for (host in list(...)) if (!is.null(host) && !is.null(host$failure)) failure <- host$failure
  if (out$status == "interrupted") {
    signal_interrupt("interrupted", result)
    invokeRestart("abort")
  }
  raise_status(out$status, failure_text(out, failure), result = result, parent = failure)
}

failure_text <- function(out, failure) {
  if (is.null(failure)) return(out$message)
  if (inherits(failure, "sgdlangevin_error")) return(conditionMessage(failure))
  sprintf("a function of `operator` failed: %s", conditionMessage(failure))
}

# ---- noise ----

#' Gradient noise for spectral densities
#'
#' The covariance \eqn{\Sigma} of the gradient of one example, in a form that needs no d x d matrix. Give
#' exactly one of `gradients`, `factor` and `diagonal`. (Noise proportional to the Hessian is `sigma2` of
#' [sgd_density()].)
#' \deqn{\Sigma = \frac1N\sum_i(g_i - \bar g)(g_i - \bar g)', \qquad \Sigma = FF', \qquad \Sigma =
#' diag(s).}{Sigma = (1/N) sum_i (g_i - g)(g_i - g)',   Sigma = F F',   Sigma = diag(s).}
#'
#' @param gradients Gradients of the examples at the minimiser: an N x d matrix, one example a row, or a sparse
#'   `dgCMatrix`; or `function(examples)`, which gives the rows of those examples (indices from 1), for
#'   gradients that do not fit memory: it is asked for all of them in order, once for a block of probes.
#' @param factor d x r matrix \eqn{F}.
#' @param diagonal d variances \eqn{\ge 0}.
#' @param n_examples N, for a function; else `NULL`.
#' @param centred `FALSE`: the mean gradient is not subtracted.
#' @param chunk How many examples a call of the function is for; `NULL`: as many as 64 MB hold.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_noise"`: `kind` (`"gradients"`, `"factor"` or `"diagonal"`; from
#'   [sgd_operator()] also `"objective"`), `gradients`, `factor`, `diagonal`, `n_examples`, `centred`, `chunk`.
#' @section Errors: `bad_argument`; values are looked at by [sgd_density()] (`not_finite`, `callback`).
#' @section Cost: none here; \eqn{2Nd} flops a probe for gradients.
#' @references arXiv:2107.09133, section 3 (gradient noise).
#' @examples
#' # empirical noise of a regression, its Hessian never formed
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' fit <- lm.fit(X, mtcars$mpg)
#' noise <- sgd_noise(gradients = -fit$residuals * X)
#' sgd_density(sgd_operator(X = X), noise = noise, steps = 3, probes = 2, seed = 1)
#' @export
sgd_noise <- function(gradients = NULL, factor = NULL, diagonal = NULL, n_examples = NULL, centred = TRUE,
                      chunk = NULL, ...) {
  reject_dots("sgd_noise", ...)
  given <- c(gradients = !is.null(gradients), factor = !is.null(factor), diagonal = !is.null(diagonal))
  if (sum(given) != 1L) {
    stop_argument("`gradients`, `factor`, `diagonal`: expected exactly one of them, got %s",
                  if (any(given)) paste(names(given)[given], collapse = " and ") else "none")
  }
  if (is.function(gradients)) {
    if (is.null(n_examples)) {
      stop_argument("`n_examples`: expected the number of examples, which a function does not tell")
    }
    n_examples <- as_count(n_examples, "n_examples", 1)
  } else if (!is.null(n_examples)) {
    stop_argument("`n_examples`: expected NULL unless `gradients` is a function")
  } else if (!is.null(gradients)) {
    gradients <- as_design(gradients, "gradients")
    n_examples <- as.double(design_size(gradients)[1L])
  }
  new_noise(names(given)[given], gradients = gradients,
            factor = if (!is.null(factor)) as_numeric_matrix(factor, "factor"),
            diagonal = as_numeric_vector(diagonal, "diagonal", optional = TRUE), n_examples = n_examples,
            centred = as_flag(centred, "centred"), chunk = if (!is.null(chunk)) as_count(chunk, "chunk", 1))
}

new_noise <- function(kind, gradients = NULL, factor = NULL, diagonal = NULL, n_examples = NULL, centred = TRUE,
                      chunk = NULL, ...) {
  structure(list(kind = kind, gradients = gradients, factor = factor, diagonal = diagonal,
                 n_examples = n_examples, centred = centred, chunk = chunk, ...), class = "sgd_noise")
}

# noise and sigma2 as an operator holds them: one of them, or neither.
as_noise_of <- function(operator, noise, sigma2) {
  if (!is.null(noise) && !is.null(sigma2)) {
    stop_argument("`noise`, `sigma2`: expected at most one of them, got both")
  }
  if (!is.null(sigma2)) {
    sigma2 <- as_number(sigma2, "sigma2")
    if (!is.finite(sigma2) || sigma2 < 0) stop_argument("`sigma2` = %g: expected a finite number >= 0", sigma2)
  }
  if (!is.null(noise)) {
    as_object(noise, "noise", "sgd_noise")
    d <- noise_dim(noise)
    if (!is.null(d) && d != operator$dim) {
      stop_argument("`noise`: expected %s of %.0f parameters, got %.0f", noise$kind, operator$dim, d)
    }
  } else if (is.null(sigma2) && !is.null(operator$objective) && !is.null(operator$n_examples)) {
    noise <- noise_of_objective(operator$objective, operator$theta, operator$n_examples)
  }
  list(noise = noise, sigma2 = sigma2)
}

noise_dim <- function(noise) {
  switch(noise$kind, gradients = if (!is.function(noise$gradients)) design_size(noise$gradients)[2L],
         factor = nrow(noise$factor), diagonal = length(noise$diagonal))
}

# Gradients of single examples at theta.
noise_of_objective <- function(objective, theta, n_examples) {
  if (has_data(objective)) {
    return(new_noise("objective", n_examples = n_examples, objective = objective, theta = theta))
  }
  gradient_of <- function(i) .Call(C_objective_gradient, objective, theta, as.double(i))
  rows <- function(examples) {
    matrix(vapply(examples, gradient_of, numeric(length(theta))), ncol = length(theta), byrow = TRUE)
  }
  new_noise("gradients", gradients = rows, n_examples = n_examples)
}

# The calls of the core for gradients from a function.
noise_host <- function(noise, dim) {
  if (is.null(noise) || !is.function(noise$gradients)) return(NULL)
  new_host(function(examples) {
    where <- sprintf("`gradients` of examples %.0f to %.0f", examples[1L], examples[length(examples)])
    as_product(noise$gradients(examples), where, length(examples), dim, "row", "column")
  })
}

noise_text <- function(noise) {
  switch(noise$kind, gradients = , objective = sprintf("gradients of %.0f examples", noise$n_examples),
         factor = sprintf("of rank %d", ncol(noise$factor)), diagonal = "diagonal")
}

#' @export
print.sgd_noise <- function(x, ...) {
  cat("Gradient noise: ", noise_text(x), "\n", sep = "")
  invisible(x)
}

#' @export
format.sgd_operator <- function(x, ...) {
  of_objective <- if (!is.null(x$objective)) sub(", [0-9]+ parameters?(,.*)?$", "", format(x$objective))
  kind <- switch(x$kind, "function" = if (is.null(x$objective)) "a function of R" else of_objective,
                 native = sprintf("compiled function %s", x$hvp$symbol),
                 matrix = if (is_sparse(x$hvp)) "a sparse matrix" else "a matrix",
                 objective = of_objective, data = sprintf("X'X/N of %.0f examples", x$n_examples),
                 low_rank = sprintf("rank %d plus %s I", length(x$values), format_numbers(x$bulk)))
  noise <- if (!is.null(x$sigma2)) sprintf(", noise %s H", format_numbers(x$sigma2)) else
    if (!is.null(x$noise)) paste(", noise:", noise_text(x$noise)) else ""
  sprintf("Hessian by products (%s), %s%s", kind, plural(x$dim, "parameter"), noise)
}
