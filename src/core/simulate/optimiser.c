/* The update of the optimiser: momentum, weight decay, dampening and Nesterov's variant. */
#include "optimiser.h"

sgdl_optimiser sgdl_optimiser_of(const sgdl_model *model, const sgdl_simulation *sim)
{
  return (sgdl_optimiser){.schedule = sgdl_schedule_of(model, sim),
                          .dampening = sim->dampening,
                          .nesterov = sim->nesterov,
                          .fresh = !sim->v0 && !sim->start_stationary};
}

double sgdl_optimiser_keep(const sgdl_optimiser *optimiser, const sgdl_hyper *hyper, uint64_t step)
{
  int undamped = hyper->momentum == 0.0 || (optimiser->fresh && step == 0);
  return undamped ? 1.0 : 1.0 - optimiser->dampening;
}

/* keep: 1 - dampening. */
SGDL_VECTORISED static void heavy_ball(const sgdl_hyper *h, double keep, ptrdiff_t d, double size,
                                       const double *restrict sum, double *restrict theta, double *restrict v)
{
  const double momentum = h->momentum, decay = keep * h->weight_decay, lr = h->lr;
  for (ptrdiff_t j = 0; j < d; j++) {
    v[j] = momentum * v[j] - keep * (sum[j] / size) - decay * theta[j];
    theta[j] += lr * v[j];
  }
}

SGDL_VECTORISED static void nesterov(const sgdl_hyper *h, double keep, ptrdiff_t d, double size,
                                     const double *restrict sum, double *restrict theta, double *restrict v)
{
  const double momentum = h->momentum, decay = h->weight_decay, lr = h->lr;
  for (ptrdiff_t j = 0; j < d; j++) {
    double g = sum[j] / size + decay * theta[j];
    v[j] = momentum * v[j] - keep * g;
    theta[j] += lr * (momentum * v[j] - g);
  }
}

void sgdl_optimiser_update(const sgdl_optimiser *optimiser, uint64_t step, ptrdiff_t d, double size,
                           const double *sum, double *theta, double *v)
{
  sgdl_hyper h = sgdl_schedule_at(&optimiser->schedule, step);
  double keep = sgdl_optimiser_keep(optimiser, &h, step);
  if (optimiser->nesterov)
    nesterov(&h, keep, d, size, sum, theta, v);
  else
    heavy_ball(&h, keep, d, size, sum, theta, v);
}
