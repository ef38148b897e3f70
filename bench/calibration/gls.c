/* Calibration of diffusion_exponent(method = "gls") at its default lags on fractional Brownian motion. The bound is
 * that of all increments, without a drift: MSDs take none off. */
#include "calibration.h"

static void estimate(const calibration_case *c, sgdl_context *ctx, const double *x, calibration_outcome *out)
{
  static const double window[2] = {0.0, 0.0};
  sgdl_exponent_estimate e;
  out->failed = sgdl_exponent_gls(ctx, c->n + 1, 1, 1, x, window, 0.95, &e) != SGDL_OK;
  if (out->failed) {
    if (getenv("CALIBRATION_VERBOSE")) fprintf(stderr, "%s\n", ctx->message);
    return;
  }
  out->estimate = e.exponent;
  out->lower = e.lower;
  out->upper = e.upper;
}

int main(int argc, char **argv)
{
  static const ptrdiff_t full[] = {10000, 10000, 2000};
  const double scale = calibration_scale(argc, argv);
  calibration_header();
  for (int l = 0; l < 3; l++)
    for (int e = 0; e < 5; e++)
      calibration_fbm("gls", calibration_lengths[l], calibration_exponents[e],
                      calibration_replicates(full[l], scale), estimate);
  return 0;
}
