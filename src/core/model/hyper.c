/* Hyperparameters of SGD: validation, and what the Langevin model makes of them.
 * THEORY sections 1 and 2. */
#include "../base/base.h"

#include <math.h>

sgdl_status sgdl_hyper_check(sgdl_context *ctx, const sgdl_hyper *hyper)
{
  if (!(isfinite(hyper->lr) && hyper->lr > 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lr` = %g: expected a finite number > 0", hyper->lr);
  if (!(hyper->momentum > -1 && hyper->momentum < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`momentum` = %g: expected a number in (-1, 1)",
                     hyper->momentum);
  if (!(isfinite(hyper->weight_decay) && hyper->weight_decay >= 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`weight_decay` = %g: expected a finite number >= 0",
                     hyper->weight_decay);
  if (!(isfinite(hyper->batch_size) && hyper->batch_size >= 1
        && hyper->batch_size == floor(hyper->batch_size)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`batch_size` = %g: expected a whole number >= 1",
                     hyper->batch_size);
  return SGDL_OK;
}

void sgdl_hyper_derive(const sgdl_hyper *hyper, sgdl_hyper_derived *derived)
{
  double eta = hyper->lr, beta = hyper->momentum;
  derived->mass = eta * (1 + beta) / 2;
  derived->damping = (1 - beta) / derived->mass;
  derived->inverse_temperature = hyper->batch_size * (1 - beta) * (1 + beta);
  derived->temperature = 1 / derived->inverse_temperature;
}
