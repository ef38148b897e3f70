/* A small model, a regression to go with it, and runs of the simulator, shared by the tests of simulation. */
#ifndef SGDL_TEST_PATHS_H
#define SGDL_TEST_PATHS_H

#include "sgdl.h"

enum { D = 5, EXAMPLES = 17 };

typedef struct problem {
  double rho[D], minimiser[D], vectors[D * D];
  double full_noise[D * D], diagonal_noise[D];
  double X[EXAMPLES * D], y[EXAMPLES];
} problem;

void problem_init(problem *p);
/* lr 0.1, momentum 0.8, weight decay 0.01, batches of 3; borrows the arrays of p. */
sgdl_model problem_model(const problem *p, sgdl_dynamics dynamics, sgdl_sampling sampling, int noise_is_full);

/* A run and its output, records x dim x n_paths each; UNTOUCHED where nothing was written. */
#define UNTOUCHED (-77.0)

typedef struct output {
  ptrdiff_t records, done;
  double *theta, *velocity;
  sgdl_status status;
} output;

output simulate(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim);
void release(output *o);

#endif
