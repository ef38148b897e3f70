# Methods of diffusion_exponent(): the sentence, the tables and the plots.

p_value_text <- function(p) if (isTRUE(p < 1e-4)) "p < 0.0001" else sprintf("p = %.3g", p)

# "0.71 (95% interval 0.62 to 0.80)": as many digits as the error warrants.
interval_text <- function(x) {
  width <- x$upper - x$lower
  digits <- if (isTRUE(width > 0)) max(2, min(8, 1 - floor(log10(width / 2)))) else 4
  number <- function(value) formatC(value, format = "f", digits = digits)
  sprintf("%s (%g%% interval %s to %s)", number(x$exponent), 100 * x$level, number(x$lower), number(x$upper))
}

# What the interval says against exponent 1, and the test.
verdict_text <- function(x) {
  if (is.na(x$p_value)) return("whether this is normal diffusion cannot be said")
  rejected <- x$p_value < 1 - x$level
  if (!rejected) return(sprintf("normal diffusion is not rejected (%s)", p_value_text(x$p_value)))
  sprintf("%s; normal diffusion is rejected (%s)", if (x$exponent < 1) "subdiffusion" else "superdiffusion",
          p_value_text(x$p_value))
}

exponent_sentence <- function(x) {
  grows <- if (x$pool == "distributed") {
    sprintf("the displacement of a path grows as lag^a with a = %s on average, spread %s between paths",
            interval_text(x), format_numbers(x$spread, 3L))
  } else {
    sprintf("the displacement grows as lag^%s", interval_text(x))
  }
  sprintf("Over %s %s to %s %s %s: %s.", exponent_methods[[x$method]]$over, format_numbers(x$window[1L]),
          format_numbers(x$window[2L]), x$unit, grows, verdict_text(x))
}

#' @export
print.diffusion_exponent <- function(x, ...) {
  cat(strwrap(exponent_sentence(x), 90, exdent = 2), sep = "\n")
  cat(sprintf("  (method \"%s\", %.0f %s, %s)\n", x$method, x$n_points, exponent_methods[[x$method]]$points,
              if (x$n_series == 1) "one series" else sprintf("%.0f series", x$n_series)))
  invisible(x)
}

#' @export
summary.diffusion_exponent <- function(object, ...) {
  structure(list(fit = object), class = "summary.diffusion_exponent")
}

#' @export
print.summary.diffusion_exponent <- function(x, ...) {
  fit <- x$fit
  print(fit)
  cat(sprintf("  exponent %.4g (se %.3g), log diffusivity %.4g (se %.3g)\n", fit$exponent, fit$se,
              fit$log_diffusivity, sqrt(fit$vcov[2L, 2L])))
  cat(diagnostic_lines(fit), sep = "")
  invisible(x)
}

# What each diagnostic says, for those that there are.
diagnostic_lines <- function(fit) {
  d <- fit$diagnostics
  known <- function(name) !is.null(d[[name]]) && !is.na(d[[name]])
  c(
    if (known("heterogeneity_p")) sprintf("  paths differ by %s (interval %s to %s); none differs: %s\n",
                                          format_numbers(fit$spread, 3L), format_numbers(fit$spread_lower,
                                                            3L),
                                          format_numbers(fit$spread_upper,
                                                         3L), p_value_text(d$heterogeneity_p)),
    if (known("n_blocks")) sprintf("  error from %.0f blocks; the regression itself would claim se %.3g\n",
                                   d$n_blocks, d$naive_se),
    if (known("curvature")) sprintf("  curvature of log MSD against log lag %.3g, %s\n", d$curvature,
                                    p_value_text(d$curvature_p)),
    if (known("curvature_p") && d$curvature_p < 0.05)
      "  not a straight line: the exponent depends on the window\n",
    if (known("misfit_df")) sprintf("  fit: chi squared %.4g on %.0f degrees of freedom, %s\n", d$misfit,
                                    d$misfit_df, p_value_text(d$misfit_p)),
    if (known("misfit_p") && !known("misfit_df"))
      sprintf("  fit: cumulative periodogram off a line by %.3g, %s\n", d$misfit, p_value_text(d$misfit_p)),
    if (known("misfit_p") && d$misfit_p < 0.01)
      "  not what the method takes it for: the exponent depends on the window, its interval may not hold\n",
    if (known("misfit_p") && d$misfit_p < 0.01 && (fit$method == "gls" || isTRUE(fit$full)))
      "  (a localisation error does this too: method \"mle\" with noise = TRUE fits one)\n",
    if (known("log_likelihood")) sprintf("  log likelihood %.6g\n", d$log_likelihood),
    if (known("noise_p") && !is.null(fit$noise))
                          sprintf("  localisation error: variance %s (interval %s to %s); none: %s%s\n",
                                  format_numbers(fit$noise), format_numbers(fit$noise_lower),
                                  format_numbers(fit$noise_upper), p_value_text(d$noise_p),
                                  if (d$noise_detected) "" else ", not told from none"),
    if (isTRUE(d$at_boundary)) "  the exponent lies at the end of its range\n",
    if (known("homogeneity_p")) sprintf("  one exponent for all coordinates and paths: %s\n",
                                        p_value_text(d$homogeneity_p)),
    if (known("homogeneity_p") && d$homogeneity_p < 0.01)
      "  they differ: see pool = \"distributed\", or fit them one by one\n"
  )
}

#' @export
coef.diffusion_exponent <- function(object, ...) {
  c(exponent = object$exponent, log_diffusivity = object$log_diffusivity)
}

#' @export
vcov.diffusion_exponent <- function(object, ...) object$vcov

# At the fit's own level the exponent's interval is the fit's; else it is symmetric.
#' @export
confint.diffusion_exponent <- function(object, parm = names(coef(object)), level = object$level, ...) {
  estimate <- coef(object)
  if (is.numeric(parm)) parm <- names(estimate)[parm]
  tails <- c((1 - level) / 2, (1 + level) / 2)
  interval <- estimate + outer(sqrt(diag(object$vcov)), stats::qt(tails, object$df))
  if (level == object$level) interval[1L, ] <- c(object$lower, object$upper)
  dimnames(interval) <- list(names(estimate), paste(format(100 * tails, trim = TRUE, digits = 3L), "%"))
  interval[parm, , drop = FALSE]
}

#' @export
as.data.frame.diffusion_exponent <- function(x, ...) {
  data.frame(exponent = x$exponent, se = x$se, lower = x$lower, upper = x$upper, level = x$level,
             method = x$method, pool = x$pool, first_lag = x$window[1L], last_lag = x$window[2L],
             p_value = x$p_value, log_diffusivity = x$log_diffusivity)
}

#' Plot the fit of a diffusion exponent
#'
#' The MSD with the fitted power law over it, or the diagram that the method fitted.
#'
#' @param x From [diffusion_exponent()].
#' @param which `"msd"`, or `"diagram"` for methods `"wavelet"` (energies of octaves) and `"dfa"`
#'   (fluctuations in boxes).
#' @param ... Passed to [plot.msd()], or for a diagram to [plot.default()].
#' @return `x`, invisibly.
#' @examples
#' set.seed(1)
#' walk <- cumsum(rnorm(2000))
#' plot(diffusion_exponent(walk, "gls"))
#' plot(diffusion_exponent(walk, "wavelet"), which = "diagram")
#' @export
plot.diffusion_exponent <- function(x, which = "msd", ...) {
  if (match_option(which, "which", c("msd", "diagram")) == "diagram") return(plot_diagram(x, ...))
  plot(x$msd, ...)
  fitted <- fitted_line(x)
  graphics::lines(fitted$lag, fitted$msd, lwd = 2, col = palette_of["theory"])
  exponent_legend(x)
  invisible(x)
}

exponent_legend <- function(x) {
  graphics::legend("topleft", bg = "white", lwd = 2, col = palette_of["theory"],
                   legend = paste("exponent", interval_text(x)))
}

# Scale, value with its bar of x$level, and the line of the fitted slope through their mean, on log axes.
diagram_points <- function(x) {
  d <- x$diagram
  if (is.null(d)) stop_argument("`which` = \"diagram\": method \"%s\" has none: expected \"msd\"", x$method)
  reach <- stats::qnorm((1 + x$level) / 2)
  points <- if (x$method == "wavelet") {
    data.frame(scale = d$scale, value = 2^d$log2_energy, factor = 2^(reach * d$se), weight = d$n,
               slope = x$exponent + 1)
  } else {
    data.frame(scale = d$box, value = d$fluctuation, factor = exp(reach * d$log_se), weight = 1,
               slope = x$exponent / 2)
  }
  level <- stats::weighted.mean(log(points$value) - points$slope * log(points$scale), points$weight)
  points$line <- exp(level + points$slope * log(points$scale))
  points
}

diagram_labels <- function(x) {
  if (x$method == "wavelet") c(sprintf("scale (%s)", x$unit), "mean square of wavelet details") else
    c(sprintf("box (%s)", x$unit), "fluctuation about the trend (parameter units)")
}

plot_diagram <- function(x, xlab = diagram_labels(x)[1L], ylab = diagram_labels(x)[2L],
                         main = "Log-scale diagram", ...) {
  d <- diagram_points(x)
  graphics::plot(d$scale, d$value, log = "xy", xaxt = "n", yaxt = "n", pch = 19, xlab = xlab, ylab = ylab,
                 main = main,
                 ylim = range(d$value / d$factor, d$value * d$factor,
                              d$line), col = palette_of["measured"], ...)
  log_axis(1)
  log_axis(2)
  graphics::segments(d$scale, d$value / d$factor, d$scale, d$value * d$factor, col = palette_of["measured"])
  graphics::lines(d$scale, d$line, lwd = 2, col = palette_of["theory"])
  exponent_legend(x)
  invisible(x)
}

fitted_line <- function(x) {
  lag <- range(x$msd$lag)
  data.frame(lag = lag, msd = exp(x$log_diffusivity) * lag^x$exponent)
}

# Registered with package generics in .onLoad().
tidy.diffusion_exponent <- function(x, conf.int = FALSE, conf.level = x$level, ...) {
  estimate <- coef(x)
  se <- sqrt(diag(x$vcov))
  null <- c(exponent = 1, log_diffusivity = 0)
  statistic <- (estimate - null) / se
  p_value <- 2 * stats::pt(-abs(statistic), x$df)
  p_value[1L] <- x$p_value
  out <- data.frame(term = names(estimate), estimate = unname(estimate), std.error = unname(se),
                    statistic = unname(statistic), p.value = unname(p_value))
  if (conf.int) out[c("conf.low", "conf.high")] <- unname(confint(x, level = conf.level))
  out
}

glance.diffusion_exponent <- function(x, ...) {
  scalars <- Filter(function(value) length(value) == 1L, x$diagnostics)
  data.frame(c(list(method = x$method, pool = x$pool, first_lag = x$window[1L], last_lag = x$window[2L],
                    n_points = x$n_points, n_series = x$n_series, df = x$df), scalars))
}
