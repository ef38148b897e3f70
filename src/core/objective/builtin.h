/* What the built-in objectives share. */
#ifndef SGDL_BUILTIN_H
#define SGDL_BUILTIN_H

#include "rows.h"

typedef struct sgdl_builtin {
  sgdl_loss loss;
  sgdl_rows rows;
  int classes;                     /* y are classes: cross-entropy, else squares               */
  ptrdiff_t outputs, output_width; /* classes, or 1; rounded up to whole lanes                 */
  ptrdiff_t hidden, hidden_width;
} sgdl_builtin;

/* Set dim, work_size and the functions of an objective whose `self` is complete. */
void sgdl_generalised_linear_setup(sgdl_objective *objective);
void sgdl_softmax_setup(sgdl_objective *objective);
void sgdl_tanh_network_setup(sgdl_objective *objective);

/* The examples of a call, checked: 1 <= size, indices below N. */
sgdl_status sgdl_select(sgdl_context *ctx, const sgdl_rows *rows, ptrdiff_t size, const uint32_t *batch,
                             const double *weights, sgdl_selection *examples);
/* All of them in order. */
sgdl_selection sgdl_select_all(const sgdl_rows *rows);
/* What a sum over examples is divided by. */
SGDL_INLINE double sgdl_divisor(const sgdl_selection *examples)
{
  return examples->weights ? 1.0 : (double)examples->size;
}
SGDL_INLINE ptrdiff_t sgdl_tile_size(const sgdl_rows *rows, ptrdiff_t size, ptrdiff_t first)
{
  return first + rows->tile < size ? rows->tile : size - first;
}

/* covariance.c: of the gradient of one example, by objective->gradient of each; dim^2 N flops. */
sgdl_status sgdl_example_covariance(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                    double *work, double *Sigma);

/* dataset.c: everything that can be wrong with the data of an objective. */
sgdl_status sgdl_dataset_check(sgdl_context *ctx, sgdl_loss loss, const sgdl_dataset *data, ptrdiff_t hidden);

#endif
