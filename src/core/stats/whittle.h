/* Debiased Whittle likelihood of stationary series (Sykulski, Olhede, Guillaumin, Lilly, Early 2019): the
 * periodogram I_j = |sum_t y_t e^{-i w_j t}|^2/n at w_j = 2 pi j/n against its expectation
 *   E_j = sum_{|h| < n} (1 - |h|/n) gamma(h) e^{-i w_j h},
 * gamma from the model's density f on a grid of 2n frequencies. With r paths and mean periodogram I_j,
 *   log L = -r sum_j ( log E_j + I_j/E_j ),   score_p = r sum_j (I_j/E_j - 1) D_jp,   D_jp = d log E_j/dp,
 *   information = r D'D,
 * maximised by Fisher scoring. Knows no models: a callback gives f and its gradient. */
#ifndef SGDL_WHITTLE_H
#define SGDL_WHITTLE_H

#include "../base/fourier.h"

enum { SGDL_WHITTLE_SHAPE = 2, SGDL_WHITTLE_MOST = 1 + SGDL_WHITTLE_SHAPE, SGDL_WHITTLE_SECOND = 3 };

/* f (n+1): density at W = pi i/n, i = 0..n, of shape parameters; gradient[p] (n+1 each, or NULL): df/dp.
 * Returns 0 where the parameters are out of range (nothing written). */
typedef int (*sgdl_density)(void *user, const double *shape, double *f, double *const *gradient);

typedef struct sgdl_whittle {
  ptrdiff_t n;                  /* length of the series                                       */
  ptrdiff_t first, last;        /* ordinates used, 1 <= first <= last <= (n-1)/2               */
  double n_paths;
  fftw_plan series_forward, series_backward;   /* length n                                    */
  fftw_plan twice_forward, twice_backward;     /* length 2n                                   */
} sgdl_whittle;

sgdl_status sgdl_whittle_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_paths, ptrdiff_t first,
                              ptrdiff_t last, sgdl_whittle *w);
void sgdl_whittle_close(sgdl_whittle *w);

/* Scratch of one thread. */
typedef struct sgdl_whittle_work {
  double *transform;                         /* room for 2n                                   */
  double *periodogram;                       /* n/2 + 1, mean over paths                       */
  double *density[SGDL_WHITTLE_MOST];        /* n + 1 each: f, then its gradient               */
  double *expected[SGDL_WHITTLE_MOST];       /* n/2 + 1 each                                   */
  double *second[SGDL_WHITTLE_SECOND];       /* n/2 + 1 each: second derivatives of log E      */
  double *ratio;                             /* n/2 + 1: I_j/E_j at the last evaluation        */
} sgdl_whittle_work;

sgdl_status sgdl_whittle_work_open(sgdl_context *ctx, const sgdl_whittle *w, sgdl_whittle_work *work);
void sgdl_whittle_work_close(sgdl_whittle_work *work);

/* work->periodogram of the paths y (n each, `stride` doubles apart). */
void sgdl_whittle_periodogram(const sgdl_whittle *w, const double *y, ptrdiff_t stride,
                              sgdl_whittle_work *work);
/* E_j (n/2 + 1) of a density f (n + 1). */
void sgdl_whittle_expected(const sgdl_whittle *w, const double *f, sgdl_whittle_work *work, double *expected);

typedef struct sgdl_whittle_fit {
  int n_shape, converged, iterations;
  double parameters[SGDL_WHITTLE_MOST];      /* log scale, then shape                          */
  double covariance[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST]; /* inverse information               */
  double log_likelihood;
} sgdl_whittle_fit;

/* Value and, where score and information are given ((1 + n_shape) and its square), their sums at parameters
 * (log scale, shape). -Inf out of range. Leaves work->ratio, and D in work->expected[1..] where asked. */
double sgdl_whittle_value(const sgdl_whittle *w, sgdl_density density, void *user, int n_shape,
                          const double *parameters, sgdl_whittle_work *work, double *score,
                          double *information);
/* From fit->parameters (the scale is started anew); at the end work->ratio and D are of the estimate. */
void sgdl_whittle_maximise(const sgdl_whittle *w, sgdl_density density, void *user, sgdl_whittle_fit *fit,
                           sgdl_whittle_work *work);

/* ---- second order: the signed root of the likelihood ratio ---- */

/* For each parameter p the profile's signed root R(x) = sign(x - estimate) sqrt(2 (log L - log L(x))) is, to
 * second order, A (e^{c u} - 1)/c in u = x - estimate with A^2 = 1/covariance_pp, and its mean at the true x
 * is mu, not 0. With t = covariance_p/covariance_pp the direction of the profile, v = covariance_pp, D_t and
 * H_t the first and second derivative of log E along t, and sums over ordinates times paths,
 *   c = -v E[third derivative of log L along t]/3 = v sum ( H_t D_t - D_t^3/3 ),
 *   bias_i = -1/2 sum_j C_ij sum D_j ( D' C D + tr(C H) )              (Cox and Snell),
 *   mu = ( -bias_p - v^2 sum ( H_t D_t/2 + D_t^3/6 ) ) / sqrt(v);
 * c = -1/3 and mu = 1/(3 sqrt n) for the log mean of n exponentials. Right after sgdl_whittle_maximise; leaves
 * D there. Zeros where log E cannot be differentiated twice. */
typedef struct sgdl_whittle_root {
  double power[SGDL_WHITTLE_MOST], mean[SGDL_WHITTLE_MOST]; /* c and mu                         */
} sgdl_whittle_root;

void sgdl_whittle_second_order(const sgdl_whittle *w, sgdl_density density, void *user,
                               const sgdl_whittle_fit *fit, sgdl_whittle_work *work, sgdl_whittle_root *root);

/* ---- goodness of fit: mean ratios over bands ---- */

enum { SGDL_WHITTLE_BANDS = 40 };

/* Edges (n_bands + 1) of contiguous bands of ordinates, log-spaced, at least 10 ordinates in each. */
ptrdiff_t sgdl_whittle_bands(const sgdl_whittle *w, ptrdiff_t edges[SGDL_WHITTLE_BANDS + 1]);
/* Mean ratio of each band, and the portmanteau of Z_b = Wilson and Hilferty's normal score of it (its law is
 * Gamma(n_b r)/(n_b r) where the fit is right): what is left of Z outside the span of the bands' mean D,
 * chi squared with bands - parameters degrees of freedom to first order whatever was fitted. */
void sgdl_whittle_portmanteau(const sgdl_whittle *w, const sgdl_whittle_work *work, int n_parameters,
                              ptrdiff_t n_bands, const ptrdiff_t *edges, double *means, double *chi_squared,
                              double *df);

#endif
