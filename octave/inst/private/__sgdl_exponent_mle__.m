## fit = __sgdl_exponent_mle__ (x, spacing, level, noise, drift, diffusivity)
##
## What diffusion_exponent (x, "method", "mle") returns: x and spacing from
## __sgdl_trajectory__, diffusivity "own" or "common".
function fit = __sgdl_exponent_mle__ (x, spacing, level = 0.95, noise = false, drift = true,
                                      diffusivity = "own")
  __sgdl__ ("match_option", "diffusivity", diffusivity, {"own", "common"});
  fit = __sgdl__ ("exponent_mle", x, noise, drift, strcmp (diffusivity, "own"), level);
  ## From frames to steps: log D changes by -exponent log (spacing).
  shift = log (spacing);
  variance = fit.se ^ 2;
  covariance = fit.covariance - shift * variance;
  vcov = [variance, covariance; covariance, ...
          fit.log_diffusivity_se ^ 2 - 2 * shift * fit.covariance + shift ^ 2 * variance];
  fit = struct ("type", "diffusion_exponent", "exponent", fit.exponent, "se", fit.se,
                "lower", fit.lower, "upper", fit.upper, "level", double (level), "method", "mle",
                "window", [1, rows(x) - 1] * spacing, "p_value", fit.p_value,
                "log_diffusivity", fit.log_diffusivity - fit.exponent * shift, "vcov", vcov,
                "n_points", fit.n_points, "noise", fit.noise, "noise_se", fit.noise_se,
                "noise_lower", fit.noise_lower, "noise_upper", fit.noise_upper, "noise_p", fit.noise_p,
                "noise_detected", fit.noise_detected, "at_boundary", fit.at_boundary,
                "drift", fit.drift / spacing, "diffusivity", fit.diffusivity * spacing ^ -fit.exponent,
                "log_likelihood", fit.log_likelihood, "score", fit.score,
                "evaluations", fit.evaluations, "fitted_noise", noise, "fitted_drift", drift,
                "pooled", diffusivity);
endfunction
