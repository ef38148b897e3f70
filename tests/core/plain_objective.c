/* Plain loops of plain_objective.h. */
#include "plain_objective.h"

#include <math.h>

#include "../../src/core/base/base.h"

/* g += weight * gradient of example i */
static void add_example(const plain_objective *self, ptrdiff_t i, double weight, const double *theta,
                        double *g)
{
  double residual = -self->y[i];
  for (ptrdiff_t j = 0; j < self->d; j++) residual += self->X[i + j * self->N] * theta[j];
  for (ptrdiff_t j = 0; j < self->d; j++) g[j] += weight * residual * self->X[i + j * self->N];
}

static sgdl_status gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                            double *g)
{
  plain_objective *self = objective->self;
  self->calls++;
  if (self->calls == self->fail_at && self->failure != SGDL_OK)
    return sgdl_fail(ctx, self->failure, "the objective failed on purpose");
  work[0] = 0.0; /* the scratch that was asked for is there */
  for (ptrdiff_t j = 0; j < self->d; j++) g[j] = 0.0;
  for (ptrdiff_t q = 0; q < size; q++)
    add_example(self, batch ? batch[q] : q, weights ? weights[q] : 1.0 / (double)size, theta, g);
  if (self->calls == self->fail_at) g[self->d - 1] = NAN;
  return SGDL_OK;
}

void plain_moments(const plain_objective *self, const double *theta, double *mean, double *covariance)
{
  ptrdiff_t d = self->d, N = self->N;
  for (ptrdiff_t j = 0; j < d; j++) mean[j] = 0.0;
  for (ptrdiff_t i = 0; i < N; i++) add_example(self, i, 1.0 / (double)N, theta, mean);
  for (ptrdiff_t e = 0; covariance && e < d * d; e++) covariance[e] = 0.0;
  for (ptrdiff_t i = 0; covariance && i < N; i++) {
    double g[64] = {0.0};
    add_example(self, i, 1.0, theta, g);
    for (ptrdiff_t e = 0; e < d * d; e++)
      covariance[e] += (g[e % d] - mean[e % d]) * (g[e / d] - mean[e / d]) / (double)N;
  }
}

static sgdl_status covariance(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                              double *work, double *Sigma)
{
  const plain_objective *self = objective->self;
  double mean[64];
  (void)ctx;
  (void)work;
  plain_moments(self, theta, mean, Sigma);
  return SGDL_OK;
}

sgdl_objective plain_objective_of(plain_objective *self)
{
  return (sgdl_objective){.dim = self->d,
                          .n_examples = self->N,
                          .work_size = 1,
                          .self = self,
                          .gradient = gradient,
                          .takes_weights = 1,
                          .covariance = covariance};
}
