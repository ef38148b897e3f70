/* Time-averaged mean squared displacement of each segment of a trajectory. */
#ifndef SGDL_CURVES_H
#define SGDL_CURVES_H

#include "segments.h"

/* curves[l + n_lags g] = (1/(L - m)) sum_{i < L - m} |x[i + m] - x[i]|^2, m = lags[l] < L, in segment g of
 * length L; n_lags x segments. To about 1e-11 of each value, bits not depending on the threads. */
sgdl_status sgdl_msd_curves(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                            double *curves);

/* Mean over the n columns of curves, and its standard error from their spread (NaN for one); either may be
 * NULL. */
void sgdl_curves_mean(ptrdiff_t n_lags, ptrdiff_t n, const double *curves, double *mean, double *se);

#endif
