/* Exact simulation of an ensemble with independent modes, d = 1000, 100 paths: the recursion that
 * bench/python/ensemble.py and bench/R/ensemble.R do as well, and two threads against one. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

enum { D = 1000, PATHS = 100 };

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta;
} run;

static void simulate(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, NULL, &done));
}

static run make_run(double *rho, ptrdiff_t steps, ptrdiff_t every, int threads)
{
  run r = {.model = {.dim = D, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                     .sampling = SGDL_REPLACEMENT, .rho = rho, .noise = rho, .sigma2 = -1.0}};
  sgdl_context_init(&r.ctx);
  r.ctx.threads = threads;
  sgdl_simulation_init(&r.sim);
  r.sim.method = SGDL_EXACT;
  r.sim.steps = steps;
  r.sim.record_every = every;
  r.sim.record_modes = 1;
  r.sim.n_paths = PATHS;
  r.sim.seed = 1;
  r.theta = bench_doubles(sgdl_simulation_records(&r.sim) * D * PATHS);
  return r;
}

int main(void)
{
  double *rho = bench_doubles(D);
  for (int i = 0; i < D; i++) rho[i] = 1.0 / (1 + i);
  run all = make_run(rho, 100, 1, 1), one = make_run(rho, 1000, 10, 1), two = make_run(rho, 1000, 10, 2);
  bench_case recorded[] = {{"ensemble core", simulate, &all}};
  bench_case threads[] = {{"ensemble core, one thread", simulate, &one},
                          {"ensemble core, two threads", simulate, &two}};
  bench_run(recorded, 1, 9);
  bench_run(threads, 2, 7);
  free(all.theta);
  free(one.theta);
  free(two.theta);
  free(rho);
  return 0;
}
