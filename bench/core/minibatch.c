/* Real minibatch SGD of a linear regression of the size of the diamonds table, one path, one
 * thread; bench/python and bench/R time the same loop in NumPy and in plain R. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

enum { N = 53917, D = 23, STEPS = 20000 };

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta;
} run;

static void train(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, NULL, &done));
}

int main(void)
{
  static run replacement;
  run *r = &replacement;
  sgdl_context_init(&r->ctx);
  r->ctx.threads = 1;
  double *X = bench_doubles(N * D), *y = bench_doubles(N), *start = bench_doubles(D);
  for (int j = 0; j < D; j++) sgdl_normals(1, SGDL_STREAM_START, 0, (uint64_t)j, 0, N, X + (ptrdiff_t)j * N);
  sgdl_normals(1, SGDL_STREAM_START, 1, 0, 0, N, y);
  for (int i = 0; i < N; i++) y[i] += X[i];

  double *H = bench_doubles(D * D), *b = bench_doubles(D), *rho = bench_doubles(D);
  double *vectors = bench_doubles(D * D), *mu = bench_doubles(D), *Sigma = bench_doubles(D * D);
  double *noise = bench_doubles(D * D), rss;
  bench_check(&r->ctx, sgdl_regression_moments(&r->ctx, N, D, X, y, H, b));
  bench_check(&r->ctx, sgdl_decompose(&r->ctx, D, H, rho, vectors));
  bench_check(&r->ctx, sgdl_minimiser(&r->ctx, D, rho, vectors, 1e-3, b, mu));
  bench_check(&r->ctx, sgdl_regression_noise(&r->ctx, N, D, X, y, mu, 1e-3, Sigma, &rss));
  bench_check(&r->ctx, sgdl_noise_to_modes(&r->ctx, D, vectors, Sigma, noise));
  r->model = (sgdl_model){.dim = D, .hyper = {0.02, 0.9, 1e-3, 128}, .dynamics = SGDL_SGD,
                          .sampling = SGDL_REPLACEMENT, .n_examples = N, .rho = rho, .vectors = vectors,
                          .minimiser = mu, .noise = noise, .noise_is_full = 1, .sigma2 = -1.0};
  r->sim = (sgdl_simulation){.method = SGDL_MINIBATCH, .steps = STEPS, .record_every = 1, .n_paths = 1,
                             .seed = 1, .theta0 = start, .X = X, .y = y};
  r->theta = bench_doubles((STEPS + 1) * D);

  static run epochs;
  epochs = replacement;
  epochs.model.sampling = SGDL_EPOCH;
  bench_case cases[] = {{"minibatch core", train, &replacement}, {"minibatch core, epochs", train, &epochs}};
  bench_run(cases, 2, 9);
  return 0;
}
