/* Weight-dependent noise under sampling by epochs, to first order in the correlations that reusing each
 * example once an epoch brings about. THEORY section 6; the derivation is in dressed_terms.c. For
 * dressed*.c. */
#ifndef SGDL_DRESSED_H
#define SGDL_DRESSED_H

#include "../model/modes.h"

/* ---- how batches of one epoch are correlated ------------------------------------ dressed_terms.c */

/* Cumulants of batch means, per unit cumulant of one example, averaged over the phase of the epoch. */
typedef struct sgdl_epoch_cumulants {
  ptrdiff_t M;            /* steps in an epoch                                                    */
  double *pair;           /* M: |covariance| of two steps h apart; positive at h = 0, negative after */
  double *twice_later;    /* M: -(two factors from step k, one from k - h)                           */
  double *twice_earlier;  /* M: -(two factors from step k - h, one from k)                           */
  double triple;          /* three different steps of one epoch                                  */
} sgdl_epoch_cumulants;

sgdl_status sgdl_epoch_cumulants_init(sgdl_context *ctx, const sgdl_noise *noise, sgdl_epoch_cumulants *c);
void sgdl_epoch_cumulants_free(sgdl_epoch_cumulants *c);

/* ---- the terms ------------------------------------------------------------------ dressed_terms.c */

/* Everything per mode is diagonal in the modes (see dressed_terms.c); tables of d x M are by lag. */
typedef struct sgdl_dressing {
  const sgdl_model *model;
  const sgdl_examples *examples;
  sgdl_modes modes;
  sgdl_epoch_cumulants cumulants;
  double *strength[2];    /* d: C_ll at the minimiser; at the shifted mean                         */
  double *T, *U;          /* d x d, examples.h                                                    */
  double *response;       /* d x M: g_h                                                           */
  double *kernel;         /* d x M: (c) restoring force from step k - h                           */
  double *cumulant;       /* d x M: (f) X3(t) + X3(-t), t = 0..M-1                                */
  double *shift;          /* d: (e) mean of theta - mu                                            */
} sgdl_dressing;

sgdl_status sgdl_dressing_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                               sgdl_dressing *dressing);
void sgdl_dressing_free(sgdl_dressing *dressing);

/* out (d x n) = D[diag x_h]_ll for the n columns of x (d x n): what displacements of covariance x add to the
 * noise of one example. out and x differ. */
sgdl_status sgdl_dressing_noise(sgdl_context *ctx, const sgdl_dressing *dressing, ptrdiff_t n,
                                const double *x, double *out);

/* ---- autocovariance of one mode ------------------------------------------------- dressed_spectrum.c */

typedef struct sgdl_dressed_solver sgdl_dressed_solver;

/* Stationary response to noise of autocovariance gamma (d x M), with the extra restoring force `kernel` (d x
 * M or NULL). covariance (d x M): lags 0..M-1; half_msd: half the MSD at the first n of the solver's lags
 * (rows). */
sgdl_status sgdl_dressed_solver_open(sgdl_context *ctx, const sgdl_dressing *dressing, ptrdiff_t n,
                                     const double *lags, sgdl_dressed_solver **solver);
sgdl_status sgdl_dressed_solve(sgdl_context *ctx, const sgdl_dressed_solver *solver, const double *gamma,
                               const double *kernel, double *covariance, ptrdiff_t n, double *half_msd);
void sgdl_dressed_solver_close(sgdl_dressed_solver *solver);

#endif
