# Simulated trajectories: what is asked for, and the run from its start to its end.

#' Simulate SGD and the underdamped Langevin equation
#'
#' Methods for quadratic models and for objectives:
#'
#' * `"exact"`: the exact Gaussian transition of a quadratic Langevin model over each step (no discretisation
#'   error at any learning rate);
#' * `"baoab"`, `"obabo"`, `"euler"`: the Langevin equation by splitting (Leimkuhler and Matthews; Bussi and
#'   Parrinello) or by Euler and Maruyama, with step `lr / substeps`, on a quadratic model or with the
#'   gradient of an objective;
#' * `"sgd"`: the discrete recursion of [sgd_hyper()] with Gaussian gradient noise, correlated over an epoch
#'   where sampling is by epochs;
#' * `"minibatch"`: the recursion with real batches of the examples of a regression or an objective, drawn as
#'   the model's `sampling` says (see [sgd_batch()]). Under `"minibatch"` the model's `dynamics` does not
#'   matter.
#'
#' Random numbers are Philox4x32-10 keyed by (seed, path, step, coordinate): a model and a seed give the same
#' bits for any number of threads, paths, steps and records, and after an interruption.
#'
#' @param model From [sgd_model()].
#' @param steps Number of steps \eqn{\ge 1}.
#' @param nsim Number of independent paths.
#' @param seed Whole number in \eqn{[0, 2^{53})}; `NULL` draws one from R's generator, so that [set.seed()]
#'   works.
#' @param method As above. `NULL`: `"exact"` or `"sgd"` by the model's dynamics; on an objective `"baoab"`
#'   under `"langevin"`, and under `"sgd"` `"minibatch"` where it has examples, else `"sgd"`.
#' @param record Which steps are recorded: a number k (every k-th step), `"log"` (about 20 a decade), or a
#'   vector of at least two increasing steps. Step 0 and, with `"log"`, the last are included.
#' @param theta0,v0 Start: d numbers, or d x nsim, one column a path; `NULL` is the minimiser, at rest. An
#'   objective needs `theta0`.
#' @param start `"point"`, or `"stationary"`: draw every path's start from the stationary law.
#' @param coordinates `"parameters"`, or `"modes"`: record \eqn{V'(\theta-\mu)} and \eqn{V'v} instead of
#'   \eqn{\theta} and \eqn{v} (cheaper).
#' @param velocity `FALSE` leaves the velocities out.
#' @param trajectory `FALSE` keeps no rows, only `summaries`: memory (in a folder: the room on disk) does not
#'   grow with `steps`.
#' @param observe Records only a part: indices or names of coordinates, or a d x m matrix of directions, onto
#'   which \eqn{\theta} (with `"modes"`: the modes) is projected. `NULL` records all.
#' @param summaries Running summaries of all coordinates over the recorded steps: any of `"moments"` (mean and
#'   variance), `"displacement"` (\eqn{|\theta_k-\theta_0|^2}), `"local_displacement"` (from the record before),
#'   `"msd"` (mean squared displacement at `lags`).
#' @param lags For `"msd"`: increasing whole numbers of recorded steps; needs a number as `record`.
#' @param nesterov,dampening Nesterov momentum and dampening as in PyTorch's `SGD`, for `"sgd"` on an
#'   objective and `"minibatch"`: \eqn{v' = \beta v - (1-\tau)g}{v' = beta v - (1 - dampening) g},
#'   \eqn{\theta' = \theta + \eta v'}{theta' = theta + lr v'}, or with `nesterov`
#'   \eqn{\theta' = \theta + \eta(\beta v' - g)}{theta' = theta + lr (beta v' - g)}, where \eqn{g} includes
#'   weight decay. The first step from rest (`v0 = NULL`) has no dampening; `nesterov` goes without.
#' @param lr,momentum,batch_size Schedules: one number per step, instead of the model's.
#' @param substeps Steps of the Langevin integrators in one step of SGD.
#' @param noise On an objective, for all methods but `"minibatch"`: `"constant"` (its `Sigma`), `"empirical"`
#'   (the covariance of the examples' gradients at the current \eqn{\theta}), `"covariance"` (its function
#'   `covariance`). `NULL` takes the first that the objective was given, else `"empirical"`. With `"sgd"` and
#'   sampling by epochs the noises of an epoch are coupled as its batches are (variance
#'   \eqn{\Sigma/S_b\,(N-S_b)/(N-1)}{Sigma/S_b (N-S_b)/(N-1)}, covariance
#'   \eqn{-\Sigma/(N-1)}{-Sigma/(N-1)}), each coloured by the covariance at its own \eqn{\theta}.
#' @param folder Name of a folder: the trajectory goes to disk, in closed HDF5 files, with checkpoints that
#'   [sgd_resume()] goes on from even after a kill; read it by [read_trajectory()].
#' @param segment Records in a file of the folder; `NULL` is about 64 MB.
#' @param checkpoint Steps between checkpoints; `NULL` is one with every file.
#' @param checkpoint_seconds In a folder: a checkpoint at least so often, by the clock; `NULL` is 30 s.
#' @param device `"auto"`, `"cpu"` or `"cuda"`, see [sgd_devices()]; `NULL` is that of the model. A device moves all
#'   paths at once with `method` `"exact"` or `"sgd"`, white noise, constant hyperparameters, `record` a number, and
#'   no `observe`, `summaries` or `folder`; what else is asked for runs on the CPU.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_simulate"` and `"sgd_trajectory"`: `step`, `time` (of the records; `time` is
#'   the sum of the learning rates), `theta`, `velocity` (records x d x nsim, or x m where `observe` is
#'   given; `NULL` if not kept in memory), `seed`, `method`, `coordinates`, `record`, `complete` (`FALSE` if
#'   the run was interrupted), `hyper`, `backend`, `summaries` (`NULL`, or a list of `count`, `mean` and
#'   `variance` (d x nsim), `displacement` and `local_displacement` (records x nsim), `lags`, `msd` and
#'   `msd_count` (lags x nsim)), `observe`, `folder`, and `resume` (what [sgd_resume()] needs: `model`,
#'   `arguments`, `state`, and in `message` why it stopped).
#'
#'   Methods: [print()], [summary()], [plot()], [as.data.frame()]; [msd()] and [diffusion_exponent()] take it
#'   as it is.
#' @section Interrupts and errors: Ctrl-C (also inside an objective's function) keeps what is done, see
#'   [sgdlangevin-conditions]; [sgd_resume()] goes on from there. Errors on the way, `unstable` (a path
#'   diverges), `callback` and `not_finite` (an objective's function failed, or gave something unusable),
#'   name path and step, and their condition's `result` holds the steps before; after a failing function
#'   [sgd_resume()] goes on from it, after divergence there is nothing to go on to. Others: `unsupported` (method
#'   and model do not fit), `bad_argument`, `io`.
#' @section Progress: inside of `progressr::with_progress()`, or with `progressr::handlers(global = TRUE)`, a
#'   run reports its progress in 100 parts, at most five times a second: under 1% of the time.
#' @section Cost: a step and path cost 2d normals and O(d) (`"exact"`, noise diagonal in the modes),
#'   \eqn{O(d^2)} (any other Gaussian noise), \eqn{4Sd} flops (`"minibatch"`), one gradient (methods on an
#'   objective; `"empirical"` noise one weighted gradient of all N examples, `"covariance"` a factorisation
#'   \eqn{d^3/3}); a record in parameter coordinates adds \eqn{2d^2}. Paths run in parallel, those of
#'   functions of R one after another. Memory without rows, noise diagonal in the modes and these recorded: state,
#'   moments and start, 5d numbers a path, with `"msd"` d more a lag, in a folder as without one; the result
#'   shares them.
#' @references arXiv:2107.09133; Salmon, Moraes, Dror, Shaw (2011). Parallel random numbers: as easy as 1, 2,
#'   3. SC '11. Leimkuhler, Matthews (2013). Rational construction of stochastic numerical methods for
#'   molecular sampling. Applied Mathematics Research eXpress 2013. Bussi, Parrinello (2007). Accurate
#'   sampling using Langevin dynamics. Physical Review E 75.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' hyper <- sgd_hyper(lr = 0.02, momentum = 0.9, batch_size = 8)
#' model <- sgd_model(sgd_regression(X, mtcars$mpg), hyper, dynamics = "sgd", sampling = "epoch")
#' run <- sgd_simulate(model, steps = 1000, method = "minibatch", theta0 = c(0, 0, 0), seed = 1)
#' run
#' plot(run)
#'
#' # summaries only, of a logistic regression under a schedule
#' model <- sgd_model(sgd_logistic(X, mtcars$am), hyper, dynamics = "sgd")
#' sgd_simulate(model, steps = 500, theta0 = c(0, 0, 0), lr = 0.5 / sqrt(1:500), trajectory = FALSE,
#'              summaries = "moments", seed = 1)
#' @export
sgd_simulate <- function(model, steps, nsim = 1, seed = NULL, method = NULL, record = 1, theta0 = NULL,
                         v0 = NULL, start = "point", coordinates = "parameters", velocity = TRUE,
                         trajectory = TRUE, observe = NULL, summaries = NULL, lags = NULL, nesterov = FALSE,
                         dampening = 0, lr = NULL, momentum = NULL, batch_size = NULL, substeps = 1, noise = NULL,
                         folder = NULL, segment = NULL, checkpoint = NULL, checkpoint_seconds = NULL,
                         device = NULL, ...) {
  reject_dots("sgd_simulate", ...)
  as_simulated(model)
  method <- as_method(method, model)
  if (is_wide(model)) require_minibatch(model, method, start, coordinates)
  steps <- as_count(steps, "steps", 1)
  nsim <- as_count(nsim, "nsim", 1)
  modes <- match_option(coordinates, "coordinates", c("parameters", "modes")) == "modes"
  options <- c(
    list(method = match(method, simulation_methods) - 1L, steps = steps, nsim = nsim),
    as_record(record, steps),
    list(theta0 = as_start(theta0, "theta0", model$dim, nsim), v0 = as_start(v0, "v0", model$dim, nsim),
         start_stationary = match_option(start, "start", c("point", "stationary")) == "stationary",
         record_modes = modes, velocity = as_flag(velocity, "velocity"),
         trajectory = as_flag(trajectory, "trajectory"), on_disk = !is.null(folder)),
    as_observed(observe, model, modes), as_summaries(summaries, lags),
    list(nesterov = as_flag(nesterov, "nesterov"), dampening = as_number(dampening, "dampening"),
         lr = as_schedule(lr, "lr", steps), momentum = as_schedule(momentum, "momentum", steps),
         batch_size = as_schedule(batch_size, "batch_size", steps), substeps = as_count(substeps, "substeps", 1),
         noise = as_noise(noise, model$problem, method)),
    as_disk(folder, segment, checkpoint, checkpoint_seconds)
  )
  require_start(options, model)
  options$device <- if (is.null(device)) model$device else as_device(device)
  options$seed <- as_seed(seed)
  run_simulation(model, list(
    options = options, method = method, coordinates = coordinates, record = record, observe = observe
  ))
}

# A model that can be simulated: one with modes, or of an objective.
as_simulated <- function(model) {
  as_object(model, "model", "sgd_model")
  if (!inherits(model$problem, "sgd_objective")) as_model(model)
}

require_minibatch <- function(model, method, start, coordinates) {
  by_minibatch <- "method = \"minibatch\""
  if (method != "minibatch") refuse_wide(model, sprintf("`method` = \"%s\"", method), by_minibatch)
  if (start == "stationary") refuse_wide(model, "`start` = \"stationary\"", "start = \"point\"")
  if (coordinates == "modes") refuse_wide(model, "`coordinates` = \"modes\"", "coordinates = \"parameters\"")
}

require_start <- function(options, model) {
  if (!inherits(model$problem, "sgd_objective")) return(invisible())
  if (options$start_stationary) {
    raise_status("unsupported", "`start` = \"stationary\": an objective has no stationary law; use start = \"point\"")
  }
  if (options$record_modes) {
    raise_status("unsupported", paste("`coordinates` = \"modes\": an objective has no modes; use coordinates =",
                                      "\"parameters\""))
  }
  if (is.null(options$theta0)) {
    stop_argument("`theta0`: expected %.0f numbers to start from, an objective has no known minimiser", model$dim)
  }
}

# ---- the run ----

# Runs what `arguments` say, from the start or on from `earlier` (a result, or TRUE: from what the folder holds).
run_simulation <- function(model, arguments, earlier = NULL) {
  options <- arguments$options
  device <- if (options$on_disk || is.null(options$device)) "cpu" else options$device
  with_device(device, model$dim * options$nsim >= 1e5, run_on_device(model, arguments, earlier))
}

run_on_device <- function(model, arguments, earlier) {
  options <- arguments$options
  reporter <- progress_reporter()
  run <- .Call(C_run_create, model, options, if (is.list(earlier)) earlier_part(earlier), reporter$report)
  on.exit({
    .Call(C_run_free, run)
    reporter$finish()
  })
  if (options$on_disk && is.null(earlier)) open_folder(options$folder)
  if (options$on_disk) describe_run(model, arguments)
  failure <- stopped_by(run, if (options$on_disk) {
    .Call(C_run_disk, run, c(options, list(resume = !is.null(earlier))))
  } else {
    .Call(C_run_advance, run)
  })
  finish_simulation(.Call(C_run_result, run), model, arguments, failure)
}

earlier_part <- function(result) {
  list(state = result$resume$state, theta = result$theta, velocity = result$velocity,
       records = length(result$step))
}

# What stopped the run inside of a function of R, or NULL. The handler of interrupts runs where they happen, so that
# the core knows that the run can go on.
stopped_by <- function(run, expr) {
  tryCatch({
    withCallingHandlers(expr, interrupt = function(condition) .Call(C_run_interrupted, run))
    NULL
  }, error = identity, interrupt = identity)
}

# Packs what the core recorded; a run that stopped early is cut and its condition raised.
finish_simulation <- function(out, model, arguments, failure) {
  options <- arguments$options
  result <- pack_simulation(out, model, arguments)
  if (inherits(failure, "error") && out$status %in% c("ok", "interrupted")) stop(failure) # not of the objective
  if (out$status == "ok") return(result)
  if (out$status != "interrupted") {
    message <- if (is.null(failure)) out$message else paste0(out$message, ": ", conditionMessage(failure))
    raise_status(out$status, message, result = result, parent = failure)
  }
  signal_interrupt("interrupted", result)
  warn_status("interrupted", "interrupted after %.0f of %.0f steps: the result holds those, sgd_resume() goes on",
              out$step, options$steps)
  result
}

pack_simulation <- function(out, model, arguments) {
  options <- arguments$options
  recorded <- recorded_steps(options)
  step <- if (options$on_disk) recorded[recorded <= out$step] else recorded[seq_len(out$records_done)]
  names <- if (!options$record_modes) parameter_names(model$problem)
  result <- structure(list(
    step = step, time = time_of(step, options, model$hyper), theta = keep_frames(out$theta, length(step)),
    velocity = keep_frames(out$velocity, length(step)), seed = options$seed, method = arguments$method,
    coordinates = arguments$coordinates, record = arguments$record, complete = out$status == "ok",
    hyper = model$hyper, backend = out$backend,
    summaries = pack_summaries(out$summaries, options, length(step), names), observe = arguments$observe,
    folder = options$folder,
    resume = list(model = model, arguments = arguments, state = out$state, message = out$message)
  ), class = c("sgd_simulate", "sgd_trajectory"))
  name_coordinates(result, observed_names(options, names))
}

keep_frames <- function(x, rows) {
  if (is.null(x) || dim(x)[1L] == rows) x else x[seq_len(rows), , , drop = FALSE]
}

name_coordinates <- function(result, names) {
  if (is.null(names)) return(result)
  for (field in c("theta", "velocity")) {
    if (!is.null(result[[field]])) dimnames(result[[field]]) <- list(NULL, names, NULL)
  }
  result
}

# progressr reports to whoever listens; where it is not loaded, nobody does.
progress_reporter <- function(parts = 100) {
  if (!isNamespaceLoaded("progressr")) return(list(report = NULL, finish = function() NULL))
  progressor <- NULL
  done <- 0
  list(
    report = function(fraction) {
      if (is.null(progressor)) progressor <<- progressr::progressor(steps = parts, on_exit = FALSE)
      amount <- floor(parts * fraction) - done
      if (amount > 0) progressor(amount = amount)
      done <<- done + amount
    },
    finish = function() if (!is.null(progressor)) progressor(type = "finish")
  )
}

#' Simulate a model
#'
#' The [stats::simulate()] method for models, the same as [sgd_simulate()].
#'
#' @param object From [sgd_model()].
#' @param nsim,seed,steps,... As in [sgd_simulate()].
#' @return As [sgd_simulate()].
#' @examples
#' model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9))
#' simulate(model, nsim = 2, seed = 1, steps = 100)
#' @export
simulate.sgd_model <- function(object, nsim = 1, seed = NULL, steps, ...) {
  sgd_simulate(object, steps = steps, nsim = nsim, seed = seed, ...)
}
