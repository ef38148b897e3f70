/* Spectral density of fractional Gaussian noise, and of the power law it follows at low frequencies. */
#ifndef SGDL_FRACTIONAL_SPECTRUM_H
#define SGDL_FRACTIONAL_SPECTRUM_H

#include "../base/base.h"

/* sum_{k >= 0} (k + q)^-s, s > 1, 0 < q <= 1 (Hurwitz), to about 1e-15 relative, and minus its derivative by
 * s. */
void sgdl_hurwitz(double s, double q, double *zeta, double *minus_derivative);

/* log of sum_k r_k cos(k lambda), r the autocovariance of the increments of fractional Brownian motion with
 * E (x[i+1] - x[i])^2 = 1, exponent a in (0, 2), 0 < lambda <= pi:
 *   g(lambda) = 2 Gamma(a + 1) sin(pi a/2) (1 - cos lambda) sum_k |lambda + 2 pi k|^(-a-1),
 * and its derivative by a. */
void sgdl_fractional_log_density(double lambda, double a, double *log_density, double *derivative);
/* The same of its limit for small lambda, Gamma(a + 1) sin(pi a/2) lambda^(1-a); any a, without the constant
 * where a is not in (0, 2). */
void sgdl_power_log_density(double lambda, double a, double *log_density, double *derivative);

#endif
