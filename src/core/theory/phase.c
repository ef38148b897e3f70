/* The stationary state under epochs as it is some steps into an epoch. THEORY section 6. */
#include "stationary.h"

sgdl_status sgdl_stationary_at_phase(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t phase,
                                     double *theta, double *velocity, double *cross, double trace[2],
                                     int *exists)
{
  sgdl_modes modes = { 0 };
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  if (!modes.noise.epoch) {
    status = sgdl_fail(ctx, SGDL_UNSUPPORTED, "`phase` = %td: expected a model with sampling = \"epoch\", "
                       "other schemes have no phase", phase);
    goto done;
  }
  if (phase < 0 || phase >= modes.noise.steps) {
    status = sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`phase` = %td: expected 0 (epoch ends) to %td, an epoch has "
                       "%td steps", phase, modes.noise.steps - 1, modes.noise.steps);
    goto done;
  }
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  SGDL_GET(sgdl_law_at_phase(ctx, model, &modes, (double)phase, &law));
  status = sgdl_stationary_of_law(ctx, &law, theta, velocity, cross, trace, exists);
done:
  sgdl_law_free(&law);
  sgdl_modes_free(&modes);
  return status;
}
