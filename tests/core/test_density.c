/* Spectral densities from probes: error bars that hold, what is exact, noise, and the theory from a
 * density against the theory of the eigenvalues themselves. */
#include "../../src/core/base/base.h"

#include "check.h"
#include "known_spectrum.h"

#include <stdlib.h>

static sgdl_model settings(sgdl_dynamics dynamics, sgdl_sampling sampling, double weight_decay)
{
  return (sgdl_model){.hyper = {0.02, 0.9, weight_decay, 8}, .dynamics = dynamics, .sampling = sampling,
                      .n_examples = 100};
}

/* The model whose eigenvalues are rho and whose noise they carry. */
static sgdl_model exact_model(sgdl_model like, ptrdiff_t d, const double *rho, const double *noise)
{
  like.dim = d;
  like.rho = rho;
  like.noise = noise;
  like.sigma2 = -1;
  return like;
}

static double *numbers(ptrdiff_t n)
{
  return calloc((size_t)n, sizeof(double));
}

static double sum_of(const sgdl_function *f, ptrdiff_t d, const double *rho, const double *weight)
{
  double sum = 0;
  for (ptrdiff_t l = 0; l < d; l++) {
    double x = f->parameter, r = rho[l], value = 0;
    switch (f->kind) {
    case SGDL_F_ONE: value = 1; break;
    case SGDL_F_IDENTITY: value = r; break;
    case SGDL_F_SQUARE: value = r * r; break;
    case SGDL_F_ABSOLUTE: value = fabs(r); break;
    case SGDL_F_INVERSE: value = 1 / (r + x); break;
    case SGDL_F_LOGARITHM: value = log(r + x); break;
    case SGDL_F_EXPONENTIAL: value = exp(-x * r); break;
    case SGDL_F_BELOW: value = r < x; break;
    case SGDL_F_COUNT: break;
    }
    sum += (weight ? weight[l] : 1) * value;
  }
  return sum;
}

/* ---- bars hold at their rate --------------------------------------------------------------------------- */

enum { N_SMOOTH = 6, N_STEPS = 4 };
static const sgdl_function SMOOTH[N_SMOOTH] = {{SGDL_F_IDENTITY, 0},     {SGDL_F_SQUARE, 0},
                                                {SGDL_F_INVERSE, 0.1},
                                               {SGDL_F_LOGARITHM, 0.01}, {SGDL_F_EXPONENTIAL, 2}, {SGDL_F_ONE,
                                                                                                   0}};
static const double STEPS[N_STEPS] = {1, 10, 50, 200};

/* 40 independent sets of 16 probes. A miss is an error beyond 2.131 se (two-sided 5% of Student's t, 15
 * degrees of freedom) plus truncation: each quantity may have at most 9 of 40, Bin(40, .05): 3e-5 beyond;
 * for 3 spectra and 9 quantities one of them fails by chance in 6e-4 of all cases. The mean square of
 * error/se, 1.15 expected (15/13), must lie in 0.4 .. 3: 1e-4 and 3e-5 for Student's t, by simulation
 * (4e-3 for all). */
static void test_coverage(sgdl_context *ctx)
{
  enum { SETS = 40, PROBES = 16, LANCZOS = 24, QUANTITIES = N_SMOOTH - 1 + N_STEPS };
  const int sets = getenv("SGDL_TEST_SHORT") ? 4 : SETS;
  sgdl_quadrature r;
  known_spectrum k;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, 256, 1);
  ctx->threads = 1;
  double *noise = numbers(k.d), exact[N_SMOOTH + N_STEPS], value[16], se[16], truncation[16];
  for (int spectrum = 0; spectrum < SPECTRA; spectrum++) {
    int misses[16] = {0};
    double squares[16] = {0};
    known_fill(spectrum, k.d, k.rho);
    sgdl_model model = settings(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
    for (int f = 0; f < N_SMOOTH; f++) exact[f] = sum_of(SMOOTH + f, k.d, k.rho, NULL);
    for (ptrdiff_t l = 0; l < k.d; l++) noise[l] = 0.5 * k.rho[l];
    sgdl_model whole = exact_model(model, k.d, k.rho, noise);
    CHECK_STATUS(sgdl_msd_theory(ctx, &whole, N_STEPS, STEPS, SGDL_START_STATIONARY, NULL, NULL,
                                 SGDL_FORM_MODEL,
                                 exact + N_SMOOTH - 1, NULL, NULL), SGDL_OK); /* in place of f = 1 */
    for (int set = 0; set < sets; set++) {
      sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .first_probe = set * PROBES, .block = 8,
                              .normal = set % 2, .seed = 11};
      CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
      sgdl_spectral_density density = {.dim = k.d, .counts = &r, .sigma2 = 0.5};
      CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, N_SMOOTH, SMOOTH,
                                      &(sgdl_curve){value, se, truncation}),
                   SGDL_OK);
      CHECK_CLOSE(value[N_SMOOTH - 1], (double)k.d, 1e-13); /* f = 1 */
      CHECK_NEAR(se[N_SMOOTH - 1], 0, 1e-11);
      CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, N_STEPS, STEPS,
                                    &(sgdl_curve){value + N_SMOOTH - 1, se + N_SMOOTH - 1,
                                                  truncation + N_SMOOTH - 1},
                                    NULL), SGDL_OK);
      for (int i = 0; i < QUANTITIES; i++) {
        double error = fabs(value[i] - exact[i]), rest = truncation[i] + 1e-12 * fabs(exact[i]);
        misses[i] += error > 2.131 * se[i] + rest;
        squares[i] += error * error / (se[i] * se[i] + rest * rest) / SETS;
      }
    }
    for (int i = 0; i < QUANTITIES && sets == SETS; i++) {
      if (getenv("SGDL_TEST_VERBOSE"))
        printf("spectrum %d quantity %d: %d misses, mean square %.2f, last %g +- %g (%g), exact %g\n",
               spectrum, i, misses[i], squares[i], value[i], se[i], truncation[i], exact[i]);
      CHECK(misses[i] <= 9);
      CHECK(squares[i] > 0.4 && squares[i] < 3);
    }
  }
  ctx->threads = 0;
  free(noise);
  known_free(&k);
  quadrature_free(&r);
}

/* d = 4096, one set of probes: within 7 se and truncation (2e-5 each by Student's t, 11 degrees of
 * freedom; 15 of them). */
static void test_large(sgdl_context *ctx)
{
  enum { PROBES = 12, LANCZOS = 60, KNOWN = 10 };
  sgdl_quadrature r;
  known_spectrum k;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, getenv("SGDL_TEST_SHORT") ? 1024 : 4096, 2);
  double value[N_SMOOTH], se[N_SMOOTH], truncation[N_SMOOTH], *U = numbers(k.d * KNOWN);
  for (int spectrum = 0; spectrum < SPECTRA; spectrum++) {
    known_fill(spectrum, k.d, k.rho);
    for (int l = 0; l < KNOWN; l++) known_vector(&k, l, U + k.d * l);
    sgdl_deflation top = {spectrum == OUTLIERS ? KNOWN : 0, k.rho, U};
    sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 3};
    CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &top, NULL, &o, &r), SGDL_OK);
    sgdl_spectral_density density = {.dim = k.d, .counts = &r, .n_exact = top.n, .exact_value = k.rho,
                                     .sigma2 = -1};
    CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, N_SMOOTH, SMOOTH, &(sgdl_curve){value, se, truncation}),
                 SGDL_OK);
    for (int f = 0; f < N_SMOOTH; f++) {
      double exact = sum_of(SMOOTH + f, k.d, k.rho, NULL);
      CHECK_NEAR(value[f], exact, 7 * se[f] + truncation[f] + 1e-12 * fabs(exact));
      if (getenv("SGDL_TEST_VERBOSE"))
        printf("spectrum %d function %d: %g +- %g (%g), exact %g\n", spectrum, f, value[f], se[f],
               truncation[f], exact);
      CHECK(se[f] + truncation[f] < 0.1 * sqrt(4096 / (double)k.d) * fabs(exact));
    }
    sgdl_density_report report;
    CHECK_STATUS(sgdl_density_describe(ctx, &density, &(sgdl_hyper){0.01, 0.9, 0, 1}, &report), SGDL_OK);
    CHECK(report.largest <= k.rho[0] * (1 + 1e-12) && report.smallest >= k.rho[k.d - 1] * (1 - 1e-9));
    CHECK_CLOSE(report.largest, k.rho[0], spectrum == POWER_LAW ? 1e-3 : 1e-2);
    CHECK_NEAR(report.trace, value[0], 0);
    CHECK(isnan(report.noise_trace));
    CHECK_NEAR(report.lr_limit, 3.8 / report.largest, 1e-12);
  }
  free(U);
  known_free(&k);
  quadrature_free(&r);
}

/* ---- what is exact ------------------------------------------------------------------------------------- */

/* H diagonal, probes of +-1: f(H) diagonal, no error but that of the quadrature, here none. */
static sgdl_status diagonal_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                    double *HV)
{
  const double *rho = op->self;
  (void)ctx;
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t i = 0; i < op->dim; i++) HV[i + op->dim * q] = rho[i] * V[i + op->dim * q];
  return SGDL_OK;
}

static void test_exact(sgdl_context *ctx)
{
  enum { LANCZOS = 8, PROBES = 3, KNOWN = 5, D = 128 };
  sgdl_quadrature r;
  known_spectrum k;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, D, 3);
  double value[4], se[4], truncation[4], U[D * KNOWN], rho[KNOWN] = {9, 7, 5, 3, -2};
  static const sgdl_function powers[4] = {
    {SGDL_F_ONE, 0}, {SGDL_F_IDENTITY, 0}, {SGDL_F_SQUARE, 0}, {SGDL_F_EXPONENTIAL, 0.3}};
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 3};
  sgdl_operator op = {.dim = D, .self = k.rho, .product = diagonal_product};
  for (int l = 0; l < D; l++) k.rho[l] = 1 + l % 6; /* six values: exact in six steps */
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = -1};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 4, powers, &(sgdl_curve){value, se, truncation}),
               SGDL_OK);
  for (int f = 0; f < 4; f++) {
    CHECK_CLOSE(value[f], sum_of(powers + f, D, k.rho, NULL), 1e-12);
    CHECK_NEAR(se[f], 0, 1e-11 * value[f]);
    CHECK_NEAR(truncation[f], 0, 0);
  }

  /* low rank plus bulk, deflated: exact in one step, whatever the probes */
  for (int l = 0; l < KNOWN; l++) known_vector(&k, l, U + D * l);
  CHECK_STATUS(sgdl_operator_low_rank(ctx, D, KNOWN, U, rho, 0.5, &op), SGDL_OK);
  for (int l = 0; l < D; l++) k.rho[l] = l < KNOWN ? rho[l] : 0.5;
  sgdl_deflation deflation = {KNOWN, rho, U};
  o.normal = 1;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, &deflation, NULL, &o, &r), SGDL_OK);
  CHECK_NEAR(r.length[1], 1, 0);
  CHECK_NEAR(r.node[LANCZOS], 0.5, 1e-14);
  density = (sgdl_spectral_density){.dim = D, .n_exact = KNOWN, .exact_value = rho, .counts = &r,
                                    .sigma2 = 2};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 4, powers, &(sgdl_curve){value, se, truncation}),
               SGDL_OK);
  for (int f = 0; f < 4; f++) {
    CHECK_CLOSE(value[f], sum_of(powers + f, D, k.rho, NULL), 1e-12);
    CHECK_NEAR(se[f] + truncation[f], 0, 1e-12 * value[f]);
  }
  sgdl_operator_free(&op);

  /* one step where there are six values: one node more, at 0, still shows what is not resolved */
  op = (sgdl_operator){.dim = D, .self = k.rho, .product = diagonal_product};
  for (int l = 0; l < D; l++) k.rho[l] = 1 + l % 6;
  o.steps = 1;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  density = (sgdl_spectral_density){.dim = D, .counts = &r, .sigma2 = -1};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 4, powers, &(sgdl_curve){value, se, truncation}),
               SGDL_OK);
  CHECK_NEAR(truncation[1], 0, 1e-12 * value[1]); /* exact to degree 1 */
  CHECK_NEAR(value[3], sum_of(powers + 3, D, k.rho, NULL), 5 * se[3] + truncation[3]);
  CHECK(truncation[3] > 0.1 * value[3]);

  /* negative nodes, where none at 0 helps: how far a quarter fewer of four steps moves the value */
  double shorter[4];
  for (int l = 0; l < D; l++) k.rho[l] = 2.0 * l / (D - 1) - 1;
  for (o.steps = 3; o.steps <= 4; o.steps++) {
    CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
    CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 4, powers,
                                    &(sgdl_curve){o.steps == 3 ? shorter : value, se, truncation}), SGDL_OK);
  }
  CHECK_NEAR(truncation[2], 0, 1e-12 * value[2]); /* exact to degree 5 */
  CHECK(truncation[3] > 1e-8 * value[3]);
  CHECK_NEAR(truncation[3], fabs(value[3] - shorter[3]), 1e-13 * value[3]);

  /* all eigenvalues known: no probes, no error */
  double all_noise[D];
  for (int l = 0; l < D; l++) {
    k.rho[l] = 3 - 3.0 * l / D;
    all_noise[l] = 1 + l % 3;
  }
  density = (sgdl_spectral_density){.dim = D, .n_exact = D, .exact_value = k.rho, .exact_noise = all_noise,
                                    .sigma2 = -1};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 1, 4, powers, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  for (int f = 0; f < 4; f++) {
    CHECK_CLOSE(value[f], sum_of(powers + f, D, k.rho, all_noise), 1e-13);
    CHECK_NEAR(se[f], 0, 0);
  }
  known_free(&k);
  quadrature_free(&r);
}

/* ---- noise --------------------------------------------------------------------------------------------- */

static sgdl_status stream_rows(void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out)
{
  enum { N = 90, D = 64 };
  const double *G = user;
  (void)ctx;
  for (ptrdiff_t j = 0; j < D; j++)
    for (ptrdiff_t i = 0; i < n; i++) out[i + n * j] = G[first + i + N * j];
  return SGDL_OK;
}

/* tr f(H) Sigma against eigenvectors written out: 200 probes, within 5 se (1e-6 each; 30 of them). */
static void test_noise(sgdl_context *ctx)
{
  enum { D = 64, N = 90, R = 3, LANCZOS = 24, PROBES = 200, KINDS = 5, FS = 3, KNOWN = 2 };
  static const sgdl_function f[FS] = {{SGDL_F_ONE, 0}, {SGDL_F_IDENTITY, 0}, {SGDL_F_INVERSE, 0.5}};
  static double G[N * D], F[D * R], diagonal[D], value_of[N * D], Q[D * D];
  static ptrdiff_t start[D + 1], row[N * D];
  sgdl_quadrature r;
  known_spectrum k;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, D, 4);
  known_fill(POWER_LAW, D, k.rho);
  for (int l = 0; l < D; l++) known_vector(&k, l, Q + D * l);
  sgdl_normals(8, SGDL_STREAM_START, 0, 0, 0, N * D, G);
  sgdl_normals(9, SGDL_STREAM_START, 0, 0, 0, D * R, F);
  for (int i = 0; i < N * D; i++) G[i] = (i % 3 == 0 ? 0 : G[i]) * (1 + i / N % 5) + 3;
  for (int j = 0, e = 0; j < D; j++) {
    diagonal[j] = (double)(j % 7);
    for (int i = 0; i < N; i++) {
      row[e] = i;
      value_of[e++] = G[i + N * j];
    }
    start[j + 1] = e;
  }
  sgdl_sparse sparse = {.rows = N, .cols = D, .start = start, .row = row, .value = value_of};
  sgdl_probe_noise noise[KINDS] = {
    {.kind = SGDL_NOISE_DIAGONAL, .diagonal = diagonal},
    {.kind = SGDL_NOISE_FACTOR, .factor = F, .rank = R},
    {.kind = SGDL_NOISE_GRADIENTS, .gradients = G, .N = N, .centred = 1},
    {.kind = SGDL_NOISE_SPARSE_GRADIENTS, .sparse = &sparse, .centred = 1},
    {.kind = SGDL_NOISE_STREAM, .stream = stream_rows, .user = G, .N = N, .centred = 0, .chunk = 17}};
  double strength[D], gradients_node = 0;
  for (int kind = 0; kind < KINDS; kind++)
    for (int known = 0; known <= KNOWN; known += KNOWN) {
      double value[FS], se[FS], truncation[FS], trace;
      CHECK_STATUS(sgdl_noise_along(ctx, noise + kind, D, D, Q, strength, &trace), SGDL_OK);
      sgdl_deflation top = {known, k.rho, Q};
      sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 3, .block = 8,
                              .normal = kind % 2};
      CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &top, noise + kind, &o, &r), SGDL_OK);
      sgdl_spectral_density density = {.dim = D, .n_exact = known, .exact_value = k.rho,
                                       .exact_noise = strength, .noise = &r, .sigma2 = -1};
      CHECK_STATUS(sgdl_density_trace(ctx, &density, 1, FS, f, &(sgdl_curve){value, se, truncation}),
                   SGDL_OK);
      for (int i = 0; i < FS; i++) {
        double exact = sum_of(f + i, D, k.rho, strength);
        CHECK_NEAR(value[i], exact, 5 * se[i] + truncation[i] + 1e-12 * exact);
        CHECK(se[i] < 0.15 * exact);
      }
      if (kind == 0 && known == 0) CHECK_NEAR(value[0], trace, 1e-12 * trace); /* +-1: exact */
      if (kind == 2 && known == 0) gradients_node = r.node[5];
      if (kind == 3 && known == 0) CHECK_NEAR(r.mass[0] > 0, 1, 0);
      sgdl_density_report report;
      CHECK_STATUS(sgdl_density_describe(ctx, &density, &(sgdl_hyper){0.01, 0.9, 0, 1}, &report), SGDL_OK);
      CHECK_NEAR(report.noise_trace, value[0], 1e-12 * trace);
      CHECK(isnan(report.trace));
    }
  /* dense and sparse gradients are the same probes */
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = 1, .seed = 3, .block = 8};
  noise[3].centred = 1;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, noise + 3, &o, &r), SGDL_OK);
  CHECK_CLOSE(r.node[5], gradients_node, 1e-9);
  /* noise inside the deflated space: nothing is left */
  noise[1].factor = Q;
  noise[1].rank = 2;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &(sgdl_deflation){2, k.rho, Q}, noise + 1, &o, &r), SGDL_OK);
  CHECK_NEAR(r.length[0] + r.mass[0], 0, 0);
  known_free(&k);
  quadrature_free(&r);
}

/* ---- the theory ---------------------------------------------------------------------------------------- */

/* Few distinct eigenvalues and +-1 probes on a diagonal: every probe is the spectrum itself, so that the
 * theory from the density is that of the eigenvalues, to rounding, for all dynamics, samplings and starts. */
static void test_dynamics(sgdl_context *ctx)
{
  enum { D = 60, LANCZOS = 10, PROBES = 2, N = 6 };
  static const double steps[N] = {1, 2, 7, 13, 90, 2000}, freq[N] = {1e-4, 1e-3, 0.02, 0.1, 0.3, 0.5};
  static const struct {
    sgdl_dynamics dynamics;
    sgdl_sampling sampling;
  } kind[4] = {{SGDL_LANGEVIN, SGDL_REPLACEMENT}, {SGDL_LANGEVIN, SGDL_WITHOUT}, {SGDL_SGD, SGDL_REPLACEMENT},
               {SGDL_SGD, SGDL_EPOCH}};
  double rho[D], noise[D], value[3 * N], se[3 * N], truncation[3 * N], exponent[N], want[3 * N], wanted[N];
  sgdl_quadrature r;
  quadrature_create(&r, LANCZOS, PROBES);
  for (int l = 0; l < D; l++) rho[l] = 8 * pow(0.2, l / 12);
  sgdl_operator op = {.dim = D, .self = rho, .product = diagonal_product};
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = 0.3};
  for (int l = 0; l < D; l++) noise[l] = 0.3 * rho[l];
  for (int c = 0; c < 4; c++) {
    sgdl_model model = settings(kind[c].dynamics, kind[c].sampling, c == 1 ? 0.05 : 0);
    sgdl_model whole = exact_model(model, D, rho, noise);
    static const sgdl_from from[4] = {SGDL_FROM_STATIONARY, SGDL_FROM_POINT, SGDL_FROM_REST_OF_SPEED,
                                      SGDL_FROM_CHECKPOINT};
    for (int s = 0; s < 4; s++) {
      sgdl_initial initial = {.from = from[s]};
      CHECK_STATUS(sgdl_msd_from(ctx, &whole, N, steps, &initial, want, wanted, NULL), SGDL_OK);
      CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, from[s], N, steps,
                                    &(sgdl_curve){value, se, truncation},
                                    &(sgdl_curve){exponent, se + N, NULL}), SGDL_OK);
      for (int i = 0; i < N; i++) {
        CHECK_CLOSE(value[i], want[i], 1e-10);
        CHECK_NEAR(exponent[i], wanted[i], 1e-9);
        CHECK_NEAR(se[i], 0, 1e-10 * want[i]);
        CHECK_NEAR(se[N + i], 0, 1e-9);
        CHECK_NEAR(truncation[i], 0, 0);
      }
    }
    double trace[2];
    CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, truncation}),
                 SGDL_OK);
    CHECK_STATUS(sgdl_stationary(ctx, &whole, NULL, NULL, NULL, trace, NULL), SGDL_OK);
    CHECK_CLOSE(value[SGDL_DENSITY_THETA], trace[0], 1e-10);
    CHECK_CLOSE(value[SGDL_DENSITY_VELOCITY], trace[1], 1e-10);
    double P[D * D], loss = 0;
    CHECK_STATUS(sgdl_stationary(ctx, &whole, P, NULL, NULL, NULL, NULL), SGDL_OK);
    for (int l = 0; l < D; l++) loss += rho[l] * P[l + D * l] / 2;
    CHECK_CLOSE(value[SGDL_DENSITY_LOSS], loss, 1e-10);
    CHECK_CLOSE(value[SGDL_DENSITY_PENALTY], model.hyper.weight_decay * trace[0] / 2, 1e-10);
    CHECK_STATUS(sgdl_msd_theory(ctx, &whole, 1, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                 want, NULL, NULL), SGDL_OK);
    CHECK_CLOSE(value[SGDL_DENSITY_STEP], want[0], 1e-10);
    CHECK_STATUS(sgdl_density_autocorrelation(ctx, &density, &model, N, steps,
                                              &(sgdl_curve){value, NULL, NULL},
                                              &(sgdl_curve){value + N, NULL, NULL},
                                              &(sgdl_curve){value + 2 * N, NULL, NULL}), SGDL_OK);
    CHECK_STATUS(sgdl_autocorrelation(ctx, &whole, N, steps, NULL, want, want + N, want + 2 * N, NULL, NULL),
                 SGDL_OK);
    for (int e = 0; e < 3; e++) CHECK_ARRAY(value + e * N, want + e * N, N, 1e-10);
    CHECK_STATUS(sgdl_density_power_spectrum(ctx, &density, &model, N, freq, &(sgdl_curve){value, NULL, NULL},
                                             &(sgdl_curve){value + N, NULL, NULL}), SGDL_OK);
    CHECK_STATUS(sgdl_power_spectrum(ctx, &whole, N, freq, NULL, want, want + N, NULL), SGDL_OK);
    for (int i = 0; i < 2 * N; i++) CHECK_CLOSE(value[i], want[i], 1e-9);
    CHECK_STATUS(sgdl_density_power_spectrum(ctx, &density, &model, N, freq, NULL, NULL), SGDL_OK);
  }
  quadrature_free(&r);
}

/* Jackknife of the exponent and standard errors against sums written out. */
static void test_errors(sgdl_context *ctx)
{
  enum { D = 256, LANCZOS = 30, PROBES = 6 };
  known_spectrum k;
  sgdl_quadrature r;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, D, 6);
  known_fill(POWER_LAW, D, k.rho);
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  for (int dynamics = 0; dynamics < 2; dynamics++) {
    sgdl_model model = settings(dynamics, SGDL_REPLACEMENT, 0);
    double step = 40, msd, se, truncation, exponent, exponent_se;
    double at[PROBES][3], slope[PROBES], mean = 0, squares = 0;
    sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = 1};
    CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 1, &step,
                                  &(sgdl_curve){&msd, &se, &truncation}, &(sgdl_curve){&exponent,
                                                                                       &exponent_se, NULL}),
                 SGDL_OK);
    for (int q = 0; q < PROBES; q++) { /* each probe as a spectrum of its own */
      double noise[LANCZOS], steps[3] = {39, 40, 41}, c[3];
      for (int j = 0; j < LANCZOS; j++) noise[j] = r.weight[j + LANCZOS * q] * r.node[j + LANCZOS * q];
      sgdl_model one = exact_model(model, LANCZOS, r.node + LANCZOS * q, noise);
      CHECK_STATUS(sgdl_msd_theory(ctx, &one, 3, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                   at[q], c, NULL), SGDL_OK);
      slope[q] = c[1] * at[q][1];
      mean += at[q][1] / PROBES;
    }
    for (int q = 0; q < PROBES; q++) squares += pow(at[q][1] - mean, 2);
    CHECK_CLOSE(msd, mean, 1e-13);
    CHECK_CLOSE(se, sqrt(squares / (PROBES - 1) / PROBES), 1e-10);
    CHECK(truncation > 0 && truncation < se);
    double left_out[PROBES], centre = 0;
    for (int without = -1; without < PROBES; without++) {
      double sum[3] = {0, 0, 0}, slopes = 0;
      for (int q = 0; q < PROBES; q++)
        if (q != without) {
          for (int e = 0; e < 3; e++) sum[e] += at[q][e];
          slopes += slope[q];
        }
      double c = dynamics == SGDL_SGD ? log(sum[2] / sum[0]) / log(41.0 / 39) : slopes / sum[1];
      if (without < 0) CHECK_NEAR(exponent, c, 1e-11);
      else centre += (left_out[without] = c) / PROBES;
    }
    squares = 0;
    for (int q = 0; q < PROBES; q++) squares += pow(left_out[q] - centre, 2);
    CHECK_CLOSE(exponent_se, sqrt(squares * (PROBES - 1) / PROBES), 1e-6);
    sgdl_quadrature first = r; /* one probe: no spread */
    first.n_probes = 1;
    density.counts = &first;
    CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 1, &step,
                                  &(sgdl_curve){&msd, &se, NULL}, &(sgdl_curve){NULL, &exponent_se,
                                                                                NULL}), SGDL_OK);
    CHECK(isfinite(msd) && isnan(se) && isnan(exponent_se));
  }
  known_free(&k);
  quadrature_free(&r);
}

/* A null space, and times at which Lanczos cannot tell small eigenvalues from 0: the truncation says so
 * for probes that count modes; probes from the noise itself (rows of X), which never enter the null space,
 * are ten times closer. */
static void test_null_space(sgdl_context *ctx)
{
  enum { D = 256, N = 64, LANCZOS = 12, PROBES = 8, TIMES = 3 };
  static const double steps[TIMES] = {10, 1000, 1e5};
  static double X[N * D], q[D];
  double exact[TIMES], value[TIMES], se[TIMES], truncation[TIMES], left[N];
  known_spectrum k;
  sgdl_quadrature r;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, D, 9);
  sgdl_normals(5, SGDL_STREAM_START, 0, 0, 0, N, left);
  for (int l = 0; l < N; l++) { /* X = sqrt(N) (I - 2 u u') diag(sqrt rho) Q', H = X'X/N */
    k.rho[l] = 4 * pow(10, -3.0 * l / N);
    known_vector(&k, l, q);
    double norm2 = 0;
    for (int i = 0; i < N; i++) norm2 += left[i] * left[i];
    for (int i = 0; i < N; i++)
      for (int j = 0; j < D; j++)
        X[i + N * j] += sqrt(N * k.rho[l]) * ((i == l) - 2 * left[i] * left[l] / norm2) * q[j];
  }
  sgdl_operator op;
  CHECK_STATUS(sgdl_operator_data(ctx, N, D, X, &op), SGDL_OK);
  sgdl_model model = settings(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_model whole = exact_model(model, D, k.rho, k.rho);
  CHECK_STATUS(sgdl_msd_theory(ctx, &whole, TIMES, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               exact, NULL, NULL), SGDL_OK);
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5};
  sgdl_probe_noise rows = {.kind = SGDL_NOISE_GRADIENTS, .gradients = X, .N = N};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = 1};
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, TIMES, steps,
                                &(sgdl_curve){value, se, truncation}, NULL), SGDL_OK);
  double counted = fabs(value[2] - exact[2]);
  CHECK(counted > exact[2]); /* the null space is taken for small eigenvalues */
  for (int i = 0; i < TIMES; i++) CHECK_NEAR(value[i], exact[i], 5 * se[i] + truncation[i]);
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, &rows, &o, &r), SGDL_OK);
  density = (sgdl_spectral_density){.dim = D, .noise = &r, .sigma2 = -1};
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, TIMES, steps,
                                &(sgdl_curve){value, se, truncation}, NULL), SGDL_OK);
  for (int i = 0; i < TIMES; i++) CHECK_NEAR(value[i], exact[i], 5 * se[i] + truncation[i]);
  if (getenv("SGDL_TEST_VERBOSE"))
    for (int i = 0; i < TIMES; i++)
      printf("null space: %g +- %g (%g), exact %g, off by counts %g\n", value[i], se[i], truncation[i],
             exact[i], counted);
  CHECK(fabs(value[2] - exact[2]) < 0.1 * counted);
  sgdl_operator_free(&op);
  known_free(&k);
  quadrature_free(&r);
}

/* ---- saddles, flat modes, the stability limit ---------------------------------------------------------- */

static void test_saddles_and_flats(sgdl_context *ctx)
{
  enum { D = 64, LANCZOS = 12, PROBES = 3 };
  double rho[D], one = 1, value[SGDL_DENSITY_STATIONARY], se[SGDL_DENSITY_STATIONARY], diagonal[D];
  sgdl_quadrature r, n;
  quadrature_create(&r, LANCZOS, PROBES);
  quadrature_create(&n, LANCZOS, PROBES);
  for (int l = 0; l < D; l++) {
    rho[l] = l < 32 ? 2 : l < 48 ? 1 : 0;
    diagonal[l] = l < 48;
  }
  sgdl_operator op = {.dim = D, .self = rho, .product = diagonal_product};
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5};
  sgdl_probe_noise noise = {.kind = SGDL_NOISE_DIAGONAL, .diagonal = diagonal};
  sgdl_model model = settings(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_density_report report;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, &noise, &o, &n), SGDL_OK);
  sgdl_spectral_density density = {.dim = D, .counts = &r, .noise = &n, .sigma2 = -1};
  CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  for (int e = 0; e < SGDL_DENSITY_STATIONARY; e++) CHECK(isfinite(value[e]) && se[e] <= 1e-12 * value[e]);
  diagonal[60] = 1; /* noise on a flat mode */
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, &noise, &o, &n), SGDL_OK);
  CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK(isinf(value[SGDL_DENSITY_THETA]) && se[SGDL_DENSITY_THETA] == 0);
  CHECK(isfinite(value[SGDL_DENSITY_LOSS]) && isfinite(value[SGDL_DENSITY_VELOCITY]));
  CHECK_STATUS(sgdl_density_describe(ctx, &density, &model.hyper, &report), SGDL_OK);
  CHECK_NEAR(report.n_flat, 16, 1e-10);
  CHECK_NEAR(report.flat_noise, 1, 1e-10);
  CHECK_NEAR(report.smallest, 0, 0);
  CHECK_NEAR(report.n_negative, 0, 0);

  rho[63] = -0.5;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  diagonal[60] = 0;
  diagonal[63] = 2;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, &noise, &o, &n), SGDL_OK);
  CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, NULL}), SGDL_SADDLE);
  CHECK_TEXT(ctx->message, "down to -0.5 (1.56% of the modes and 4% of the noise are below 0)");
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 1, &one, NULL, NULL),
               SGDL_SADDLE);
  CHECK_STATUS(sgdl_density_autocorrelation(ctx, &density, &model, 1, &one, NULL, NULL, NULL), SGDL_SADDLE);
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_POINT, 1, &one,
                                &(sgdl_curve){value, se, NULL}, NULL),
               SGDL_OK); /* from a point a saddle is no obstacle */
  CHECK(isfinite(value[0]));
  CHECK_STATUS(sgdl_density_describe(ctx, &density, &model.hyper, &report), SGDL_OK);
  CHECK_NEAR(report.n_negative, 1, 1e-10);
  CHECK_NEAR(report.negative_noise, 2, 1e-10);
  CHECK_NEAR(report.smallest, -0.5, 1e-12);
  density.drop_negative = 1;
  CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK(isfinite(value[SGDL_DENSITY_THETA]));
  static const sgdl_function f = {SGDL_F_ONE, 0};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 1, 1, &f, &(sgdl_curve){value, NULL, NULL}), SGDL_OK);
  CHECK_CLOSE(value[0], 48.0, 1e-12);
  density.drop_negative = 0;
  density.flat_tolerance = 0.3; /* as flat as that */
  CHECK_STATUS(sgdl_density_stationary(ctx, &density, &model, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK(isinf(value[SGDL_DENSITY_THETA]));
  density.flat_tolerance = 0;

  /* on a flat mode noise of d DBL_EPSILON of all is rounding, more is not */
  double known[3] = {2, 1, 1e-17}, along[3] = {2, 1, 1e-15};
  sgdl_spectral_density all = {.dim = 3, .n_exact = 3, .exact_value = known, .exact_noise = along,
                               .sigma2 = -1};
  CHECK_STATUS(sgdl_density_stationary(ctx, &all, &model, &(sgdl_curve){value, NULL, NULL}), SGDL_OK);
  CHECK(isfinite(value[SGDL_DENSITY_THETA]) && value[SGDL_DENSITY_THETA] > 0);
  along[2] = 1e-14;
  CHECK_STATUS(sgdl_density_stationary(ctx, &all, &model, &(sgdl_curve){value, NULL, NULL}), SGDL_OK);
  CHECK(isinf(value[SGDL_DENSITY_THETA]));

  model = settings(SGDL_SGD, SGDL_REPLACEMENT, 0);
  model.hyper.lr = 2;
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_POINT, 1, &one, NULL, NULL), SGDL_UNSTABLE);
  CHECK_TEXT(ctx->message, "stability limit 1.9");
  quadrature_free(&r);
  quadrature_free(&n);
}

/* ---- stopping ------------------------------------------------------------------------------------------ */

static void test_targets(sgdl_context *ctx)
{
  enum { D = 1024, LANCZOS = 20, PROBES = 120 };
  known_spectrum k;
  sgdl_quadrature r;
  quadrature_create(&r, LANCZOS, PROBES);
  known_create(&k, D, 7);
  known_fill(POWER_LAW, D, k.rho);
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5, .target = 0.05};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  CHECK(r.reached && r.worst <= 0.05 && r.n_probes >= 8 && r.n_probes < PROBES);
  CHECK_INT(r.n_products, r.n_probes * LANCZOS);
  double value[2], se[2];
  static const sgdl_function two[2] = {{SGDL_F_IDENTITY, 0}, {SGDL_F_SQUARE, 0}};
  sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = 1};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 2, two, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK_CLOSE(r.worst, se[0] / value[0], 1e-10);
  /* known eigenvalues belong to the whole */
  double U[4 * D];
  sgdl_deflation top = {4, k.rho, U};
  for (int l = 0; l < 4; l++) known_vector(&k, l, U + D * l);
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &top, NULL, &o, &r), SGDL_OK);
  density.n_exact = top.n;
  density.exact_value = k.rho;
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 1, two, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK_CLOSE(r.worst, se[0] / value[0], 1e-10);
  density.n_exact = 0;
  o.n_functions = 2;
  o.functions = two;
  o.target = 1e-9;
  o.max_probes = 10;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  CHECK(!r.reached && r.n_probes == 10 && r.worst > 1e-9);
  o.max_probes = PROBES;
  static const double steps[3] = {1, 100, 3000};
  sgdl_model model = settings(SGDL_SGD, SGDL_EPOCH, 0);
  double msd[3], msd_se[3];
  density.counts = NULL;
  CHECK_STATUS(sgdl_probes_for_msd(ctx, &k.op, NULL, NULL, &o, &density, &model, SGDL_FROM_STATIONARY, 3,
                                   steps, 0.05, &r), SGDL_OK);
  CHECK(r.reached && r.n_probes >= 8 && r.n_probes < PROBES);
  density.counts = &r;
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 3, steps,
                                &(sgdl_curve){msd, msd_se, NULL}, NULL), SGDL_OK);
  double worst = 0;
  for (int i = 0; i < 3; i++) worst = fmax(worst, msd_se[i] / msd[i]);
  CHECK_CLOSE(r.worst, worst, 1e-12);
  CHECK_STATUS(sgdl_probes_for_msd(ctx, &k.op, NULL, NULL, &o, &density, &model, SGDL_FROM_STATIONARY, 3,
                                   steps, 0, &r), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`target` = 0: expected a relative error > 0");
  known_free(&k);
  quadrature_free(&r);
}

/* ---- sums given by hand, bins, bad densities ----------------------------------------------------------- */

static void test_sums_and_bins(sgdl_context *ctx)
{
  enum { D = 100, LANCZOS = 6, PROBES = 2 };
  double rho[D], estimate[3], at[LANCZOS * PROBES], edges[4] = {0, 1.5, 2,
                                                                4}, value[3], se[3], exact[1] = {4};
  sgdl_quadrature r;
  quadrature_create(&r, LANCZOS, PROBES);
  for (int l = 0; l < D; l++) rho[l] = 1 + l % 4;
  sgdl_operator op = {.dim = D, .self = rho, .product = diagonal_product};
  sgdl_probe_options o = {.steps = LANCZOS, .max_probes = PROBES, .seed = 5};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &op, NULL, NULL, &o, &r), SGDL_OK);
  for (int i = 0; i < LANCZOS * PROBES; i++) at[i] = r.weight[i] > 0 ? cos(r.node[i]) : NAN;
  sgdl_spectral_density density = {.dim = D, .counts = &r, .sigma2 = 2};
  double want = 25 * (cos(1) + cos(2) + cos(3) + cos(4));
  double noisy = 25 * 2 * (cos(1) + 2 * cos(2) + 3 * cos(3) + 4 * cos(4));
  CHECK_STATUS(sgdl_density_average(ctx, &density, 0, at, NULL, estimate), SGDL_OK);
  CHECK_NEAR(estimate[0], want, 1e-11);
  CHECK_NEAR(estimate[1], 0, 1e-11);
  CHECK_STATUS(sgdl_density_average(ctx, &density, 1, at, NULL, estimate), SGDL_OK);
  CHECK_NEAR(estimate[0], noisy, 1e-11);
  at[1] = INFINITY;
  CHECK_STATUS(sgdl_density_average(ctx, &density, 0, at, NULL, estimate), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx->message, "`at_nodes[2]` = Inf");
  CHECK_STATUS(sgdl_density_bins(ctx, &density, 0, 3, edges, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  /* nodes are 1, 2, 3, 4 to rounding, and 2 is an edge */
  CHECK_NEAR(value[0], 25, 1e-10);
  CHECK_NEAR(value[0] + value[1] + value[2], 100, 26);
  edges[2] = 2.5;
  edges[3] = 4.1;
  CHECK_STATUS(sgdl_density_bins(ctx, &density, 1, 3, edges, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK_NEAR(value[0], 50, 1e-10);
  CHECK_NEAR(value[1], 100, 1e-10);
  CHECK_NEAR(value[2], 350, 1e-10);
  static const double known[4] = {4, 2, 2, 1}, at_values[3] = {1, 2, 4}; /* on the edges */
  sgdl_spectral_density all = {.dim = 4, .n_exact = 4, .exact_value = known, .sigma2 = -1};
  CHECK_STATUS(sgdl_density_bins(ctx, &all, 0, 2, at_values, &(sgdl_curve){value, se, NULL}), SGDL_OK);
  CHECK_NEAR(value[0], 1, 0);
  CHECK_NEAR(value[1], 3, 0);
  edges[1] = 3;
  CHECK_STATUS(sgdl_density_bins(ctx, &density, 1, 3, edges, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`edges`[3] = 2.5 after 3: expected increasing numbers");
  CHECK_STATUS(sgdl_density_bins(ctx, &density, 1, 0, edges, NULL), SGDL_BAD_ARGUMENT);

  static const sgdl_function inverse = {SGDL_F_INVERSE, -2}, wrong = {SGDL_F_SQUARE, INFINITY};
  double two[2] = {1, 4};
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 1, &inverse, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "the inverse of rho + -2 at the eigenvalue rho = ");
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 1, &wrong, NULL), SGDL_NOT_FINITE);
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 0, &wrong, NULL), SGDL_BAD_ARGUMENT);
  static const sgdl_function f = {SGDL_F_ONE, 0};
  sgdl_model model = settings(SGDL_SGD, SGDL_EPOCH, 0);
  double one = 1;
  struct {
    sgdl_spectral_density density;
    sgdl_status status;
    const char *text;
  } bad[] = {
    {{.dim = 0}, SGDL_BAD_ARGUMENT, "0 exact eigenvalues of 0"},
    {{.dim = 2, .n_exact = 3}, SGDL_BAD_ARGUMENT, "3 exact eigenvalues of 2"},
    {{.dim = D, .counts = &r, .sigma2 = -1}, SGDL_BAD_ARGUMENT, "`density` has no noise (`sigma2` = -1)"},
    {{.dim = D, .sigma2 = 1}, SGDL_BAD_ARGUMENT, "no probes that count modes"},
    {{.dim = D, .noise = &r, .n_exact = 1, .exact_value = exact}, SGDL_BAD_ARGUMENT,
     "no noise along its exact eigenvectors: expected 1 variances"},
    {{.dim = D, .counts = &r, .n_exact = 2, .exact_value = two, .sigma2 = 1}, SGDL_BAD_ARGUMENT,
     "`eigenvalues`[2] = 4 after 1"},
    {{.dim = D, .counts = &r, .sigma2 = 1, .flat_tolerance = -1}, SGDL_BAD_ARGUMENT, "`flat_tolerance` = -1"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK_STATUS(sgdl_density_trace(ctx, &bad[i].density, 1, 1, &f, NULL), bad[i].status);
    CHECK_TEXT(ctx->message, bad[i].text);
  }
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_GAUSSIAN, 1, &one, NULL, NULL),
               SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "a spectral density has no others");
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 0, &one, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  one = 0.5;
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 1, &one, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_density_power_spectrum(ctx, &density, &model, 0, &one, NULL, NULL), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_density_autocorrelation(ctx, &density, &model, 0, &one, NULL, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  model.hyper.batch_size = 1000;
  one = 1;
  CHECK_STATUS(sgdl_density_msd(ctx, &density, &model, SGDL_FROM_STATIONARY, 1, &one, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`batch_size` = 1000");
  r.length[1] = 99;
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 1, &f, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "probe 2 of its counts has length 99");
  r.node[2] = NAN;
  CHECK_STATUS(sgdl_density_trace(ctx, &density, 0, 1, &f, NULL), SGDL_NOT_FINITE);
  quadrature_free(&r);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_coverage(&ctx);
  test_large(&ctx);
  test_exact(&ctx);
  test_noise(&ctx);
  test_dynamics(&ctx);
  test_errors(&ctx);
  test_null_space(&ctx);
  test_saddles_and_flats(&ctx);
  test_targets(&ctx);
  test_sums_and_bins(&ctx);
  return check_report();
}
