## The calls that calls.R makes too, in the same order: each numeric result goes, as raw doubles, to a file of
## its own in the folder given.
1;

function put (name, x)
  persistent folder = argv (){end};
  if (isstruct (x))
    x = vertcat (cellfun (@(field) double (field)(:), struct2cell (x), "UniformOutput", false){:});
  endif
  file = fopen (fullfile (folder, name), "w");
  fwrite (file, double (x), "double", 0, "ieee-le");
  fclose (file);
endfunction

function put_fields (name, x, fields)
  for field = fields
    put ([name, "-", field{1}], x.(field{1}));
  endfor
endfunction

## Numbers with few bits, so that both hosts start from the same ones.
function x = integers (rows, columns, a, b, modulus)
  i = (1:rows)';
  j = 1:columns;
  x = mod (a * i + b * j + i .* j, modulus) - (modulus - 1) / 2;
endfunction

d = 12;
N = 150;
X = integers (N, d, 7, 5, 31) / 16;
X(:,d) /= 64;
y = integers (N, 1, 11, 3, 23) / 8;
A = integers (d, d, 3, 7, 19) / 8;
H = integers (2 * d, d, 5, 9, 29)' * integers (2 * d, d, 5, 9, 29) / 512;
Sigma = A * A';
b = integers (d, 1, 2, 1, 9) / 4;
theta0 = integers (d, 1, 3, 1, 11) / 8;
v0 = integers (d, 1, 5, 1, 7) / 16;
hyper = sgd_hyper (0.02, 0.9, 0.01, 16);

general = sgd_quadratic (H, "b", b, "Sigma", Sigma);
proportional = sgd_quadratic (H, "b", b, "sigma2", 0.75);
empirical = sgd_regression (X, y);
homoscedastic = sgd_regression (X, y, "gradient_noise", "homoscedastic");
spectrum = sgd_spectrum ([4, 2, 1, 0.25, 0.01], "noise", [1, 3, 2, 1, 0.5]);
put_fields ("hyper", hyper, {"mass", "damping", "inverse_temperature", "temperature"});
put_fields ("regression", empirical, {"H", "b"});

models = struct (
  "langevin", sgd_model (general, hyper),
  "shortcut", sgd_model (proportional, hyper),
  "cholesky", sgd_model (proportional, hyper, "decompose", false),
  "sgd", sgd_model (general, hyper, "dynamics", "sgd"),
  "without", sgd_model (general, hyper, "dynamics", "sgd", "sampling", "without", "n_examples", 150),
  "epoch", sgd_model (general, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 150),
  "dropped", sgd_model (general, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 150, ...
                        "drop_last", true),
  "regression", sgd_model (empirical, hyper, "dynamics", "sgd"),
  "regression_without", sgd_model (empirical, hyper, "dynamics", "sgd", "sampling", "without"),
  "regression_epoch", sgd_model (empirical, hyper, "dynamics", "sgd", "sampling", "epoch"),
  "homoscedastic", sgd_model (homoscedastic, hyper),
  "spectrum", sgd_model (spectrum, hyper));
for [model, name] = models
  put_fields (["model-" name], model, {"eigenvalues", "vectors", "minimiser", "gradient_noise", "sigma2"});
  put_fields (["report-" name], model.report, {"n_flat", "n_past_limit", "lr_limit", "worst_kappa", ...
                                               "langevin_error", "epoch_steps", "remainder"});
  state = sgd_stationary (model);
  put_fields (["stationary-" name], state, {"theta", "velocity", "cross", "exists"});
  put (["stationary-" name "-trace"], [state.trace.theta, state.trace.velocity]);
endfor
models = rmfield (models, "cholesky");

for name = {"langevin", "shortcut", "sgd", "epoch", "dropped"}
  for kind = {"full", "diagonal", "trace", "none"}
    law = sgd_transient (models.(name{1}), [1, 3, 40, 1000], theta0, "v0", v0, "covariance", kind{1});
    put_fields (strjoin ({"transient", name{1}, kind{1}}, "-"), law,
                {"step", "time", "mean_theta", "mean_velocity", "theta", "velocity", "cross"});
  endfor
endfor

steps = [1, 2, 5, 10, 30, 100, 1000];
for [model, name] = models
  put_fields (["theory-" name], sgd_msd (model, steps, "modes", true), {"msd", "exponent", "modes", "time"});
  put_fields (["oscillations-" name], sgd_oscillations (model), ...
              {"mode", "eigenvalue", "gamma", "omega", "period", "quality", "critical_momentum"});
endfor
for name = {"langevin", "sgd", "epoch"}
  point = sgd_msd (models.(name{1}), steps, "start", "point", "theta0", theta0, "v0", v0);
  put_fields (["point-" name{1}], point, {"msd", "exponent"});
endfor
warning ("off", "sgdlangevin:paper_form");
put_fields ("paper", sgd_msd (models.shortcut, steps, "form", "paper"), {"msd", "exponent"});

for name = {"epoch", "dropped"}
  state = sgd_stationary (models.(name{1}), "phase", 3);
  put_fields (["phase-" name{1}], state, {"theta", "velocity", "cross", "exists"});
endfor

C0 = integers (2 * d, 2 * d, 2, 3, 17) / 16;
C0 = C0 * C0' / 64;
starts = {{"theta0", theta0, "v0", v0}, {"start", "stationary-velocity", "theta0", theta0}, ...
          {"start", "gaussian", "theta0", theta0, "v0", v0, "cov0", C0}, {"start", "checkpoint"}};
all_points = integers (6, 2 * d, 3, 5, 13) / 32;
for name = {"langevin", "sgd", "epoch"}
  for i = 1:numel (starts)
    place = sprintf ("%s-%d", name{1}, i);
    law = sgd_transient (models.(name{1}), [3, 40], starts{i}{:});
    put_fields (["start-" place], law, {"mean_theta", "mean_velocity", "theta", "velocity", "cross"});
    put (["density-" place], sgd_log_density (models.(name{1}), 60, all_points, starts{i}{:}));
    if (i > 1)
      prediction = sgd_msd (models.(name{1}), steps, starts{i}{:});
      put_fields (["msd-start-" place], prediction, {"msd", "exponent"});
      put (["crossover-" place], prediction.crossover);
    endif
  endfor
endfor

for name = {"langevin", "shortcut", "sgd", "without", "epoch", "dropped", "spectrum"}
  model = models.(name{1});
  along = theta0(1:model.dim);
  put_fields (["acf-" name{1}], sgd_autocorrelation (model, [0, 1, 7, 100], "modes", true), ...
              {"lag", "time", "theta", "velocity", "cross", "correlation_theta", "correlation_velocity", ...
               "modes_theta", "modes_velocity"});
  put_fields (["acf-along-" name{1}], sgd_autocorrelation (model, [1, 7, 100], "direction", along), ...
              {"theta", "velocity", "cross", "correlation_theta", "correlation_velocity"});
  put_fields (["spectrum-" name{1}], sgd_power_spectrum (model, [0.001, 0.01, 0.2, 0.5], "modes", true), ...
              {"freq", "theta", "velocity", "modes", "peak_freq", "peak_width", "quality"});
  put_fields (["spectrum-along-" name{1}], sgd_power_spectrum (model, [0.01, 0.2], "direction", along), ...
              {"theta", "velocity"});
  put_fields (["irreversibility-" name{1}], sgd_irreversibility (model), ...
              {"entropy_production", "kinetic_temperature", "configurational_temperature", ...
               "antisymmetric", "eigenvalue"});
endfor
for name = {"langevin", "shortcut"}
  check = sgd_fokker_planck_check (sgd_modified_loss (models.(name{1})), "points", all_points);
  put_fields (["fokker-planck-" name{1}], check, ...
              {"drift", "lyapunov", "antisymmetry", "pointwise", "passed"});
endfor

for name = {"sgd", "epoch"}
  put (["window-" name{1}], sgd_msd (models.(name{1}), [1, 10, 100], "frames", 300).se);
endfor

plans = struct (
  "stationary", sgd_equivalent (hyper, "batch_size", 100, "model", models.sgd),
  "dynamics", sgd_equivalent (hyper, "batch_size", 20, "preserve", "dynamics", "model", models.without),
  "diffusion", sgd_equivalent (hyper, "lr", 0.03, "momentum", 0.8, "preserve", "diffusion", "model", ...
                               models.dropped));
for [plan, name] = plans
  put_fields (["plan-" name], plan, {"kept_before", "kept_after", "steps", "exact_batch_size"});
  put (["plan-" name "-to"], [plan.to.lr, plan.to.momentum, plan.to.weight_decay, plan.to.batch_size]);
  put (["plan-" name "-error"], plan.error);
endfor

gradients = (empirical.X * models.regression.minimiser - y) .* X;
mu = models.regression.minimiser;
factors = cat (3, X / 2, X / 2, X / 2, X / 2);
examples = sgd_examples (empirical.H, gradients, factors, "minimiser", mu);
noisy = struct ("regression", empirical, "examples", examples);
for [problem, name] = noisy
  for sampling = {"replacement", "without"}
    model = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", sampling{1}, "noise", "multiplicative");
    place = [name "-" sampling{1}];
    put_fields (["multiplicative-" place], model.multiplicative, ...
                {"spectral_radius", "radius_bound", "largest_stable_lr", "tail_index", "fourth_moment", ...
                 "iterations", "error", "constant_noise"});
    put (["multiplicative-" place "-noise"], model.gradient_noise);
    noisy_model = model;
    law = sgd_transient (model, [40, 3], "theta0", theta0, "v0", v0);
    put_fields (["multiplicative-" place "-law"], law, ...
                {"mean_theta", "mean_velocity", "theta", "velocity", "cross"});
  endfor
  model = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "noise", "multiplicative");
  prediction = sgd_msd (model, steps, "modes", true);
  put_fields (["dressed-" name], prediction, {"msd", "exponent", "modes", "terms"});
  put_fields (["dressed-" name], prediction.dressed, ...
              {"trace", "small_parameter", "shift", "variance", "mean_shift"});
endfor

points = integers (6, 2 * d, 3, 5, 13) / 32;
for name = {"langevin", "shortcut", "homoscedastic", "spectrum"}
  loss = sgd_modified_loss (models.(name{1}));
  n = 2 * loss.dim;
  put_fields (["loss-" name{1}], loss, {"U", "Q", "inverse_temperature", "rank"});
  put (["loss-" name{1} "-value"], sgd_modified_loss_value (loss, points(:,1:n)));
  put_fields (["current-" name{1}], sgd_current (models.(name{1}), points(:,1:n)), ...
              {"current", "drift", "log_density"});
  section = sgd_modified_loss_section (loss, points(1,1:n), points(2,1:n), "extent", [2, 3], "n", 7);
  put_fields (["section-" name{1}], section, ...
              {"x", "y", "value", "current_x", "current_y", "training_loss", "origin"});
endfor

runs = struct (
  "exact", sgd_simulate (models.langevin, 400, "nsim", 3, "seed", 12345, "theta0", theta0, "v0", v0),
  "exact_stationary", sgd_simulate (models.langevin, 400, "nsim", 2, "seed", 2^52 + 3, ...
                                    "start", "stationary", "record", 4),
  "exact_modes", sgd_simulate (models.shortcut, 400, "seed", 1, "coordinates", "modes", "theta0", theta0),
  "exact_spectrum", sgd_simulate (models.spectrum, 2000, "nsim", 2, "seed", 5),
  "sgd_replacement", sgd_simulate (models.sgd, 400, "nsim", 2, "seed", 6),
  "sgd_without", sgd_simulate (models.without, 400, "nsim", 2, "seed", 7, "start", "stationary"),
  "sgd_epoch", sgd_simulate (models.epoch, 400, "nsim", 2, "seed", 8),
  "sgd_dropped", sgd_simulate (models.dropped, 400, "nsim", 2, "seed", 8, "velocity", false),
  "minibatch_replacement", sgd_simulate (models.regression, 400, "nsim", 2, "seed", 9, "method", "minibatch"),
  "minibatch_without", sgd_simulate (models.regression_without, 400, "nsim", 2, "seed", 10, ...
                                     "method", "minibatch"),
  "minibatch_epoch", sgd_simulate (models.regression_epoch, 400, "nsim", 2, "seed", 11, ...
                                   "method", "minibatch", "record", 3));
for [run, name] = runs
  put_fields (["run-" name], run, {"step", "time", "theta", "velocity", "seed"});
endfor

for name = {"exact", "exact_stationary", "minibatch_epoch"}
  for type = {"time-averaged", "ensemble", "from-start"}
    put_fields (strjoin ({"msd", name{1}, type{1}}, "-"), msd (runs.(name{1}), "type", type{1}), ...
                {"lag", "msd", "se", "n", "dim", "n_paths", "frames"});
  endfor
endfor
put_fields ("msd-origin", msd (runs.exact, "lags", [1, 5, 20], "type", "ensemble", "origin", 50), ...
            {"msd", "se"});
gappy = runs.exact_spectrum.theta;
gappy(50:60,:,1) = NaN;
gappy(7:37:2001,2,2) = NaN;
gappy = {gappy(:,:,1), gappy(1:900,:,2)};
for se = {"blocks", "paths", "bootstrap", "gaussian"}
  for accuracy = {"default", "full"}
    measured = msd (gappy, "se", se{1}, "accuracy", accuracy{1}, "n_boot", 40, "seed", 3);
    put_fields (strjoin ({"msd-gaps", se{1}, accuracy{1}}, "-"), measured, ...
                {"lag", "msd", "se", "n", "vcov", "replicates", "missing", "empty", "redone"});
  endfor
endfor
put_fields ("msd-all-lags", msd (gappy, "lags", 1:2000, "covariance", false), {"msd", "se", "n"});
put_fields ("msd-full", msd (runs.exact_spectrum, "lags", 1:2000, "accuracy", "full"), {"msd", "se", "redone"});
put_fields ("msd-each", msd (gappy, "per", "coordinate"), {"msd", "se", "n", "vcov"});
put_fields ("msd-weighted", msd (gappy, "weights", (1:5) / 4), {"msd", "se"});
put_fields ("msd-along", msd (gappy, "direction", [1:5; 0, 1, 0, 0, -1]'), {"msd", "se"});
columns_of = struct ("id", [ones(500, 1); 2 * ones(300, 1)], "step", 2 * [1:250, 260:509, 1:300]');
columns_of.u = mod (columns_of.step .^ 2, 17);
put_fields ("msd-columns", msd (columns_of), {"lag", "msd", "se", "n", "missing"});
for method = {"fft", "gram"}
  stream = msd_update (msd_stream (401, "method", method{1}), runs.exact.theta(:,1:5,1));
  stream = msd_update (stream, runs.exact.theta(:,6:12,1));
  put_fields (["msd-stream-" method{1}], msd (stream), {"lag", "msd", "se", "n", "vcov", "bound"});
  two = msd_merge (stream, msd_update (msd_stream (401, "method", method{1}), runs.exact.theta(:,:,2)), ...
                   "over", "paths");
  put_fields (["msd-merged-" method{1}], msd (two), {"msd", "se", "n", "vcov"});
endfor
stream = msd_stream (401, "by", "frames");
for first = 1:100:401
  stream = msd_update (stream, runs.exact.theta(first:min (401, first + 99),:,1));
endfor
put_fields ("msd-stream-frames", msd (stream), {"lag", "msd", "se", "n", "vcov"});
put_fields ("msd-transform", msd_transform (msd (gappy), @(m) m(1) / m(2)), {"estimate"});
warning ("off", "sgdlangevin:epoch_ripple");
for name = {"exact_spectrum", "exact", "sgd_epoch"}
  fit = diffusion_exponent (runs.(name{1}), "window", [1, 12], "level", 0.9, "n_boot", 99, "seed", 77);
  put_fields (["exponent-" name{1}], fit, ...
              {"exponent", "se", "lower", "upper", "p_value", "log_diffusivity", "vcov", "window", ...
               "n_lags", "n_blocks", "curvature", "curvature_p"});
  put_fields (["exponent-msd-" name{1}], fit.msd, {"lag", "msd", "se"});
endfor
walk = reshape (cumsum (round (1024 * sin ((1:1200)' .^ 2)) / 1024), 300, 1, 4);   # exact sums
for method = {"gls", "mle", "whittle", "wavelet", "dfa"}
  for pool = {"common", "distributed"}
    more = {};
    if (strcmp (method{1}, "dfa"))
      more = {"seed", 7, "n_sim", 20};
    endif
    by = diffusion_exponent (walk, "method", method{1}, "pool", pool{1}, more{:});
    put_fields (["exponent-" method{1} "-" pool{1}], by, ...
                {"exponent", "se", "lower", "upper", "p_value", "log_diffusivity", "vcov", "window", ...
                 "n_points", "n_series", "df"});
    put (["exponent-" method{1} "-" pool{1} "-diagnostics"], cellfun (@double, struct2cell (by.diagnostics)));
  endfor
endfor

## Fields, by name: the same in both hosts (Octave's `type` is R's class).
model = models.langevin;
stationary = sgd_stationary (model);
results = struct ("hyper", hyper, "quadratic", general, "regression", empirical, "spectrum", spectrum, ...
                  "model", model, "report", model.report, "stationary", stationary, ...
                  "trace", stationary.trace, "transient", sgd_transient (model, 1, theta0), ...
                  "loss", sgd_modified_loss (model), "section", section, ...
                  "current", sgd_current (model, points), "oscillations", sgd_oscillations (model), ...
                  "theory", sgd_msd (model, 1), "run", runs.exact, "msd", msd (runs.exact), "exponent", fit, ...
                  "examples", examples, "dressed", prediction, "rungs", prediction.dressed, ...
                  "crossover", prediction.crossover, "multiplicative", noisy_model.multiplicative, ...
                  "acf", sgd_autocorrelation (model, 1), "power", sgd_power_spectrum (model, 0.1), ...
                  "irreversibility", sgd_irreversibility (model), "check", check, "plan", plans.dynamics, ...
                  "plan_error", plans.dynamics.error);
for name = fieldnames (results)'
  fields = setdiff (fieldnames (results.(name{1})), {"type"});
  put (["names-", name{1}], double (strjoin (sort (fields(:))', " ")));
endfor

## Fewer examples than parameters.
warning ("off", "sgdlangevin:no_residual");
few = sgd_regression (reshape (mod ((1:360) * 37, 101) / 50 - 1, 12, 30), mod ((1:12) * 5, 7));
wide = sgd_model (few, sgd_hyper (0.02, 0.9, 0.05, 2), "dynamics", "sgd");
put_fields ("wide-model", wide, {"eigenvalues", "vectors", "rank", "minimiser", "gradient_noise"});
put_fields ("wide-stationary", sgd_stationary (wide), {"theta", "velocity", "cross", "variances"});
put_fields ("wide-msd", sgd_msd (wide, [1, 10, 100], "start", "point", "theta0", (1:30) / 30), ...
            {"msd", "exponent"});
put_names = @(name, x) put (["names-", name], ...
                            double (strjoin (sort (setdiff (fieldnames (x), {"type"})(:))', " ")));
put_names ("wide-model", wide);
put_names ("wide-transient", sgd_transient (wide, 1, (1:30) / 30));

## The engine: optimiser options, schedules, records, summaries, splitting schemes, objectives, going on.
k = 1:60;
schedule = {"lr", 0.02 ./ (1 + mod(k, 4)), "momentum", 0.5 + mod(k, 3) / 8};
binary = sgd_logistic (X, y > 0);
classes = sgd_softmax (X, 1 + mod (1:N, 3));
network = sgd_tanh_network (X, y, 3);
of_objective = @(objective) sgd_model (objective, hyper, "dynamics", "sgd", "sampling", "epoch");
from = @(n) integers (n, 1, 3, 1, 11) / 8;
callback = sgd_objective (@(theta, batch) theta * numel (batch) / 16, d, "n_examples", N, "Sigma", Sigma);
thin = X .* (abs (X) > 0.5);
sparse_model = sgd_model (sgd_regression (sparse (thin), y), hyper, "dynamics", "sgd", "sampling", "epoch");
kinds = {"moments", "displacement", "local_displacement", "msd"};
keep = {"summaries", kinds, "lags", [1, 2, 5]};
engine = struct (
  "nesterov", sgd_simulate (models.regression_epoch, 60, "nsim", 2, "seed", 3, "method", "minibatch", ...
                            "theta0", theta0, "nesterov", true),
  "dampening", sgd_simulate (models.regression, 60, "seed", 3, "method", "minibatch", "theta0", theta0, ...
                             "v0", v0, "dampening", 0.25),
  "gaussian_nesterov", sgd_simulate (models.sgd, 60, "seed", 3, "theta0", theta0, "nesterov", true),
  "gaussian_dampening", sgd_simulate (models.epoch, 60, "seed", 3, "theta0", theta0, "dampening", 0.25),
  "schedule", sgd_simulate (models.regression, 60, "seed", 3, "method", "minibatch", "theta0", theta0, ...
                            schedule{:}, "batch_size", 1 + mod (k, 20)),
  "schedule_exact", sgd_simulate (models.langevin, 60, "seed", 3, "theta0", theta0, schedule{:}),
  "sparse", sgd_simulate (sparse_model, 60, "seed", 3, "method", "minibatch", "theta0", theta0),
  "log", sgd_simulate (models.langevin, 500, "seed", 3, "record", "log", "summaries", kinds(1:3)),
  "list", sgd_simulate (models.sgd, 60, "seed", 3, "record", [1, 2, 40], "observe", [3, 1]),
  "directions", sgd_simulate (models.sgd, 60, "seed", 3, "observe", [theta0, v0]),
  "summaries", sgd_simulate (models.epoch, 60, "nsim", 2, "seed", 3, "record", 2, "trajectory", false, ...
                             keep{:}),
  "baoab", sgd_simulate (models.langevin, 60, "seed", 3, "method", "baoab", "theta0", theta0, "substeps", 2),
  "obabo", sgd_simulate (models.langevin, 60, "seed", 3, "method", "obabo", "theta0", theta0),
  "euler", sgd_simulate (models.langevin, 60, "seed", 3, "method", "euler", "theta0", theta0),
  "logistic", sgd_simulate (of_objective (binary), 60, "nsim", 2, "seed", 3, "theta0", zeros (d, 1)),
  "softmax", sgd_simulate (of_objective (classes), 60, "seed", 3, "theta0", zeros (3 * d, 1), ...
                           "nesterov", true),
  "network", sgd_simulate (of_objective (network), 60, "seed", 3, "theta0", from (network.dim)),
  "callback", sgd_simulate (of_objective (callback), 60, "seed", 3, "theta0", theta0),
  "empirical", sgd_simulate (sgd_model (binary, hyper, "dynamics", "sgd"), 60, "seed", 3, "method", "sgd", ...
                             "noise", "empirical", "theta0", zeros (d, 1)),
  "covariance", sgd_simulate (sgd_model (binary, hyper), 60, "seed", 3, "noise", "covariance", ...
                              "theta0", zeros (d, 1)),
  "constant", sgd_simulate (sgd_model (callback, hyper), 60, "seed", 3, "theta0", theta0),
  "epoch_constant", sgd_simulate (of_objective (callback), 60, "nsim", 2, "seed", 3, "method", "sgd", ...
                                  "theta0", theta0),
  "epoch_empirical", sgd_simulate (of_objective (binary), 60, "seed", 3, "method", "sgd", "noise", "empirical", ...
                                   "theta0", zeros (d, 1)),
  "epoch_covariance", sgd_simulate (of_objective (binary), 60, "seed", 3, "method", "sgd", ...
                                    "noise", "covariance", "theta0", zeros (d, 1), "nesterov", true),
  "euler_objective", sgd_simulate (sgd_model (network, hyper), 60, "seed", 3, "method", "euler", ...
                                   "noise", "empirical", "theta0", from (network.dim)));
engine.resumed = sgd_resume (sgd_simulate (models.regression_epoch, 25, "seed", 3, "method", "minibatch", ...
                                           "theta0", theta0, keep{:}), 60);
for [run, name] = engine
  put_fields (["engine-" name], run, {"step", "theta", "velocity"});
  if (! isempty (run.summaries))
    put_fields (["engine-" name "-summaries"], run.summaries, ...
                {"count", "mean", "variance", "displacement", "local_displacement", "msd", "msd_count"});
  endif
endfor
put_names ("engine", engine.summaries);
put_names ("engine-summaries", engine.summaries.summaries);
put_names ("engine-callback", callback);
put_names ("engine-logistic", binary);
put_names ("engine-network", network);
put_names ("engine-model", of_objective (binary));

evaluated = struct ("regression", empirical, "logistic", binary, "softmax", classes, "network", network);
for [objective, name] = evaluated
  theta = from (objective.dim);
  put (["gradient-" name], sgd_gradient (objective, theta));
  put (["gradient-batch-" name], sgd_gradient (objective, theta, [5, 1, 5, 150]));
  put (["objective-loss-" name], sgd_loss (objective, theta));
  put (["hessian-product-" name], sgd_hessian_product (objective, theta, eye (objective.dim)(:,1:3)));
  put (["covariance-" name], sgd_gradient_covariance (objective, theta));
endfor
put_fields ("quadratic-at", sgd_quadratic_at (binary, theta0), {"H", "Sigma"});
for name = {"regression", "regression_without", "regression_epoch"}
  model = models.(name{1});
  put (["batch-" name{1}], [sgd_batch(model, 1, 3), sgd_batch(model, 10, 3, "path", 2)]);
endfor

for method = {"exact", "sgd", "baoab", "obabo", "euler"}
  order = sgd_method_order (models.langevin, method{1}, "steps", 4, "levels", 4, "nsim", 20, "seed", 3);
  put (["order-" method{1}], [order.step; order.strong; order.strong_se; order.weak; order.strong_order; ...
                              order.strong_order_se; order.weak_order]);
endfor
check = sgd_check_sample (X(:,1:3), 0.25, diag ([90, 80, 70]));
put ("check-sample", rmfield (check, "type"));
put_names ("order", sgd_method_order (models.langevin, "exact", "levels", 2, "nsim", 2, "seed", 3));
put_names ("sample-check", check);

## Beyond one exponent, of the runs above.
wanderer = simulate_diffusion ("fbm", 1500, "nsim", 6, "dim", 2, "exponent", 0.7, "seed", 5);
local = local_exponent (wanderer, "seed", 1);
put_fields ("local-exponent", local, {"lag", "exponent", "se", "lower", "band_upper", "vcov", "critical"});
broken = msd_crossover (wanderer, "max_breaks", 2, "alpha", 0.5, "n_boot", 199, "seed", 1);
put_fields ("crossover", broken, {"n_breaks", "break_lag", "break_lower", "break_upper", "exponent", "se", ...
                                  "log_diffusivity", "p_value", "msd", "msd_se", "fitted"});
tested = diffusion_test (wanderer, "seed", 1);
put_fields ("diffusion-test", tested, {"lag", "ratio", "se", "z", "p", "p_value"});
ergodic = ergodicity (wanderer, "n_sim", 199, "seed", 1);
put ("ergodicity", struct ("lag", ergodic.lag, "a", ergodic.time_averaged, "b", ergodic.ensemble, "c", ergodic.eb,
                           "d", ergodic.eb_measured, "e", ergodic.eb_brownian, "f", ergodic.eb_fbm,
                           "g", ergodic.p_eb, "h", ergodic.z, "i", ergodic.p_origin, "j", ergodic.p_ergodic,
                           "k", ergodic.p_single, "l", ergodic.exponent));
aged = ageing (wanderer);
put_fields ("ageing", aged, {"age", "msd", "se", "exponent", "exponent_se", "lower", "p_value", "chi_squared_p"});
compared = compare_diffusion (wanderer, "shared", false);
put_fields ("compare-diffusion", compared, {"log_likelihood", "aicc", "bic_weight", "shape", "shape_se", "scale"});
mode_run = sgd_simulate (models.sgd, 400, "start", "stationary", "coordinates", "modes", "seed", 3);
put_fields ("compare-theory", compare_diffusion (mode_run, "models", "theory_scaled", "theory", models.sgd), ...
            {"log_likelihood", "scale"});
put_names ("local-exponent", local);
put_names ("crossover", broken);
put_names ("diffusion-test", tested);
put_names ("ergodicity", ergodic);
put_names ("ageing", aged);

for process = {"fbm", "scaled", "ou", "ctrw", "levy-walk"}
  exponent = {1.4, 0.6}{1 + strcmp(process{1}, "ctrw")};
  x = simulate_diffusion (process{1}, 60, "nsim", 2, "dim", 2, "exponent", exponent, "noise", 0.25, ...
                          "seed", 5);
  put (["diffusion-" process{1}], x.theta);
endfor
put_names ("diffusion", simulate_diffusion ("fbm", 10, "seed", 1));
for name = {"langevin", "sgd", "epoch"}
  model = models.(name{1});
  path = sgd_simulate (model, 400, "seed", 12);
  fitted = fit_langevin (path, model, "parameters", {"curvature", "damping"}, "modes", [1, 2]);
  put_fields (["fit-" name{1}], fitted, ...
              {"estimate", "se", "lower", "upper", "theory", "p_value", "covariance", "fit_test", "theory_test", ...
               "ordinates", "identified", "mode"});
  put (["fit-bands-" name{1}], fitted.bands);
  put (["fit-oscillations-" name{1}], rmfield (fitted.oscillations, {"regime", "regime_sure"}));
  put (["fit-overall-" name{1}], fitted.overall);
  put (["fit-goodness-" name{1}], fitted.goodness);
  put_fields (["velocity-" name{1}], velocity_autocorrelation (path, "lags", [0, 1, 9]), ...
              {"lag", "autocorrelation", "se", "lower", "upper", "correlation", "correlation_se", "blocks"});
  put_fields (["welch-" name{1}], power_spectrum (path, "of", "velocity", "source", "theta", "segment", 50), ...
              {"freq", "density", "lower", "upper", "df", "peak_freq"});
  shuffled = shuffling_test (path, model, "modes", [1, 2]);
  put_fields (["shuffling-" name{1}], shuffled, ...
              {"p_value", "ratio", "df", "cutoff", "power", "epoch_steps", "epoch_phase", "epoch_sum", ...
               "log_likelihood_ratio", "temperature_ratio"});
endfor
put_names ("fit", fitted);
put_names ("fit-oscillations", fitted.oscillations);
put_names ("fit-overall", fitted.overall);
put_names ("fit-goodness", fitted.goodness);
put_names ("velocity", velocity_autocorrelation (path, "lags", 1));
put_names ("welch", power_spectrum (path));
put_names ("shuffling", shuffled);

## Hessians by their products. Sums of columns keep the functions' arithmetic the same in both hosts.
ring = @(V) 2 * V - V([2:64, 1],:) - V([64, 1:63],:) + V / 8;
gradients = integers (90, 64, 3, 11, 17) / 8;
square = integers (80, 64, 5, 9, 29);
products = struct ("ring", sgd_operator (ring, 64), "data", sgd_operator ("X", integers (90, 64, 7, 5, 31) / 16), ...
                   "matrix", sgd_operator (square' * square / 512), ...
                   "low_rank", sgd_operator ("vectors", eye (64)(:,1:3), "values", [1, 4, 2], "bulk", 0.25));
noises = struct ("gradients", sgd_noise ("gradients", gradients), ...
                 "factor", sgd_noise ("factor", gradients(1:5,:)'), ...
                 "stream", sgd_noise ("gradients", @(i) gradients(i,:), "n_examples", 90, "chunk", 32), ...
                 "diagonal", sgd_noise ("diagonal", (1:64) / 64));
put ("operator-product", sgd_hessian_product (products.data, integers (64, 3, 3, 1, 13)));
for [operator, name] = products
  pairs = sgd_eigenpairs (operator, "top", 3, "bottom", 1, "seed", 5);
  put_fields (["eigenpairs-" name], pairs, {"values", "vectors", "residual", "n_products", "spread"});
  density = sgd_density (operator, "steps", 12, "probes", 9, "top", pairs, "sigma2", 0.5, "seed", 6);
  put_fields (["density-" name], density, {"eigenvalues", "vectors", "residual", "gradient_noise", "trace", ...
                                           "se", "n_products"});
  put_fields (["density-counts-" name], density.counts, {"nodes", "weights", "alpha", "beta", "mass"});
  put (["density-bins-" name], sgd_histogram (density, "edges", [-1, 0.125, 0.5, 1, 2, 4, 8, 4096]));
  found = sgd_trace (density, {"square", "logarithm", "below"}, "parameter", [0, 1, 0.5]);
  put (["density-trace-" name], [found.value; found.se; found.truncation]);
endfor
for [noise, name] = noises
  density = sgd_density (products.ring, "steps", 16, "probes", 8, "top", 2, "noise", noise, "counts", false, ...
                         "seed", 7, "probe", "normal");
  put_fields (["density-noise-" name], density, {"gradient_noise", "noise_trace"});
  put_fields (["density-quadrature-" name], density.noise, {"nodes", "weights", "mass", "se"});
  for sampling = {"replacement", "epoch"}
    tail = [name "-" sampling{1}];
    model = sgd_model (density, hyper, "dynamics", "sgd", "sampling", sampling{1}, "n_examples", 90);
    found = sgd_msd (model, [1, 7, 50, 400]);
    put (["density-msd-" tail], [found.msd; found.se; found.truncation; found.exponent; found.exponent_se]);
    found = sgd_stationary (model, "trace_only", true);
    put (["density-stationary-" tail], [found.speed; found.loss; found.penalty; cell2mat(struct2cell (found.se));
                                        cell2mat(struct2cell (found.truncation))]);
    found = sgd_autocorrelation (model, [0, 5, 60]);
    put (["density-acf-" tail], [found.theta; found.velocity; found.cross; cell2mat(struct2cell (found.se));
                                 cell2mat(struct2cell (found.truncation))]);
    found = sgd_power_spectrum (model, [0.01, 0.2]);
    put (["density-spectrum-" tail], [found.theta; found.velocity; cell2mat(struct2cell (found.se));
                                      cell2mat(struct2cell (found.truncation))]);
    put_fields (["density-report-" tail], model.report, {"lr_limit", "worst_kappa", "langevin_error", ...
                                                         "epoch_steps", "remainder"});
  endfor
endfor
objective = sgd_logistic (X, y > 0);
operator = sgd_operator (objective, "theta", theta0);
density = sgd_density (operator, "steps", 6, "probes", 8, "top", 2, "seed", 8);
put_fields ("density-objective", density, {"eigenvalues", "gradient_noise", "noise_trace", "trace", "se"});
put_names ("operator", operator);
put_names ("noise", noises.gradients);
put_names ("eigenpairs", pairs);
put_names ("density", density);
put_names ("quadrature", density.counts);
put_names ("trace", sgd_trace (density, "one"));

## On the CUDA plug-in over the emulated device of tests/core, where that was built: see SGDL_TEST_DEVICE in Makefile.
plugin = getenv ("SGDL_TEST_DEVICE");
if (exist (plugin, "file") == 2)
  setenv ("SGDLANGEVIN_CUDA", plugin);
  for dynamics = {"langevin", "sgd"}
    model = sgd_model (general, hyper, "dynamics", dynamics{1}, "device", "cuda");
    put_fields (["device-model-" dynamics{1}], model, {"eigenvalues", "vectors", "gradient_noise"});
    put_fields (["device-state-" dynamics{1}], sgd_stationary (model), {"theta", "velocity", "cross"});
    run = sgd_simulate (model, 60, "nsim", 3, "seed", 4, "record", 2);
    put_fields (["device-run-" dynamics{1}], run, {"step", "theta", "velocity"});
  endfor
  put_fields ("device-msd", msd (run.theta, "lags", [1, 5, 20], "device", "cuda"), {"lag", "msd", "se"});
endif
