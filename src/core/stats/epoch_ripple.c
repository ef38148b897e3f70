/* Ripple of the MSD at whole epochs; see sgdl_stats.h. */
#include <math.h>

#include "band.h"
#include "exponent_common.h"
#include "gaussian_msd.h"

enum { MOST_EPOCHS = 8 };

/* Frames nearest to a half, one, one and a half, ... epochs, at least two frames apart; how many whole epochs
 * have both neighbours up to `last`. */
static int choose_lags(double epoch, double last, double *lags)
{
  int epochs = 0;
  if (epoch < 4.0) return 0;
  while (epochs < MOST_EPOCHS && floor((epochs + 1.5) * epoch + 0.5) <= last) epochs++;
  for (int k = 0; k < 2 * epochs + 1; k++) lags[k] = floor(0.5 * (k + 1) * epoch + 0.5);
  return epochs;
}

sgdl_status sgdl_epoch_ripple(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              double epoch, double last, sgdl_ripple *result)
{
  enum { MOST = 2 * MOST_EPOCHS + 1 };
  sgdl_segments s;
  double lags[MOST], log_msd[MOST], C[MOST * MOST], weight[MOST] = { 0 }, variance = 0.0;
  ctx->message[0] = '\0';
  *result = (sgdl_ripple){ 0, NAN, NAN, NAN };
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  if (!(epoch >= 1.0) || isinf(epoch))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`epoch` = %g: expected a finite number of frames >= 1", epoch);
  int epochs = choose_lags(epoch, fmin(last, (double)(T / 2)), lags);
  ptrdiff_t n = 2 * epochs + 1;
  if (epochs == 0) return SGDL_OK;
  SGDL_TRY(sgdl_log_msd(ctx, &s, n, lags, (ptrdiff_t)lags[n - 1], log_msd, C));
  for (int j = 0; j < epochs; j++) {
    ptrdiff_t k = 2 * j + 1;
    double right = log(lags[k] / lags[k - 1]) / log(lags[k + 1] / lags[k - 1]);
    weight[k - 1] -= (1.0 - right) / epochs;
    weight[k] += 1.0 / epochs;
    weight[k + 1] -= right / epochs;
  }
  result->ripple = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) {
    result->ripple += weight[i] * log_msd[i];
    for (ptrdiff_t j = 0; j < n; j++) variance += weight[i] * weight[j] * C[i + n * j];
  }
  result->epochs = epochs;
  result->se = sqrt(fmax(variance, 0.0));
  result->p_value = result->se > 0.0 ? sgdl_normal_two_sided(result->ripple / result->se)
                                     : result->ripple == 0.0;
  return SGDL_OK;
}
