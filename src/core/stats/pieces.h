/* Sums of squared displacements of stretches of paths: what every time-averaged MSD is made of. */
#ifndef SGDL_PIECES_H
#define SGDL_PIECES_H

#include "../base/base.h"

/* n consecutive frames of d coordinates, coordinate c at x + stride c. gaps: some numbers are NaN, a missing
 * frame in all coordinates at once. */
typedef struct sgdl_piece {
  const double *x;
  ptrdiff_t stride, n;
  int gaps;
} sgdl_piece;

typedef struct sgdl_pieces {
  ptrdiff_t count, d;
  const sgdl_piece *piece;
  const double *weights;             /* of the coordinates; NULL: all 1                      */
  ptrdiff_t n_lags;
  const double *lags;                /* strictly increasing integers >= 1                    */
  int full;                          /* accuracy "full": 1e-12 by many levels, else 1e-11    */
  double progress_from, progress_to; /* the share of the whole call's progress               */
} sgdl_pieces;

/* Displacements with both ends there: counts, n_lags x pieces. */
sgdl_status sgdl_pieces_count(sgdl_context *ctx, const sgdl_pieces *p, double *counts);

/* sums[l + n_lags g] = sum_c w_c sum_i (x[i + m] - x[i])^2, m = lags[l], over the displacements counted; 0
 * where there are none. To about 1e-11 (full: 1e-12) of each value; the bits do not depend on the threads.
 * redone (n_lags, optional): 1 where some piece had to be summed directly after its transforms, for the bound
 * on their rounding was too large; others are left alone. */
sgdl_status sgdl_pieces_sums(sgdl_context *ctx, const sgdl_pieces *p, const double *counts, double *sums,
                             char *redone);

/* sum_i (x[i + m] - x[i])^2, i < n: eight lanes, so that the order is the same for every vector width. With
 * gaps: over those that are not NaN. */
double sgdl_squared_displacements(const double *x, ptrdiff_t m, ptrdiff_t n, int gaps);

#endif
