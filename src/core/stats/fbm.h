/* Likelihood of fractional Brownian motion: increments of every series are Gaussian with covariance c T,
 *   T = G(alpha) + ratio N,  G_k = (|k+1|^alpha - 2 |k|^alpha + |k-1|^alpha)/2,  N_0 = 2, N_1 = -1, else 0,
 * alpha in (0, 2) the exponent (2 H), c the mean squared displacement of one coordinate in one frame, ratio c
 * the variance of a localisation error. Own drift of every series (mean of its increments): restricted
 * likelihood, the drift integrated out. c is profiled out, common or for each group of series. */
#ifndef SGDL_FBM_H
#define SGDL_FBM_H

#include "../base/fractional.h"
#include "toeplitz.h"

typedef struct sgdl_fbm {
  sgdl_context *ctx;
  ptrdiff_t n, n_series, n_groups; /* increments in a series; series i is in group i % n_groups */
  int drift;
  const double *x;                 /* increments, n x n_series                               */
  sgdl_toeplitz toeplitz;
  double *memory;
  double *log_k, *r, *dr, *y, *ones;        /* n each                                        */
  double *covariance, *derivative, *spectrum; /* spectra: room each                          */
  double *form;                    /* n_groups: sum of x'P x/dof                             */
  double *slope[2];                /* n_groups each: their derivatives' forms                */
  double trace[2], trace_alpha;    /* tr(P T_j) where evaluated last, with score and without ratio */
  ptrdiff_t evaluations;           /* factorisations so far                                  */
} sgdl_fbm;

/* A point of the likelihood. */
typedef struct sgdl_fbm_point {
  double alpha, ratio;
  double log_likelihood;
  double score[2];                 /* by alpha and ratio                                     */
} sgdl_fbm_point;

sgdl_status sgdl_fbm_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_series, ptrdiff_t n_groups, int drift,
                          const double *x, sgdl_fbm *f);
void sgdl_fbm_close(sgdl_fbm *f);

/* Likelihood and (optional) score at (p->alpha, p->ratio); f->form is left behind. SGDL_NOT_PSD without a
 * message. */
sgdl_status sgdl_fbm_evaluate(sgdl_fbm *f, sgdl_fbm_point *p, int with_score);
/* Expected information (3 x 3) of one series of unit dof scale about alpha, ratio and log c, all series
 * together: I_ij = tr(P T_i P T_j)/2, from differences of tr(P T_j) with T_j held. Without noise its row is
 * 0. */
sgdl_status sgdl_fbm_information(sgdl_fbm *f, double alpha, double ratio, int noise, double information[9]);
/* Drift of every series by generalised least squares at the point evaluated last: n_series. */
sgdl_status sgdl_fbm_drift(sgdl_fbm *f, double *drift);

/* ---- fbm_whittle.c: what needs no factorisation ---- */

/* Debiased Whittle likelihood (Sykulski et al. 2019): periodogram against its exact expectation. */
typedef struct sgdl_fbm_whittle {
  sgdl_fbm *fbm;
  double *memory, *periodogram;    /* n_bins x n_groups                                      */
  double *expected, *by_alpha;     /* room each                                              */
  double *cosine;                  /* n_bins: cos(2 pi k/length)                             */
  ptrdiff_t n_bins;
} sgdl_fbm_whittle;

sgdl_status sgdl_fbm_whittle_open(sgdl_fbm *f, sgdl_fbm_whittle *w);
void sgdl_fbm_whittle_close(sgdl_fbm_whittle *w);
/* Likelihood and score of c-profiled form, and information (2 x 2: alpha, ratio) with c profiled out. */
void sgdl_fbm_whittle_evaluate(sgdl_fbm_whittle *w, int data, sgdl_fbm_point *p, double information[4]);

#endif
