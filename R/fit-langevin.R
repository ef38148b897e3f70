# The theory fitted to a trajectory: noise, curvature and damping of every mode, and whether it holds.

#' Fit the theory to a trajectory
#'
#' Along every eigenvector of the Hessian the model says how much power the path has at every frequency. The
#' strength of the noise, and if asked the curvature and the damping, are those at which this spectral density
#' fits the periodogram best (Whittle likelihood, mode by mode), with standard errors, intervals, and tests of
#' whether the fit and the theory hold.
#'
#' The density is exact for what was recorded: of a mode of the recursion under white noise,
#' \deqn{f(w) = \frac{\eta^2\tilde\Sigma/S}{|e^{iw} - p + \beta e^{-iw}|^2}, \qquad p = 1+\beta-\eta\kappa,}{
#' f(w) = (eta^2 S~/S)/|e^(iw) - p + beta e^(-iw)|^2,  p = 1 + beta - eta kappa,}
#' of the Langevin model that of its samples at the steps, of frames every k steps with what aliasing folds
#' into them (an ARMA(2, 1) process; under epochs a sum over the aliases). The path is first filtered by the
#' mode's own difference equation, so that little leaks from strong frequencies to weak ones (the filter is
#' that of the estimates: the fit is repeated until it is); its periodogram \eqn{I_j} is held against its
#' expectation
#' \eqn{E_j} for this length, not against the density (debiased Whittle likelihood)
#' \deqn{\ell = -\sum_j (\log E_j + I_j/E_j).}{l = -sum_j (log E_j + I_j/E_j).}
#' Intervals are Wald's in the logarithms, those of curvature and damping come from the profile likelihood;
#' their lower limit is that of a flat mode where the record cannot exclude one. Under epochs errors count
#' that the run is only periodically stationary.
#' Frequencies so low that epochs cut at both ends of the record leak a quarter of their power are left out.
#'
#' The overall values are what the identified modes' profile likelihoods have in common: the square root of
#' twice the fall of each from its maximum is to second order normal about a mean of order
#' \eqn{1/\sqrt T}{1/sqrt(T)} (a function of third derivatives, `stats/whittle.h`), which is taken off, and the
#' sum of their squares is least at the overall value, with its interval where it has risen by the normal
#' quantile's square. So each mode counts with its information at the common value: weights from its own
#' estimate would go with the error of that.
#'
#' Measured (`bench/calibration/fit_langevin.c`, 12 cases of the Langevin model, of SGD with replacement and
#' by epochs, of 502 to 8002 frames, every step or every 3 or 4, 600 runs each): 95% intervals of the 42
#' modes that were identified held noise, curvature and damping in 94.9, 95.1 and 94.9% (single modes 92.8 to
#' 96.7, 93.2 to 97.5 and 93.0 to 96.7%, standard error 0.9%), those of the overall values in 94.7, 94.4 and
#' 94.4% (single cases 92.5 to 96.7, 93.5 to 96.0 and 93.5 to 95.5%); the tests of fit and of the theory gave
#' 5.1 and 4.7% false alarms at 5%.
#'
#' The test of fit: mean ratios \eqn{I_j/E_j} over bands of frequencies, three an octave and at least 10
#' ordinates each, as normal scores; the sum of the squares of what the fitted parameters leave of them is chi
#' squared. The test against the theory is the likelihood ratio of the fit to the model with nothing fitted.
#' Modes count as independent, but for the coherence of their noise where the model knows all of it.
#'
#' @param x A matrix (frames x parameters), array (frames x parameters x paths) or vector, or a trajectory
#'   from [sgd_simulate()] or [read_trajectory()]; from its stationary state. Frames at equal intervals.
#' @param hyper From [sgd_hyper()], or a model from [sgd_model()] (then `H`, `dynamics`, `sampling` and
#'   `n_examples` are the model's).
#' @param H With hyperparameters: the Hessian (d x d), or its d eigenvalues if `x` is along the modes, or a
#'   problem, as [sgd_quadratic()] makes it. A problem and a model have a noise to hold the fit against.
#' @param parameters What to fit besides `"noise"`: `"curvature"`, `"damping"`.
#' @param modes Which modes, counted from the stiffest; `NULL` is all.
#' @param dynamics,sampling,n_examples As in [sgd_model()].
#' @param range Frequencies to use, lowest and highest, in cycles per step; `NULL` is all. Slow drifts of a
#'   run that is not stationary can be left out.
#' @param level Probability of the intervals.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_fit"`, for m modes: `mode`; `estimate`, `se`, `lower`, `upper`, `theory`,
#'   `p_value` (m x 3 each, columns `noise`: variance of one example's gradient along the mode, `curvature`:
#'   eigenvalue of H, `damping`: \eqn{2(1-\beta)/(\eta(1+\beta))} per unit time; `NaN` errors for what was not
#'   fitted; `p_value` of estimate = theory); `covariance` (3 x 3 x m, of the logarithms of noise, curvature
#'   of \eqn{H+\lambda I}{H + lambda I}, damping); `oscillations` (data frame: `frequency` in cycles per step,
#'   0 where overdamped, `decay` per step, `quality` \eqn{\omega/(2\gamma)}{omega/(2 gamma)}, each with `_se`,
#'   `_lower`, `_upper`; `regime`, and `regime_sure`: does the interval exclude critical damping?);
#'   `identified` (m: `FALSE` where a logarithm has a standard error above 0.5 or, of a curvature fitted,
#'   the theory leads to expect one above 0.3, as of fewer than some 30 relaxations
#'   \eqn{(1-\beta)/(\eta\kappa)}{(1 - beta)/(eta kappa)}, or a flat mode is not excluded); `goodness` (data
#'   frame: `chi_squared`, `df`, `p_value` of the fit, `theory_chi_squared`, `theory_df`, `theory_p_value`,
#'   `log_likelihood`); `overall` (data frame over identified modes, rows noise and curvature over their
#'   theory and damping: `estimate`, `se`, `lower`, `upper`, `p_value` of the theory, and chi squared
#'   `spread`, `spread_df`, `spread_p` of the modes about it); `fit_test`, `theory_test` (`chi_squared`, `df`,
#'   `p_value` of all modes); `bands` (list: `freq` and `weight`, half the degrees of freedom, B each; `fit`
#'   and `data`, B x m densities of the position per cycle per step, two-sided); `parameters`, `range`,
#'   `level`, `ordinates`, `every`, `frames`, `n_paths`, `msd` (of the path along these modes), `model`.
#'
#'   Methods: [plot()], [summary()], [coef()], [vcov()], [confint()], [predict()], [as.data.frame()]; `tidy()`
#'   and `glance()` where package generics is installed.
#' @section Errors: `too_short` (below 64 frames or 32 frequencies), `saddle`, `unsupported` (epochs recorded
#'   at steps that share a divisor with the epoch's), `bad_argument`, `not_finite`; see
#'   [sgdlangevin-conditions].
#' @section Cost: 2 T d m operations, then some hundred FFTs of twice the length a mode.
#' @references arXiv:2107.09133, section 4 (the theory); Sykulski, Olhede, Guillaumin, Lilly, Early (2019).
#'   The debiased Whittle likelihood. Biometrika 106.
#' @seealso [sgd_power_spectrum()], [power_spectrum()], [shuffling_test()].
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5, 0.1)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(0.1, 0.9, batch_size = 32), dynamics = "sgd")
#' run <- sgd_simulate(model, 4000, start = "stationary", seed = 1)
#' fit <- fit_langevin(run, model, parameters = c("curvature", "damping"))
#' fit
#' plot(fit)
#' @export
fit_langevin <- function(x, hyper, H = NULL, parameters = "noise", modes = NULL, dynamics = "sgd",
                         sampling = "replacement", n_examples = NULL, range = NULL, level = 0.95, ...) {
  reject_dots("fit_langevin", ...)
  of <- model_to_fit(hyper, H, dynamics, sampling, n_examples)
  model <- of$model
  refuse_wide(model, "fit_langevin", dense_problem)
  frames <- as_frames(x)
  if (frames$size[2L] != model$dim) {
    stop_argument("`x`: expected %d coordinates, got %.0f", model$dim, frames$size[2L])
  }
  if (inherits(x, "sgd_trajectory") && identical(x$coordinates, "modes")) model["vectors"] <- list(NULL)
  chosen <- fitted_parameters(parameters)
  modes <- if (is.null(modes)) as.double(seq_len(model$dim)) else as_numeric_vector(modes, "modes")
  range <- if (!is.null(range)) as_numeric_vector(range, "range", 2L)
  options <- c(as.double(c("curvature", "damping") %in% chosen), as.double(of$noise_known), frames$record,
               if (is.null(range)) c(0, 0) else range, as_number(level, "level"))
  found <- .Call(C_fit_langevin, model, frames$x, frames$size, modes - 1, options)
  new_fit(found, model, modes, frames, list(parameters = chosen, range = range, level = level))
}

model_to_fit <- function(hyper, H, dynamics, sampling, n_examples) {
  if (inherits(hyper, "sgd_model")) {
    if (!is.null(H)) stop_argument("`H`: expected NULL with a model as `hyper`, got %s", describe(H))
    return(list(model = as_model(hyper), noise_known = TRUE))
  }
  as_object(hyper, "hyper", "sgd_hyper", "sgd_hyper() or sgd_model()")
  if (is.null(H)) {
    stop_argument("`H`: expected a Hessian, its eigenvalues or a problem, got NULL")
  }
  problem <- if (inherits(H, "sgd_problem")) H else if (length(dim(H)) == 2L) {
    sgd_quadratic(as_square_matrix(H, "H"), sigma2 = 1)
  } else {
    sgd_spectrum(as_numeric_vector(H, "H"), sigma2 = 1)
  }
  model <- as_model(sgd_model(problem, hyper, dynamics, sampling, n_examples = n_examples))
  list(model = model, noise_known = inherits(H, "sgd_problem"))
}

fit_quantities <- c("noise", "curvature", "damping")

fitted_parameters <- function(parameters) {
  if (!is.character(parameters) || !length(parameters) || anyNA(parameters)) {
    stop_argument("`parameters`: expected some of \"noise\", \"curvature\", \"damping\", got %s",
                  describe(parameters))
  }
  for (name in parameters) match_option(name, "parameters", fit_quantities)
  fit_quantities[fit_quantities %in% c("noise", parameters)]
}

regime_names <- c("flat", "overdamped", "critical", "underdamped", "alternating", "saddle")

new_fit <- function(found, model, modes, frames, settings) {
  table <- found$table
  three <- function(first) {
    matrix(table[, first + 1:3], nrow = length(modes), dimnames = list(modes, fit_quantities))
  }
  four <- function(first, name) {
    stats::setNames(as.data.frame(matrix(table[, first + 1:4], nrow = length(modes))),
                    paste0(name, c("", "_se", "_lower", "_upper")))
  }
  logarithms <- list(fit_quantities, fit_quantities, modes)
  bands <- seq_len(found$bands)
  test <- function(x) stats::setNames(x, c("chi_squared", "df", "p_value"))
  structure(list(
    mode = modes, estimate = three(0), se = three(3), lower = three(6), upper = three(9),
    theory = three(12), p_value = three(15), covariance = array(found$covariance, c(3, 3, length(modes)),
                                                                logarithms),
    oscillations = data.frame(four(18, "frequency"), four(22, "decay"), four(26, "quality"),
                              regime = regime_names[table[, 31] + 1], regime_sure = table[, 32] == 1),
    identified = table[, 40] == 1,
    goodness = data.frame(chi_squared = table[, 34], df = table[, 35], p_value = table[, 36],
                          theory_chi_squared = table[, 37], theory_df = table[, 38],
                          theory_p_value = table[, 39], log_likelihood = table[, 33]),
    overall = data.frame(found[c("estimate", "se", "lower", "upper", "p_value", "spread", "spread_df",
                                 "spread_p")], row.names = fit_quantities),
    fit_test = test(found$fit_test), theory_test = test(found$theory_test),
    bands = list(freq = found$freq[bands], weight = found$weight[bands],
                 fit = found$fit[bands, , drop = FALSE], data = found$data[bands, , drop = FALSE]),
    parameters = settings$parameters, range = settings$range, level = settings$level,
    ordinates = found$ordinates, every = frames$record, frames = frames$size[1L], n_paths = frames$size[3L],
    msd = along_modes_msd(frames, model, modes), model = model
  ), class = "sgd_fit")
}

# The MSD of the path along these modes: of the whole path where they are all.
along_modes_msd <- function(frames, model, modes) {
  x <- array(frames$x, frames$size)
  if (length(modes) < model$dim) {
    if (is.null(model$vectors)) {
      x <- x[, modes, , drop = FALSE]
    } else {
      paths <- lapply(seq_len(frames$size[3L]), function(r) {
        x[, , r] %*% model$vectors[, modes, drop = FALSE]
      })
      x <- array(unlist(paths), c(frames$size[1L], length(modes), frames$size[3L]))
    }
  }
  measured <- msd(x)
  measured$lag <- measured$lag * frames$record # steps
  measured
}

# ---- methods ---------------------------------------------------------------------------------------

test_text <- function(test) {
  sprintf("chi squared %.4g on %.4g, %s", test[1L], test[2L], p_value_text(test[3L]))
}

#' @export
print.sgd_fit <- function(x, ...) {
  cat(sprintf("Theory fitted along %s (%s): %s, %.0f frames every %s\n", plural(length(x$mode), "mode"),
              dynamics_text(x$model), paste(x$parameters, collapse = ", "), x$frames,
              plural(x$every, "step")))
  print_rows(as.data.frame(x))
  for (name in x$parameters) print_overall(x, name)
  cat(sprintf("  fit: %s\n", test_text(x$fit_test)))
  if (!is.na(x$theory_test[3L])) cat(sprintf("  theory as given: %s\n", test_text(x$theory_test)))
  invisible(x)
}

print_overall <- function(x, name) {
  row <- x$overall[name, ]
  if (is.na(row$estimate)) return(invisible())
  what <- c(noise = "noise over theory", curvature = "curvature over theory", damping = "damping")[[name]]
  cat(sprintf("  %s %.4g [%.4g, %.4g]%s\n", what, row$estimate, row$lower, row$upper,
              if (is.na(row$spread_p)) "" else sprintf("; modes alike: %s", p_value_text(row$spread_p))))
}

#' @export
summary.sgd_fit <- function(object, ...) structure(list(fit = object), class = "summary.sgd_fit")

#' @export
print.summary.sgd_fit <- function(x, ...) {
  fit <- x$fit
  print(fit)
  unsure <- sum(!fit$identified)
  if (unsure) cat(sprintf("  %s not identified: longer records, or fewer parameters\n",
                          plural(unsure, "mode")))
  regimes <- table(factor(fit$oscillations$regime, regime_names))
  seen <- regimes[regimes > 0]
  cat("  damping: ", paste(seen, names(seen), collapse = ", "), "\n", sep = "")
  undecided <- sum(!fit$oscillations$regime_sure)
  if (length(fit$parameters) > 1L && undecided) {
    cat(sprintf("  %s: the data do not tell whether it oscillates\n", plural(undecided, "mode")))
  }
  cat(if (isTRUE(fit$fit_test[[3L]] < 0.01)) "  The fitted spectra do NOT describe the run\n" else
    "  The fitted spectra describe the run\n")
  if (!is.na(fit$theory_test[3L])) {
    cat(if (fit$theory_test[[3L]] < 0.01) "  The theory as given does NOT describe the run\n" else
      "  The theory as given describes the run\n")
  }
  invisible(x)
}

#' @export
as.data.frame.sgd_fit <- function(x, ...) {
  out <- data.frame(mode = x$mode)
  for (name in x$parameters) {
    out[[name]] <- unname(x$estimate[, name])
    out[[paste0(name, "_se")]] <- unname(x$se[, name])
    out[[paste0(name, "_theory")]] <- unname(x$theory[, name])
  }
  out$fit_p <- x$goodness$p_value
  out
}

fit_terms <- function(x) as.vector(outer(x$mode, x$parameters, function(m, p) paste0(p, "[", m, "]")))

#' @export
coef.sgd_fit <- function(object, ...) {
  stats::setNames(as.vector(object$estimate[, object$parameters]), fit_terms(object))
}

# Of the estimates; modes count as independent.
#' @export
vcov.sgd_fit <- function(object, ...) {
  m <- length(object$mode)
  k <- length(object$parameters)
  out <- matrix(0, m * k, m * k, dimnames = list(fit_terms(object), fit_terms(object)))
  decay <- c(noise = 0, curvature = object$model$hyper$weight_decay, damping = 0)[object$parameters]
  for (l in seq_len(m)) {
    at <- l + m * (seq_len(k) - 1)
    scale <- object$estimate[l, object$parameters] + decay
    out[at, at] <- object$covariance[object$parameters, object$parameters, l] * outer(scale, scale)
  }
  out
}

#' @export
confint.sgd_fit <- function(object, parm = fit_terms(object), level = object$level, ...) {
  if (is.numeric(parm)) parm <- fit_terms(object)[parm]
  if (level != object$level) {
    stop_argument("`level` = %g: expected %g, that of the fit (fit again with another)", level, object$level)
  }
  tails <- c((1 - level) / 2, (1 + level) / 2)
  out <- cbind(as.vector(object$lower[, object$parameters]), as.vector(object$upper[, object$parameters]))
  dimnames(out) <- list(fit_terms(object), paste(format(100 * tails, trim = TRUE, digits = 3L), "%"))
  out[parm, , drop = FALSE]
}

# The fitted mode as a model of its own.
fitted_model <- function(fit, l) {
  hyper <- fit$model$hyper
  ratio <- fit$estimate[l, "damping"] * hyper$lr / 2
  if ("damping" %in% fit$parameters) {
    hyper <- sgd_hyper(hyper$lr, (1 - ratio) / (1 + ratio), hyper$weight_decay, hyper$batch_size)
  }
  sgd_model(sgd_spectrum(max(fit$estimate[l, "curvature"], 0), noise = fit$estimate[l, "noise"]), hyper,
            fit$model$dynamics, fit$model$sampling, n_examples = fit$model$n_examples,
            drop_last = fit$model$drop_last)
}

#' What a fitted theory predicts
#'
#' @param object From [fit_langevin()].
#' @param at Frequencies in cycles per step (`"spectrum"`), or lags in steps (`"msd"`).
#' @param what `"spectrum"`: two-sided density of the position, per cycle per step, of every mode (without the
#'   aliases that frames every few steps add); `"msd"`: mean squared displacement, the sum over the modes.
#' @param ... Not used.
#' @return A matrix, frequencies x modes; or a vector, one number a lag.
#' @examples
#' model <- sgd_model(sgd_spectrum(1, sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
#' fit <- fit_langevin(sgd_simulate(model, 1000, start = "stationary", seed = 1), model)
#' predict(fit, c(0.01, 0.1))
#' @export
predict.sgd_fit <- function(object, at = NULL, what = "spectrum", ...) {
  what <- match_option(what, "what", c("spectrum", "msd"))
  if (is.null(at)) at <- if (what == "msd") object$msd$lag else object$bands$freq
  at <- as_numeric_vector(at, "at")
  modes <- seq_along(object$mode)
  if (what == "msd") return(Reduce(`+`, lapply(modes, function(l) sgd_msd(fitted_model(object, l), at)$msd)))
  matrix(vapply(modes, function(l) sgd_power_spectrum(fitted_model(object, l), at)$theta, at),
         ncol = length(modes))
}

#' Plot a fitted theory over the data
#'
#' The measured spectrum of the position along one mode or summed over all (with chi-squared intervals) and
#' the mean squared displacement, each with the fitted theory over them.
#'
#' @param x From [fit_langevin()].
#' @param mode Which of the fitted modes' spectra, by its number; `NULL` is the sum over all.
#' @param which `"both"`, `"spectrum"` or `"msd"`.
#' @param level Probability of the bars.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_fit <- function(x, mode = NULL, which = "both", level = x$level, ...) {
  which <- match_option(which, "which", c("both", "spectrum", "msd"))
  columns <- fitted_columns(x, mode)
  if (which == "both") {
    old <- graphics::par(mfrow = c(1, 2))
    on.exit(graphics::par(old))
  }
  if (which != "msd") plot_fit_spectrum(x, columns, level, ...)
  if (which != "spectrum") plot_fit_msd(x, level, ...)
  invisible(x)
}

fitted_columns <- function(x, mode) {
  columns <- if (is.null(mode)) seq_along(x$mode) else match(as_count(mode, "mode", 1), x$mode)
  if (anyNA(columns)) stop_argument("`mode` = %.0f: expected one of the fitted modes", mode)
  columns
}

# Measured density of the chosen modes with bars; degrees of freedom of a sum by Satterthwaite.
fit_spectrum_bars <- function(x, columns, level) {
  data <- rowSums(x$bands$data[, columns, drop = FALSE])
  df <- 2 * x$bands$weight * data^2 / rowSums(x$bands$data[, columns, drop = FALSE]^2)
  data.frame(freq = x$bands$freq, density = data, fit = rowSums(x$bands$fit[, columns, drop = FALSE]),
             lower = data * df / stats::qchisq((1 + level) / 2, df),
             upper = data * df / stats::qchisq((1 - level) / 2, df))
}

plot_fit_spectrum <- function(x, columns, level, xlab = "frequency (cycles per step)",
                              ylab = "power spectral density of the position", main = "Spectrum", ...) {
  bars <- fit_spectrum_bars(x, columns, level)
  graphics::plot(bars$freq, bars$density, type = "n", log = "xy", xaxt = "n", yaxt = "n", xlab = xlab,
                 ylab = ylab, main = main, ylim = range(bars$lower, bars$upper, bars$fit), ...)
  log_axis(1)
  log_axis(2)
  graphics::segments(bars$freq, bars$lower, bars$freq, bars$upper, col = palette_of["measured"])
  graphics::points(bars$freq, bars$density, pch = 19, cex = 0.7, col = palette_of["measured"])
  graphics::lines(bars$freq, bars$fit, lwd = 2, col = palette_of["theory"])
  graphics::legend("bottomleft", bg = "white", 
                   legend = c(sprintf("measured, %g%% bars", 100 * level), "fitted"),
                   pch = c(19, NA), lty = c(NA, 1), lwd = 2, col = palette_of[c("measured", "theory")])
}

plot_fit_msd <- function(x, level, ...) {
  plot(x$msd, level = level, ...)
  graphics::lines(x$msd$lag, predict(x, what = "msd"), lwd = 2, col = palette_of["theory"])
}

# Registered with package generics in .onLoad().
tidy.sgd_fit <- function(x, conf.int = FALSE, conf.level = x$level, ...) {
  of <- function(field) as.vector(x[[field]][, x$parameters])
  out <- data.frame(term = rep(x$parameters, each = length(x$mode)), mode = rep(x$mode, length(x$parameters)),
                    estimate = of("estimate"), std.error = of("se"), theory = of("theory"),
                    p.value = of("p_value"))
  if (conf.int) out[c("conf.low", "conf.high")] <- unname(confint(x, level = conf.level))
  out
}

glance.sgd_fit <- function(x, ...) {
  data.frame(modes = length(x$mode), frames = x$frames, ordinates = x$ordinates,
             log_likelihood = sum(x$goodness$log_likelihood), fit_p = x$fit_test[[3L]],
             theory_p = x$theory_test[[3L]])
}
