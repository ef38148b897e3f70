/* Covariances of fractional Gaussian noise, the increments of fractional Brownian motion. */
#ifndef SGDL_FRACTIONAL_H
#define SGDL_FRACTIONAL_H

#include "base.h"

/* r_k = (|k+1|^alpha - 2 |k|^alpha + |k-1|^alpha)/2 and (optional) dr_k = dr_k/dalpha, k < n, alpha in (0,
 * 2); log_k[k] = log k. To a few units in the last place of r_0, and of r_k where k >= 4. */
void sgdl_fbm_covariance(ptrdiff_t n, double alpha, const double *log_k, double *r, double *dr);

#endif
