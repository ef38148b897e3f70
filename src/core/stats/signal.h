/* The series that velocities and spectra are made of: coordinates of a trajectory, or projections on
 * directions, as they are or as differences from frame to frame. */
#ifndef SGDL_SIGNAL_H
#define SGDL_SIGNAL_H

#include "segments.h"

typedef struct sgdl_signal {
  sgdl_segments x;          /* whole paths                                                     */
  ptrdiff_t n;              /* series a path: d, or directions                                 */
  const double *directions; /* d x n, or NULL                                                  */
  double unit;              /* 0: x itself; else (x[i+1] - x[i])/unit                          */
  ptrdiff_t length;         /* T, or T - 1                                                     */
} sgdl_signal;

/* Checks x (finite, at least 3 frames) and directions (finite, none of length zero). */
sgdl_status sgdl_signal_open(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                             ptrdiff_t n_directions, const double *directions, double unit, sgdl_signal *s);
/* Series c of a path: `length` numbers. */
void sgdl_signal_fill(const sgdl_signal *s, ptrdiff_t c, ptrdiff_t path, double *out);

#endif
