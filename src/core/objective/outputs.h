/* Losses of the outputs f of a model, one or a class each: squares (f - y)^2/2, or cross-entropy
 * -log softmax(f)_y. Tiles F hold output_width numbers an example; where y are classes the padding of F must
 * be -Inf, so that its probabilities vanish. */
#ifndef SGDL_OUTPUTS_H
#define SGDL_OUTPUTS_H

#include "builtin.h"

/* What pads outputs. */
double sgdl_output_padding(const sgdl_builtin *self);
/* F <- dl/df for n examples. */
void sgdl_output_residuals(const sgdl_builtin *self, ptrdiff_t n, const double *y, double *F);
/* R <- (d2l/df2) R at outputs F; its padding does not matter. */
void sgdl_output_curvatures(const sgdl_builtin *self, ptrdiff_t n, const double *F, double *R);
/* Sum of the losses of n examples. */
double sgdl_output_loss(const sgdl_builtin *self, ptrdiff_t n, const double *y, const double *F);

#endif
