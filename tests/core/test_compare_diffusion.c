/* Tests of normal diffusion, ergodicity and ageing, and the choice of model: likelihoods against dense
 * Cholesky factors, sizes and powers of the tests over independent paths (false-alarm rates beside each),
 * messages. */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"

static sgdl_context ctx;
static int uncounted_failures; /* of checks in long loops */

#define CHECK_COUNTED(condition) (uncounted_failures += !(condition))

static double *doubles(ptrdiff_t n)
{
  return malloc((size_t)(n > 0 ? n : 1) * sizeof(double));
}

static int repeats_of(int n)
{
  return getenv("SGDL_TEST_SHORT") ? n / 40 + 1 : n;
}

/* Columns of paths that start at 0: Brownian, or with increments of variance (i+1)^a - i^a. */
static double *scaled(uint64_t path, ptrdiff_t T, ptrdiff_t columns, double exponent)
{
  double *x = doubles(T * columns);
  sgdl_normals(41, SGDL_STREAM_NOISE, path, 0, 0, T * columns, x);
  for (ptrdiff_t j = 0; j < columns; j++) {
    x[T * j] = 0.0;
    for (ptrdiff_t i = 1; i < T; i++)
      x[i + T * j] =
        x[i - 1 + T * j] + sqrt(pow((double)i, exponent) - pow(i - 1.0, exponent)) * x[i + T * j];
  }
  return x;
}

static double *brownian(uint64_t path, ptrdiff_t T, ptrdiff_t columns)
{
  return scaled(path, T, columns, 1.0);
}

static double *confined(uint64_t path, ptrdiff_t T, ptrdiff_t columns, double rho)
{
  double *x = doubles(T * columns);
  sgdl_normals(42, SGDL_STREAM_NOISE, path, 0, 0, T * columns, x);
  for (ptrdiff_t j = 0; j < columns; j++)
    for (ptrdiff_t i = 1; i < T; i++)
      x[i + T * j] = rho * x[i - 1 + T * j] + sqrt(1.0 - rho * rho) * x[i + T * j];
  return x;
}

/* ---- normal diffusion ---- */

static double normal_p(ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x)
{
  const double lags[] = { 1, 2, 4, 8, 16, 32 };
  double ratio[6], se[6], p[6], value = NAN;
  CHECK_COUNTED(sgdl_normal_diffusion(&ctx, T, d, n_paths, x, 6, lags, 500, 1, ratio, se, p, &value) ==
                SGDL_OK);
  return value;
}

static void test_variance_ratio(void)
{
  enum { T = 5000 };
  const double lags[] = { 2, 20 };
  double ratio[2], se[2], p[2], value, msd[2], *x = brownian(1, T, 1);
  CHECK_STATUS(sgdl_normal_diffusion(&ctx, T, 1, 1, x, 2, lags, 500, 1, ratio, se, p, &value), SGDL_OK);
  CHECK_STATUS(sgdl_msd(&ctx, T, 1, 1, x, SGDL_MSD_TIME_AVERAGED, 0, 2, lags, msd, NULL, NULL), SGDL_OK);
  CHECK_NEAR(ratio[1], log(msd[1] / msd[0] / 10.0), 0.01); /* but for the bias of the logarithm */
  CHECK(ratio[0] == 0.0 && se[0] == 0.0 && p[0] == 1.0);
  /* Lo and MacKinlay: var of the ratio of q increments to one is 2 (2 q - 1)(q - 1)/(3 q T), here of q = 10
   */
  const double unit[] = { 1, 10 };
  CHECK_STATUS(sgdl_normal_diffusion(&ctx, T, 1, 1, x, 2, unit, 500, 1, ratio, se, p, &value), SGDL_OK);
  CHECK_CLOSE(se[1], sqrt(2.0 * 19.0 * 9.0 / (30.0 * T)), 0.01);
  CHECK_NEAR(value, p[1],
             0.05); /* one comparison: the simulated p is the normal one, within 3.5 of its sd at most */
  free(x);
}

/* 5% tests of 400 Brownian paths: more than 37 rejections once in 3000 seeds, fewer than 6 as rarely. Copies
 * of one coordinate must not count as two. Confined paths and scaled ones of exponent 0.7 are told from
 * Brownian. */
static void test_normal_diffusion_size(void)
{
  enum { T = 512 };
  const int repeats = repeats_of(400);
  int rejected[3] = { 0 };
  for (int r = 0; r < repeats; r++) {
    double *x = brownian(100 + r, T, 3);
    rejected[0] += normal_p(T, 1, 1, x) <= 0.05;
    rejected[1] += normal_p(T, 3, 1, x) <= 0.05;
    memcpy(x + T, x, T * sizeof *x);
    rejected[2] += normal_p(T, 2, 1, x) <= 0.05;
    free(x);
  }
  for (int k = 0; k < 3; k++) CHECK(repeats < 400 || (rejected[k] <= 37 && rejected[k] >= 6));
  double *x = confined(1, 4000, 1, 0.95);
  CHECK(normal_p(4000, 1, 1, x) < 0.01);
  free(x);
}

/* ---- ergodicity ---- */

typedef struct ergodic {
  sgdl_ergodicity e;
  double work[9 * 8];
} ergodic;

static sgdl_status ergodicity_of(ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x, ptrdiff_t n,
                                 const double *lags, ptrdiff_t n_sim, uint64_t seed, ergodic *out)
{
  double **field[9] = { &out->e.average,     &out->e.ensemble,    &out->e.eb,
                        &out->e.eb_measured, &out->e.eb_brownian, &out->e.eb_fbm,
                        &out->e.p_eb,        &out->e.z,           &out->e.p_origin };
  for (int k = 0; k < 9; k++) *field[k] = out->work + 8 * k;
  return sgdl_test_ergodicity(&ctx, T, d, n_paths, x, n, lags, n_sim, seed, &out->e);
}

static void test_ergodicity_definitions(void)
{
  enum { T = 300, P = 12 };
  const double lags[] = { 1, 5, 30 };
  double *x = brownian(2, T, P), each[3 * P], from_start[3];
  ergodic out;
  CHECK_STATUS(ergodicity_of(T, 1, P, x, 3, lags, 199, 1, &out), SGDL_OK);
  CHECK_STATUS(sgdl_msd_blocks(&ctx, T, 1, P, x, 1, 3, lags, each), SGDL_OK);
  CHECK_STATUS(sgdl_msd(&ctx, T, 1, P, x, SGDL_MSD_FROM_START, 0, 3, lags, from_start, NULL, NULL), SGDL_OK);
  for (int l = 0; l < 3; l++) {
    double mean = 0, squares = 0;
    for (int p = 0; p < P; p++) mean += each[l + 3 * p] / P;
    for (int p = 0; p < P; p++) squares += pow(each[l + 3 * p] - mean, 2) / (P - 1);
    CHECK_CLOSE(out.e.average[l], mean, 1e-12);
    CHECK_CLOSE(out.e.eb[l], squares / mean / mean, 1e-9);
    CHECK_CLOSE(out.e.ensemble[l], from_start[l], 1e-12);
    CHECK_CLOSE(out.e.eb_brownian[l], 4 * lags[l] / (3 * T),
                l == 0 ? 0.6 : 0.25); /* at long lags; 2/T at lag 1 */
    CHECK_NEAR(out.e.eb_measured[l] / out.e.eb_brownian[l], 1.0, 0.4);
  }
  CHECK_CLOSE(out.e.eb_brownian[0], 2.0 / (T - 1), 1e-10);
  CHECK_NEAR(out.e.exponent, 1.0, 0.25);
  free(x);
}

/* 5% tests of 200 ensembles of 20 Brownian paths: more than 23 rejections once in 5000 seeds, fewer than 2 as
 * rarely. Paths of two diffusivities break ergodicity; ensembles that age differ from their time averages. */
static void test_ergodicity_size(void)
{
  enum { T = 200, P = 20 };
  const double lags[] = { 1, 4, 16 };
  const int repeats = repeats_of(200);
  int broken = 0, single = 0;
  ergodic out;
  for (int r = 0; r < repeats; r++) {
    double *x = brownian(1000 + r, T, P);
    CHECK_COUNTED(ergodicity_of(T, 1, P, x, 3, lags, 199, r, &out) == SGDL_OK);
    broken += out.e.p_ergodic <= 0.05;
    single += out.e.p_single <= 0.05;
    free(x);
  }
  CHECK(broken <= 23 && (repeats < 200 || broken >= 2));
  CHECK(single <= 23 && (repeats < 200 || single >= 1));
  double *x = brownian(3, T, P);
  for (ptrdiff_t e = 0; e < T * P / 2; e++) x[e] *= 2.0;
  CHECK_STATUS(ergodicity_of(T, 1, P, x, 3, lags, 999, 1, &out), SGDL_OK);
  CHECK(out.e.p_ergodic < 0.01 && out.e.p_eb[0] < 0.01 && out.e.eb[0] > 5 * out.e.eb_brownian[0]);
  free(x);
  x = scaled(4, T, 2 * P, 0.4);
  CHECK_STATUS(ergodicity_of(T, 1, 2 * P, x, 3, lags, 199, 1, &out), SGDL_OK);
  CHECK(out.e.p_single < 1e-3 && out.e.z[0] > 4);
  free(x);
}

/* ---- ageing ---- */

static sgdl_ageing ageing_of(ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x, ptrdiff_t lag)
{
  double age[6], msd[6], se[6];
  sgdl_ageing result = { 0 };
  CHECK_COUNTED(sgdl_msd_ageing(&ctx, T, d, n_paths, x, lag, 6, 0.95, age, msd, se, &result) == SGDL_OK);
  return result;
}

static void test_ageing_definitions(void)
{
  enum { T = 6003, B = 6 };
  double *x = brownian(5, T, 2), age[B], msd[B], se[B], blocks[B], lag = 4;
  sgdl_ageing result;
  CHECK_STATUS(sgdl_msd_ageing(&ctx, T, 2, 1, x, 4, B, 0.95, age, msd, se, &result), SGDL_OK);
  CHECK_STATUS(sgdl_msd_blocks(&ctx, T, 2, 1, x, B, 1, &lag, blocks), SGDL_OK);
  CHECK_ARRAY(msd, blocks, B, 1e-13);
  CHECK(age[0] == 499.5 && age[1] == 1499.5);
  /* Brownian, two coordinates: var log MSD about (2/d) (2 m^2 + 1)/(3 m) / 1000 */
  CHECK_CLOSE(se[2], sqrt((2 * 16.0 + 1) / (3 * 4.0) / 1000), 0.15);
  free(x);
}

/* As above: sizes over 300 paths, and the exponent of scaled Brownian motion, alpha - 1 = -0.5. */
static void test_ageing_size(void)
{
  const int repeats = repeats_of(300);
  int trend = 0, any = 0, covered = 0;
  for (int r = 0; r < repeats; r++) {
    double *x = r % 2 ? brownian(2000 + r, 600, 1) : confined(2000 + r, 600, 1, 0.9);
    sgdl_ageing result = ageing_of(600, 1, 1, x, 3);
    trend += result.p_value <= 0.05;
    any += result.chi_squared_p <= 0.05;
    covered += result.lower <= 0 && 0 <= result.upper;
    free(x);
  }
  CHECK_INT(covered, repeats - trend);
  CHECK(trend <= 32 && (repeats < 300 || trend >= 3));
  CHECK(any <= 36 && (repeats < 300 || any >= 3));
  double *x = scaled(6, 3000, 10, 0.5);
  sgdl_ageing result = ageing_of(3000, 1, 10, x, 5);
  CHECK(result.p_value < 1e-6 && result.chi_squared_p < 1e-6);
  CHECK_NEAR(result.exponent, -0.5, 0.12);
  free(x);
}

/* ---- choice of model ---- */

/* log density of y (n) with covariance C, by a dense Cholesky factor in long double. */
static double dense_log_density(int n, const long double *C, const double *y)
{
  long double L[64] = { 0 }, z[8], sum = 0;
  for (int j = 0; j < n; j++)
    for (int i = j; i < n; i++) {
      long double value = C[i + n * j];
      for (int k = 0; k < j; k++) value -= L[i + n * k] * L[j + n * k];
      L[i + n * j] = i == j ? sqrtl(value) : value / L[j + n * j];
    }
  for (int i = 0; i < n; i++) {
    z[i] = y[i];
    for (int k = 0; k < i; k++) z[i] -= L[i + n * k] * z[k];
    z[i] /= L[i + n * i];
    sum += -0.5L * z[i] * z[i] - logl(L[i + n * i]) - 0.91893853320467274178L;
  }
  return (double)sum;
}

/* Structure function of a model, and the covariance of increments i and j (not stationary for SCALED). */
static long double increment_covariance(int model, double shape, int i, int j)
{
  int h = i < j ? j - i : i - j;
  if (model == SGDL_MODEL_BROWNIAN) return h == 0;
  if (model == SGDL_MODEL_SCALED) return h ? 0 : powl(i + 1, shape) - powl(i, shape);
  if (model == SGDL_MODEL_FBM)
    return (powl(h + 1, shape) - 2 * powl(h, shape) + powl(labs(h - 1), shape)) / 2;
  return 2 * expl(-shape * h) - expl(-shape * (h + 1)) - expl(-shape * labs(h - 1));
}

enum { SHORT = 9, DIM = 2, PATHS = 3, MODELS = 6 };

typedef struct comparison {
  sgdl_diffusion_comparison c;
  double work[11 * MODELS * DIM];
} comparison;

static void point_to_work(comparison *out)
{
  double **field[11] = { &out->c.log_likelihood, &out->c.n_parameters, &out->c.aic, &out->c.aicc, &out->c.bic,
                         &out->c.aic_weight, &out->c.aicc_weight, &out->c.bic_weight, &out->c.shape,
                         &out->c.shape_se, &out->c.scale };
  for (int k = 0; k < 11; k++) *field[k] = out->work + MODELS * DIM * k;
}

/* Sum over coordinates and paths at given shape, scale of each coordinate times `stretch`. */
static double dense_likelihood(const double *x, int model, const double *shape, const double *scale,
                               double stretch)
{
  const int n = SHORT - 1;
  long double C[64];
  double sum = 0, y[8];
  for (int c = 0; c < DIM; c++)
    for (int p = 0; p < PATHS; p++) {
      for (int i = 0; i < n; i++) y[i] = x[i + 1 + SHORT * (c + DIM * p)] - x[i + SHORT * (c + DIM * p)];
      for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
          C[i + n * j] = stretch * scale[c] * increment_covariance(model, shape[c], i, j);
      sum += dense_log_density(n, C, y);
    }
  return sum;
}

/* At the reported maximum the dense likelihood is the reported one, and lower to all sides of it. */
static void test_likelihoods(void)
{
  const int models[] = { 0, 1, 2, 3 };
  for (int shared = 0; shared < 2; shared++) {
    comparison out;
    double *x = shared ? confined(7, SHORT, DIM * PATHS, 0.6) : brownian(8, SHORT, DIM * PATHS);
    for (int i = 0; i < SHORT; i++) x[i] = 3.0 * x[i] + 100.0;
    point_to_work(&out);
    CHECK_STATUS(sgdl_compare_diffusion(&ctx, SHORT, DIM, PATHS, x, 4, models, shared, NULL, &out.c),
                 SGDL_OK);
    for (int m = 0; m < 4; m++) {
      double *shape = out.c.shape + DIM * m, *scale = out.c.scale + DIM * m, *se = out.c.shape_se + DIM * m;
      double top = dense_likelihood(x, m, shape, scale, 1.0);
      CHECK_CLOSE(out.c.log_likelihood[m], top, 1e-9);
      CHECK(dense_likelihood(x, m, shape, scale, 1.02) < top &&
            dense_likelihood(x, m, shape, scale, 0.98) < top);
      CHECK_INT(out.c.n_parameters[m], m == 0 ? DIM : DIM + (shared ? 1 : DIM));
      CHECK((m == 0) == isnan(shape[0]));
      if (m == 0 || isnan(se[0])) continue; /* at an end of its range */
      for (int side = -1; side <= 1; side += 2) {
        double moved[DIM] = { shape[0] * (1 + 0.01 * side), shape[1] * (shared ? 1 + 0.01 * side : 1) };
        CHECK(dense_likelihood(x, m, moved, scale, 1.0) < top);
      }
      CHECK(se[0] > 0 && (!shared || (shape[1] == shape[0] && se[1] == se[0])));
    }
    free(x);
  }
}

static void test_criteria(void)
{
  enum { T = 200 };
  const int models[] = { SGDL_MODEL_CONFINED, SGDL_MODEL_BROWNIAN, SGDL_MODEL_FBM };
  double *x = confined(9, T, 1, 0.7), n = T - 1, sum = 0;
  comparison out;
  point_to_work(&out);
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 1, 1, x, 3, models, 1, NULL, &out.c), SGDL_OK);
  for (int m = 0; m < 3; m++) {
    double k = out.c.n_parameters[m], deviance = -2 * out.c.log_likelihood[m];
    CHECK_CLOSE(out.c.aic[m], deviance + 2 * k, 1e-14);
    CHECK_CLOSE(out.c.aicc[m], deviance + 2 * k + 2 * k * (k + 1) / (n - k - 1), 1e-14);
    CHECK_CLOSE(out.c.bic[m], deviance + k * log(n), 1e-14);
    sum += out.c.aicc_weight[m];
  }
  CHECK_CLOSE(sum, 1.0, 1e-14);
  CHECK_CLOSE(out.c.aic_weight[1] / out.c.aic_weight[0], exp((out.c.aic[0] - out.c.aic[1]) / 2), 1e-12);
  CHECK(out.c.bic_weight[0] > 0.99);
  /* relaxation rate -log 0.7 within five standard errors */
  CHECK_NEAR(out.c.shape[0], -log(0.7), 5 * out.c.shape_se[0]);
  CHECK(out.c.shape_se[0] > 0.03 && out.c.shape_se[0] < 0.15);
  free(x);
}

/* Each model's own paths choose it: BIC, long paths. fBm against its neighbours is in test_fbm_is_chosen. */
static void test_choice(void)
{
  const int models[] = { SGDL_MODEL_BROWNIAN, SGDL_MODEL_FBM, SGDL_MODEL_SCALED, SGDL_MODEL_CONFINED };
  enum { T = 800 };
  comparison out;
  point_to_work(&out);
  for (int which = 0; which < 3; which++) {
    double *x = which == 0   ? brownian(10, T, 2)
                : which == 1 ? scaled(11, T, 2, 0.5)
                             : confined(12, T, 2, 0.8);
    const int expected = which == 0 ? 0 : which == 1 ? 2 : 3;
    CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 1, 2, x, 4, models, 1, NULL, &out.c), SGDL_OK);
    for (int m = 0; m < 4; m++) CHECK(out.c.bic[m] >= out.c.bic[expected]);
    free(x);
  }
}

/* Theory given as a structure function: that of the fitted model gives its likelihood; a common factor is
 * found. */
static void test_theory(void)
{
  enum { T = 300 };
  const int models[] = { SGDL_MODEL_CONFINED, SGDL_MODEL_THEORY, SGDL_MODEL_THEORY_SCALED };
  double *x = confined(13, T, 2, 0.9), *D = doubles(2 * T);
  comparison out;
  point_to_work(&out);
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 1, models, 0, NULL, &out.c), SGDL_OK);
  for (int c = 0; c < 2; c++)
    for (int h = 0; h < T; h++) D[h + T * c] = -2.0 * out.c.scale[c] * expm1(-out.c.shape[c] * h);
  double fitted = out.c.log_likelihood[0];
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 3, models, 0, D, &out.c), SGDL_OK);
  CHECK_CLOSE(out.c.log_likelihood[1], fitted, 1e-9);
  CHECK_CLOSE(out.c.log_likelihood[2], fitted, 1e-9);
  CHECK_CLOSE(out.c.scale[4], 1.0, 1e-9);
  CHECK(out.c.n_parameters[1] == 0 && out.c.n_parameters[2] == 1);
  for (int e = 0; e < 2 * T; e++) D[e] *= 5.0;
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 3, models, 0, D, &out.c), SGDL_OK);
  CHECK_CLOSE(out.c.log_likelihood[2], fitted, 1e-9);
  CHECK_CLOSE(out.c.scale[4], 0.2, 1e-9);
  CHECK(out.c.log_likelihood[1] < fitted - 50);
  for (int h = 0; h < T; h++) D[h] = (double)h * h * h;
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 3, models, 0, D, &out.c), SGDL_NOT_PSD);
  CHECK_TEXT(ctx.message,
             "`theory`: the predicted displacements along coordinate 1 are not those of any Gaussian");
  free(x);
  free(D);
}

/* ---- messages and interrupts ---- */

static void test_messages(void)
{
  enum { T = 100 };
  const double lags[] = { 1, 2, 60 };
  double *x = brownian(14, T, 2), out3[3], se[3], p[3], value, age[4], msd[4];
  const int bad[] = { 6 }, theory[] = { SGDL_MODEL_THEORY };
  sgdl_ageing ageing;
  ergodic e;
  comparison c;
  point_to_work(&c);
  CHECK_STATUS(sgdl_normal_diffusion(&ctx, T, 1, 1, x, 1, lags, 500, 1, out3, se, p, &value),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`lags` has 1 element: expected at least two");
  CHECK_STATUS(sgdl_normal_diffusion(&ctx, T, 1, 1, x, 3, lags, 500, 1, out3, se, p, &value),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`lags[3]` = 60: expected an integer from 1 to 50");
  CHECK_STATUS(sgdl_normal_diffusion(&ctx, T, 1, 1, x, 2, lags, 5, 1, out3, se, p, &value),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`n_sim` = 5");
  CHECK_STATUS(ergodicity_of(T, 2, 1, x, 2, lags, 199, 1, &e), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`x` has 1 path: expected at least 2");
  CHECK_STATUS(ergodicity_of(T, 1, 2, x, 2, lags, 5, 1, &e), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(ergodicity_of(T, 1, 2, x, 3, lags, 199, 1, &e), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_msd_ageing(&ctx, T, 2, 1, x, 1, 2, 0.95, age, msd, se, &ageing), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`n_blocks` = 2: expected an integer from 3 to 50");
  CHECK_STATUS(sgdl_msd_ageing(&ctx, T, 2, 1, x, 13, 4, 0.95, age, msd, se, &ageing), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`lag` = 13: expected an integer from 1 to 12, half a block");
  CHECK_STATUS(sgdl_msd_ageing(&ctx, T, 2, 1, x, 1, 4, 2, age, msd, se, &ageing), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 1, bad, 1, NULL, &c.c), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`models[1]` = 6");
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 1, theory, 1, NULL, &c.c), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`models[1]` needs `theory`");
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 0, theory, 1, NULL, &c.c), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, 7, 2, 1, x, 1, theory, 1, NULL, &c.c), SGDL_TOO_SHORT);
  for (int i = 0; i < T; i++) x[i + T] = 2.0;
  const int models[] = { 0 };
  CHECK_STATUS(sgdl_compare_diffusion(&ctx, T, 2, 1, x, 1, models, 1, NULL, &c.c), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`x`: coordinate 2 of path 1 has squared increments of sum 0");
  CHECK_STATUS(sgdl_msd_ageing(&ctx, T, 1, 1, x + T, 1, 4, 0.95, age, msd, se, &ageing), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "mean squared displacement 0 at lag 1 in block 1 of 4");
  x[3] = INFINITY;
  CHECK_STATUS(ergodicity_of(T, 1, 2, x, 2, lags, 199, 1, &e), SGDL_NOT_FINITE);
  free(x);
}

typedef struct host {
  sgdl_context ctx;
  int polls_left;
} host;

static int stop_after_some_polls(void *user)
{
  host *h = user;
  h->ctx.last_poll_ns = 0;
  return h->polls_left-- == 0;
}

static void test_interrupts(void)
{
  enum { T = 300, P = 4 };
  const double lags[] = { 1, 5, 20 };
  const int models[] = { 0, 1, 2, 3 };
  double *x = brownian(15, T, P), ratio[3], se[6], p[3], value, age[6], msd[6];
  comparison c;
  ergodic e;
  sgdl_ageing ageing;
  point_to_work(&c);
  ergodicity_of(T, 1, P, x, 3, lags, 199, 1, &e);
  for (int what = 0; what < 4; what++) {
    int polls = 0, silent = 0;
    sgdl_status status = SGDL_INTERRUPTED;
    for (; status == SGDL_INTERRUPTED && polls < 10000; polls += 1 + polls / 8) {
      host h = { .polls_left = polls };
      sgdl_context_init(&h.ctx);
      h.ctx.should_stop = stop_after_some_polls;
      h.ctx.user = &h;
      status = what == 0   ? sgdl_normal_diffusion(&h.ctx, T, 1, P, x, 3, lags, 2000, 1, ratio, se, p, &value)
               : what == 1 ? sgdl_test_ergodicity(&h.ctx, T, 1, P, x, 3, lags, 199, 1, &e.e)
               : what == 2 ? sgdl_msd_ageing(&h.ctx, T, 1, P, x, 5, 6, 0.95, age, msd, se, &ageing)
                           : sgdl_compare_diffusion(&h.ctx, T, 1, P, x, 4, models, 1, NULL, &c.c);
      silent |= status != SGDL_OK && !strstr(h.ctx.message, "interrupted");
    }
    CHECK(!silent && polls > 1);
    CHECK_STATUS(status, SGDL_OK);
  }
  free(x);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_variance_ratio();
  test_normal_diffusion_size();
  test_ergodicity_definitions();
  test_ergodicity_size();
  test_ageing_definitions();
  test_ageing_size();
  test_likelihoods();
  test_criteria();
  test_choice();
  test_theory();
  test_messages();
  test_interrupts();
  CHECK_INT(uncounted_failures, 0);
  return check_report();
}
