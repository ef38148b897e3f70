/* Regression with fewer examples than parameters, theory and all, against dsyrk for the N x N Gram matrix,
 * its dsyevd and one product. Peak memory is printed by the shell: /usr/bin/time -v. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "bench.h"

typedef struct problem {
  sgdl_context ctx;
  int N, d;
  double *X, *y, *V, *rho, *left, *noise;
  double *gram, *w, *work;
  int *iwork;
  int lwork, liwork;
} problem;

static void theory(void *data)
{
  static const double STEPS[3] = {1, 1000, 1e6};
  problem *p = data;
  ptrdiff_t rank;
  double rss, trace[2], msd[3], exponent[3];
  bench_check(&p->ctx, sgdl_wide_decompose(&p->ctx, p->N, p->d, p->X, p->rho, p->left, p->V, &rank));
  bench_check(&p->ctx, sgdl_wide_noise(&p->ctx, p->N, rank, p->rho, p->left, p->y, 1e-3, NULL, p->noise,
                                       &rss));
  sgdl_model model = {.dim = rank + 1, .hyper = {0.1, 0.9, 1e-3, 32}, .dynamics = SGDL_LANGEVIN,
                      .rho = p->rho, .noise = p->noise, .noise_is_full = 1, .sigma2 = -1.0};
  bench_check(&p->ctx, sgdl_stationary(&p->ctx, &model, NULL, NULL, NULL, trace, NULL));
  bench_check(&p->ctx, sgdl_msd_theory(&p->ctx, &model, 3, STEPS, SGDL_START_STATIONARY, NULL, NULL,
                                       SGDL_FORM_MODEL, msd, exponent, NULL));
}

static void parts(void *data)
{
  problem *p = data;
  const double one = 1, zero = 0;
  int info;
  dsyrk_("L", "N", &p->N, &p->d, &one, p->X, &p->N, &zero, p->gram, &p->N, 1, 1);
  dsyevd_("V", "L", &p->N, p->gram, &p->N, p->w, p->work, &p->lwork, p->iwork, &p->liwork, &info, 1, 1);
  dgemm_("T", "N", &p->d, &p->N, &p->N, &one, p->X, &p->N, p->gram, &p->N, &zero, p->V, &p->d, 1, 1);
}

int main(int argc, char **argv)
{
  static problem p;
  p.N = argc > 1 ? atoi(argv[1]) : 1000;
  p.d = argc > 2 ? atoi(argv[2]) : 50000;
  int repeats = argc > 3 ? atoi(argv[3]) : 3;
  ptrdiff_t N = p.N, d = p.d;
  sgdl_context_init(&p.ctx);
  p.X = bench_doubles(N * d);
  p.V = bench_doubles(N * d);
  p.y = bench_doubles(N);
  p.rho = bench_doubles(N + 1);
  p.left = bench_doubles(N * N);
  p.noise = bench_doubles((N + 1) * (N + 1));
  p.gram = bench_doubles(N * N);
  p.w = bench_doubles(N);
  p.lwork = 1 + 6 * p.N + 2 * p.N * p.N;
  p.liwork = 3 + 5 * p.N;
  p.work = bench_doubles(p.lwork);
  p.iwork = calloc((size_t)p.liwork, sizeof(int));
  for (ptrdiff_t j = 0; j < d; j++) sgdl_normals(1, SGDL_STREAM_START, 0, (uint64_t)j, 0, N, p.X + j * N);
  sgdl_normals(2, SGDL_STREAM_START, 0, 0, 0, N, p.y);

  bench_case cases[2] = {{.run = theory, .data = &p}, {.run = parts, .data = &p}};
  snprintf(cases[0].name, sizeof cases[0].name, "wide regression core N=%d d=%d", p.N, p.d);
  snprintf(cases[1].name, sizeof cases[1].name, "dsyrk + dsyevd + dgemm N=%d d=%d", p.N, p.d);
  bench_run(cases, 2, repeats);
  return 0;
}
