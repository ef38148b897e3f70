/* The stationary covariance with a general gradient covariance (decomposition, noise to modes, theta,
 * velocity and cross) against what it cannot do without: dsyevd and six products, same BLAS; and with
 * Sigma = sigma2 H against dpotrf and dpotri. */
#define _POSIX_C_SOURCE 200809L
#include <malloc.h>
#include <string.h>

#include "bench.h"

typedef struct problem {
  sgdl_context ctx;
  int d;
  double *H, *Sigma;
  double *rho, *vectors, *noise, *theta, *velocity, *cross;
  int *exists;
  double *work;
  int *iwork;
  int lwork, liwork;
} problem;

static void whole_answer(void *data)
{
  problem *p = data;
  double trace[2];
  bench_check(&p->ctx, sgdl_decompose(&p->ctx, p->d, p->H, p->rho, p->vectors));
  bench_check(&p->ctx, sgdl_noise_to_modes(&p->ctx, p->d, p->vectors, p->Sigma, p->noise));
  sgdl_model model = {.dim = p->d, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                      .sampling = SGDL_REPLACEMENT, .rho = p->rho, .vectors = p->vectors, .noise = p->noise,
                      .noise_is_full = 1, .sigma2 = -1.0};
  bench_check(&p->ctx, sgdl_stationary(&p->ctx, &model, p->theta, p->velocity, p->cross, trace, p->exists));
}

/* ---- memory ------------------------------------------------------------------------------------- */

/* Resident memory in bytes: "VmRSS" now, "VmHWM" its peak (Linux). */
static double resident(const char *field)
{
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  double kilobytes = 0;
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, field, strlen(field)) == 0) kilobytes = atof(line + strlen(field) + 1);
  if (status) fclose(status);
  return 1024 * kilobytes;
}

/* Peak of one answer beyond its input and output, in d^2 doubles: vectors and noise of the model included. */
static void print_peak(problem *p)
{
  size_t n = (size_t)p->d * (size_t)p->d;
  double before = resident("VmRSS");
  FILE *reset = fopen("/proc/self/clear_refs", "w");
  if (!reset || fputs("5", reset) < 0) return;
  fclose(reset);
  whole_answer(p);
  double outputs = 3 * 8 * (double)n;
  printf("check\tpeak memory d=%d beyond input and output, in d^2 doubles\t%.2f\n", p->d,
         (resident("VmHWM") - before - outputs) / (8 * (double)n));
}

/* ---- the floors ---------------------------------------------------------------------------------- */

static void dsyevd_and_six_products(void *data)
{
  problem *p = data;
  int info, n = p->d;
  const double one = 1.0, zero = 0.0;
  memcpy(p->vectors, p->H, sizeof(double) * (size_t)n * (size_t)n);
  dsyevd_("V", "L", &n, p->vectors, &n, p->rho, p->work, &p->lwork, p->iwork, &p->liwork, &info, 1, 1);
  for (int i = 0; i < 6; i++)
    dgemm_("N", "N", &n, &n, &n, &one, p->Sigma, &n, p->vectors, &n, &zero, p->theta, &n, 1, 1);
}

static void shortcut(void *data)
{
  problem *p = data;
  double trace[2];
  sgdl_model model = {.dim = p->d, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                      .sampling = SGDL_REPLACEMENT, .hessian = p->H, .sigma2 = 0.5};
  bench_check(&p->ctx, sgdl_stationary(&p->ctx, &model, p->theta, p->velocity, p->cross, trace, p->exists));
}

static void dpotrf_and_dpotri(void *data)
{
  problem *p = data;
  int info, n = p->d;
  memcpy(p->vectors, p->H, sizeof(double) * (size_t)n * (size_t)n);
  dpotrf_("L", &n, p->vectors, &n, &info, 1);
  dpotri_("L", &n, p->vectors, &n, &info, 1);
}

int main(int argc, char **argv)
{
  static problem p;
  int d = argc > 1 ? atoi(argv[1]) : 1000, repeats = argc > 2 ? atoi(argv[2]) : 7;
  ptrdiff_t n = (ptrdiff_t)d * d;
  mallopt(M_MMAP_THRESHOLD, 1 << 20); /* what is freed leaves the resident set at once */
  sgdl_context_init(&p.ctx);
  p.d = d;
  p.H = bench_wishart(&p.ctx, 1, 2 * d, d);
  p.Sigma = bench_wishart(&p.ctx, 2, 2 * d, d);
  p.rho = bench_doubles(d);
  p.vectors = bench_doubles(n);
  p.noise = bench_doubles(n);
  p.theta = bench_doubles(n);
  p.velocity = bench_doubles(n);
  p.cross = bench_doubles(n);
  p.exists = calloc((size_t)d, sizeof(int));
  print_peak(&p);
  p.lwork = 1 + 6 * d + 2 * d * d;
  p.liwork = 3 + 5 * d;
  p.work = bench_doubles(p.lwork);
  p.iwork = calloc((size_t)p.liwork, sizeof(int));

  bench_case cases[4] = {{.run = whole_answer, .data = &p}, {.run = dsyevd_and_six_products, .data = &p},
                         {.run = shortcut, .data = &p}, {.run = dpotrf_and_dpotri, .data = &p}};
  snprintf(cases[0].name, sizeof cases[0].name, "stationary core d=%d", d);
  snprintf(cases[1].name, sizeof cases[1].name, "dsyevd + 6 dgemm d=%d", d);
  snprintf(cases[2].name, sizeof cases[2].name, "stationary sigma2 H core d=%d", d);
  snprintf(cases[3].name, sizeof cases[3].name, "dpotrf + dpotri d=%d", d);
  bench_run(cases, 4, repeats);
  return 0;
}
