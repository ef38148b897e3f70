/* Lags: log-spaced ones made, a user's checked. */
#include "segments.h"

#include <math.h>

sgdl_status sgdl_lags_check(sgdl_context *ctx, ptrdiff_t n_lags, const double *lags, ptrdiff_t last)
{
  if (n_lags < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lags` has %td elements: expected at least one", n_lags);
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    if (!isfinite(lags[l]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE, "`lags[%td]` = %g: expected a finite number", l + 1, lags[l]);
    if (lags[l] != floor(lags[l]) || lags[l] < 1 || lags[l] > (double)last)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`lags[%td]` = %.10g: expected an integer from 1 to %td (in frames)", l + 1, lags[l],
                       last);
    if (l > 0 && lags[l] <= lags[l - 1])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`lags[%td]` = %.10g after %.10g: expected strictly increasing lags", l + 1, lags[l],
                       lags[l - 1]);
  }
  return SGDL_OK;
}

sgdl_status sgdl_log_lags(sgdl_context *ctx, ptrdiff_t first, ptrdiff_t last, double per_decade,
                          ptrdiff_t capacity, double *lags, ptrdiff_t *n_lags)
{
  if (first < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`first` = %td: expected a lag of at least 1 frame", first);
  if (last < first)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`last` = %td: expected at least `first` = %td", last, first);
  if (!(per_decade > 0) || !isfinite(per_decade))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`per_decade` = %g: expected a finite number > 0", per_decade);

  ptrdiff_t n = 0;
  double steps = INFINITY;
  for (ptrdiff_t lag = first; lag <= last; n++) {
    if (n == capacity)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`capacity` = %td: expected room for all lags from %td to %td",
                       capacity, first, last);
    lags[n] = (double)lag;
    /* Spread what is left evenly; where that is less than a frame apart, take every frame. */
    double left = (double)last / (double)lag;
    steps = fmax(1.0, fmin(steps - 1.0, floor(per_decade * log10(left) + 1e-9)));
    ptrdiff_t next = (ptrdiff_t)llround((double)lag * pow(left, 1.0 / steps));
    lag = next > lag ? next : lag + 1;
  }
  *n_lags = n;
  return SGDL_OK;
}
