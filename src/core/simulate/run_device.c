/* Runs whose paths a device moves, all at once: jobs of the backend contract for the steps of a block. */
#include "run.h"

#include <math.h>

int sgdl_run_wants_device(const sgdl_run *run)
{
  const sgdl_simulation *sim = run->sim;
  return run->stepper.device_job && !sim->record_steps && !run->layout.kinds && sim->n_observed == 0;
}

/* Records of the run that go to rows: [*from, *to). */
static void recorded_range(const sgdl_recording *recording, ptrdiff_t *from, ptrdiff_t *to)
{
  int wanted = recording->theta || recording->velocity;
  *from = recording->first;
  *to = wanted ? recording->first + recording->rows : recording->first;
}

/* Last step of a stretch from `step` on whose records all go to rows, or none does. */
static ptrdiff_t stretch_end(const sgdl_run *run, ptrdiff_t step, ptrdiff_t end, ptrdiff_t from, ptrdiff_t to)
{
  ptrdiff_t every = run->sim->record_every, next = sgdl_records_until(run->sim, step);
  ptrdiff_t change = next < from ? from : next < to ? to : -1; /* the first record that is treated otherwise */
  if (change < 0 || change > end / every) return end;
  return change * every - 1;
}

static sgdl_status move(sgdl_run *run, sgdl_context *ctx, ptrdiff_t step, ptrdiff_t end, ptrdiff_t row,
                        const sgdl_recording *recording, ptrdiff_t *moved)
{
  const sgdl_model *model = run->model;
  const sgdl_simulation *sim = run->sim;
  int parameters = !sim->record_modes;
  sgdl_ensemble_job job = {.d = run->d, .n_paths = sim->n_paths, .n_steps = end - step,
                           .record_every = sim->record_every, .rows = recording->rows, .seed = sim->seed,
                           .step = (uint64_t)step, .stream = SGDL_STREAM_NOISE, .stride = run->stepper.state_size,
                           .states = run->states, .vectors = parameters ? model->vectors : NULL,
                           .offset = parameters ? model->minimiser : NULL};
  if (row >= 0 && recording->theta) job.theta = recording->theta + row;
  if (row >= 0 && recording->velocity) job.velocity = recording->velocity + row;
  run->stepper.device_job(&run->stepper, run->device_maps, &job);
  *moved = job.n_steps;
  return run->device->ensemble(ctx, &job);
}

sgdl_status sgdl_run_device_block(sgdl_run *run, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t end,
                                  const sgdl_recording *recording, ptrdiff_t *path)
{
  ptrdiff_t from, to, size = run->stepper.state_size;
  recorded_range(recording, &from, &to);
  for (ptrdiff_t step = first, moved; step < end; step += moved) {
    ptrdiff_t next = sgdl_records_until(run->sim, step), row = next >= from && next < to ? next - from : -1;
    SGDL_TRY(move(run, ctx, step, stretch_end(run, step, end, from, to), row, recording, &moved));
  }
  *path = -1;
  for (ptrdiff_t p = 0; p < run->sim->n_paths && *path < 0; p++)
    for (ptrdiff_t i = 0; i < 2 * run->d; i++)
      if (!isfinite(run->states[i + size * p])) {
        *path = p;
        break;
      }
  return SGDL_OK;
}
