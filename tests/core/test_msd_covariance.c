/* Covariance of the time-averaged MSD: against traces of dense quadratic forms in long double, closed forms,
 * and Monte Carlo (false-alarm rate beside it). */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"

static sgdl_context ctx;

static double *doubles(ptrdiff_t n)
{
  return malloc((size_t)(n > 0 ? n : 1) * sizeof(double));
}

/* Structure functions: fBm |h|^exponent, a confined path 2 (1 - decay^h), both with noise on each frame. */
static double *power_law(ptrdiff_t T, double exponent, double noise)
{
  double *D = doubles(T);
  D[0] = 0.0;
  for (ptrdiff_t h = 1; h < T; h++) D[h] = pow((double)h, exponent) + 2.0 * noise;
  return D;
}

static double *confined(ptrdiff_t T, double decay)
{
  double *D = doubles(T);
  for (ptrdiff_t h = 0; h < T; h++) D[h] = 2.0 * (1.0 - pow(decay, (double)h));
  return D;
}

/* cov(x_i, x_j) of the path that starts at 0. */
static long double path_covariance(const double *D, ptrdiff_t i, ptrdiff_t j)
{
  return ((long double)D[i] + D[j] - D[i < j ? j - i : i - j]) / 2;
}

/* MSD(m) = x' A x, cov = 2 tr(A S B S): all T x T matrices written out. */
static double dense_covariance(ptrdiff_t T, const double *D, ptrdiff_t m, ptrdiff_t n)
{
  long double *A = calloc((size_t)(4 * T * T), sizeof(long double)), *B = A + T * T, *AS = B + T * T,
              *BS = AS + T * T, trace = 0;
  for (int which = 0; which < 2; which++) {
    long double *form = which ? B : A;
    ptrdiff_t lag = which ? n : m;
    for (ptrdiff_t i = 0; i + lag < T; i++) {
      form[i + T * i] += 1.0L / (T - lag);
      form[i + lag + T * (i + lag)] += 1.0L / (T - lag);
      form[i + T * (i + lag)] -= 1.0L / (T - lag);
      form[i + lag + T * i] -= 1.0L / (T - lag);
    }
  }
  for (ptrdiff_t i = 0; i < T; i++)
    for (ptrdiff_t j = 0; j < T; j++)
      for (ptrdiff_t k = 0; k < T; k++) {
        AS[i + T * j] += A[i + T * k] * path_covariance(D, k, j);
        BS[i + T * j] += B[i + T * k] * path_covariance(D, k, j);
      }
  for (ptrdiff_t i = 0; i < T; i++)
    for (ptrdiff_t j = 0; j < T; j++) trace += AS[i + T * j] * BS[j + T * i];
  free(A);
  return (double)(2 * trace);
}

static void compare_dense(ptrdiff_t T, double *D)
{
  const double lags[] = { 1, 2, 3, 7, 12, 13, 20, 38, 39 };
  ptrdiff_t n = 0;
  double covariance[81];
  while (n < 9 && lags[n] < (double)T) n++;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, n, lags, covariance), SGDL_OK);
  for (ptrdiff_t i = 0; i < n; i++)
    for (ptrdiff_t j = 0; j < n; j++)
      CHECK_CLOSE(covariance[i + n * j], dense_covariance(T, D, (ptrdiff_t)lags[i], (ptrdiff_t)lags[j]),
                  2e-12);
  free(D);
}

static void test_dense(void)
{
  compare_dense(40, power_law(40, 0.4, 0.0));
  compare_dense(40, power_law(40, 1.0, 0.5));
  compare_dense(40, power_law(40, 1.6, 0.0));
  compare_dense(39, power_law(39, 1.3, 0.1));
  compare_dense(40, confined(40, 0.8));
  compare_dense(23, confined(23, -0.5));
  compare_dense(3, power_law(3, 0.7, 0.0));
  compare_dense(2, power_law(2, 0.7, 0.0));
}

/* Brownian motion at large T: var MSD(m) = 2/N^2 sum_{|h|<m} (N - |h|)(m - |h|)^2, N = T - m >= m (Qian,
 * Sheetz, Elson). A constant velocity of random sign and size is perfectly correlated with itself: covariance
 * 2 m^2 n^2. */
static void test_closed_forms(void)
{
  const ptrdiff_t T = 100000;
  const double lags[] = { 1, 10, 1000, 30000 };
  double covariance[16], *D = power_law(T, 1.0, 0.0);
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, 4, lags, covariance), SGDL_OK);
  for (int l = 0; l < 4; l++) {
    long double m = lags[l], N = (long double)T - m, sum = 0;
    for (ptrdiff_t h = (ptrdiff_t)-lags[l] + 1; h < (ptrdiff_t)lags[l]; h++) {
      long double a = h < 0 ? -h : h;
      sum += (N - a) * (m - a) * (m - a);
    }
    CHECK_CLOSE(covariance[5 * l], (double)(2 * sum / (N * N)), 1e-11);
  }
  free(D);
  D = power_law(T, 2.0, 0.0);
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, 4, lags, covariance), SGDL_OK);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      CHECK_CLOSE(covariance[i + 4 * j], 2.0 * pow(lags[i] * lags[j], 2.0), 1e-11);
  free(D);
}

/* Long superdiffusive paths: the same sum in long double, from the structure function to its full precision.
 */
static void test_large_T(void)
{
  const ptrdiff_t T = 30000;
  const double lags[] = { 1, 7, 2000 }, exponent = 1.6;
  double covariance[9], *D = power_law(T, exponent, 0.0);
  long double *exact = malloc((size_t)T * sizeof(long double));
  for (ptrdiff_t h = 0; h < T; h++) exact[h] = h ? powl((long double)h, (long double)exponent) : 0;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, 3, lags, covariance), SGDL_OK);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      ptrdiff_t m = (ptrdiff_t)lags[a], n = (ptrdiff_t)lags[b];
      long double sum = 0;
      for (ptrdiff_t h = -(T - m - 1); h < T - n; h++) {
        ptrdiff_t first = h < 0 ? -h : 0, end = T - m < T - n - h ? T - m : T - n - h;
        long double c = exact[labs(h + n)] + exact[labs(h - m)] - exact[labs(h)] - exact[labs(h + n - m)];
        sum += (end - first) * c * c / 4;
      }
      CHECK_CLOSE(covariance[a + 3 * b], (double)(2 * sum / ((long double)(T - m) * (T - n))), 1e-9);
    }
  free(exact);
  free(D);
}

/* Lower Cholesky factor of the path's covariance, frames 1 to T - 1. */
static double *path_factor(ptrdiff_t T, const double *D)
{
  ptrdiff_t n = T - 1;
  double *L = calloc((size_t)(n * n), sizeof(double));
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++) {
      double sum = (double)path_covariance(D, i + 1, j + 1);
      for (ptrdiff_t k = 0; k < j; k++) sum -= L[i + n * k] * L[j + n * k];
      L[i + n * j] = i == j ? sqrt(sum) : sum / L[j + n * j];
    }
  return L;
}

/* Variances of the MSD, and of the sum of two of its points, over independent paths. Each is compared within
 * 5 of its own standard errors (from the sample's fourth moment): 18 comparisons, a false alarm in 1e5 of
 * seeds. */
static void test_monte_carlo(double *D, uint64_t seed)
{
  enum { T = 40, LAGS = 4, SUMS = 6 };
  const double lags[] = { 1, 3, 10, 30 };
  const int repeats = getenv("SGDL_TEST_SHORT") ? 200 : 20000;
  int failures = 0;
  double covariance[LAGS * LAGS], *L = path_factor(T, D), *value = doubles((ptrdiff_t)SUMS * repeats);
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, LAGS, lags, covariance), SGDL_OK);
  for (int r = 0; r < repeats; r++) {
    double z[T - 1], x[T] = { 0 }, msd[LAGS];
    sgdl_normals(seed, SGDL_STREAM_NOISE, (uint64_t)r, 0, 0, T - 1, z);
    for (int i = 1; i < T; i++)
      for (int k = 0; k < i; k++) x[i] += L[i - 1 + (T - 1) * k] * z[k];
    failures += sgdl_msd(&ctx, T, 1, 1, x, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, msd, NULL, NULL) != SGDL_OK;
    for (int l = 0; l < LAGS; l++) value[SUMS * r + l] = msd[l];
    value[SUMS * r + 4] = msd[0] + msd[1];
    value[SUMS * r + 5] = msd[2] + msd[3];
  }
  CHECK_INT(failures, 0);
  const double expected[SUMS] = { covariance[0], covariance[5], covariance[10], covariance[15],
                                  covariance[0] + covariance[5] + 2 * covariance[1],
                                  covariance[10] + covariance[15] + 2 * covariance[11] };
  for (int s = 0; s < SUMS; s++) {
    double mean = 0, second = 0, fourth = 0;
    for (int r = 0; r < repeats; r++) mean += value[SUMS * r + s] / repeats;
    for (int r = 0; r < repeats; r++) {
      double u = value[SUMS * r + s] - mean;
      second += u * u / repeats;
      fourth += u * u * u * u / repeats;
    }
    CHECK_NEAR(second / expected[s], 1.0, 5.0 * sqrt((fourth / (second * second) - 1.0) / repeats));
  }
  free(value);
  free(L);
  free(D);
}

static void test_bits_do_not_depend_on_threads(void)
{
  enum { T = 20000, LAGS = 40 };
  double lags[LAGS], *D = power_law(T, 0.7, 0.2), *one = doubles(LAGS * LAGS), *two = doubles(LAGS * LAGS);
  for (int l = 0; l < LAGS; l++) lags[l] = 1 + l * l * 9;
  ctx.threads = 1;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, LAGS, lags, one), SGDL_OK);
  ctx.threads = 3;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, T, D, LAGS, lags, two), SGDL_OK);
  ctx.threads = 0;
  CHECK(memcmp(one, two, LAGS * LAGS * sizeof(double)) == 0);
  free(D);
  free(one);
  free(two);
}

static int stop_at_once(void *user)
{
  (void)user;
  return 1;
}

static void test_messages(void)
{
  double D[] = { 0, 1, 2, 3 }, out[4];
  const double lags[] = { 1, 3 }, far[] = { 4 };
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 1, D, 1, lags, out), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`structure` has 1 elements: expected at least 2");
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 4, D, 1, far, out), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`lags[1]` = 4: expected an integer from 1 to 3");
  D[0] = 1;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 4, D, 2, lags, out), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`structure[1]` = 1: expected 0");
  D[0] = 0;
  D[2] = -1;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 4, D, 2, lags, out), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`structure[3]` = -1");
  D[2] = NAN;
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 4, D, 2, lags, out), SGDL_NOT_FINITE);
  D[2] = 2;
  sgdl_context stopping;
  sgdl_context_init(&stopping);
  stopping.should_stop = stop_at_once;
  CHECK_STATUS(sgdl_msd_covariance(&stopping, 4, D, 2, lags, out), SGDL_INTERRUPTED);
  CHECK_TEXT(stopping.message, "interrupted");
  CHECK_STATUS(sgdl_msd_covariance(&ctx, 4, D, 2, lags, out), SGDL_OK);
  CHECK(out[1] == out[2]);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_dense();
  test_closed_forms();
  test_large_T();
  test_monte_carlo(power_law(40, 0.6, 0.0), 1);
  test_monte_carlo(power_law(40, 1.5, 0.0), 2);
  test_monte_carlo(confined(40, 0.9), 3);
  test_bits_do_not_depend_on_threads();
  test_messages();
  return check_report();
}
