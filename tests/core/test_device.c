/* The core on a device (the CUDA plug-in's own sources over the emulated one) against the core on the CPU:
 * models, stationary covariances, simulations and mean squared displacements. */
#include "backend_suite.h"

#include "sgdl_simulate.h"
#include "sgdl_stats.h"

static sgdl_context cpu, gpu;

enum { D = 12, PATHS = 5, STEPS = 101 };

/* The device's entries, those of whole chains counted. */
static sgdl_backend counted;
static const sgdl_backend *device;
static int chains, transforms, grams;

static sgdl_status count_stationary(sgdl_context *ctx, sgdl_stationary_job *job)
{
  chains++;
  return device->stationary(ctx, job);
}

static sgdl_status count_correlate(sgdl_context *ctx, sgdl_correlation_job *job)
{
  transforms++;
  return device->correlate(ctx, job);
}

static sgdl_status count_frames(sgdl_context *ctx, const sgdl_frames_job *job)
{
  grams++;
  return device->frames(ctx, job);
}

static double H[D * D], Sigma[D * D], rho[D], vectors[D * D], noise[D * D], minimiser[D];

/* A problem whose noise is not that of its Hessian. */
static void make_problem(void)
{
  double *h = suite_covariance(40, D, 2 * D, 0.05), *s = suite_covariance(41, D, 2 * D, 0.1);
  double *m = suite_normals(42, D);
  memcpy(H, h, sizeof H);
  memcpy(Sigma, s, sizeof Sigma);
  memcpy(minimiser, m, sizeof minimiser);
  free(h);
  free(s);
  free(m);
}

static sgdl_model model_of(sgdl_dynamics dynamics, int full)
{
  static double diagonal[D];
  for (int l = 0; l < D; l++) diagonal[l] = 2.0 * rho[l];
  return (sgdl_model){.dim = D,
                      .hyper = {0.05, 0.8, 0.01, 16},
                      .dynamics = dynamics,
                      .rho = rho,
                      .vectors = vectors,
                      .minimiser = minimiser,
                      .noise = full ? noise : diagonal,
                      .noise_is_full = full,
                      .sigma2 = -1};
}

static void decompositions_agree(void)
{
  double r[D], V[D * D], n[D * D];
  CHECK_STATUS(sgdl_decompose(&cpu, D, H, rho, vectors), SGDL_OK);
  CHECK_STATUS(sgdl_decompose(&gpu, D, H, r, V), SGDL_OK);
  CHECK_INT(chains, 1);
  CHECK_ARRAY(r, rho, D, 1e-13);
  CHECK_ARRAY(V, vectors, D * D, 1e-11);
  CHECK_STATUS(sgdl_noise_to_modes(&cpu, D, vectors, Sigma, noise), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(&gpu, D, vectors, Sigma, n), SGDL_OK);
  CHECK_INT(chains, 2);
  CHECK_ARRAY(n, noise, D * D, 1e-13);
}

static void stationary_covariances_agree(void)
{
  double a[3 * D * D], b[3 * D * D], trace_a[2], trace_b[2];
  int exists[D];
  for (int which = 0; which < 8; which++) {
    sgdl_model model = model_of(which % 2 ? SGDL_SGD : SGDL_LANGEVIN, which / 2 % 2);
    if (which / 4) { /* epochs and shortcuts: as the CPU, with products there */
      model.dynamics = SGDL_SGD;
      model.sampling = SGDL_EPOCH;
      model.n_examples = 100 + which;
    }
    CHECK_STATUS(sgdl_stationary(&cpu, &model, a, a + D * D, a + 2 * D * D, trace_a, exists), SGDL_OK);
    chains = 0;
    CHECK_STATUS(sgdl_stationary(&gpu, &model, b, b + D * D, b + 2 * D * D, trace_b, exists), SGDL_OK);
    CHECK_INT(chains, which / 4 ? 0 : 1);
    for (int k = 0; k < 3; k++) CHECK_ARRAY(b + k * D * D, a + k * D * D, D * D, 1e-10);
    CHECK_ARRAY(trace_b, trace_a, 2, 1e-12);
  }
}

/* The whole record of a run, in pieces of `piece` steps. */
static sgdl_status run_it(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                          ptrdiff_t piece, ptrdiff_t first, ptrdiff_t rows, double *theta, double *velocity,
                          const char **backend)
{
  sgdl_run *run;
  sgdl_recording recording = {.theta = theta, .velocity = velocity, .rows = rows, .first = first};
  SGDL_TRY(sgdl_run_create(ctx, model, sim, &run));
  sgdl_status status = SGDL_OK;
  *backend = strcmp(sgdl_run_backend(run), "cuda") == 0 ? "cuda" : "cpu";
  for (ptrdiff_t until = piece; status == SGDL_OK && sgdl_run_step(run) < sim->steps; until += piece)
    status = sgdl_run_advance(run, ctx, until < sim->steps ? until : sim->steps, &recording);
  sgdl_run_free(run);
  return status;
}

static void simulations_agree(void)
{
  enum { ROWS = STEPS / 3 + 1, ALL = ROWS * D * PATHS };
  static double a[ALL], b[ALL], va[ALL], vb[ALL];
  const char *backend;
  for (int which = 0; which < 16; which++) {
    int exact = which % 2, full = which / 2 % 2, modes = which / 4 % 2, some = which / 8;
    sgdl_model model = model_of(exact ? SGDL_LANGEVIN : SGDL_SGD, full);
    sgdl_simulation sim;
    sgdl_simulation_init(&sim);
    sim.method = exact ? SGDL_EXACT : SGDL_GAUSSIAN_SGD;
    sim.steps = STEPS;
    sim.n_paths = PATHS;
    sim.seed = 31;
    sim.record_every = 3;
    sim.record_modes = modes;
    sim.nesterov = !exact && full; /* steps after the first differ from it under dampening */
    sim.dampening = !exact && !full ? 0.5 : 0.0;
    ptrdiff_t first = some ? 4 : 0, rows = some ? 20 : ROWS;
    for (int e = 0; e < ALL; e++) a[e] = b[e] = va[e] = vb[e] = 0;
    CHECK_STATUS(run_it(&cpu, &model, &sim, STEPS, first, rows, a, va, &backend), SGDL_OK);
    CHECK_TEXT(backend, "cpu");
    CHECK_STATUS(run_it(&gpu, &model, &sim, 25, first, rows, b, vb, &backend), SGDL_OK);
    CHECK_TEXT(backend, "cuda");
    double tolerance = full || !modes ? 1e-12 : 0.0; /* without products to the bit */
    CHECK_ARRAY(b, a, rows * D * PATHS, tolerance);
    CHECK_ARRAY(vb, va, rows * D * PATHS, tolerance);
    CHECK(fabs(a[rows - 1]) > 0);
  }
}

/* What a device does not do goes on as before. */
static void other_simulations_stay_on_the_cpu(void)
{
  static double a[(STEPS + 1) * D], b[(STEPS + 1) * D];
  const char *backend;
  sgdl_model model = model_of(SGDL_SGD, 1);
  sgdl_simulation sim;
  sgdl_simulation_init(&sim);
  sim.method = SGDL_GAUSSIAN_SGD;
  sim.steps = STEPS;
  sim.seed = 5;
  model.sampling = SGDL_EPOCH;
  model.n_examples = 100;
  CHECK_STATUS(run_it(&cpu, &model, &sim, STEPS, 0, STEPS + 1, a, NULL, &backend), SGDL_OK);
  CHECK_STATUS(run_it(&gpu, &model, &sim, STEPS, 0, STEPS + 1, b, NULL, &backend), SGDL_OK);
  CHECK_TEXT(backend, "cpu");
  CHECK_ARRAY(b, a, (STEPS + 1) * D, 1e-12); /* the factor of the noise may differ in rounding */
  model.sampling = SGDL_REPLACEMENT;
  sim.summaries = SGDL_MOMENTS;
  CHECK_STATUS(run_it(&gpu, &model, &sim, STEPS, 0, STEPS + 1, b, NULL, &backend), SGDL_OK);
  CHECK_TEXT(backend, "cpu");
}

static void divergence_is_told(void)
{
  static double a[(STEPS + 1) * D];
  const char *backend;
  sgdl_model model = model_of(SGDL_LANGEVIN, 0);
  double theta0[D];
  sgdl_simulation sim;
  sgdl_simulation_init(&sim);
  for (int i = 0; i < D; i++) theta0[i] = 1.7e308;
  sim.steps = STEPS;
  sim.theta0 = theta0;
  sgdl_status status = run_it(&gpu, &model, &sim, STEPS, 0, STEPS + 1, a, NULL, &backend);
  CHECK_INT(status, SGDL_UNSTABLE);
  CHECK_TEXT(gpu.message, "path 1 diverged between steps 1 and 101");
}

static void displacements_agree(void)
{
  enum { T = 3000, WIDE = 40, LAGS = 290 }; /* so many lags that transforms are worth it */
  double *x = suite_normals(50, (ptrdiff_t)T * WIDE), lags[LAGS], a[LAGS], b[LAGS], ea[LAGS], eb[LAGS];
  for (int l = 0; l < LAGS; l++) lags[l] = 1.0 + 10.0 * l;
  for (ptrdiff_t c = 0; c < WIDE; c++)
    for (ptrdiff_t t = 1; t < T; t++) x[t + T * c] += x[t - 1 + T * c] + 0.01 * (double)c;
  for (int paths = 1; paths <= 4; paths *= 4) {
    ptrdiff_t d = WIDE / paths;
    CHECK_STATUS(sgdl_msd(&cpu, T, d, paths, x, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, a, ea, NULL), SGDL_OK);
    transforms = 0;
    CHECK_STATUS(sgdl_msd(&gpu, T, d, paths, x, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, b, eb, NULL), SGDL_OK);
    CHECK(transforms > 0);
    for (int l = 0; l < LAGS; l++) {
      CHECK_CLOSE(b[l], a[l], 1e-10);
      CHECK_NEAR(eb[l], ea[l], 1e-9 * fabs(ea[l]));
    }
  }
  enum { FRAMES = 30 };
  double *g = calloc(FRAMES * FRAMES + FRAMES + 1, sizeof *g),
         *h = calloc(FRAMES * FRAMES + FRAMES + 1, sizeof *h);
  double ta[SGDL_TALLY * 2], tb[SGDL_TALLY * 2], two[2] = {1, 7};
  for (int by_frame = 0; by_frame < 2; by_frame++) {
    CHECK_STATUS(sgdl_gram_coordinates(&cpu, FRAMES, 1000, x, by_frame, g), SGDL_OK);
    CHECK_STATUS(sgdl_gram_coordinates(&gpu, FRAMES, 1000, x, by_frame, h), SGDL_OK);
    CHECK_INT(grams, by_frame + 1);
  }
  CHECK_STATUS(sgdl_gram_tally(&cpu, FRAMES, g, 2, two, ta, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_gram_tally(&cpu, FRAMES, h, 2, two, tb, NULL), SGDL_OK);
  CHECK_ARRAY(tb, ta, SGDL_TALLY * 2, 1e-12);
  x[FRAMES * 5 + 3] = NAN;
  CHECK_STATUS(sgdl_gram_coordinates(&gpu, FRAMES, 1000, x, 0, h), SGDL_NOT_FINITE);
  CHECK_TEXT(gpu.message, "`x`: coordinate 6 has a NaN or an infinity");
  free(g);
  free(h);
  free(x);
}

int main(void)
{
  sgdl_context_init(&cpu);
  sgdl_context_init(&gpu);
  sgdl_context_init(&suite_ctx);
  CHECK_STATUS(sgdl_backend_open(&gpu, "cuda", SGDL_TEST_EMULATED, NULL, &device, NULL), SGDL_OK);
  counted = *device;
  counted.stationary = count_stationary;
  counted.correlate = count_correlate;
  counted.frames = count_frames;
  gpu.backend = &counted;
  make_problem();
  decompositions_agree();
  stationary_covariances_agree();
  simulations_agree();
  other_simulations_stay_on_the_cpu();
  divergence_is_told();
  displacements_agree();
  return check_report();
}
