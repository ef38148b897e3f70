/* Sampling schemes: the only place that knows how batches are drawn. THEORY section 6.
 *
 * One example's gradient has covariance Sigma. Every scheme gives the batch-gradient noise
 *   with replacement   Sigma/S at each step, white
 *   without            Sigma/S (N-S)/(N-1), white
 *   epochs             Sigma/S_b (N-S_b)/(N-1) at a step with batch S_b, -Sigma/(N-1) between any
 *                      two steps of one epoch, 0 between epochs
 * Averaged over the phase an epoch's noise autocovariance is Sigma u [ excess + M - 1 ] at lag 0 and
 * -Sigma u (M-h)/M at lag h < M, u = 1/(N-1), excess = N mean_b(1/S_b) - M >= 0 (the white floor that
 * a remainder batch leaves; 0 for equal batches, N/S - M when the remainder is dropped). */
#ifndef SGDL_NOISE_H
#define SGDL_NOISE_H

#include "../base/base.h"

typedef struct sgdl_noise {
  int epoch;            /* 0: white with `scale`                                             */
  double scale;         /* batch-noise covariance over Sigma at one step, averaged over phase */
  ptrdiff_t steps;      /* M, steps in an epoch (remainder batch counted if kept)            */
  ptrdiff_t full;       /* floor(N/S), batches of S                                          */
  ptrdiff_t remainder;  /* examples in the last, smaller batch; 0: none or dropped           */
  double N, S, u, excess;
} sgdl_noise;

/* model already passed sgdl_model_check. */
void sgdl_noise_scheme(const sgdl_model *model, sgdl_noise *noise);

/* Covariance of a pair of modes, per unit covariance of the one-example gradient (layout of mode.h),
 * stationary, averaged over the phase of the epoch. kappa = 0 allowed under epochs without white floor (the
 * limit); otherwise as sgdl_pair_stationary times scale. delta_i, delta_j: see below (NULL if white). */
void sgdl_noise_pair_stationary(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                double kappa_i, double kappa_j, const double *delta_i,
                                const double *delta_j, double c[4]);
/* Delta = sum_h w_h (I - F^h), w_h = (M-h)/(M(M-1)): what epochs leave of white noise, per mode. */
void sgdl_noise_delta(const sgdl_noise *noise, const sgdl_hyper *h, double kappa, double delta[4]);

/* Stationary, phase-averaged autocovariance of a pair at lag k >= 0 per unit Sigma, cov(z_i(t+k), z_j(t)) =
 * L_i r0 + r0 R_j' in the layout of mode.h, r0 = sgdl_pair_stationary. The first gives L and R of a mode,
 * O(log M). Two flat modes under a white floor: c[0] = Inf. */
void sgdl_noise_autocovariance(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                               double kappa, double k, double left[4], double right[4]);
void sgdl_noise_pair_autocovariance(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                    double kappa_i, double kappa_j, const double left_i[4],
                                    const double right_j[4], double c[4]);

/* Half the stationary, phase-averaged MSD of a mode over k steps per unit Sigma. */
double sgdl_noise_half_msd(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                           double kappa, double k);

/* Spectrum of the batch noise per unit Sigma at angular frequency w a step, 0 <= w <= pi, averaged over the
 * phase: scale where white; under epochs u [ excess + M - D^2/M ] with the Dirichlet kernel D =
 * sin(M w/2)/sin(w/2), written without cancellation (M - D is of order w^2). noise_spectrum.c */
double sgdl_noise_spectrum(const sgdl_noise *noise, double w);

/* Joint covariance of a pair accumulated over k steps from a sharp point at the start of an
 * epoch, per unit Sigma. Every term is positive semidefinite: no cancellation. */
void sgdl_noise_pair_from_point(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                double kappa_i, double kappa_j, double k, double c[4]);

#endif
