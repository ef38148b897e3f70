## summary_theory (x)
##
## The stationary and transient laws of a model, and what follows from them, in words.
function text = summary_theory (x)
  switch (x.type)
    case "sgd_stationary"
      text = stationary_text (x);
    case "sgd_transient"
      text = transient_text (x);
    case "sgd_modified_loss"
      text = modified_loss_text (x);
    case "sgd_modified_loss_section"
      text = section_text (x);
    case "sgd_current"
      text = current_text (x);
    case "sgd_irreversibility"
      text = irreversibility_text (x);
    case "sgd_fokker_planck_check"
      text = fokker_planck_text (x);
    case "sgd_equivalent"
      text = equivalent_text (x);
  endswitch
endfunction

function text = stationary_text (x)
  text = [says("Stationary state of %s", plural (x.model.dim, "parameter")), settings(x.model.hyper), ...
          says("  total variance: position %.5g, velocity %.5g", x.trace.theta, x.trace.velocity)];
  if (strcmp (x.model.problem.type, "sgd_density"))
    text = [text, density_stationary_text(x)];
    return;
  endif
  if (! all (x.exists))
    text = [text, says("  %s without a stationary position", plural (sum (! x.exists), "mode"))];
  endif
  if (! isempty (x.theta))
    variances = diag (x.theta);
    if (strcmp (x.coordinates, "modes"))
      text = [text, says("  covariances along %s", plural (numel (x.exists), "mode"))];
      variances = x.variances;
    endif
    text = [text, says("  standard deviations of the parameters: %s", shown (sqrt (variances)))];
  endif
  if (! isempty (x.phase))
    text = [text, says("  %s into an epoch", plural (x.phase, "step"))];
  endif
  text = [text, summary_variances(x.model)];
endfunction

function text = transient_text (x)
  text = [says("Transient law of %s, covariance: %s", plural (rows (x.mean_theta), x.coordinates(1:end-1)), ...
               x.covariance), ...
          table({"step", "|mean theta|", "|mean v|"}, ...
                [x.step, norm(x.mean_theta, "columns")', norm(x.mean_velocity, "columns")'])];
endfunction

function text = modified_loss_text (x)
  text = [says("Modified loss over phase space (theta, v), %s", plural (x.dim, "parameter")), ...
          settings(x.model.hyper), says("  inverse temperature %.4g", x.inverse_temperature)];
  if (x.rank < 2 * x.dim)
    text = [text, says("  noise reaches %d of %d dimensions: finite on that subspace only", x.rank, ...
                       2 * x.dim)];
  endif
endfunction

function text = section_text (x)
  text = says ("Section of the modified loss, %d x %d points; x to %.4g, y to %.4g, values to %.4g",
               numel (x.x), numel (x.y), max (x.x), max (x.y), max (x.value(:)));
endfunction

function text = current_text (x)
  text = [says("Stationary current at %s of a %d-dimensional phase space", ...
               plural (rows (x.drift), "point"), columns (x.drift)), ...
          says("  log density: %s", shown (x.log_density)), ...
          says("  speed of the drift: %s", shown (norm (x.drift, "rows")))];
endfunction

function text = irreversibility_text (x)
  ratio = x.kinetic_temperature ./ x.configurational_temperature;
  text = says ("Irreversibility of %s", plural (numel (ratio), "mode"));
  if (! isnan (x.entropy_production))
    text = [text, says("  entropy production %.4g per unit time, %.4g per step", x.entropy_production, ...
                       x.model.hyper.lr * x.entropy_production)];
  endif
  text = [text, says("  largest antisymmetric covariance of position and velocity: %.4g", ...
                     max (abs (x.antisymmetric(:)))), ...
          says("  kinetic over configurational temperature: %.4g to %.4g", min (ratio), max (ratio))];
endfunction

function text = fokker_planck_text (x)
  answer = {"does NOT solve", "solves"}{1 + x.passed};
  text = [says("The density %s the stationary Fokker-Planck equation; relative residuals:", answer), ...
          says("  drift %.2g, Lyapunov equation %.2g, antisymmetry of Q %.2g", x.drift, x.lyapunov, ...
               x.antisymmetry)];
  if (! isnan (x.pointwise))
    text = [text, says("  at the points %.2g", x.pointwise)];
  endif
endfunction

function text = equivalent_text (x)
  kept = struct ("stationary", "the stationary variance", "dynamics", "the dynamics per example seen",
                 "diffusion", "the diffusion rate").(x.preserve);
  text = [says("Hyperparameters that preserve %s", kept), "  from", settings(x.from), "  to  ", ...
          settings(x.to), says("  the work of one step before takes %.4g", x.steps)];
  change = x.kept_after / x.kept_before - 1;
  if (abs (change) > 1e-12)
    text = [text, says("  the quantity kept changes by %.2g%%", 100 * change)];
  endif
  if (! isempty (x.error))
    changes = 100 * [x.error.theta, x.error.velocity, x.error.diffusion];
    text = [text, says(["  exact changes: position variance %+.3g%%, velocity variance %+.3g%%, ", ...
                        "diffusion %+.3g%%"], changes)];
  endif
endfunction

function text = density_stationary_text (x)
  text = [says("  position %s, velocity %s", value_with_error (x.trace.theta, x.se.theta), ...
               value_with_error (x.trace.velocity, x.se.velocity)), ...
          says("  squared step %s, loss above the minimum %s", value_with_error (x.speed, x.se.step), ...
               value_with_error (x.loss, x.se.loss))];
  if (! x.exists)
    text = [text, says("  noise along flat modes: no stationary position")];
  endif
endfunction
