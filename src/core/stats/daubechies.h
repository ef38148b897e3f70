/* Daubechies' wavelet filters of least support. */
#ifndef SGDL_DAUBECHIES_H
#define SGDL_DAUBECHIES_H

#include "../base/base.h"

enum { SGDL_MOST_MOMENTS = 10 };

/* Low-pass (scaling) and high-pass (wavelet) filters, 2 moments long, 1 <= moments <= SGDL_MOST_MOMENTS:
 *   sum low = sqrt 2, sum_k low[k] low[k + 2 m] = [m = 0], sum_k k^p high[k] = 0 for p < moments,
 *   high[k] = (-1)^k low[2 moments - 1 - k].
 * By spectral factorisation, the roots inside the unit circle (Daubechies 1988); some 1e-13 at 10 moments. */
void sgdl_daubechies(int moments, double *low, double *high);

#endif
