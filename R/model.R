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
#' @param problem From [sgd_quadratic()], [sgd_regression()] or [sgd_spectrum()].
#' @param hyper From [sgd_hyper()].
#' @param dynamics `"langevin"` or `"sgd"`.
#' @param sampling `"replacement"`, `"without"` or `"epoch"` (the latter needs `dynamics = "sgd"`).
#' @param noise `"constant"`: the covariance of the gradient noise is that at the minimiser.
#' @param n_examples Number of examples \eqn{N}; needed unless sampling is with replacement; taken from the
#'   data of a regression.
#' @param drop_last Epochs: drop the smaller batch that is left when \eqn{S} does not divide \eqn{N}, or keep
#'   it (as PyTorch does by default).
#' @param device `"auto"`, `"cpu"` or `"cuda"`; see [sgd_devices()].
#' @param decompose `FALSE` skips the eigendecomposition; it needs `dynamics = "langevin"`, a Hessian and
#'   noise `sigma2 * H`, and leaves only [sgd_stationary()], by one Cholesky factorisation.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_model"`: the arguments; `dim`; `eigenvalues` (of \eqn{H}, descending; those
#'   below \eqn{d \epsilon max|\rho|} are set to 0); `vectors` (d x d, `NULL` for a spectrum, whose
#'   parameters are the modes); `minimiser`; `gradient_noise` (\eqn{V'\Sigma V}, d x d, or its diagonal where
#'   it is diagonal by construction); `sigma2` (where \eqn{\Sigma = \sigma^2 H} exactly, else `NULL`); and
#'   `report`, a list of `n_flat`, `n_flat_noisy`, `n_saddle` (modes with \eqn{\kappa = 0}, these with noise,
#'   \eqn{\kappa < 0}), `n_past_limit` (\eqn{\eta \kappa \ge 2(1+\beta)}: SGD diverges), `lr_limit`,
#'   `worst_kappa`, `langevin_error`, `epoch_steps`, `remainder`.
#'
#'   Methods: [print()], [summary()], [plot()] (as [sgd_oscillations()]), [coef()] (the minimiser),
#'   [simulate()] (see [sgd_simulate()]).
#' @section Errors and warnings: `unstable` (under `"sgd"`; under `"langevin"` a warning), `flat` (the loss
#'   slopes along a flat direction), `unsupported`, `no_device`, `no_residual`, `bad_argument`; see
#'   [sgdlangevin-conditions]. Flat directions and saddles are only counted.
#' @section Cost: one symmetric eigendecomposition (LAPACK `dsyevd`) and, for a general \eqn{\Sigma}, two
#'   products.
#' @references arXiv:2107.09133, sections 3 and 4.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5, 0.01)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32))
#' model
#' summary(model)
#' @export
sgd_model <- function(problem, hyper, dynamics = "langevin", sampling = "replacement", noise = "constant",
                      n_examples = NULL, drop_last = FALSE, device = "auto", decompose = TRUE, ...) {
  reject_dots("sgd_model", ...)
  as_object(problem, "problem", "sgd_problem", "sgd_quadratic(), sgd_regression() or sgd_spectrum()")
  as_object(hyper, "hyper", "sgd_hyper")
  device <- match_option(device, "device", c("auto", "cpu", "cuda"))
  if (device == "cuda") {
    raise_status("no_device", "`device` = \"cuda\": this build has no CUDA backend; use \"auto\" or \"cpu\"")
  }
  setting <- list(
    problem = problem, hyper = hyper, dynamics = match_option(dynamics, "dynamics", c("langevin", "sgd")),
    sampling = match_option(sampling, "sampling", c("replacement", "without", "epoch")),
    noise = match_option(noise, "noise", "constant"), n_examples = examples_of(problem, n_examples),
    drop_last = as_flag(drop_last, "drop_last"), device = device, dim = problem$dim
  )
  .Call(C_model_report, setting) # what is wrong without eigenvalues, before the expensive part
  modes <- if (as_flag(decompose, "decompose")) model_modes(setting) else model_without_modes(setting)
  model <- structure(c(setting, modes), class = "sgd_model")
  model$report <- .Call(C_model_report, model)
  if (model$report$n_past_limit > 0) warn_past_limit(model)
  model
}

warn_past_limit <- function(model) {
  warn_status(
    "unstable", paste("`lr` = %g: SGD itself diverges along %d of %d modes; it is stable below %g",
                      "(largest eigenvalue of H + weight_decay I: %g)"),
    model$hyper$lr, as.integer(model$report$n_past_limit), model$dim, model$report$lr_limit,
    model$report$worst_kappa
  )
}

examples_of <- function(problem, n_examples) {
  if (!is.null(n_examples)) n_examples <- as_count(n_examples, "n_examples", 1)
  if (is.null(problem$n_examples)) return(n_examples)
  if (!is.null(n_examples) && n_examples != problem$n_examples) {
    stop_argument("`n_examples` = %.0f: expected %d, the rows of the regression's X, or NULL", n_examples,
                  problem$n_examples)
  }
  as.double(problem$n_examples)
}

model_modes <- function(setting) {
  problem <- setting$problem
  if (inherits(problem, "sgd_spectrum")) {
    noise <- list(Sigma = NULL, sigma2 = problem$sigma2)
    modes <- list(eigenvalues = problem$rho, vectors = NULL)
    minimiser <- numeric(problem$dim)
    gradient_noise <- problem$noise
  } else {
    modes <- .Call(C_decompose, problem$H)
    minimiser <- if (is.null(problem$b)) numeric(problem$dim) else
      .Call(C_minimiser, modes$eigenvalues, modes$vectors, setting$hyper$weight_decay, problem$b)
    noise <- noise_at(minimiser, setting)
    gradient_noise <- if (!is.null(noise$Sigma)) .Call(C_noise_to_modes, modes$vectors, noise$Sigma)
  }
  if (!is.null(noise$sigma2)) gradient_noise <- noise$sigma2 * modes$eigenvalues
  list(eigenvalues = modes$eigenvalues, vectors = modes$vectors,
       minimiser = name_parameters(minimiser, parameter_names(problem)), gradient_noise = gradient_noise,
       sigma2 = noise$sigma2, report = NULL)
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
       gradient_noise = NULL, sigma2 = noise_at(minimiser, setting)$sigma2, report = NULL)
}

# Covariance of the one-example gradient at the minimiser: `Sigma`, or `sigma2` where it is sigma2 * H.
noise_at <- function(minimiser, setting) {
  problem <- setting$problem
  if (!inherits(problem, "sgd_regression")) return(problem[c("Sigma", "sigma2")])
  empirical <- problem$gradient_noise == "empirical"
  noise <- .Call(C_regression_noise, problem$X, problem$y, minimiser, setting$hyper$weight_decay, empirical)
  if (empirical) return(list(Sigma = noise$Sigma, sigma2 = NULL))
  list(Sigma = NULL, sigma2 = .Call(C_residual_variance, problem$n_examples, problem$dim, noise$rss))
}

# The model, or an error where it was made without the modes that the caller needs.
as_model <- function(model) {
  as_object(model, "model", "sgd_model")
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
  if (is.null(x$eigenvalues)) {
    cat("  no eigendecomposition was made\n")
    return(invisible(x))
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
  structure(list(model = object, regimes = regimes), class = "summary.sgd_model")
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
  if (report$n_flat_noisy > 0) cat(sprintf("  %s with noise: no stationary position there\n",
                                           plural(report$n_flat_noisy, "flat mode")))
  if (report$epoch_steps > 0) {
    rest <- if (report$remainder == 0) "" else if (x$model$drop_last) " (dropped)" else " (a smaller batch)"
    cat(sprintf("  an epoch is %.0f steps, %.0f examples remain%s\n", report$epoch_steps, report$remainder,
                rest))
  }
  invisible(x)
}

#' @export
coef.sgd_model <- function(object, ...) object$minimiser

#' @export
plot.sgd_model <- function(x, ...) plot(sgd_oscillations(x), ...)
