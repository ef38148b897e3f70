/* Memory of a run that keeps no rows, d = 10^7 independent modes: the peak while it runs less what the
 * program held before (the problem's own arrays), in vectors of d doubles. */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "sgdl_simulate.h"

enum { D = 10000000, STEPS = 20, LAGS = 4 };

static double peak_bytes(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * (double)usage.ru_maxrss;
}

static void run(int summaries, int exact)
{
  const double lags[LAGS] = {1, 2, 4, 8};
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  double *rho = bench_doubles(D);
  for (ptrdiff_t i = 0; i < D; i++) rho[i] = 1.0 / (double)(1 + i / 1000);
  sgdl_model model = {.dim = D, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = exact ? SGDL_LANGEVIN : SGDL_SGD,
                      .sampling = SGDL_REPLACEMENT, .rho = rho, .noise = rho, .sigma2 = -1.0};
  sgdl_simulation sim;
  sgdl_simulation_init(&sim);
  sim.method = exact ? SGDL_EXACT : SGDL_GAUSSIAN_SGD;
  sim.steps = STEPS;
  sim.seed = 1;
  sim.record_modes = 1;
  sim.summaries = summaries;
  sim.n_lags = summaries & SGDL_ONLINE_MSD ? LAGS : 0;
  sim.lags = lags;
  double before = peak_bytes();
  sgdl_run *simulation;
  sgdl_recording none = {0};
  bench_check(&ctx, sgdl_run_create(&ctx, &model, &sim, &simulation));
  bench_check(&ctx, sgdl_run_advance(simulation, &ctx, STEPS, &none));
  printf("check\tvectors of d = 10^7, %s, %s%s\t%.2f\n", exact ? "exact" : "SGD",
         "moments and displacement", sim.n_lags ? ", MSD at 4 lags" : "",
         (peak_bytes() - before) / (8.0 * D));
  fflush(stdout);
  sgdl_run_free(simulation);
  free(rho);
}

/* Each in a process of its own: a peak never falls. */
int main(void)
{
  const int base = SGDL_MOMENTS | SGDL_DISPLACEMENT;
  for (int q = 0; q < 4; q++) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      run(q % 2 ? base | SGDL_ONLINE_MSD : base, q < 2);
      return 0;
    }
    int status;
    if (waitpid(child, &status, 0) < 0 || status != 0) return 1;
  }
  return 0;
}
