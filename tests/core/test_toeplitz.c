/* Toeplitz matrices: against dense Cholesky in long double, brute-force inverses, and the O(n^2) steps. */
#include <float.h>
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"
#include "stats/toeplitz.h"

static sgdl_context ctx;

static double *doubles(ptrdiff_t n)
{
  return calloc((size_t)(n > 0 ? n : 1), sizeof(double));
}

/* Covariances of fractional Gaussian noise plus `noise` differenced white noise, in long double. */
static void covariances(ptrdiff_t n, double exponent, double noise, double *r)
{
  for (ptrdiff_t k = 0; k < n; k++) {
    long double a = exponent;
    long double below = k > 0 ? powl((long double)(k - 1), a) : 1;
    long double value = (powl(k + 1, a) - 2 * (k ? powl(k, a) : 0) + below) / 2;
    r[k] = (double)(value + noise * (k == 0 ? 2 : k == 1 ? -1 : 0));
  }
}

/* L with T = L L' (n x n, long double, lower triangle). */
static long double *cholesky(ptrdiff_t n, const double *r)
{
  long double *L = calloc((size_t)(n * n), sizeof *L);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++) {
      long double sum = r[i - j];
      for (ptrdiff_t k = 0; k < j; k++) sum -= L[i + n * k] * L[j + n * k];
      L[i + n * j] = i == j ? sqrtl(sum) : sum / L[j + n * j];
    }
  return L;
}

static void dense_solve(ptrdiff_t n, const long double *L, const double *x, long double *y)
{
  for (ptrdiff_t i = 0; i < n; i++) {
    y[i] = x[i];
    for (ptrdiff_t k = 0; k < i; k++) y[i] -= L[i + n * k] * y[k];
    y[i] /= L[i + n * i];
  }
  for (ptrdiff_t i = n - 1; i >= 0; i--) {
    for (ptrdiff_t k = i + 1; k < n; k++) y[i] -= L[k + n * i] * y[k];
    y[i] /= L[i + n * i];
  }
}

/* Every result for one matrix against dense algebra; errors relative to the condition that they allow. */
static void compare(ptrdiff_t n, double exponent, double noise, double tolerance)
{
  sgdl_toeplitz t;
  double *r = doubles(n), *x = doubles(n), *y = doubles(n), *ones = doubles(n), *d = doubles(n);
  long double *exact = calloc((size_t)n, sizeof *exact), log_det = 0, trace = 0,
              *diagonal = calloc((size_t)n, sizeof *exact);
  CHECK_STATUS(sgdl_toeplitz_open(&ctx, n, &t), SGDL_OK);
  double *D = doubles(t.room);
  covariances(n, exponent, noise, r);
  covariances(n, 0.5 * exponent + 0.3, 0.1, d);
  sgdl_normals(3, SGDL_STREAM_NOISE, 0, (uint64_t)n, 0, n, x);
  long double *L = cholesky(n, r);
  for (ptrdiff_t i = 0; i < n; i++) log_det += 2 * logl(L[i + n * i]);
  CHECK_STATUS(sgdl_toeplitz_factor(&t, r), SGDL_OK);
  CHECK_NEAR(t.log_det, (double)log_det, tolerance * (double)n);
  CHECK_CLOSE(t.variance, (double)(L[n * n - 1] * L[n * n - 1]), tolerance);

  sgdl_toeplitz_solve(&t, x, y);
  dense_solve(n, L, x, exact);
  long double largest = 0, worst = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    largest = fmaxl(largest, fabsl(exact[i]));
    worst = fmaxl(worst, fabsl(y[i] - exact[i]));
  }
  CHECK_NEAR((double)(worst / largest), 0.0, tolerance);

  for (ptrdiff_t i = 0; i < n; i++) x[i] = 1.0;
  sgdl_toeplitz_solve_ones(&t, ones);
  dense_solve(n, L, x, exact);
  worst = largest = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    largest = fmaxl(largest, fabsl(exact[i]));
    worst = fmaxl(worst, fabsl(ones[i] - exact[i]));
  }
  CHECK_NEAR((double)(worst / largest), 0.0, tolerance);

  for (ptrdiff_t j = 0; j < n; j++) { /* the inverse, column by column */
    for (ptrdiff_t i = 0; i < n; i++) x[i] = i == j;
    dense_solve(n, L, x, exact);
    for (ptrdiff_t i = 0; i < n; i++) trace += exact[i] * d[labs(i - j)];
    for (ptrdiff_t i = 0; i <= j; i++) diagonal[j - i] += exact[i];
  }
  sgdl_toeplitz_spectrum(&t, d, D);
  CHECK_CLOSE(sgdl_toeplitz_trace(&t, D), (double)trace, tolerance);
  CHECK_CLOSE(sgdl_toeplitz_diagonal(&t, 0), (double)diagonal[0], tolerance);
  CHECK_NEAR(sgdl_toeplitz_diagonal(&t, 1), (double)diagonal[1], tolerance * (double)diagonal[0]);
  sgdl_toeplitz_close(&t);
  free(r), free(x), free(y), free(ones), free(d), free(D), free(exact), free(L), free(diagonal);
}

static void test_dense(void)
{
  static const ptrdiff_t sizes[] = {2, 3, 5, 17, 64, 65, 66, 127, 128, 129, 130, 131, 200, 257};
  static const double exponents[] = {0.05, 0.4, 1.0, 1.6, 1.95};
  const int n_sizes = getenv("SGDL_TEST_SHORT") ? 9 : (int)(sizeof sizes / sizeof *sizes);
  for (int s = 0; s < n_sizes; s++)
    for (int e = 0; e < 5; e++) {
      compare(sizes[s], exponents[e], 0.0, 1e-11);
      if (e > 0) compare(sizes[s], exponents[e], 0.5, 1e-11);
    }
}

/* Doubling against single steps: around the switch, at powers of two and one beside them. */
static void test_doubling(void)
{
  static const ptrdiff_t sizes[] = {129, 130,  255,  256,  257,  511,  512,
                                    513, 1000, 1023, 1024, 1025, 2049, 4097};
  static const double exponents[] = {0.02, 0.4, 1.6, 1.95};
  const int n_sizes = getenv("SGDL_TEST_SHORT") ? 8 : (int)(sizeof sizes / sizeof *sizes);
  for (int s = 0; s < n_sizes; s++)
    for (int e = 0; e < 4; e++) {
      sgdl_toeplitz fast, slow;
      ptrdiff_t n = sizes[s];
      double *r = doubles(n);
      covariances(n, exponents[e], 0.0, r);
      CHECK_STATUS(sgdl_toeplitz_open(&ctx, n, &fast), SGDL_OK);
      CHECK_STATUS(sgdl_toeplitz_open(&ctx, n, &slow), SGDL_OK);
      CHECK_STATUS(sgdl_toeplitz_factor(&fast, r), SGDL_OK);
      CHECK_STATUS(sgdl_toeplitz_factor_directly(&slow, r), SGDL_OK);
      CHECK_NEAR(fast.log_det, slow.log_det, 1e-12 * (double)n);
      CHECK_CLOSE(fast.variance, slow.variance, 1e-11);
      CHECK_ARRAY(fast.phi, slow.phi, n, 1e-11);
      CHECK_ARRAY(fast.reflection, slow.reflection, n - 1, 1e-11);
      sgdl_toeplitz_close(&fast);
      sgdl_toeplitz_close(&slow);
      free(r);
    }
}

static void test_refusals(void)
{
  sgdl_toeplitz t;
  double r[300];
  CHECK_STATUS(sgdl_toeplitz_open(&ctx, 1, &t), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "at least 2");
  CHECK_STATUS(sgdl_toeplitz_open(&ctx, 300, &t), SGDL_OK);
  for (int i = 0; i < 300; i++) r[i] = 1.0;
  CHECK_STATUS(sgdl_toeplitz_factor(&t, r), SGDL_NOT_PSD);
  r[0] = -1.0;
  CHECK_STATUS(sgdl_toeplitz_factor(&t, r), SGDL_NOT_PSD);
  for (int i = 0; i < 300; i++) r[i] = i == 250 ? 1.01 : i == 0; /* indefinite only far along */
  CHECK_STATUS(sgdl_toeplitz_factor(&t, r), SGDL_NOT_PSD);
  r[0] = NAN;
  CHECK_STATUS(sgdl_toeplitz_factor(&t, r), SGDL_NOT_PSD);
  sgdl_toeplitz_close(&t);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_dense();
  test_doubling();
  test_refusals();
  return check_report();
}
