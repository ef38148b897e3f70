/* Time averages against ensemble averages; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>

#include "band.h"
#include "exponent_common.h"
#include "curves.h"
#include "distributions.h"
#include "gaussian_msd.h"

enum { FEWEST_SIMULATIONS = 99 };

typedef struct analysis {
  sgdl_context *ctx;
  sgdl_segments s;
  ptrdiff_t n, n_sim;
  const double *lags;
  double *paths;      /* n x n_paths: time-averaged MSD of each                               */
  double *covariance; /* n x n: of the time average of one path                               */
  double *single;     /* 2 n: see gaussian_msd.h, of one path                                 */
  double *L;          /* n x n: factor of the correlations of a path's MSD                    */
  uint64_t seed;
} analysis;

/* Mean and variance (divisor n - 1) of n values `stride` apart. */
static double mean_and_variance(ptrdiff_t n, const double *x, ptrdiff_t stride, double *variance)
{
  double mean = 0.0;
  *variance = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) mean += x[stride * i] / (double)n;
  for (ptrdiff_t i = 0; i < n; i++) {
    double u = x[stride * i] - mean;
    *variance += u * u / (double)(n - 1);
  }
  return mean;
}

static sgdl_status measure(analysis *a, sgdl_ergodicity *out)
{
  const ptrdiff_t n = a->n, P = a->s.n_paths;
  SGDL_TRY(sgdl_msd_curves(a->ctx, &a->s, n, a->lags, a->paths));
  SGDL_TRY(sgdl_gaussian_msd(a->ctx, &a->s, n, a->lags, 0, out->average, a->covariance, a->single));
  SGDL_TRY(sgdl_msd(a->ctx, a->s.T, a->s.d, P, a->s.x, SGDL_MSD_FROM_START, 0, n, a->lags, out->ensemble,
                    NULL, NULL));
  for (ptrdiff_t e = 0; e < n * n; e++) a->covariance[e] *= (double)P;
  for (ptrdiff_t e = 0; e < 2 * n; e++) a->single[e] *= (double)P;
  for (ptrdiff_t l = 0; l < n; l++) {
    double variance, mean = mean_and_variance(P, a->paths + l, n, &variance);
    if (!(mean > 0.0) || isinf(mean))
      return sgdl_fail(
        a->ctx, SGDL_BAD_ARGUMENT,
        "`x` has mean squared displacement %g at lag %.10g: expected a finite displacement > 0", mean,
        a->lags[l]);
    out->eb[l] = variance / (mean * mean);
    out->eb_measured[l] = a->covariance[l + n * l] / (mean * mean);
  }
  return SGDL_OK;
}

/* Least-squares slope of log MSD on log lag. */
static double exponent_of(ptrdiff_t n, const double *lags, const double *msd)
{
  double u_mean = 0.0, numerator = 0.0, denominator = 0.0;
  for (ptrdiff_t l = 0; l < n; l++) u_mean += log(lags[l]) / (double)n;
  for (ptrdiff_t l = 0; l < n; l++) {
    double u = log(lags[l]) - u_mean;
    numerator += u * log(msd[l]);
    denominator += u * u;
  }
  return denominator > 0.0 ? numerator / denominator : 1.0;
}

/* Relative variance of one coordinate's MSD where D = lag^exponent, over the effective number of coordinates.
 */
static sgdl_status reference(analysis *a, double exponent, const double *average, double *eb)
{
  const ptrdiff_t T = a->s.T, n = a->n;
  double *D;
  SGDL_TRY(sgdl_alloc(a->ctx, &D, T + n * n, "the reference"));
  D[0] = 0.0;
  for (ptrdiff_t h = 1; h < T; h++) D[h] = pow((double)h, exponent);
  sgdl_status status = sgdl_msd_covariance(a->ctx, T, D, n, a->lags, D + T);
  for (ptrdiff_t l = 0; l < n; l++) {
    double level = D[(ptrdiff_t)a->lags[l]], coordinates = 2.0 * average[l] * average[l] / a->single[2 * l];
    eb[l] = D[T + l + n * l] / (level * level) / fmax(coordinates, 1.0);
  }
  free(D);
  return status;
}

/* Gamma variable of the given shape and mean 1 from a standard normal (Wilson and Hilferty). */
static double gamma_from_normal(double shape, double z)
{
  double root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * sqrt(shape));
  return root > 0.0 ? root * root * root : 0.0;
}

/* One simulated ensemble: MSDs of the paths (n x n_paths). */
static void simulate(const analysis *a, const double *shape, ptrdiff_t draw, double *g, double *paths)
{
  const ptrdiff_t n = a->n;
  for (ptrdiff_t p = 0; p < a->s.n_paths; p++) {
    sgdl_normals(a->seed, SGDL_STREAM_BAND, (uint64_t)draw, (uint64_t)p, 0, n, g);
    for (ptrdiff_t l = 0; l < n; l++) {
      double z = 0.0;
      for (ptrdiff_t k = 0; k <= l; k++) z += a->L[l + n * k] * g[k];
      paths[l + n * p] = gamma_from_normal(shape[l], z);
    }
  }
}

static sgdl_status p_of_breaking(analysis *a, sgdl_ergodicity *out)
{
  const ptrdiff_t n = a->n, P = a->s.n_paths;
  double *work, most = 0.0, above = 1.0;
  SGDL_TRY(sgdl_alloc(a->ctx, &work, n * n + 2 * n + n * P, "the simulated ensembles"));
  double *correlation = work, *shape = work + n * n, *g = shape + n, *paths = g + n;
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++)
      correlation[i + n * j] =
        a->covariance[i + n * j] / sqrt(a->covariance[i + n * i] * a->covariance[j + n * j]);
  sgdl_band_factor(n, correlation, a->L);
  for (ptrdiff_t l = 0; l < n; l++) {
    shape[l] = 1.0 / out->eb_measured[l];
    out->p_eb[l] = 1.0;
    most = fmax(most, out->eb[l] / out->eb_measured[l]);
  }
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t r = 0; r < a->n_sim && status == SGDL_OK; r++) {
    double largest = 0.0;
    simulate(a, shape, r, g, paths);
    for (ptrdiff_t l = 0; l < n; l++) {
      double variance, mean = mean_and_variance(P, paths + l, n, &variance), eb = variance / (mean * mean);
      out->p_eb[l] += eb >= out->eb[l];
      largest = fmax(largest, eb / out->eb_measured[l]);
    }
    above += largest >= most;
    if (r % 16 == 0 && sgdl_poll(a->ctx, 0.5 + 0.5 * (double)r / (double)a->n_sim))
      status = sgdl_fail(a->ctx, SGDL_INTERRUPTED, "interrupted in the simulation of ensembles");
  }
  for (ptrdiff_t l = 0; l < n; l++) out->p_eb[l] /= 1.0 + (double)a->n_sim;
  out->p_ergodic = above / (1.0 + (double)a->n_sim);
  free(work);
  return status;
}

/* log of a gamma variable of this shape: variance, and what takes the bias off. */
static double log_variance(double shape, double *shift)
{
  *shift = log(shape) - sgdl_digamma(shape);
  return sgdl_trigamma(shape);
}

static void single_against_time(const analysis *a, sgdl_ergodicity *out)
{
  const double P = (double)a->s.n_paths;
  double smallest = 1.0;
  for (ptrdiff_t l = 0; l < a->n; l++) {
    double square = out->average[l] * out->average[l], ensemble_shift, time_shift;
    double ensemble = log_variance(P * square / a->single[2 * l], &ensemble_shift);
    double time = log_variance(P / out->eb_measured[l], &time_shift);
    double both = fmin(a->single[2 * l + 1] / (P * square), sqrt(ensemble * time));
    double difference = log(out->ensemble[l] / out->average[l]) + ensemble_shift - time_shift;
    out->z[l] = difference / sqrt(fmax(ensemble + time - 2.0 * both, 1e-300));
    out->p_origin[l] = sgdl_normal_two_sided(out->z[l]);
    smallest = fmin(smallest, out->p_origin[l]);
  }
  out->p_single = -expm1((double)a->n * log1p(-fmin(smallest, 1.0 - 1e-16)));
}

sgdl_status sgdl_test_ergodicity(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                 const double *x, ptrdiff_t n_lags, const double *lags, ptrdiff_t n_sim,
                                 uint64_t seed, sgdl_ergodicity *result)
{
  analysis a = { .ctx = ctx, .n = n_lags, .n_sim = n_sim, .lags = lags, .seed = seed };
  sgdl_status status;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &a.s));
  if (n_paths < 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has %td path: expected at least 2 to compare", n_paths);
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, T / 2));
  if (n_sim < FEWEST_SIMULATIONS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_sim` = %td: expected an integer >= %d", n_sim,
                     FEWEST_SIMULATIONS);
  SGDL_GET(sgdl_alloc(ctx, &a.paths, sgdl_times(n_lags, n_paths), "the displacement of each path"));
  SGDL_GET(sgdl_alloc(ctx, &a.covariance, 2 * n_lags * n_lags + 2 * n_lags, "the covariance"));
  a.L = a.covariance + n_lags * n_lags;
  a.single = a.L + n_lags * n_lags;
  SGDL_GET(measure(&a, result));
  result->exponent = exponent_of(n_lags, lags, result->average);
  SGDL_GET(reference(&a, 1.0, result->average, result->eb_brownian));
  SGDL_GET(reference(&a, fmin(fmax(result->exponent, 0.01), 1.99), result->average, result->eb_fbm));
  SGDL_GET(p_of_breaking(&a, result));
  single_against_time(&a, result);
done:
  free(a.paths);
  free(a.covariance);
  return status;
}
