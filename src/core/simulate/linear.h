/* The linear recursion z' = M z + noise along the modes: what linear.c (whole states) and linear_bands.c
 * (independent modes, band by band) share. */
#ifndef SGDL_LINEAR_H
#define SGDL_LINEAR_H

#include "optimiser.h"

/* One step of SGD with gradient noise xi (variance that of the model's batch size) in a mode of curvature kappa:
 * x' = (1 - pull kappa) x + carry v + on_x xi,  v' = -keep kappa x + momentum v + on_v xi. */
typedef struct sgdl_sgd_step {
  long double pull;
  double carry, keep, momentum, on_x, on_v;
} sgdl_sgd_step;

typedef struct sgdl_linear {
  int exact;
  sgdl_optimiser optimiser;
  sgdl_model model;       /* as the borrowed one, hyperparameters those of the steps readied            */
  double *maps;           /* 4 x d; NULL: worked out where they are used                                 */
  sgdl_sgd_step mapped;   /* SGD: what `maps` holds                                                      */
  sgdl_gaussian law;      /* exact: joint transition noise; SGD: the gradient noise; empty without maps   */
  sgdl_noise scheme;
  double *factor;         /* of the law, for a device; NULL: modes are independent, or there is no device */
  double reference;       /* SGD: batch-noise covariance over Sigma that the law has                      */
} sgdl_linear;

sgdl_sgd_step sgdl_sgd_step_at(const sgdl_linear *self, uint64_t step);
/* Steps from `step` on, at most n, that are all like the first (*like). */
ptrdiff_t sgdl_sgd_steps_alike(const sgdl_linear *self, uint64_t step, ptrdiff_t n, sgdl_sgd_step *like);
int sgdl_sgd_same(const sgdl_sgd_step *a, const sgdl_sgd_step *b);
/* Maps (4 x n) of modes of curvature rho + weight_decay. */
void sgdl_sgd_maps(const sgdl_sgd_step *step, ptrdiff_t n, const double *rho, double weight_decay, double *maps);
/* Factor on Sigma in the law that colours; under epochs the batch sizes enter where epochs are coupled. */
double sgdl_linear_scale(const sgdl_noise *scheme);
/* Exact transition: covariance of a pair of modes over one step; context: sgdl_linear. */
void sgdl_transition_covariance(const void *context, ptrdiff_t i, ptrdiff_t j, double c[4]);

/* epochs.h, along the modes: z (m x n_steps, modes first, first + 1, ...) becomes the uncoloured epoch noise. The
 * mean of the running epoch is kept behind (x, v) in the state of the path. */
void sgdl_couple_epochs(const sgdl_stepper *stepper, uint64_t path, uint64_t step, ptrdiff_t n_steps,
                        ptrdiff_t first, ptrdiff_t m, ptrdiff_t tile, double *z, double *spare, double *mean);

/* ---- linear_bands.c ---- */

ptrdiff_t sgdl_linear_band_scratch(void);
void sgdl_exact_band(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, ptrdiff_t n_steps,
                     ptrdiff_t first, ptrdiff_t n, double *scratch, double *state, double *out);
void sgdl_sgd_band(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, ptrdiff_t n_steps,
                   ptrdiff_t first, ptrdiff_t n, double *scratch, double *state, double *out);

#endif
