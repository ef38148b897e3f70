/* Which method can simulate which model, and the stepper that does it. */
#include "engine.h"

sgdl_status sgdl_method_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  switch (sim->method) {
  case SGDL_EXACT:
    if (model->dynamics == SGDL_LANGEVIN) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"exact\" needs a model with dynamics = \"langevin\"; for SGD "
                     "itself use method = \"sgd\"");
  case SGDL_GAUSSIAN_SGD:
    if (model->dynamics == SGDL_SGD) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"sgd\" needs a model with dynamics = \"sgd\"; for the Langevin "
                     "model use method = \"exact\"");
  case SGDL_MINIBATCH:
    return SGDL_OK;
  default:
    break;
  }
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`method` = %d: expected exact (0), sgd (1) or minibatch (2)",
                   (int)sim->method);
}

sgdl_status sgdl_stepper_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                sgdl_stepper *stepper)
{
  if (sim->method == SGDL_MINIBATCH) return sgdl_minibatch_create(ctx, model, sim, stepper);
  return sgdl_linear_create(ctx, model, sim, stepper);
}
