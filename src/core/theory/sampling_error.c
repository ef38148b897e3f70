/* How far one window's time-averaged mean squared displacement strays from its expectation. */
#include "steps.h"

#include <math.h>

/* MSD of a mode at lag k >= 0; 0 at lag 0. */
static double at(const double *msd, ptrdiff_t k)
{
  return k > 0 ? msd[k - 1] : 0;
}

/* Squared covariances of displacements over k frames that start s frames apart, times the number of such
 * pairs in a window of T frames, summed over s; for one mode. */
static double squares(ptrdiff_t T, const double *msd, ptrdiff_t k)
{
  ptrdiff_t origins = T - k;
  double sum = 0;
  for (ptrdiff_t s = 0; s < origins; s++) {
    double c = (at(msd, s + k) + at(msd, s > k ? s - k : k - s)) / 2 - at(msd, s);
    sum += (double)((s > 0 ? 2 : 1) * (origins - s)) * c * c;
  }
  return sum;
}

sgdl_status sgdl_msd_sampling_error(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, const double *per_mode,
                                    ptrdiff_t n, const double *lags, double *error)
{
  int threads = sgdl_threads(ctx);
  if (T < 2)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`T` = %td frames: expected at least 2", T);
  SGDL_TRY(sgdl_check_steps(ctx, n, lags, 1, 1));
  for (ptrdiff_t i = 0; i < n; i++)
    if (lags[i] >= (double)T)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lags`[%td] = %g: expected less than the %td frames", i + 1,
                       lags[i], T);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t i = 0; i < n; i++) {
    ptrdiff_t k = (ptrdiff_t)lags[i];
    double sum = 0;
    for (ptrdiff_t l = 0; l < d; l++)
      sum += squares(T, per_mode + l * (T - 1), k);
    error[i] = sqrt(2 * sum) / (double)(T - k);
  }
  return SGDL_OK;
}
