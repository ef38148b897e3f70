# Diffusion exponent by maximum likelihood of fractional Brownian motion.

# What diffusion_exponent(method = "mle") returns; frames from as_frames().
exponent_mle <- function(frames, level = 0.95, noise = FALSE, drift = TRUE, diffusivity = "own") {
  own <- match_option(diffusivity, "diffusivity", c("own", "common")) == "own"
  fit <- .Call(C_exponent_mle, frames$x, frames$size, as_flag(noise, "noise"), as_flag(drift, "drift"), own,
               as_number(level, "level"))
  # From frames to the unit of the lags: log D changes by -exponent log(unit).
  unit <- frames$record
  variance <- matrix(c(fit$se^2, fit$covariance, fit$covariance, fit$log_diffusivity_se^2), 2L,
                     dimnames = rep(list(c("exponent", "log_diffusivity")), 2L))
  shift <- matrix(c(1, -log(unit), 0, 1), 2L)
  if (unit != 1) variance[] <- shift %*% variance %*% t(shift)
  structure(list(
    exponent = fit$exponent, se = fit$se, lower = fit$lower, upper = fit$upper, level = level, method = "mle",
    window = c(1, frames$size[1L] - 1) * unit, p_value = fit$p_value,
    log_diffusivity = fit$log_diffusivity - fit$exponent * log(unit), vcov = variance,
    n_points = fit$n_points,
    noise = fit$noise, noise_se = fit$noise_se, noise_lower = fit$noise_lower, noise_upper = fit$noise_upper,
    noise_p = fit$noise_p, noise_detected = as.logical(fit$noise_detected),
    at_boundary = as.logical(fit$at_boundary), drift = fit$drift / unit,
    diffusivity = fit$diffusivity * unit^-fit$exponent, log_likelihood = fit$log_likelihood,
    score = fit$score, evaluations = fit$evaluations,
    fitted_noise = noise, fitted_drift = drift, pooled = diffusivity
  ), class = "diffusion_exponent")
}
