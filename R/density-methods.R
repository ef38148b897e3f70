# Spectral densities in words, tables and figures.

#' @export
format.sgd_density <- function(x, ...) {
  noise <- if (!is.null(x$sigma2)) sprintf("%s H", format_numbers(x$sigma2)) else
    if (has_noise(x)) "along it known" else "none"
  probes <- max(x$counts$probes, x$noise$probes, 0)
  sprintf("spectral density of %s by %s, %s known, noise %s", plural(x$dim, "parameter"),
          plural(probes, "probe"), plural(length(x$eigenvalues), "eigenpair"), noise)
}

#' @export
print.sgd_density <- function(x, ...) {
  cat("S", substring(format(x), 2L), if (!x$complete) " (INTERRUPTED)", "\n", sep = "")
  if (length(x$eigenvalues)) cat("  known eigenvalues: ", shown(x$eigenvalues), "\n", sep = "")
  if (!is.na(x$trace)) cat(sprintf("  trace of H: %s\n", with_error(x$trace, x$se)))
  if (!is.null(x$noise_trace)) cat(sprintf("  trace of the gradient noise: %s\n", format_numbers(x$noise_trace)))
  for (part in c("counts", "noise")) if (!is.null(x[[part]])) {
    cat(sprintf("  %s: %s of %s\n", c(counts = "modes", noise = "noise")[[part]],
                plural(x[[part]]$probes, "probe"), plural(x[[part]]$steps, "Lanczos step")))
  }
  cat(sprintf("  %.0f products\n", x$n_products))
  invisible(x)
}

# A value to the digit that its standard error lets stand.
with_error <- function(value, se) {
  if (!is.finite(value) || is.na(se)) return(format_numbers(value))
  if (se == 0) return(sprintf("%s (exact)", format_numbers(value)))
  digits <- max(1, ceiling(log10(max(abs(value), se) / se)) + 2)
  sprintf("%s +- %s", format(signif(value, digits), digits = min(digits, 15)), format(signif(se, 2)))
}

#' @export
summary.sgd_density <- function(object, ...) {
  report <- .Call(C_density_describe, object, sgd_hyper(lr = 1))
  dimension <- if (has_counts(object)) {
    both <- density_trace(object, FALSE, c("identity", "square"), c(0, 0))
    both$value[1L]^2 / both$value[2L] # participation ratio
  }
  structure(list(density = object, report = report, participation = dimension), class = "summary.sgd_density")
}

#' @export
print.summary.sgd_density <- function(x, ...) {
  d <- x$density
  report <- x$report
  cat(sprintf("The Hessian of %s has eigenvalues from %s to %s", plural(d$dim, "parameter"),
              format_numbers(report$smallest), format_numbers(report$largest)))
  if (has_counts(d)) {
    cat(sprintf(", trace %s.\nIts curvature sits in about %s directions; %s modes are flat, %s negative.\n",
                with_error(d$trace, d$se), format_numbers(x$participation, 3L), format_numbers(report$n_flat, 3L),
                format_numbers(report$n_negative, 3L)))
  } else {
    cat(".\n")
  }
  if (length(d$eigenvalues) && has_counts(d)) {
    cat(sprintf("The %s known exactly hold %.1f%% of the trace.\n", plural(length(d$eigenvalues), "eigenvalue"),
                100 * sum(d$eigenvalues) / d$trace))
  }
  if (has_noise(d)) {
    cat(sprintf("Gradient noise: trace %s, %.2g%% of it along flat and %.2g%% along negative modes.\n",
                with_error(report$noise_trace, report$noise_trace_se),
                100 * report$flat_noise / report$noise_trace, 100 * report$negative_noise / report$noise_trace))
  }
  if (report$largest > 0) {
    cat(sprintf("SGD without momentum and weight decay is stable below lr = %s; with momentum b, 1 + b times that.\n",
                format_numbers(2 / report$largest)))
  }
  cat(sprintf("Found by %.0f products with the Hessian%s.\n", d$n_products,
              if (d$complete) "" else ", before it was INTERRUPTED"))
  invisible(x)
}

#' @export
as.data.frame.sgd_density <- function(x, ...) sgd_histogram(x, noise = !has_counts(x))

# ---- figures ----

# Bins as densities per decade, apart by sign; the bin of flat modes is left to the caller.
density_bars <- function(x, noise, per_decade, level) {
  level <- as_number(level, "level")
  if (!(level > 0 && level < 1)) stop_argument("`level` = %g: expected a number in (0, 1)", level)
  bins <- sgd_histogram(x, noise = noise, per_decade = per_decade)
  bins <- bins[bins$lower * bins$upper > 0 & bins$value > 0, ]
  reach <- stats::qnorm((1 + level) / 2) * ifelse(is.na(bins$se), 0, bins$se)
  size <- cbind(abs(bins$lower), abs(bins$upper))
  least <- bins$value / 10 # of a bar that would reach below 0
  data.frame(sign = ifelse(bins$lower > 0, "positive", "negative"), size = sqrt(size[, 1L] * size[, 2L]),
             left = pmin(size[, 1L], size[, 2L]), right = pmax(size[, 1L], size[, 2L]),
             density = per_decade * bins$value, low = per_decade * pmax(bins$value - reach, least),
             high = per_decade * (bins$value + reach))
}

density_ylab <- function(noise) {
  if (noise) "gradient noise per decade" else "eigenvalues per decade"
}

density_title <- function(x) {
  sprintf("Spectral density of %s", plural(x$dim, "parameter"))
}

#' Plot a spectral density
#'
#' Eigenvalues (or gradient noise) per decade against their size, on log axes, with bars for the standard error
#' of the probes; negative ones apart, by colour; known eigenvalues as ticks.
#'
#' @param x From [sgd_density()].
#' @param noise `TRUE`: the gradient noise along the eigenvalues. `NULL`: `FALSE` where there are counts.
#' @param level Confidence of the bars.
#' @param per_decade Bins a decade.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_density <- function(x, noise = NULL, level = 0.95, per_decade = 4, xlab = "size of the eigenvalue",
                             ylab = density_ylab(noise), main = density_title(x), ...) {
  noise <- if (is.null(noise)) !has_counts(x) else as_flag(noise, "noise")
  bars <- density_bars(x, noise, as_count(per_decade, "per_decade", 1), level)
  known <- x$eigenvalues[x$eigenvalues != 0]
  colours <- c(positive = palette_of[["measured"]], negative = palette_of[["theory"]])
  if (nrow(bars) == 0L) stop_argument("`x`: expected eigenvalues that are not 0, got none")
  graphics::plot(range(bars$left, bars$right, abs(known)), range(bars$low, bars$high) * c(0.5, 2), type = "n",
                 log = "xy", xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  bottom <- 10^graphics::par("usr")[3L]
  for (sign in names(colours)) {
    some <- bars[bars$sign == sign, ]
    if (nrow(some) == 0L) next
    graphics::rect(some$left, bottom, some$right, some$density, border = colours[[sign]],
                   col = grDevices::adjustcolor(colours[[sign]], 0.25))
    graphics::segments(some$size, some$low, some$size, some$high, lwd = 2, col = colours[[sign]])
  }
  if (length(known)) {
    graphics::rug(abs(known), lwd = 2, col = ifelse(known > 0, palette_of[["current"]], colours[["negative"]]))
  }
  there <- names(colours) %in% bars$sign
  graphics::legend("topright", bg = "white",
                   legend = c(paste(names(colours), "eigenvalues")[there], if (length(known)) "known exactly"),
                   fill = c(grDevices::adjustcolor(colours[there], 0.25), if (length(known)) NA),
                   border = c(colours[there], if (length(known)) NA),
                   lty = c(rep(NA, sum(there)), if (length(known)) 1), lwd = 2,
                   col = c(colours[there], if (length(known)) palette_of[["current"]]))
  invisible(x)
}

autoplot.sgd_density <- function(object, noise = NULL, level = 0.95, per_decade = 4, ...) {
  noise <- if (is.null(noise)) !has_counts(object) else as_flag(noise, "noise")
  bars <- density_bars(object, noise, as_count(per_decade, "per_decade", 1), level)
  bars$sign <- factor(bars$sign, c("positive", "negative"))
  bars$bottom <- min(bars$low) / 2
  plot <- ggplot2::ggplot(bars, column(x = "size", colour = "sign", fill = "sign")) +
    ggplot2::geom_rect(column(xmin = "left", xmax = "right", ymin = "bottom", ymax = "density"), alpha = 0.25) +
    ggplot2::geom_linerange(column(ymin = "low", ymax = "high"), linewidth = 1)
  known <- object$eigenvalues[object$eigenvalues != 0]
  if (length(known)) {
    marks <- data.frame(size = abs(known), sign = factor(ifelse(known > 0, "positive", "negative"),
                                                         c("positive", "negative")))
    plot <- plot + ggplot2::geom_rug(column(x = "size", colour = "sign"), data = marks, inherit.aes = FALSE,
                                     sides = "b", linewidth = 1)
  }
  values <- unname(palette_of[c("measured", "theory")])
  log_log(plot + ggplot2::scale_colour_manual(values = values, drop = FALSE) +
            ggplot2::scale_fill_manual(values = values, drop = FALSE) +
            ggplot2::labs(x = "size of the eigenvalue", y = density_ylab(noise), title = density_title(object)))
}

autoplot.sgd_eigenpairs <- function(object, ...) {
  table <- data.frame(eigenpair = seq_along(object$values),
                      size = c(abs(object$values), pmax(object$residual, .Machine$double.eps * object$spread / 100)),
                      of = rep(c("eigenvalue", "residual"), each = length(object$values)))
  ggplot2::ggplot(table[table$size > 0, ], column(x = "eigenpair", y = "size", colour = "of")) +
    ggplot2::geom_hline(yintercept = object$tolerance * object$spread, linetype = 2,
                        colour = palette_of[["reference"]]) +
    ggplot2::geom_point() + ggplot2::scale_y_log10() + ggplot2::theme_bw() +
    ggplot2::scale_colour_manual(values = unname(palette_of[c("theory", "measured")]))
}

# Registered with package generics in .onLoad().
operator_classes <- c("sgd_eigenpairs", "sgd_density")

tidy.sgd_density <- function(x, ...) {
  bins <- as.data.frame(x)
  known <- data.frame(term = rep("eigenvalue", length(x$eigenvalues)), lower = x$eigenvalues, upper = x$eigenvalues,
                      estimate = rep(1, length(x$eigenvalues)), std.error = rep(0, length(x$eigenvalues)))
  rbind(known, data.frame(term = "bin", lower = bins$lower, upper = bins$upper, estimate = bins$value,
                          std.error = bins$se))
}

glance.sgd_density <- function(x, ...) {
  report <- .Call(C_density_describe, x, sgd_hyper(lr = 1))
  data.frame(dim = x$dim, trace = x$trace, std.error = x$se, largest = report$largest, smallest = report$smallest,
             n.flat = report$n_flat, n.negative = report$n_negative, noise.trace = report$noise_trace,
             known = length(x$eigenvalues), probes = max(x$counts$probes, x$noise$probes, 0),
             steps = max(x$counts$steps, x$noise$steps, 0), n.products = x$n_products)
}
