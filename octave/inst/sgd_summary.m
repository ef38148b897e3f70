## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {} sgd_summary (@var{x})
## @deftypefnx {} {@var{text} =} sgd_summary (@var{x})
## Print a result of this package in words, or return the words.
##
## @strong{Argument}: @var{x}, a struct from any function of this package.
##
## @strong{Value}: with an output argument, the text; otherwise it is printed.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.  Cost: none.
##
## @example
## sgd_summary (sgd_hyper (0.1, 0.9))
## @end example
## @seealso{sgd_plot}
## @end deftypefn

function text = sgd_summary (x)
  if (nargin < 1)
    print_usage ();
  endif
  writers = {"sgd_hyper", @hyper_text; "sgd_quadratic", @problem_text; "sgd_regression", @problem_text;
             "sgd_spectrum", @problem_text; "sgd_examples", @problem_text;
             "sgd_objective", @objective_text; "sgd_native", @native_text;
             "sgd_operator", @operator_text; "sgd_noise", @noise_text; "sgd_eigenpairs", @eigenpairs_text;
             "sgd_density", @density_text; "sgd_trace", @trace_text;
             "sgd_model", @model_text; "sgd_stationary", @stationary_text; "sgd_transient", @transient_text;
             "sgd_modified_loss", @modified_loss_text;
             "sgd_modified_loss_section", @section_text; "sgd_current", @current_text;
             "sgd_oscillations", @oscillations_text; "sgd_msd", @prediction_text;
             "sgd_autocorrelation", @autocorrelation_text; "sgd_power_spectrum", @power_spectrum_text;
             "sgd_irreversibility", @irreversibility_text; "sgd_fokker_planck_check", @fokker_planck_text;
             "sgd_equivalent", @equivalent_text;
             "sgd_simulate", @trajectory_text; "sgd_trajectory", @trajectory_text; "msd", @msd_text;
             "msd_transform", @transform_text; "msd_stream", @stream_text;
             "diffusion_exponent", @exponent_text; "local_exponent", @local_exponent_text;
             "msd_crossover", @msd_crossover_text; "diffusion_test", @diffusion_test_text;
             "ergodicity", @ergodicity_text; "ageing", @ageing_text;
             "diffusion_comparison", @diffusion_comparison_text;
             "sgd_fit", @fit_text; "power_spectrum", @welch_text;
             "velocity_autocorrelation", @velocity_text; "shuffling_test", @shuffling_text;
             "sgd_method_order", @order_text; "sgd_sample_check", @sample_check_text};
  __sgdl__ ("expect_type", x, "x", writers(:,1));
  writer = writers{strcmp (x.type, writers(:,1)),2};
  words = writer (x);
  if (nargout > 0)
    text = words;
  else
    puts (words);
  endif
endfunction

function text = line (format, varargin)
  text = [sprintf(format, varargin{:}), "\n"];
endfunction

function text = plural (n, noun)
  text = sprintf ("%d %s%s", n, noun, "s"(n != 1));
endfunction

## The first numbers of a list.
function text = shown (x)
  few = x(1:min (6, end));
  text = strjoin (arrayfun (@(value) sprintf ("%.4g", value), few(:)', "UniformOutput", false), ", ");
  if (numel (x) > 6)
    text = [text, ", ..."];
  endif
endfunction

## A few rows of columns of numbers under their names.
function text = table (names, columns_of)
  few = unique (round (linspace (1, rows (columns_of), min (8, rows (columns_of)))));
  text = [sprintf("  %12s", names{:}), "\n"];
  for i = few
    text = [text, sprintf("  %12.5g", columns_of(i,:)), "\n"];
  endfor
endfunction

function text = settings (hyper)
  text = line ("  lr %.4g, momentum %.4g, weight decay %.4g, batch size %d", hyper.lr, hyper.momentum,
               hyper.weight_decay, hyper.batch_size);
endfunction

function text = hyper_text (x)
  text = [line("SGD hyperparameters"), settings(x), ...
          line("  mass %.4g, damping %.4g per unit time, temperature %.4g", x.mass, x.damping, ...
               x.temperature)];
endfunction

function text = problem_text (x)
  switch (x.type)
    case "sgd_quadratic"
      noise = "Sigma (general)";
      if (isempty (x.Sigma))
        noise = sprintf ("%.4g H", x.sigma2);
      endif
      text = line ("Quadratic loss, %s, noise %s", plural (x.dim, "parameter"), noise);
    case "sgd_regression"
      text = line ("Linear regression, %d examples, %s, %s gradient noise", x.n_examples,
                   plural (x.dim, "parameter"), x.gradient_noise);
    case "sgd_examples"
      kind = "by products";
      if (! is_function_handle (x.hessian_factors))
        kind = sprintf ("of rank %d", size (x.hessian_factors, 3));
      endif
      text = line ("Loss by its %d examples, %s, Hessians %s", x.n_examples,
                   plural (x.dim, "parameter"), kind);
    otherwise
      noise = "given";
      if (isempty (x.noise))
        noise = sprintf ("%.4g rho", x.sigma2);
      endif
      text = line ("Spectrum of %s from %.4g down to %.4g, noise %s", plural (x.dim, "eigenvalue"),
                   x.rho(1), x.rho(end), noise);
  endswitch
endfunction

function text = objective_text (x)
  kinds = struct ("callback", "Objective by a function", "native", "Objective by a compiled function",
                  "logistic", "Logistic regression", "softmax", "Softmax regression",
                  "tanh_network", "Network of tanh units");
  text = kinds.(x.kind);
  if (isfield (x, "hidden"))
    text = [text, sprintf(" (%d hidden)", x.hidden)];
  endif
  if (! isempty (x.n_examples))
    text = [text, sprintf(", %s", plural (x.n_examples, "example"))];
  endif
  text = [text, line(", %s", plural (x.dim, "parameter"))];
  if (isfield (x, "gradient"))
    also = {"hvp", "loss", "covariance", "Sigma"};
    also = also(! cellfun (@(name) isempty (x.(name)), also));
    if (! isempty (also))
      text = [text, line("  with %s", strjoin (also, ", "))];
    endif
  endif
endfunction

function text = operator_text (x)
  switch (x.kind)
    case "function"
      kind = "a function";
    case "native"
      kind = sprintf ("compiled function %s", x.hvp.symbol);
    case "matrix"
      kind = {"a matrix", "a sparse matrix"}{1 + issparse(x.hvp)};
    case "data"
      kind = sprintf ("X'X/N of %d examples", x.n_examples);
    case "low_rank"
      kind = sprintf ("rank %d plus %.4g I", numel (x.values), x.bulk);
    otherwise
      kind = "an objective";
  endswitch
  noise = "";
  if (! isempty (x.sigma2))
    noise = sprintf (", noise %.4g H", x.sigma2);
  elseif (! isempty (x.noise))
    noise = sprintf (", noise: %s", noise_words (x.noise));
  endif
  text = line ("Hessian by products (%s), %s%s", kind, plural (x.dim, "parameter"), noise);
endfunction

function text = noise_words (x)
  switch (x.kind)
    case "factor"
      text = sprintf ("of rank %d", columns (x.factor));
    case "diagonal"
      text = "diagonal";
    otherwise
      text = sprintf ("gradients of %s", plural (x.n_examples, "example"));
  endswitch
endfunction

function text = noise_text (x)
  text = line ("Gradient noise: %s", noise_words (x));
endfunction

function text = eigenpairs_text (x)
  state = "";
  if (! x.complete)
    state = sprintf (" (%d converged)", x.n_converged);
  endif
  text = [line("%s of %s%s: %s", plural (numel (x.values), "eigenpair"), plural (x.dim, "parameter"), state, ...
               plural (x.n_products, "product")), table({"eigenvalue", "residual"}, [x.values, x.residual])];
endfunction

function text = trace_text (x)
  with = {"", " times the gradient noise"}{1 + x.noise};
  text = line ("Traces of functions of the Hessian%s", with);
  names = x.f;
  if (! iscellstr (names))
    names = {"function"};
  endif
  for i = 1:numel (names)
    text = [text, line("  %-12s %s", names{i}, with_error (x.value(i), x.se(i)))];
  endfor
endfunction

## A value to the digit that its standard error lets stand.
function text = with_error (value, se)
  if (! isfinite (value) || isnan (se))
    text = sprintf ("%.5g", value);
  elseif (se == 0)
    text = sprintf ("%.5g (exact)", value);
  else
    digits = min (max (1, ceil (log10 (max (abs (value), se) / se)) + 2), 15);
    text = sprintf ("%.*g +- %.2g", digits, value, se);
  endif
endfunction

function text = density_line (x)
  noise = "none";
  if (! isempty (x.sigma2))
    noise = sprintf ("%.4g H", x.sigma2);
  elseif (__sgdl_has_part__ (x, true))
    noise = "along it known";
  endif
  probes = 0;
  for part = {x.counts, x.noise}
    if (! isempty (part{1}))
      probes = max (probes, part{1}.probes);
    endif
  endfor
  text = sprintf ("spectral density of %s by %s, %s known, noise %s", plural (x.dim, "parameter"),
                  plural (probes, "probe"), plural (numel (x.eigenvalues), "eigenpair"), noise);
endfunction

function text = density_text (x)
  report = __sgdl__ ("density_describe", x, sgd_hyper (1));
  text = sprintf ("The Hessian of %s has eigenvalues from %.4g to %.4g", plural (x.dim, "parameter"),
                  report.smallest, report.largest);
  if (__sgdl_has_part__ (x, false))
    [both, ~] = __sgdl__ ("density_trace", x, false, {"identity", "square"}, [0, 0]);
    text = [text, line(", trace %s.", with_error (x.trace, x.se)), ...
            line("Its curvature sits in about %.3g directions; %.3g modes are flat, %.3g negative.", ...
                 both(1)^2 / both(2), report.n_flat, report.n_negative)];
    if (! isempty (x.eigenvalues))
      text = [text, line("The %s known exactly hold %.1f%% of the trace.", ...
                         plural (numel (x.eigenvalues), "eigenvalue"), 100 * sum (x.eigenvalues) / x.trace)];
    endif
  else
    text = [text, line(".")];
  endif
  if (__sgdl_has_part__ (x, true))
    text = [text, line("Gradient noise: trace %s, %.2g%% of it along flat and %.2g%% along negative modes.", ...
                       with_error (report.noise_trace, report.noise_trace_se), ...
                       100 * report.flat_noise / report.noise_trace, ...
                       100 * report.negative_noise / report.noise_trace)];
  endif
  if (report.largest > 0)
    text = [text, line("SGD without momentum and weight decay is stable below lr = %.4g; with momentum b, 1 + b times that.", ...
                       2 / report.largest)];
  endif
  text = [text, line("Found by %d products with the Hessian%s.", x.n_products, ...
                     {", before it was INTERRUPTED", ""}{1 + x.complete})];
endfunction

function text = density_model_text (x)
  report = x.report;
  text = [line("  SGD is stable below lr = %.4g (largest eigenvalue of H + weight_decay I: %.4g)", ...
               report.lr_limit, report.worst_kappa), ...
          line("  Langevin model: stationary variances up to %.2g%% off those of SGD", ...
               100 * report.langevin_error)];
  if (report.n_saddle > 0)
    text = [text, line("  about %.3g modes of negative curvature%s", report.n_saddle, ...
                       {": nothing is stationary (see drop_negative)", ", left out"}{1 + x.drop_negative})];
  endif
  text = [text, epoch_text(x)];
endfunction

function text = density_stationary_text (x)
  text = [line("  position %s, velocity %s", with_error (x.trace.theta, x.se.theta), ...
               with_error (x.trace.velocity, x.se.velocity)), ...
          line("  squared step %s, loss above the minimum %s", with_error (x.speed, x.se.step), ...
               with_error (x.loss, x.se.loss))];
  if (! x.exists)
    text = [text, line("  noise along flat modes: no stationary position")];
  endif
endfunction

function text = native_text (x)
  text = line ("Compiled gradient %s of %s", x.symbol, x.file);
endfunction

function text = model_text (x)
  dynamics = struct ("langevin", "Langevin equation", "sgd", "discrete recursion").(x.dynamics);
  sampling = struct ("replacement", "with replacement", "without", "without replacement",
                     "epoch", "by epochs").(x.sampling);
  if (! isempty (x.n_examples))
    sampling = sprintf ("%s from %d examples", sampling, x.n_examples);
  endif
  problem = @problem_text;
  if (strcmp (x.problem.type, "sgd_objective"))
    problem = @objective_text;
  elseif (strcmp (x.problem.type, "sgd_density"))
    problem = @(density) line ("%s", density_line (density));
  endif
  text = [line("SGD model (%s), batches %s", dynamics, sampling), "  ", problem(x.problem), ...
          settings(x.hyper)];
  if (strcmp (x.problem.type, "sgd_objective"))
    text = [text, epoch_text(x), line("  no modes: sgd_quadratic_at is the way to the theory")];
    return;
  endif
  if (strcmp (x.problem.type, "sgd_density"))
    text = [text, density_model_text(x)];
    return;
  endif
  if (isempty (x.eigenvalues))
    text = [text, line("  no eigendecomposition was made")];
    return;
  endif
  if (! isempty (x.rank))
    text = [text, line("  theory in the %d modes that the examples span; %d directions are not seen", ...
                       x.rank, x.dim - x.rank)];
  endif
  report = x.report;
  text = [text, line("  eigenvalues of H: %s", shown (x.eigenvalues)), ...
          line("  damping: %s", regime_counts (sgd_oscillations (x))), ...
          line("  SGD is stable below lr = %.4g (largest eigenvalue of H + weight_decay I: %.4g)",
               report.lr_limit, report.worst_kappa), ...
          line("  Langevin model: stationary variances up to %.2g%% off those of SGD",
               100 * report.langevin_error)];
  if (report.n_flat_noisy > 0)
    text = [text, line("  %s with noise: no stationary position there", ...
                       plural (report.n_flat_noisy, "flat mode"))];
  endif
  text = [text, epoch_text(x)];
  if (! isempty (x.multiplicative))
    text = [text, multiplicative_text(x.multiplicative)];
  elseif (strcmp (x.noise, "multiplicative"))
    text = [text, line("  noise grows with the displacement: sgd_msd has the theory of dressed epochs")];
  endif
  text = [text, variances_text(x)];
endfunction

function text = epoch_text (x)
  text = "";
  if (x.report.epoch_steps > 0)
    kept = {" (a smaller batch)", " (dropped)"}{1 + x.drop_last};
    text = line ("  an epoch is %d steps, %d examples remain%s", x.report.epoch_steps, x.report.remainder,
                 kept(1:end*(x.report.remainder > 0)));
  endif
endfunction

function text = multiplicative_text (x)
  moment = {"infinite", "finite"}{1 + x.fourth_moment};
  text = [line("  noise grows with the displacement: spectral radius %.4g", x.spectral_radius), ...
          line("  the variance is infinite above lr = %.4g", x.largest_stable_lr), ...
          line("  tail index %.3g, fourth moment %s", x.tail_index, moment)];
endfunction

## Total stationary variances under each set of assumptions.
function text = variances_text (model)
  text = "";
  if (isempty (model.eigenvalues) || model.report.n_saddle > 0)
    return;
  endif
  variants = __sgdl_variants__ (model);
  text = line ("  total variance side by side: %18s  %12s", "position", "velocity");
  for i = 1:rows (variants)
    [~, ~, ~, theta, velocity] = __sgdl__ ("stationary", variants{i,2}, true, []);
    text = [text, line("    %-43s  %12.5g  %12.5g", variants{i,1}, theta, velocity)];
  endfor
endfunction

function text = regime_counts (modes)
  [names, ~, index] = unique (modes.regime);
  counts = accumarray (index(:), 1);
  text = strjoin (arrayfun (@(i) sprintf ("%d %s", counts(i), names{i}), 1:numel (names),
                            "UniformOutput", false), ", ");
endfunction

function text = stationary_text (x)
  text = [line("Stationary state of %s", plural (x.model.dim, "parameter")), settings(x.model.hyper), ...
          line("  total variance: position %.5g, velocity %.5g", x.trace.theta, x.trace.velocity)];
  if (strcmp (x.model.problem.type, "sgd_density"))
    text = [text, density_stationary_text(x)];
    return;
  endif
  if (! all (x.exists))
    text = [text, line("  %s without a stationary position", plural (sum (! x.exists), "mode"))];
  endif
  if (! isempty (x.theta))
    variances = diag (x.theta);
    if (strcmp (x.coordinates, "modes"))
      text = [text, line("  covariances along %s", plural (numel (x.exists), "mode"))];
      variances = x.variances;
    endif
    text = [text, line("  standard deviations of the parameters: %s", shown (sqrt (variances)))];
  endif
  if (! isempty (x.phase))
    text = [text, line("  %s into an epoch", plural (x.phase, "step"))];
  endif
  text = [text, variances_text(x.model)];
endfunction

function text = transient_text (x)
  text = [line("Transient law of %s, covariance: %s", plural (rows (x.mean_theta), x.coordinates(1:end-1)), ...
               x.covariance), ...
          table({"step", "|mean theta|", "|mean v|"}, ...
                [x.step, norm(x.mean_theta, "columns")', norm(x.mean_velocity, "columns")'])];
endfunction

function text = modified_loss_text (x)
  text = [line("Modified loss over phase space (theta, v), %s", plural (x.dim, "parameter")), ...
          settings(x.model.hyper), line("  inverse temperature %.4g", x.inverse_temperature)];
  if (x.rank < 2 * x.dim)
    text = [text, line("  noise reaches %d of %d dimensions: finite on that subspace only", x.rank, ...
                       2 * x.dim)];
  endif
endfunction

function text = section_text (x)
  text = line ("Section of the modified loss, %d x %d points; x to %.4g, y to %.4g, values to %.4g",
               numel (x.x), numel (x.y), max (x.x), max (x.y), max (x.value(:)));
endfunction

function text = current_text (x)
  text = [line("Stationary current at %s of a %d-dimensional phase space", ...
               plural (rows (x.drift), "point"), columns (x.drift)), ...
          line("  log density: %s", shown (x.log_density)), ...
          line("  speed of the drift: %s", shown (norm (x.drift, "rows")))];
endfunction

function text = oscillations_text (x)
  text = [line("%s: %s", plural (numel (x.mode), "mode"), regime_counts (x)), ...
          table({"mode", "eigenvalue", "period", "quality"}, [x.mode, x.eigenvalue, x.period, x.quality])];
endfunction

function text = prediction_text (x)
  text = [line("Predicted mean squared displacement (form: %s, start: %s)", x.form, x.start), ...
          table({"step", "msd", "exponent"}, [x.step, x.msd, x.exponent])];
  if (! isempty (x.crossover))
    text = [text, crossover_text(x.crossover)];
  endif
  if (strcmp (x.model.problem.type, "sgd_density"))
    text = [text, line("largest standard error from the probes: %.2g%%", 100 * max (x.se ./ x.msd)), ...
            line("largest error of the quadrature: %.2g%%", 100 * max (x.truncation ./ x.msd))];
    return;
  endif
  if (strcmp (x.form, "model") && strcmp (x.start, "stationary") && x.model.report.n_saddle == 0)
    text = [text, displacements_text(x)];
  endif
  if (! isempty (x.terms))
    text = [text, line("weight-dependent noise, each term with all before it:"), ...
            table({"step", "constant", "noise", "response", "cumulant", "shift"}, [x.step, x.terms]), ...
            line("  total variances: %s", shown (x.dressed.trace)), ...
            line("  small parameter %.3g; the mean is off by %.3g standard deviations", ...
                 x.dressed.small_parameter, x.dressed.shift)];
  endif
endfunction

function text = crossover_text (x)
  text = "";
  if (! isnan (x.ballistic_end))
    text = [text, line("  ballistic until step %.4g", x.ballistic_end)];
  endif
  if (! isnan (x.predicted))
    text = [text, line("  exponent expected from the spectrum between steps %.4g and %.4g: %.3g", ...
                       x.relaxation, x.predicted)];
  endif
  if (! isnan (x.plateau) && x.plateau >= 0.1)
    text = [text, line("  exponent in between: %.3g", x.plateau)];
  endif
  if (isinf (x.confined_start))
    text = [text, line("  never confined: flat modes diffuse")];
  elseif (! isnan (x.confined_start))
    text = [text, line("  confined from step %.4g", x.confined_start)];
  endif
endfunction

## The same displacement under each set of assumptions.
function text = displacements_text (x)
  text = "";
  variants = __sgdl_variants__ (x.model);
  if (any (x.step != fix (x.step)) || rows (variants) == 1)
    return;
  endif
  start = struct ("start", "stationary", "theta0", [], "v0", [], "cov0", []);
  columns_of = x.step;
  names = [{"step"}, variants(:,1)'];
  for i = 1:rows (variants)
    columns_of(:,end+1) = __sgdl__ ("msd_theory", variants{i,2}, x.step, start, "model", false);
  endfor
  if (! isempty (x.terms))
    names{end+1} = "dressed";
    columns_of(:,end+1) = x.msd;
  endif
  text = [line("side by side:"), table(names, columns_of)];
endfunction

function text = autocorrelation_text (x)
  text = [line("Predicted autocovariance%s", along_text (x.direction)), ...
          table({"lag", "theta", "velocity", "cross"}, [x.lag, x.theta, x.velocity, x.cross])];
endfunction

function text = power_spectrum_text (x)
  ringing = find (! isnan (x.peak_freq));
  text = [line("Predicted power spectrum%s", along_text (x.direction)), ...
          table({"freq", "theta", "velocity"}, [x.freq, x.theta, x.velocity]), ...
          line("  %d of %s ring", numel (ringing), plural (numel (x.peak_freq), "mode"))];
  if (! isempty (ringing))
    text = [text, table({"mode", "peak", "width", "quality"}, ...
                        [ringing, x.peak_freq(ringing), x.peak_width(ringing), x.quality(ringing)])];
  endif
endfunction

function text = along_text (direction)
  text = {" along a direction", ""}{1 + isempty(direction)};
endfunction

function text = irreversibility_text (x)
  ratio = x.kinetic_temperature ./ x.configurational_temperature;
  text = line ("Irreversibility of %s", plural (numel (ratio), "mode"));
  if (! isnan (x.entropy_production))
    text = [text, line("  entropy production %.4g per unit time, %.4g per step", x.entropy_production, ...
                       x.model.hyper.lr * x.entropy_production)];
  endif
  text = [text, line("  largest antisymmetric covariance of position and velocity: %.4g", ...
                     max (abs (x.antisymmetric(:)))), ...
          line("  kinetic over configurational temperature: %.4g to %.4g", min (ratio), max (ratio))];
endfunction

function text = fokker_planck_text (x)
  answer = {"does NOT solve", "solves"}{1 + x.passed};
  text = [line("The density %s the stationary Fokker-Planck equation; relative residuals:", answer), ...
          line("  drift %.2g, Lyapunov equation %.2g, antisymmetry of Q %.2g", x.drift, x.lyapunov, ...
               x.antisymmetry)];
  if (! isnan (x.pointwise))
    text = [text, line("  at the points %.2g", x.pointwise)];
  endif
endfunction

function text = equivalent_text (x)
  kept = struct ("stationary", "the stationary variance", "dynamics", "the dynamics per example seen",
                 "diffusion", "the diffusion rate").(x.preserve);
  text = [line("Hyperparameters that preserve %s", kept), "  from", settings(x.from), "  to  ", ...
          settings(x.to), line("  the work of one step before takes %.4g", x.steps)];
  change = x.kept_after / x.kept_before - 1;
  if (abs (change) > 1e-12)
    text = [text, line("  the quantity kept changes by %.2g%%", 100 * change)];
  endif
  if (! isempty (x.error))
    changes = 100 * [x.error.theta, x.error.velocity, x.error.diffusion];
    text = [text, line(["  exact changes: position variance %+.3g%%, velocity variance %+.3g%%, ", ...
                        "diffusion %+.3g%%"], changes)];
  endif
endfunction

function text = trajectory_text (x)
  if (isempty (x.theta))
    text = line ("SGD run of %s, %s recorded%s", plural (x.resume.model.dim, "parameter"),
                 plural (numel (x.step), "step"),
                 {" in summaries", [" in " x.folder]}{2 - isempty(x.folder)});
  else
    text = line ("SGD trajectory: %s of %s in %s", plural (rows (x.theta), "frame"),
                 plural (columns (x.theta), "coordinate"), plural (size (x.theta, 3), "path"));
  endif
  if (! isempty (x.step))
    text = [text, line("  steps %d to %d", x.step(1), x.step(end))];
  endif
  if (! isempty (x.hyper))
    text = [text, settings(x.hyper)];
  endif
  if (strcmp (x.type, "sgd_simulate"))
    stopped = {", STOPPED before the end", ""}{1 + x.complete};
    if (ischar (x.record))
      interval = "logarithmic steps";
    elseif (isscalar (x.record))
      interval = ["every " plural(x.record, "step")];
    else
      interval = "listed steps";
    endif
    text = [text, line("  method \"%s\", coordinates \"%s\", %s, seed %d, backend %s%s", x.method, ...
                       x.coordinates, interval, x.seed, x.backend, stopped)];
    if (! isempty (x.summaries))
      text = [text, line("  summaries: %s", strjoin (x.resume.arguments.summaries, ", "))];
    endif
  endif
endfunction

function text = bracketed (value, lower, upper)
  text = sprintf ("%.3g [%.3g, %.3g]", value, lower, upper);
endfunction

function text = size_text (x)
  text = sprintf ("%s, %s, %s", plural (x.frames, "frame"), plural (x.dim, "coordinate"), plural (x.n_paths, "path"));
endfunction

function text = local_exponent_text (x)
  regime = 1 + (x.band_lower > 1) + 2 * (x.band_upper < 1);
  words = {"compatible with normal diffusion", "superdiffusive", "subdiffusive"};
  first = [1; find(diff (regime)) + 1];
  last = [first(2:end) - 1; numel(regime)];
  runs = arrayfun (@(a, b) sprintf ("%s between lags %.4g and %.4g", words{regime(a)}, x.from(a), x.to(b)), first, last,
                   "UniformOutput", false);
  text = [line("Over lags of %.4g to %.4g %s the local diffusion exponent goes from %.3g to %.3g (%s).", min (x.from), ...
               max (x.to), x.unit, x.exponent(1), x.exponent(end), size_text (x)), ...
          line("With %g%% confidence at all lags at once, the motion is %s.", 100 * x.level, strjoin (runs', ", ")), ...
          table({"lag", "exponent", "se", "band_lower", "band_upper"}, ...
                [x.lag, x.exponent, x.se, x.band_lower, x.band_upper])];
endfunction

function text = msd_crossover_text (x)
  range = sprintf ("between lags of %.4g and %.4g %s", min (x.lag), max (x.lag), x.unit);
  exponent = @(i) bracketed (x.exponent(i), x.lower(i), x.upper(i));
  if (x.n_breaks == 0)
    text = line ("The mean squared displacement is one power law %s, with exponent %s; no break (%s).", range,
                 exponent (1), __sgdl_p_text__ (x.p_value(1)));
    return;
  endif
  text = sprintf ("The mean squared displacement %s changes its exponent %s: it grows with exponent %s", range,
                  {"once", "twice", "three times"}{x.n_breaks}, exponent (1));
  for i = 1:x.n_breaks
    text = [text, sprintf(", from lag %s with exponent %s", ...
                          bracketed (x.break_lag(i), x.break_lower(i), x.break_upper(i)), exponent (i + 1))];
  endfor
  text = [text, ".\n"];
endfunction

function text = diffusion_test_text (x)
  [~, most] = max (abs (x.z));
  at = sprintf ("at lag %.4g %s the displacement is %.3g times that of a random walk (%.2g standard errors away)",
                x.lag(most), x.unit, x.ratio(most), abs (x.z(most)));
  if (x.p_value < 0.05)
    text = line ("This is not normal diffusion (%s, all lags at once): %s.", __sgdl_p_text__ (x.p_value), at);
  else
    text = line (["The data do not speak against normal diffusion (%s, all lags at once); the largest ", ...
                  "deviation: %s."], __sgdl_p_text__ (x.p_value), at);
  endif
endfunction

function text = ergodicity_text (x)
  [ratio, most] = max (x.eb ./ x.eb_measured);
  [~, far] = max (abs (x.z));
  scatter = {"as in an ergodic process", "more than those of an ergodic process"}{1 + (x.p_ergodic < 0.05)};
  text = [line("Time averages of %s scatter %s (%s): EB is %.3g at lag %.4g %s, %.2g times the Gaussian value.", ...
               plural (x.n_paths, "path"), scatter, __sgdl_p_text__ (x.p_ergodic), x.eb(most), x.lag(most), x.unit, ...
               ratio), ...
          line("Ensemble average and time average %s (%s): their ratio is %.3g at lag %.4g.", ...
               {"agree", "differ"}{1 + (x.p_single < 0.05)}, __sgdl_p_text__ (x.p_single), ...
               x.ensemble(far) / x.time_averaged(far), x.lag(far))];
endfunction

function text = ageing_text (x)
  said = "do not change with age beyond chance: the ageing exponent is";
  if (x.p_value < 0.05)
    said = sprintf ("%s with age: the ageing exponent is", {"grow", "shrink"}{1 + (x.exponent < 0)});
  endif
  text = line ("Displacements over %.4g %s %s %s (%s).", x.lag, x.unit, said,
               bracketed (x.exponent, x.lower, x.upper), __sgdl_p_text__ (x.p_value));
  if (x.p_value >= 0.05 && x.chi_squared_p < 0.05)
    text = [text, line("Yet the blocks differ (%s): the motion is not stationary, in no simple order.", ...
                       __sgdl_p_text__ (x.chi_squared_p))];
  endif
endfunction

function text = diffusion_comparison_text (x)
  names = struct ("brownian", "normal diffusion", "fbm", "fractional Brownian motion",
                  "scaled", "scaled Brownian motion", "confined", "a confined (Ornstein-Uhlenbeck) path",
                  "theory", "the theory of SGD", "theory_scaled", "the theory of SGD with the noise strength fitted");
  [aicc, order] = sort (x.aicc);
  first = order(1);
  detail = "";
  if (x.shared || x.dim == 1)
    switch (x.model{first})
      case {"fbm", "scaled"}
        detail = sprintf (" with exponent %.3g (se %.2g)", x.shape(1,first), x.shape_se(1,first));
      case "confined"
        detail = sprintf (" with relaxation rate %.3g (se %.2g) a frame", x.shape(1,first), x.shape_se(1,first));
      case "theory_scaled"
        detail = sprintf (" at %.3g times the model's strength", x.scale(1,first));
    endswitch
  endif
  text = line ("Of %s the data are best described by %s%s (AICc weight %.3g).", plural (numel (order), "model"),
               names.(x.model{first}), detail, x.aicc_weight(first));
  if (numel (order) > 1)
    text = [text, line("Next is %s, %.3g behind in AICc.", names.(x.model{order(2)}), aicc(2) - aicc(1))];
  endif
endfunction

function text = msd_text (x)
  curves = columns (x.msd);
  columns_of = repmat (x.lag, curves, 1);
  names = {"lag"};
  if (curves > 1)
    columns_of = [columns_of, repelem((1:curves)', numel (x.lag), 1)];
    names{end+1} = x.per;
  endif
  columns_of = [columns_of, x.msd(:)];
  names{end+1} = "msd";
  if (! isempty (x.se))
    columns_of = [columns_of, x.se(:), x.se(:) ./ x.msd(:)];
    names = [names, {"se", "relative_se"}];
  endif
  columns_of = [columns_of, x.n(:)];
  names{end+1} = "n";
  text = [line("Mean squared displacement (%s): %s, %s, %s", x.average, plural (x.frames, "frame"), ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path")), msd_sentences(x), table(names, columns_of)];
  if (x.missing > 0)
    text = [text, line("  %s missing: displacements that touch one are left out", plural (x.missing, "frame"))];
  endif
  if (x.empty > 0)
    text = [text, line("  %s without a displacement: NaN", plural (x.empty, "lag"))];
  endif
  if (x.redone > max (5, 0.1 * numel (x.lag)))
    text = [text, line("  note: %d of %d lags were summed directly for accuracy", x.redone, numel (x.lag))];
  endif
  if (any (x.bound > 1e-9))
    text = [text, line("  note: rounding may reach %.1e of the shortest displacements; method = \"fft\" has less", ...
                       max (x.bound))];
  endif
endfunction

## What each curve does from its first lag to its last, a sentence each for the first six.
function text = msd_sentences (x)
  curves = columns (x.msd);
  text = name = "";
  for k = 1:min (curves, 6)
    if (curves > 1)
      name = sprintf (" %s %s %d", {"of", "along"}{1 + strcmp(x.per, "direction")}, x.per, k);
    endif
    se = NaN (size (x.lag));
    if (! isempty (x.se))
      se = x.se(:,k);
    endif
    text = [text, msd_sentence(x.lag, x.msd(:,k), se, name)];
  endfor
  if (curves > 6)
    text = [text, line("  ... and %s more", plural (curves - 6, "curve"))];
  endif
endfunction

function text = msd_sentence (lag, msd, se, name)
  there = find (! isnan (msd));
  if (isempty (there))
    text = line ("  No lag has a displacement%s.", name);
    return;
  endif
  ends = there([1, end]);
  for i = 1:2
    value{i} = sprintf ("%.4g", msd(ends(i)));
    if (! isnan (se(ends(i))))
      value{i} = sprintf ("%s (se %.2g)", value{i}, se(ends(i)));
    endif
  endfor
  if (ends(1) == ends(2))
    text = line ("  At lag %.6g the mean squared displacement%s is %s.", lag(ends(1)), name, value{1});
    return;
  endif
  slope = diff (log (msd(ends))) / diff (log (lag(ends)));
  growth = "";
  if (isfinite (slope))
    growth = sprintf (", on average as lag^%.2f", slope);
  endif
  text = line ("  From lag %.6g to lag %.6g the mean squared displacement%s goes from %s to %s%s.", lag(ends(1)), ...
               lag(ends(2)), name, value{1}, value{2}, growth);
endfunction

function text = transform_text (x)
  text = [line("Function of the mean squared displacement (%s)", x.method), ...
          table({"estimate", "se"}, [x.estimate, x.se])];
endfunction

function text = stream_text (x)
  how = {"by FFT", "by the Gram matrix of frames"}{1 + strcmp(x.method, "gram")};
  if (strcmp (x.by, "frames"))
    how = "frame by frame";
  endif
  text = line ("Stream of the mean squared displacement %s: %d of %d frames, %s, %s, %s", how, x.done, x.frames, ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path"), plural (numel (x.lags), "lag"));
endfunction

function text = fit_text (x)
  text = line ("Theory fitted along %s: %s, %d frames every %s", plural (numel (x.mode), "mode"), ...
               strjoin (x.parameters, ", "), x.frames, plural (x.every, "step"));
  labels = {"noise over theory", "curvature over theory", "damping"};
  names = {"noise", "curvature", "damping"};
  shown = find (ismember (names, x.parameters));
  text = [text, table([{"mode"}, names(shown), strcat(names(shown), " se"), {"fit p"}], ...
                      [x.mode, x.estimate(:,shown), x.se(:,shown), x.goodness.p_value])];
  for i = shown
    if (! isnan (x.overall.estimate(i)))
      text = [text, line("  %s %.4g [%.4g, %.4g]", labels{i}, x.overall.estimate(i), x.overall.lower(i), ...
                         x.overall.upper(i))];
    endif
  endfor
  text = [text, line("  fit: chi squared %.4g on %.4g, %s", x.fit_test(1:2), __sgdl_p_text__ (x.fit_test(3)))];
  if (! isnan (x.theory_test(3)))
    text = [text, line("  theory as given: chi squared %.4g on %.4g, %s", x.theory_test(1:2), ...
                       __sgdl_p_text__ (x.theory_test(3)))];
  endif
  if (any (! x.identified))
    text = [text, line("  %s not identified: longer records, or fewer parameters", ...
                       plural (sum (! x.identified), "mode"))];
  endif
  verdict = {"describe", "do NOT describe"}{1 + (x.fit_test(3) < 0.01)};
  text = [text, line("  The fitted spectra %s the run", verdict)];
endfunction

function text = welch_text (x)
  text = [line("Power spectrum of %s (Welch, segments of %d frames, window %s): %s, %s, %s", x.of, x.segment, ...
               x.window, plural (x.frames, "frame"), plural (x.dim, "coordinate"), plural (x.n_paths, "path")), ...
          table({"freq", "density", "lower", "upper", "df"}, ...
                [x.freq, x.density(:,1), x.lower(:,1), x.upper(:,1), x.df(:,1)]), ...
          line("  peak at %s cycles per step", strjoin (arrayfun (@(f) sprintf ("%.4g", f), x.peak_freq(:)', ...
                                                                  "UniformOutput", false), ", "))];
endfunction

function text = velocity_text (x)
  kind = {"differences of positions", "recorded velocities"}{1 + strcmp(x.source, "velocity")};
  text = [line("Velocity autocorrelation (%s): %s, %s, %s", kind, plural (x.frames, "frame"), ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path")), ...
          table({"lag", "velocity", "se", "correlation"}, ...
                [x.lag, x.autocorrelation(:,1), x.se(:,1), x.correlation(:,1)])];
endfunction

function text = shuffling_text (x)
  found = x.p_value < 1 - x.level;
  text = [line("Shuffled by epochs? %s", {"No sign of it", "Yes"}{1 + found}), ...
          line("  power of the noise below %.3g cycles per step over that above: %.4g, %s", x.cutoff, x.ratio, ...
               __sgdl_p_text__ (x.p_value))];
  if (found)
    text = [text, line("  epochs of %d steps, one begins %d after the first frame", x.epoch_steps, x.epoch_phase)];
  endif
  if (! isnan (x.power))
    text = [text, line("  chance to find such epochs in this record: %.3f", x.power)];
  endif
endfunction

function text = order_text (x)
  text = line ("Order of method %s, %s, %s", x.method, plural (x.steps, "step"), plural (x.nsim, "path"));
  if (isnan (x.strong_order))
    text = [text, line("  strong none (errors at rounding level)")];
  else
    text = [text, line("  strong %.3f (se %.2g)", x.strong_order, x.strong_order_se)];
  endif
  if (isnan (x.weak_order))
    text = [text, line("  weak none (errors at rounding level)")];
  else
    text = [text, line("  weak %.3f", x.weak_order)];
  endif
  halving = @(error) [NaN; log2(error(1:end-1) ./ error(2:end))];   # orders between neighbouring levels
  text = [text, table({"step", "strong", "strong_se", "weak", "strong_order", "weak_order"}, ...
                      [x.step, x.strong, x.strong_se, x.weak, halving(x.strong), halving(x.weak)])];
endfunction

function text = sample_check_text (x)
  text = [line("Sample of %s of %s against a Gaussian: p = %.3g", plural (x.n, "draw"), ...
               plural (x.dim, "coordinate"), x.p_value), ...
          line("  mean        %10.4g  p = %.3g", x.mean_statistic, x.mean_p), ...
          line("  covariance  %10.4g  p = %.3g", x.covariance_statistic, x.covariance_p), ...
          line("  distances   %10.4g  p = %.3g", x.distance_statistic, x.distance_p)];
endfunction

function text = exponent_text (x)
  [~, points] = exponent_points (x.method);
  text = [line("%s", exponent_sentence (x)), ...
          line("  (method \"%s\", %d %s, %s)", x.method, x.n_points, points, series_count (x.n_series)), ...
          line("  exponent %.4g (se %.3g), log diffusivity %.4g (se %.3g)", x.exponent, x.se, ...
               x.log_diffusivity, sqrt (x.vcov(2,2))), ...
          exponent_diagnostics(x)];
endfunction

%!demo
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2));
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32));
%! sgd_summary (model)
%! sgd_summary (sgd_stationary (model))

%!shared model
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 0.5), sgd_hyper (0.05, 0.9, 0, 8));
%!function has (x, words)
%!  text = sgd_summary (x);
%!  assert (! isempty (strfind (text, words)), "missing: %s in\n%s", words, text);
%!endfunction
%!test has (model.hyper, "lr 0.05, momentum 0.9, weight decay 0, batch size 8")
%!test has (model.problem, "Quadratic loss, 2 parameters, noise 0.5 H")
%!test has (sgd_quadratic (1, "Sigma", 1), "1 parameter, noise Sigma (general)")
%!test
%! has (sgd_regression ([1; 2; 3], [1; 2; 4]), "Linear regression, 3 examples, 1 parameter, empirical")
%!test has (sgd_spectrum ([1, 4], "sigma2", 2), "Spectrum of 2 eigenvalues from 4 down to 1, noise 2 rho")
%!test has (model, "SGD is stable below lr = ")
%!test has (model, "damping: 2 underdamped")
%!test has (sgd_model (model.problem, model.hyper, "decompose", false), "no eigendecomposition was made")
%!test has (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), model.hyper), "1 flat mode with noise")
%!test
%! epoch = sgd_model (model.problem, model.hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 20);
%! has (epoch, "an epoch is 3 steps, 4 examples remain (a smaller batch)");
%! has (epoch, "batches by epochs from 20 examples");
%!test has (sgd_stationary (model), sprintf ("position %.5g", sgd_stationary (model).trace.theta))
%!test has (sgd_transient (model, [1, 2], [1, 1]), "Transient law of 2 parameters, covariance: full")
%!test has (sgd_modified_loss (model), "inverse temperature 1.52")
%!test has (sgd_modified_loss_section (sgd_modified_loss (model), [1, 0], [0, 1]), "41 x 41 points")
%!test has (sgd_current (model, [1, 1]), "Stationary current at 1 point of a 4-dimensional phase space")
%!test has (sgd_oscillations (model), "2 modes: 2 underdamped")
%!test
%! order = sgd_method_order (model, "baoab", "nsim", 20, "seed", 1);
%! has (order, "Order of method baoab, 16 steps, 20 paths");
%! has (order, "  weak ");
%! has (order, "strong_order    weak_order");
%! finest = sprintf ("%12.5g\n", log2 (order.weak(end-1) / order.weak(end)));
%! has (order, finest);
%! has (sgd_method_order (model, "exact", "nsim", 20, "seed", 1), "strong none (errors at rounding level)");
%! has (sgd_check_sample ([1; 2; 6], 1, 4), "Sample of 3 draws of 1 coordinate against a Gaussian: p = ");
%!test has (sgd_msd (model, 1:3), "start: stationary")
%!test has (sgd_msd (model, 1:3), "exact SGD")
%!test has (sgd_msd (model, [1, 1e5]), "ballistic until step")
%!test has (sgd_stationary (model), "total variance side by side")
%!test has (sgd_autocorrelation (model, 0:3), "Predicted autocovariance")
%!test
%! has (sgd_power_spectrum (model, 0.1, "direction", [1, 0]), "Predicted power spectrum along a direction")
%!test has (sgd_power_spectrum (model, 0.1), "2 of 2 modes ring")
%!test has (sgd_irreversibility (model), "kinetic over configurational temperature: 1 to 1")
%!test
%! has (sgd_fokker_planck_check (sgd_modified_loss (model)), "solves the stationary Fokker-Planck equation")
%!test
%! has (sgd_equivalent (model.hyper, "batch_size", 16, "model", model), "exact changes: position variance")
%!test
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! problem = sgd_regression (X, [1; 2; 0; -1; 2; 0.3; 1; 0.5]);
%! hyper = sgd_hyper (0.02, 0.5, 0, 2);
%! options = {"dynamics", "sgd", "noise", "multiplicative"};
%! white = sgd_model (problem, hyper, options{:});
%! has (white, "noise grows with the displacement: spectral radius");
%! has (white, "weight-dependent ");
%! epoch = sgd_model (problem, hyper, options{:}, "sampling", "epoch");
%! has (epoch, "sgd_msd has the theory of dressed epochs");
%! has (sgd_stationary (epoch, "phase", 1), "1 step into an epoch");
%! has (sgd_msd (epoch, [1, 5]), "small parameter");
%! examples = sgd_examples (problem.H, zeros (8, 2), cat (3, X, X) / sqrt (2));
%! has (examples, "Loss by its 8 examples, 2 parameters, Hessians of rank 2");
%!test
%! run = sgd_simulate (model, 300, "seed", 1, "record", 2);
%! has (run, "151 frames of 2 coordinates in 1 path");
%! has (run, "every 2 steps, seed 1, backend cpu\n");
%! has (msd (run), "(time-averaged): 151 frames");
%! has (msd (run, "per", "coordinate"), "coordinate");
%! has (msd ([0; 1; 2; 3; 4], "lags", [1, 2], "se", false), ...
%!      "From lag 1 to lag 2 the mean squared displacement goes from 1 to 4, on average as lag^2.00.");
%! has (msd ((0:4)', "lags", 2, "se", false), "At lag 2 the mean squared displacement is 4.");
%! has (msd (run, "per", "coordinate"), "displacement of coordinate 2 goes from ");
%! has (msd (cumsum (ones (9, 8)), "lags", [1, 2], "per", "coordinate"), "... and 2 curves more");
%! has (msd (run), "relative_se");
%! has (msd ([1; NaN; 3; NaN; 7], "lags", 1), "No lag has a displacement.");
%! has (msd ([1; NaN; 3; 4; 7]), "1 frame missing");
%! has (msd ([1; NaN; 3; NaN; 7], "lags", [1, 2]), "1 lag without a displacement");
%! has (msd_stream (9), "Stream of the mean squared displacement by the Gram matrix of frames: 0 of 9 frames");
%! has (msd_stream (9, "by", "frames"), "frame by frame");
%! has (msd_transform (msd (run), @(m) m(1)), "Function of the mean squared displacement (delta)");
%! has (msd (run, "se", false), "2 coordinates");
%! has (diffusion_exponent (run, "window", [2, 16], "seed", 1), "Over lags 2 to 16 steps the displacement grows as lag^");
%!test   # every method of the exponent
%! walk = simulate_diffusion ("fbm", 299, "dim", 3, "exponent", 1, "seed", 1);
%! words = {"ols", "the regression itself would claim se"; "gls", "chi squared"; "mle", "log likelihood";
%!          "whittle", "cumulative periodogram"; "wavelet", "octaves"; "dfa", "sizes of boxes"};
%! for i = 1:rows (words)
%!   options = {};
%!   if (any (strcmp (words{i,1}, {"ols", "dfa"})))
%!     options = {"seed", 1};
%!   endif
%!   fit = diffusion_exponent (walk, "method", words{i,1}, options{:});
%!   has (fit, words{i,2});
%!   has (fit, sprintf ("(method \"%s\", ", words{i,1}));
%! endfor
%! paths = diffusion_exponent (reshape (walk.theta, 300, 1, 3), "method", "gls", "pool", "distributed");
%! has (paths, "paths differ by ");
%!test   # beyond one exponent
%! wanderer = cumsum (cos ((1:600)' .* (1:10) .^ 2));
%! has (local_exponent (wanderer, "seed", 1), "With 95% confidence at all lags at once, the motion is ");
%! has (msd_crossover (wanderer, "seed", 1), "The mean squared displacement ");
%! has (msd_crossover (wanderer, "seed", 1, "alpha", 0.999999), "changes its exponent once: it grows with exponent");
%! has (diffusion_test (wanderer, "seed", 1), "at once");
%! has (ergodicity (reshape (wanderer, 600, 1, 10), "seed", 1), "Time averages of 10 paths scatter");
%! has (ageing (wanderer), "Displacements over 3 frames ");
%! has (compare_diffusion (wanderer(:,1)), "Of 4 models the data are best described by ");
%!test   # objectives and their runs
%! objective = sgd_objective (@(t) t, 3, "Sigma", eye (3));
%! has (objective, "Objective by a function, 3 parameters\n  with Sigma\n");
%! has (sgd_objective (@(t, b) t, 3, "n_examples", 8), "Objective by a function, 8 examples, 3 parameters");
%! has (sgd_logistic ([1; 2], [0, 1]), "Logistic regression, 2 examples, 1 parameter");
%! has (sgd_tanh_network ([1; 2], [0, 1], 4), "Network of tanh units (4 hidden), 2 examples, 13 parameters");
%! has (sgd_native ("/a/b.so", "f"), "Compiled gradient f of /a/b.so");
%! model = sgd_model (objective, sgd_hyper (0.1));
%! has (model, "no modes: sgd_quadratic_at");
%! run = sgd_simulate (model, 100, "seed", 1, "theta0", 1:3, "record", "log", "summaries", "moments");
%! has (run, "method \"baoab\", coordinates \"parameters\", logarithmic steps, seed 1");
%! has (run, "summaries: moments");
%! run = sgd_simulate (model, 9, "seed", 1, "theta0", 1:3, "record", [1, 5], "trajectory", false,
%!                     "summaries", "moments");
%! has (run, "SGD run of 3 parameters, 2 steps recorded in summaries");
%! has (run, "listed steps");
%!test   # theory against data
%! model_ = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! run_ = sgd_simulate (model_, 400, "start", "stationary", "seed", 1);
%! assert (strfind (sgd_summary (fit_langevin (run_, model_)), "Theory fitted along 2 modes"), 1);
%! assert (strfind (sgd_summary (power_spectrum (run_)), "Power spectrum of theta"), 1);
%! assert (strfind (sgd_summary (velocity_autocorrelation (run_, "lags", 0:3)), "Velocity autocorrelation (rec"), 1);
%! assert (strfind (sgd_summary (shuffling_test (run_, model_)), "Shuffled by epochs?"), 1);
%!error <Invalid call> sgd_summary ()
%!error id=sgdlangevin:bad_argument sgd_summary (1)
%!error <`x`: expected the value of sgd_hyper\(\)> sgd_summary (1)

%!test   # Hessians by their products
%! operator = sgd_operator (diag ([3, 2, 1]), "sigma2", 0.5);
%! assert (sgd_summary (operator), "Hessian by products (a matrix), 3 parameters, noise 0.5 H\n");
%! words = sgd_summary (sgd_noise ("gradients", eye (3)));
%! assert (words, "Gradient noise: gradients of 3 examples\n");
%! assert (! isempty (strfind (sgd_summary (sgd_eigenpairs (operator, "top", 1)), "1 eigenpair of 3 parameters")));
%! density = sgd_density (operator, "top", 3);
%! assert (! isempty (strfind (sgd_summary (density), "eigenvalues from 1 to 3, trace 6 (exact)")));
%! model = sgd_model (density, sgd_hyper (0.1));
%! assert (! isempty (strfind (sgd_summary (model), "spectral density of 3 parameters by 0 probes")));
%! assert (! isempty (strfind (sgd_summary (sgd_stationary (model, "trace_only", true)), "squared step")));
%! assert (! isempty (strfind (sgd_summary (sgd_msd (model, 1:3)), "error of the quadrature")));
%! assert (! isempty (strfind (sgd_summary (sgd_trace (density, "square")), "square       14 (exact)")));
