/* Generalised least squares of the MSD: every number against dense matrices of the increments, its bias and
 * coverage against Monte Carlo (false-alarm rates beside), refusals. */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"
#include "sgdl_stats.h"
#include "stats/exponent_common.h"

static sgdl_context ctx;
static const double no_window[2] = { 0, 0 };

static double *doubles(ptrdiff_t n)
{
  return calloc((size_t)n, sizeof(double));
}

/* ---- fractional Brownian motion by Cholesky ---- */

static double noise_covariance(ptrdiff_t k, double a)
{
  double h = (double)labs((long)k);
  return 0.5 * (pow(h + 1, a) + pow(fabs(h - 1), a) - 2 * pow(h, a));
}

static double *noise_factor(ptrdiff_t n, double a)
{
  double *l = doubles(n * n);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) l[i + n * j] = noise_covariance(i - j, a);
  CHECK(sgdl_cholesky(n, l) > 0);
  return l;
}

/* n + 1 frames in each of `series` columns, from streams rep, rep + 1, ... */
static void fractional(ptrdiff_t n, const double *l, uint64_t rep, ptrdiff_t series, double *x)
{
  double z[1024];
  for (ptrdiff_t s = 0; s < series; s++, x += n + 1) {
    sgdl_normals(31, SGDL_STREAM_NOISE, rep + (uint64_t)s, 0, 0, n, z);
    x[0] = 5.0;
    for (ptrdiff_t i = 0; i < n; i++) {
      x[i + 1] = x[i];
      for (ptrdiff_t j = 0; j <= i; j++) x[i + 1] += l[i + n * j] * z[j];
    }
  }
}

/* ---- the same fit from dense matrices ---- */

enum { N = 40, FRAMES = N + 1, LAGS = 4 };
static const double lags[LAGS] = { 1, 2, 3, 4 };
static const double four[2] = { 1, 4 };

/* A with MSD(h) = y' A y, y the increments. */
static double *quadratic_form(ptrdiff_t h)
{
  double *A = doubles(N * N);
  for (ptrdiff_t o = 0; o + h <= N; o++)
    for (ptrdiff_t i = o; i < o + h; i++)
      for (ptrdiff_t j = o; j < o + h; j++) A[i + N * j] += 1.0 / (double)(N + 1 - h);
  return A;
}

/* V(a)[i, j] = 2 tr(A_i G A_j G)/(h_i h_j)^a, and its inverse by Gauss and Jordan. */
static void dense_inverse(double a, double *V, double *inverse)
{
  static double product[LAGS][N * N];
  for (int l = 0; l < LAGS; l++) {
    double *A = quadratic_form((ptrdiff_t)lags[l]);
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int k = 0; k < N; k++) sum += A[i + N * k] * noise_covariance(k - j, a);
        product[l][i + N * j] = sum;
      }
    free(A);
  }
  double work[LAGS][2 * LAGS] = { { 0 } };
  for (int l = 0; l < LAGS; l++)
    for (int m = 0; m < LAGS; m++) {
      double trace = 0;
      for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) trace += product[l][i + N * j] * product[m][j + N * i];
      V[l + LAGS * m] = work[l][m] = 2 * trace / pow(lags[l] * lags[m], a);
      work[l][LAGS + m] = l == m;
    }
  for (int p = 0; p < LAGS; p++) {
    double pivot = work[p][p];
    for (int c = 0; c < 2 * LAGS; c++) work[p][c] /= pivot;
    for (int r = 0; r < LAGS; r++) {
      double factor = work[r][p];
      for (int c = 0; c < 2 * LAGS && r != p; c++) work[r][c] -= factor * work[p][c];
    }
  }
  for (int l = 0; l < LAGS; l++)
    for (int m = 0; m < LAGS; m++) inverse[l + LAGS * m] = work[l][LAGS + m];
}

typedef struct dense_fit {
  double C11, C12, C22, w[LAGS], mean[LAGS], inverse[LAGS * LAGS];
} dense_fit;

static dense_fit dense(double a)
{
  dense_fit f;
  double V[LAGS * LAGS], a11 = 0, a12 = 0, a22 = 0;
  dense_inverse(a, V, f.inverse);
  for (int i = 0; i < LAGS; i++)
    for (int j = 0; j < LAGS; j++) {
      double v = f.inverse[i + LAGS * j], u = log(lags[i]);
      a11 += u * v * log(lags[j]);
      a12 += u * v;
      a22 += v;
    }
  f.C11 = a22 / (a11 * a22 - a12 * a12);
  f.C12 = -a12 / (a11 * a22 - a12 * a12);
  f.C22 = 1 / a22;
  for (int i = 0; i < LAGS; i++) {
    f.w[i] = f.mean[i] = 0;
    for (int j = 0; j < LAGS; j++) {
      f.w[i] += (f.C11 * log(lags[j]) + f.C12) * f.inverse[i + LAGS * j];
      f.mean[i] += f.inverse[i + LAGS * j] * f.C22;
    }
  }
  return f;
}

static double dense_bias(const dense_fit *f)
{
  double square = 0;
  for (int i = 0; i < LAGS; i++) square += f->w[i] * log(lags[i]) * log(lags[i]);
  return -f->C12 - 0.5 * f->C11 * square;
}

static double displacement(const double *x, ptrdiff_t h)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i + h < FRAMES; i++) sum += (x[i + h] - x[i]) * (x[i + h] - x[i]);
  return sum / (double)(FRAMES - h);
}

static void test_against_dense_matrices(void)
{
  enum { D = 2, PATHS = 2, SERIES = D * PATHS };
  double x[FRAMES * SERIES], *l = noise_factor(N, 0.8);
  fractional(N, l, 1, SERIES, x);
  for (ptrdiff_t i = 0; i < FRAMES; i++) x[i] *= 3; /* diffusivities of their own */
  for (int many = 0; many < 2; many++) {
    int series = many ? SERIES : 1;
    sgdl_exponent_estimate e;
    CHECK_STATUS(sgdl_exponent_gls(&ctx, FRAMES, many ? D : 1, many ? PATHS : 1, x, four, 0.9, &e), SGDL_OK);
    CHECK_INT(e.n_points, LAGS);
    CHECK_INT(e.n_series, series);

    /* the fixed point, before its bias */
    dense_fit at = dense(e.exponent + e.bias), corrected = dense(e.exponent);
    double score = 0, total = 0;
    for (int s = 0; s < series; s++) {
      double top = 0, bottom = 0, scale = 0;
      for (int i = 0; i < LAGS; i++) {
        double m = displacement(x + FRAMES * s, (ptrdiff_t)lags[i]);
        top += at.w[i] * m * pow(lags[i], -e.exponent - e.bias);
        bottom += at.mean[i] * m * pow(lags[i], -e.exponent - e.bias);
        scale += corrected.mean[i] * m * pow(lags[i], -e.exponent);
      }
      score += top / bottom / series;
      total += scale;
    }
    CHECK_NEAR(score, 0.0, 1e-9);
    CHECK_CLOSE(e.bias, dense_bias(&at) / series, 1e-8);
    CHECK_CLOSE(e.se, sqrt(corrected.C11 / series), 1e-9);
    CHECK_CLOSE(e.log_diffusivity, log(total / (many ? PATHS : 1)), 1e-9);
    if (!many) CHECK_CLOSE(e.log_diffusivity_se,
                           sqrt(corrected.C22 + corrected.C12 * corrected.C12 / corrected.C11), 1e-8);
    if (!many) CHECK_CLOSE(e.covariance, corrected.C12, 1e-8);

    /* the interval holds what is not rejected, and 1 is tested at 1 */
    const double z = 1.6448536269514722;
    dense_fit low = dense(e.lower), high = dense(e.upper), one = dense(1.0);
    CHECK_CLOSE((e.exponent - e.lower) / sqrt(low.C11 / series), z, 1e-5);
    CHECK_CLOSE((e.upper - e.exponent) / sqrt(high.C11 / series), z, 1e-5);
    CHECK_CLOSE(e.p_value, erfc(fabs(e.exponent - 1) / sqrt(2 * one.C11 / series)), 1e-9);
    CHECK(many ? e.homogeneity_p >= 0 && e.homogeneity_p <= 1 : isnan(e.homogeneity_p));
    CHECK_CLOSE(e.misfit_df, series * (LAGS - 2.0), 1e-15);
  }
  free(l);
}

/* Chi squared of the fit is that of the residuals of a generalised regression. */
static void test_misfit(void)
{
  double x[FRAMES], m[LAGS], r[LAGS], *l = noise_factor(N, 1.0);
  sgdl_exponent_estimate e;
  fractional(N, l, 9, 1, x);
  CHECK_STATUS(sgdl_exponent_gls(&ctx, FRAMES, 1, 1, x, four, 0.95, &e), SGDL_OK);
  dense_fit f = dense(e.exponent);
  double scale = 0, slope = 0, level = 0, chi = 0;
  for (int i = 0; i < LAGS; i++) {
    m[i] = displacement(x, (ptrdiff_t)lags[i]) * pow(lags[i], -e.exponent);
    scale += f.mean[i] * m[i];
  }
  for (int i = 0; i < LAGS; i++) slope += f.w[i] * (m[i] / scale - 1);
  for (int i = 0; i < LAGS; i++) level += f.mean[i] * (m[i] / scale - 1 - slope * log(lags[i]));
  for (int i = 0; i < LAGS; i++) r[i] = m[i] / scale - 1 - slope * log(lags[i]) - level;
  for (int i = 0; i < LAGS; i++)
    for (int j = 0; j < LAGS; j++) chi += r[i] * f.inverse[i + LAGS * j] * r[j];
  CHECK_CLOSE(e.misfit, chi, 1e-6);
  CHECK_CLOSE(e.misfit_p, exp(-0.5 * chi), 1e-6); /* two degrees of freedom */
  free(l);
}

/* 128 increments, as the calibration has them at large. The mean of `repeats` estimates is off by bias /
 * sqrt(repeats) standard deviations of 1 and coverage of 95% has a binomial sd: limits of 4.5 of each, on top
 * of the second-order remainder of 0.06 sd and 2 points of coverage measured there, raise a false alarm in
 * fewer than 1 in 1e4 seeds. */
static void test_bias_and_coverage(void)
{
  enum { SIZE = 128 };
  const int repeats = getenv("SGDL_TEST_SHORT") ? 10 : 1000;
  const double exponents[] = { 0.4, 1.0, 1.6 };
  double x[SIZE + 1];
  for (int a = 0; a < 3; a++) {
    double *l = noise_factor(SIZE, exponents[a]), sum = 0, squares = 0, errors = 0, uncorrected = 0;
    int covered = 0;
    for (int r = 0; r < repeats; r++) {
      sgdl_exponent_estimate e;
      fractional(SIZE, l, (uint64_t)(1000 * (a + 1) + r), 1, x);
      CHECK_STATUS(sgdl_exponent_gls(&ctx, SIZE + 1, 1, 1, x, no_window, 0.95, &e), SGDL_OK);
      sum += (e.exponent - exponents[a]) / repeats;
      uncorrected += (e.exponent + e.bias - exponents[a]) / repeats;
      squares += (e.exponent - exponents[a]) * (e.exponent - exponents[a]) / repeats;
      errors += e.se * e.se / repeats;
      covered += e.lower <= exponents[a] && exponents[a] <= e.upper;
    }
    double sd = sqrt(squares), slack = 4.5 / sqrt(repeats);
    CHECK_NEAR(sum / sd, 0.0, 0.06 + slack);
    CHECK_NEAR(covered / (double)repeats, 0.95, 0.02 + 0.22 * slack);
    CHECK_NEAR(errors / squares, 0.9, 0.12 + 1.5 * slack);
    if (a == 2) CHECK(uncorrected < sum); /* what is taken off is there: -0.15 sd at 1.6 */
    free(l);
  }
}

/* Coordinates and paths of one exponent tell as much as as many paths: se over sqrt(n), and coverage. */
static void test_pooling(void)
{
  enum { SIZE = 64, SERIES = 6 };
  const int repeats = getenv("SGDL_TEST_SHORT") ? 5 : 400;
  double x[(SIZE + 1) * SERIES], *l = noise_factor(SIZE, 0.7), mean_p = 0;
  int covered = 0;
  for (int r = 0; r < repeats; r++) {
    sgdl_exponent_estimate e;
    fractional(SIZE, l, (uint64_t)(10000 + SERIES * r), SERIES, x);
    CHECK_STATUS(sgdl_exponent_gls(&ctx, SIZE + 1, 3, 2, x, no_window, 0.95, &e), SGDL_OK);
    covered += e.lower <= 0.7 && 0.7 <= e.upper;
    mean_p += e.homogeneity_p / repeats;
  }
  /* 4.5 binomial sd and 2 points; p values of mean 1/2, sd 0.29, skewed by 0.06 at 64 increments */
  CHECK_NEAR(covered / (double)repeats, 0.95, 0.02 + 4.5 * 0.22 / sqrt(repeats));
  CHECK_NEAR(mean_p, 0.5, 0.06 + 4.5 * 0.29 / sqrt(repeats));
  /* one of another kind is noticed */
  sgdl_exponent_estimate e;
  for (int i = 0; i <= SIZE; i++) x[i] = x[i + SIZE + 1] + 100.0 * i / SIZE * i / SIZE;
  CHECK_STATUS(sgdl_exponent_gls(&ctx, SIZE + 1, 3, 2, x, no_window, 0.95, &e), SGDL_OK);
  CHECK(e.homogeneity_p < 1e-3);
  free(l);
}

static void test_threads(void)
{
  enum { SIZE = 1000 };
  double x[SIZE + 1], *l = noise_factor(SIZE, 1.2);
  sgdl_exponent_estimate one, many;
  fractional(SIZE, l, 77, 1, x);
  ctx.threads = 1;
  CHECK_STATUS(sgdl_exponent_gls(&ctx, SIZE + 1, 1, 1, x, no_window, 0.95, &one), SGDL_OK);
  ctx.threads = 3;
  CHECK_STATUS(sgdl_exponent_gls(&ctx, SIZE + 1, 1, 1, x, no_window, 0.95, &many), SGDL_OK);
  CHECK(one.exponent == many.exponent && one.se == many.se && one.lower == many.lower &&
        one.misfit == many.misfit);
  CHECK_INT(one.n_points, 11);
  CHECK_NEAR(one.window[1], 250, 0);
  ctx.threads = 0;
  free(l);
}

static void test_quantiles(void)
{
  CHECK_CLOSE(sgdl_normal_quantile(0.975), 1.9599639845400545, 1e-14);
  CHECK_CLOSE(sgdl_normal_quantile(1e-12), -7.0344838253011312, 1e-13);
  CHECK(sgdl_normal_quantile(0.5) == 0.0);
  CHECK_CLOSE(sgdl_normal_two_sided(1.9599639845400545), 0.05, 1e-13);
  CHECK_CLOSE(sgdl_chi_squared_above(3.0, 2.0), exp(-1.5), 1e-13);
  CHECK(isnan(sgdl_chi_squared_above(1.0, 0.0)) && sgdl_chi_squared_above(INFINITY, 3.0) == 0.0);
}

/* ---- refusals ---- */

static sgdl_status fit(ptrdiff_t T, ptrdiff_t d, const double *x, double first, double last, double level)
{
  const double window[2] = { first, last };
  sgdl_exponent_estimate e;
  return sgdl_exponent_gls(&ctx, T, d, 1, x, window, level, &e);
}

static void test_refusals(void)
{
  enum { T = 200 };
  double x[2 * T], z[2 * T];
  sgdl_normals(3, SGDL_STREAM_NOISE, 5, 0, 0, 2 * T, z);
  for (int i = 0; i < 2 * T; i++) x[i] = i % T ? x[i - 1] + z[i] : 0.0;
  CHECK_STATUS(fit(T, 2, x, 0, 0, 0.95), SGDL_OK);
  CHECK_STATUS(fit(32, 1, x, 0, 0, 0.95), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`x` has 32 frames: expected at least 33 for method \"gls\"");
  CHECK_STATUS(fit(T, 1, x, 1, 100, 0.95), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`window` ends at 100 frames: expected at most 99, half of the path");
  CHECK_STATUS(fit(T, 1, x, 8, 9, 0.95), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`window` = [8, 9] frames holds 2 of them: expected at least 3");
  CHECK_STATUS(fit(T, 1, x, 9, 8, 0.95), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`window` = [9, 8]: expected a first lag of at least one frame");
  CHECK_STATUS(fit(T, 1, x, 1, INFINITY, 0.95), SGDL_NOT_FINITE);
  CHECK_STATUS(fit(T, 1, x, 0, 0, 1.0), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`level` = 1: expected a number between 0 and 1");
  CHECK_STATUS(fit(T, 1, z, 0, 0, 0.95), SGDL_UNSUPPORTED); /* white noise stays where it is */
  CHECK_TEXT(ctx.message, "`x` has exponent below 0.02 at lags 1 to 49");
  for (int i = 0; i < T; i++) z[i] = 3.0 * i + 1e-6 * z[i];
  CHECK_STATUS(fit(T, 1, z, 0, 0, 0.95), SGDL_UNSUPPORTED); /* a straight line */
  CHECK_TEXT(ctx.message, "`x` has exponent above 1.98");
  for (int i = 0; i < T; i++) x[T + i] = 7.0;
  CHECK_STATUS(fit(T, 2, x, 0, 0, 0.95), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`x[, coordinate 2, path 1]` is constant");
  for (int i = 0; i < T; i++) x[T + i] = i % 2;
  CHECK_STATUS(fit(T, 2, x, 0, 0, 0.95), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`x[, coordinate 2, path 1]` has mean squared displacement 0 at lag 2");
  x[3] = NAN;
  CHECK_STATUS(fit(T, 1, x, 0, 0, 0.95), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "`x[frame 4, coordinate 1, path 1]` = NaN");
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_against_dense_matrices();
  test_misfit();
  test_bias_and_coverage();
  test_pooling();
  test_threads();
  test_quantiles();
  test_refusals();
  return check_report();
}
