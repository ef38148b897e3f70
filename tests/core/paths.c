/* The model and runs of paths.h. */
#include "paths.h"

#include <stdlib.h>

/* An orthogonal matrix (a Householder reflection), a positive definite covariance, and random data. */
void problem_init(problem *p)
{
  const double w[D] = {1.0, 2.0, -1.0, 0.5, 3.0};
  double norm = 0.0, G[D * D];
  *p = (problem){.rho = {3.0, 1.0, 0.4, 0.05, 0.01}, .minimiser = {1.0, -2.0, 0.5, 3.0, 0.0}};
  sgdl_normals(8, SGDL_STREAM_NOISE, 0, 0, 0, D * D, G);
  for (int i = 0; i < D; i++) norm += w[i] * w[i];
  for (int j = 0; j < D; j++) {
    for (int i = 0; i < D; i++) {
      p->vectors[i + j * D] = (i == j) - 2.0 * w[i] * w[j] / norm;
      p->full_noise[i + j * D] = 0.1 * (i == j);
      for (int k = 0; k < D; k++) p->full_noise[i + j * D] += G[i + k * D] * G[j + k * D];
    }
    p->diagonal_noise[j] = 1.0 / (1 + j);
  }
  sgdl_normals(9, SGDL_STREAM_NOISE, 0, 0, 0, EXAMPLES * D, p->X);
  sgdl_normals(9, SGDL_STREAM_NOISE, 1, 0, 0, EXAMPLES, p->y);
}

sgdl_model problem_model(const problem *p, sgdl_dynamics dynamics, sgdl_sampling sampling, int noise_is_full)
{
  return (sgdl_model){.dim = D,
                      .hyper = {.lr = 0.1, .momentum = 0.8, .weight_decay = 0.01, .batch_size = 3},
                      .dynamics = dynamics,
                      .sampling = sampling,
                      .n_examples = EXAMPLES,
                      .rho = p->rho,
                      .vectors = p->vectors,
                      .minimiser = p->minimiser,
                      .noise = noise_is_full ? p->full_noise : p->diagonal_noise,
                      .noise_is_full = noise_is_full,
                      .sigma2 = -1.0};
}

output simulate(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  output o = {.records = sgdl_simulation_records(sim)};
  size_t n = (size_t)(o.records * model->dim * sim->n_paths);
  o.theta = malloc(n * sizeof *o.theta);
  o.velocity = malloc(n * sizeof *o.velocity);
  for (size_t i = 0; i < n; i++) o.theta[i] = o.velocity[i] = UNTOUCHED;
  o.status = sgdl_simulate(ctx, model, sim, o.theta, o.velocity, &o.done);
  return o;
}

void release(output *o)
{
  free(o->theta);
  free(o->velocity);
}
