# A problem with hyperparameters, dynamics and sampling: the one expensive decomposition, done once.

#' A model of SGD on a problem
#'
#' Joins a problem and hyperparameters with the dynamics and the way batches are drawn, and does the one
#' expensive step that everything else shares: \eqn{H = V diag(\rho) V'}, the minimiser \eqn{\mu =
#' (H+\lambda I)^{-1}b}, and the noise along the modes \eqn{\tilde\Sigma = V'\Sigma V}{S~ = V' Sigma V}.
#' Below, \eqn{\kappa_l = \rho_l + \lambda}.
#'
#' `dynamics = "langevin"` is the continuous model
#' \deqn{d\theta = v\,dt, \quad dv = -a(K(\theta-\mu) + (1-\beta)v)\,dt + a\sqrt{\eta/S}\,\Sigma^{1/2}dW,
#' \quad a = 2/(\eta(1+\beta)),}{d theta = v dt,  dv = -a (K (theta - mu) + (1 - beta) v) dt
#' + a sqrt(eta/S) Sigma^(1/2) dW,  a = 2/(eta (1 + beta)),} with \eqn{K = H + \lambda I} and \eqn{t = \eta
#' k}; `"sgd"` is the discrete recursion of [sgd_hyper()] itself, without approximation. The relative error of
#' the Langevin model's stationary variances along mode \eqn{l} is exactly \eqn{\eta \kappa_l/(2(1+\beta))};
#' the largest is reported as `langevin_error`.
#'
#' Batches are drawn with replacement (noise \eqn{\Sigma/S}), without replacement within a step
#' (\eqn{\Sigma(N-S)/(S(N-1))}), or by epochs, a fresh shuffle of all examples each (\eqn{-\Sigma/(N-1)}
#' between any two steps of an epoch).
#'
#' @section Weight-dependent noise:
#' With `noise = "multiplicative"` the noise of a batch grows with the distance from the minimiser, as real
#' gradients do. It needs examples: a regression, or [sgd_examples()]. With batches drawn with or without
#' replacement the stationary covariance \eqn{P} then solves \eqn{P = stationary(K, \Sigma(0, P))}, the
#' noise of [sgd_transient()] without a mean; `gradient_noise` is this \eqn{\Sigma(0, P)} (exact for a
#' regression under `dynamics = "sgd"`), and every function of the theory uses it. The variance is finite
#' exactly where the linear map \eqn{P \to}{P to} noise \eqn{\to P}{to P} has spectral radius below 1;
#' otherwise this is the error `unstable`, which names the largest stable learning rate. The tails are power
#' laws (Kesten): `tail_index` is the order of the first moment of \eqn{|\theta|} that is infinite. Under
#' epochs `gradient_noise` stays that of the minimiser, and [sgd_msd()] has the theory.
#'
#' @section Fewer examples than parameters:
#' For a regression with \eqn{N < d} no d x d matrix is formed. The modes come from the N x N Gram matrix
#' \eqn{XX'/N = U diag(\rho) U'}, \eqn{V = X'U diag(N\rho)^{-1/2}}{V = X'U diag(N rho)^(-1/2)}; all \eqn{d -
#' rank} directions that no example sees are flat and without noise, and one eigenvalue 0 at the end stands for
#' them. The model then has `rank`; `eigenvalues` are rank + 1 numbers, `vectors` is d x rank,
#' `gradient_noise` (rank + 1) x (rank + 1), `dim` and `minimiser` (without weight decay, of all minimisers
#' the one of least norm) are those of the d parameters. The theory is that of the modes: covariances are
#' (rank + 1) x (rank + 1) (`coordinates` is `"modes"`), traces and displacements are those of the
#' parameters, and [sgd_stationary()] adds their `variances`. Starts and directions are given in parameters,
#' means are displacements from the minimiser along the modes. [sgd_simulate()] has `method = "minibatch"`.
#' What needs all parameters at once (modified loss, current, densities, weight-dependent noise) is the error
#' `unsupported`.
#'
#' @section Objectives:
#' A model of an objective ([sgd_objective()], [sgd_logistic()] and others) has no modes: `eigenvalues`,
#' `vectors`, `minimiser` and `gradient_noise` are `NULL`. It is what [sgd_simulate()] runs; for the theory
#' see [sgd_quadratic_at()].
#'
#' @section Spectral densities:
#' A model of a spectral density ([sgd_density()]; of an operator with noise, that is made with its defaults,
#' from R's generator) has no modes either, but what is a trace it knows, with standard errors: [sgd_msd()],
#' [sgd_stationary()] with `trace_only = TRUE`, [sgd_autocorrelation()], [sgd_power_spectrum()]. Counts in
#' `report` are then estimates. Modes of negative curvature are the error `saddle` where something stationary
#' is asked for, unless `drop_negative` leaves them out, with their noise.
#'
#' @param problem From [sgd_quadratic()], [sgd_regression()], [sgd_spectrum()], [sgd_examples()],
#'   [sgd_objective()], [sgd_density()] or [sgd_operator()] (with noise).
#' @param hyper From [sgd_hyper()].
#' @param dynamics `"langevin"` or `"sgd"`.
#' @param sampling `"replacement"`, `"without"` or `"epoch"` (the latter needs `dynamics = "sgd"`).
#' @param noise `"constant"` (the covariance of the gradient noise is that at the minimiser) or
#'   `"multiplicative"` (it depends on the parameters; needs a problem with examples).
#' @param n_examples Number of examples \eqn{N}; needed unless sampling is with replacement; taken from the
#'   data of a regression or of examples.
#' @param drop_last Epochs: drop the smaller batch that is left when \eqn{S} does not divide \eqn{N}, or keep
#'   it (as PyTorch does by default).
#' @param device `"auto"`, `"cpu"` or `"cuda"`: where the decomposition is made, and the theory that needs d x d
#'   products; see [sgd_devices()].
#' @param decompose `FALSE` skips the eigendecomposition; it needs `dynamics = "langevin"`, a Hessian and
#'   noise `sigma2 * H`, and leaves only [sgd_stationary()], by one Cholesky factorisation.
#' @param drop_negative Of a spectral density: leave modes of negative curvature out of the theory.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_model"`: the arguments; `backend` (`"cpu"` or `"cuda"`: what `device` came
#'   to); `dim`; `eigenvalues` (of \eqn{H}, descending; those
#'   below \eqn{d \epsilon max|\rho|} are set to 0); `vectors` (d x d, `NULL` for a spectrum, whose
#'   parameters are the modes); `minimiser`; `gradient_noise` (\eqn{V'\Sigma V}, d x d, or its diagonal where
#'   it is diagonal by construction); `sigma2` (where \eqn{\Sigma = \sigma^2 H} exactly, else `NULL`);
#'   `rank` (of a regression with fewer examples than parameters, see below; else `NULL`);
#'   `multiplicative` (weight-dependent noise, not by epochs: a list of `spectral_radius`, `radius_bound`
#'   (none larger is possible, `NaN` if not computed), `largest_stable_lr`, `tail_index`, `fourth_moment`
#'   (`TRUE` if finite), `iterations`, `error` (bound on the relative error of the trace) and
#'   `constant_noise` (the noise at the minimiser); else `NULL`); and `report`, a list of `n_flat`,
#'   `n_flat_noisy`, `n_saddle` (modes with \eqn{\kappa = 0}, these with noise, \eqn{\kappa < 0}),
#'   `n_past_limit` (\eqn{\eta \kappa \ge 2(1+\beta)}: SGD diverges), `lr_limit`, `worst_kappa`,
#'   `langevin_error`, `epoch_steps`, `remainder`.
#'
#'   Methods: [print()], [summary()], [plot()] (as [sgd_oscillations()]), [coef()] (the minimiser),
#'   [simulate()] (see [sgd_simulate()]).
#' @section Errors and warnings: `unstable` (under `"sgd"`; under `"langevin"` a warning), `flat` (the loss
#'   slopes along a flat direction), `unsupported`, `no_device`, `no_residual`, `bad_argument`; see
#'   [sgdlangevin-conditions]. Flat directions and saddles are only counted.
#' @section Cost: one symmetric eigendecomposition (LAPACK `dsyevd`) and, for a general \eqn{\Sigma}, two
#'   products. A regression with \eqn{N < d}: one Gram matrix and one product, \eqn{3N^2d} flops, memory \eqn{Nd +
#'   3N^2}. Weight-dependent noise: \eqn{4Nrd^2} flops an iteration for Hessians of rank r, \eqn{Nd^3} for
#'   those given by products.
#' @references arXiv:2107.09133, sections 3 and 4. Tails: Gurbuzbalaban, Simsekli, Zhu (2021). The heavy-tail
#'   phenomenon in SGD. arXiv:2006.04740.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5, 0.01)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32))
#' model
#' summary(model)
#' @export
sgd_model <- function(problem, hyper, dynamics = "langevin", sampling = "replacement", noise = "constant",
                      n_examples = NULL, drop_last = FALSE, device = "auto", decompose = TRUE,
                      drop_negative = FALSE, ...) {
  reject_dots("sgd_model", ...)
  as_object(problem, "problem", "sgd_problem",
            "sgd_quadratic(), sgd_regression(), sgd_spectrum(), sgd_examples(), sgd_objective() or sgd_density()")
  as_object(hyper, "hyper", "sgd_hyper")
  problem <- as_density_problem(problem)
  device <- as_device(device)
  backend <- if (inherits(problem, "sgd_density")) density_backend(device) else backend_for(device, problem$dim >= 1000)
  setting <- list(
    problem = problem, hyper = hyper, dynamics = match_option(dynamics, "dynamics", c("langevin", "sgd")),
    sampling = match_option(sampling, "sampling", c("replacement", "without", "epoch")),
    noise = match_option(noise, "noise", c("constant", "multiplicative")),
    n_examples = examples_of(problem, n_examples), drop_last = as_flag(drop_last, "drop_last"),
    device = device, backend = backend, dim = problem$dim
  )
  if (inherits(problem, "sgd_density")) {
    setting$drop_negative <- as_flag(drop_negative, "drop_negative")
  } else if (as_flag(drop_negative, "drop_negative")) {
    stop_argument("`drop_negative` = TRUE: expected FALSE, unless `problem` is a spectral density")
  }
  if (setting$noise == "multiplicative" && !inherits(problem, "sgd_density")) require_examples(problem)
  if (has_fewer_examples(problem)) require_constant_noise(setting)
  .Call(C_model_report, setting) # what is wrong without eigenvalues, before the expensive part
  decompose <- as_flag(decompose, "decompose")
  if (inherits(problem, "sgd_density")) return(density_of_model(setting))
  modes <- if (inherits(problem, "sgd_objective")) no_modes else on_device_of(setting, {
    if (decompose) model_modes(setting) else model_without_modes(setting)
  })
  model <- structure(c(setting, modes), class = "sgd_model")
  model$report <- .Call(C_model_report, model)
  if (is_wide(model) && model$report$n_flat > 0) model$report$n_flat <- model$dim - model$rank
  if (setting$noise == "multiplicative" && setting$sampling != "epoch") model <- self_consistent(model)
  if (model$report$n_past_limit > 0) warn_past_limit(model)
  model
}

require_examples <- function(problem) {
  if (is_sparse(problem$X)) {
    raise_status("unsupported", paste("`noise` = \"multiplicative\" with a sparse `X`: expected a dense one,",
                                      "as.matrix(X)"))
  }
  if (inherits(problem, c("sgd_regression", "sgd_examples"))) return(invisible())
  raise_status("unsupported", paste("`noise` = \"multiplicative\": expected a problem with examples, from",
                                    "sgd_regression or sgd_examples"))
}

has_fewer_examples <- function(problem) inherits(problem, "sgd_regression") && is.null(problem$H)

require_constant_noise <- function(setting) {
  if (setting$noise == "multiplicative") {
    refuse_wide(c(setting, rank = 0), "`noise` = \"multiplicative\"", "noise = \"constant\"")
  }
}

# The model whose noise is that of its own stationary state.
self_consistent <- function(model) {
  found <- .Call(C_multiplicative_noise, model)
  model$multiplicative <- c(found[names(found) != "noise"], list(constant_noise = model$gradient_noise))
  model$gradient_noise <- found$noise
  model["sigma2"] <- list(NULL)
  model
}

warn_past_limit <- function(model) {
  warn_status(
    "unstable", paste("`lr` = %g: SGD itself diverges along %d of %d modes; it is stable below %g",
                      "(largest eigenvalue of H + weight_decay I: %g)"),
    model$hyper$lr, as.integer(model$report$n_past_limit), length(model$eigenvalues), model$report$lr_limit,
    model$report$worst_kappa
  )
}

examples_of <- function(problem, n_examples) {
  if (!is.null(n_examples)) n_examples <- as_count(n_examples, "n_examples", 1)
  if (is.null(problem$n_examples)) return(n_examples)
  if (!is.null(n_examples) && n_examples != problem$n_examples) {
    source <- if (inherits(problem, "sgd_regression")) "the rows of the regression's X" else
      if (inherits(problem, "sgd_objective")) "those of the objective" else
        if (inherits(problem, "sgd_density")) "those of the spectral density" else "the rows of gradients"
    stop_argument("`n_examples` = %.0f: expected %.0f, %s, or NULL", n_examples, problem$n_examples, source)
  }
  as.double(problem$n_examples)
}

# What a model of an objective has instead of modes.
no_modes <- list(eigenvalues = NULL, vectors = NULL, minimiser = NULL, gradient_noise = NULL, sigma2 = NULL,
                 rank = NULL, multiplicative = NULL, report = NULL)

model_modes <- function(setting) {
  problem <- setting$problem
  if (inherits(problem, "sgd_spectrum")) {
    noise <- list(Sigma = NULL, sigma2 = problem$sigma2)
    modes <- list(eigenvalues = problem$rho, vectors = NULL)
    minimiser <- numeric(problem$dim)
    gradient_noise <- problem$noise
  } else if (has_fewer_examples(problem)) {
    modes <- wide_modes(problem, setting$hyper$weight_decay)
    noise <- list(Sigma = NULL, sigma2 = NULL)
    minimiser <- modes$minimiser
    gradient_noise <- modes$gradient_noise
  } else {
    modes <- .Call(C_decompose, problem$H)
    minimiser <- if (!is.null(problem$minimiser)) problem$minimiser else if (is.null(problem$b)) {
      numeric(problem$dim)
    } else {
      .Call(C_minimiser, modes$eigenvalues, modes$vectors, setting$hyper$weight_decay, problem$b)
    }
    noise <- noise_at(minimiser, setting)
    gradient_noise <- if (!is.null(noise$Sigma)) .Call(C_noise_to_modes, modes$vectors, noise$Sigma)
  }
  if (!is.null(noise$sigma2)) gradient_noise <- noise$sigma2 * modes$eigenvalues
  list(eigenvalues = modes$eigenvalues, vectors = modes$vectors,
       minimiser = name_parameters(minimiser, parameter_names(problem)), gradient_noise = gradient_noise,
       sigma2 = noise$sigma2, rank = modes$rank, multiplicative = NULL, report = NULL)
}

model_without_modes <- function(setting) {
  problem <- setting$problem
  shortcut <- setting$dynamics == "langevin" && !is.null(problem$H) && is.null(problem$Sigma) &&
    !identical(problem$gradient_noise, "empirical")
  if (!shortcut) {
    raise_status("unsupported", paste("`decompose` = FALSE: expected dynamics \"langevin\" and a Hessian",
                                      "with Sigma = sigma2 H; use decompose = TRUE"))
  }
  minimiser <- if (is.null(problem$b)) numeric(problem$dim) else
    .Call(C_minimiser_cholesky, problem$H, setting$hyper$weight_decay, problem$b)
  list(eigenvalues = NULL, vectors = NULL, minimiser = name_parameters(minimiser, parameter_names(problem)),
       gradient_noise = NULL, sigma2 = noise_at(minimiser, setting)$sigma2, rank = NULL,
       multiplicative = NULL, report = NULL)
}

# Covariance of the one-example gradient at the minimiser: `Sigma`, or `sigma2` where it is sigma2 * H.
noise_at <- function(minimiser, setting) {
  problem <- setting$problem
  if (inherits(problem, "sgd_examples")) {
    return(list(Sigma = examples_noise(minimiser, setting), sigma2 = NULL))
  }
  if (!inherits(problem, "sgd_regression")) return(problem[c("Sigma", "sigma2")])
  empirical <- problem$gradient_noise == "empirical"
  noise_of <- if (is_sparse(problem$X)) sparse_noise else regression_noise
  noise <- noise_of(problem$X, problem$y, minimiser, setting$hyper$weight_decay, empirical)
  if (empirical) return(list(Sigma = noise$Sigma, sigma2 = NULL))
  list(Sigma = NULL, sigma2 = .Call(C_residual_variance, problem$n_examples, problem$dim, noise$rss))
}

# As a regression on the gradients with residuals 1.
examples_noise <- function(minimiser, setting) {
  gradients <- setting$problem$gradients
  decay <- setting$hyper$weight_decay * minimiser
  if (any(decay != 0)) gradients <- gradients + rep(decay, each = nrow(gradients))
  regression_noise(gradients, rep(1, nrow(gradients)), numeric(ncol(gradients)), 0, TRUE)$Sigma
}

regression_noise <- function(X, y, mu, weight_decay, with_sigma) {
  .Call(C_regression_noise, X, y, mu, weight_decay, with_sigma)
}

# The model, or an error where it was made without the modes that the caller needs.
as_model <- function(model) {
  as_object(model, "model", "sgd_model")
  refuse_objective(model)
  refuse_density(model)
  if (is.null(model$eigenvalues)) {
    raise_status("unsupported", "`model` was made with decompose = FALSE: make it with decompose = TRUE")
  }
  model
}

sampling_text <- function(model) {
  schemes <- c(replacement = "with replacement", without = "without replacement", epoch = "by epochs")
  text <- schemes[[model$sampling]]
  if (is.null(model$n_examples)) return(text)
  sprintf("%s from %.0f examples", text, model$n_examples)
}

dynamics_text <- function(model) {
  c(langevin = "Langevin equation", sgd = "discrete recursion")[[model$dynamics]]
}

#' @export
print.sgd_model <- function(x, ...) {
  cat(sprintf("SGD model (%s), batches %s\n", dynamics_text(x), sampling_text(x)))
  cat("  ", format(x$problem), "\n", sep = "")
  cat("  ", format(x$hyper), "\n", sep = "")
  if (x$noise == "multiplicative") cat("  noise depends on the parameters\n")
  if (is.null(x$eigenvalues)) {
    objective <- inherits(x$problem, "sgd_objective")
    if (is_density(x)) print_density_model(x) else
      cat(if (objective) "  no modes: see sgd_quadratic_at()\n" else "  no eigendecomposition was made\n")
    return(invisible(x))
  }
  if (is_wide(x)) {
    cat(sprintf("  theory in the %.0f modes that the examples span; %.0f directions are not seen\n", x$rank,
                x$dim - x$rank))
  }
  cat("  eigenvalues of H: ", shown(x$eigenvalues), "\n", sep = "")
  counts <- unlist(x$report[c("n_flat", "n_saddle", "n_past_limit")])
  labels <- c("flat", "of negative curvature (saddle)", "past the stability limit of SGD")
  for (i in which(counts > 0)) cat(sprintf("  %s %s\n", plural(counts[[i]], "mode"), labels[i]))
  invisible(x)
}

#' @export
summary.sgd_model <- function(object, ...) {
  regimes <- if (!is.null(object$eigenvalues)) {
    table(factor(sgd_oscillations(object)$regime, levels = names(regime_colours)))
  }
  structure(list(model = object, regimes = regimes, comparison = compare_variances(object)),
            class = "summary.sgd_model")
}

#' @export
print.summary.sgd_model <- function(x, ...) {
  print(x$model)
  report <- x$model$report
  if (!is.null(x$regimes)) {
    seen <- x$regimes[x$regimes > 0]
    cat("  damping: ", paste(seen, names(seen), collapse = ", "), "\n", sep = "")
    cat(sprintf("  SGD is stable below lr = %s (largest eigenvalue of H + weight_decay I: %s)\n",
                format_numbers(report$lr_limit), format_numbers(report$worst_kappa)))
    cat(sprintf("  Langevin model: stationary variances up to %.2g%% off those of SGD\n",
                100 * report$langevin_error))
  }
  if (isTRUE(report$n_flat_noisy > 0)) cat(sprintf("  %s with noise: no stationary position there\n",
                                           plural(report$n_flat_noisy, "flat mode")))
  if (report$epoch_steps > 0) {
    rest <- if (report$remainder == 0) "" else if (x$model$drop_last) " (dropped)" else " (a smaller batch)"
    cat(sprintf("  an epoch is %.0f steps, %.0f examples remain%s\n", report$epoch_steps, report$remainder,
                rest))
  }
  print_multiplicative(x$model$multiplicative)
  print_variances(x$comparison)
  invisible(x)
}

print_multiplicative <- function(found) {
  if (is.null(found)) return(invisible())
  cat(sprintf("  weight-dependent noise: spectral radius %s, variance finite below lr = %s\n",
              format_numbers(found$spectral_radius), format_numbers(found$largest_stable_lr)))
  cat(sprintf("  tail index %s, fourth moment %s\n", format_numbers(found$tail_index),
              if (found$fourth_moment) "finite" else "INFINITE"))
}

#' @export
coef.sgd_model <- function(object, ...) object$minimiser

#' @export
plot.sgd_model <- function(x, ...) {
  if (is_density(x)) plot(x$problem, ...) else plot(sgd_oscillations(x), ...)
  invisible(x)
}
