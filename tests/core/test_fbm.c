/* Exact likelihood of fractional Brownian motion and its fit: against dense Cholesky in long double, central
 * differences, closed forms and simulated paths (false-alarm rates beside each). */
#include <stdlib.h>

#include "check.h"
#include "oracle.h"
#include "sgdl.h"
#include "stats/fbm.h"

static sgdl_context ctx;

static double *doubles(ptrdiff_t n)
{
  return calloc((size_t)(n > 0 ? n : 1), sizeof(double));
}

static long double covariance(ptrdiff_t k, double exponent)
{
  long double a = exponent, below = k > 0 ? powl((long double)(k - 1), a) : 1;
  return (powl((long double)(k + 1), a) - 2 * (k ? powl((long double)k, a) : 0) + below) / 2;
}

/* ---- covariances ---- */

static void test_covariance(void)
{
  enum { N = 4000 };
  static const double exponents[] = {0.003, 0.3, 0.999, 1.0, 1.5, 1.97, 1.9995};
  double *log_k = doubles(N), *r = doubles(N), *dr = doubles(N), *up = doubles(N), *down = doubles(N);
  for (int k = 1; k < N; k++) log_k[k] = log(k);
  for (int e = 0; e < 7; e++) {
    double a = exponents[e], h = 1e-6;
    sgdl_fbm_covariance(N, a, log_k, r, dr);
    double worst = 0.0, slope = 0.0;
    for (int k = 0; k < N; k++) { /* the definition loses k^a of long double's rounding, more without x87's powl */
      double exact = (double)covariance(k, a), lost = oracle_epsilon() * pow(k + 1, a);
      if (oracle_epsilon() > 1e-18) lost *= 4;
      worst = fmax(worst, fabs(r[k] - exact) / (1e-15 * fabs(exact) + 1e-16 + lost));
    }
    CHECK_NEAR(worst, 0.0, 4.0);
    sgdl_fbm_covariance(N, a + h * (a < 1.999), log_k, up, NULL);
    sgdl_fbm_covariance(N, a - h, log_k, down, NULL);
    for (int k = 0; k < N; k++)
      slope = fmax(slope, fabs(dr[k] - (up[k] - down[k]) / (a < 1.999 ? 2 * h : h)));
    CHECK_NEAR(slope, 0.0, a < 1.999 ? 1e-8 : 1e-4);
  }
  sgdl_fbm_covariance(N, 1.0, log_k, r, NULL);
  double white = fabs(r[0] - 1.0);
  for (int k = 1; k < N; k++) white = fmax(white, fabs(r[k]));
  CHECK_NEAR(white, 0.0, 5e-16);
  free(log_k), free(r), free(dr), free(up), free(down);
}

/* ---- likelihood ---- */

/* The restricted (drift) or plain log-likelihood of columns of increments, c profiled out per group. */
static double dense(ptrdiff_t n, ptrdiff_t series, ptrdiff_t groups, const double *x, int drift, double alpha,
                    double ratio)
{
  long double *L = calloc((size_t)(n * n), sizeof *L), *z = calloc((size_t)(2 * n), sizeof *z), log_det = 0,
              total = 0;
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++) {
      long double sum = covariance(i - j, alpha) + ratio * (i == j ? 2 : i == j + 1 ? -1 : 0);
      for (ptrdiff_t k = 0; k < j; k++) sum -= L[i + n * k] * L[j + n * k];
      L[i + n * j] = i == j ? sqrtl(sum) : sum / L[j + n * j];
    }
  for (ptrdiff_t i = 0; i < n; i++) log_det += 2 * logl(L[i + n * i]);
  for (ptrdiff_t g = 0; g < groups; g++) {
    long double form = 0, dof = 0;
    for (ptrdiff_t s = g; s < series; s += groups) {
      long double xx = 0, x1 = 0, one = 0;
      for (ptrdiff_t i = 0; i < n; i++) {
        z[i] = x[i + n * s];
        z[n + i] = 1;
        for (ptrdiff_t k = 0; k < i; k++) {
          z[i] -= L[i + n * k] * z[k];
          z[n + i] -= L[i + n * k] * z[n + k];
        }
        z[i] /= L[i + n * i];
        z[n + i] /= L[i + n * i];
        xx += z[i] * z[i];
        x1 += z[i] * z[n + i];
        one += z[n + i] * z[n + i];
      }
      form += drift ? xx - x1 * x1 / one : xx;
      dof += n - drift;
      total += log_det + (drift ? logl(one / n) : 0);
    }
    total += dof * (logl(2 * acosl(-1.0L) * form / dof) + 1);
  }
  free(L), free(z);
  return (double)(-total / 2);
}

/* Paths whose increments are normals seen through a short filter. */
static double *paths(ptrdiff_t T, ptrdiff_t series, double offset, double memory)
{
  double *x = doubles(T * series), *z = doubles(T);
  for (ptrdiff_t s = 0; s < series; s++) {
    double step = 0.0;
    sgdl_normals(11, SGDL_STREAM_NOISE, (uint64_t)s, 0, 0, T, z);
    x[T * s] = offset;
    for (ptrdiff_t i = 1; i < T; i++) {
      step = memory * step + z[i];
      x[i + T * s] =
          x[i - 1 + T * s] + ldexp(rint(ldexp((double)(1 + s) * step, 20)), -20); /* exact increments */
    }
  }
  free(z);
  return x;
}

static double *increments(ptrdiff_t T, ptrdiff_t series, const double *x)
{
  double *out = doubles((T - 1) * series);
  for (ptrdiff_t s = 0; s < series; s++)
    for (ptrdiff_t i = 0; i < T - 1; i++) out[i + (T - 1) * s] = x[i + 1 + T * s] - x[i + T * s];
  return out;
}

static void test_likelihood(ptrdiff_t T, double tolerance)
{
  enum { D = 2, PATHS = 2, SERIES = D * PATHS };
  static const double exponents[] = {0.05, 0.6, 1.0, 1.5, 1.95}, ratios[] = {0.0, 0.3};
  double *x = paths(T, SERIES, 100.0, 0.4), *dx = increments(T, SERIES, x), value, score[2];
  for (int options = 0; options < 4; options++)
    for (int e = 0; e < 5; e++)
      for (int q = 0; q < 2; q++) {
        sgdl_mle_options o = {.noise = q, .drift = options % 2, .own = options / 2, .level = 0.95};
        double expected = dense(T - 1, SERIES, o.own ? D : 1, dx, o.drift, exponents[e], ratios[q]);
        CHECK_STATUS(
            sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, exponents[e], ratios[q], &value, score),
            SGDL_OK);
        CHECK_CLOSE(value, expected, tolerance);
      }
  free(x), free(dx);
}

static void test_score(void)
{
  enum { T = 301, D = 2, PATHS = 1 };
  static const double exponents[] = {0.1, 0.6, 1.0, 1.5, 1.9}, ratios[] = {0.05, 0.7};
  double *x = paths(T, D * PATHS, 0.0, 0.4);
  for (int drift = 0; drift < 2; drift++)
    for (int own = 0; own < 2; own++)
      for (int e = 0; e < 5; e++)
        for (int q = 0; q < 2; q++) {
          sgdl_mle_options o = {.noise = 1, .drift = drift, .own = own, .level = 0.95};
          double a = exponents[e], r = ratios[q], h = 1e-5, up, down, at, score[2];
          sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, a, r, &at, score);
          sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, a + h, r, &up, NULL);
          sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, a - h, r, &down, NULL);
          CHECK_NEAR(score[0], (up - down) / (2 * h), 1e-5 * (100 + fabs(score[0])));
          sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, a, r + h, &up, NULL);
          sgdl_fbm_log_likelihood(&ctx, T, D, PATHS, x, &o, a, r - h, &down, NULL);
          CHECK_NEAR(score[1], (up - down) / (2 * h), 1e-5 * (100 + fabs(score[1])));
        }
  free(x);
}

/* ---- information ---- */

/* tr(P T_i P T_j)/2 by dense inverses; alpha, ratio, log c. */
static void dense_information(ptrdiff_t n, int drift, double alpha, double ratio, double I[9])
{
  double *A = doubles(n * n), *B = doubles(n * 2 * n), *log_k = doubles(n), *r = doubles(n), *dr = doubles(n);
  double *P = doubles(n * n), *M[3];
  for (ptrdiff_t k = 1; k < n; k++) log_k[k] = log((double)k);
  sgdl_fbm_covariance(n, alpha, log_k, r, dr);
  r[0] += 2 * ratio;
  r[1] -= ratio;
  for (ptrdiff_t i = 0; i < n; i++) { /* Gauss-Jordan without pivots: T is definite */
    for (ptrdiff_t j = 0; j < n; j++) A[i + n * j] = r[labs(i - j)];
    P[i + n * i] = 1.0;
  }
  for (ptrdiff_t p = 0; p < n; p++) {
    double pivot = A[p + n * p];
    for (ptrdiff_t j = 0; j < n; j++) A[p + n * j] /= pivot, P[p + n * j] /= pivot;
    for (ptrdiff_t i = 0; i < n; i++) {
      double q = A[i + n * p];
      if (i == p) continue;
      for (ptrdiff_t j = 0; j < n; j++) A[i + n * j] -= q * A[p + n * j], P[i + n * j] -= q * P[p + n * j];
    }
  }
  if (drift) {
    double total = 0, *u = doubles(n);
    for (ptrdiff_t i = 0; i < n * n; i++) u[i % n] += P[i], total += P[i];
    for (ptrdiff_t i = 0; i < n * n; i++) P[i] -= u[i % n] * u[i / n] / total;
    free(u);
  }
  for (int m = 0; m < 3; m++) {
    M[m] = doubles(n * n);
    for (ptrdiff_t i = 0; i < n; i++)
      for (ptrdiff_t j = 0; j < n; j++)
        for (ptrdiff_t k = 0; k < n; k++) {
          ptrdiff_t lag = labs(k - j);
          double d = m == 0 ? dr[lag] : m == 1 ? (lag == 0 ? 2.0 : lag == 1 ? -1.0 : 0.0) : r[lag];
          M[m][i + n * j] += P[i + n * k] * d;
        }
  }
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      I[a + 3 * b] = 0.0;
      for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < n; j++) I[a + 3 * b] += 0.5 * M[a][i + n * j] * M[b][j + n * i];
    }
  for (int m = 0; m < 3; m++) free(M[m]);
  free(A), free(B), free(P), free(log_k), free(r), free(dr);
}

static void test_information(void)
{
  enum { N = 60 };
  static const double exponents[] = {0.2, 1.0, 1.6, 1.9}, ratios[] = {0.0, 0.3};
  for (int drift = 0; drift < 2; drift++)
    for (int e = 0; e < 4; e++)
      for (int q = 0; q < 2; q++) {
        sgdl_fbm f;
        double I[9], expected[9], se, ratio_se;
        CHECK_STATUS(sgdl_fbm_open(&ctx, N, 1, 1, drift, NULL, &f), SGDL_OK);
        CHECK_STATUS(sgdl_fbm_information(&f, exponents[e], ratios[q], 1, I), SGDL_OK);
        sgdl_fbm_close(&f);
        dense_information(N, drift, exponents[e], ratios[q], expected);
        for (int i = 0; i < 9; i++)
          CHECK_NEAR(I[i], expected[i], 2e-5 * sqrt(expected[i / 3 * 4] * expected[i % 3 * 4]));
        sgdl_mle_options o = {.drift = drift, .level = 0.95};
        CHECK_STATUS(sgdl_fbm_bound(&ctx, N, 1, &o, exponents[e], 0.0, &se, NULL), SGDL_OK);
        if (q == 0)
          CHECK_CLOSE(se, 1 / sqrt(expected[0] - expected[2] * expected[2] / expected[8]), 1e-5);
        o.noise = 1;
        CHECK_STATUS(sgdl_fbm_bound(&ctx, N, 1, &o, exponents[e], ratios[q], &se, &ratio_se), SGDL_OK);
        CHECK(se > 0 && ratio_se > 0);
      }
}

/* ---- fit ---- */

static void test_brownian_fit(void)
{
  enum { T = 2001 };
  double *x = paths(T, 1, 0.0, 0.0), score[2], value, drift, c;
  sgdl_exponent_mle e;
  for (int with_drift = 0; with_drift < 2; with_drift++) {
    sgdl_mle_options o = {.drift = with_drift, .level = 0.95};
    CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, x, &o, &drift, &c, &e), SGDL_OK);
    CHECK(e.lower < e.exponent && e.exponent < e.upper);
    CHECK_NEAR(e.exponent, 1.0, 4.5 * e.se); /* false alarm 7e-6 */
    CHECK_NEAR(e.log_diffusivity, 0.0, 4.5 * e.log_diffusivity_se);
    CHECK_CLOSE(c, exp(e.log_diffusivity), 1e-12);
    CHECK_STATUS(sgdl_fbm_log_likelihood(&ctx, T, 1, 1, x, &o, e.exponent, 0.0, &value, score), SGDL_OK);
    CHECK_NEAR(score[0] * e.se, 0.0, 1e-4);
    CHECK_CLOSE(value, e.log_likelihood, 1e-10);
    CHECK(e.evaluations <= 8);
    CHECK_INT(e.n_points, T - 1);
    CHECK(with_drift || drift == 0.0);
  }
  free(x);
}

static double *fractional(ptrdiff_t steps, ptrdiff_t dim, ptrdiff_t n_paths, double exponent, double noise,
                          uint64_t seed)
{
  double *x = doubles((steps + 1) * dim * n_paths);
  sgdl_diffusion p = {SGDL_PROCESS_FBM, steps, dim, n_paths, exponent, 4.0, 1.0, 4.0 * noise, seed};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  return x;
}

/* Log-likelihood maximised over the ratio by brute force: golden section between 0 and 20. */
static double profile(ptrdiff_t T, const double *x, const sgdl_mle_options *o, double exponent)
{
  double a = 0.0, b = 20.0, best = -INFINITY, golden = 0.6180339887498949;
  for (int i = 0; i < 60; i++) {
    double p = b - golden * (b - a), q = a + golden * (b - a), at_p, at_q;
    sgdl_fbm_log_likelihood(&ctx, T, 1, 1, x, o, exponent, p, &at_p, NULL);
    sgdl_fbm_log_likelihood(&ctx, T, 1, 1, x, o, exponent, q, &at_q, NULL);
    best = fmax(best, fmax(at_p, at_q));
    if (at_p > at_q) b = q;
    else a = p;
  }
  return best;
}

/* The maximum is one, and the ends are where the profile has fallen by half of chi squared's 95% quantile. */
static void test_noise_fit(void)
{
  enum { STEPS = 300 };
  const double fall = 0.5 * 3.841458820694124;
  for (int k = 0; k < 3; k++) {
    double exponent = k == 0 ? 0.8 : k == 1 ? 1.2 : 1.5, *x = fractional(STEPS, 1, 1, exponent, 0.5, 40 + k);
    const sgdl_mle_options o = {.noise = 1, .drift = 1, .level = 0.95};
    sgdl_exponent_mle e;
    CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, STEPS + 1, 1, 1, x, &o, NULL, NULL, &e), SGDL_OK);
    CHECK_NEAR(profile(STEPS + 1, x, &o, e.exponent), e.log_likelihood, 1e-4);
    CHECK(profile(STEPS + 1, x, &o, e.exponent - 0.03) < e.log_likelihood + 1e-4);
    CHECK(profile(STEPS + 1, x, &o, fmin(e.exponent + 0.03, 1.999)) < e.log_likelihood + 1e-4);
    CHECK(e.lower > 0 && e.lower < e.exponent && e.exponent < e.upper);
    CHECK_NEAR(e.log_likelihood - profile(STEPS + 1, x, &o, e.lower), fall, 5e-3);
    if (e.upper < 2) CHECK_NEAR(e.log_likelihood - profile(STEPS + 1, x, &o, e.upper), fall, 5e-3);
    CHECK_NEAR(e.noise, 2.0, 4.5 * e.noise_se); /* false alarm about 1e-5, the noise's law being skewed */
    CHECK(e.noise_lower >= 0 && e.noise_upper > e.noise);
    free(x);
  }
}

/* Without noise in the data the test of noise = 0 is passed 95 times in 100: 60 paths, at most 12 detections
 * (binomial tail 2e-5). A noise of twice the diffusion is always seen. */
static void test_detection(void)
{
  enum { STEPS = 200, PATHS = 60 };
  const int paths = getenv("SGDL_TEST_SHORT") ? 5 : PATHS;
  const sgdl_mle_options o = {.noise = 1, .drift = 1, .level = 0.95};
  double *clean = fractional(STEPS, 1, PATHS, 1.0, 0.0, 50), *noisy = fractional(2000, 1, 1, 1.3, 2.0, 51);
  sgdl_exponent_mle e;
  int detected = 0;
  for (int p = 0; p < paths; p++) {
    CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, STEPS + 1, 1, 1, clean + (STEPS + 1) * p, &o, NULL, NULL, &e),
                 SGDL_OK);
    detected += e.noise_detected;
    CHECK(e.noise_detected == (e.noise_p < 0.05));
  }
  CHECK(detected <= 12);
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, 2001, 1, 1, noisy, &o, NULL, NULL, &e), SGDL_OK);
  CHECK(e.noise_detected && e.noise_p < 1e-4);
  free(clean), free(noisy);
}

/* Scaling, offset, drift and reversal of time change what they must and nothing else. */
static void test_invariances(void)
{
  enum { STEPS = 400, T = STEPS + 1 };
  const sgdl_mle_options o = {.drift = 1, .level = 0.95};
  double *x = fractional(STEPS, 1, 1, 1.3, 0.0, 60), y[T], drift, moved;
  for (int i = 0; i < T; i++) x[i] = ldexp(rint(ldexp(x[i], 30)), -30);
  sgdl_exponent_mle a, b;
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, x, &o, &drift, NULL, &a), SGDL_OK);
  for (int i = 0; i < T; i++) y[i] = ldexp(x[i], 700);
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, y, &o, NULL, NULL, &b), SGDL_OK);
  CHECK(b.exponent == a.exponent && b.se == a.se);
  CHECK_CLOSE(b.log_diffusivity, a.log_diffusivity + 1400 * log(2), 1e-13);
  CHECK_CLOSE(b.log_likelihood, a.log_likelihood - 700 * log(2) * (STEPS - 1), 1e-12);
  for (int i = 0; i < T; i++) y[i] = 1024.0 + 3.0 * i + x[i];
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, y, &o, &moved, NULL, &b), SGDL_OK);
  CHECK_CLOSE(b.exponent, a.exponent, 1e-6);
  CHECK_NEAR(moved - drift, 3.0, 1e-8);
  for (int i = 0; i < T; i++) y[i] = x[T - 1 - i];
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, y, &o, &moved, NULL, &b), SGDL_OK);
  CHECK_CLOSE(b.exponent, a.exponent, 1e-6);
  CHECK_CLOSE(moved, -drift, 1e-4);
  free(x);
}

/* Coordinates and paths pooled: log-likelihoods add, common and own diffusivities. */
static void test_pooled(void)
{
  enum { STEPS = 200, D = 3, PATHS = 4 };
  double *x = fractional(STEPS, D, PATHS, 0.7, 0.0, 70), c[D];
  sgdl_exponent_mle own, common;
  sgdl_mle_options o = {.drift = 1, .own = 1, .level = 0.95};
  for (int p = 0; p < PATHS; p++)
    for (int i = 0; i <= STEPS; i++) x[i + (STEPS + 1) * (1 + D * p)] *= 10.0; /* the second coordinate */
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, STEPS + 1, D, PATHS, x, &o, NULL, c, &own), SGDL_OK);
  CHECK_NEAR(own.exponent, 0.7, 4.5 * own.se);
  CHECK_NEAR(log(c[1] / c[0]), log(100.0), 4.5 * sqrt(2 * 2.0 / (STEPS * PATHS)));
  CHECK_CLOSE(exp(own.log_diffusivity), c[0] + c[1] + c[2], 1e-12);
  for (int p = 0; p < PATHS; p++)
    for (int i = 0; i <= STEPS; i++) x[i + (STEPS + 1) * (1 + D * p)] /= 10.0;
  o.own = 0;
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, STEPS + 1, D, PATHS, x, &o, NULL, c, &common), SGDL_OK);
  CHECK(c[0] == c[1] && c[1] == c[2]);
  CHECK_CLOSE(common.exponent, own.exponent, 0.02);
  CHECK_CLOSE(common.se, own.se, 0.02);
  CHECK_NEAR(common.log_diffusivity, log(3 * 4.0), 4.5 * common.log_diffusivity_se);
  free(x);
}

static void refuse(ptrdiff_t T, const double *x, sgdl_mle_options o, sgdl_status status, const char *text)
{
  sgdl_exponent_mle e;
  CHECK_STATUS(sgdl_exponent_mle_fit(&ctx, T, 1, 1, x, &o, NULL, NULL, &e), status);
  CHECK_TEXT(ctx.message, text);
}

static void test_refusals(void)
{
  enum { T = 200 };
  const sgdl_mle_options good = {.drift = 1, .level = 0.95}, noisy = {.noise = 1, .drift = 1, .level = 0.95};
  double *x = fractional(T - 1, 1, 1, 1.0, 0.0, 80), line[T], smooth[T], bounded[T], value;
  for (int i = 0; i < T; i++) {
    line[i] = 0.1 * i;
    smooth[i] = (double)i * i;
    bounded[i] = i % 2;
  }
  refuse(16, x, good, SGDL_TOO_SHORT, "`x` has 16 frames: expected at least 17");
  refuse(32, x, noisy, SGDL_TOO_SHORT, "expected at least 33 for the likelihood with noise");
  refuse(2, x, good, SGDL_TOO_SHORT, "");
  refuse(T, line, good, SGDL_BAD_ARGUMENT, "constant increments in coordinate 1 of path 1");
  refuse(T, smooth, good, SGDL_NO_CONVERGENCE, "less smooth");
  refuse(T, bounded, good, SGDL_NO_CONVERGENCE, "less rough");
  sgdl_mle_options bad = good;
  bad.level = 1.0;
  refuse(T, x, bad, SGDL_BAD_ARGUMENT, "`level` = 1");
  x[7] = NAN;
  refuse(T, x, good, SGDL_NOT_FINITE, "`x[frame 8, coordinate 1, path 1]`");
  for (int i = 0; i < T; i++) x[i] = 0.0;
  refuse(T, x, good, SGDL_BAD_ARGUMENT, "constant increments");
  x[3] = 1e308, x[4] = -1e308;
  refuse(T, x, good, SGDL_BAD_ARGUMENT, "infinite increments");
  CHECK_STATUS(sgdl_fbm_log_likelihood(&ctx, T, 1, 1, smooth, &good, 2.0, 0.0, &value, NULL),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`exponent` = 2: expected a number between 0 and 2");
  CHECK_STATUS(sgdl_fbm_log_likelihood(&ctx, T, 1, 1, smooth, &good, 1.0, -1.0, &value, NULL),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`noise` = -1");
  CHECK_STATUS(sgdl_fbm_bound(&ctx, 3, 1, &good, 1.0, 0.0, &value, NULL), SGDL_TOO_SHORT);
  free(x);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_covariance();
  test_likelihood(65, 1e-11);
  if (!getenv("SGDL_TEST_SHORT")) test_likelihood(301, 1e-11);
  test_score();
  test_information();
  test_brownian_fit();
  test_noise_fit();
  test_detection();
  test_invariances();
  test_pooled();
  test_refusals();
  return check_report();
}
