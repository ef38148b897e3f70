/* Lanczos, its Gauss rules, extreme eigenpairs: against known spectra, and what happens when products
 * fail. */
#include "../../src/core/spectral/gauss.h"
#include "../../src/core/spectral/lanczos.h"

#include "check.h"
#include "known_spectrum.h"

#include <stdlib.h>

/* ---- basis --------------------------------------------------------------------------------------------- */

static void starts(ptrdiff_t d, ptrdiff_t width, double *B)
{
  for (ptrdiff_t q = 0; q < width; q++)
    sgdl_normals(5, SGDL_STREAM_START, (uint64_t)q, 9, 0, d, B + d * q);
}

/* Orthonormal to 1e-12, H Q = Q T + beta q e', deflated directions not touched; d is no multiple of a
 * tile. */
static void test_basis(sgdl_context *ctx)
{
  enum { STEPS = 60, WIDTH = 3, KNOWN = 4 };
  known_spectrum k;
  known_create(&k, 2048, 1);
  known_fill(OUTLIERS, k.d, k.rho);
  ptrdiff_t d = k.d;
  double *U = calloc((size_t)(d * KNOWN), sizeof(double)), *product = calloc((size_t)(d * WIDTH),
                                                                             sizeof(double));
  for (ptrdiff_t l = 0; l < KNOWN; l++) known_vector(&k, l, U + d * l);
  sgdl_deflation deflation = {KNOWN, k.rho, U};
  sgdl_lanczos run;
  CHECK_STATUS(sgdl_lanczos_init(ctx, &k.op, &deflation, STEPS, WIDTH, &run), SGDL_OK);
  starts(d, WIDTH, run.basis);
  CHECK_STATUS(sgdl_lanczos_run(ctx, &run), SGDL_OK);
  double worst = 0, worst_known = 0, worst_step = 0;
  for (ptrdiff_t q = 0; q < WIDTH; q++)
    for (ptrdiff_t i = 0; i <= STEPS; i++) {
      const double *a = run.basis + d * (q + WIDTH * i);
      for (ptrdiff_t j = 0; j <= i; j++) {
        const double *b = run.basis + d * (q + WIDTH * j);
        double dot = 0;
        for (ptrdiff_t r = 0; r < d; r++) dot += a[r] * b[r];
        worst = fmax(worst, fabs(dot - (i == j)));
      }
      for (ptrdiff_t l = 0; l < KNOWN; l++) {
        double dot = 0;
        for (ptrdiff_t r = 0; r < d; r++) dot += a[r] * U[r + d * l];
        worst_known = fmax(worst_known, fabs(dot));
      }
    }
  for (ptrdiff_t j = 0; j < STEPS; j++) {
    CHECK_STATUS(k.op.product(&k.op, ctx, WIDTH, run.basis + d * WIDTH * j, product), SGDL_OK);
    for (ptrdiff_t q = 0; q < WIDTH; q++)
      for (ptrdiff_t r = 0; r < d; r++) {
        const double *here = run.basis + d * (q + WIDTH * j) + r;
        double want = run.alpha[j + STEPS * q] * here[0] + run.beta[j + STEPS * q] * here[d * WIDTH];
        if (j > 0) want += run.beta[j - 1 + STEPS * q] * here[-d * WIDTH];
        worst_step = fmax(worst_step, fabs(product[r + d * q] - want));
      }
  }
  CHECK_NEAR(worst, 0, 1e-12);
  CHECK_NEAR(worst_known, 0, 1e-13);
  CHECK_NEAR(worst_step, 0, 1e-12 * k.rho[0]);
  CHECK_INT(run.n_products, STEPS * WIDTH);
  sgdl_lanczos_free(&run);
  free(U);
  free(product);
  known_free(&k);
}

/* ---- Gauss rules --------------------------------------------------------------------------------------- */

static void test_gauss(sgdl_context *ctx)
{
  enum { N = 40 };
  double alpha[N], beta[N], T[N * N] = {0}, w[N], work[2 * N], node[N], weight[N];
  sgdl_normals(1, SGDL_STREAM_START, 0, 0, 0, N, alpha);
  sgdl_normals(2, SGDL_STREAM_START, 0, 0, 0, N, beta);
  beta[7] = 1e-9;
  beta[20] = 0; /* splits */
  for (int i = 0; i < N; i++) T[i + N * i] = alpha[i];
  for (int i = 0; i + 1 < N; i++) T[i + 1 + N * i] = T[i + N * (i + 1)] = beta[i];
  CHECK_STATUS(sgdl_backend_cpu()->eigen_symmetric(ctx, N, T, w), SGDL_OK);
  CHECK_STATUS(sgdl_gauss_rule(ctx, N, alpha, beta, 3, work, node, weight), SGDL_OK);
  double sum = 0;
  for (int i = 0; i < N; i++) {
    double first = T[N * (N - 1 - i)];
    CHECK_NEAR(node[i], w[N - 1 - i], 1e-13);
    CHECK_NEAR(weight[i], 3 * first * first, 1e-13);
    sum += weight[i];
  }
  CHECK_CLOSE(sum, 3.0, 1e-14);
  for (int i = 0; i < N; i++) { /* Gauss-Legendre on [-1, 1] */
    alpha[i] = 0;
    beta[i] = (i + 1) / sqrt(4.0 * (i + 1) * (i + 1) - 1);
  }
  CHECK_STATUS(sgdl_gauss_rule(ctx, N, alpha, beta, 2, work, node, weight), SGDL_OK);
  double exact = exp(1) - exp(-1), power = 0, found = 0;
  for (int i = 0; i < N; i++) {
    found += weight[i] * exp(node[i]);
    power += weight[i] * pow(node[i], 2 * N - 2);
  }
  CHECK_CLOSE(found, exact, 1e-14);
  CHECK_CLOSE(power, 2.0 / (2 * N - 1), 1e-12);
  CHECK_STATUS(sgdl_gauss_rule(ctx, 1, alpha, beta, 2, work, node, weight), SGDL_OK);
  CHECK_NEAR(weight[0], 2, 0);
  for (int n = 1; n <= 8; n++) { /* Gauss-Radau: exact to degree 2n, exp(-x) from both sides */
    double room[4 * N], low = 0, high = 0, even = 0;
    CHECK_STATUS(sgdl_gauss_rule(ctx, n, alpha, beta, 2, room, node, weight), SGDL_OK);
    for (int i = 0; i < n; i++) low += weight[i] * exp(-node[i]);
    CHECK_STATUS(sgdl_radau_rule(ctx, n, alpha, beta, -1, 2, room, node, weight), SGDL_OK);
    for (int i = 0; i <= n; i++) {
      high += weight[i] * exp(-node[i]);
      even += weight[i] * pow(node[i], 2 * n);
    }
    CHECK_NEAR(node[n], -1, 1e-14);
    CHECK_NEAR(even, 2.0 / (2 * n + 1), 1e-14);
    CHECK(low < exact + 1e-14 && high > exact - 1e-14);
    if (n < 5) CHECK(low < exact && high > exact && high - low < 1);
  }
}

/* ---- extreme eigenpairs -------------------------------------------------------------------------------- */

typedef struct {
  double values[64], residual[64], *vectors;
  sgdl_extreme_report report;
} pairs;

static sgdl_status extremes(sgdl_context *ctx, const known_spectrum *k, sgdl_extreme_options o, pairs *p)
{
  p->vectors = realloc(p->vectors, sizeof(double) * (size_t)(k->d * (o.n_top + o.n_bottom)));
  return sgdl_extreme_eigenpairs(ctx, &k->op, &o, p->values, p->vectors, p->residual, &p->report);
}

/* Residuals and orthonormality recomputed. */
static void check_pairs(sgdl_context *ctx, const known_spectrum *k, ptrdiff_t n, const pairs *p,
                        double tolerance)
{
  ptrdiff_t d = k->d;
  double *product = calloc((size_t)(d * n), sizeof(double)), worst = 0, orthogonal = 0;
  CHECK_STATUS(k->op.product(&k->op, ctx, n, p->vectors, product), SGDL_OK);
  for (ptrdiff_t i = 0; i < n; i++) {
    double sum = 0, largest = 0;
    for (ptrdiff_t r = 0; r < d; r++) {
      double off = product[r + d * i] - p->values[i] * p->vectors[r + d * i], v = p->vectors[r + d * i];
      sum += off * off;
      if (fabs(v) > fabs(largest)) largest = v;
    }
    worst = fmax(worst, fabs(sqrt(sum) - p->residual[i]));
    CHECK(sqrt(sum) <= 1.01 * tolerance * p->report.spread);
    CHECK(largest > 0);
    for (ptrdiff_t j = 0; j <= i; j++) {
      double dot = 0;
      for (ptrdiff_t r = 0; r < d; r++) dot += p->vectors[r + d * i] * p->vectors[r + d * j];
      orthogonal = fmax(orthogonal, fabs(dot - (i == j)));
    }
  }
  CHECK_NEAR(worst, 0, 1e-12 * p->report.spread);
  CHECK_NEAR(orthogonal, 0, 1e-13 * sqrt((double)n) * 4);
  free(product);
}

static void test_extremes(sgdl_context *ctx, pairs *p)
{
  known_spectrum k;
  for (int spectrum = 0; spectrum < SPECTRA; spectrum++)
    for (ptrdiff_t d = 64; d <= 2048; d *= 32) {
      known_create(&k, d, 3);
      known_fill(spectrum, d, k.rho);
      k.rho[d - 1] = -0.5; /* a saddle, */
      k.rho[d - 2] = k.rho[d - 3] = -0.25; /* a double one */
      CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 5, .n_bottom = 3, .seed = 1}, p),
                   SGDL_OK);
      CHECK_INT(p->report.n_converged, 8);
      for (int i = 0; i < 8; i++) /* errors go with the square of the residual */
        CHECK_NEAR(p->values[i], k.rho[i < 5 ? i : d - 8 + i], 1e-10 * k.rho[0]);
      check_pairs(ctx, &k, 8, p, 1e-8);
      CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_bottom = 3, .block = 2, .seed = 2}, p),
                   SGDL_OK);
      for (int i = 0; i < 3; i++) CHECK_NEAR(p->values[i], k.rho[d - 3 + i], 1e-10 * k.rho[0]);
      check_pairs(ctx, &k, 3, p, 1e-8);
      known_free(&k);
    }
}

/* Multiplicity up to the block, low rank, everything wanted, one dimension. */
static void test_special_spectra(sgdl_context *ctx, pairs *p)
{
  known_spectrum k;
  known_create(&k, 512, 4);
  known_fill(MARCHENKO_PASTUR, k.d, k.rho);
  for (int i = 0; i < 4; i++) k.rho[i] = 10;
  CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 5, .seed = 3}, p), SGDL_OK);
  for (int i = 0; i < 5; i++) CHECK_NEAR(p->values[i], k.rho[i], 1e-9);
  memset(k.rho, 0, sizeof(double) * (size_t)k.d);
  k.rho[0] = 3;
  k.rho[1] = 2;
  CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 12, .seed = 4}, p), SGDL_OK); /* rank 2 */
  CHECK_NEAR(p->values[0], 3, 1e-13);
  CHECK_NEAR(p->values[1], 2, 1e-13);
  for (int i = 2; i < 12; i++) CHECK_NEAR(p->values[i], 0, 1e-13);
  check_pairs(ctx, &k, 12, p, 1e-12);
  k.rho[0] = k.rho[1] = 0;
  CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 2, .n_bottom = 1, .seed = 5}, p), SGDL_OK);
  for (int i = 0; i < 3; i++) CHECK_NEAR(p->values[i], 0, 0);
  known_free(&k);
  for (ptrdiff_t d = 1; d <= 32; d *= 2) {
    known_create(&k, d, 5);
    for (ptrdiff_t l = 0; l < d; l++) k.rho[l] = 3 - (double)l;
    CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = d - d / 2, .n_bottom = d / 2, .seed = 6},
                          p),
                 SGDL_OK);
    for (ptrdiff_t l = 0; l < d; l++) CHECK_NEAR(p->values[l], k.rho[l], 1e-12 * (double)d);
    check_pairs(ctx, &k, d, p, 1e-12);
    known_free(&k);
  }
}

static void test_extreme_failures(sgdl_context *ctx, pairs *p)
{
  known_spectrum k;
  known_create(&k, 1024, 6);
  known_fill(POWER_LAW, k.d, k.rho);
  sgdl_extreme_options o = {.n_top = 4, .n_bottom = 2, .seed = 1, .basis = 24, .max_products = 60};
  CHECK_STATUS(extremes(ctx, &k, o, p), SGDL_NO_CONVERGENCE); /* the bottom is dense */
  CHECK_TEXT(ctx->message, "eigenpairs converged within 60 products");
  CHECK_NEAR(p->values[0], k.rho[0], 1e-3);
  CHECK(p->report.n_converged < 6);
  double *product = calloc((size_t)k.d, sizeof(double)), sum = 0;
  CHECK_STATUS(k.op.product(&k.op, ctx, 1, p->vectors + k.d * 5, product), SGDL_OK);
  for (ptrdiff_t r = 0; r < k.d; r++)
    sum += pow(product[r] - p->values[5] * p->vectors[r + k.d * 5], 2);
  CHECK_NEAR(sqrt(sum), p->residual[5], 1e-12); /* what is handed back is what it is said to be */
  free(product);
  o.max_products = 0;
  k.products = 0;
  k.nan_at = 9;
  CHECK_STATUS(extremes(ctx, &k, o, p), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "product 36 with `H` gave NaN in row 3: expected finite numbers");
  CHECK(isnan(p->values[0]));
  k.products = k.nan_at = 0;
  k.fail_at = 3;
  CHECK_STATUS(extremes(ctx, &k, o, p), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "failed on purpose");
  k.products = k.fail_at = 0;
  k.stop_at = 7;
  CHECK_STATUS(extremes(ctx, &k, o, p), SGDL_INTERRUPTED);
  CHECK_NEAR(p->values[0], k.rho[0], 0.05); /* best so far */
  k.stop_at = 0;
  static const struct {
    sgdl_extreme_options o;
    const char *text;
  } bad[] = {
    {{0}, "`top` = 0 and `bottom` = 0: expected 1 to 1024 eigenpairs together"},
    {{.n_top = 1000, .n_bottom = 25}, "expected 1 to 1024"},
    {{.n_top = -1, .n_bottom = 5}, "`top` = -1"},
    {{.n_top = 4, .basis = 10}, "`basis` = 10: expected at least 16"},
    {{.n_top = 4, .block = -1}, "`block` = -1"},
    {{.n_top = 4, .tolerance = NAN}, "`tolerance` = nan"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK_STATUS(extremes(ctx, &k, bad[i].o, p), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx->message, bad[i].text);
  }
  known_free(&k);
}

/* ---- quadratures: breakdown, failures, bits ------------------------------------------------------------ */

static int stop_now(void *user)
{
  int *polls = user;
  return --*polls < 0;
}

static void test_breakdown(sgdl_context *ctx)
{
  known_spectrum k;
  sgdl_quadrature r;
  quadrature_create(&r, 30, 6);
  known_create(&k, 256, 7);
  for (ptrdiff_t l = 0; l < k.d; l++) k.rho[l] = l < 3 ? 5 - (double)l : l < 100 ? 1 : 0; /* five values */
  sgdl_probe_options o = {.steps = 30, .max_probes = 6, .seed = 1};
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  CHECK_INT(r.n_probes, 6);
  for (int q = 0; q < 6; q++) {
    CHECK_NEAR(r.length[q], 5, 0);
    CHECK_NEAR(r.beta[30 * q + 4], 0, 0);
    for (int j = 0; j < 5; j++) CHECK_NEAR(r.node[30 * q + j], j < 3 ? 5 - j : j == 3, 1e-13);
    CHECK_NEAR(r.node[30 * q + 5] + r.weight[30 * q + 5], 0, 0);
    CHECK_NEAR(r.mass[q], 256, 0);
  }
  CHECK_INT(r.n_products, 5 * 6);
  for (ptrdiff_t l = 0; l < k.d; l++) k.rho[l] = 0;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  CHECK_NEAR(r.length[0], 1, 0);
  CHECK_NEAR(r.weight[0], 256, 0);
  known_free(&k);
  known_create(&k, 16, 8);
  for (ptrdiff_t l = 0; l < k.d; l++) k.rho[l] = (double)l;
  o.steps = 30; /* more than dimensions */
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
  for (int j = 0; j < 16; j++) CHECK_NEAR(r.node[j], 15 - j, 1e-11); /* all eigenvalues */
  CHECK_NEAR(r.length[0], 16, 0);
  known_free(&k);
  quadrature_free(&r);
}

static void test_probe_failures(sgdl_context *ctx)
{
  known_spectrum k;
  sgdl_quadrature r;
  quadrature_create(&r, 10, 12);
  known_create(&k, 512, 9);
  known_fill(POWER_LAW, k.d, k.rho);
  sgdl_probe_options o = {.steps = 10, .max_probes = 12, .seed = 1, .first_probe = 100};
  k.nan_at = 15; /* second block of four, step 5, last probe */
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the product with `H` gave NaN in row 3 for probe 108 at Lanczos step 5");
  CHECK_INT(r.n_probes, 4);
  k.products = k.nan_at = 0;
  k.fail_at = 25;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "failed on purpose");
  CHECK_INT(r.n_probes, 8);
  k.products = k.fail_at = 0;
  k.stop_at = 5;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_INTERRUPTED);
  CHECK_INT(r.n_probes, 0);
  k.stop_at = 0;
  int polls = 0;
  ctx->should_stop = stop_now;
  ctx->user = &polls;
  ctx->last_poll_ns = 0;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_INTERRUPTED);
  CHECK_TEXT(ctx->message, "stopped at step 1 of 10 of Lanczos");
  ctx->should_stop = NULL;
  static const sgdl_function unknown = {SGDL_F_COUNT, 0};
  static const struct {
    sgdl_probe_options o;
    const char *text;
  } bad[] = {
    {{.steps = 0, .max_probes = 1}, "`steps` = 0: expected at least 1"},
    {{.steps = 1, .max_probes = 0}, "`probes` = 0: expected at least 1"},
    {{.steps = 1, .max_probes = 1, .block = -2}, "`block` = -2"},
    {{.steps = 1, .max_probes = 1, .first_probe = -1}, "`first_probe` = -1"},
    {{.steps = 1, .max_probes = 1, .target = -0.5}, "`target` = -0.5"},
    {{.steps = 1, .max_probes = 1, .n_functions = 1, .functions = &unknown},
     "`functions`[1] has the kind 8: expected 0 to 7"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &bad[i].o, &r), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx->message, bad[i].text);
    CHECK_INT(r.n_probes, 0);
  }
  double *U = calloc((size_t)(k.d * 512), sizeof(double));
  U[0] = 1;
  U[k.d] = 1e-3;
  U[k.d + 1] = 1;
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &(sgdl_deflation){2, k.rho, U}, NULL, &o, &r),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message,
             "`eigenvectors`: columns 1 and 2 have the inner product 0.001: expected orthonormal");
  CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, &(sgdl_deflation){512, k.rho, U}, NULL, &o, &r),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "512 eigenvectors of 512 dimensions: expected fewer");
  free(U);
  known_free(&k);
  quadrature_free(&r);
}

/* Same bits for threads, for blocks, for one call or two. */
static void test_bits(sgdl_context *ctx)
{
  enum { STEPS = 12, PROBES = 7, ALL = STEPS * PROBES };
  known_spectrum k;
  sgdl_quadrature r, first;
  quadrature_create(&r, STEPS, PROBES);
  quadrature_create(&first, STEPS, PROBES);
  known_create(&k, 4096, 10);
  known_fill(MARCHENKO_PASTUR, k.d, k.rho);
  sgdl_probe_options o = {.steps = STEPS, .max_probes = PROBES, .seed = 1};
  for (int normal = 0; normal < 2; normal++) {
    o.normal = normal;
    ctx->threads = 1;
    o.block = 4;
    CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &first), SGDL_OK);
    for (int threads = 2; threads < 4; threads++) {
      ctx->threads = threads;
      o.block = threads == 3 ? 7 : 1;
      CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
      CHECK(memcmp(r.node, first.node, sizeof(double) * ALL) == 0);
      CHECK(memcmp(r.weight, first.weight, sizeof(double) * ALL) == 0);
      CHECK(memcmp(r.alpha, first.alpha, sizeof(double) * ALL) == 0);
    }
    o.first_probe = 3;
    o.max_probes = PROBES - 3;
    CHECK_STATUS(sgdl_spectral_probes(ctx, &k.op, NULL, NULL, &o, &r), SGDL_OK);
    CHECK(memcmp(r.node, first.node + 3 * STEPS, sizeof(double) * (ALL - 3 * STEPS)) == 0);
    o.first_probe = 0;
    o.max_probes = PROBES;
  }
  pairs p = {.vectors = NULL}, one = {.vectors = NULL};
  ctx->threads = 1;
  CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 3, .seed = 6, .tolerance = 1e-4}, &one),
               SGDL_OK);
  ctx->threads = 3;
  CHECK_STATUS(extremes(ctx, &k, (sgdl_extreme_options){.n_top = 3, .seed = 6, .tolerance = 1e-4}, &p),
               SGDL_OK);
  CHECK(memcmp(p.values, one.values, 3 * sizeof(double)) == 0);
  CHECK(memcmp(p.vectors, one.vectors, sizeof(double) * (size_t)(3 * k.d)) == 0);
  ctx->threads = 0;
  free(p.vectors);
  free(one.vectors);
  known_free(&k);
  quadrature_free(&r);
  quadrature_free(&first);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  pairs p = {.vectors = NULL};
  test_basis(&ctx);
  test_gauss(&ctx);
  test_extremes(&ctx, &p);
  test_special_spectra(&ctx, &p);
  test_extreme_failures(&ctx, &p);
  test_breakdown(&ctx);
  test_probe_failures(&ctx);
  test_bits(&ctx);
  free(p.vectors);
  return check_report();
}
