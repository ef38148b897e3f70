/* Weight-dependent noise under sampling with replacement: the linear map from a covariance to the covariance
 * it sustains. For multiplicative*.c. */
#ifndef SGDL_MULTIPLICATIVE_H
#define SGDL_MULTIPLICATIVE_H

#include "../model/modes.h"

typedef struct sgdl_feedback {
  const sgdl_model *model;
  const sgdl_examples *examples;
  sgdl_modes modes;
  double *unit;        /* d x d: cov(theta_i, theta_j) per unit covariance of one example's gradient */
  double *work;        /* d x d                                                              */
} sgdl_feedback;

/* `unit` is for the hyperparameters of the model; SGDL_UNSUPPORTED under epochs. */
sgdl_status sgdl_feedback_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                               sgdl_feedback *f);
void sgdl_feedback_free(sgdl_feedback *f);
/* Fills `unit` for another learning rate. */
void sgdl_feedback_set_lr(sgdl_feedback *f, double lr);

/* out = D[P] = E_i[H_i P H_i] - H P H, the noise of one example that covariance P adds. out and P differ. */
sgdl_status sgdl_feedback_noise(sgdl_context *ctx, const sgdl_feedback *f, const double *P, double *out);
/* Sigma(0, 0) = E_i[n_i n_i'] */
sgdl_status sgdl_feedback_bare(sgdl_context *ctx, const sgdl_feedback *f, double *out);

/* Tail index from P, the matrix that the map multiplies by its radius; see multiplicative_tail.c. */
sgdl_status sgdl_tail_index(sgdl_context *ctx, const sgdl_feedback *f, const double *P, double radius,
                            double *index);

#endif
