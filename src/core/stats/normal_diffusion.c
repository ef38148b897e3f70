/* Test of normal diffusion by variance ratios; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>

#include "band.h"
#include "exponent_common.h"
#include "curves.h"
#include "gaussian_msd.h"
#include "principal.h"

enum { FEWEST_SIMULATIONS = 200 };

/* (tr C)^2/tr C^2 from the eigenvalues of an estimate of C by about n independent displacements, for which
 * E tr S^2 = tr C^2 (1 + 1/n) + (tr C)^2/n. */
static double effective_coordinates(ptrdiff_t d, const double *eigenvalues, double n)
{
  double trace = 0.0, squares = 0.0;
  for (ptrdiff_t c = 0; c < d; c++) {
    trace += eigenvalues[c];
    squares += eigenvalues[c] * eigenvalues[c];
  }
  double unbiased = (squares - trace * trace / n) / (1.0 + 1.0 / n);
  double number = trace * trace / unbiased;
  return number >= 1.0 && number <= (double)d ? number : (number < 1.0 && number > 0.0 ? 1.0 : (double)d);
}

/* Covariance of log MSD under Brownian motion, and log MSD with the logarithm's bias removed. */
static sgdl_status brownian_moments(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags,
                                    const double *lags, double coordinates, double *log_msd,
                                    double *covariance)
{
  double *D, *level;
  SGDL_TRY(sgdl_alloc(ctx, &D, s->T + n_lags, "the structure function"));
  level = D + s->T;
  for (ptrdiff_t h = 0; h < s->T; h++) D[h] = (double)h;
  sgdl_status status = sgdl_msd_covariance(ctx, s->T, D, n_lags, lags, covariance);
  for (ptrdiff_t e = 0; e < n_lags * n_lags; e++) covariance[e] /= coordinates * (double)s->n_paths;
  for (ptrdiff_t l = 0; l < n_lags; l++) level[l] = lags[l];
  if (status == SGDL_OK) sgdl_log_moments(n_lags, level, covariance);
  for (ptrdiff_t l = 0; l < n_lags; l++) log_msd[l] = log(log_msd[l]) + (level[l] - log(lags[l]));
  free(D);
  return status;
}

static void ratios(ptrdiff_t n, const double *lags, const double *log_msd, const double *C, double *log_ratio,
                   double *covariance)
{
  for (ptrdiff_t k = 0; k < n; k++) {
    log_ratio[k] = (log_msd[k] - log_msd[0]) - log(lags[k] / lags[0]);
    for (ptrdiff_t q = 0; q < n; q++)
      covariance[k + n * q] = (C[k + n * q] - C[k]) - (C[q] - C[0]);
  }
}

static sgdl_status measure(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                           double *log_msd, double *coordinates)
{
  double *work = NULL, *eigenvalues, *paths = NULL;
  const double displacements = ((double)s->T / lags[0] - 1.0) * (double)s->n_paths;
  sgdl_status status;
  SGDL_GET(sgdl_alloc(ctx, &work, s->d + s->T * s->d * s->n_paths, "the trajectory in principal directions"));
  SGDL_GET(sgdl_alloc(ctx, &paths, sgdl_times(n_lags, s->n_paths), "the displacement of each path"));
  eigenvalues = work + s->T * s->d * s->n_paths;
  SGDL_GET(sgdl_principal(ctx, s, (ptrdiff_t)lags[0], work, eigenvalues));
  SGDL_GET(sgdl_msd_curves(ctx, s, n_lags, lags, paths));
  sgdl_curves_mean(n_lags, s->n_paths, paths, log_msd, NULL);
  *coordinates = effective_coordinates(s->d, eigenvalues, displacements);
  for (ptrdiff_t l = 0; l < n_lags && status == SGDL_OK; l++)
    if (!(log_msd[l] > 0.0) || isinf(log_msd[l]))
      status =
        sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                  "`x` has mean squared displacement %g at lag %.10g: expected a finite displacement > 0",
                  log_msd[l], lags[l]);
done:
  free(work);
  free(paths);
  return status;
}

sgdl_status sgdl_normal_diffusion(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x, ptrdiff_t n_lags, const double *lags, ptrdiff_t n_sim,
                                  uint64_t seed, double *log_ratio, double *se, double *p, double *p_value)
{
  sgdl_segments s;
  double *log_msd = NULL, *C = NULL, *covariance = NULL, *maxima = NULL, coordinates, most = 0.0;
  sgdl_status status;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, T / 2));
  if (n_lags < 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lags` has 1 element: expected at least two, to compare");
  if (n_sim < FEWEST_SIMULATIONS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_sim` = %td: expected an integer >= %d", n_sim,
                     FEWEST_SIMULATIONS);
  SGDL_GET(sgdl_alloc(ctx, &log_msd, n_lags, "the test"));
  SGDL_GET(sgdl_alloc(ctx, &C, n_lags * n_lags, "the covariance"));
  SGDL_GET(sgdl_alloc(ctx, &covariance, n_lags * n_lags, "the covariance"));
  SGDL_GET(sgdl_alloc(ctx, &maxima, n_sim, "the test"));
  SGDL_GET(measure(ctx, &s, n_lags, lags, log_msd, &coordinates));
  SGDL_GET(brownian_moments(ctx, &s, n_lags, lags, coordinates, log_msd, C));
  ratios(n_lags, lags, log_msd, C, log_ratio, covariance);
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    se[l] = sqrt(fmax(covariance[l + n_lags * l], 0.0));
    p[l] = l ? sgdl_normal_two_sided(log_ratio[l] / se[l]) : 1.0;
    if (l) most = fmax(most, fabs(log_ratio[l]) / se[l]);
  }
  SGDL_GET(sgdl_maxima(ctx, n_lags, covariance, seed, n_sim, maxima));
  *p_value = sgdl_sorted_above(n_sim, maxima, most);
done:
  free(log_msd);
  free(C);
  free(covariance);
  free(maxima);
  return status;
}
