/* Hyperparameters over steps: the model's, or one entry per step where a schedule is given. */
#include "engine.h"

sgdl_schedule sgdl_schedule_of(const sgdl_model *model, const sgdl_simulation *sim)
{
  return (sgdl_schedule){model->hyper, sim->lr, sim->momentum, sim->batch_size};
}

int sgdl_schedule_constant(const sgdl_schedule *schedule)
{
  return !schedule->lr && !schedule->momentum && !schedule->batch_size;
}

sgdl_hyper sgdl_schedule_at(const sgdl_schedule *schedule, uint64_t step)
{
  sgdl_hyper h = schedule->model;
  if (schedule->lr) h.lr = schedule->lr[step];
  if (schedule->momentum) h.momentum = schedule->momentum[step];
  if (schedule->batch_size) h.batch_size = schedule->batch_size[step];
  return h;
}

sgdl_status sgdl_schedule_check(sgdl_context *ctx, const sgdl_schedule *schedule, ptrdiff_t steps)
{
  if (sgdl_schedule_constant(schedule)) return sgdl_hyper_check(ctx, &schedule->model);
  for (ptrdiff_t k = 0; k < steps; k++) {
    sgdl_hyper h = sgdl_schedule_at(schedule, (uint64_t)k);
    sgdl_status status = sgdl_hyper_check(ctx, &h);
    if (status == SGDL_OK) continue;
    sgdl_context reason = *ctx;
    return sgdl_fail(ctx, status, "step %td of the schedule: %s", k + 1, reason.message);
  }
  return SGDL_OK;
}
