# Tests of a trajectory: is it normal diffusion, is it ergodic, does it age?

#' Is it normal diffusion?
#'
#' Variance ratios \eqn{MSD(h)/(h MSD(1))}, 1 for a random walk, at several lags, each with a p value, and one test of all lags
#' at once (the largest deviation in its standard errors).
#'
#' Their covariance under normal diffusion is exact: that of Brownian motion of this length, for the effective
#' number of independent coordinates \eqn{(tr C)^2/tr C^2}, \eqn{C} the covariance of displacements. The test is
#' of uncorrelated Gaussian increments of constant variance. A localisation error, or a velocity that persists
#' for a few steps, as under momentum, is not normal diffusion at short lags: compare lags beyond it (`lags`
#' starting there).
#'
#' @inheritParams msd
#' @param x A vector (one coordinate), a matrix (frames x coordinates), an array (frames x coordinates x
#'   paths), or a trajectory from [sgd_simulate()], [simulate_diffusion()] or [read_trajectory()].
#' @param lags Whole numbers of frames, increasing, up to half the length; `NULL` is eight a decade up to a tenth of it.
#'   The first is what the others are compared with.
#' @param n_sim Draws that the p value of all lags at once is computed from.
#' @param seed As in [sgd_simulate()].
#' @return A list of class `"diffusion_test"`: `lag` (in steps for a trajectory, else in frames), `ratio`, `se` (of
#'   log ratio under normal diffusion), `z`, `p` (of each lag), `p_value` (of all), `dim`, `n_paths`, `frames`, `unit`,
#'   `seed`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()]; `tidy()`, `glance()`, `autoplot()`.
#' @section Errors: `too_short`, `bad_argument`, `not_finite`, `unsupported` (more than 1024 coordinates); see
#'   [sgdlangevin-conditions]. Warning `epoch_ripple` where lags of a run by epochs reach past half an epoch.
#' @section Cost: that of [msd()]; a copy of `x`.
#' @references Lo, MacKinlay (1988). Stock market prices do not follow random walks: evidence from a simple specification
#'   test. Review of Financial Studies 1. Chow, Denning (1993). A simple multiple variance ratio test. Journal of
#'   Econometrics 58.
#' @examples
#' set.seed(1)
#' diffusion_test(cumsum(rnorm(2000)), seed = 1)
#' summary(diffusion_test(arima.sim(list(ar = 0.9), 2000), seed = 1))
#' @export
diffusion_test <- function(x, lags = NULL, n_sim = 9999, seed = NULL, ...) {
  reject_dots("diffusion_test", ...)
  frames <- as_frames(x)
  seed <- as_seed(seed)
  lags <- if (is.null(lags)) log_lags_up_to(frames) else as_numeric_vector(lags, "lags")
  test <- .Call(C_normal_diffusion, frames$x, frames$size, lags, as_count(n_sim, "n_sim", 1), seed)
  check_epoch_ripple(x, frames, max(lags))
  structure(list(
    lag = frames$record * lags, ratio = exp(test$log_ratio), se = test$se,
    z = ifelse(test$se > 0, test$log_ratio / test$se, 0), p = test$p, p_value = test$p_value, dim = frames$size[2L],
    n_paths = frames$size[3L], frames = frames$size[1L], unit = unit_of(x), seed = seed
  ), class = "diffusion_test")
}

#' @export
as.data.frame.diffusion_test <- function(x, ...) as.data.frame(unclass(x)[c("lag", "ratio", "se", "z", "p")])

#' @export
print.diffusion_test <- function(x, ...) {
  cat(sprintf("Test of normal diffusion by variance ratios: %s\n", shape_text(x)))
  print_rows(as.data.frame(x))
  cat(sprintf("  normal diffusion at all lags: %s\n", p_value_text(x$p_value)))
  invisible(x)
}

#' @export
summary.diffusion_test <- function(object, ...) structure(list(test = object), class = "summary.diffusion_test")

#' @export
print.summary.diffusion_test <- function(x, ...) {
  test <- x$test
  most <- which.max(abs(test$z))
  at <- sprintf("at lag %s %s the displacement is %.3g times that of a random walk (%.2g standard errors away)",
                format_numbers(test$lag[most]), test$unit, test$ratio[most], abs(test$z[most]))
  if (test$p_value < 0.05) {
    cat(sprintf("This is not normal diffusion (%s, all lags at once): %s.\n", p_value_text(test$p_value), at))
  } else {
    cat(sprintf("The data do not speak against normal diffusion (%s, all lags at once); the largest deviation: %s.\n",
                p_value_text(test$p_value), at))
  }
  invisible(x)
}

#' Plot tests of a trajectory
#'
#' @param x From [diffusion_test()], [ergodicity()] or [ageing()].
#' @param level Probability of the bars or of the region of normal diffusion.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.diffusion_test <- function(x, level = 0.95, xlab = sprintf("lag (%s)", x$unit),
                                ylab = "MSD over that of a random walk",
                                main = "Test of normal diffusion", ...) {
  reach <- exp(stats::qnorm((1 + level) / 2) * x$se)
  graphics::plot(x$lag, x$ratio, log = "xy", type = "n", xaxt = "n", xlab = xlab, ylab = ylab, main = main, las = 1,
                 ylim = range(x$ratio, reach, 1 / reach), ...)
  log_axis(1)
  graphics::polygon(c(x$lag, rev(x$lag)), c(reach, rev(1 / reach)), border = NA,
                    col = grDevices::adjustcolor(palette_of[["theory"]], 0.25))
  graphics::abline(h = 1, lty = 3, col = palette_of[["reference"]])
  graphics::points(x$lag, x$ratio, pch = 19, col = palette_of[["measured"]])
  graphics::legend("bottomleft", bg = "white", pch = c(19, 15), legend = c(
    sprintf("measured, all lags: %s", p_value_text(x$p_value)), sprintf("normal diffusion, %g%%", 100 * level)
  ), col = palette_of[c("measured", "theory")])
  invisible(x)
}

tidy.diffusion_test <- function(x, ...) {
  data.frame(lag = x$lag, estimate = x$ratio, std.error = x$se, statistic = x$z, p.value = x$p)
}

glance.diffusion_test <- function(x, ...) data.frame(statistic = max(abs(x$z)), p.value = x$p_value, n_lags = length(x$lag))

#' Are time averages ensemble averages?
#'
#' The ergodicity breaking parameter \eqn{EB(h) = Var(\delta_h)/E(\delta_h)^2} of the time-averaged mean squared displacement
#' \eqn{\delta_h} of single paths, against what an ergodic Gaussian process has in paths of this length; and the
#' ensemble average from the first frame against the time average.
#'
#' Of an ergodic process EB is small but not zero: \eqn{4h/(3T)} for a Brownian path of \eqn{T} frames (`eb_brownian`,
#' exact), `eb_fbm` for fractional Brownian motion of the measured exponent, `eb_measured` for a Gaussian process
#' with the measured displacements. Continuous-time random walks with long waiting times, and ensembles of
#' different paths, have more: `p_ergodic` is the chance of an EB as large against `eb_measured` at any lag, from
#' `n_sim` simulated ensembles. `p_single` is that of ensemble and time average as different as these at any lag:
#' a process that ages, or did not start in its stationary state. EB of n paths has a relative standard error of about
#' \eqn{\sqrt{2/n}}: some twenty paths at least say something.
#'
#' @inheritParams diffusion_test
#' @param n_sim Simulated ensembles.
#' @return A list of class `"ergodicity"`: `lag` (in steps for a trajectory, else in frames), `time_averaged` (mean over
#'   paths), `ensemble`, `eb`, `eb_measured`, `eb_brownian`, `eb_fbm`, `p_eb`, `z` (log ratio of ensemble to time average,
#'   in standard errors), `p_origin`, `p_ergodic`, `p_single`, `exponent` (of `eb_fbm`), `dim`, `n_paths`, `frames`, `unit`,
#'   `seed`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()]; `tidy()`, `glance()`, `autoplot()`.
#' @inheritSection diffusion_test Errors
#' @section Cost: that of [local_exponent()], and `n_sim` times paths times lags squared.
#' @references He, Burov, Metzler, Barkai (2008). Random time-scale invariant diffusion and transport coefficients. Physical
#'   Review Letters 101. Deng, Barkai (2009). Ergodic properties of fractional Brownian-Langevin motion. Physical Review E 79.
#' @examples
#' set.seed(1)
#' walks <- array(apply(matrix(rnorm(20000), 500), 2, cumsum), c(500, 1, 40))
#' summary(ergodicity(walks, seed = 1))
#' different <- walks * rep(exp(rnorm(40)), each = 500)
#' ergodicity(different, seed = 1)
#' @export
ergodicity <- function(x, lags = NULL, n_sim = 999, seed = NULL, ...) {
  reject_dots("ergodicity", ...)
  frames <- as_frames(x)
  seed <- as_seed(seed)
  lags <- if (is.null(lags)) log_lags_up_to(frames) else as_numeric_vector(lags, "lags")
  e <- .Call(C_ergodicity, frames$x, frames$size, lags, as_count(n_sim, "n_sim", 1), seed)
  structure(c(
    list(lag = frames$record * lags, time_averaged = e$average), e[c(
      "ensemble", "eb", "eb_measured", "eb_brownian", "eb_fbm", "p_eb", "z", "p_origin", "p_ergodic", "p_single",
      "exponent"
    )], list(dim = frames$size[2L], n_paths = frames$size[3L], frames = frames$size[1L], unit = unit_of(x), seed = seed)
  ), class = "ergodicity")
}

#' @export
as.data.frame.ergodicity <- function(x, ...) {
  as.data.frame(unclass(x)[c("lag", "time_averaged", "ensemble", "eb", "eb_measured", "eb_brownian", "eb_fbm", "p_eb",
                             "z", "p_origin")])
}

#' @export
print.ergodicity <- function(x, ...) {
  cat(sprintf("Ergodicity of %s\n", shape_text(x)))
  print_rows(as.data.frame(x)[c("lag", "time_averaged", "ensemble", "eb", "eb_measured", "p_eb", "z")])
  cat(sprintf("  time averages scatter as in an ergodic process: %s\n", p_value_text(x$p_ergodic)))
  cat(sprintf("  ensemble average from frame 1 equals the time average: %s\n", p_value_text(x$p_single)))
  invisible(x)
}

#' @export
summary.ergodicity <- function(object, ...) structure(list(test = object), class = "summary.ergodicity")

#' @export
print.summary.ergodicity <- function(x, ...) {
  test <- x$test
  most <- which.max(test$eb / test$eb_measured)
  cat(sprintf("Time averages of %s scatter %s (%s): EB is %.3g at lag %s %s, %.2g times the Gaussian value.\n",
              plural(test$n_paths, "path"),
              if (test$p_ergodic < 0.05) "more than those of an ergodic process" else "as in an ergodic process",
              p_value_text(test$p_ergodic), test$eb[most], format_numbers(test$lag[most]), test$unit,
              test$eb[most] / test$eb_measured[most]))
  far <- which.max(abs(test$z))
  cat(sprintf("Ensemble average and time average %s (%s): their ratio is %.3g at lag %s.\n",
              if (test$p_single < 0.05) "differ" else "agree", p_value_text(test$p_single),
              test$ensemble[far] / test$time_averaged[far], format_numbers(test$lag[far])))
  invisible(x)
}

#' @rdname plot.diffusion_test
#' @export
plot.ergodicity <- function(x, xlab = sprintf("lag (%s)", x$unit), ylab = "ergodicity breaking parameter EB",
                            main = "Ergodicity", ...) {
  references <- c("eb_measured", "eb_brownian", "eb_fbm")
  colours <- palette_of[c("theory", "reference", "current")]
  graphics::plot(x$lag, x$eb, log = "xy", type = "n", xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab, main = main,
                 ylim = range(x$eb[x$eb > 0], unlist(x[references])), ...)
  log_axis(1)
  log_axis(2)
  for (i in 1:3) graphics::lines(x$lag, x[[references[i]]], col = colours[i], lty = i, lwd = 2)
  graphics::points(x$lag, x$eb, pch = 19, col = palette_of[["measured"]])
  graphics::legend("topleft", bg = "white", legend = c(
    sprintf("measured, %s", p_value_text(x$p_ergodic)), "Gaussian, measured displacements", "Brownian",
    sprintf("fractional Brownian, exponent %.2g", x$exponent)
  ), col = c(palette_of[["measured"]], colours), pch = c(19, NA, NA, NA), lty = c(NA, 1:3), lwd = 2)
  invisible(x)
}

tidy.ergodicity <- function(x, ...) {
  data.frame(lag = x$lag, estimate = x$eb, reference = x$eb_measured, p.value = x$p_eb, origin.statistic = x$z,
             origin.p.value = x$p_origin)
}

glance.ergodicity <- function(x, ...) {
  data.frame(p.value = x$p_ergodic, origin.p.value = x$p_single, n_paths = x$n_paths, n_lags = length(x$lag))
}

#' Does the motion age?
#'
#' The mean squared displacement at one lag as a function of when the displacement starts: in contiguous blocks of the path,
#' with a test of equal blocks and an ageing exponent \eqn{d \log MSD/d \log age}.
#'
#' The exponent is 0 for stationary increments and \eqn{\alpha - 1} for scaled Brownian motion \eqn{B(t^\alpha)} seen from its
#' start. Standard errors are those of a Gaussian process with stationary increments and the displacements measured
#' over the whole path, correlations of blocks included; the regression is by generalised least squares.
#'
#' @inheritParams diffusion_test
#' @param lag A whole number of frames, up to half a block; `NULL` is a twentieth of a block, at least 1.
#' @param n_blocks Blocks of each path, at least 3.
#' @param level Probability of the interval.
#' @return A list of class `"ageing"`: `age` (mean time of displacements in a block, in steps for a trajectory, else in
#'   frames), `msd`, `se` (of log MSD), `lag`, `exponent`, `exponent_se`, `lower`, `upper`, `p_value` (of exponent 0),
#'   `chi_squared`, `chi_squared_p` (of equal blocks), `level`, `dim`, `n_paths`, `frames`, `unit`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()]; `tidy()`, `glance()`, `autoplot()`.
#' @inheritSection diffusion_test Errors
#' @section Cost: that of [msd()] of each coordinate; a copy of `x`.
#' @references Jeon, Chechkin, Metzler (2014). Scaled Brownian motion: a paradoxical process with a time dependent
#'   diffusivity for the description of anomalous diffusion. Physical Chemistry Chemical Physics 16.
#' @examples
#' set.seed(1)
#' steps <- sqrt(diff((0:5000)^0.5)) * matrix(rnorm(50000), 5000)
#' slowing <- array(apply(steps, 2, cumsum), c(5000, 1, 10))
#' summary(ageing(slowing))
#' @export
ageing <- function(x, lag = NULL, n_blocks = 8, level = 0.95, ...) {
  reject_dots("ageing", ...)
  frames <- as_frames(x)
  n_blocks <- as_count(n_blocks, "n_blocks", 1)
  lag <- if (is.null(lag)) max(1, frames$size[1L] %/% n_blocks %/% 20) else as_count(lag, "lag", 1)
  a <- .Call(C_ageing, frames$x, frames$size, lag, n_blocks, as_number(level, "level"))
  structure(list(
    age = frames$record * a$age, msd = a$msd, se = a$se_log, lag = frames$record * lag, exponent = a$exponent,
    exponent_se = a$se, lower = a$lower, upper = a$upper, p_value = a$p_value, chi_squared = a$chi_squared,
    chi_squared_p = a$chi_squared_p, level = level, dim = frames$size[2L], n_paths = frames$size[3L],
    frames = frames$size[1L], unit = unit_of(x)
  ), class = "ageing")
}

#' @export
as.data.frame.ageing <- function(x, ...) as.data.frame(unclass(x)[c("age", "msd", "se")])

#' @export
print.ageing <- function(x, ...) {
  cat(sprintf("Ageing of displacements over %s %s: %s\n", format_numbers(x$lag), x$unit, shape_text(x)))
  print_rows(as.data.frame(x), 8L)
  cat(sprintf("  ageing exponent %s at %g%%: %s\n", bracketed(x$exponent, x$lower, x$upper), 100 * x$level,
              p_value_text(x$p_value)))
  cat(sprintf("  all blocks equal: chi squared %.4g, %s\n", x$chi_squared, p_value_text(x$chi_squared_p)))
  invisible(x)
}

#' @export
summary.ageing <- function(object, ...) structure(list(test = object), class = "summary.ageing")

#' @export
print.summary.ageing <- function(x, ...) {
  test <- x$test
  said <- if (test$p_value < 0.05) {
    sprintf("%s with age: the ageing exponent is", if (test$exponent < 0) "shrink" else "grow")
  } else {
    "do not change with age beyond chance: the ageing exponent is"
  }
  cat(sprintf("Displacements over %s %s %s %s (%s).\n", format_numbers(test$lag), test$unit, said,
              bracketed(test$exponent, test$lower, test$upper), p_value_text(test$p_value)))
  if (test$p_value >= 0.05 && test$chi_squared_p < 0.05) {
    cat(sprintf("Yet the blocks differ (%s): the motion is not stationary, in no simple order.\n",
                p_value_text(test$chi_squared_p)))
  }
  invisible(x)
}

#' @rdname plot.diffusion_test
#' @export
plot.ageing <- function(x, level = x$level, xlab = sprintf("age (%s)", x$unit),
                        ylab = sprintf("MSD at lag %s", format_numbers(x$lag)), main = "Ageing", ...) {
  reach <- exp(stats::qnorm((1 + level) / 2) * x$se)
  graphics::plot(x$age, x$msd, log = "xy", type = "n", xlab = xlab, ylab = ylab, main = main, las = 1,
                 ylim = range(x$msd * reach, x$msd / reach), ...)
  graphics::segments(x$age, x$msd / reach, x$age, x$msd * reach, col = palette_of[["measured"]])
  graphics::points(x$age, x$msd, pch = 19, col = palette_of[["measured"]])
  level_at <- exp(mean(log(x$msd) - x$exponent * log(x$age)))
  graphics::lines(x$age, level_at * x$age^x$exponent, lwd = 2, col = palette_of[["theory"]])
  graphics::legend("topright", bg = "white", lwd = 2, col = palette_of[["theory"]],
                   legend = sprintf("exponent %s", bracketed(x$exponent, x$lower, x$upper)))
  invisible(x)
}

tidy.ageing <- function(x, ...) {
  data.frame(term = "ageing_exponent", estimate = x$exponent, std.error = x$exponent_se,
             statistic = x$exponent / x$exponent_se, p.value = x$p_value, conf.low = x$lower, conf.high = x$upper)
}

glance.ageing <- function(x, ...) {
  data.frame(lag = x$lag, n_blocks = length(x$age), chi_squared = x$chi_squared, chi_squared_p = x$chi_squared_p)
}
