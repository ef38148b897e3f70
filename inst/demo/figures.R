# Figures of the main job.

ink <- c(replacement = "#D55E00", epoch = "#0072B2", measured = "#222222", pale = "#BBBBBB")

to_png <- function(folder, name, draw, width = 7, height = 5) {
  grDevices::png(file.path(folder, name), width = width, height = height, units = "in", res = 120)
  on.exit(grDevices::dev.off())
  graphics::par(mar = c(4.2, 4.6, 2.6, 1), mgp = c(2.9, 0.8, 0), las = 1)
  draw()
}

power_axis <- function(side, range) {
  powers <- seq(ceiling(log10(range[1])), floor(log10(range[2])))
  graphics::axis(side, at = 10^powers, labels = parse(text = sprintf("10^%d", powers)))
}

# Axes for mean squared displacements; bars of two standard deviations where these are known.
msd_axes <- function(lags, msd, unit, title) {
  plot(range(lags), range(msd), type = "n", log = "xy", axes = FALSE, xlab = "lag (steps)",
       ylab = sprintf("mean squared displacement (%s)", unit), main = title)
  power_axis(1, range(lags))
  power_axis(2, range(msd))
  graphics::box()
}

msd_points <- function(lags, msd, sd, colour, symbol) {
  known <- is.finite(sd)
  graphics::segments(lags[known], pmax(msd - 2 * sd, msd / 10)[known], lags[known], (msd + 2 * sd)[known],
                     col = colour)
  graphics::points(lags, msd, pch = symbol, col = colour, cex = 0.8)
}

regression_msd_figure <- function(folder, replacement, epoch) {
  to_png(folder, "regression_msd.png", function() {
    curves <- lapply(list(replacement, epoch), function(run) sgd_msd(run$model, run$measured$lag))
    msd_axes(curves[[1]]$step, c(curves[[1]]$msd, curves[[2]]$msd), "squared coefficients",
             "Diamonds regression: real minibatch SGD and theory")
    for (curve in 1:2) graphics::lines(curves[[curve]]$step, curves[[curve]]$msd, col = ink[curve], lwd = 2)
    msd_points(replacement$measured$lag, replacement$measured$msd, replacement$measured$se, ink["measured"], 1)
    msd_points(epoch$measured$lag, epoch$measured$msd, epoch$measured$se, ink["measured"], 4)
    graphics::legend("bottomright", bty = "n", col = ink[c(3, 1, 3, 2)], lty = c(NA, 1, NA, 1), lwd = 2,
                     pch = c(1, NA, 4, NA),
                     legend = c("measured, with replacement", "theory, with replacement", "measured, epochs",
                                "theory, epochs"))
  })
}
