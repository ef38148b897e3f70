/* Exponents of several paths that differ by more than their errors: random effects. See sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>

#include "exponent_common.h"
#include "student.h"

enum { FEWEST_PATHS = 3, HALVINGS = 200 };

/* Weighted mean of the estimates at this variance between paths, the sum of weights, and Cochran's Q. */
typedef struct moments {
  double mean, weights, q;
} moments;

static moments at_variance(ptrdiff_t n, const double *estimate, const double *se, double between)
{
  moments m = { 0.0, 0.0, 0.0 };
  for (ptrdiff_t i = 0; i < n; i++) m.weights += 1.0 / (se[i] * se[i] + between);
  for (ptrdiff_t i = 0; i < n; i++) m.mean += estimate[i] / (se[i] * se[i] + between) / m.weights;
  for (ptrdiff_t i = 0; i < n; i++) {
    double apart = estimate[i] - m.mean;
    m.q += apart * apart / (se[i] * se[i] + between);
  }
  return m;
}

/* The variance between paths at which Q, which falls with it, is `target`; 0 where it is below that already.
 * */
static double variance_at(ptrdiff_t n, const double *estimate, const double *se, double target)
{
  double low = 0.0, high = 0.0;
  if (at_variance(n, estimate, se, 0.0).q <= target) return 0.0;
  for (ptrdiff_t i = 0; i < n; i++) high += (estimate[i] - estimate[0]) * (estimate[i] - estimate[0]);
  while (at_variance(n, estimate, se, high).q > target) high *= 4.0;
  for (int step = 0; step < HALVINGS && high - low > 1e-15 * high; step++) {
    double middle = 0.5 * (low + high);
    if (at_variance(n, estimate, se, middle).q > target) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/* x with P(chi squared > x) = p. */
static double chi_squared_at(double p, double df)
{
  double low = 0.0, high = df + 10.0;
  while (sgdl_chi_squared_above(high, df) > p) high *= 2.0;
  for (int step = 0; step < HALVINGS && high - low > 1e-15 * high; step++) {
    double middle = 0.5 * (low + high);
    if (sgdl_chi_squared_above(middle, df) > p) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

static sgdl_status check(sgdl_context *ctx, ptrdiff_t n, const double *estimate, const double *se,
                         const double *log_diffusivity, double level)
{
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_level_check(ctx, level));
  if (n < FEWEST_PATHS)
    return sgdl_fail(ctx, SGDL_TOO_SHORT,
                     "`pool` = \"distributed\" with %td paths: expected at least %d, to see them differ", n,
                     FEWEST_PATHS);
  SGDL_TRY(sgdl_check_finite(ctx, "exponents", estimate, n, 0));
  SGDL_TRY(sgdl_check_finite(ctx, "se", se, n, 0));
  if (log_diffusivity != NULL) SGDL_TRY(sgdl_check_finite(ctx, "log_diffusivity", log_diffusivity, n, 0));
  for (ptrdiff_t i = 0; i < n; i++)
    if (!(se[i] > 0))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`se[%td]` = %g: expected a standard error > 0", i + 1, se[i]);
  return SGDL_OK;
}

/* Mean of the log diffusivities, its variance and covariance with the mean exponent, from their spread. */
static void pool_diffusivity(ptrdiff_t n, const double *estimate, const double *log_diffusivity,
                             sgdl_exponent_pool_fit *p)
{
  double mean = 0.0, mean_exponent = 0.0, square = 0.0, product = 0.0, scale = (double)n * (double)(n - 1);
  for (ptrdiff_t i = 0; i < n; i++) {
    mean += log_diffusivity[i] / (double)n;
    mean_exponent += estimate[i] / (double)n;
  }
  for (ptrdiff_t i = 0; i < n; i++) {
    square += (log_diffusivity[i] - mean) * (log_diffusivity[i] - mean) / scale;
    product += (log_diffusivity[i] - mean) * (estimate[i] - mean_exponent) / scale;
  }
  p->log_diffusivity = mean;
  p->log_diffusivity_se = sqrt(square);
  p->covariance = product;
}

sgdl_status sgdl_exponent_pool(sgdl_context *ctx, ptrdiff_t n, const double *estimate, const double *se,
                               const double *log_diffusivity, double level, sgdl_exponent_pool_fit *p)
{
  *p = (sgdl_exponent_pool_fit){ .log_diffusivity = NAN, .log_diffusivity_se = NAN, .covariance = NAN };
  SGDL_TRY(check(ctx, n, estimate, se, log_diffusivity, level));
  const double df = (double)(n - 1), tail = 0.5 * (1.0 - level);
  double between = variance_at(n, estimate, se, df);
  moments m = at_variance(n, estimate, se, between), fixed = at_variance(n, estimate, se, 0.0);
  p->exponent = m.mean;
  /* Q/df is 1 where there is spread; below it errors may be overstated, which the interval does not use. */
  p->se = 1.0 / sqrt(m.weights);
  double reach = sgdl_student_quantile(1.0 - tail, df) * p->se;
  p->lower = m.mean - reach;
  p->upper = m.mean + reach;
  p->p_value = sgdl_student_two_sided((m.mean - 1.0) / p->se, df);
  p->spread = sqrt(between);
  p->spread_lower = sqrt(variance_at(n, estimate, se, chi_squared_at(tail, df)));
  p->spread_upper = sqrt(variance_at(n, estimate, se, chi_squared_at(1.0 - tail, df)));
  p->heterogeneity = fixed.q;
  p->heterogeneity_p = sgdl_chi_squared_above(fixed.q, df);
  if (log_diffusivity != NULL) pool_diffusivity(n, estimate, log_diffusivity, p);
  return SGDL_OK;
}
