# Predicted mean squared displacement and its local exponent.

#' Predicted mean squared displacement
#'
#' \eqn{E|\theta_k-\theta_0|^2} as a function of the number of steps, and its local exponent \eqn{d\log
#' MSD/d\log k}. From stationarity
#' \deqn{MSD(k) = \sum_l 2P_l(1-\phi_l(k)),}{MSD(k) = sum_l 2 P_l (1 - phi_l(k)),}
#' \eqn{P_l} the stationary variance along mode \eqn{l} and \eqn{\phi_l} its autocorrelation (of the Langevin
#' equation or of the recursion, by the model's dynamics); flat modes start from their stationary velocity.
#' Under epochs it is averaged over the phase, as a long time average measures it. From a point it is
#' \eqn{|m(k)-m(0)|^2 + tr\,cov(\theta_k)}{|m(k) - m(0)|^2 + tr cov(theta_k)}; the other starts are those of
#' [sgd_transient()], `"checkpoint"` being the displacement between checkpoints written at epoch ends. The
#' exponent is 2 while motion is ballistic, 1 for diffusing flat modes, 0 when all modes are confined; broad
#' spectra give plateaus in between: when \eqn{P_l} does not depend on \eqn{l}, a spectral density
#' \eqn{\propto \rho^{-(1+\alpha)}}{~ rho^-(1+alpha)} gives \eqn{MSD \propto k^\alpha}{MSD ~ k^alpha} between
#' the relaxation times \eqn{(1-\beta)/(\eta\kappa)}{(1 - beta)/(eta kappa)} of the stiffest and of the
#' flattest mode.
#'
#' `form = "paper"` is the paper's sum for \eqn{\Sigma = \sigma^2 H},
#' \deqn{\frac{\eta^2 \sigma^2}{S(1-\beta^2)}\Big[tr(H)k +
#' 2k\sum_{j=1}^{k-1}(1-j/k)\sum_l\rho_lE^{(l)}_{22}(\eta j)\Big],}{eta^2 sigma^2/(S (1 - beta^2)) [ tr(H) k
#' + 2 k sum_{j<k} (1 - j/k) sum_l rho_l E22_l(eta j) ],} to reproduce its figures. It counts step
#' displacements by a trapezoid rule, whose excess grows for ever in confined modes: its late exponent of 1 is
#' an artefact, of which a warning reminds.
#'
#' @section Weight-dependent noise under epochs:
#' With `noise = "multiplicative"` and `sampling = "epoch"` a batch \eqn{k} of an epoch pulls with its own
#' Hessian \eqn{H + \Delta_k}{H + Delta_k}: \deqn{\delta_{k+1} = p\delta_k - \beta\delta_{k-1} - \eta(n_k +
#' \Delta_k\delta_k), \qquad p = 1 + \beta - \eta K,}{delta[k+1] = p delta[k] - beta delta[k-1] - eta (n_k +
#' Delta_k delta[k]),   p = 1 + beta - eta K,} with \eqn{n_k} the batch's gradient at the minimiser; both
#' \eqn{n_k} and \eqn{\Delta_k}{Delta_k} sum to zero over an epoch. The displacement is computed to first
#' order in pair and triple correlations of an epoch's batches, each term with all before it: the `constant`
#' noise of the minimiser; `b`, noise that grows with the displacement; `c`, an extra restoring force,
#' because the same examples come again; `f`, the third cumulant of gradients and Hessians; `e`, the shift
#' of the mean away from the minimiser. `terms` shows each rung, `dressed$small_parameter` what the
#' expansion is in.
#'
#' @param model From [sgd_model()].
#' @param steps Numbers of steps \eqn{> 0}; whole numbers under `dynamics = "sgd"` and for the paper's form.
#' @param start `"stationary"`, or one of the starts of [sgd_transient()]: `"point"`,
#'   `"stationary-velocity"`, `"gaussian"`, `"checkpoint"`.
#' @param theta0,v0 Starting point (mean, for `"gaussian"`), d numbers each; `NULL` is the minimiser, at rest.
#' @param form `"model"` (the model's own dynamics) or `"paper"`.
#' @param modes `TRUE`: also the terms of the sum, mode by mode.
#' @param cov0 Covariance of \eqn{(\theta, v)} for `start = "gaussian"`: 2d x 2d, order theta then v.
#' @param frames Length of a recorded window in steps: also the standard error that the time average over
#'   such a window will have (from stationarity; whole `steps`, less than `frames`).
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_msd"`: `step`, `time` (`lr * step`), `msd`, `exponent`, `modes` (n x d or
#'   `NULL`), `se` (n, `NULL` without `frames`; for a Gaussian process whose modes are independent), `form`,
#'   `start`; `regime`, for each step what the exponent shows there (`"ballistic"`: above
#'   3/2; `"confined"`: below 0.1; `"diffusive"`: within 0.1 of 1 and hardly changing; `"plateau"`: hardly
#'   changing in between; `"crossover"`: all else); `crossover`, a list of `ballistic_end` and
#'   `confined_start` (steps; `NaN` if not within `steps`, `Inf` for never), `relaxation` (steps; of the
#'   stiffest and flattest overdamped noisy mode), `spectral_exponent` (the \eqn{\alpha} of the spectrum),
#'   `spectral_misfit`, `predicted` (the exponent a broad spectrum is expected to show in between, `NaN` if
#'   none) and `plateau` (the one it shows); both `NULL` for the paper's form and at saddles.
#'   Weight-dependent noise under epochs: `terms` (n x 5) and `dressed`, a list of `trace` (total stationary
#'   variance with each term), `small_parameter`, `shift` (of the mean, in standard deviations), `variance`
#'   (d, along the modes) and `mean_shift` (d); else both `NULL`. And `model`. Of a spectral density
#'   ([sgd_density()]): `se` is the standard error from its probes, `exponent_se` that of the exponent;
#'   `truncation` and `exponent_truncation` are the errors of its quadrature; starts are
#'   those without `theta0`, `v0` and `cov0`.
#'
#'   Methods: [plot()], [lines()] (to lay it over a measurement, see [plot.msd()]), [as.data.frame()],
#'   [summary()] (with the other forms of the theory side by side).
#' @section Errors and warnings: `saddle`, `unsupported`, `bad_argument`; the warning
#'   `sgdlangevin_warning_paper_form`; see [sgdlangevin-conditions].
#' @section Cost: O(d) a step (epochs of M steps: O(d log M)); weight-dependent noise under epochs:
#'   \eqn{N d^2} flops for a regression and \eqn{10 d^2 M}.
#' @references arXiv:2107.09133, section 7; Kuehn and Rosenow (2023), arXiv:2306.05300 (epochs).
#'   Weight-dependent noise under epochs is this package's own.
#' @examples
#' model <- sgd_model(sgd_spectrum(10^seq(0, -5, length.out = 60), sigma2 = 1),
#'                    sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32), dynamics = "sgd")
#' predicted <- sgd_msd(model, steps = unique(round(10^seq(0, 6, length.out = 100))))
#' summary(predicted)
#' plot(predicted)
#' @export
sgd_msd <- function(model, steps, start = "stationary", theta0 = NULL, v0 = NULL, form = "model",
                    modes = FALSE, cov0 = NULL, frames = NULL, ...) {
  reject_dots("sgd_msd", ...)
  as_object(model, "model", "sgd_model")
  if (is_density(model)) {
    return(density_msd(model, as_numeric_vector(steps, "steps"), start, theta0, v0, form, modes, cov0, frames))
  }
  as_model(model)
  steps <- as_numeric_vector(steps, "steps")
  initial <- as_initial(model, start, theory_starts, theta0, v0, cov0)
  form_index <- option_index(form, "form", c("model", "paper"))
  modes <- as_flag(modes, "modes")
  if (!is.null(frames)) frames <- as_window(frames, steps, start, form)
  if (is_dressed(model)) require_dressed(start, form)
  displacement <- function(steps, modes) {
    if (is_dressed(model)) return(dressed_msd(model, steps, modes))
    .Call(C_msd_theory, model, steps, initial, form_index, modes)
  }
  curve <- displacement(steps, modes)
  if (!is.null(frames)) {
    every_lag <- displacement(as.double(seq_len(frames - 1)), TRUE)
    curve$se <- .Call(C_msd_sampling_error, every_lag$modes, steps)
  }
  if (form == "paper") {
    warn_status("paper_form", paste(
      "the paper's sum counts step displacements by a trapezoid rule: its excess grows for ever in",
      "confined modes, so its late exponent 1 is an artefact; form = \"model\" is exact"
    ))
  }
  named <- if (form == "model" && model$report$n_saddle == 0) msd_regimes(model, steps, curve$exponent)
  structure(list(
    step = steps, time = model$hyper$lr * steps, msd = curve$msd, exponent = curve$exponent,
    modes = curve$modes, se = curve$se, form = form, start = start, regime = named$regime,
    crossover = named$crossover, terms = curve$terms, dressed = curve$dressed, model = model
  ), class = "sgd_msd")
}

as_window <- function(frames, steps, start, form) {
  frames <- as_count(frames, "frames", 2)
  if (start != "stationary" || form != "model") {
    stop_argument("`frames`: expected NULL unless start = \"stationary\" and form = \"model\"")
  }
  if (!all(steps < frames)) {
    stop_argument("`frames` = %.0f: expected more than the largest of `steps`, %g", frames, max(steps))
  }
  frames
}

is_dressed <- function(model) model$noise == "multiplicative" && model$sampling == "epoch"

require_dressed <- function(start, form) {
  if (start != "stationary") {
    raise_status("unsupported", sprintf(paste(
      "`start` = \"%s\": weight-dependent noise under epochs has the displacement from stationarity only;",
      "use start = \"stationary\" or noise = \"constant\""
    ), start))
  }
  if (form == "paper") {
    raise_status("unsupported",
                 "`form` = \"paper\": the paper's sum has constant noise; use noise = \"constant\"")
  }
}

# Weight-dependent noise under epochs: the last rung is the prediction.
dressed_msd <- function(model, steps, modes) {
  rungs <- .Call(C_dressed_msd, model, steps, modes)
  colnames(rungs$terms) <- c("constant", "b", "c", "f", "e")
  list(msd = unname(rungs$terms[, 5L]), exponent = rungs$exponent, modes = rungs$modes, terms = rungs$terms,
       dressed = rungs[c("trace", "small_parameter", "shift", "variance", "mean_shift")])
}

# The core takes ascending steps, each once.
msd_regimes <- function(model, steps, exponent) {
  ascending <- sort(unique(steps))
  out <- .Call(C_msd_regimes, model, ascending, exponent[match(ascending, steps)])
  list(regime = out$regime[match(steps, ascending)], crossover = out[names(out) != "regime"])
}

#' @export
print.sgd_msd <- function(x, ...) {
  form <- if (x$form == "paper") "the paper's sum" else dynamics_text(x$model)
  cat(sprintf("Predicted mean squared displacement (%s, start: %s), %s\n", form, x$start,
              plural(length(x$step), "step")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_msd <- function(object, ...) {
  shown <- unique(c(1L, round(length(object$step) * seq_len(5L) / 5L)))
  rows <- order(object$step)[shown[shown > 0]]
  structure(list(curve = object, table = as.data.frame(object)[rows, ],
                 comparison = compare_displacements(object, rows),
                 terms = if (!is.null(object$terms)) object$terms[rows, , drop = FALSE]),
            class = "summary.sgd_msd")
}

#' @export
print.summary.sgd_msd <- function(x, ...) {
  curve <- x$curve
  print_crossover(curve$crossover)
  print_rows(x$table, nrow(x$table))
  if (length(x$comparison) > 1L) {
    cat("\nside by side:\n")
    print_rows(cbind(step = x$table$step, x$comparison), nrow(x$table))
  }
  if (!is.null(x$terms)) {
    cat("\nweight-dependent noise, each term with all before it:\n")
    print_rows(cbind(step = x$table$step, as.data.frame(x$terms)), nrow(x$table))
    cat(sprintf("total variance of the rungs: %s; small parameter %s; the mean is off by %s sd\n",
                paste(format_numbers(curve$dressed$trace), collapse = ", "),
                format_numbers(curve$dressed$small_parameter), format_numbers(curve$dressed$shift)))
  }
  invisible(x)
}

print_crossover <- function(crossover) {
  if (is.null(crossover)) return(invisible())
  if (!is.nan(crossover$ballistic_end)) {
    cat(sprintf("ballistic until step %s\n", format_numbers(crossover$ballistic_end)))
  }
  if (!is.nan(crossover$predicted)) {
    cat(sprintf("exponent expected from the spectrum between steps %s and %s: %s\n",
                format_numbers(crossover$relaxation[1L]), format_numbers(crossover$relaxation[2L]),
                format_numbers(crossover$predicted)))
  }
  if (!is.nan(crossover$plateau) && crossover$plateau >= 0.1) {
    cat(sprintf("exponent in between: %s\n", format_numbers(crossover$plateau)))
  }
  if (is.finite(crossover$confined_start)) {
    cat(sprintf("confined from step %s\n", format_numbers(crossover$confined_start)))
  } else if (!is.nan(crossover$confined_start)) {
    cat("never confined: flat modes diffuse\n")
  }
}

#' @export
as.data.frame.sgd_msd <- function(x, ...) {
  out <- data.frame(step = x$step, time = x$time, msd = x$msd, exponent = x$exponent)
  out$se <- x$se
  out$regime <- x$regime
  out
}

#' Plot a predicted mean squared displacement
#'
#' @param x From [sgd_msd()].
#' @param which `"msd"`, on logarithmic axes with slopes 1 and 2 for reference, or `"exponent"`.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()] or [lines()].
#' @return `x`, invisibly.
#' @export
plot.sgd_msd <- function(x, which = "msd", xlab = "lag (steps)", ylab = NULL, main = NULL, ...) {
  which <- match_option(which, "which", c("msd", "exponent"))
  along <- order(x$step)
  step <- x$step[along]
  if (which == "exponent") {
    graphics::plot(step, x$exponent[along], log = "x", xaxt = "n", type = "l", lwd = 2, las = 1, xlab = xlab,
                   ylab = if (is.null(ylab)) "local exponent d log MSD / d log lag" else ylab,
                   main = if (is.null(main)) "Predicted exponent" else main, col = palette_of["theory"], ...)
    graphics::abline(h = 0:2, lty = 3, col = palette_of["reference"])
  } else {
    graphics::plot(step, x$msd[along], log = "xy", xaxt = "n", yaxt = "n", type = "l", lwd = 2, xlab = xlab,
                   ylab = if (is.null(ylab)) "mean squared displacement (parameter units squared)" else ylab,
                   main = if (is.null(main)) "Predicted mean squared displacement" else main,
                   col = palette_of["theory"], ...)
    log_axis(2)
    draw_probe_bars(x)
  }
  log_axis(1)
  invisible(x)
}

# Two standard errors of the probes of a spectral density.
draw_probe_bars <- function(x) {
  reach <- 2 * x$se
  drawn <- is_density(x$model) & is.finite(reach) & reach > 0
  low <- pmax(x$msd - reach, x$msd / 10)
  graphics::segments(x$step[drawn], low[drawn], x$step[drawn], (x$msd + reach)[drawn], lwd = 2,
                     col = palette_of["reference"])
}

#' @rdname plot.sgd_msd
#' @param col,lwd Colour and width of the line.
#' @export
lines.sgd_msd <- function(x, col = palette_of["theory"], lwd = 2, ...) {
  along <- order(x$step)
  graphics::lines(x$step[along], x$msd[along], col = col, lwd = lwd, ...)
  invisible(x)
}
