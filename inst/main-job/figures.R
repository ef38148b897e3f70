# Figures of the main job, drawn by the package's own plot methods.

to_png <- function(folder, name, draw, panels = 1) {
  file <- file.path(folder, paste0(name, "_R.png"))
  grDevices::png(file, width = 6 * panels, height = 5, units = "in", res = 120)
  on.exit(grDevices::dev.off())
  graphics::par(mfrow = c(1, panels), mar = c(4.2, 4.8, 2.6, 1), mgp = c(3.1, 0.8, 0))
  draw()
}

msd_predictions <- function(replacement, epoch, lags) {
  list("theory, with replacement" = sgd_msd(replacement, lags), "theory, epochs" = sgd_msd(epoch, lags))
}

regression_msd_figure <- function(folder, replacement, epoch) {
  theory <- msd_predictions(replacement$model, epoch$model, replacement$measured$lag)
  unit <- "mean squared displacement (squared coefficients)"
  to_png(folder, "regression_msd", panels = 2, draw = function() {
    plot(replacement$measured, theory = theory, ylab = unit, main = "Diamonds, batches with replacement")
    plot(epoch$measured, theory = theory, ylab = unit, main = "Diamonds, batches by epochs")
  })
}

softmax_msd_figure <- function(folder, run, models) {
  theory <- msd_predictions(models$replacement, models$epoch, run$measured$lag)
  to_png(folder, "softmax_msd", function() {
    plot(run$measured, theory = theory, main = "torch.optim.SGD on softmax regression, by epochs")
  })
}

phase_portrait_figure <- function(folder, run) {
  to_png(folder, "phase_portrait", function() {
    plot(sgd_stationary(run$model), mode = 1, trajectory = run$path)
  })
}

# Left, positions along a steep and a flat mode: the training loss is elongated, the modified loss hardly.
# Right, the phase plane of the steep mode, where the current turns.
modified_loss_figure <- function(folder, problem, hyper, path) {
  model <- sgd_model(problem, hyper)
  to_png(folder, "modified_loss", panels = 2, draw = function() {
    draw_positions(model, path, 1, 18)
    draw_phase_plane(model, path, 1)
  })
}

draw_positions <- function(model, path, steep, flat) {
  phi <- sgd_modified_loss(model)
  section <- sgd_modified_loss_section(phi, model$vectors[, steep], model$vectors[, flat])
  plot(section, trajectory = path$theta[, c(steep, flat), 1], streamlines = FALSE,
       xlab = sprintf("position along mode %d, from the minimiser", steep),
       ylab = sprintf("position along mode %d, from the minimiser", flat),
       main = "Modified loss over training loss: positions")
}

draw_phase_plane <- function(model, path, mode) {
  vector <- model$vectors[, mode]
  still <- numeric(model$dim)
  section <- sgd_modified_loss_section(sgd_modified_loss(model), c(vector, still), c(still, vector))
  plot(section, trajectory = cbind(path$theta[, mode, 1], path$velocity[, mode, 1]),
       xlab = sprintf("position along mode %d, from the minimiser", mode),
       ylab = "velocity along it (per unit time lr x step)", main = "Phase plane, with the current")
}

spectrum_figure <- function(folder, model) {
  to_png(folder, "spectrum", function() plot(sgd_oscillations(model)))
}
