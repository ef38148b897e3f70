/* Oscillations of the modes: damping regime, period, quality factor. THEORY sections 2 and 4. */
#include "../model/mode.h"
#include "../model/modes.h"

#include <math.h>

const char *sgdl_regime_string(sgdl_regime regime)
{
  static const char *const names[] = { "flat", "overdamped", "critical", "underdamped", "alternating",
                                      "saddle" };
  return regime >= SGDL_FLAT_MODE && regime <= SGDL_SADDLE_MODE ? names[regime] : "unknown";
}

sgdl_status sgdl_oscillations(sgdl_context *ctx, const sgdl_model *model, double *gamma, double *omega,
                              int *regime, double *period, double *quality, double *critical_momentum)
{
  const sgdl_hyper *h = &model->hyper;
  sgdl_modes modes = { 0 };
  SGDL_TRY(sgdl_modes_init(ctx, model, &modes));
  for (ptrdiff_t l = 0; l < modes.d; l++) {
    double kappa = modes.kappa[l];
    gamma[l] = sgdl_mode_gamma(model->dynamics, h, kappa);
    omega[l] = sgdl_mode_omega(model->dynamics, h, kappa);
    regime[l] = sgdl_mode_regime(model->dynamics, h, kappa);
    period[l] = sgdl_mode_period(model->dynamics, h, kappa);
    quality[l] = isinf(gamma[l]) ? 0 : omega[l] / (2 * gamma[l]); /* SGD without momentum */
    critical_momentum[l] = sgdl_mode_critical_momentum(model->dynamics, h, kappa);
  }
  sgdl_modes_free(&modes);
  return SGDL_OK;
}
