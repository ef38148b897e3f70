/* Operators of every kind against dense matrices written out; noise along directions; what is refused. */
#include "../../src/core/base/base.h"
#include "../../src/core/sgdl_operator.h"

#include "check.h"
#include "known_spectrum.h"
#include "objectives.h"

#include <stdlib.h>

static void normals(uint64_t key, ptrdiff_t n, double *x)
{
  sgdl_normals(key, SGDL_STREAM_START, 77, 0, 0, n, x);
}

static double *random_numbers(uint64_t key, ptrdiff_t n)
{
  double *x = doubles(n);
  normals(key, n, x);
  return x;
}

/* out (d x n) = H V */
static void brute_product(ptrdiff_t d, const double *H, ptrdiff_t n, const double *V, double *out)
{
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double sum = 0;
      for (ptrdiff_t j = 0; j < d; j++) sum += H[i + d * j] * V[j + d * q];
      out[i + d * q] = sum;
    }
}

static void brute_gram(ptrdiff_t N, ptrdiff_t d, const double *X, double *H)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double sum = 0;
      for (ptrdiff_t r = 0; r < N; r++) sum += X[r + N * i] * X[r + N * j];
      H[i + d * j] = sum / (double)N;
    }
}

/* Blocks of all widths, each column the same whatever the others where `columns` says so, any number of
 * threads. */
static void check_operator(sgdl_context *ctx, const sgdl_operator *op, const double *H, int columns)
{
  enum { MOST = 11 };
  ptrdiff_t d = op->dim;
  double *V = random_numbers(3, d * MOST), *want = doubles(d * MOST), *got = doubles(d * MOST);
  double *again = doubles(d * MOST);
  brute_product(d, H, MOST, V, want);
  for (ptrdiff_t n = 1; n <= MOST; n++) {
    ctx->threads = 1;
    CHECK_STATUS(sgdl_operator_product(ctx, op, n, V, got), SGDL_OK);
    CHECK_ARRAY(got, want, d * n, 1e-13);
    for (int threads = 2; threads < 4; threads++) {
      ctx->threads = threads;
      CHECK_STATUS(sgdl_operator_product(ctx, op, n, V, again), SGDL_OK);
      CHECK(memcmp(got, again, sizeof(double) * (size_t)(d * n)) == 0);
    }
    CHECK_STATUS(sgdl_operator_product(ctx, op, 1, V + d * (n - 1), again), SGDL_OK);
    if (columns) CHECK(memcmp(got + d * (n - 1), again, sizeof(double) * (size_t)d) == 0);
  }
  ctx->threads = 0;
  double asymmetry = -1;
  CHECK_STATUS(sgdl_operator_check(ctx, op, 1, 1e-12, &asymmetry), SGDL_OK);
  CHECK(asymmetry >= 0 && asymmetry < 1e-12);
  free(V);
  free(want);
  free(got);
  free(again);
}

/* ---- sparse arrays ------------------------------------------------------------------------------------- */

typedef struct {
  sgdl_sparse wide, narrow; /* row numbers of both kinds                                               */
  ptrdiff_t *start, *row;
  int32_t *row32;
  double *value;
} sparse_case;

static void make_sparse(ptrdiff_t rows, ptrdiff_t cols, const double *A, sparse_case *s)
{
  s->start = calloc((size_t)(cols + 1), sizeof(ptrdiff_t));
  s->row = calloc((size_t)(rows * cols), sizeof(ptrdiff_t));
  s->row32 = calloc((size_t)(rows * cols), sizeof(int32_t));
  s->value = doubles(rows * cols);
  ptrdiff_t e = 0;
  for (ptrdiff_t j = 0; j < cols; j++) {
    for (ptrdiff_t i = 0; i < rows; i++)
      if (A[i + rows * j] != 0) {
        s->row[e] = i;
        s->row32[e] = (int32_t)i;
        s->value[e++] = A[i + rows * j];
      }
    s->start[j + 1] = e;
  }
  s->wide = (sgdl_sparse){.rows = rows, .cols = cols, .start = s->start, .row = s->row, .value = s->value};
  s->narrow = (sgdl_sparse){.rows = rows, .cols = cols, .start = s->start, .row32 = s->row32,
                            .value = s->value};
}

static void free_sparse(sparse_case *s)
{
  free(s->start);
  free(s->row);
  free(s->row32);
  free(s->value);
}

/* About one entry in `keep` stays; columns 2 and 3 and a stretch of rows empty. */
static void thin_out(ptrdiff_t rows, ptrdiff_t cols, double keep, double *A)
{
  double *coin = random_numbers(9, rows * cols);
  for (ptrdiff_t j = 0; j < cols; j++)
    for (ptrdiff_t i = 0; i < rows; i++)
      if (fabs(coin[i + rows * j]) < keep || j == 2 || j == 3 || (i > 10 && i < 17)) A[i + rows * j] = 0;
  free(coin);
}

static void test_sparse(sgdl_context *ctx)
{
  enum { N = 130, D = 47 };
  double *X = random_numbers(1, N * D), *H = doubles(D * D), *S = random_numbers(2, D * D);
  sparse_case x, h;
  sgdl_operator op;
  thin_out(N, D, 1.0, X);
  brute_gram(N, D, X, H);
  make_sparse(N, D, X, &x);
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.wide, &op), SGDL_OK);
  check_operator(ctx, &op, H, 1);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.narrow, &op), SGDL_OK);
  check_operator(ctx, &op, H, 1);
  sgdl_operator_free(&op);
  thin_out(D, D, 1.0, S);
  for (int j = 0; j < D; j++)
    for (int i = 0; i < j; i++) S[j + D * i] = S[i + D * j];
  make_sparse(D, D, S, &h);
  CHECK_STATUS(sgdl_operator_sparse(ctx, &h.wide, &op), SGDL_OK);
  check_operator(ctx, &op, S, 1);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_sparse(ctx, &h.narrow, &op), SGDL_OK);
  check_operator(ctx, &op, S, 1);
  sgdl_operator_free(&op);

  h.value[h.start[5] - 1] += 1e-6;
  CHECK_STATUS(sgdl_operator_sparse(ctx, &h.wide, &op), SGDL_NOT_SYMMETRIC);
  CHECK_TEXT(ctx->message, "expected a symmetric matrix");
  CHECK_STATUS(sgdl_operator_sparse(ctx, &x.wide, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`H` is 130 x 47: expected a square matrix");
  sgdl_sparse bad = x.wide;
  bad.row32 = x.row32;
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &bad, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "one array of rows");
  x.value[4] = NAN;
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.wide, &op), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx->message, "= NaN: expected a finite number");
  x.value[4] = 1;
  x.row[1] = x.row[0];
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.wide, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "in column 1: expected increasing rows, 1 to 130");
  x.row[1] = N;
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.wide, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`X` has row 131");
  x.start[2] = x.start[1] - 1;
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.narrow, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`X`: column 2 starts at entry");
  x.start[0] = 1;
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &x.narrow, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "column 1 starts at entry 1, expected 0");
  bad = (sgdl_sparse){.rows = 0, .cols = 1};
  CHECK_STATUS(sgdl_operator_sparse_data(ctx, &bad, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`X` is 0 x 1");
  free_sparse(&x);
  free_sparse(&h);
  free(X);
  free(H);
  free(S);
}

/* ---- dense arrays -------------------------------------------------------------------------------------- */

static void test_dense(sgdl_context *ctx)
{
  enum { D = 150, N = 1500, WIDE_D = 4200, WIDE_N = 5, R = 4 };
  double *X = random_numbers(1, N * D), *H = doubles(D * D);
  sgdl_operator op;
  brute_gram(N, D, X, H);
  CHECK_STATUS(sgdl_operator_data(ctx, N, D, X, &op), SGDL_OK);
  check_operator(ctx, &op, H, 0);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_dense(ctx, D, H, &op), SGDL_OK);
  check_operator(ctx, &op, H, 0);
  sgdl_operator_free(&op);
  X[7] = INFINITY;
  CHECK_STATUS(sgdl_operator_data(ctx, N, D, X, &op), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx->message, "`X[8, 1]` = Inf");
  CHECK_STATUS(sgdl_operator_data(ctx, 0, D, X, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`X` is 0 x 150");
  H[3] += 1;
  CHECK_STATUS(sgdl_operator_dense(ctx, D, H, &op), SGDL_NOT_SYMMETRIC);
  free(H);
  free(X);

  X = random_numbers(4, WIDE_N * WIDE_D); /* wider than a tile in cache: two passes */
  double *V = random_numbers(5, WIDE_D * 3), *u = doubles(WIDE_N * 3), *want = doubles(WIDE_D * 3);
  double *got = doubles(WIDE_D * 3);
  for (int q = 0; q < 3; q++) {
    for (int j = 0; j < WIDE_D; j++)
      for (int r = 0; r < WIDE_N; r++) u[r + WIDE_N * q] += X[r + WIDE_N * j] * V[j + WIDE_D * q];
    for (int j = 0; j < WIDE_D; j++)
      for (int r = 0; r < WIDE_N; r++)
        want[j + WIDE_D * q] += X[r + WIDE_N * j] * u[r + WIDE_N * q] / WIDE_N;
  }
  CHECK_STATUS(sgdl_operator_data(ctx, WIDE_N, WIDE_D, X, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 3, V, got), SGDL_OK);
  CHECK_ARRAY(got, want, WIDE_D * 3, 1e-13);
  sgdl_operator_free(&op);

  known_spectrum k; /* four columns of an orthogonal matrix */
  known_create(&k, 64, 1);
  double U[64 * R], rho[R] = {5, 3, -1, 0.5}, *L = doubles(64 * 64);
  for (int l = 0; l < R; l++) known_vector(&k, l, U + 64 * l);
  for (int l = 0; l < 64; l++) k.rho[l] = l < R ? rho[l] : 0.25;
  known_dense(&k, L);
  CHECK_STATUS(sgdl_operator_low_rank(ctx, 64, R, U, rho, 0.25, &op), SGDL_OK);
  check_operator(ctx, &op, L, 1);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_low_rank(ctx, 64, 0, NULL, NULL, 0.25, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 1, V, got), SGDL_OK);
  CHECK_CLOSE(got[9], 0.25 * V[9], 1e-15);
  sgdl_operator_free(&op);
  U[0] += 1e-6;
  CHECK_STATUS(sgdl_operator_low_rank(ctx, 64, R, U, rho, 0.25, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`U`: columns 1 and 1 have the inner product 1.00000");
  CHECK_STATUS(sgdl_operator_low_rank(ctx, 3, R, U, rho, 0.25, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`U` is 3 x 4");
  CHECK_STATUS(sgdl_operator_low_rank(ctx, 64, R, U, rho, NAN, &op), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx->message, "`bulk` = NaN");
  known_free(&k);
  free(L);
  free(X);
  free(V);
  free(u);
  free(want);
  free(got);
}

/* ---- objectives, compiled functions, bad functions ----------------------------------------------------- */

static void test_objective(sgdl_context *ctx)
{
  objective_case c;
  sgdl_operator op;
  CHECK_STATUS(objective_case_create(&c, ctx, 3), SGDL_OK); /* a network */
  ptrdiff_t d = c.dense.dim;
  double *H = doubles(d * d), *unit = doubles(d * d);
  for (ptrdiff_t j = 0; j < d; j++) unit[j + d * j] = 1;
  CHECK_STATUS(c.dense.hessian_product(&c.dense, ctx, c.theta, d, unit, c.work, H), SGDL_OK);
  CHECK_STATUS(sgdl_operator_objective(ctx, &c.dense, c.theta, &op), SGDL_OK);
  c.theta[0] += 1; /* it has a copy */
  check_operator(ctx, &op, H, 0);
  sgdl_operator_free(&op);
  c.theta[0] = NAN;
  CHECK_STATUS(sgdl_operator_objective(ctx, &c.dense, c.theta, &op), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx->message, "`theta[1]` = NaN");
  c.dense.hessian_product = NULL;
  CHECK_STATUS(sgdl_operator_objective(ctx, &c.dense, c.theta, &op), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "no product with its Hessian");
  objective_case_free(&c);
  free(H);
  free(unit);
}

static int doubled(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)
{
  for (ptrdiff_t i = 0; i < dim * n; i++) HV[i] = 2 * V[i];
  return dim == 3 ? 7 : 0;
}

static int shifted(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV) /* not symmetric */
{
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t i = 0; i < dim; i++) HV[i + dim * q] = V[(i + 1) % dim + dim * q];
  return 0;
}

static int squared(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV) /* not linear */
{
  for (ptrdiff_t i = 0; i < dim * n; i++) HV[i] = V[i] * V[i];
  return 0;
}

static int poisoned(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)
{
  doubled(dim, n, V, HV);
  HV[dim * n - 1] = -INFINITY;
  return 0;
}

static void test_functions(sgdl_context *ctx)
{
  double V[8 * 2], HV[8 * 2], asymmetry;
  sgdl_operator op;
  normals(1, 16, V);
  CHECK_STATUS(sgdl_operator_pointer(ctx, doubled, 8, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 2, V, HV), SGDL_OK);
  CHECK_NEAR(HV[15], 2 * V[15], 0);
  CHECK_STATUS(sgdl_operator_check(ctx, &op, 1, 0, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_operator_check(ctx, &op, 1, -1, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`tolerance` = -1");
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 0, V, HV), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`V` has 0 columns");
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_pointer(ctx, doubled, 3, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 2, V, HV), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the compiled product with `H` returned 7: expected 0");
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_pointer(ctx, poisoned, 8, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 2, V, HV), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the product with `H`: `H V[8, 2]` = -Inf: expected a finite number");
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_pointer(ctx, shifted, 1000, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_check(ctx, &op, 1, 0, &asymmetry), SGDL_NOT_SYMMETRIC);
  CHECK_TEXT(ctx->message, "the product with `H` is not symmetric: |u'Hv - v'Hu| =");
  CHECK(asymmetry > 1e-3 && asymmetry < 10);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_pointer(ctx, squared, 1000, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_check(ctx, &op, 1, 0, NULL), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the product with `H` is not linear");
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_pointer(ctx, NULL, 8, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "pointer to the compiled product is NULL");
  CHECK_STATUS(sgdl_operator_pointer(ctx, doubled, 0, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`dim` = 0");
  CHECK_STATUS(sgdl_operator_native(ctx, SGDL_TEST_NATIVE, "native_product", 8, &op), SGDL_OK);
  CHECK_STATUS(sgdl_operator_product(ctx, &op, 2, V, HV), SGDL_OK);
  for (int i = 0; i < 8; i++) CHECK_NEAR(HV[8 + i], (i + 1) * V[8 + i], 0);
  sgdl_operator_free(&op);
  CHECK_STATUS(sgdl_operator_native(ctx, SGDL_TEST_NATIVE, "absent", 8, &op), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`symbol` = \"absent\"");
  CHECK_STATUS(sgdl_operator_native(ctx, "/nowhere.so", "f", 8, &op), SGDL_IO);
  CHECK_STATUS(sgdl_operator_native(ctx, "", "f", 8, &op), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_operator_native(ctx, "/nowhere.so", NULL, 8, &op), SGDL_BAD_ARGUMENT);
}

/* ---- noise along directions ---------------------------------------------------------------------------- */

typedef struct {
  ptrdiff_t N, d;
  const double *G;
  ptrdiff_t calls, fail_at, nan_at;
} stream_case;

static sgdl_status stream(void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out)
{
  stream_case *s = user;
  s->calls++;
  for (ptrdiff_t j = 0; j < s->d; j++)
    for (ptrdiff_t i = 0; i < n; i++) out[i + n * j] = s->G[first + i + s->N * j];
  if (s->calls == s->nan_at) out[n * 2] = NAN;
  if (s->calls != s->fail_at) return SGDL_OK;
  strcpy(ctx->message, "no more rows");
  return SGDL_CALLBACK;
}

/* Sigma (d x d) written out. */
static void brute_covariance(ptrdiff_t N, ptrdiff_t d, const double *G, int centred, double *Sigma)
{
  double *mean = doubles(d);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; centred && i < N; i++) mean[j] += G[i + N * j] / (double)N;
  memset(Sigma, 0, sizeof(double) * (size_t)(d * d));
  for (ptrdiff_t a = 0; a < d; a++)
    for (ptrdiff_t b = 0; b < d; b++)
      for (ptrdiff_t i = 0; i < N; i++)
        Sigma[a + d * b] += (G[i + N * a] - mean[a]) * (G[i + N * b] - mean[b]) / (double)N;
  free(mean);
}

static void check_along(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t d, const double *Sigma)
{
  enum { ALONG = 3 };
  double *U = random_numbers(12, d * ALONG), *SU = doubles(d * ALONG), strength[ALONG], trace = 0, all;
  brute_product(d, Sigma, ALONG, U, SU);
  for (ptrdiff_t j = 0; j < d; j++) trace += Sigma[j + d * j];
  CHECK_STATUS(sgdl_noise_along(ctx, noise, d, ALONG, U, strength, &all), SGDL_OK);
  CHECK_CLOSE(all, trace, 1e-12);
  for (int l = 0; l < ALONG; l++) {
    double want = 0;
    for (ptrdiff_t j = 0; j < d; j++) want += U[j + d * l] * SU[j + d * l];
    CHECK_CLOSE(strength[l], want, 1e-12);
  }
  CHECK_STATUS(sgdl_noise_along(ctx, noise, d, 0, NULL, NULL, &all), SGDL_OK);
  CHECK_CLOSE(all, trace, 1e-12);
  free(U);
  free(SU);
}

static int stop_at_once(void *user)
{
  (void)user;
  return 1;
}

static void test_noise(sgdl_context *ctx)
{
  enum { N = 37, D = 20, R = 3 };
  double *G = random_numbers(6, N * D), *F = random_numbers(7, D * R), *Sigma = doubles(D * D), diagonal[D];
  thin_out(N, D, 0.7, G);
  for (int i = 0; i < N * D; i++)
    if (G[i] != 0) G[i] += 3; /* a mean */
  sparse_case g;
  make_sparse(N, D, G, &g);
  stream_case rows = {N, D, G, 0, 0, 0};
  for (int centred = 0; centred < 2; centred++) {
    brute_covariance(N, D, G, centred, Sigma);
    sgdl_probe_noise noise = {.kind = SGDL_NOISE_GRADIENTS, .N = N, .gradients = G, .centred = centred};
    check_along(ctx, &noise, D, Sigma);
    noise.kind = SGDL_NOISE_SPARSE_GRADIENTS;
    noise.sparse = &g.wide;
    check_along(ctx, &noise, D, Sigma);
    noise.kind = SGDL_NOISE_STREAM;
    noise.stream = stream;
    noise.user = &rows;
    noise.chunk = 7;
    check_along(ctx, &noise, D, Sigma);
  }
  memset(Sigma, 0, sizeof(double) * D * D);
  for (int a = 0; a < D; a++)
    for (int b = 0; b < D; b++)
      for (int r = 0; r < R; r++) Sigma[a + D * b] += F[a + D * r] * F[b + D * r];
  check_along(ctx, &(sgdl_probe_noise){.kind = SGDL_NOISE_FACTOR, .factor = F, .rank = R}, D, Sigma);
  memset(Sigma, 0, sizeof(double) * D * D);
  for (int a = 0; a < D; a++) Sigma[a + D * a] = diagonal[a] = a;
  check_along(ctx, &(sgdl_probe_noise){.kind = SGDL_NOISE_DIAGONAL, .diagonal = diagonal}, D, Sigma);

  sgdl_probe_noise bad = {.kind = SGDL_NOISE_DIAGONAL, .diagonal = diagonal, .centred = 1};
  double trace;
  diagonal[3] = -1;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_NOT_PSD);
  CHECK_TEXT(ctx->message, "`noise`[4] = -1: expected a variance >= 0");
  bad.diagonal = NULL;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`noise`: the variances are absent");
  bad.kind = SGDL_NOISE_GRADIENTS;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`noise`: the gradients are absent");
  bad.gradients = G;
  bad.N = 1;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`gradients` has 1 rows: expected at least 2 examples");
  bad.kind = SGDL_NOISE_FACTOR;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`noise` has 0 columns");
  bad.kind = SGDL_NOISE_SPARSE_GRADIENTS;
  bad.sparse = &g.narrow;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D + 1, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`gradients` has 20 columns: expected 21");
  bad.kind = (sgdl_noise_kind)17;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`noise` has the kind 17");
  bad = (sgdl_probe_noise){.kind = SGDL_NOISE_STREAM, .N = N, .stream = stream, .user = &rows, .chunk = 7};
  rows.calls = 0;
  rows.nan_at = 2;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "the gradient of example 8 has NaN as component 3");
  rows.calls = rows.nan_at = 0;
  rows.fail_at = 3;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_CALLBACK);
  CHECK_TEXT(ctx->message, "no more rows");
  rows.fail_at = 0;
  ctx->should_stop = stop_at_once;
  ctx->last_poll_ns = 0;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_INTERRUPTED);
  CHECK_TEXT(ctx->message, "stopped after the gradients of 7 examples");
  ctx->should_stop = NULL;
  bad.stream = NULL;
  CHECK_STATUS(sgdl_noise_along(ctx, &bad, D, 0, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "the function that gives gradients is absent");
  CHECK_STATUS(sgdl_noise_along(ctx, &(sgdl_probe_noise){.kind = SGDL_NOISE_FACTOR, .factor = F, .rank = R},
                                D, -1, NULL, NULL, &trace), SGDL_BAD_ARGUMENT);
  free_sparse(&g);
  free(G);
  free(F);
  free(Sigma);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_sparse(&ctx);
  test_dense(&ctx);
  test_objective(&ctx);
  test_functions(&ctx);
  test_noise(&ctx);
  CHECK_TEXT(sgdl_function_string(SGDL_F_INVERSE), "inverse");
  CHECK_TEXT(sgdl_function_string(SGDL_F_COUNT), "unknown");
  return check_report();
}
