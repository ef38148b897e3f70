/* The structure function D(h) = E (x[i+h] - x[i])^2 of one coordinate at every lag, from its measured MSD:
 * what the covariance of the MSD needs. */
#ifndef SGDL_STRUCTURE_H
#define SGDL_STRUCTURE_H

#include "segments.h"

/* Lags to measure for it: every one up to 1/32 of `last` (the detail of short lags costs little noise), six a
 * decade from there to `last`, where only a smooth curve is wanted; dense > 0: every one up to `dense`
 * instead. lags: room for sgdl_structure_room(last, dense). */
ptrdiff_t sgdl_structure_room(ptrdiff_t last, ptrdiff_t dense);
sgdl_status sgdl_structure_lags(sgdl_context *ctx, ptrdiff_t last, ptrdiff_t dense, double *lags,
                                ptrdiff_t *n_lags);

/* structure[h], h < T, through msd (n_lags) at lags: a cubic spline in log-log from just before the first lag
 * that is left out on (monotone cubics where it would swing by half a unit), beyond the last through points of
 * a power law with the exponent of the last factor of four in [0, 2]. Where an msd is 0, straight lines and a
 * constant. */
void sgdl_structure_fill(ptrdiff_t T, ptrdiff_t n_lags, const double *lags, const double *msd,
                         double *structure);

#endif
