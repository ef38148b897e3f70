/* Entry points of simulations. A run lives behind an external pointer, so that nothing is lost or leaked
 * wherever R jumps: R makes it, moves it on (which may raise), asks what it has, and frees it. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "r_objective.h"
#include "r_slice.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct run {
  sgdl_model model;
  sgdl_simulation sim;
  ptrdiff_t *coordinates;
  sgdl_run *core;              /* on disk NULL before it moved                               */
  int on_disk;
  sgdl_recording recording;
  r_objective *objective;      /* NULL: none, or the regression's own                       */
  r_jump jump;                 /* out of the progress function                              */
  SEXP progress;
  SEXP kept;                   /* the list of what the run borrows, for take_state          */
  ptrdiff_t room;              /* doubles for the state                                     */
  double fraction, reported_s; /* what the progress function is told; when it last was     */
  int (*should_stop)(void *user);
  sgdl_status status;
  char message[SGDL_MESSAGE_SIZE];
} run;

/* What a run borrows, by position in the list that its pointer keeps alive. */
enum { KEPT_MODEL, KEPT_OPTIONS, KEPT_OBJECTIVE, KEPT_TOKEN, KEPT_PROGRESS, KEPT_THETA, KEPT_VELOCITY,
       KEPT_STATE, KEPT };

static run *run_of(SEXP pointer)
{
  run *r = R_ExternalPtrAddr(pointer);
  if (!r) r_raise(SGDL_BAD_ARGUMENT, "the simulation is over: its memory was given back");
  return r;
}

static void free_run(SEXP pointer)
{
  run *r = R_ExternalPtrAddr(pointer);
  if (!r) return;
  R_ClearExternalPtr(pointer);
  R_SetExternalPtrProtected(pointer, R_NilValue); /* not held until the next collection but one */
  sgdl_run_free(r->core);
  free(r->coordinates);
  free(r);
}

/* ---- unpacking ---- */

static const double *per_step(SEXP options, const char *name, ptrdiff_t steps)
{
  return r_array(options, name, steps);
}

/* Chosen coordinates (R counts from 1) or directions. */
static void unpack_observed(SEXP options, run *r)
{
  SEXP coordinates = r_field(options, "coordinates"), directions = r_field(options, "directions");
  if (!Rf_isNull(directions)) {
    r->sim.n_observed = Rf_ncols(directions);
    r->sim.directions = REAL(directions);
  }
  if (Rf_isNull(coordinates)) return;
  const ptrdiff_t n = XLENGTH(coordinates);
  r->coordinates = malloc(sizeof *r->coordinates * (size_t)n);
  if (!r->coordinates) r_raise(SGDL_NO_MEMORY, "no memory for %.0f coordinates", (double)n);
  for (ptrdiff_t i = 0; i < n; i++) r->coordinates[i] = (ptrdiff_t)REAL(coordinates)[i] - 1;
  r->sim.n_observed = n;
  r->sim.coordinates = r->coordinates;
}

static void unpack(SEXP options, run *r)
{
  sgdl_simulation *sim = &r->sim;
  SEXP theta0 = r_field(options, "theta0"), v0 = r_field(options, "v0");
  SEXP steps = r_field(options, "record_steps"), lags = r_field(options, "lags");
  sgdl_simulation_init(sim);
  sim->method = (sgdl_method)Rf_asInteger(r_field(options, "method"));
  sim->steps = r_size(r_field(options, "steps"));
  sim->n_paths = r_size(r_field(options, "nsim"));
  sim->seed = (uint64_t)Rf_asReal(r_field(options, "seed"));
  sim->theta0 = r_optional(theta0);
  sim->v0 = r_optional(v0);
  sim->theta0_per_path = Rf_isMatrix(theta0);
  sim->v0_per_path = Rf_isMatrix(v0);
  sim->start_stationary = Rf_asLogical(r_field(options, "start_stationary"));
  sim->nesterov = Rf_asLogical(r_field(options, "nesterov"));
  sim->dampening = Rf_asReal(r_field(options, "dampening"));
  sim->lr = per_step(options, "lr", sim->steps);
  sim->momentum = per_step(options, "momentum", sim->steps);
  sim->batch_size = per_step(options, "batch_size", sim->steps);
  sim->substeps = r_size(r_field(options, "substeps"));
  sim->record_every = (ptrdiff_t)r_number(options, "record", 1);
  if (!Rf_isNull(steps)) {
    sim->record_every = 0;
    sim->n_record = XLENGTH(steps);
    sim->record_steps = REAL(steps);
  }
  sim->record_modes = Rf_asLogical(r_field(options, "record_modes"));
  unpack_observed(options, r);
  sim->summaries = Rf_asInteger(r_field(options, "summaries"));
  if (!Rf_isNull(lags)) {
    sim->n_lags = XLENGTH(lags);
    sim->lags = REAL(lags);
  }
}

/* Real batches, recorded in parameters, do without the modes of a model with fewer examples than parameters. */
static void unpack_model(SEXP model, sgdl_model *m)
{
  r_model(model, m);
  if (r_wide_rank(model) < 0) return;
  m->dim = (ptrdiff_t)r_number(model, "dim", 0);
  m->minimiser = r_array(model, "minimiser", m->dim);
  m->rho = m->noise = NULL;
}

/* A dense regression has its own fast path; everything else that needs gradients has an objective. */
static void unpack_data(SEXP options, SEXP kept, run *r)
{
  SEXP problem = r_field(VECTOR_ELT(kept, KEPT_MODEL), "problem"), X = r_field(problem, "X");
  const int objective = Rf_inherits(problem, "sgd_objective");
  if (!objective && r->sim.method != SGDL_MINIBATCH) return;
  if (!objective && Rf_isMatrix(X) && Rf_isReal(X)) {
    r->sim.X = r_array(problem, "X", r->model.n_examples * r->model.dim);
    r->sim.y = r_array(problem, "y", r->model.n_examples);
    return;
  }
  SET_VECTOR_ELT(kept, KEPT_OBJECTIVE, r_objective_handle(problem));
  r->objective = r_objective_of(VECTOR_ELT(kept, KEPT_OBJECTIVE));
  r->sim.objective = &r->objective->core;
  r->sim.noise = (sgdl_noise_source)Rf_asInteger(r_field(options, "noise"));
  r->sim.Sigma = r_array(problem, "Sigma", r->model.dim * r->model.dim);
}

/* ---- the host during a run ---- */

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static SEXP call_progress(void *data)
{
  const run *r = data;
  SEXP call = PROTECT(Rf_lang2(r->progress, PROTECT(Rf_ScalarReal(r->fraction))));
  Rf_eval(call, R_GlobalEnv);
  UNPROTECT(2);
  return R_NilValue;
}

static void show_progress(void *user, double fraction)
{
  const double interval_s = 0.2;
  run *r = user;
  double now = seconds();
  if (now - r->reported_s < interval_s) return;
  r->fraction = fraction;
  r->reported_s = now;
  r_jump_call(&r->jump, call_progress, r);
}

static int should_stop(void *user)
{
  const run *r = user;
  return r->jump.caught || r->should_stop(NULL);
}

static void run_context(run *r, sgdl_context *ctx)
{
  r_context(ctx);
  r->should_stop = ctx->should_stop;
  r->reported_s = seconds();
  ctx->user = r;
  ctx->should_stop = should_stop;
  if (r->progress != R_NilValue) ctx->progress = show_progress;
}

/* Keeps how a call of the core ended, then goes on with a jump out of a function of R. */
static void settle(run *r, const sgdl_context *ctx, sgdl_status status)
{
  r->status = status;
  memcpy(r->message, ctx->message, sizeof r->message);
  r_jump_continue(&r->jump);
  if (r->objective) r_jump_continue(&r->objective->jump);
}

/* ---- entry points ---- */

/* Rows of an earlier part of the run (rows x width x paths) to the top of its whole. */
static void copy_rows(SEXP earlier, ptrdiff_t rows, ptrdiff_t columns, double *out)
{
  if (Rf_isNull(earlier) || !out) return;
  const ptrdiff_t n = XLENGTH(earlier) / columns;
  if (!Rf_isReal(earlier) || n * columns != XLENGTH(earlier) || n > rows)
    r_raise(SGDL_BAD_ARGUMENT, "`x`: expected the value of sgd_simulate(), got a changed object");
  for (ptrdiff_t c = 0; c < columns; c++)
    memcpy(out + c * rows, REAL(earlier) + c * n, sizeof(double) * (size_t)n);
}

static void new_recording(SEXP options, SEXP kept, SEXP earlier, run *r)
{
  const ptrdiff_t records = sgdl_simulation_records(&r->sim), paths = r->sim.n_paths;
  const ptrdiff_t width = r->sim.n_observed > 0 ? r->sim.n_observed : r->model.dim;
  r->recording.rows = records;
  if (!Rf_asLogical(r_field(options, "trajectory"))) return;
  r->recording.theta = r_new_array(kept, KEPT_THETA, records, width, paths);
  if (Rf_asLogical(r_field(options, "velocity")))
    r->recording.velocity = r_new_array(kept, KEPT_VELOCITY, records, width, paths);
  if (Rf_isNull(earlier)) return;
  r->recording.done = (ptrdiff_t)r_number(earlier, "records", 0);
  copy_rows(r_field(earlier, "theta"), records, width * paths, r->recording.theta);
  copy_rows(r_field(earlier, "velocity"), records, width * paths, r->recording.velocity);
}

static SEXP new_state(void *data)
{
  const run *r = data;
  SET_VECTOR_ELT(r->kept, KEPT_STATE, Rf_allocVector(REALSXP, (R_xlen_t)r->room));
  return R_NilValue;
}

/* The core works in a vector of R, of which the result is made without a copy. */
static double *take_state(void *user, ptrdiff_t n)
{
  run *r = user;
  r->room = n;
  return r_jump_call(&r->jump, new_state, r) ? NULL : REAL(VECTOR_ELT(r->kept, KEPT_STATE));
}

/* earlier: NULL, or state, theta, velocity and number of records of the run to go on with. */
SEXP r_run_create(SEXP model, SEXP options, SEXP earlier, SEXP progress)
{
  sgdl_context ctx;
  SEXP kept = PROTECT(Rf_allocVector(VECSXP, KEPT));
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, kept));
  run *r = calloc(1, sizeof *r);
  if (!r) r_raise(SGDL_NO_MEMORY, "no memory for a simulation");
  R_SetExternalPtrAddr(pointer, r);
  R_RegisterCFinalizerEx(pointer, free_run, TRUE);
  SET_VECTOR_ELT(kept, KEPT_MODEL, model);
  SET_VECTOR_ELT(kept, KEPT_OPTIONS, options);
  SET_VECTOR_ELT(kept, KEPT_TOKEN, R_MakeUnwindCont());
  SET_VECTOR_ELT(kept, KEPT_PROGRESS, progress);
  r->jump.token = VECTOR_ELT(kept, KEPT_TOKEN);
  r->progress = progress;
  r->kept = kept;
  unpack_model(model, &r->model);
  unpack(options, r);
  unpack_data(options, kept, r);
  if (Rf_asLogical(r_field(options, "on_disk"))) { /* the rows go there, if any are kept */
    r->on_disk = 1;
    UNPROTECT(2);
    return pointer;
  }
  new_recording(options, kept, earlier, r);
  run_context(r, &ctx);
  const sgdl_memory memory = {take_state, r};
  sgdl_status status = sgdl_run_create_in(&ctx, &r->model, &r->sim, &memory, &r->core);
  settle(r, &ctx, status);
  r_check(&ctx, status);
  if (!Rf_isNull(earlier)) {
    SEXP state = r_field(earlier, "state");
    r_check(&ctx, sgdl_run_restore(r->core, &ctx, XLENGTH(state), REAL_RO(state)));
  }
  UNPROTECT(2);
  return pointer;
}

SEXP r_run_advance(SEXP pointer)
{
  sgdl_context ctx;
  run *r = run_of(pointer);
  run_context(r, &ctx);
  settle(r, &ctx, sgdl_run_advance(r->core, &ctx, r->sim.steps, &r->recording));
  return R_NilValue;
}

/* Called by the handler of Ctrl-C inside a user's function, before R jumps. */
SEXP r_run_interrupted(SEXP pointer)
{
  run *r = run_of(pointer);
  if (r->objective) r->objective->interrupted = 1;
  return R_NilValue;
}

/* Room for the summaries that are asked for, as fields of a list; for moments only where `room` says so. */
static SEXP new_summaries(const run *r, int room, sgdl_summaries *summaries)
{
  const char *names[] = {"count", "mean", "variance", "displacement", "local_displacement", "msd", "msd_count",
                         ""};
  const ptrdiff_t d = r->model.dim, paths = r->sim.n_paths, records = sgdl_simulation_records(&r->sim);
  const int which = r->sim.summaries;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  memset(summaries, 0, sizeof *summaries);
  if (which & SGDL_MOMENTS && room) {
    summaries->mean = r_new_matrix(out, 1, d, paths);
    summaries->variance = r_new_matrix(out, 2, d, paths);
  }
  if (which & SGDL_DISPLACEMENT) summaries->displacement = r_new_matrix(out, 3, records, paths);
  if (which & SGDL_LOCAL_DISPLACEMENT) summaries->local = r_new_matrix(out, 4, records, paths);
  if (which & SGDL_ONLINE_MSD) {
    summaries->msd = r_new_matrix(out, 5, r->sim.n_lags, paths);
    summaries->msd_count = r_new_matrix(out, 6, r->sim.n_lags, paths);
  }
  UNPROTECT(1);
  return out;
}

/* d x paths numbers that the state holds, as element i of `list`. */
static void share_moment(SEXP list, int i, const run *r, const double *moment)
{
  SEXP whole = VECTOR_ELT(r->kept, KEPT_STATE), shape = PROTECT(Rf_allocVector(INTSXP, 2));
  const ptrdiff_t d = r->model.dim, paths = r->sim.n_paths;
  SET_VECTOR_ELT(list, i, r_slice(whole, moment - REAL_RO(whole), d * paths));
  INTEGER(shape)[0] = (int)d;
  INTEGER(shape)[1] = (int)paths;
  Rf_setAttrib(VECTOR_ELT(list, i), R_DimSymbol, shape);
  UNPROTECT(1);
}

/* Summaries of a run, as element i of `list`: moments are those in its state where they are known. */
static void set_summaries(SEXP list, int i, const run *r)
{
  sgdl_summaries summaries;
  const double *mean, *variance;
  sgdl_run_moments(r->core, &mean, &variance);
  const int shared = mean && r->model.dim <= INT_MAX && r->sim.n_paths <= INT_MAX;
  SET_VECTOR_ELT(list, i, new_summaries(r, !shared, &summaries));
  SEXP fields = VECTOR_ELT(list, i);
  sgdl_run_summaries(r->core, &summaries);
  r_set_number(fields, 0, (double)summaries.count);
  if (!shared) return;
  share_moment(fields, 1, r, mean);
  share_moment(fields, 2, r, variance);
}

/* What a run has: its rows, steps and summaries, its state unless that is on disk, and how it ended. */
SEXP r_run_result(SEXP pointer)
{
  run *r = run_of(pointer);
  const char *names[] = {"theta", "velocity", "records_done", "step", "state", "summaries", "status", "message",
                         "backend", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names)), kept = R_ExternalPtrProtected(pointer);
  SET_VECTOR_ELT(out, 0, VECTOR_ELT(kept, KEPT_THETA));
  SET_VECTOR_ELT(out, 1, VECTOR_ELT(kept, KEPT_VELOCITY));
  r_set_number(out, 2, (double)r->recording.done);
  if (r->core) set_summaries(out, 5, r);
  r_set_number(out, 3, r->core ? (double)sgdl_run_step(r->core) : 0.0);
  ptrdiff_t n = 0;
  const int kept_here = r->core && !r->on_disk && r->status != SGDL_UNSTABLE;
  const double *state = kept_here ? sgdl_run_state(r->core, &n) : NULL;
  if (state) SET_VECTOR_ELT(out, 4, r_slice(VECTOR_ELT(kept, KEPT_STATE), 0, n));
  SET_VECTOR_ELT(out, 6, Rf_mkString(sgdl_status_word(r->status)));
  SET_VECTOR_ELT(out, 7, Rf_mkString(r->message));
  SET_VECTOR_ELT(out, 8, Rf_mkString(r->core ? sgdl_run_backend(r->core) : "cpu"));
  UNPROTECT(1);
  return out;
}

/* A run on disk, from its start or checkpoint to its end. */
SEXP r_run_disk(SEXP pointer, SEXP disk)
{
  sgdl_context ctx;
  run *r = run_of(pointer);
  const sgdl_disk where = {.folder = r_text(r_field(disk, "folder")),
                           .segment_records = (ptrdiff_t)r_number(disk, "segment", 0),
                           .checkpoint_every = (ptrdiff_t)r_number(disk, "checkpoint", 0),
                           .velocity = Rf_asLogical(r_field(disk, "velocity")),
                           .resume = Rf_asLogical(r_field(disk, "resume")),
                           .summaries_only = !Rf_asLogical(r_field(disk, "trajectory")),
                           .checkpoint_seconds = r_number(disk, "checkpoint_seconds", 0)};
  const sgdl_memory memory = {take_state, r};
  run_context(r, &ctx);
  settle(r, &ctx, sgdl_run_to_disk(&ctx, &r->model, &r->sim, &where, &memory, &r->core));
  return R_NilValue;
}

SEXP r_run_free(SEXP pointer)
{
  free_run(pointer);
  return R_NilValue;
}

/* 1-based indices of the examples in one batch. */
SEXP r_batch(SEXP model, SEXP step, SEXP seed, SEXP path)
{
  sgdl_context ctx;
  sgdl_model m;
  unpack_model(model, &m);
  ptrdiff_t S = (ptrdiff_t)m.hyper.batch_size, size = 0;
  ptrdiff_t *indices = (ptrdiff_t *)R_alloc((size_t)S, sizeof *indices);
  r_context(&ctx);
  r_check(&ctx, sgdl_batch(&ctx, m.n_examples, S, m.sampling, m.drop_last, (uint64_t)Rf_asReal(seed),
                           (uint64_t)Rf_asReal(path) - 1, (uint64_t)Rf_asReal(step) - 1, indices, &size));
  SEXP out = PROTECT(Rf_allocVector(REALSXP, size));
  for (ptrdiff_t i = 0; i < size; i++) REAL(out)[i] = (double)indices[i] + 1;
  UNPROTECT(1);
  return out;
}
