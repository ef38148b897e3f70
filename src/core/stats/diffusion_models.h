/* Exact Gaussian likelihoods of increments for the models that sgdl_compare_diffusion chooses among. */
#ifndef SGDL_DIFFUSION_MODELS_H
#define SGDL_DIFFUSION_MODELS_H

#include "segments.h"
#include "toeplitz.h"

typedef struct sgdl_increments {
  sgdl_context *ctx;
  const sgdl_segments *s;
  ptrdiff_t n;              /* increments of a series, T - 1                                  */
  double *y;                /* n x d x n_paths                                                */
  double *log_step;         /* log of 0 (unused), 1, ..., n                                   */
  double *work;             /* 2 T                                                            */
  sgdl_toeplitz toeplitz;
} sgdl_increments;

sgdl_status sgdl_increments_open(sgdl_context *ctx, const sgdl_segments *s, sgdl_increments *in);
void sgdl_increments_close(sgdl_increments *in);

/* For coordinates first <= c < end, each with a scale of its own at its maximum likelihood (scale[c],
 * optional; the variance of an increment, for confined paths of a position): log-likelihood of all paths at
 * this shape. -HUGE_VAL where the covariance is not positive definite in floating point. */
double sgdl_model_likelihood(sgdl_increments *in, sgdl_diffusion_model model, ptrdiff_t first, ptrdiff_t end,
                             double shape, double *scale);
/* Increments with the structure functions D (T x d), times a common factor at its maximum likelihood
 * (*factor) or 1 where factor is NULL. */
sgdl_status sgdl_theory_likelihood(sgdl_increments *in, const double *D, double *factor,
                                   double *log_likelihood);

#endif
