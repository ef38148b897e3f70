/* For contrast: least squares of log MSD on log lag (diffusion_exponent(method = "ols") at its default lags) on
 * fractional Brownian motion, with the interval of textbooks (residuals taken as independent, Student's t) and with
 * that of the block bootstrap. */
#include <string.h>

#include "calibration.h"
#include "stats/student.h"

static void estimate(const calibration_case *c, sgdl_context *ctx, const double *x, calibration_outcome *out)
{
  static const double window[2] = {0.0, 0.0};
  const int naive = strcmp(c->method, "ols naive") == 0;
  sgdl_exponent e;
  out->failed = sgdl_exponent_ols(ctx, c->n + 1, 1, 1, x, window, 0.95, naive ? 20 : 999, 1, &e) != SGDL_OK;
  if (out->failed) return;
  double reach = naive ? sgdl_student_quantile(0.975, (double)(e.n_lags - 2)) * e.naive_se : 0.0;
  out->estimate = e.exponent;
  out->lower = naive ? e.exponent - reach : e.lower;
  out->upper = naive ? e.exponent + reach : e.upper;
}

int main(int argc, char **argv)
{
  static const ptrdiff_t full[] = {10000, 10000, 2000};
  const double scale = calibration_scale(argc, argv);
  calibration_header();
  for (int l = 0; l < 3; l++)
    for (int e = 0; e < 5; e++) {
      const ptrdiff_t n = calibration_lengths[l], replicates = calibration_replicates(full[l], scale);
      calibration_fbm("ols naive", n, calibration_exponents[e], replicates, estimate);
      calibration_fbm("ols bootstrap", n, calibration_exponents[e], replicates, estimate);
    }
  return 0;
}
