## summary_model (x)
##
## A model in words.
function text = summary_model (x)
  dynamics = struct ("langevin", "Langevin equation", "sgd", "discrete recursion").(x.dynamics);
  sampling = struct ("replacement", "with replacement", "without", "without replacement",
                     "epoch", "by epochs").(x.sampling);
  if (! isempty (x.n_examples))
    sampling = sprintf ("%s from %d examples", sampling, x.n_examples);
  endif
  problem = @summary_problem;
  if (strcmp (x.problem.type, "sgd_density"))
    problem = @(density) says ("%s", density_line (density));
  endif
  text = [says("SGD model (%s), batches %s", dynamics, sampling), "  ", problem(x.problem), ...
          settings(x.hyper)];
  if (strcmp (x.problem.type, "sgd_objective"))
    text = [text, epoch_text(x), says("  no modes: sgd_quadratic_at is the way to the theory")];
    return;
  endif
  if (strcmp (x.problem.type, "sgd_density"))
    text = [text, density_model_text(x)];
    return;
  endif
  if (isempty (x.eigenvalues))
    text = [text, says("  no eigendecomposition was made")];
    return;
  endif
  if (! isempty (x.rank))
    text = [text, says("  theory in the %d modes that the examples span; %d directions are not seen", ...
                       x.rank, x.dim - x.rank)];
  endif
  report = x.report;
  text = [text, says("  eigenvalues of H: %s", shown (x.eigenvalues)), ...
          says("  damping: %s", regime_counts (sgd_oscillations (x))), ...
          says("  SGD is stable below lr = %.4g (largest eigenvalue of H + weight_decay I: %.4g)",
               report.lr_limit, report.worst_kappa), ...
          says("  Langevin model: stationary variances up to %.2g%% off those of SGD",
               100 * report.langevin_error)];
  if (report.n_flat_noisy > 0)
    text = [text, says("  %s with noise: no stationary position there", ...
                       plural (report.n_flat_noisy, "flat mode"))];
  endif
  text = [text, epoch_text(x)];
  if (! isempty (x.multiplicative))
    text = [text, multiplicative_text(x.multiplicative)];
  elseif (strcmp (x.noise, "multiplicative"))
    text = [text, says("  noise grows with the displacement: sgd_msd has the theory of dressed epochs")];
  endif
  text = [text, summary_variances(x)];
endfunction

function text = epoch_text (x)
  text = "";
  if (x.report.epoch_steps > 0)
    kept = {" (a smaller batch)", " (dropped)"}{1 + x.drop_last};
    text = says ("  an epoch is %d steps, %d examples remain%s", x.report.epoch_steps, x.report.remainder,
                 kept(1:end*(x.report.remainder > 0)));
  endif
endfunction

function text = multiplicative_text (x)
  moment = {"infinite", "finite"}{1 + x.fourth_moment};
  text = [says("  noise grows with the displacement: spectral radius %.4g", x.spectral_radius), ...
          says("  the variance is infinite above lr = %.4g", x.largest_stable_lr), ...
          says("  tail index %.3g, fourth moment %s", x.tail_index, moment)];
endfunction

function text = density_model_text (x)
  report = x.report;
  text = [says("  SGD is stable below lr = %.4g (largest eigenvalue of H + weight_decay I: %.4g)", ...
               report.lr_limit, report.worst_kappa), ...
          says("  Langevin model: stationary variances up to %.2g%% off those of SGD", ...
               100 * report.langevin_error)];
  if (report.n_saddle > 0)
    text = [text, says("  about %.3g modes of negative curvature%s", report.n_saddle, ...
                       {": nothing is stationary (see drop_negative)", ", left out"}{1 + x.drop_negative})];
  endif
  text = [text, epoch_text(x)];
endfunction
