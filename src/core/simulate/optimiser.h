/* The update of torch.optim.SGD in this library's sign, v = -buffer. */
#ifndef SGDL_OPTIMISER_H
#define SGDL_OPTIMISER_H

#include "engine.h"

/* g' = g + lambda theta;  v' = beta v - (1 - dampening) g';  theta' = theta + lr v', or with nesterov
 * theta' = theta + lr (beta v' - g'). As in PyTorch, dampening leaves out steps without momentum and the
 * first step of a run that was not given a v0 (the buffer is then the gradient itself). Without momentum v' =
 * -g', where PyTorch does not touch its buffer. */
typedef struct sgdl_optimiser {
  sgdl_schedule schedule;
  double dampening;
  int nesterov;
  int fresh; /* v0 was not given */
} sgdl_optimiser;

/* 1 - dampening of the step that leads from `step` to step + 1. */
double sgdl_optimiser_keep(const sgdl_optimiser *optimiser, const sgdl_hyper *hyper, uint64_t step);
sgdl_optimiser sgdl_optimiser_of(const sgdl_model *model, const sgdl_simulation *sim);
/* The update of the step that leads from `step` to step + 1, g = sum/size (d values each). */
void sgdl_optimiser_update(const sgdl_optimiser *optimiser, uint64_t step, ptrdiff_t d, double size,
                           const double *sum, double *theta, double *v);

#endif
