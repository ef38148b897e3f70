/* Coordinates or projections of a trajectory, or their differences; see signal.h. */
#include "signal.h"

#include <math.h>
#include <string.h>

sgdl_status sgdl_signal_open(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                             ptrdiff_t n_directions, const double *directions, double unit, sgdl_signal *s)
{
  *s = (sgdl_signal){ .n = directions ? n_directions : d, .directions = directions, .unit = unit,
                      .length = unit > 0 ? T - 1 : T };
  if (!(unit >= 0 && isfinite(unit)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`unit` = %g: expected a finite number >= 0", unit);
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s->x));
  if (!directions) return SGDL_OK;
  SGDL_TRY(sgdl_check_finite(ctx, "direction", directions, sgdl_times(d, n_directions), d));
  for (ptrdiff_t c = 0; c < n_directions; c++) {
    double largest = 0;
    for (ptrdiff_t i = 0; i < d; i++) largest = fmax(largest, fabs(directions[i + c * d]));
    if (!(largest > 0))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`direction` %td is zero: expected one with a length", c + 1);
  }
  return SGDL_OK;
}

void sgdl_signal_fill(const sgdl_signal *s, ptrdiff_t c, ptrdiff_t path, double *out)
{
  ptrdiff_t T = s->x.T, d = s->x.d;
  const double *from = s->x.x + T * d * path;
  if (s->directions) {
    memset(out, 0, (size_t)T * sizeof *out);
    for (ptrdiff_t k = 0; k < d; k++) {
      double weight = s->directions[k + c * d];
      if (weight == 0) continue;
      for (ptrdiff_t i = 0; i < T; i++) out[i] += weight * from[i + k * T];
    }
  } else {
    memcpy(out, from + c * T, (size_t)T * sizeof *out);
  }
  if (s->unit > 0)
    for (ptrdiff_t i = 0; i + 1 < T; i++) out[i] = (out[i + 1] - out[i]) / s->unit;
}
