/* Checks of trajectories, with the place of the first bad number. */
#include "segments.h"

#include <math.h>

/* As sgdl_check_finite, naming frame, coordinate and path. */
static sgdl_status check_frames_finite(sgdl_context *ctx, const sgdl_segments *s)
{
  ptrdiff_t n = s->T * s->d * s->n_paths, i = 0;
  sgdl_status status = sgdl_check_finite(ctx, "x", s->x, n, 0);
  if (status == SGDL_OK) return SGDL_OK;
  while (isfinite(s->x[i])) i++;
  return sgdl_fail(ctx, status, "`x[frame %td, coordinate %td, path %td]` = %s: expected a finite number",
                   i % s->T + 1, i / s->T % s->d + 1, i / s->T / s->d + 1,
                   isnan(s->x[i]) ? "NaN" : s->x[i] > 0 ? "Inf" : "-Inf");
}

sgdl_status sgdl_segments_open(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                               const double *x, sgdl_segments *s)
{
  const ptrdiff_t most = PTRDIFF_MAX / (ptrdiff_t)sizeof(double);
  if (d < 1 || n_paths < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`x` has %td coordinates in %td paths: expected at least one of each", d, n_paths);
  if (T < 3)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least 3", T);
  if (d > most / T || n_paths > most / T / d)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`x` has %td x %td x %td elements: expected fewer than %td", T, d,
                     n_paths, most);
  *s = (sgdl_segments){ x, T, d, n_paths, 1, T, 0.0, 1.0 };
  return check_frames_finite(ctx, s);
}
