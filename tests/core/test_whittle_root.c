/* Second order of the Whittle likelihood, and values common to several likelihoods: the signed root's law against
 * closed forms and against its mean over exponential ordinates (false-alarm rate beside), pooled roots against the
 * joint maximum likelihood. */
#include <stdlib.h>

#include "check.h"
#include "comparison/fit.h"
#include "stats/whittle.h"

static const double PI = 3.14159265358979323846;
static sgdl_context ctx;

/* An AR(1) density: shape = (atanh coefficient); white without shape parameters. */
static int ar1_density(void *user, const double *shape, double *f, double *const *gradient)
{
  const ptrdiff_t *sizes = user, n = sizes[0];
  double a = sizes[1] ? tanh(shape[0]) : 0;
  for (ptrdiff_t i = 0; i <= n; i++) {
    double c = cos(PI * (double)i / (double)n), size = 1 - 2 * a * c + a * a;
    f[i] = 1 / size;
    if (gradient && sizes[1]) gradient[0][i] = -(2 * a - 2 * c) * (1 - a * a) / (size * size);
  }
  return 1;
}

/* A log mean of N exponentials: c = -1/3, mu = 1/(3 sqrt N). */
static void test_scale(void)
{
  ptrdiff_t sizes[2] = { 64, 0 };
  sgdl_whittle w;
  sgdl_whittle_work work;
  sgdl_whittle_root root;
  sgdl_whittle_fit fit = { .n_shape = 0 };
  CHECK_STATUS(sgdl_whittle_open(&ctx, 64, 3, 1, 31, &w), SGDL_OK);
  CHECK_STATUS(sgdl_whittle_work_open(&ctx, &w, &work), SGDL_OK);
  for (int j = 0; j <= 32; j++) work.periodogram[j] = 1 + j % 3;
  sgdl_whittle_maximise(&w, ar1_density, sizes, &fit, &work);
  sgdl_whittle_second_order(&w, ar1_density, sizes, &fit, &work, &root);
  CHECK(fit.converged);
  CHECK_CLOSE(root.power[0], -1.0 / 3, 1e-12);
  CHECK_CLOSE(root.mean[0], 1 / (3 * sqrt(93.0)), 1e-12);
  sgdl_whittle_work_close(&work);
  sgdl_whittle_close(&w);
}

/* Largest log likelihood with parameter `held` at this value, over the other, by golden section. */
static double brute_profile(const sgdl_whittle *w, ptrdiff_t *sizes, int held, double value, double around,
                            sgdl_whittle_work *work)
{
  double low = around - 1, high = around + 1, at[2];
  at[held] = value;
  for (int i = 0; i < 40; i++) {
    double a = high - 0.618034 * (high - low), b = low + 0.618034 * (high - low);
    at[1 - held] = a;
    double of_a = sgdl_whittle_value(w, ar1_density, sizes, 1, at, work, NULL, NULL);
    at[1 - held] = b;
    if (of_a < sgdl_whittle_value(w, ar1_density, sizes, 1, at, work, NULL, NULL)) low = a; else high = b;
  }
  at[1 - held] = 0.5 * (low + high);
  return sgdl_whittle_value(w, ar1_density, sizes, 1, at, work, NULL, NULL);
}

/* Ordinates drawn as independent exponentials of the model: the mean of the signed root at the truth, with its
 * first-order part (the score, of mean 0) taken off so that little noise is left, is mu to 5 of its own standard
 * errors and what third order leaves (0.01). Two parameters: a false alarm in 1e6. mu itself is 0.08. */
static void test_mean(void)
{
  const ptrdiff_t n = 256, replicates = getenv("SGDL_TEST_SHORT") ? 10 : 250;
  const double truth[2] = { 0.3, atanh(0.8) };
  ptrdiff_t sizes[2] = { n, 1 };
  double E[129], z[2 * 129], sum[2] = { 0 }, square[2] = { 0 }, mu[2] = { 0 }, score[9], information[9];
  sgdl_whittle w;
  sgdl_whittle_work work;
  CHECK_STATUS(sgdl_whittle_open(&ctx, n, 1, 1, n / 2 - 1, &w), SGDL_OK);
  CHECK_STATUS(sgdl_whittle_work_open(&ctx, &w, &work), SGDL_OK);
  sgdl_whittle_value(&w, ar1_density, sizes, 1, truth, &work, NULL, NULL);
  for (int j = 0; j <= n / 2; j++) E[j] = exp(truth[0]) * work.expected[0][j];
  for (ptrdiff_t r = 0; r < replicates; r++) {
    sgdl_whittle_fit fit = { .n_shape = 1, .parameters = { 0, 0.9 } };
    sgdl_whittle_root root;
    sgdl_normals(11, SGDL_STREAM_NOISE, (uint64_t)r, 0, 0, 2 * 129, z);
    for (int j = 0; j <= n / 2; j++)
      work.periodogram[j] = E[j] * 0.5 * (z[2 * j] * z[2 * j] + z[2 * j + 1] * z[2 * j + 1]);
    sgdl_whittle_value(&w, ar1_density, sizes, 1, truth, &work, score, information);
    sgdl_whittle_maximise(&w, ar1_density, sizes, &fit, &work);
    sgdl_whittle_second_order(&w, ar1_density, sizes, &fit, &work, &root);
    double determinant = information[0] * information[3] - information[1] * information[2];
    for (int p = 0; p < 2; p++) {
      double there = brute_profile(&w, sizes, p, truth[p], fit.parameters[1 - p], &work);
      double R = sqrt(2 * fmax(0, fit.log_likelihood - there)) * (truth[p] < fit.parameters[p] ? -1 : 1);
      double v = information[3 * (1 - p)] / determinant;
      double step = (information[3 * (1 - p)] * score[p] - information[1] * score[1 - p]) / determinant;
      double rest = R + step / sqrt(v);
      sum[p] += rest / (double)replicates;
      square[p] += rest * rest / (double)replicates;
      mu[p] += root.mean[p] / (double)replicates;
    }
  }
  for (int p = 0; p < 2; p++) {
    double se = sqrt((square[p] - sum[p] * sum[p]) / (double)replicates);
    if (!CHECK(fabs(sum[p] - mu[p]) < 0.01 + 5 * se)) printf("  mean %g, predicted %g, se %g\n", sum[p], mu[p], se);
    CHECK(replicates < 250 || (se < 0.012 && fabs(mu[p]) > 0.06));
  }
  sgdl_whittle_work_close(&work);
  sgdl_whittle_close(&w);
}

/* Of a periodogram that is what the model expects, the fall of the profile is that of its expectation, and
 * R(h) + R(-h) = power h^2/sqrt(covariance), up to a relative h^2. */
static void test_power(void)
{
  const ptrdiff_t n = 256;
  const double truth[2] = { 0.3, atanh(0.8) }, h = 0.03;
  ptrdiff_t sizes[2] = { n, 1 };
  sgdl_whittle w;
  sgdl_whittle_work work;
  sgdl_whittle_root root;
  sgdl_whittle_fit fit = { .n_shape = 1, .parameters = { 0, 0.9 } };
  CHECK_STATUS(sgdl_whittle_open(&ctx, n, 1, 1, n / 2 - 1, &w), SGDL_OK);
  CHECK_STATUS(sgdl_whittle_work_open(&ctx, &w, &work), SGDL_OK);
  sgdl_whittle_value(&w, ar1_density, sizes, 1, truth, &work, NULL, NULL);
  for (int j = 0; j <= n / 2; j++) work.periodogram[j] = exp(truth[0]) * work.expected[0][j];
  sgdl_whittle_maximise(&w, ar1_density, sizes, &fit, &work);
  sgdl_whittle_second_order(&w, ar1_density, sizes, &fit, &work, &root);
  for (int p = 0; p < 2; p++) {
    double R[2];
    CHECK_NEAR(fit.parameters[p], truth[p], 1e-5);
    for (int side = 0; side < 2; side++) {
      double there = brute_profile(&w, sizes, p, truth[p] + (side ? h : -h), truth[1 - p], &work);
      double top = brute_profile(&w, sizes, p, truth[p], truth[1 - p], &work);
      R[side] = (side ? 1 : -1) * sqrt(2 * (top - there));
    }
    double power = (R[0] + R[1]) * sqrt(fit.covariance[3 * p]) / (h * h);
    CHECK_NEAR(root.power[p], power, 0.01);
    CHECK(fabs(power) > 0.1);
  }
  sgdl_whittle_work_close(&work);
  sgdl_whittle_close(&w);
}

/* ---- common values ---- */

/* Twice the fall of the log likelihood of n exponentials of this log mean. */
static double exponential_fall(double n, double log_mean, double x)
{
  double u = log_mean - x;
  return 2 * n * (exp(u) - 1 - u);
}

/* Scales that two samples of exponentials know, a standard error or two apart: the joint maximum and limits are
 * those of the sample together, where the mean weighted by each one's own variance would be the larger's and smaller's
 * alike. Power -1/3 is exact to third order. */
static void test_exponentials(void)
{
  const double sizes[2] = { 40, 90 }, at[2] = { 0.2, -0.1 }, z2 = 3.8414588206941236;
  sgdl_fit_root roots[2];
  for (int m = 0; m < 2; m++) roots[m] = (sgdl_fit_root){ at[m], 1 / sizes[m], -1.0 / 3, 0 };
  sgdl_fit_common best = sgdl_fit_pool(2, roots);
  double joint = log((sizes[0] * exp(at[0]) + sizes[1] * exp(at[1])) / 130);
  CHECK_NEAR(best.x, joint, 2e-4);
  CHECK_NEAR(best.total, 130 * exp(joint - best.x), 1.5);
  CHECK_NEAR(best.Q, exponential_fall(40, at[0], joint) + exponential_fall(90, at[1], joint), 2e-3);
  for (int side = -1; side <= 1; side += 2) {
    double limit = sgdl_fit_pool_limit(2, roots, &best, z2, side);
    CHECK_NEAR(exponential_fall(130, joint, limit), z2, 0.02);
    CHECK_CLOSE(sgdl_fit_pool_misfit(2, roots, limit) - best.Q, z2, 1e-9);
  }
}

/* Without power and mean: the weighted mean and its normal interval. One root with a mean: moved by it. */
static void test_normal(void)
{
  sgdl_fit_root roots[3] = { { 1, 0.04, 0, 0 }, { 1.5, 0.01, 0, 0 }, { 1.2, 0.09, 0, 0 } };
  double total = 1 / 0.04 + 1 / 0.01 + 1 / 0.09, mean = (1 / 0.04 + 1.5 / 0.01 + 1.2 / 0.09) / total;
  sgdl_fit_common best = sgdl_fit_pool(3, roots);
  CHECK_CLOSE(best.x, mean, 1e-12);
  CHECK_CLOSE(best.total, total, 1e-12);
  CHECK_CLOSE(sgdl_fit_pool_limit(3, roots, &best, 4, 1), mean + 2 / sqrt(total), 1e-10);
  CHECK_CLOSE(sgdl_fit_pool_limit(3, roots, &best, 4, -1), mean - 2 / sqrt(total), 1e-10);
  roots[0].mean = 0.5;
  best = sgdl_fit_pool(1, roots);
  CHECK_CLOSE(best.x, 1.1, 1e-12);
  CHECK_NEAR(best.Q, 0, 1e-20);
  CHECK_CLOSE(sgdl_fit_pool_limit(1, roots, &best, 4, 1), 1.5, 1e-10);
  /* a likelihood that stays above the limit on one side: no limit there */
  roots[0] = (sgdl_fit_root){ 0, 1, -1, 0 };
  best = sgdl_fit_pool(1, roots);
  CHECK(isinf(sgdl_fit_pool_limit(1, roots, &best, 4, 1)));
  CHECK_CLOSE(sgdl_fit_pool_limit(1, roots, &best, 4, -1), -log(3), 1e-10);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_scale();
  test_mean();
  test_power();
  test_exponentials();
  test_normal();
  return check_report();
}
