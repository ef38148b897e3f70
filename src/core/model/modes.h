/* The modes of a model as the theory wants them: curvature, noise, and which of them have a
 * stationary position. */
#ifndef SGDL_MODES_H
#define SGDL_MODES_H

#include "noise.h"

typedef struct sgdl_modes {
  ptrdiff_t d;
  sgdl_noise noise;     /* how batches are drawn                                              */
  double *kappa;        /* d: rho + weight decay                                              */
  double *strength;     /* d: variance of the one-example gradient; 0 where it is only rounding */
  int *exists;          /* d: 1 = the mode has a stationary position (saddles have none)        */
  int *quiet;           /* d: 1 = flat and without noise; takes no part in anything stationary  */
  ptrdiff_t n_saddle, n_missing; /* kappa < 0; flat, noisy and without a stationary position    */
} sgdl_modes;

/* Noise below this level is the rounding of V' Sigma V (0 for diagonal noise). */
double sgdl_quiet_level(const sgdl_model *model);
/* Variance of the one-example gradient along mode l; 0 up to `quiet`. */
double sgdl_mode_strength(const sgdl_model *model, ptrdiff_t l, double quiet);

/* L L' = H + weight_decay I. SGDL_FLAT or SGDL_SADDLE when that is not positive definite. */
sgdl_status sgdl_curvature_cholesky(sgdl_context *ctx, ptrdiff_t d, const double *H, double weight_decay,
                                    double *L);

/* A (d x d) is finite, symmetric and positive semidefinite up to rounding. Cost d^3/3. */
sgdl_status sgdl_covariance_check(sgdl_context *ctx, const char *name, ptrdiff_t d, const double *A);

/* Checks the model and fills the table; SGDL_UNSUPPORTED when the model has no eigenvalues. */
sgdl_status sgdl_modes_init(sgdl_context *ctx, const sgdl_model *model, sgdl_modes *modes);
void sgdl_modes_free(sgdl_modes *modes);
/* SGDL_SADDLE, naming how many and the worst, when there are saddles. */
sgdl_status sgdl_modes_no_saddle(sgdl_context *ctx, const sgdl_modes *modes);
/* SGDL_FLAT, naming how many, when modes have no stationary position and so no stationary density. */
sgdl_status sgdl_modes_none_missing(sgdl_context *ctx, const sgdl_modes *modes);

/* Entry (i, j) of V' Sigma V; zero where a quiet mode takes part. */
static inline double sgdl_modes_noise(const sgdl_model *model, const sgdl_modes *modes, ptrdiff_t i,
                                      ptrdiff_t j)
{
  if (modes->quiet[i] || modes->quiet[j])
    return 0;
  if (model->noise_is_full)
    return model->noise[i + j * modes->d];
  return i == j ? modes->strength[i] : 0;
}

/* out = V M V' (symmetric or not), work d x d; M and out may be the same. vectors NULL: out = M. */
sgdl_status sgdl_modes_rotate(sgdl_context *ctx, const sgdl_model *model, const double *M, double *work,
                              double *out);
/* out = V diag(x) V' */
sgdl_status sgdl_modes_rotate_diagonal(sgdl_context *ctx, const sgdl_model *model, const double *x,
                                       double *work, double *out);
/* y = V'x, or y = V x when `back`; n columns. */
sgdl_status sgdl_modes_coordinates(sgdl_context *ctx, const sgdl_model *model, int back, ptrdiff_t n,
                                   const double *x, double *y);
/* *along = V'direction, d values to free; NULL where `direction` is. */
sgdl_status sgdl_modes_direction(sgdl_context *ctx, const sgdl_model *model, const double *direction,
                                 double **along);
/* y = V'(theta - mu). work: d. */
sgdl_status sgdl_modes_deviation(sgdl_context *ctx, const sgdl_model *model, const double *theta,
                                 double *work, double *y);

#endif
