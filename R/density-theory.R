# What a model of a spectral density knows: everything that is a trace, with error bars.

is_density <- function(model) inherits(model$problem, "sgd_density")

# Raises for what needs single modes or d x d matrices.
refuse_density <- function(model, what = NULL) {
  if (!is_density(model)) return(invisible())
  raise_status("unsupported", sprintf(paste(
    "%s of a spectral density, which has no modes: sgd_msd(), sgd_stationary(trace_only = TRUE),",
    "sgd_autocorrelation(), sgd_power_spectrum() and sgd_trace() need none; all else needs the Hessian, as in",
    "sgd_quadratic(sgd_hessian_product(operator, diag(d)), Sigma = )"
  ), if (is.null(what)) "`model` is" else paste0(what, ": not for a model")))
}

# An operator with noise, or the density of one, as the density that a model is made of.
as_density_problem <- function(problem) {
  if (inherits(problem, "sgd_operator")) {
    if (is.null(problem$noise) && is.null(problem$sigma2)) {
      raise_status("unsupported", paste(
        "`problem` is an operator without gradient noise: give sgd_operator() `noise` or `sigma2`, or make the",
        "density yourself, sgd_density(operator, noise = )"
      ))
    }
    problem <- sgd_density(problem, counts = is.null(problem$noise))
  }
  if (!inherits(problem, "sgd_density")) return(problem)
  if (!has_noise(problem)) {
    raise_status("unsupported", paste(
      "`problem` is a spectral density without gradient noise: give sgd_density() `noise` or `sigma2`"
    ))
  }
  problem
}

density_backend <- function(device) {
  if (device == "cuda") {
    raise_status("unsupported", paste("`device` = \"cuda\": the theory of a spectral density runs on the CPU; use",
                                      "\"auto\" or \"cpu\""))
  }
  "cpu"
}

# A model of a density: no modes, and the report is that of the nodes.
density_of_model <- function(setting) {
  if (setting$noise == "multiplicative") {
    raise_status("unsupported", paste("`noise` = \"multiplicative\": not for a spectral density; use noise =",
                                      "\"constant\""))
  }
  found <- .Call(C_density_describe, setting$problem, setting$hyper)
  lambda <- setting$hyper$weight_decay
  if (setting$dynamics == "sgd" && setting$hyper$lr >= found$lr_limit) {
    raise_status("unstable", sprintf(
      "`lr` = %g: SGD diverges; it is stable below %g (largest eigenvalue of H + weight_decay I: %g)",
      setting$hyper$lr, found$lr_limit, found$largest + lambda
    ))
  }
  checked <- .Call(C_model_report, setting)
  modes <- no_modes
  modes$report <- list(
    n_flat = found$n_flat, n_flat_noisy = NaN, n_saddle = found$n_negative,
    n_past_limit = as.numeric(setting$hyper$lr >= found$lr_limit), lr_limit = found$lr_limit,
    worst_kappa = found$largest + lambda, langevin_error = found$langevin_error,
    epoch_steps = checked$epoch_steps, remainder = checked$remainder
  )
  modes["sigma2"] <- list(setting$problem$sigma2)
  model <- structure(c(setting, modes), class = "sgd_model")
  if (modes$report$n_past_limit > 0) {
    warn_status("unstable", paste("`lr` = %g: SGD itself diverges; it is stable below %g (largest eigenvalue of H +",
                                  "weight_decay I: %g)"),
                setting$hyper$lr, found$lr_limit, modes$report$worst_kappa)
  }
  model
}

print_density_model <- function(model) {
  report <- model$report
  cat(sprintf("  SGD is stable below lr = %s (largest eigenvalue of H + weight_decay I: %s)\n",
              format_numbers(report$lr_limit), format_numbers(report$worst_kappa)))
  cat(sprintf("  Langevin model: stationary variances up to %.2g%% off those of SGD\n",
              100 * report$langevin_error))
  if (isTRUE(report$n_saddle > 0)) {
    cat(sprintf("  about %s modes of negative curvature%s\n", format_numbers(report$n_saddle, 3L),
                if (model$drop_negative) ", left out" else ": nothing is stationary (see drop_negative)"))
  }
}

# ---- the functions of the theory ----

density_msd <- function(model, steps, start, theta0, v0, form, modes, cov0, frames) {
  choices <- c("stationary", "point", "stationary-velocity", "checkpoint")
  start <- match_option(start, "start", theory_starts)
  if (!start %in% choices) refuse_density(model, sprintf("`start` = \"%s\"", start))
  for (name in c("theta0", "v0", "cov0")) if (!is.null(get(name))) {
    refuse_density(model, sprintf("`%s`", name))
  }
  if (match_option(form, "form", c("model", "paper")) == "paper") refuse_density(model, "`form` = \"paper\"")
  if (as_flag(modes, "modes")) refuse_density(model, "`modes` = TRUE")
  if (!is.null(frames)) refuse_density(model, "`frames`")
  curve <- .Call(C_density_msd, model, match(start, theory_starts) - 1L, steps)
  structure(list(
    step = steps, time = model$hyper$lr * steps, msd = curve$msd, exponent = curve$exponent, modes = NULL,
    se = curve$se, form = "model", start = start, regime = NULL, crossover = NULL, terms = NULL,
    dressed = NULL, truncation = curve$truncation, exponent_se = curve$exponent_se,
    exponent_truncation = curve$exponent_truncation, model = model
  ), class = "sgd_msd")
}

density_stationary <- function(model, trace_only, phase) {
  if (!as_flag(trace_only, "trace_only")) {
    raise_status("unsupported", paste(
      "`trace_only` = FALSE: a spectral density has no covariance matrices; use trace_only = TRUE, or form the",
      "Hessian, as in sgd_quadratic(sgd_hessian_product(operator, diag(d)), Sigma = )"
    ))
  }
  if (!is.null(phase)) refuse_density(model, "`phase`")
  found <- .Call(C_density_stationary, model)
  names <- c("theta", "velocity", "step", "loss", "penalty")
  found <- lapply(found, stats::setNames, names)
  structure(list(
    theta = NULL, velocity = NULL, cross = NULL, trace = found$value[1:2],
    exists = is.finite(found$value[["theta"]]), variances = NULL, coordinates = "parameters", phase = NULL,
    speed = found$value[["step"]], loss = found$value[["loss"]], penalty = found$value[["penalty"]],
    se = found$se, truncation = found$truncation, model = model
  ), class = "sgd_stationary")
}

print_density_stationary <- function(x) {
  cat(sprintf("  position %s, velocity %s\n", with_error(x$trace[["theta"]], x$se[["theta"]]),
              with_error(x$trace[["velocity"]], x$se[["velocity"]])))
  cat(sprintf("  squared step %s, loss above the minimum %s\n", with_error(x$speed, x$se[["step"]]),
              with_error(x$loss, x$se[["loss"]])))
  if (!x$exists) cat("  noise along flat modes: no stationary position\n")
}

density_autocorrelation <- function(model, lags, direction, modes) {
  if (!is.null(direction)) refuse_density(model, "`direction`")
  if (as_flag(modes, "modes")) refuse_density(model, "`modes` = TRUE")
  zero <- length(lags) + 1L
  all <- .Call(C_density_autocorrelation, model, c(lags, 0))
  at <- lapply(all, function(x) x[-zero])
  structure(list(
    lag = lags, time = model$hyper$lr * lags, theta = at$theta, velocity = at$velocity, cross = at$cross,
    correlation_theta = at$theta / all$theta[zero],
    correlation_velocity = at$velocity / all$velocity[zero], modes_theta = NULL, modes_velocity = NULL,
    direction = NULL, se = list(theta = at$theta_se, velocity = at$velocity_se, cross = at$cross_se),
    truncation = list(theta = at$theta_truncation, velocity = at$velocity_truncation,
                      cross = at$cross_truncation), model = model
  ), class = "sgd_autocorrelation")
}

density_power_spectrum <- function(model, freq, direction, modes) {
  if (!is.null(direction)) refuse_density(model, "`direction`")
  if (as_flag(modes, "modes")) refuse_density(model, "`modes` = TRUE")
  at <- .Call(C_density_power_spectrum, model, freq)
  structure(list(
    freq = freq, theta = at$theta, velocity = at$velocity, modes = NULL, peak_freq = numeric(),
    peak_width = numeric(), quality = numeric(), direction = NULL,
    se = list(theta = at$theta_se, velocity = at$velocity_se),
    truncation = list(theta = at$theta_truncation, velocity = at$velocity_truncation), model = model
  ), class = "sgd_power_spectrum")
}

# ---- traces and histograms ----

#' Traces of functions of a Hessian
#'
#' \eqn{tr f(H)}, or \eqn{tr f(H)\Sigma}{tr f(H) Sigma} under the gradient noise, from a spectral density, with
#' its standard error.
#'
#' @param density From [sgd_density()].
#' @param f Names of functions (below), or a function of R that takes a vector of eigenvalues and gives as many
#'   numbers.
#'
#'   | name | function of an eigenvalue |
#'   |---|---|
#'   | `"one"`, `"identity"`, `"square"`, `"absolute"` | \eqn{1}, \eqn{\rho}{rho}, \eqn{\rho^2}{rho^2}, \eqn{|\rho|}{|rho|} |
#'   | `"inverse"`, `"logarithm"` | \eqn{1/(\rho + x)}{1/(rho + x)}, \eqn{log(\rho + x)}{log(rho + x)} |
#'   | `"exponential"` | \eqn{e^{-x\rho}}{exp(-x rho)} |
#'   | `"below"` | 1 where \eqn{\rho < x}{rho < x}, else 0: their sum is a number of eigenvalues |
#' @param noise `TRUE`: \eqn{tr f(H)\Sigma}{tr f(H) Sigma}.
#' @param parameter The \eqn{x} of named functions: one number, or one for each name.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_trace"`: `value`, `se` (standard error, 0 where all is exact, `NaN` with one
#'   probe), `truncation` (error of the quadrature itself, see [sgd_density()]; `NA` for a function of R), `f`,
#'   `parameter`, `noise`. Methods: [print()], [as.data.frame()].
#' @section Errors: `bad_argument` (a node with \eqn{\rho + x \le 0}{rho + x <= 0}); `unsupported` (a density
#'   without what is asked for); `not_finite`, `callback` (a function that gives something unusable).
#' @section Cost: O(steps) a probe and function.
#' @references Ubaru, Chen, Saad (2017). Fast estimation of tr(f(A)) via stochastic Lanczos quadrature. SIAM
#'   Journal on Matrix Analysis and Applications 38.
#' @examples
#' X <- outer(1:300, 1:80, function(i, j) sin(i * j^0.7)) / rep(1:80, each = 300)
#' density <- sgd_density(sgd_operator(X = X), steps = 30, probes = 8, top = 3, sigma2 = 1, seed = 1)
#' sgd_trace(density, c("identity", "square", "logarithm"), parameter = c(0, 0, 0.1))
#' sgd_trace(density, function(rho) rho / (rho + 0.1)) # effective dimension
#' @export
sgd_trace <- function(density, f, noise = FALSE, parameter = 0, ...) {
  reject_dots("sgd_trace", ...)
  as_object(density, "density", "sgd_density")
  noise <- as_flag(noise, "noise")
  require_part(density, noise)
  parameter <- as_numeric_vector(parameter, "parameter")
  if (is.function(f)) {
    estimate <- average_of(density, f, noise)
    found <- list(value = estimate[1L], se = estimate[2L], truncation = NA_real_)
    parameter <- NULL
  } else {
    kinds <- as_functions(f, "f")
    if (!length(parameter) %in% c(1L, length(kinds))) {
      stop_argument("`parameter`: expected 1 number or %d, got %d", length(kinds), length(parameter))
    }
    parameter <- rep_len(parameter, length(kinds))
    require_finite(parameter, "parameter")
    f <- function_names[kinds + 1L]
    found <- .Call(C_density_trace, density, noise, kinds, parameter)
  }
  structure(c(found, list(f = f, parameter = parameter, noise = noise)), class = "sgd_trace")
}

require_part <- function(density, noise) {
  if (noise && !has_noise(density)) {
    raise_status("unsupported", "`noise` = TRUE: the density has no gradient noise; give it to sgd_density()")
  }
  if (!noise && !has_counts(density)) {
    raise_status("unsupported", paste("`density` was made with counts = FALSE: use noise = TRUE, or make it with",
                                      "counts = TRUE"))
  }
}

# A function of R at all nodes (those past a probe's length are 0, their weights too) and known eigenvalues.
average_of <- function(density, f, noise) {
  part <- if (noise && is.null(density$sigma2)) density$noise else density$counts
  at_exact <- values_of(f, density$eigenvalues)
  at_nodes <- NULL
  if (!is.null(part)) {
    at_nodes <- matrix(0, nrow(part$nodes), ncol(part$nodes))
    there <- row(at_nodes) <= rep(part$length, each = nrow(at_nodes))
    at_nodes[there] <- values_of(f, part$nodes[there])
  }
  .Call(C_density_average, density, noise, at_nodes, if (length(at_exact)) at_exact)
}

values_of <- function(f, x) {
  if (length(x) == 0L) return(numeric())
  values <- f(x)
  if (!is.numeric(values) || length(values) != length(x)) {
    raise_status("callback", sprintf("`f`: expected %d numbers from %d eigenvalues, got %s", length(x), length(x),
                                     describe(values)))
  }
  as.double(values)
}

#' @export
print.sgd_trace <- function(x, ...) {
  cat(sprintf("Traces of functions of the Hessian%s\n", if (x$noise) " times the gradient noise" else ""))
  print_rows(as.data.frame(x), 20L)
  invisible(x)
}

#' @export
as.data.frame.sgd_trace <- function(x, ...) {
  named <- is.character(x$f)
  data.frame(f = if (named) x$f else "function", parameter = if (named) x$parameter else NA_real_,
             value = x$value, se = x$se, truncation = x$truncation)
}

#' Histogram of a spectral density
#'
#' The number of eigenvalues, or the gradient noise along them, in bins, with standard errors.
#'
#' @param density From [sgd_density()].
#' @param edges Ascending edges of the bins, n + 1 of them; bins include their lower edge, the last one also its
#'   upper. `NULL`: `per_decade` bins a decade of \eqn{|\rho|}{|rho|} on both sides of 0, and one around 0 for
#'   flat modes.
#' @param noise `TRUE`: the noise along the eigenvalues instead of their number.
#' @param per_decade Bins a decade.
#' @inheritParams sgd_hyper
#' @return A data frame: `lower`, `upper` (edges), `value`, `se`, `truncation` (as in [sgd_trace()]).
#' @section Errors: `bad_argument`, `unsupported`.
#' @section Cost: O(steps) a probe.
#' @references Ghorbani, Krishnan, Xiao (2019). arXiv:1901.10159.
#' @examples
#' X <- outer(1:300, 1:80, function(i, j) sin(i * j^0.7)) / rep(1:80, each = 300)
#' density <- sgd_density(sgd_operator(X = X), steps = 30, probes = 8, top = 3, seed = 1)
#' sgd_histogram(density, edges = c(0, 1e-4, 1e-3, 1e-2, 0.1, 1))
#' @export
sgd_histogram <- function(density, edges = NULL, noise = FALSE, per_decade = 4, ...) {
  reject_dots("sgd_histogram", ...)
  as_object(density, "density", "sgd_density")
  noise <- as_flag(noise, "noise")
  require_part(density, noise)
  per_decade <- as_count(per_decade, "per_decade", 1)
  edges <- if (is.null(edges)) log_edges(density, noise, per_decade) else as_numeric_vector(edges, "edges")
  if (length(edges) < 2L) stop_argument("`edges`: expected at least 2 of them, got %d", length(edges))
  bins <- .Call(C_density_bins, density, noise, edges)
  data.frame(lower = edges[-length(edges)], upper = edges[-1L], value = bins$value, se = bins$se,
             truncation = bins$truncation)
}

# Nodes that carry weight, and known eigenvalues.
seen_eigenvalues <- function(density, noise) {
  part <- if (noise && is.null(density$sigma2)) density$noise else density$counts
  c(density$eigenvalues, if (!is.null(part)) part$nodes[part$weights > 0])
}

flat_threshold <- function(density, seen) {
  tolerance <- density$flat_tolerance
  if (is.null(tolerance) || tolerance == 0) tolerance <- density$dim * .Machine$double.eps
  tolerance * max(abs(seen), .Machine$double.xmin)
}

# Edges at powers of 10^(1/per_decade), from above the flat modes (or 8 decades down) to the largest.
log_edges <- function(density, noise, per_decade) {
  seen <- seen_eigenvalues(density, noise)
  largest <- max(abs(seen))
  if (largest == 0) return(c(-1, 0, 1))
  least <- max(flat_threshold(density, seen), 1e-8 * largest)
  small <- min(abs(seen)[abs(seen) > least])
  first <- floor(per_decade * log10(small))
  first <- first - (10^(first / per_decade) >= small) # on the edge -small would be among the flat modes
  last <- floor(per_decade * log10(largest)) + 2 # cut below: by rounding + 1 may not be above the largest
  sizes <- 10^(seq(first, last) / per_decade)
  up <- sizes[seq_len(which(sizes > max(seen, sizes[1L] / 2))[1L])]
  down <- if (any(seen < -sizes[1L])) sizes[seq_len(which(sizes > -min(seen))[1L])] else sizes[1L]
  c(-rev(down), up)
}
