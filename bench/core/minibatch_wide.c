/* Steps of minibatch SGD at d = 1000, S = 512 (a run less a run of one step, which copies the data as well)
 * against what they cannot do without: reading the rows of the batch, used twice. Two limits: dgemv twice
 * over as many contiguous rows, and ddot and daxpy over the rows of the same batches (each row in cache for
 * its daxpy). One thread. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

enum { N = 20000, D = 1000, S = 512, STEPS = 200 };

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void daxpy_(const int *n, const double *a, const double *x, const int *incx, double *y, const int *incy);

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta;
  const double *rows;              /* N x D, row after row */
  double *point, *residual, *gradient;
  ptrdiff_t *batches;              /* S x STEPS */
} run;

static void train(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, NULL, &done));
}

static void two_gemv(void *data)
{
  run *r = data;
  const int d = D, size = S, one = 1;
  const double unit = 1.0, zero = 0.0;
  for (ptrdiff_t k = 0; k < STEPS; k++) {
    const double *rows = r->rows + k * S % (N - S) * D;
    dgemv_("T", &d, &size, &unit, rows, &d, r->point, &one, &zero, r->residual, &one, 1);
    dgemv_("N", &d, &size, &unit, rows, &d, r->residual, &one, &zero, r->gradient, &one, 1);
  }
}

static void dot_and_axpy(void *data)
{
  run *r = data;
  const int d = D, one = 1;
  for (ptrdiff_t i = 0; i < S * STEPS; i++) {
    const double *row = r->rows + r->batches[i] * D;
    double residual = ddot_(&d, row, &one, r->point, &one);
    daxpy_(&d, &residual, row, &one, r->gradient, &one);
  }
}

int main(void)
{
  static run r;
  sgdl_context_init(&r.ctx);
  r.ctx.threads = 1;
  double *X = bench_doubles((ptrdiff_t)N * D), *rows = bench_doubles((ptrdiff_t)N * D), *y = bench_doubles(N);
  double *rho = bench_doubles(D), *start = bench_doubles(D);
  for (ptrdiff_t i = 0; i < N; i++) sgdl_normals(1, SGDL_STREAM_START, 0, (uint64_t)i, 0, D, rows + i * D);
  for (ptrdiff_t i = 0; i < N; i++)
    for (ptrdiff_t j = 0; j < D; j++) X[i + j * N] = rows[i * D + j];
  sgdl_normals(1, SGDL_STREAM_START, 1, 0, 0, N, y);
  r.model = (sgdl_model){.dim = D, .hyper = {0.001, 0.9, 1e-3, S}, .dynamics = SGDL_SGD,
                         .sampling = SGDL_REPLACEMENT, .n_examples = N, .rho = rho, .sigma2 = -1.0};
  sgdl_simulation_init(&r.sim);
  r.sim.method = SGDL_MINIBATCH;
  r.sim.steps = STEPS;
  r.sim.seed = 1;
  r.sim.theta0 = start;
  r.sim.X = X;
  r.sim.y = y;
  r.theta = bench_doubles((STEPS + 1) * D);
  r.rows = rows;
  r.point = bench_doubles(D);
  r.residual = bench_doubles(S);
  r.gradient = bench_doubles(D);
  r.batches = calloc(S * STEPS, sizeof *r.batches);
  if (!r.batches) return 1;
  for (ptrdiff_t k = 0; k < STEPS; k++) {
    ptrdiff_t size;
    bench_check(&r.ctx, sgdl_batch(&r.ctx, N, S, SGDL_REPLACEMENT, 0, 1, 0, (uint64_t)k, r.batches + k * S,
                                   &size));
  }
  static run single;
  single = r;
  single.sim.steps = 1;
  bench_case cases[] = {{"two dgemv d=1000 S=512", two_gemv, &r},
                        {"ddot and daxpy d=1000 S=512", dot_and_axpy, &r},
                        {"a run", train, &r},
                        {"a run of one step", train, &single}};
  double seconds[4];
  bench_medians(cases, 4, 7, seconds);
  for (int i = 0; i < 2; i++) bench_print(cases[i].name, seconds[i] * (STEPS - 1) / STEPS);
  bench_print("minibatch core d=1000 S=512", seconds[2] - seconds[3]);
  return 0;
}
