/* What a simulation is asked to be: defaults, checks of every field, and the call that does it all at once. */
#include "run.h"

#include <math.h>

void sgdl_simulation_init(sgdl_simulation *sim)
{
  *sim = (sgdl_simulation){.method = SGDL_EXACT, .steps = 1, .n_paths = 1, .substeps = 1, .record_every = 1};
}

/* ---- model and starting points ---- */

/* Steppers in parameters that are recorded in parameters do without the modes. */
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

static sgdl_status check_model(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  sgdl_model_report report;
  sgdl_model checked = *model;
  SGDL_TRY(sgdl_method_check(ctx, model, sim));
  SGDL_TRY(check_modes(ctx, model, sim));
  if (sim->objective) checked.rho = NULL; /* a loss that is not the model's quadratic one: it may run past its limit */
  if (sim->method == SGDL_MINIBATCH) /* takes its batches as they come, under either dynamics */
    SGDL_TRY(sgdl_hyper_check(ctx, &model->hyper));
  else
    SGDL_TRY(sgdl_model_check(ctx, &checked, &report));
  SGDL_TRY(check_points(ctx, "theta0", model->dim, sim->n_paths, sim->theta0, sim->theta0_per_path));
  return check_points(ctx, "v0", model->dim, sim->n_paths, sim->v0, sim->v0_per_path);
}

/* ---- steps ---- */

/* The counters of sgdl_philox give the path 32 bits and the step 56. */
static sgdl_status check_counts(sgdl_context *ctx, const sgdl_simulation *sim)
{
  const ptrdiff_t most_paths = (ptrdiff_t)UINT32_MAX, most_steps = (ptrdiff_t)1 << 53;
  if (sim->steps < 1 || sim->steps > most_steps)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` = %td: expected an integer from 1 to 2^53", sim->steps);
  if (sim->n_paths < 1 || sim->n_paths > most_paths)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`nsim` = %td: expected an integer from 1 to 2^32 - 1",
                     sim->n_paths);
  return SGDL_OK;
}

static sgdl_status check_record_steps(sgdl_context *ctx, const sgdl_simulation *sim)
{
  if (!sim->record_steps) {
    if (sim->record_every >= 1) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`record` = %td: expected an integer >= 1", sim->record_every);
  }
  if (sim->n_record < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`record` has %td steps: expected at least one", sim->n_record);
  double before = -1.0;
  for (ptrdiff_t r = 0; r < sim->n_record; before = sim->record_steps[r++]) {
    double step = sim->record_steps[r];
    if (!(step >= 0.0 && step <= (double)sim->steps && step == floor(step)))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`record[%td]` = %g: expected a step, an integer from 0 to %td",
                       r + 1, step, sim->steps);
    if (step <= before)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`record[%td]` = %.0f: expected more than the %.0f before it",
                       r + 1, step, before);
  }
  return SGDL_OK;
}

/* ---- what is recorded ---- */

static sgdl_status check_directions(sgdl_context *ctx, ptrdiff_t d, const sgdl_simulation *sim)
{
  SGDL_TRY(sgdl_check_finite(ctx, "observe", sim->directions, sgdl_times(d, sim->n_observed), d));
  for (ptrdiff_t q = 0; q < sim->n_observed; q++) {
    const double *direction = sim->directions + q * d;
    ptrdiff_t i = 0;
    while (i < d && direction[i] == 0.0) i++;
    if (i == d)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`observe[, %td]` = 0: expected a direction that is not zero",
                       q + 1);
  }
  return SGDL_OK;
}

static sgdl_status check_observed(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  ptrdiff_t d = model->dim;
  int some = sim->coordinates || sim->directions;
  if ((sim->coordinates && sim->directions) || some != (sim->n_observed > 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`observe` has %td columns: expected coordinates or directions, one or more",
                     sim->n_observed);
  for (ptrdiff_t q = 0; sim->coordinates && q < sim->n_observed; q++)
    if (sim->coordinates[q] < 0 || sim->coordinates[q] >= d)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`observe[%td]` = %td: expected a coordinate from 1 to %td",
                       q + 1, sim->coordinates[q] + 1, d);
  if (sim->directions) SGDL_TRY(check_directions(ctx, d, sim));
  ptrdiff_t records = sgdl_simulation_records(sim), width = sgdl_simulation_width(model, sim);
  if (sgdl_times(sgdl_times(records, width), sim->n_paths) < 0)
    return sgdl_fail(ctx, SGDL_TOO_LARGE,
                     "%td records of %td coordinates in %td paths: more than memory can address", records,
                     width, sim->n_paths);
  return SGDL_OK;
}

static sgdl_status check_lags(sgdl_context *ctx, const sgdl_simulation *sim)
{
  ptrdiff_t records = sgdl_simulation_records(sim);
  if (sim->record_steps)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`summaries` = \"msd\" counts lags in records evenly apart: expected `record` to be one "
                     "number, every how many steps");
  if (!sim->lags || sim->n_lags < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`lags` is missing: `summaries` = \"msd\" needs at least one, in recorded steps");
  double before = 0.0;
  for (ptrdiff_t k = 0; k < sim->n_lags; before = sim->lags[k++]) {
    double lag = sim->lags[k];
    if (!(lag >= 1.0 && lag < (double)records && lag == floor(lag)))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`lags[%td]` = %g: expected an integer from 1 to %td, the records after the first",
                       k + 1, lag, records - 1);
    if (lag <= before)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lags[%td]` = %.0f: expected more than the %.0f before it",
                       k + 1, lag, before);
  }
  return SGDL_OK;
}

static sgdl_status check_summaries(sgdl_context *ctx, const sgdl_simulation *sim)
{
  const int all = SGDL_MOMENTS | SGDL_DISPLACEMENT | SGDL_LOCAL_DISPLACEMENT | SGDL_ONLINE_MSD;
  if (sim->summaries & ~all)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`summaries` = %d: expected a sum of 1, 2, 4 and 8",
                     sim->summaries);
  return sim->summaries & SGDL_ONLINE_MSD ? check_lags(ctx, sim) : SGDL_OK;
}

/* ---- the optimiser ---- */

static sgdl_status check_nesterov(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  if (sim->dampening != 0.0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dampening` = %g: expected 0 with `nesterov`, as in PyTorch",
                     sim->dampening);
  for (ptrdiff_t k = 0; k < (sim->momentum ? sim->steps : 1); k++) {
    double momentum = sim->momentum ? sim->momentum[k] : model->hyper.momentum;
    if (momentum <= 0.0)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`momentum` = %g: expected more than 0 with `nesterov`",
                       momentum);
  }
  return SGDL_OK;
}

static sgdl_status check_optimiser(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  int changed = sim->nesterov || sim->dampening != 0.0;
  if (!(sim->dampening >= 0.0 && sim->dampening < 1.0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dampening` = %g: expected a number in [0, 1)", sim->dampening);
  if (changed && sim->start_stationary)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`start` = \"stationary\" draws from the law of SGD without `%s`; start from a point",
                     sim->nesterov ? "nesterov" : "dampening");
  return sim->nesterov ? check_nesterov(ctx, model, sim) : SGDL_OK;
}

static sgdl_status check_schedules(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  sgdl_schedule schedule = sgdl_schedule_of(model, sim);
  SGDL_TRY(sgdl_schedule_check(ctx, &schedule, sim->steps));
  if (!sim->batch_size) return SGDL_OK;
  for (ptrdiff_t k = 0; model->n_examples > 0 && k < sim->steps; k++)
    if (sim->batch_size[k] > (double)model->n_examples)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`batch_size[%td]` = %.0f: expected an integer from 1 to the %td examples", k + 1,
                       sim->batch_size[k], model->n_examples);
  return SGDL_OK;
}

sgdl_status sgdl_simulation_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  SGDL_TRY(check_counts(ctx, sim));
  SGDL_TRY(check_record_steps(ctx, sim));
  SGDL_TRY(check_model(ctx, model, sim));
  SGDL_TRY(check_observed(ctx, model, sim));
  SGDL_TRY(check_summaries(ctx, sim));
  SGDL_TRY(check_optimiser(ctx, model, sim));
  return check_schedules(ctx, model, sim);
}

/* ---- all in one call ---- */

sgdl_status sgdl_simulate(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                          double *theta, double *velocity, ptrdiff_t *records_done)
{
  sgdl_run *run;
  *records_done = 0;
  SGDL_TRY(sgdl_run_create(ctx, model, sim, &run));
  sgdl_recording recording = {.theta = theta, .velocity = velocity, .rows = sgdl_simulation_records(sim)};
  sgdl_status status = sgdl_run_advance(run, ctx, sim->steps, &recording);
  *records_done = recording.done;
  sgdl_run_free(run);
  return status;
}
