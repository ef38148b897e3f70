/* Exponents by Whittle's likelihood, wavelets and detrended fluctuations: their parts against definitions,
 * their estimates against Monte Carlo (false-alarm rates beside), refusals; random effects. */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"
#include "sgdl_stats.h"
#include "stats/daubechies.h"
#include "stats/exponent_common.h"
#include "stats/fractional_spectrum.h"

static sgdl_context ctx;
static const double no_window[2] = { 0, 0 };
static const double PI = 3.14159265358979323846;

static void fractional(ptrdiff_t steps, ptrdiff_t series, double exponent, uint64_t seed, double *x)
{
  const sgdl_diffusion process = { .process = SGDL_PROCESS_FBM, .steps = steps, .dim = 1, .n_paths = series,
                                   .exponent = exponent, .diffusivity = 2.5, .seed = seed };
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &process, x), SGDL_OK);
}

/* ---- spectral density ---- */

static void test_hurwitz(void)
{
  double zeta, slope, more, less, unused;
  sgdl_hurwitz(2.0, 1.0, &zeta, &slope);
  CHECK_CLOSE(zeta, PI * PI / 6, 1e-15);
  CHECK_CLOSE(slope, 0.93754825431584375, 1e-14); /* -zeta'(2) */
  sgdl_hurwitz(2.0, 0.5, &zeta, &slope);
  CHECK_CLOSE(zeta, PI * PI / 2, 1e-15);
  for (double s = 1.05; s < 3; s += 0.3)
    for (double q = 0.001; q < 1; q += 0.21) {
      sgdl_hurwitz(s, q, &zeta, &slope);
      sgdl_hurwitz(s + 1e-5, q, &more, &unused);
      sgdl_hurwitz(s - 1e-5, q, &less, &unused);
      CHECK_CLOSE(slope, (less - more) / 2e-5, 1e-7);
      /* zeta(s, q) = 2^-s (zeta(s, q/2) + zeta(s, (q + 1)/2)) */
      sgdl_hurwitz(s, 0.5 * q, &more, &unused);
      sgdl_hurwitz(s, 0.5 * (q + 1.0), &less, &unused);
      CHECK_CLOSE(pow(2.0, -s) * (more + less), zeta, 1e-13);
    }
}

/* Fourier coefficients of the density are the autocovariance: by midpoints in u, lambda = pi u^p with p so
 * large that the pole at 0 is smooth. */
static void test_density_is_that_of_the_increments(void)
{
  enum { POINTS = 4000 };
  const double exponents[] = { 0.2, 0.7, 1.0, 1.4, 1.8 };
  for (int i = 0; i < 5; i++) {
    const double a = exponents[i], p = a < 1 ? 3.0 : 4.0 / (2.0 - a);
    for (int k = 0; k < 4; k++) {
      double sum = 0;
      for (int u = 0; u < POINTS; u++) {
        double at = (u + 0.5) / POINTS, lambda = PI * pow(at, p), log_density, slope;
        sgdl_fractional_log_density(lambda, a, &log_density, &slope);
        sum += exp(log_density) * cos(k * lambda) * p * pow(at, p - 1) / POINTS;
      }
      double expected = 0.5 * (pow(k + 1, a) + pow(abs(k - 1), a) - 2 * pow(k, a));
      CHECK_NEAR(sum, expected, 1e-5);
    }
    double value, slope, more, less, unused, power;
    for (double lambda = 0.01; lambda < PI; lambda += 0.4) {
      sgdl_fractional_log_density(lambda, a, &value, &slope);
      sgdl_fractional_log_density(lambda, a + 1e-5, &more, &unused);
      sgdl_fractional_log_density(lambda, a - 1e-5, &less, &unused);
      CHECK_NEAR(slope, (more - less) / 2e-5, 1e-7);
    }
    sgdl_fractional_log_density(1e-6, a, &value, &slope);
    sgdl_power_log_density(1e-6, a, &power, &unused);
    CHECK_NEAR(value, power, 1e-5);
    CHECK_NEAR(slope, unused, 1e-4);
  }
  double value, slope;
  sgdl_fractional_log_density(1.7, 1.0, &value, &slope); /* white */
  CHECK_NEAR(value, 0.0, 1e-14);
}

/* ---- wavelets ---- */

static void test_filters(void)
{
  double low[2 * SGDL_MOST_MOMENTS], high[2 * SGDL_MOST_MOMENTS];
  for (int moments = 1; moments <= SGDL_MOST_MOMENTS; moments++) {
    int length = 2 * moments;
    sgdl_daubechies(moments, low, high);
    double sum = 0;
    for (int k = 0; k < length; k++) sum += low[k];
    CHECK_CLOSE(sum, sqrt(2.0), 1e-13);
    for (int m = 0; m < moments; m++) {
      double own = 0, both = 0;
      for (int k = 0; k + 2 * m < length; k++) {
        own += low[k] * low[k + 2 * m];
        both += low[k] * high[k + 2 * m];
      }
      CHECK_NEAR(own, m == 0, 1e-11);
      CHECK_NEAR(both, 0.0, 1e-11);
    }
    for (int p = 0; p < moments; p++) {
      double moment = 0, scale = 0;
      for (int k = 0; k < length; k++) {
        moment += high[k] * pow(k, p);
        scale += fabs(high[k]) * pow(k, p);
      }
      CHECK_NEAR(moment / scale, 0.0, 1e-10);
    }
  }
  sgdl_daubechies(2, low, high);
  const double root = sqrt(3.0), known[] = { 1 + root, 3 + root, 3 - root, 1 - root };
  int ahead = fabs(low[0]) > fabs(low[3]);
  for (int k = 0; k < 4; k++) CHECK_NEAR(low[ahead ? k : 3 - k], known[k] / (4 * sqrt(2.0)), 1e-14);
}

/* The diagram against filtering by definition, and its expectation against the covariance of the path:
 * energies of the second octave by the 10-tap filter that two passes of 4 taps make. */
static void test_wavelet_diagram(void)
{
  enum { T = 200 };
  double x[T], low[4], high[4], diagram[40 * 4], average[T];
  sgdl_exponent_estimate e;
  fractional(T - 1, 1, 0.8, 3, x);
  sgdl_daubechies(2, low, high);
  CHECK_STATUS(sgdl_exponent_wavelet(&ctx, T, 1, 1, x, 2, no_window, 0.95, diagram, &e), SGDL_OK);
  double energy = 0;
  ptrdiff_t n = 0;
  for (ptrdiff_t k = 0; 2 * k + 4 <= T; k++) {
    average[k] = 0;
    for (int i = 0; i < 4; i++) average[k] += low[i] * x[2 * k + i];
    n++;
  }
  ptrdiff_t details = 0;
  for (ptrdiff_t k = 0; 2 * k + 4 <= n; k++, details++) {
    double d = 0;
    for (int i = 0; i < 4; i++) d += high[i] * average[2 * k + i];
    energy += d * d;
  }
  CHECK_NEAR(diagram[1], 2.0, 0.0);
  CHECK_NEAR(diagram[1 + 3 * e.n_points], (double)details, 0.0);
  /* less its bias, which is small and negative: between -1/(details/2) and 0 in natural logarithms */
  double removed = diagram[1 + e.n_points] * log(2.0) - log(energy / (double)details);
  CHECK(removed > 0 && removed < 2.0 / (double)details);
  CHECK_NEAR(e.window[0], 2.0, 0.0);
}

/* ---- detrended fluctuations ---- */

/* Plain loops, normal equations of the line. */
static double plain_fluctuation(ptrdiff_t T, const double *x, ptrdiff_t n, ptrdiff_t step)
{
  double sum = 0;
  ptrdiff_t count = 0;
  for (ptrdiff_t at = 0; at + n <= T; at += step, count++) {
    double st = 0, sx = 0, stt = 0, stx = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
      st += (double)i;
      sx += x[at + i];
      stt += (double)(i * i);
      stx += (double)i * x[at + i];
    }
    double slope = ((double)n * stx - st * sx) / ((double)n * stt - st * st);
    double level = (sx - slope * st) / (double)n;
    for (ptrdiff_t i = 0; i < n; i++) sum += pow(x[at + i] - level - slope * (double)i, 2) / (double)n;
  }
  return sqrt(sum / (double)count);
}

static void test_fluctuations(void)
{
  enum { T = 150 };
  double x[T], shifted[T], diagram[14 * 3], again[14 * 3];
  sgdl_exponent_estimate e, f;
  sgdl_dfa_options o = { .order = 1, .level = 0.95, .n_sim = 20, .seed = 4 };
  fractional(T - 1, 1, 1.1, 5, x);
  for (o.overlap = 0; o.overlap < 2; o.overlap++) {
    CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, diagram, &e), SGDL_OK);
    for (ptrdiff_t k = 0; k < e.n_points; k++) {
      ptrdiff_t n = (ptrdiff_t)diagram[k];
      CHECK_CLOSE(diagram[k + e.n_points], plain_fluctuation(T, x, n, o.overlap ? (n + 3) / 4 : n), 1e-11);
    }
    CHECK_NEAR(e.window[0], 4, 0);
    CHECK_NEAR(e.window[1], 37, 0);
  }
  /* order 2 does not see a parabola */
  for (ptrdiff_t i = 0; i < T; i++) shifted[i] = x[i] + 1e3 + 0.3 * (double)(i * i);
  o.order = 2;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, diagram, &e), SGDL_OK);
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, shifted, &o, again, &f), SGDL_OK);
  CHECK_ARRAY(again, diagram, 2 * e.n_points, 1e-9);
  CHECK_NEAR(f.exponent, e.exponent, 1e-9);
  /* threads do not matter, the seed does */
  ctx.threads = 3;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &f), SGDL_OK);
  CHECK(f.exponent == e.exponent && f.lower == e.lower && f.log_diffusivity_se == e.log_diffusivity_se);
  ctx.threads = 0;
  o.seed = 5;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &f), SGDL_OK);
  CHECK(f.se != e.se);
}

/* ---- all against Monte Carlo ---- */

typedef enum method { LOCAL, FULL, WAVELET, DFA, METHODS } method;
static const char *const names[] = { "local", "full", "wavelet", "dfa" };

static sgdl_status fit(method m, ptrdiff_t T, ptrdiff_t d, const double *x, double level,
                       sgdl_exponent_estimate *e)
{
  const sgdl_dfa_options o = { .order = 1, .overlap = 1, .level = level, .n_sim = 60, .seed = 9 };
  switch (m) {
  case LOCAL: return sgdl_exponent_whittle(&ctx, T, d, 1, x, 0, level, e);
  case FULL: return sgdl_exponent_whittle(&ctx, T, d, 1, x, -1, level, e);
  case WAVELET: return sgdl_exponent_wavelet(&ctx, T, d, 1, x, 3, no_window, level, NULL, e);
  default: return sgdl_exponent_dfa(&ctx, T, d, 1, x, &o, NULL, e);
  }
}

/* Bias within 0.15 sd (0.4 for the local form at 0.7, whose spectrum is no power law at its frequencies),
 * squared errors within 25% of the standard error's square, coverage of 90% within 4 points, of exponent and
 * log diffusivity (8 of the latter, not corrected for bias), each with 4.5 Monte Carlo standard deviations on
 * top: a false alarm in fewer than 1 in 1e4 seeds. */
static void test_calibration(void)
{
  enum { STEPS = 255, COORDINATES = 2 };
  const int is_short = getenv("SGDL_TEST_SHORT") != NULL;
  double x[(STEPS + 1) * COORDINATES];
  for (method m = 0; m < METHODS; m++) {
    const int repeats = is_short ? 4 : m == DFA ? 60 : 400;
    for (double a = 0.7; a < 1.4; a += 0.5) {
      double sum = 0, squares = 0, errors = 0;
      int covered = 0, covered_level = 0;
      for (int r = 0; r < repeats; r++) {
        sgdl_exponent_estimate e;
        fractional(STEPS, COORDINATES, a, (uint64_t)(1 + 1000 * r), x);
        CHECK_STATUS(fit(m, STEPS + 1, COORDINATES, x, 0.9, &e), SGDL_OK);
        sum += (e.exponent - a) / repeats;
        squares += (e.exponent - a) * (e.exponent - a) / repeats;
        errors += e.se * e.se / repeats;
        covered += e.lower <= a && a <= e.upper;
        covered_level += fabs(e.log_diffusivity - log(2 * 2.5)) < 1.6449 * e.log_diffusivity_se;
      }
      double slack = 4.5 / sqrt(repeats), bias = sum / sqrt(squares);
      int ok = fabs(bias) < (m == LOCAL ? 0.4 : 0.15) + slack &&
               fabs(log(errors / squares)) < 0.25 + 1.5 * slack &&
               fabs(covered / (double)repeats - 0.9) < 0.04 + 0.3 * slack &&
               fabs(covered_level / (double)repeats - 0.9) < 0.08 + 0.3 * slack;
      if (!CHECK(ok))
        printf("  %s at %g: bias %.3f sd, se^2/sd^2 %.3f, coverage %.3f, of log D %.3f\n", names[m], a, bias,
               errors / squares, covered / (double)repeats, covered_level / (double)repeats);
    }
  }
}

/* One exponent for coordinates of any diffusivities; scale and offset do not move it; unlike ones are told.
 * */
static void test_pooled_series(void)
{
  enum { STEPS = 300, SERIES = 4, T = STEPS + 1 };
  double x[T * SERIES], y[T * SERIES];
  fractional(STEPS, SERIES, 0.9, 21, x);
  for (ptrdiff_t i = 0; i < T * SERIES; i++) y[i] = 1e3 + x[i] * (i < T ? 8.0 : 0.5);
  for (method m = 0; m < METHODS; m++) {
    sgdl_exponent_estimate e, f, one;
    CHECK_STATUS(fit(m, T, SERIES, x, 0.95, &e), SGDL_OK);
    CHECK_STATUS(fit(m, T, SERIES, y, 0.95, &f), SGDL_OK);
    CHECK_STATUS(fit(m, T, 1, x, 0.95, &one), SGDL_OK);
    CHECK_NEAR(f.exponent, e.exponent, 1e-8);
    CHECK_NEAR(f.homogeneity_p, e.homogeneity_p, 1e-6);
    CHECK(e.se < 0.65 * one.se && e.se > 0.35 * one.se);
    CHECK(isnan(one.homogeneity_p) && e.homogeneity_p > 1e-6);
    CHECK_INT(e.n_series, SERIES);
    /* a random walk's increments as the last path */
    double z[T];
    sgdl_normals(8, SGDL_STREAM_NOISE, 1, 0, 0, T, z);
    for (ptrdiff_t i = 0; i < T; i++)
      y[i + T * (SERIES - 1)] = 0.05 * (i ? y[i - 1 + T * (SERIES - 1)] : 0.0) + z[i];
    CHECK_STATUS(fit(m, T, SERIES, y, 0.95, &f), SGDL_OK);
    CHECK(f.homogeneity_p < 0.01);
    for (ptrdiff_t i = 0; i < T; i++) y[i + T * (SERIES - 1)] = 1e3 + 0.5 * x[i + T * (SERIES - 1)];
  }
}

/* ---- random effects ---- */

static void test_pool(void)
{
  const double same[] = { 0.95, 1.0, 1.05 }, apart[] = { 0.5, 1.0, 1.5 }, se[] = { 0.1, 0.1, 0.1 };
  sgdl_exponent_pool_fit p;
  CHECK_STATUS(sgdl_exponent_pool(&ctx, 3, same, se, same, 0.95, &p), SGDL_OK);
  CHECK_CLOSE(p.exponent, 1.0, 1e-15);
  CHECK_NEAR(p.spread, 0.0, 0.0);
  CHECK_CLOSE(p.se, 0.1 / sqrt(3.0), 1e-14);
  CHECK_CLOSE(p.upper - p.exponent, 4.3026527297494619 * p.se, 1e-12);
  CHECK_CLOSE(p.heterogeneity, 0.5, 1e-12);
  CHECK_CLOSE(p.heterogeneity_p, exp(-0.25), 1e-12);
  CHECK_CLOSE(p.log_diffusivity_se, 0.05 / sqrt(3.0), 1e-14);
  CHECK_CLOSE(p.covariance, 0.0025 / 3, 1e-13);
  CHECK_STATUS(sgdl_exponent_pool(&ctx, 3, apart, se, NULL, 0.95, &p), SGDL_OK);
  CHECK_CLOSE(p.spread, sqrt(0.25 - 0.01), 1e-12); /* 0.5/(se^2 + spread^2) = 2 */
  CHECK(isnan(p.log_diffusivity) && p.spread_lower < p.spread && p.spread < p.spread_upper);
  CHECK_CLOSE(0.5 / (0.01 + p.spread_upper * p.spread_upper), -2 * log(0.975),
              1e-9); /* chi squared, two df */
  CHECK_CLOSE(0.5 / (0.01 + p.spread_lower * p.spread_lower), -2 * log(0.025), 1e-9);
  CHECK_STATUS(sgdl_exponent_pool(&ctx, 2, apart, se, NULL, 0.95, &p), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`pool` = \"distributed\" with 2 paths: expected at least 3");
  const double none[] = { 0.1, 0.0, 0.1 }, bad[] = { 0.5, NAN, 1 };
  CHECK_STATUS(sgdl_exponent_pool(&ctx, 3, apart, none, NULL, 0.95, &p), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`se[2]` = 0");
  CHECK_STATUS(sgdl_exponent_pool(&ctx, 3, bad, se, NULL, 0.95, &p), SGDL_NOT_FINITE);
}

/* ---- refusals ---- */

static void test_refusals(void)
{
  enum { T = 200 };
  double x[T], line[T];
  sgdl_exponent_estimate e;
  sgdl_dfa_options o = { .order = 1, .level = 0.95, .n_sim = 20 };
  fractional(T - 1, 1, 1.0, 2, x);
  for (int i = 0; i < T; i++) line[i] = 2.0 * i;
  for (method m = 0; m < METHODS; m++) {
    double constant[T] = { 0 };
    CHECK_STATUS(fit(m, T, 1, constant, 0.95, &e), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx.message, "is constant");
    CHECK_STATUS(fit(m, T, 1, x, 1.5, &e), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx.message, "`level` = 1.5");
    CHECK_STATUS(fit(m, 12, 1, x, 0.95, &e), SGDL_TOO_SHORT);
    CHECK_STATUS(fit(m, T, 1, line, 0.95, &e), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx.message, "series 1 of `x` (of coordinates, then paths) is a straight line");
    constant[3] = INFINITY;
    CHECK_STATUS(fit(m, T, 1, constant, 0.95, &e), SGDL_NOT_FINITE);
  }
  CHECK_STATUS(sgdl_exponent_whittle(&ctx, T, 1, 1, x, 7, 0.95, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`bandwidth` = 7: expected at least 8");
  CHECK_STATUS(sgdl_exponent_whittle(&ctx, T, 1, 1, x, 100, 0.95, &e), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`bandwidth` = 100: expected at most 99, half of the 199 increments");
  CHECK_STATUS(sgdl_exponent_wavelet(&ctx, T, 1, 1, x, 11, no_window, 0.95, NULL, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`moments` = 11: expected a whole number from 1 to 10");
  const double far[2] = { 2, 64 }, few[2] = { 2, 4 }, wrong[2] = { 4, 2 };
  CHECK_STATUS(sgdl_exponent_wavelet(&ctx, T, 1, 1, x, 3, far, 0.95, NULL, &e), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "`window` ends at scales of 64 frames: expected at most 16");
  CHECK_STATUS(sgdl_exponent_wavelet(&ctx, T, 1, 1, x, 3, few, 0.95, NULL, &e), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "2 octaves (1 to 2)");
  CHECK_STATUS(sgdl_exponent_wavelet(&ctx, T, 1, 1, x, 3, wrong, 0.95, NULL, &e), SGDL_BAD_ARGUMENT);
  o.order = 6;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`order` = 6");
  o.order = 2;
  o.n_sim = 19;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`n_sim` = 19");
  o.n_sim = 20;
  o.window[0] = 3;
  o.window[1] = 20;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`window` begins at boxes of 3 frames: expected at least 4 for `order` = 2");
  o.window[0] = 5;
  o.window[1] = 101;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &e), SGDL_TOO_SHORT);
  o.window[1] = 7;
  CHECK_STATUS(sgdl_exponent_dfa(&ctx, T, 1, 1, x, &o, NULL, &e), SGDL_TOO_SHORT);
  CHECK_TEXT(ctx.message, "holds 3 sizes of boxes: expected at least 4");
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_hurwitz();
  test_density_is_that_of_the_increments();
  test_filters();
  test_wavelet_diagram();
  test_fluctuations();
  test_calibration();
  test_pooled_series();
  test_pool();
  test_refusals();
  return check_report();
}
