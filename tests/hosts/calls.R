# The calls that calls.m makes too, in the same order: each numeric result goes, as raw doubles, to a file of
# its own in the folder given.
library(sgdlangevin)
folder <- commandArgs(trailingOnly = TRUE)[1L]

put <- function(name, x) {
  writeBin(as.double(unlist(x, use.names = FALSE)), file.path(folder, name), endian = "little")
}

put_fields <- function(name, x, fields) {
  for (field in fields) put(paste(name, field, sep = "-"), x[[field]])
}

# Numbers with few bits, so that both hosts start from the same ones.
integers <- function(rows, columns, a, b, modulus) {
  pattern <- function(i, j) (a * i + b * j + i * j) %% modulus - (modulus - 1) / 2
  outer(seq_len(rows), seq_len(columns), pattern)
}
d <- 12
N <- 150
X <- integers(N, d, 7, 5, 31) / 16
X[, d] <- X[, d] / 64
y <- as.vector(integers(N, 1, 11, 3, 23)) / 8
A <- integers(d, d, 3, 7, 19) / 8
H <- crossprod(integers(2 * d, d, 5, 9, 29)) / 512
Sigma <- tcrossprod(A)
b <- as.vector(integers(d, 1, 2, 1, 9)) / 4
theta0 <- as.vector(integers(d, 1, 3, 1, 11)) / 8
v0 <- as.vector(integers(d, 1, 5, 1, 7)) / 16
hyper <- sgd_hyper(0.02, 0.9, 0.01, 16)

general <- sgd_quadratic(H, b = b, Sigma = Sigma)
proportional <- sgd_quadratic(H, b = b, sigma2 = 0.75)
empirical <- sgd_regression(X, y)
homoscedastic <- sgd_regression(X, y, gradient_noise = "homoscedastic")
spectrum <- sgd_spectrum(c(4, 2, 1, 0.25, 0.01), noise = c(1, 3, 2, 1, 0.5))
put_fields("hyper", hyper, c("mass", "damping", "inverse_temperature", "temperature"))
put_fields("regression", empirical, c("H", "b"))

models <- list(
  langevin = sgd_model(general, hyper),
  shortcut = sgd_model(proportional, hyper),
  cholesky = sgd_model(proportional, hyper, decompose = FALSE),
  sgd = sgd_model(general, hyper, dynamics = "sgd"),
  without = sgd_model(general, hyper, dynamics = "sgd", sampling = "without", n_examples = 150),
  epoch = sgd_model(general, hyper, dynamics = "sgd", sampling = "epoch", n_examples = 150),
  dropped = sgd_model(general, hyper, dynamics = "sgd", sampling = "epoch", n_examples = 150,
                      drop_last = TRUE),
  regression = sgd_model(empirical, hyper, dynamics = "sgd"),
  regression_without = sgd_model(empirical, hyper, dynamics = "sgd", sampling = "without"),
  regression_epoch = sgd_model(empirical, hyper, dynamics = "sgd", sampling = "epoch"),
  homoscedastic = sgd_model(homoscedastic, hyper),
  spectrum = sgd_model(spectrum, hyper)
)
for (name in names(models)) {
  model <- models[[name]]
  put_fields(paste0("model-", name), model,
             c("eigenvalues", "vectors", "minimiser", "gradient_noise", "sigma2"))
  put_fields(paste0("report-", name), model$report,
             c("n_flat", "n_past_limit", "lr_limit", "worst_kappa", "langevin_error", "epoch_steps",
               "remainder"))
  state <- sgd_stationary(model)
  put_fields(paste0("stationary-", name), state, c("theta", "velocity", "cross", "exists"))
  put(paste0("stationary-", name, "-trace"), c(state$trace[["theta"]], state$trace[["velocity"]]))
}
models$cholesky <- NULL

for (name in c("langevin", "shortcut", "sgd", "epoch", "dropped")) {
  for (kind in c("full", "diagonal", "trace", "none")) {
    law <- sgd_transient(models[[name]], c(1, 3, 40, 1000), theta0, v0 = v0, covariance = kind)
    put_fields(paste("transient", name, kind, sep = "-"), law,
               c("step", "time", "mean_theta", "mean_velocity", "theta", "velocity", "cross"))
  }
}

steps <- c(1, 2, 5, 10, 30, 100, 1000)
for (name in names(models)) {
  put_fields(paste0("theory-", name), sgd_msd(models[[name]], steps, modes = TRUE),
             c("msd", "exponent", "modes", "time"))
  put_fields(paste0("oscillations-", name), sgd_oscillations(models[[name]]),
             c("mode", "eigenvalue", "gamma", "omega", "period", "quality", "critical_momentum"))
}
for (name in c("langevin", "sgd", "epoch")) {
  point <- sgd_msd(models[[name]], steps, start = "point", theta0 = theta0, v0 = v0)
  put_fields(paste0("point-", name), point, c("msd", "exponent"))
}
put_fields("paper", suppressWarnings(sgd_msd(models$shortcut, steps, form = "paper")), c("msd", "exponent"))

for (name in c("epoch", "dropped")) {
  put_fields(paste0("phase-", name), sgd_stationary(models[[name]], phase = 3),
             c("theta", "velocity", "cross", "exists"))
}

C0 <- integers(2 * d, 2 * d, 2, 3, 17) / 16
C0 <- tcrossprod(C0) / 64
starts <- list(
  list(theta0 = theta0, v0 = v0), list(start = "stationary-velocity", theta0 = theta0),
  list(start = "gaussian", theta0 = theta0, v0 = v0, cov0 = C0), list(start = "checkpoint")
)
points <- integers(6, 2 * d, 3, 5, 13) / 32
for (name in c("langevin", "sgd", "epoch")) {
  for (i in seq_along(starts)) {
    place <- paste(name, i, sep = "-")
    from_start <- function(f, ...) do.call(f, c(list(models[[name]], ...), starts[[i]]))
    put_fields(paste0("start-", place), from_start(sgd_transient, c(3, 40)),
               c("mean_theta", "mean_velocity", "theta", "velocity", "cross"))
    put(paste0("density-", place), from_start(sgd_log_density, 60, points))
    if (i > 1) {
      prediction <- from_start(sgd_msd, steps)
      put_fields(paste0("msd-start-", place), prediction, c("msd", "exponent"))
      put(paste0("crossover-", place), prediction$crossover)
    }
  }
}

for (name in c("langevin", "shortcut", "sgd", "without", "epoch", "dropped", "spectrum")) {
  model <- models[[name]]
  along <- theta0[seq_len(model$dim)]
  put_fields(paste0("acf-", name), sgd_autocorrelation(model, c(0, 1, 7, 100), modes = TRUE),
             c("lag", "time", "theta", "velocity", "cross", "correlation_theta", "correlation_velocity",
               "modes_theta", "modes_velocity"))
  put_fields(paste0("acf-along-", name), sgd_autocorrelation(model, c(1, 7, 100), direction = along),
             c("theta", "velocity", "cross", "correlation_theta", "correlation_velocity"))
  put_fields(paste0("spectrum-", name), sgd_power_spectrum(model, c(0.001, 0.01, 0.2, 0.5), modes = TRUE),
             c("freq", "theta", "velocity", "modes", "peak_freq", "peak_width", "quality"))
  put_fields(paste0("spectrum-along-", name), sgd_power_spectrum(model, c(0.01, 0.2), direction = along),
             c("theta", "velocity"))
  put_fields(paste0("irreversibility-", name), sgd_irreversibility(model),
             c("entropy_production", "kinetic_temperature", "configurational_temperature", "antisymmetric",
               "eigenvalue"))
}
for (name in c("langevin", "shortcut")) {
  check <- sgd_fokker_planck_check(sgd_modified_loss(models[[name]]), points)
  put_fields(paste0("fokker-planck-", name), check,
             c("drift", "lyapunov", "antisymmetry", "pointwise", "passed"))
}

for (name in c("sgd", "epoch")) {
  put(paste0("window-", name), sgd_msd(models[[name]], c(1, 10, 100), frames = 300)$se)
}

plans <- list(
  stationary = sgd_equivalent(hyper, batch_size = 100, model = models$sgd),
  dynamics = sgd_equivalent(hyper, batch_size = 20, preserve = "dynamics", model = models$without),
  diffusion = sgd_equivalent(hyper, lr = 0.03, momentum = 0.8, preserve = "diffusion", model = models$dropped)
)
for (name in names(plans)) {
  plan <- plans[[name]]
  put_fields(paste0("plan-", name), plan, c("kept_before", "kept_after", "steps", "exact_batch_size"))
  put(paste0("plan-", name, "-to"), plan$to[c("lr", "momentum", "weight_decay", "batch_size")])
  put(paste0("plan-", name, "-error"), plan$error)
}

mu <- models$regression$minimiser
gradients <- drop(empirical$X %*% mu - y) * X
factors <- array(X / 2, c(N, d, 4))
noisy <- list(regression = empirical,
              examples = sgd_examples(empirical$H, gradients, factors, minimiser = mu))
for (name in names(noisy)) {
  for (sampling in c("replacement", "without")) {
    model <- sgd_model(noisy[[name]], hyper, dynamics = "sgd", sampling = sampling, noise = "multiplicative")
    place <- paste("multiplicative", name, sampling, sep = "-")
    put_fields(place, model$multiplicative,
               c("spectral_radius", "radius_bound", "largest_stable_lr", "tail_index", "fourth_moment",
                 "iterations", "error", "constant_noise"))
    put(paste0(place, "-noise"), model$gradient_noise)
    noisy_model <- model
    put_fields(paste0(place, "-law"), sgd_transient(model, c(40, 3), theta0, v0),
               c("mean_theta", "mean_velocity", "theta", "velocity", "cross"))
  }
  model <- sgd_model(noisy[[name]], hyper, dynamics = "sgd", sampling = "epoch", noise = "multiplicative")
  prediction <- sgd_msd(model, steps, modes = TRUE)
  put_fields(paste0("dressed-", name), prediction, c("msd", "exponent", "modes", "terms"))
  put_fields(paste0("dressed-", name), prediction$dressed,
             c("trace", "small_parameter", "shift", "variance", "mean_shift"))
}

for (name in c("langevin", "shortcut", "homoscedastic", "spectrum")) {
  loss <- sgd_modified_loss(models[[name]])
  n <- 2 * loss$dim
  put_fields(paste0("loss-", name), loss, c("U", "Q", "inverse_temperature", "rank"))
  put(paste0("loss-", name, "-value"), sgd_modified_loss_value(loss, points[, seq_len(n)]))
  put_fields(paste0("current-", name), sgd_current(models[[name]], points[, seq_len(n)]),
             c("current", "drift", "log_density"))
  section <- sgd_modified_loss_section(loss, points[1, seq_len(n)], points[2, seq_len(n)], extent = c(2, 3),
                                       n = 7)
  put_fields(paste0("section-", name), section,
             c("x", "y", "value", "current_x", "current_y", "training_loss", "origin"))
}

runs <- list(
  exact = sgd_simulate(models$langevin, 400, nsim = 3, seed = 12345, theta0 = theta0, v0 = v0),
  exact_stationary = sgd_simulate(models$langevin, 400, nsim = 2, seed = 2^52 + 3, start = "stationary",
                                  record = 4),
  exact_modes = sgd_simulate(models$shortcut, 400, seed = 1, coordinates = "modes", theta0 = theta0),
  exact_spectrum = sgd_simulate(models$spectrum, 2000, nsim = 2, seed = 5),
  sgd_replacement = sgd_simulate(models$sgd, 400, nsim = 2, seed = 6),
  sgd_without = sgd_simulate(models$without, 400, nsim = 2, seed = 7, start = "stationary"),
  sgd_epoch = sgd_simulate(models$epoch, 400, nsim = 2, seed = 8),
  sgd_dropped = sgd_simulate(models$dropped, 400, nsim = 2, seed = 8, velocity = FALSE),
  minibatch_replacement = sgd_simulate(models$regression, 400, nsim = 2, seed = 9, method = "minibatch"),
  minibatch_without = sgd_simulate(models$regression_without, 400, nsim = 2, seed = 10, method = "minibatch"),
  minibatch_epoch = sgd_simulate(models$regression_epoch, 400, nsim = 2, seed = 11, method = "minibatch",
                                 record = 3)
)
for (name in names(runs)) {
  put_fields(paste0("run-", name), runs[[name]], c("step", "time", "theta", "velocity", "seed"))
}

for (name in c("exact", "exact_stationary", "minibatch_epoch")) {
  for (type in c("time-averaged", "ensemble", "from-start")) {
    put_fields(paste("msd", name, type, sep = "-"), msd(runs[[name]], type = type),
               c("lag", "msd", "se", "n", "dim", "n_paths", "frames"))
  }
}
put_fields("msd-origin", msd(runs$exact, lags = c(1, 5, 20), type = "ensemble", origin = 50), c("msd", "se"))
gappy <- runs$exact_spectrum$theta
gappy[50:60, , 1] <- NaN
gappy[seq(7, 2001, 37), 2, 2] <- NaN
gappy <- list(gappy[, , 1], gappy[1:900, , 2])
for (se in c("blocks", "paths", "bootstrap", "gaussian")) {
  for (accuracy in c("default", "full")) {
    measured <- msd(gappy, se = se, accuracy = accuracy, n_boot = 40, seed = 3)
    put_fields(paste("msd-gaps", se, accuracy, sep = "-"), measured,
               c("lag", "msd", "se", "n", "vcov", "replicates", "missing", "empty", "redone"))
  }
}
put_fields("msd-all-lags", msd(gappy, lags = 1:2000, covariance = FALSE), c("msd", "se", "n"))
put_fields("msd-full", msd(runs$exact_spectrum, lags = 1:2000, accuracy = "full"), c("msd", "se", "redone"))
put_fields("msd-each", msd(gappy, per = "coordinate"), c("msd", "se", "n", "vcov"))
put_fields("msd-weighted", msd(gappy, weights = 1:5 / 4), c("msd", "se"))
put_fields("msd-along", msd(gappy, direction = cbind(1:5, c(0, 1, 0, 0, -1))), c("msd", "se"))
columns <- data.frame(id = rep(1:2, c(500, 300)), step = c(2 * (1:250), 2 * (260:509), 2 * (1:300)))
columns$u <- columns$step^2 %% 17
put_fields("msd-columns", msd(columns), c("lag", "msd", "se", "n", "missing"))
for (method in c("fft", "gram")) {
  stream <- update(update(msd_stream(401, method = method), runs$exact$theta[, 1:5, 1]), runs$exact$theta[, 6:12, 1])
  put_fields(paste0("msd-stream-", method), msd(stream), c("lag", "msd", "se", "n", "vcov", "bound"))
  two <- merge(stream, update(msd_stream(401, method = method), runs$exact$theta[, , 2]), over = "paths")
  put_fields(paste0("msd-merged-", method), msd(two), c("msd", "se", "n", "vcov"))
}
stream <- msd_stream(401, by = "frames")
for (first in seq(1, 401, by = 100)) {
  stream <- update(stream, matrix(runs$exact$theta[first:min(401, first + 99), , 1], ncol = 12))
}
put_fields("msd-stream-frames", msd(stream), c("lag", "msd", "se", "n", "vcov"))
put_fields("msd-transform", msd_transform(msd(gappy), function(m) m[1] / m[2]), c("estimate"))
for (name in c("exact_spectrum", "exact", "sgd_epoch")) {
  fit <- suppressWarnings( # of the ripple of epochs
    diffusion_exponent(runs[[name]], window = c(1, 12), level = 0.9, n_boot = 99, seed = 77))
  put_fields(paste0("exponent-", name), fit,
             c("exponent", "se", "lower", "upper", "p_value", "log_diffusivity", "vcov", "window", "n_lags",
               "n_blocks", "curvature", "curvature_p"))
  put_fields(paste0("exponent-msd-", name), fit$msd, c("lag", "msd", "se"))
}
walk <- array(cumsum(round(1024 * sin((1:1200)^2)) / 1024), c(300, 1, 4)) # exact sums
for (method in c("gls", "mle", "whittle", "wavelet", "dfa")) for (pool in c("common", "distributed")) {
  by <- if (method == "dfa") {
    diffusion_exponent(walk, method, pool = pool, seed = 7, n_sim = 20)
  } else {
    diffusion_exponent(walk, method, pool = pool)
  }
  put_fields(paste("exponent", method, pool, sep = "-"), by,
             c("exponent", "se", "lower", "upper", "p_value", "log_diffusivity", "vcov", "window", "n_points",
               "n_series", "df"))
  put(paste("exponent", method, pool, "diagnostics", sep = "-"), unlist(by$diagnostics) + 0)
}

# Fields, by name: the same in both hosts (Octave's `type` is R's class).
put_names <- function(name, x) {
  put(paste0("names-", name), utf8ToInt(paste(sort(names(x), method = "radix"), collapse = " ")))
}
model <- models$langevin
results <- list(
  hyper = hyper, quadratic = general, regression = empirical, spectrum = spectrum, model = model,
  report = model$report, stationary = sgd_stationary(model), trace = sgd_stationary(model)$trace,
  transient = sgd_transient(model, 1, theta0), loss = sgd_modified_loss(model), section = section,
  current = sgd_current(model, points), oscillations = sgd_oscillations(model), theory = sgd_msd(model, 1),
  run = runs$exact, msd = msd(runs$exact), exponent = fit, examples = noisy$examples, dressed = prediction,
  rungs = prediction$dressed, crossover = prediction$crossover, multiplicative = noisy_model$multiplicative,
  acf = sgd_autocorrelation(model, 1), power = sgd_power_spectrum(model, 0.1),
  irreversibility = sgd_irreversibility(model), check = check, plan = plans$dynamics,
  plan_error = plans$dynamics$error
)
for (name in names(results)) put_names(name, results[[name]])

# Fewer examples than parameters.
few <- suppressWarnings(sgd_regression(matrix(((1:360) * 37) %% 101 / 50 - 1, 12, 30), ((1:12) * 5) %% 7))
wide <- sgd_model(few, sgd_hyper(0.02, 0.9, 0.05, 2), dynamics = "sgd")
put_fields("wide-model", wide, c("eigenvalues", "vectors", "rank", "minimiser", "gradient_noise"))
put_fields("wide-stationary", sgd_stationary(wide), c("theta", "velocity", "cross", "variances"))
put_fields("wide-msd", sgd_msd(wide, c(1, 10, 100), start = "point", theta0 = (1:30) / 30), c("msd", "exponent"))
put_names("wide-model", wide)
put_names("wide-transient", sgd_transient(wide, 1, (1:30) / 30))

# The engine: optimiser options, schedules, records, summaries, splitting schemes, objectives, going on.
k <- 1:60
lr <- 0.02 / (1 + k %% 4)
momentum <- 0.5 + (k %% 3) / 8
binary <- sgd_logistic(X, y > 0)
classes <- sgd_softmax(X, 1 + seq_len(N) %% 3)
network <- sgd_tanh_network(X, y, 3)
of_objective <- function(objective) sgd_model(objective, hyper, dynamics = "sgd", sampling = "epoch")
from <- function(n) as.vector(integers(n, 1, 3, 1, 11)) / 8
callback <- sgd_objective(function(theta, batch) theta * length(batch) / 16, d, n_examples = N, Sigma = Sigma)
thin <- Matrix::Matrix(X * (abs(X) > 0.5), sparse = TRUE)
sparse_model <- sgd_model(sgd_regression(thin, y), hyper, dynamics = "sgd", sampling = "epoch")
everything <- c("moments", "displacement", "local_displacement", "msd")
lags <- c(1, 2, 5)
engine <- list(
  nesterov = sgd_simulate(models$regression_epoch, 60, nsim = 2, seed = 3, method = "minibatch",
                          theta0 = theta0, nesterov = TRUE),
  dampening = sgd_simulate(models$regression, 60, seed = 3, method = "minibatch", theta0 = theta0, v0 = v0,
                           dampening = 0.25),
  gaussian_nesterov = sgd_simulate(models$sgd, 60, seed = 3, theta0 = theta0, nesterov = TRUE),
  gaussian_dampening = sgd_simulate(models$epoch, 60, seed = 3, theta0 = theta0, dampening = 0.25),
  schedule = sgd_simulate(models$regression, 60, seed = 3, method = "minibatch", theta0 = theta0, lr = lr,
                          momentum = momentum, batch_size = 1 + k %% 20),
  schedule_exact = sgd_simulate(models$langevin, 60, seed = 3, theta0 = theta0, lr = lr, momentum = momentum),
  sparse = sgd_simulate(sparse_model, 60, seed = 3, method = "minibatch", theta0 = theta0),
  log = sgd_simulate(models$langevin, 500, seed = 3, record = "log", summaries = everything[1:3]),
  list = sgd_simulate(models$sgd, 60, seed = 3, record = c(1, 2, 40), observe = c(3, 1)),
  directions = sgd_simulate(models$sgd, 60, seed = 3, observe = cbind(theta0, v0)),
  summaries = sgd_simulate(models$epoch, 60, nsim = 2, seed = 3, record = 2, trajectory = FALSE,
                           summaries = everything, lags = lags),
  baoab = sgd_simulate(models$langevin, 60, seed = 3, method = "baoab", theta0 = theta0, substeps = 2),
  obabo = sgd_simulate(models$langevin, 60, seed = 3, method = "obabo", theta0 = theta0),
  euler = sgd_simulate(models$langevin, 60, seed = 3, method = "euler", theta0 = theta0),
  logistic = sgd_simulate(of_objective(binary), 60, nsim = 2, seed = 3, theta0 = numeric(d)),
  softmax = sgd_simulate(of_objective(classes), 60, seed = 3, theta0 = numeric(3 * d), nesterov = TRUE),
  network = sgd_simulate(of_objective(network), 60, seed = 3, theta0 = from(network$dim)),
  callback = sgd_simulate(of_objective(callback), 60, seed = 3, theta0 = theta0),
  empirical = sgd_simulate(sgd_model(binary, hyper, dynamics = "sgd"), 60, seed = 3, method = "sgd", noise = "empirical",
                           theta0 = numeric(d)),
  covariance = sgd_simulate(sgd_model(binary, hyper), 60, seed = 3, noise = "covariance",
                            theta0 = numeric(d)),
  constant = sgd_simulate(sgd_model(callback, hyper), 60, seed = 3, theta0 = theta0),
  epoch_constant = sgd_simulate(of_objective(callback), 60, nsim = 2, seed = 3, method = "sgd", theta0 = theta0),
  epoch_empirical = sgd_simulate(of_objective(binary), 60, seed = 3, method = "sgd", noise = "empirical",
                                 theta0 = numeric(d)),
  epoch_covariance = sgd_simulate(of_objective(binary), 60, seed = 3, method = "sgd", noise = "covariance",
                                  theta0 = numeric(d), nesterov = TRUE),
  euler_objective = sgd_simulate(sgd_model(network, hyper), 60, seed = 3, method = "euler",
                                 noise = "empirical", theta0 = from(network$dim))
)
engine$resumed <- sgd_resume(sgd_simulate(models$regression_epoch, 25, seed = 3, method = "minibatch",
                                          theta0 = theta0, summaries = everything, lags = lags), 60)
for (name in names(engine)) {
  run <- engine[[name]]
  put_fields(paste0("engine-", name), run, c("step", "theta", "velocity"))
  if (!is.null(run$summaries)) {
    put_fields(paste0("engine-", name, "-summaries"), run$summaries,
               c("count", "mean", "variance", "displacement", "local_displacement", "msd", "msd_count"))
  }
}
put_names("engine", engine$summaries)
put_names("engine-summaries", engine$summaries$summaries)
put_names("engine-callback", callback)
put_names("engine-logistic", binary)
put_names("engine-network", network)
put_names("engine-model", of_objective(binary))

evaluated <- list(regression = empirical, logistic = binary, softmax = classes, network = network)
for (name in names(evaluated)) {
  objective <- evaluated[[name]]
  theta <- from(objective$dim)
  put(paste0("gradient-", name), sgd_gradient(objective, theta))
  put(paste0("gradient-batch-", name), sgd_gradient(objective, theta, c(5, 1, 5, 150)))
  put(paste0("objective-loss-", name), sgd_loss(objective, theta))
  put(paste0("hessian-product-", name), sgd_hessian_product(objective, theta, diag(objective$dim)[, 1:3]))
  put(paste0("covariance-", name), sgd_gradient_covariance(objective, theta))
}
put_fields("quadratic-at", sgd_quadratic_at(binary, theta0), c("H", "Sigma"))
for (name in c("regression", "regression_without", "regression_epoch")) {
  put(paste0("batch-", name),
      c(sgd_batch(models[[name]], 1, 3), sgd_batch(models[[name]], 10, 3, path = 2)))
}

for (method in c("exact", "sgd", "baoab", "obabo", "euler")) {
  order <- sgd_method_order(models$langevin, method, steps = 4, levels = 4, nsim = 20, seed = 3)
  put(paste0("order-", method), unclass(order)[1:7])
}
put("check-sample", unclass(sgd_check_sample(X[, 1:3], 0.25, diag(c(90, 80, 70)))))
put_names("order", sgd_method_order(models$langevin, "exact", levels = 2, nsim = 2, seed = 3))
put_names("sample-check", sgd_check_sample(X[, 1:3], 0.25, diag(c(90, 80, 70))))

# Beyond one exponent, of the runs above.
wanderer <- simulate_diffusion("fbm", 1500, nsim = 6, dim = 2, exponent = 0.7, seed = 5)
local <- local_exponent(wanderer, seed = 1)
put_fields("local-exponent", local, c("lag", "exponent", "se", "lower", "band_upper", "vcov", "critical"))
broken <- msd_crossover(wanderer, max_breaks = 2, alpha = 0.5, n_boot = 199, seed = 1)
put_fields("crossover", broken, c("n_breaks", "break_lag", "break_lower", "break_upper", "exponent", "se",
                                  "log_diffusivity", "p_value", "msd", "msd_se", "fitted"))
tested <- diffusion_test(wanderer, seed = 1)
put_fields("diffusion-test", tested, c("lag", "ratio", "se", "z", "p", "p_value"))
ergodic <- ergodicity(wanderer, n_sim = 199, seed = 1)
put("ergodicity", unclass(ergodic)[1:13])
aged <- ageing(wanderer)
put_fields("ageing", aged, c("age", "msd", "se", "exponent", "exponent_se", "lower", "p_value", "chi_squared_p"))
compared <- compare_diffusion(wanderer, shared = FALSE)
put_fields("compare-diffusion", compared, c("log_likelihood", "aicc", "bic_weight", "shape", "shape_se", "scale"))
mode_run <- sgd_simulate(models$sgd, 400, start = "stationary", coordinates = "modes", seed = 3)
put_fields("compare-theory", compare_diffusion(mode_run, "theory_scaled", theory = models$sgd),
           c("log_likelihood", "scale"))
put_names("local-exponent", local)
put_names("crossover", broken)
put_names("diffusion-test", tested)
put_names("ergodicity", ergodic)
put_names("ageing", aged)

for (process in c("fbm", "scaled", "ou", "ctrw", "levy-walk")) {
  exponent <- if (process == "ctrw") 0.6 else 1.4
  put(paste0("diffusion-", process),
      simulate_diffusion(process, 60, nsim = 2, dim = 2, exponent = exponent, noise = 0.25, seed = 5)$theta)
}
put_names("diffusion", simulate_diffusion("fbm", 10, seed = 1))
for (name in c("langevin", "sgd", "epoch")) {
  path <- sgd_simulate(models[[name]], 400, seed = 12)
  fitted <- fit_langevin(path, models[[name]], parameters = c("curvature", "damping"), modes = c(1, 2))
  put_fields(paste0("fit-", name), fitted,
             c("estimate", "se", "lower", "upper", "theory", "p_value", "covariance", "fit_test", "theory_test",
               "ordinates", "identified", "mode"))
  put(paste0("fit-bands-", name), fitted$bands[c("freq", "weight", "fit", "data")])
  put(paste0("fit-oscillations-", name), fitted$oscillations[1:12])
  put(paste0("fit-overall-", name), fitted$overall)
  put(paste0("fit-goodness-", name), fitted$goodness)
  put_fields(paste0("velocity-", name), velocity_autocorrelation(path, lags = c(0, 1, 9)),
             c("lag", "autocorrelation", "se", "lower", "upper", "correlation", "correlation_se", "blocks"))
  put_fields(paste0("welch-", name), power_spectrum(path, of = "velocity", source = "theta", segment = 50),
             c("freq", "density", "lower", "upper", "df", "peak_freq"))
  shuffled <- shuffling_test(path, models[[name]], modes = c(1, 2))
  put_fields(paste0("shuffling-", name), shuffled,
             c("p_value", "ratio", "df", "cutoff", "power", "epoch_steps", "epoch_phase", "epoch_sum",
               "log_likelihood_ratio", "temperature_ratio"))
}
put_names("fit", fitted)
put_names("fit-oscillations", fitted$oscillations)
put_names("fit-overall", fitted$overall)
put_names("fit-goodness", fitted$goodness)
put_names("velocity", velocity_autocorrelation(path, lags = 1))
put_names("welch", power_spectrum(path))
put_names("shuffling", shuffled)

# Hessians by their products. Sums of columns keep the functions' arithmetic the same in both hosts.
ring <- function(V) 2 * V - V[c(2:64, 1), , drop = FALSE] - V[c(64, 1:63), , drop = FALSE] + V / 8
gradients <- integers(90, 64, 3, 11, 17) / 8
products <- list(
  ring = sgd_operator(ring, 64), data = sgd_operator(X = integers(90, 64, 7, 5, 31) / 16),
  matrix = sgd_operator(crossprod(integers(80, 64, 5, 9, 29)) / 512),
  low_rank = sgd_operator(vectors = diag(64)[, 1:3], values = c(1, 4, 2), bulk = 0.25)
)
noises <- list(gradients = sgd_noise(gradients), factor = sgd_noise(factor = t(gradients[1:5, ])),
               stream = sgd_noise(function(i) gradients[i, , drop = FALSE], n_examples = 90, chunk = 32),
               diagonal = sgd_noise(diagonal = 1:64 / 64))
put("operator-product", sgd_hessian_product(products$data, integers(64, 3, 3, 1, 13)))
for (name in names(products)) {
  pairs <- sgd_eigenpairs(products[[name]], top = 3, bottom = 1, seed = 5)
  put_fields(paste0("eigenpairs-", name), pairs, c("values", "vectors", "residual", "n_products", "spread"))
  density <- sgd_density(products[[name]], steps = 12, probes = 9, top = pairs, sigma2 = 0.5, seed = 6)
  put_fields(paste0("density-", name), density,
             c("eigenvalues", "vectors", "residual", "gradient_noise", "trace", "se", "n_products"))
  put_fields(paste0("density-counts-", name), density$counts, c("nodes", "weights", "alpha", "beta", "mass"))
  put(paste0("density-bins-", name), sgd_histogram(density, edges = c(-1, 0.125, 0.5, 1, 2, 4, 8, 4096)))
  put(paste0("density-trace-", name),
      unclass(sgd_trace(density, c("square", "logarithm", "below"), parameter = c(0, 1, 0.5)))[1:3])
}
for (name in names(noises)) {
  density <- sgd_density(products$ring, steps = 16, probes = 8, top = 2, noise = noises[[name]], counts = FALSE,
                         seed = 7, probe = "normal")
  put_fields(paste0("density-noise-", name), density, c("gradient_noise", "noise_trace"))
  put_fields(paste0("density-quadrature-", name), density$noise, c("nodes", "weights", "mass", "se"))
  for (sampling in c("replacement", "epoch")) {
    model <- sgd_model(density, hyper, dynamics = "sgd", sampling = sampling, n_examples = if (name != "gradients" &&
                       name != "stream") 90)
    put(paste("density-msd", name, sampling, sep = "-"),
        unclass(sgd_msd(model, c(1, 7, 50, 400)))[c("msd", "se", "truncation", "exponent", "exponent_se")])
    put(paste("density-stationary", name, sampling, sep = "-"),
        unclass(sgd_stationary(model, trace_only = TRUE))[c("speed", "loss", "penalty", "se", "truncation")])
    put(paste("density-acf", name, sampling, sep = "-"),
        unclass(sgd_autocorrelation(model, c(0, 5, 60)))[c("theta", "velocity", "cross", "se", "truncation")])
    put(paste("density-spectrum", name, sampling, sep = "-"),
        unclass(sgd_power_spectrum(model, c(0.01, 0.2)))[c("theta", "velocity", "se", "truncation")])
    put_fields(paste("density-report", name, sampling, sep = "-"), model$report,
               c("lr_limit", "worst_kappa", "langevin_error", "epoch_steps", "remainder"))
  }
}
objective <- sgd_logistic(X, as.numeric(y > 0))
operator <- sgd_operator(objective, theta = theta0)
density <- sgd_density(operator, steps = 6, probes = 8, top = 2, seed = 8)
put_fields("density-objective", density, c("eigenvalues", "gradient_noise", "noise_trace", "trace", "se"))
put_names("operator", operator)
put_names("noise", noises$gradients)
put_names("eigenpairs", pairs)
put_names("density", density)
put_names("quadrature", density$counts)
put_names("trace", sgd_trace(density, "one"))

# On the CUDA plug-in over the emulated device of tests/core, where that was built: see SGDL_TEST_DEVICE in Makefile.
plugin <- Sys.getenv("SGDL_TEST_DEVICE")
if (file.exists(plugin)) {
  options(sgdlangevin.cuda = plugin)
  for (dynamics in c("langevin", "sgd")) {
    model <- sgd_model(general, hyper, dynamics = dynamics, device = "cuda")
    put_fields(paste0("device-model-", dynamics), model, c("eigenvalues", "vectors", "gradient_noise"))
    put_fields(paste0("device-state-", dynamics), sgd_stationary(model), c("theta", "velocity", "cross"))
    run <- sgd_simulate(model, 60, nsim = 3, seed = 4, record = 2)
    put_fields(paste0("device-run-", dynamics), run, c("step", "theta", "velocity"))
  }
  put_fields("device-msd", msd(run$theta, lags = c(1, 5, 20), device = "cuda"), c("lag", "msd", "se"))
}
