/* Exact simulation of 20 paths with the modes recorded, one thread, against filling as many normals
 * (2 d a step and path; general noise: and the (2d)^2 product that correlates them). */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

enum { PATHS = 20, TILE = 64 };

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta, *velocity;  /* records x d x PATHS                                          */
  double *normals;           /* 2d x steps x PATHS                                           */
  double *factor, *product;  /* 2d x 2d and 2d x TILE                                        */
} run;

static void simulate(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, r->velocity, &done));
}

static void fill(void *data)
{
  run *r = data;
  ptrdiff_t n = 2 * r->model.dim;
  for (ptrdiff_t path = 0; path < PATHS; path++)
    bench_check(&r->ctx, sgdl_backend_of(&r->ctx)->fill_normals(&r->ctx, 1, SGDL_STREAM_NOISE, (uint64_t)path, 0,
                         n, r->sim.steps, r->normals + path * n * r->sim.steps));
}

static void fill_and_product(void *data)
{
  run *r = data;
  ptrdiff_t n = 2 * r->model.dim, columns = r->sim.steps * PATHS;
  fill(data);
  for (ptrdiff_t first = 0; first < columns; first += TILE) {
    ptrdiff_t width = columns - first < TILE ? columns - first : TILE;
    bench_check(&r->ctx, sgdl_backend_of(&r->ctx)->product(&r->ctx, 0, 0, n, width, n, 1.0, r->factor, n,
                         r->normals + first * n, n, 0.0, r->product, n));
  }
}

static void measure(ptrdiff_t d, ptrdiff_t steps, int full)
{
  run r = {.sim = {.method = SGDL_EXACT, .steps = steps, .record_every = 1, .n_paths = PATHS, .seed = 1,
                   .record_modes = 1}};
  sgdl_context_init(&r.ctx);
  r.ctx.threads = 1;
  double *rho = bench_doubles(d), *noise;
  for (ptrdiff_t i = 0; i < d; i++) rho[i] = 1.0 / (double)(1 + i);
  if (full) {
    noise = bench_wishart(&r.ctx, 3, 2 * d, d);
  } else {
    noise = bench_doubles(d);
    for (ptrdiff_t i = 0; i < d; i++) noise[i] = rho[i];
  }
  r.model = (sgdl_model){.dim = d, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                         .sampling = SGDL_REPLACEMENT, .rho = rho, .noise = noise, .noise_is_full = full,
                         .sigma2 = -1.0};
  ptrdiff_t records = sgdl_simulation_records(&r.sim);
  r.theta = bench_doubles(records * d * PATHS);
  r.velocity = bench_doubles(records * d * PATHS);
  r.normals = bench_doubles(2 * d * steps * PATHS);
  r.factor = bench_doubles(4 * d * d);
  r.product = bench_doubles(2 * d * TILE);
  for (ptrdiff_t i = 0; i < 4 * d * d; i++) r.factor[i] = 1.0 / (double)(1 + i % 7);

  const char *kind = full ? "general" : "diagonal";
  bench_case cases[2] = {{.run = simulate, .data = &r}, {.run = full ? fill_and_product : fill, .data = &r}};
  snprintf(cases[0].name, sizeof cases[0].name, "exact simulation d=%td %s", d, kind);
  snprintf(cases[1].name, sizeof cases[1].name, "fill%s d=%td", full ? " + product" : "", d);
  bench_run(cases, 2, 7);

  free(rho);
  free(noise);
  free(r.theta);
  free(r.velocity);
  free(r.normals);
  free(r.factor);
  free(r.product);
}

int main(void)
{
  measure(100, 2000, 0);
  measure(1000, 200, 0);
  measure(100, 500, 1);
  measure(1000, 50, 1);
  return 0;
}
