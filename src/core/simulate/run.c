/* The driver of simulations: moves the stepper of the method along every path in blocks of steps that all paths
 * finish together, path by path or, where modes are independent, a piece of modes at a time; records and
 * summarises what it passes through. The state is one block of doubles (run.h). */
#include "run.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Why and where a path went wrong first; step 0: nowhere. */
typedef struct trouble {
  ptrdiff_t path, step;
  sgdl_status status;
  char message[SGDL_MESSAGE_SIZE];
} trouble;

/* Earliest step, then lowest path: the same for any number of threads. */
static void note_trouble(trouble *worst, ptrdiff_t path, ptrdiff_t step, sgdl_status status,
                         const char *message)
{
  if (worst->step > 0 && (worst->step < step || (worst->step == step && worst->path <= path))) return;
  worst->path = path;
  worst->step = step;
  worst->status = status;
  memcpy(worst->message, message, strlen(message) + 1);
}

static int finite_state(ptrdiff_t n, const double *state)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += state[i] * 0.0;
  return sum == 0.0;
}

/* Of n states (width each) those before the first that is not finite. */
static ptrdiff_t finite_states(ptrdiff_t width, ptrdiff_t n, const double *states)
{
  ptrdiff_t s = 0;
  while (s < n && finite_state(width, states + s * width)) s++;
  return s;
}

static double *path_state(const sgdl_run *run, ptrdiff_t path)
{
  return run->states + path * run->stepper.state_size;
}

static double *path_vectors(const sgdl_run *run, ptrdiff_t path)
{
  return run->vectors + path * run->d;
}

/* ---- a tile: steps of one path, or few steps of several ---- */

typedef struct block {
  sgdl_run *run;
  ptrdiff_t first, end;          /* steps                                          */
  ptrdiff_t first_record;        /* of the block: the first that `sums` has room for */
  sgdl_recording recording;      /* arrays NULL: nothing is written                */
} block;

/* What the records from `record` on add up to, in one piece of a path. */
static double *piece_sums(const block *b, ptrdiff_t path, ptrdiff_t piece, ptrdiff_t record)
{
  const sgdl_run *run = b->run;
  ptrdiff_t row = (path * run->pieces + piece) * run->sum_records + record - b->first_record;
  return run->sums + row * run->layout.n_scalars;
}

/* Records and summarises rows of all coordinates in the stepper's own, those of n_paths paths one after another
 * in `states`; `spare`: room for two such tiles, then for the sums of the rows. */
static void observe_states(const block *b, ptrdiff_t path, ptrdiff_t n_paths, const sgdl_rows *rows,
                           double *states, double *spare)
{
  const sgdl_run *run = b->run;
  const sgdl_observer *observer = &run->observer;
  const sgdl_recording *recording = &b->recording;
  int wanted = recording->theta || recording->velocity, velocity = recording->velocity != NULL;
  ptrdiff_t total = 0, d = run->d, width = observer->width;
  for (ptrdiff_t p = 0; p < n_paths; p++) total += rows[p].n;
  if (total == 0 || !(wanted || run->layout.kinds)) return;
  double *out = spare, *work = spare + 2 * (d > width ? d : width) * run->stepper.tile;
  if (observer->direct || observer->whole)
    sgdl_project_centre(observer->direct ? &observer->observed : &observer->projection, total, states);
  if (observer->direct && wanted) {
    sgdl_project(&observer->observed, total, velocity, states, out);
    for (ptrdiff_t p = 0, at = 0; p < n_paths; at += rows[p++].n) {
      sgdl_rows observed = {width, rows[p].n, rows[p].first, out + 2 * width * at};
      sgdl_record_columns(observer, recording, path + p, 0, &observed);
    }
  }
  if (observer->whole) sgdl_project(&observer->projection, total, velocity, states, out);
  for (ptrdiff_t p = 0, at = 0; p < n_paths; at += rows[p++].n) {
    sgdl_rows own = {d, rows[p].n, rows[p].first, (observer->whole ? out : states) + 2 * d * at};
    if (!observer->direct && wanted) sgdl_record_coordinates(observer, recording, path + p, 0, &own);
    if (run->layout.kinds && own.n > 0)
      sgdl_summarise_all(&run->layout, &own, path_vectors(run, path + p), work,
                         piece_sums(b, path + p, 0, own.first));
  }
}

/* Steps of one path, from its noise where that was drawn. */
static sgdl_status advance_path(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t step,
                                ptrdiff_t n, const double *noise, double *scratch, double *state, double *out,
                                ptrdiff_t *done)
{
  if (!stepper->draw)
    return stepper->advance(stepper, ctx, path, (uint64_t)step, n, scratch, state, out, done);
  double *work = scratch + stepper->noise_size * stepper->tile;
  return stepper->follow(stepper, ctx, path, (uint64_t)step, n, noise, work, state, out, done);
}

/* n steps of one path, into `tile`: what of them is recorded, before trouble if there is any. */
static sgdl_rows pass_steps(const block *b, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t step, ptrdiff_t n,
                            const double *noise, double *scratch, double *tile, trouble *worst)
{
  const sgdl_run *run = b->run;
  ptrdiff_t width = 2 * run->d, done = 0;
  double *state = path_state(run, path);
  sgdl_status status = advance_path(&run->stepper, ctx, path, step, n, noise, scratch, state, tile, &done);
  if (status == SGDL_OK) done = n;
  if (status != SGDL_OK || !finite_state(width, state)) {
    ptrdiff_t good = finite_states(width, done, tile);
    if (good < done) status = SGDL_OK;
    note_trouble(worst, path, step + good + 1, status, ctx->message);
    done = good;
  }
  return sgdl_select_records(run->sim, step, done, run->d, tile);
}

/* Paths that pass through a tile together: as many as fit with the steps of a block, and share evenly among
 * the threads. */
static ptrdiff_t group_size(const block *b, ptrdiff_t threads)
{
  ptrdiff_t tile = b->run->stepper.tile, steps = b->end - b->first, n_paths = b->run->sim->n_paths;
  ptrdiff_t most = steps < tile ? tile / steps : 1, rounds = (n_paths + most * threads - 1) / (most * threads);
  ptrdiff_t even = n_paths / (rounds * threads);
  return even < 1 ? 1 : even;
}

/* The block's steps of paths path, ..., path + n_paths - 1: draw, advance, record, and see that they stay
 * finite. */
static void run_paths(const block *b, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t n_paths, double *scratch,
                      trouble *worst)
{
  const sgdl_run *run = b->run;
  const sgdl_stepper *stepper = &run->stepper;
  ptrdiff_t width = 2 * run->d;
  double *tile = scratch + stepper->scratch_size;
  for (ptrdiff_t step = b->first; step < b->end && worst->step == 0; step += stepper->tile) {
    ptrdiff_t n = b->end - step < stepper->tile ? b->end - step : stepper->tile, total = 0;
    sgdl_status status = SGDL_OK;
    if (stepper->draw)
      status = stepper->draw(stepper, ctx, path, n_paths, (uint64_t)step, n, scratch, path_state(run, path));
    if (status != SGDL_OK) {
      note_trouble(worst, path, step + 1, status, ctx->message);
      return;
    }
    sgdl_rows rows[SGDL_TILE_STEPS];
    for (ptrdiff_t p = 0; p < n_paths; p++) {
      const double *noise = scratch + stepper->noise_size * n * p;
      double *own = tile + width * n * p, *to = tile + width * total;
      rows[p] = pass_steps(b, ctx, path + p, step, n, noise, scratch, own, worst);
      if (own != to) memmove(to, own, (size_t)(width * rows[p].n) * sizeof *to);
      total += rows[p].n;
    }
    observe_states(b, path, n_paths, rows, tile, tile + width * stepper->tile);
  }
}

/* ---- one piece of one path, where modes are independent ---- */

static int finite_band(ptrdiff_t d, ptrdiff_t n, const double *state)
{
  return finite_state(n, state) && finite_state(n, state + d);
}

/* Records and summarises rows of modes [first, first + rows.m). */
static void observe_band(const block *b, ptrdiff_t path, ptrdiff_t piece, ptrdiff_t first, sgdl_rows rows)
{
  const sgdl_run *run = b->run;
  if (rows.n == 0) return;
  if (b->recording.theta || b->recording.velocity)
    sgdl_record_coordinates(&run->observer, &b->recording, path, first, &rows);
  if (run->layout.kinds)
    sgdl_summarise(&run->layout, first, &rows, path_vectors(run, path), piece_sums(b, path, piece, rows.first));
}

static void run_band(const block *b, ptrdiff_t path, ptrdiff_t piece, ptrdiff_t first, ptrdiff_t m,
                     double *scratch, trouble *worst)
{
  const sgdl_run *run = b->run;
  const sgdl_stepper *stepper = &run->stepper;
  const ptrdiff_t most = 256; /* steps: enough where there are few modes */
  ptrdiff_t steps = SGDL_BAND_ELEMENTS / m < most ? SGDL_BAND_ELEMENTS / m : most;
  double *state = path_state(run, path), *tile = scratch + stepper->scratch_size;
  for (ptrdiff_t step = b->first; step < b->end; step += steps) {
    ptrdiff_t n = b->end - step < steps ? b->end - step : steps;
    stepper->advance_band(stepper, path, (uint64_t)step, n, first, m, scratch, state, tile);
    int diverged = !finite_band(run->d, m, state + first);
    if (diverged) n = finite_states(2 * m, n, tile);
    if (diverged) note_trouble(worst, path, step + n + 1, SGDL_OK, "");
    sgdl_rows rows = sgdl_select_records(run->sim, step, n, m, tile);
    observe_band(b, path, piece, first, rows);
    if (diverged) return;
  }
}

static void run_piece(const block *b, ptrdiff_t path, ptrdiff_t piece, double *scratch, trouble *worst)
{
  ptrdiff_t d = b->run->d, end = (piece + 1) * SGDL_PIECE < d ? (piece + 1) * SGDL_PIECE : d;
  const ptrdiff_t width = sgdl_band_width(d);
  for (ptrdiff_t first = piece * SGDL_PIECE; first < end; first += width) {
    ptrdiff_t m = end - first < width ? end - first : width;
    run_band(b, path, piece, first, m, scratch, worst);
  }
}

/* ---- blocks ---- */

/* Adds up the pieces of what the block's records brought, in order, record by record. */
static void combine_sums(const block *b, ptrdiff_t end_record)
{
  const sgdl_run *run = b->run;
  const sgdl_summary_layout *l = &run->layout;
  for (ptrdiff_t r = b->first_record; r < end_record; r++)
    for (ptrdiff_t path = 0; path < l->n_paths; path++)
      for (ptrdiff_t k = 0; k < l->n_scalars; k++) {
        double total = 0.0;
        for (ptrdiff_t piece = 0; piece < run->pieces; piece++) total += piece_sums(b, path, piece, r)[k];
        if (k < l->n_series)
          run->series[k + l->n_series * (path + l->n_paths * r)] = k == l->local && r == 0 ? NAN : total;
        else if (r > 0 && r % (ptrdiff_t)l->lags[k - l->n_series] == 0)
          run->lag_sums[k - l->n_series + l->n_lags * path] += total;
      }
}

static void clear_sums(const sgdl_run *run)
{
  if (run->layout.n_scalars > 0) memset(run->sums, 0, (size_t)run->sums_size * sizeof *run->sums);
}

static sgdl_status report_trouble(sgdl_run *run, sgdl_context *ctx, const trouble *t)
{
  run->failed = 1;
  if (t->status != SGDL_OK)
    return sgdl_fail(ctx, t->status, "path %td, step %td: %s", t->path + 1, t->step, t->message);
  return sgdl_fail(ctx, SGDL_UNSTABLE, "path %td diverged at step %td: its state is no longer finite",
                   t->path + 1, t->step);
}

/* Moves the count of records; `recording` learns it. */
static void count_records(sgdl_run *run, ptrdiff_t count, sgdl_recording *recording)
{
  run->head[SGDL_HEAD_COUNT] = (double)count;
  if (recording) recording->done = count;
}

/* The steps of a block in all paths. */
static sgdl_status run_block(block *b, sgdl_context *ctx, sgdl_recording *recording)
{
  sgdl_run *run = b->run;
  const ptrdiff_t shares = 8; /* portions per thread: even load, and few visits to the queue */
  ptrdiff_t n_paths = run->sim->n_paths, threads = sgdl_threads(ctx);
  if (threads > run->threads) threads = run->threads;
  ptrdiff_t group = group_size(b, threads);
  ptrdiff_t units = run->bands ? n_paths * run->pieces : (n_paths + group - 1) / group;
  ptrdiff_t portion = units / (shares * threads) + 1;
  trouble worst = {0};
  clear_sums(run);
#pragma omp parallel num_threads((int)threads) if (threads > 1)
  {
    sgdl_context local = *ctx;
    double *scratch = run->scratch + omp_get_thread_num() * run->scratch_size;
#pragma omp for schedule(dynamic, portion)
    for (ptrdiff_t unit = 0; unit < units; unit++) {
      trouble own = {0};
      if (run->bands)
        run_piece(b, unit / run->pieces, unit % run->pieces, scratch, &own);
      else
        run_paths(b, &local, unit * group, group < n_paths - unit * group ? group : n_paths - unit * group,
                  scratch, &own);
      if (own.step == 0) continue;
#pragma omp critical(sgdl_simulate)
      note_trouble(&worst, own.path, own.step, own.status, own.message);
    }
  }
  ptrdiff_t last = worst.step > 0 ? worst.step - 1 : b->end, count = sgdl_records_until(run->sim, last);
  combine_sums(b, count);
  count_records(run, count, recording);
  run->head[SGDL_HEAD_STEP] = (double)last;
  if (worst.step == 0) return SGDL_OK;
  run->spoilt = 1;
  return report_trouble(run, ctx, &worst);
}

/* The steps of a block on a device. */
static sgdl_status run_device(const block *b, sgdl_context *ctx, sgdl_recording *recording)
{
  sgdl_run *run = b->run;
  ptrdiff_t path = -1;
  sgdl_status status = sgdl_run_device_block(run, ctx, b->first, b->end, &b->recording, &path);
  if (status != SGDL_OK || path >= 0) run->failed = run->spoilt = 1; /* some paths may have moved */
  SGDL_TRY(status);
  if (path >= 0)
    return sgdl_fail(ctx, SGDL_UNSTABLE, "path %td diverged between steps %td and %td: its state is no longer finite",
                     path + 1, b->first + 1, b->end);
  run->head[SGDL_HEAD_STEP] = (double)b->end;
  count_records(run, sgdl_records_until(run->sim, b->end), recording);
  return SGDL_OK;
}

/* One step of all paths with a stepper that calls into a host: on failure everything is as before the step. */
static sgdl_status run_serial_step(block *b, sgdl_context *ctx, sgdl_recording *recording)
{
  sgdl_run *run = b->run;
  const sgdl_stepper *stepper = &run->stepper;
  ptrdiff_t n_paths = run->sim->n_paths, width = 2 * run->d, size = stepper->state_size * n_paths;
  double *tile = run->scratch + stepper->scratch_size, *backup = run->scratch + run->scratch_size;
  memcpy(backup, run->states, (size_t)size * sizeof *backup);
  for (ptrdiff_t path = 0; path < n_paths; path++) {
    ptrdiff_t done = 0;
    double *state = path_state(run, path);
    sgdl_status status = SGDL_OK;
    if (stepper->draw) status = stepper->draw(stepper, ctx, path, 1, (uint64_t)b->first, 1, run->scratch, state);
    if (status == SGDL_OK)
      status = advance_path(stepper, ctx, path, b->first, 1, run->scratch, run->scratch, state, tile, &done);
    if (status == SGDL_OK && finite_state(width, state)) continue;
    trouble t = {0};
    note_trouble(&t, path, b->end, status, ctx->message);
    memcpy(run->states, backup, (size_t)size * sizeof *backup);
    return status == SGDL_INTERRUPTED ? status : report_trouble(run, ctx, &t);
  }
  ptrdiff_t count = sgdl_records_until(run->sim, b->end);
  run->head[SGDL_HEAD_STEP] = (double)b->end;
  if (count == b->first_record) return SGDL_OK;
  clear_sums(run);
  for (ptrdiff_t path = 0; path < n_paths; path++) {
    memcpy(tile, path_state(run, path), (size_t)width * sizeof *tile);
    sgdl_rows row = {run->d, 1, b->first_record, tile};
    observe_states(b, path, 1, &row, tile, tile + width * stepper->tile);
  }
  combine_sums(b, count);
  count_records(run, count, recording);
  return SGDL_OK;
}

/* Steps between polls: about .1 s of work, so that an interrupt is felt at once; in bands .3 s, so that each moves
 * far enough to write long stretches of the columns of a recording (100 paths of 1000 modes: a seventh off the
 * time). No more records than there is room for their sums. */
static ptrdiff_t block_end(const sgdl_run *run, ptrdiff_t first, ptrdiff_t until)
{
  const double block_ns = run->bands ? 3e8 : 1e8, fewest = run->bands ? 16.0 : 8.0;
  if (run->stepper.serial) return first + 1;
  double d = (double)run->d, observed = (double)run->observer.width;
  double product = run->observer.whole ? d * d : run->observer.direct ? observed * d : 0.0;
  double ns = run->stepper.ns_per_step + 0.07 * product;
  double threads = run->device ? 50.0 : run->threads; /* what a device is worth: a guess, none was measured */
  double tile = run->bands ? SGDL_BAND_ELEMENTS / sgdl_band_width(run->d) : (double)run->stepper.tile;
  double steps = block_ns * threads / (ns * (double)run->sim->n_paths);
  if (steps >= tile) steps = floor(steps / tile) * tile;
  if (steps < fewest) steps = fewest;
  if (run->layout.n_scalars > 0 && steps > (double)run->sum_records) steps = (double)run->sum_records;
  return (double)(until - first) <= steps ? until : first + (ptrdiff_t)steps;
}

/* Step 0 of one path, whole. */
static void start_path(const block *b, ptrdiff_t path)
{
  const sgdl_run *run = b->run;
  ptrdiff_t width = 2 * run->d;
  double *tile = run->scratch + run->stepper.scratch_size;
  memcpy(tile, path_state(run, path), (size_t)width * sizeof *tile);
  sgdl_rows row = {run->d, 1, 0, tile};
  observe_states(b, path, 1, &row, tile, tile + width * run->stepper.tile);
}

/* Step 0 of one path, band by band. */
static void start_bands(const block *b, ptrdiff_t path)
{
  const sgdl_run *run = b->run;
  const double *state = path_state(run, path);
  double *tile = run->scratch + run->stepper.scratch_size;
  const ptrdiff_t width = sgdl_band_width(run->d);
  for (ptrdiff_t first = 0; first < run->d; first += width) {
    ptrdiff_t m = run->d - first < width ? run->d - first : width;
    memcpy(tile, state + first, (size_t)m * sizeof *tile);
    memcpy(tile + m, state + run->d + first, (size_t)m * sizeof *tile);
    observe_band(b, path, first / SGDL_PIECE, first, (sgdl_rows){m, 1, 0, tile});
  }
}

/* Where no step leads to: records of step 0 in every path. */
static void record_start(block *b, sgdl_recording *recording)
{
  sgdl_run *run = b->run;
  if ((ptrdiff_t)run->head[SGDL_HEAD_COUNT] > 0 || sgdl_records_until(run->sim, 0) == 0) return;
  clear_sums(run);
  for (ptrdiff_t path = 0; path < run->sim->n_paths; path++) {
    if (run->bands)
      start_bands(b, path);
    else
      start_path(b, path);
  }
  combine_sums(b, 1);
  count_records(run, 1, recording);
}

static sgdl_status interrupted(const sgdl_run *run, sgdl_context *ctx)
{
  return sgdl_fail(ctx, SGDL_INTERRUPTED, "simulation interrupted after %td of %td steps", sgdl_run_step(run),
                   run->sim->steps);
}

static sgdl_status advance_to(sgdl_run *run, sgdl_context *ctx, ptrdiff_t until, sgdl_recording *recording)
{
  ptrdiff_t steps = run->sim->steps;
  block b = {.run = run};
  if (recording) b.recording = *recording;
  if (sgdl_run_step(run) == 0) record_start(&b, recording);
  while ((b.first = sgdl_run_step(run)) < until) {
    if (sgdl_poll(ctx, (double)b.first / (double)steps)) return interrupted(run, ctx);
    b.end = block_end(run, b.first, until);
    if (run->stepper.prepare) {
      uint64_t end = (uint64_t)b.end;
      SGDL_TRY(run->stepper.prepare(&run->stepper, ctx, (uint64_t)b.first, &end));
      b.end = (ptrdiff_t)end;
    }
    b.first_record = (ptrdiff_t)run->head[SGDL_HEAD_COUNT];
    sgdl_status status = run->device           ? run_device(&b, ctx, recording)
                         : run->stepper.serial ? run_serial_step(&b, ctx, recording)
                                               : run_block(&b, ctx, recording);
    if (status == SGDL_INTERRUPTED) return interrupted(run, ctx);
    SGDL_TRY(status);
  }
  return SGDL_OK;
}

sgdl_status sgdl_run_advance(sgdl_run *run, sgdl_context *ctx, ptrdiff_t until, sgdl_recording *recording)
{
  ctx->message[0] = '\0';
  if (recording) recording->done = (ptrdiff_t)run->head[SGDL_HEAD_COUNT];
  if (run->failed)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "this run failed after step %td: it cannot go on",
                     sgdl_run_step(run));
  if (until < sgdl_run_step(run) || until > run->sim->steps)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`until` = %td: expected a step from %td to %td", until,
                     sgdl_run_step(run), run->sim->steps);
  int blas_threads = sgdl_blas_single_begin(); /* bits must not depend on their number */
  sgdl_status status = advance_to(run, ctx, until, recording);
  sgdl_blas_single_end(blas_threads);
  return status;
}

/* ---- the state ---- */

/* What a state must share with the run that takes it. */
static void fill_shape(const sgdl_run *run, double *head)
{
  const sgdl_simulation *sim = run->sim;
  const double shape[] = {(double)run->d, (double)sim->n_paths, (double)run->stepper.state_size,
                          (double)sim->method, (double)(sim->seed >> 32), (double)(sim->seed & UINT32_MAX),
                          (double)sim->summaries, (double)run->layout.n_lags, (double)(sim->record_modes != 0)};
  memcpy(head + SGDL_HEAD_SHAPE, shape, sizeof shape);
}

static const double mark = 20261128.04; /* day and issue of the layout */

/* Doubles up to and with the series of `count` records. */
static ptrdiff_t state_size(const sgdl_run *run, ptrdiff_t count)
{
  return run->series - run->head + count * run->layout.n_series * run->layout.n_paths;
}

const char *sgdl_run_backend(const sgdl_run *run)
{
  return run->device ? run->device->name : "cpu";
}

ptrdiff_t sgdl_run_step(const sgdl_run *run)
{
  return (ptrdiff_t)run->head[SGDL_HEAD_STEP];
}

const double *sgdl_run_state(const sgdl_run *run, ptrdiff_t *n)
{
  *n = run->spoilt ? 0 : state_size(run, (ptrdiff_t)run->head[SGDL_HEAD_COUNT]);
  return run->spoilt ? NULL : run->head;
}

/* Steps and records that a state may hold. */
static int possible(const sgdl_run *run, ptrdiff_t n, const double *state)
{
  double head[SGDL_HEAD_SIZE] = {0};
  if (n < SGDL_HEAD_SIZE) return 0;
  head[SGDL_HEAD_MARK] = mark;
  head[SGDL_HEAD_STEP] = state[SGDL_HEAD_STEP];
  head[SGDL_HEAD_COUNT] = state[SGDL_HEAD_COUNT];
  fill_shape(run, head);
  if (memcmp(head, state, sizeof head) != 0) return 0;
  double step = state[SGDL_HEAD_STEP], count = state[SGDL_HEAD_COUNT];
  if (!(step >= 0.0 && step <= (double)run->sim->steps && step == floor(step))) return 0;
  int fresh = step == 0.0 && count == 0.0; /* step 0 not recorded yet */
  if (!fresh && count != (double)sgdl_records_until(run->sim, (ptrdiff_t)step)) return 0;
  return n == state_size(run, (ptrdiff_t)count);
}

sgdl_status sgdl_run_restore(sgdl_run *run, sgdl_context *ctx, ptrdiff_t n, const double *state)
{
  ctx->message[0] = '\0';
  if (!possible(run, n, state))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`state` (%td numbers): expected the state of a run of this model and simulation", n);
  SGDL_TRY(sgdl_check_finite(ctx, "state", state, run->vectors - run->head, 0));
  if (state != run->head) memcpy(run->head, state, (size_t)n * sizeof *state);
  run->failed = run->spoilt = 0;
  return SGDL_OK;
}

double *sgdl_run_room(const sgdl_run *run, ptrdiff_t *n)
{
  *n = state_size(run, sgdl_simulation_records(run->sim));
  return run->head;
}

/* ---- creation ---- */

/* Room for the block of the state, the caller's where it gives some. */
static sgdl_status take_block(sgdl_context *ctx, sgdl_run *run, ptrdiff_t n, const sgdl_memory *memory)
{
  if (!memory) return sgdl_alloc(ctx, &run->head, n, "the state of the paths");
  run->borrowed = 1;
  run->head = memory->take(memory->user, n);
  return run->head ? SGDL_OK
                   : sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the state of the paths (%td numbers)", n);
}

/* The one block of the state. */
static sgdl_status allocate_state(sgdl_context *ctx, sgdl_run *run, const sgdl_memory *memory)
{
  const sgdl_summary_layout *l = &run->layout;
  ptrdiff_t n_paths = run->sim->n_paths, states = sgdl_times(run->stepper.state_size, n_paths);
  ptrdiff_t vectors = sgdl_times(sgdl_times(l->n_vectors, run->d), n_paths), lags = sgdl_times(l->n_lags, n_paths);
  ptrdiff_t series = sgdl_times(sgdl_times(l->n_series, n_paths), sgdl_simulation_records(run->sim));
  double total = (double)states + (double)vectors + (double)lags + (double)series;
  if (states < 0 || vectors < 0 || lags < 0 || series < 0 || total > (double)(PTRDIFF_MAX / 16))
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the state of %td paths of %td parameters", n_paths,
                     run->d);
  ptrdiff_t fixed = SGDL_HEAD_SIZE + states + vectors + lags;
  SGDL_TRY(take_block(ctx, run, fixed + series, memory));
  memset(run->head, 0, (size_t)fixed * sizeof *run->head);
  run->states = run->head + SGDL_HEAD_SIZE;
  run->vectors = run->states + states;
  run->lag_sums = run->vectors + vectors;
  run->series = run->lag_sums + lags;
  run->head[SGDL_HEAD_MARK] = mark;
  fill_shape(run, run->head);
  return SGDL_OK;
}

/* Doubles a thread needs to work on bands, or on whole states: the stepper's, the tile, what is projected and
 * observed of it, sums of its records. -1: past what memory can address. */
static ptrdiff_t scratch_size(const sgdl_run *run)
{
  const ptrdiff_t lines = 8; /* threads must not share cache lines */
  const sgdl_stepper *stepper = &run->stepper;
  ptrdiff_t wider = run->d > run->observer.width ? run->d : run->observer.width;
  ptrdiff_t tile = run->bands ? 2 * SGDL_BAND_ELEMENTS : sgdl_times(2 * stepper->tile, run->d);
  ptrdiff_t room = run->bands ? 0 : sgdl_times(2 * stepper->tile, wider);
  ptrdiff_t sums = sgdl_times(run->layout.n_scalars, stepper->tile);
  double total = (double)stepper->scratch_size + (double)tile + (double)room + (double)sums;
  if (stepper->scratch_size < 0 || tile < 0 || room < 0 || sums < 0 || total > (double)(PTRDIFF_MAX / 16))
    return -1;
  return (stepper->scratch_size + tile + room + sums + lines - 1) / lines * lines;
}

static sgdl_status allocate_work(sgdl_context *ctx, sgdl_run *run)
{
  const double most_sums = 1 << 20;
  ptrdiff_t n_paths = run->sim->n_paths;
  run->scratch_size = scratch_size(run);
  ptrdiff_t work = sgdl_times(run->threads, run->scratch_size);
  if (run->stepper.serial) work += run->stepper.state_size * n_paths;
  SGDL_TRY(sgdl_alloc(ctx, &run->scratch, work, "the work of the threads"));
  if (run->layout.n_scalars == 0) return SGDL_OK;
  double per_record = (double)run->layout.n_scalars * (double)run->pieces * (double)n_paths;
  run->sum_records = per_record > most_sums / 8.0 ? 8 : (ptrdiff_t)(most_sums / per_record);
  run->sums_size = sgdl_times((ptrdiff_t)per_record, run->sum_records);
  return sgdl_alloc(ctx, &run->sums, run->sums_size, "the sums of the summaries");
}

/* Starting positions in recorded coordinates, for displacements from the start. */
static sgdl_status keep_start(sgdl_context *ctx, sgdl_run *run)
{
  const sgdl_summary_layout *l = &run->layout;
  ptrdiff_t d = run->d;
  double *work = NULL;
  if (l->start < 0) return SGDL_OK;
  if (run->observer.whole) SGDL_TRY(sgdl_alloc(ctx, &work, sgdl_times(4, d), "a starting point"));
  for (ptrdiff_t path = 0; path < l->n_paths; path++) {
    const double *from = path_state(run, path);
    if (work) {
      memcpy(work, from, 2 * (size_t)d * sizeof *work);
      sgdl_project_centre(&run->observer.projection, 1, work);
      sgdl_project(&run->observer.projection, 1, 0, work, work + 2 * d);
      from = work + 2 * d;
    }
    memcpy(path_vectors(run, path) + l->start * l->stride, from, (size_t)d * sizeof *from);
  }
  free(work);
  return SGDL_OK;
}

/* Everything before the first step. */
static sgdl_status prepare(sgdl_context *ctx, sgdl_run *run, const sgdl_memory *memory)
{
  const sgdl_simulation *sim = run->sim;
  SGDL_TRY(sgdl_stepper_create(ctx, run->model, sim, &run->stepper));
  SGDL_TRY(sgdl_observer_init(ctx, run->model, sim, run->stepper.in_modes, &run->observer));
  sgdl_summary_layout_init(sim, run->d, &run->layout);
  run->bands = run->stepper.advance_band && !run->observer.whole && !run->observer.direct;
  run->pieces = run->bands ? (run->d + SGDL_PIECE - 1) / SGDL_PIECE : 1;
  run->device = sgdl_run_wants_device(run) ? sgdl_backend_of(ctx) : NULL;
  if (run->device) SGDL_TRY(sgdl_alloc(ctx, &run->device_maps, sgdl_times(4, run->d), "the maps of the modes"));
  run->threads = run->stepper.serial ? 1 : sgdl_threads(ctx);
  if (run->threads > sgdl_times(sim->n_paths, run->pieces)) run->threads = (int)(sim->n_paths * run->pieces);
  SGDL_TRY(allocate_work(ctx, run));
  SGDL_TRY(allocate_state(ctx, run, memory));
  SGDL_TRY(sgdl_starting_states(ctx, run->model, sim, &run->stepper, run->states));
  return keep_start(ctx, run);
}

sgdl_status sgdl_run_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                            sgdl_run **run)
{
  return sgdl_run_create_in(ctx, model, sim, NULL, run);
}

sgdl_status sgdl_run_create_in(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               const sgdl_memory *memory, sgdl_run **run)
{
  ctx->message[0] = '\0';
  *run = NULL;
  SGDL_TRY(sgdl_simulation_check(ctx, model, sim));
  sgdl_run *made = calloc(1, sizeof *made);
  if (!made) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  made->model = model;
  made->sim = sim;
  made->d = model->dim;
  int blas_threads = sgdl_blas_single_begin();
  sgdl_status status = prepare(ctx, made, memory);
  sgdl_blas_single_end(blas_threads);
  if (status == SGDL_OK)
    *run = made;
  else
    sgdl_run_free(made);
  return status;
}

void sgdl_run_free(sgdl_run *run)
{
  if (!run) return;
  if (run->stepper.destroy) run->stepper.destroy(&run->stepper);
  sgdl_observer_free(&run->observer);
  if (!run->borrowed) free(run->head);
  free(run->scratch);
  free(run->device_maps);
  free(run->sums);
  free(run);
}
