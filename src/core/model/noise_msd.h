/* Stationary, phase-averaged mean squared displacement of one mode at many lags: what does not
 * depend on the lag is done once. */
#ifndef SGDL_NOISE_MSD_H
#define SGDL_NOISE_MSD_H

#include "mode_response.h"
#include "noise.h"

typedef struct sgdl_noise_msd {
  const sgdl_noise *noise;
  sgdl_mode mode;
  sgdl_real amplitude, tau;                 /* psi = amplitude (T + tau s)                    */
  sgdl_real M;                              /* steps in an epoch; 0: white noise              */
  sgdl_real within;                         /* sum over h < M of (M-h) (T_h + tau s_h)         */
  sgdl_real after_s, after_T;               /* M^2 x_M - sum_{|i|<M} (M-|i|) x_{M+i}, x = s, T */
  double settled;                           /* steps after which a position is forgotten to rounding */
  int stable;                               /* kappa >= 0                                     */
} sgdl_noise_msd;

/* O(log M) under epochs, O(1) otherwise. `noise` is borrowed. */
void sgdl_noise_msd_begin(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                          double kappa, sgdl_noise_msd *m);
/* sgdl_noise_half_msd() at lag k: O(1), or O(log k) under epochs for k < M. */
double sgdl_noise_msd_half(const sgdl_noise_msd *m, double k);
/* The same with its slope per step, white noise under Langevin. */
double sgdl_noise_msd_half_slope(const sgdl_noise_msd *m, double k, double *slope);

#endif
