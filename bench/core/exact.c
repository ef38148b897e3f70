/* Exact simulation of 100 paths at d = 1000, theta recorded at every step, one thread, against what it cannot do
 * without: filling as many normals, 2d a step and path; for general noise the triangular product that correlates
 * them as well, for parameters (dense eigenvectors) the product that turns modes into them. Where there are
 * products, steps of a longer run less those of a run of one step, which decomposes and factors as well. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

enum { D = 1000, PATHS = 100, STEPS = 1000, FEW = 41, TILE = 64 };

void dtrmm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n,
            const double *alpha, const double *A, const int *lda, double *B, const int *ldb, size_t, size_t, size_t,
            size_t);

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta;                   /* records x D x PATHS    */
  double *normals, *turned;        /* 2D x TILE each         */
  double *factor;                  /* 2D x 2D                */
} run;

static void simulate(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, NULL, &done));
}

/* The floor of one tile of one path. */
static void floor_tile(run *r, ptrdiff_t path, ptrdiff_t step, ptrdiff_t n)
{
  const sgdl_backend *backend = sgdl_backend_of(&r->ctx);
  const int rows = 2 * D, columns = (int)n;
  const double one = 1.0;
  bench_check(&r->ctx, backend->fill_normals(&r->ctx, 1, SGDL_STREAM_NOISE, (uint64_t)path, (uint64_t)step, 2 * D, n,
                                             r->normals));
  if (r->model.noise_is_full)
    dtrmm_("L", "L", "N", "N", &rows, &columns, &one, r->factor, &rows, r->normals, &rows, 1, 1, 1, 1);
  if (!r->sim.record_modes)
    bench_check(&r->ctx, backend->product(&r->ctx, 0, 0, D, n, D, 1.0, r->model.vectors, D, r->normals, 2 * D, 0.0,
                                          r->turned, D));
}

/* The paths one after another: the floor may take whole tiles. */
static void floor_all(void *data)
{
  run *r = data;
  ptrdiff_t columns = r->sim.steps * PATHS;
  for (ptrdiff_t c = 0; c < columns; c += TILE)
    floor_tile(r, c / STEPS, c % STEPS, columns - c < TILE ? columns - c : TILE);
}

static void measure(run *r, const char *what, ptrdiff_t steps, int repeats)
{
  char name[64];
  run single = *r;
  double seconds[3];
  r->sim.steps = steps;
  single.sim.steps = 1;
  bench_case cases[] = {{"", simulate, r}, {"", floor_all, r}, {"", simulate, &single}};
  int products = steps != STEPS;
  bench_medians(cases, products ? 3 : 2, repeats, seconds);
  snprintf(name, sizeof name, "exact d=1000, 100 paths, %s", what);
  bench_print(name, products ? (seconds[0] - seconds[2]) * (double)steps / (double)(steps - 1) : seconds[0]);
  snprintf(name, sizeof name, "floor of exact d=1000, %s", what);
  bench_print(name, seconds[1]);
}

int main(void)
{
  static run r;
  sgdl_context_init(&r.ctx);
  r.ctx.threads = 1;
  double *rho = bench_doubles(D), *vectors = bench_doubles(D * D), *H = bench_wishart(&r.ctx, 5, 2 * D, D);
  double *Sigma = bench_wishart(&r.ctx, 3, 2 * D, D);
  bench_check(&r.ctx, sgdl_decompose(&r.ctx, D, H, rho, vectors));
  r.model = (sgdl_model){.dim = D, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                         .sampling = SGDL_REPLACEMENT, .rho = rho, .vectors = vectors, .noise = rho, .sigma2 = -1.0};
  sgdl_simulation_init(&r.sim);
  r.sim.method = SGDL_EXACT;
  r.sim.record_every = 1;
  r.sim.n_paths = PATHS;
  r.sim.seed = 1;
  r.theta = bench_doubles((ptrdiff_t)(STEPS + 1) * D * PATHS);
  r.normals = bench_doubles(2 * D * TILE);
  r.turned = bench_doubles(2 * D * TILE);
  r.factor = bench_doubles(4 * (ptrdiff_t)D * D);
  for (ptrdiff_t i = 0; i < 4 * (ptrdiff_t)D * D; i++) r.factor[i] = 1.0 / (double)(1 + i % 7);

  r.sim.record_modes = 1;
  measure(&r, "diagonal noise, modes", STEPS, 5);
  r.sim.record_modes = 0;
  measure(&r, "diagonal noise, theta", FEW, 5);
  r.model.noise = Sigma;
  r.model.noise_is_full = 1;
  r.sim.record_modes = 1;
  measure(&r, "general noise, modes", FEW, 5);
  r.sim.record_modes = 0;
  measure(&r, "general noise, theta", FEW, 5);
  return 0;
}
