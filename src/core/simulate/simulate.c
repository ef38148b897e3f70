/* The driver of simulations: checks what is asked for, moves the stepper of the method along every path in
 * blocks of steps that all paths finish together, and writes the recorded rows. */
#include "engine.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

void sgdl_simulation_init(sgdl_simulation *sim)
{
  *sim = (sgdl_simulation){.method = SGDL_EXACT, .steps = 1, .n_paths = 1, .substeps = 1, .record_every = 1};
}

ptrdiff_t sgdl_simulation_records(const sgdl_simulation *sim)
{
  return sim->steps / sim->record_every + 1;
}

/* ---- arguments ---- */

/* Only minibatches recorded in parameters do without the modes. */
static sgdl_status check_modes(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  int needed = sgdl_method_in_modes(sim) || sim->record_modes || sim->start_stationary;
  if (!needed || (model->rho && model->noise)) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                   "this simulation needs the modes of the model: make it with decompose = TRUE");
}

static sgdl_status check_points(sgdl_context *ctx, const char *name, ptrdiff_t d, ptrdiff_t n_paths,
                                const double *points, int per_path)
{
  if (!points) return SGDL_OK;
  return sgdl_check_finite(ctx, name, points, per_path ? sgdl_times(d, n_paths) : d, per_path ? d : 0);
}

/* The counters of sgdl_philox give the path 32 bits and the step 56. */
static sgdl_status check_simulation(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  const ptrdiff_t most_paths = (ptrdiff_t)UINT32_MAX, most_steps = (ptrdiff_t)1 << 53;
  sgdl_model_report report;
  if (sim->steps < 1 || sim->steps > most_steps)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` = %td: expected an integer from 1 to 2^53", sim->steps);
  if (sim->record_every < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`record` = %td: expected an integer >= 1", sim->record_every);
  if (sim->n_paths < 1 || sim->n_paths > most_paths)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`nsim` = %td: expected an integer from 1 to 2^32 - 1",
                     sim->n_paths);
  SGDL_TRY(sgdl_method_check(ctx, model, sim));
  SGDL_TRY(check_modes(ctx, model, sim));
  if (sim->method == SGDL_MINIBATCH)
    SGDL_TRY(sgdl_hyper_check(ctx, &model->hyper));
  else
    SGDL_TRY(sgdl_model_check(ctx, model, &report));
  SGDL_TRY(check_points(ctx, "theta0", model->dim, sim->n_paths, sim->theta0, sim->theta0_per_path));
  SGDL_TRY(check_points(ctx, "v0", model->dim, sim->n_paths, sim->v0, sim->v0_per_path));
  if (sgdl_times(sgdl_times(sgdl_simulation_records(sim), model->dim), sim->n_paths) < 0)
    return sgdl_fail(ctx, SGDL_TOO_LARGE,
                     "%td records of %td coordinates in %td paths: more than memory can address",
                     sgdl_simulation_records(sim), model->dim, sim->n_paths);
  return SGDL_OK;
}

/* ---- the run ---- */

typedef struct job {
  const sgdl_simulation *sim;
  sgdl_stepper stepper;
  int project; /* recorded coordinates differ from the stepper's */
  sgdl_projection projection;
  ptrdiff_t d, records;
  int threads;
  double *states;  /* state_size x n_paths                                  */
  double *scratch; /* per thread: the stepper's, then two tiles of states    */
  ptrdiff_t scratch_size;
  double *theta, *velocity;
} job;

/* Where and when a path first left the finite numbers; step < 0: nowhere. */
typedef struct divergence {
  ptrdiff_t path, step;
} divergence;

/* Rows [row, row + n) of one path: coordinate c of row r comes from states[c + 2d r]. In squares of rows by
 * coordinates, so that neither side is touched one element a line. */
static void write_rows(ptrdiff_t d, ptrdiff_t n, const double *states, ptrdiff_t records, ptrdiff_t row,
                       double *out)
{
  const ptrdiff_t square = 16;
  for (ptrdiff_t R = 0; R < n; R += square)
    for (ptrdiff_t c = 0; c < d; c++)
      for (ptrdiff_t r = R; r < R + square && r < n; r++) out[row + r + c * records] = states[c + 2 * d * r];
}

/* Asks for the lines that rows [row, row + n) will be written to, one tile ahead: every column lies on a page
 * of its own, and first touches would wait for memory one after another. A fifth of the time at d = 100.
 * Inline: gcc takes a function that only prefetches for one without effect and drops the call. */
SGDL_INLINE void prefetch_rows(ptrdiff_t d, ptrdiff_t n, ptrdiff_t records, ptrdiff_t row, double *out)
{
  const ptrdiff_t line = 8;
  ptrdiff_t end = row + n < records ? row + n : records;
  for (ptrdiff_t c = 0; c < d; c++)
    for (ptrdiff_t r = row; r < end; r += line)
      __builtin_prefetch(out + r + c * records, 1, 2); /* to be written; into the second cache */
}

/* Records n states (2d x n) of one path from `row` on; `projected` is room for as many. */
static void record(const job *job, ptrdiff_t path, ptrdiff_t row, ptrdiff_t n, double *states,
                   double *projected)
{
  ptrdiff_t d = job->d, column = path * d * job->records;
  if (job->project) {
    sgdl_project(&job->projection, n, job->velocity != NULL, states, projected);
    states = projected;
  }
  prefetch_rows(d, n, job->records, row + n, job->theta + column);
  write_rows(d, n, states, job->records, row, job->theta + column);
  if (!job->velocity) return;
  prefetch_rows(d, n, job->records, row + n, job->velocity + column);
  write_rows(d, n, states + d, job->records, row, job->velocity + column);
}

/* Of the states after steps step + 1, ..., step + n moves those that are recorded to the front; how many. */
static ptrdiff_t select_recorded(const job *job, ptrdiff_t step, ptrdiff_t n, double *states)
{
  ptrdiff_t every = job->sim->record_every, width = 2 * job->d, kept = 0;
  if (every == 1) return n;
  for (ptrdiff_t s = every - 1 - step % every; s < n; s += every, kept++)
    for (ptrdiff_t i = 0; i < width; i++) states[i + kept * width] = states[i + s * width];
  return kept;
}

static int finite_state(ptrdiff_t n, const double *state)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += state[i] * 0.0;
  return sum == 0.0;
}

/* Steps [first, end) of one path: advance, record, and see that it stays finite. */
static sgdl_status run_path(const job *job, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t first, ptrdiff_t end,
                            double *scratch, divergence *diverged)
{
  const sgdl_stepper *stepper = &job->stepper;
  ptrdiff_t width = 2 * job->d;
  double *state = job->states + path * stepper->state_size;
  double *tile = scratch + stepper->scratch_size, *projected = tile + width * stepper->tile;
  for (ptrdiff_t step = first; step < end; step += stepper->tile) {
    ptrdiff_t n = end - step < stepper->tile ? end - step : stepper->tile;
    ptrdiff_t done = 0;
    SGDL_TRY(stepper->advance(stepper, ctx, path, (uint64_t)step, n, scratch, state, tile, &done));
    if (!finite_state(width, state)) {
      ptrdiff_t s = 0;
      while (s < n - 1 && finite_state(width, tile + s * width)) s++;
      *diverged = (divergence){path, step + s + 1};
      n = s;
    }
    ptrdiff_t row = step / job->sim->record_every + 1;
    ptrdiff_t kept = select_recorded(job, step, n, tile);
    if (kept > 0) record(job, path, row, kept, tile, projected);
    if (diverged->step >= 0) break;
  }
  return SGDL_OK;
}

/* One block of steps in all paths. The earliest divergence (then the lowest path) is reported. */
static sgdl_status run_block(const job *job, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t end,
                             divergence *earliest)
{
  const ptrdiff_t shares = 8; /* portions per thread: even load, and few visits to the queue */
  ptrdiff_t portion = job->sim->n_paths / (shares * job->threads) + 1;
  sgdl_status status = SGDL_OK;
#pragma omp parallel num_threads(job->threads)
  {
    sgdl_context local = *ctx;
    double *scratch = job->scratch + omp_get_thread_num() * job->scratch_size;
#pragma omp for schedule(dynamic, portion)
    for (ptrdiff_t path = 0; path < job->sim->n_paths; path++) {
      divergence diverged = {path, -1};
      sgdl_status own = run_path(job, &local, path, first, end, scratch, &diverged);
      if (own == SGDL_OK && diverged.step < 0) continue;
#pragma omp critical(sgdl_simulate)
      {
        int earlier = diverged.step >= 0 && (earliest->step < 0 || diverged.step < earliest->step ||
                                             (diverged.step == earliest->step && path < earliest->path));
        if (earlier) *earliest = diverged;
        if (own != SGDL_OK) status = sgdl_fail(ctx, own, "%s", local.message);
      }
    }
  }
  return status;
}

/* Steps between polls: about 20 ms of work, so that an interrupt is felt at once. */
static ptrdiff_t block_steps(const job *job)
{
  const double block_ns = 2e7, fewest = 8.0;
  double ns = job->stepper.ns_per_step + (job->project ? 0.1 * (double)job->d * (double)job->d : 0.0);
  double steps = block_ns * job->threads / (ns * (double)job->sim->n_paths);
  double tile = (double)job->stepper.tile;
  if (steps >= tile) steps = floor(steps / tile) * tile;
  return steps < fewest ? (ptrdiff_t)fewest : steps > 1e9 ? (ptrdiff_t)1e9 : (ptrdiff_t)steps;
}

static sgdl_status run_steps(const job *job, sgdl_context *ctx, ptrdiff_t *records_done)
{
  ptrdiff_t steps = job->sim->steps, every = job->sim->record_every, block = block_steps(job);
  for (ptrdiff_t first = 0; first < steps;) {
    if (sgdl_poll(ctx, (double)first / (double)steps))
      return sgdl_fail(ctx, SGDL_INTERRUPTED, "simulation interrupted after %td of %td steps", first, steps);
    ptrdiff_t end = steps - first < block ? steps : first + block;
    divergence earliest = {0, -1};
    SGDL_TRY(run_block(job, ctx, first, end, &earliest));
    if (earliest.step >= 0) {
      *records_done = (earliest.step - 1) / every + 1;
      return sgdl_fail(ctx, SGDL_UNSTABLE, "path %td diverged at step %td: its state is no longer finite",
                       earliest.path + 1, earliest.step);
    }
    *records_done = end / every + 1;
    first = end;
  }
  return SGDL_OK;
}

/* Row 0 of every path, the initial states. */
static void record_start(const job *job)
{
  ptrdiff_t width = 2 * job->d;
  double *state = job->scratch, *projected = state + width;
  for (ptrdiff_t path = 0; path < job->sim->n_paths; path++) {
    for (ptrdiff_t i = 0; i < width; i++) state[i] = job->states[path * job->stepper.state_size + i];
    record(job, path, 0, 1, state, projected);
  }
}

/* Room for the states of all paths and for the work of each thread. */
static sgdl_status allocate(sgdl_context *ctx, job *job)
{
  const sgdl_stepper *stepper = &job->stepper;
  const ptrdiff_t lines = 8; /* threads must not share cache lines */
  ptrdiff_t tiles = sgdl_times(4 * stepper->tile, job->d);
  if (tiles < 0 || stepper->scratch_size < 0 || stepper->scratch_size > PTRDIFF_MAX - tiles - lines)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory to simulate %td parameters", job->d);
  job->scratch_size = (stepper->scratch_size + tiles + lines - 1) / lines * lines;
  SGDL_TRY(
      sgdl_alloc(ctx, &job->scratch, sgdl_times(job->threads, job->scratch_size), "the work of the threads"));
  return sgdl_alloc(ctx, &job->states, sgdl_times(stepper->state_size, job->sim->n_paths),
                    "the states of the paths");
}

/* Everything before the first step. BLAS keeps to one thread: bits must not depend on their number. */
static sgdl_status prepare(sgdl_context *ctx, const sgdl_model *model, job *job)
{
  const sgdl_simulation *sim = job->sim;
  SGDL_TRY(sgdl_stepper_create(ctx, model, sim, &job->stepper));
  job->project = job->stepper.in_modes != (sim->record_modes != 0);
  if (job->project) SGDL_TRY(sgdl_projection_init(ctx, model, sim->record_modes != 0, &job->projection));
  SGDL_TRY(allocate(ctx, job));
  return sgdl_starting_states(ctx, model, sim, &job->stepper, job->states);
}

sgdl_status sgdl_simulate(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                          double *theta, double *velocity, ptrdiff_t *records_done)
{
  ctx->message[0] = '\0';
  *records_done = 0;
  SGDL_TRY(check_simulation(ctx, model, sim));
  job job = {.sim = sim,
             .d = model->dim,
             .records = sgdl_simulation_records(sim),
             .theta = theta,
             .velocity = velocity};
  job.threads = sgdl_threads(ctx);
  if (job.threads > sim->n_paths) job.threads = (int)sim->n_paths;
  int blas_threads = sgdl_blas_single_begin();
  sgdl_status status = prepare(ctx, model, &job);
  sgdl_blas_single_end(blas_threads);
  if (status == SGDL_OK) {
    record_start(&job);
    *records_done = 1;
    status = run_steps(&job, ctx, records_done);
  }
  if (job.stepper.destroy) job.stepper.destroy(&job.stepper);
  sgdl_projection_free(&job.projection);
  free(job.states);
  free(job.scratch);
  return status;
}
