/* Spectral density of one mode as its frames show it: the position recorded every `every` steps, under any
 * sampling scheme and dynamics, with its gradient in curvature and damping. THEORY sections 2, 4 and 6.
 *
 * White noise: z[i+1] = E z[i] + eta[i] with E the map over a frame and Q = cov(eta), so that
 *   A(L) theta[i+1] = (1 - E22 L) eta1[i] + E12 L eta2[i],   A(L) = 1 - tr E L + det E L^2,
 * an ARMA(2, 1) process: f(W) = (c0 + 2 c1 cos W)/|A(e^{-iW})|^2 at W radians a frame, exact, aliasing
 * included. Epochs: the recursion's transfer function on the spectrum of the batch noise, summed over the
 * aliases (W + 2 pi j)/every, j < every. f = sum_h cov(theta_{i+h}, theta_i) e^{-iWh} (per cycle per frame).
 * */
#ifndef SGDL_MODE_DENSITY_H
#define SGDL_MODE_DENSITY_H

#include "../model/mode.h"
#include "../model/noise.h"

typedef struct sgdl_mode_density {
  sgdl_dynamics dynamics;
  sgdl_hyper hyper;         /* momentum is a parameter below                                 */
  sgdl_noise noise;
  ptrdiff_t every;
  ptrdiff_t n;              /* grid: W = pi i/n, i = 0..n                                    */
  ptrdiff_t aliases;        /* 1, or `every` under epochs                                    */
  double *half, *sine;      /* (n+1) x aliases: sin^2(w/2), sin w                            */
  double *frame_half, *frame_sine; /* n+1: the same of W                                     */
  double *power;            /* (n+1) x aliases: spectrum of the noise under epochs, or NULL   */
} sgdl_mode_density;

/* |A|^2 over frames by g = 1 - tr + det and det, and what stands over it. */
typedef struct sgdl_frame_law {
  double g, det, c0, c1;
} sgdl_frame_law;

/* phi = log((1 - momentum)/(1 + momentum)) = log(lr damping/2). */
double sgdl_phi_of_momentum(double momentum);
double sgdl_momentum_of_phi(double phi);

/* SGDL_UNSUPPORTED where epochs and `every` share a divisor: the frames then see some phases of the epoch
 * only. SGDL_TOO_LARGE where the aliases would not fit. */
sgdl_status sgdl_mode_density_open(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t every, ptrdiff_t n,
                                   sgdl_mode_density *m);
void sgdl_mode_density_close(sgdl_mode_density *m);

/* Law of the frames at this curvature of K and phi (white noise and a step a frame: exact for epochs too). */
sgdl_frame_law sgdl_frame_law_of(const sgdl_mode_density *m, double kappa, double phi);
/* 1 where the recursion (SGD) or kappa >= 0 (Langevin) is stable. */
int sgdl_mode_density_stable(const sgdl_mode_density *m, double kappa, double phi);

/* Under epochs of M steps a run is only periodically stationary: its frames' Fourier transforms at W and
 * W' = W + 2 pi every g/M (g = 1..M-1) have something in common. Squared coherence, at the law of one step,
 *   |sum_j K_j|^2/(sum_j f_j sum_j f'_j),   w_j = (W + 2 pi j)/every,   w'_j = w_j + 2 pi g/M,
 *   K_j = u D(w_j) D(w'_j)/M T(w_j) conj T(w'_j),   f_j = |T(w_j)|^2 S(w_j),
 * D = sin(M w/2)/sin(w/2), T the transfer function of the mode, S the spectrum of the noise; 0 where it is
 * below 1e-4. A filter of the frames changes nothing. */
sgdl_frame_law sgdl_step_law_of(const sgdl_mode_density *m, double kappa, double phi);
/* 0: that of W is below it for all g. */
int sgdl_epoch_coherent(const sgdl_mode_density *m, double W);
double sgdl_epoch_coherence(const sgdl_mode_density *m, const sgdl_frame_law *step, double W, ptrdiff_t g);

/* f (n+1): density per unit variance of the one-example gradient, times |A0|^2 of `filter` (optional), the
 * law of a prewhitening filter; then f at W = 0, where it may be infinite, is set to its neighbour: a
 * constant that no ordinate of a periodogram but the first contains. by_kappa, by_phi (n+1 each, optional):
 * derivatives in log kappa and phi. */
void sgdl_mode_density_at(const sgdl_mode_density *m, double kappa, double phi, const sgdl_frame_law *filter,
                          double *f, double *by_kappa, double *by_phi);

#endif
