/* The measured MSD and its covariance by Gaussian theory; see sgdl_stats.h and gaussian_msd.h. */
#include "gaussian_msd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "curves.h"
#include "distributions.h"
#include "principal.h"
#include "structure.h"

/* cov((x[m] - x[0])^2, MSD(m)) = 2/(T - m) sum_{h < T - m} c(h)^2. */
static double first_origin(ptrdiff_t T, const double *structure, ptrdiff_t m)
{
  double sum = 0.0;
  for (ptrdiff_t h = 0; h < T - m; h++) {
    double c = 0.5 * (structure[h + m] + structure[h < m ? m - h : h - m]) - structure[h];
    sum += c * c;
  }
  return 2.0 * sum / (double)(T - m);
}

/* Adds the covariance of the MSD of one coordinate, from its MSD averaged over paths at the structure's lags.
 */
static sgdl_status add_coordinate(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_known, const double *known,
                                  const double *curve, ptrdiff_t n_lags, const double *lags, double scale,
                                  double *structure, double *part, double *covariance, double *single)
{
  sgdl_structure_fill(T, n_known, known, curve, structure);
  SGDL_TRY(sgdl_msd_covariance(ctx, T, structure, n_lags, lags, part));
  for (ptrdiff_t e = 0; e < n_lags * n_lags; e++) covariance[e] += scale * part[e];
  for (ptrdiff_t l = 0; single && l < n_lags; l++) {
    double D = structure[(ptrdiff_t)lags[l]];
    single[2 * l] += scale * 2.0 * D * D;
    single[2 * l + 1] += scale * first_origin(T, structure, (ptrdiff_t)lags[l]);
  }
  return SGDL_OK;
}

/* Lags that the structure function is measured at: those asked for, and some 30 where the path has them, as a
 * path smooth over a dozen frames is not to be continued from its smooth beginning. No more: an MSD averages
 * over a few independent origins there, and falls short of a slow power law's. */
static ptrdiff_t longest_measured(ptrdiff_t T, ptrdiff_t wanted)
{
  const ptrdiff_t least = 32, some = T / 4 < least ? T / 4 : least;
  return wanted > some ? wanted : some;
}

/* Covariance of the MSD summed over coordinates that move independently. y: T x d x n_paths. */
static sgdl_status sum_over_coordinates(sgdl_context *ctx, const sgdl_segments *s, const double *y,
                                        ptrdiff_t n_lags, const double *lags, ptrdiff_t dense,
                                        double *covariance, double *single)
{
  const ptrdiff_t T = s->T, d = s->d, last = longest_measured(T, (ptrdiff_t)lags[n_lags - 1]);
  double *known = NULL, *curves = NULL, *mean = NULL, *structure = NULL, *part = NULL;
  ptrdiff_t n_known = 0;
  sgdl_status status;
  SGDL_GET(sgdl_alloc(ctx, &known, 2 * sgdl_structure_room(last, dense), "the lags"));
  SGDL_GET(sgdl_structure_lags(ctx, last, dense, known, &n_known));
  mean = known + sgdl_structure_room(last, dense);
  SGDL_GET(sgdl_alloc(ctx, &curves, sgdl_times(n_known, s->n_paths), "the coordinates' displacements"));
  SGDL_GET(sgdl_alloc(ctx, &structure, T, "the structure function"));
  SGDL_GET(sgdl_alloc(ctx, &part, n_lags * n_lags, "the covariance"));
  memset(covariance, 0, (size_t)(n_lags * n_lags) * sizeof *covariance);
  if (single) memset(single, 0, (size_t)(2 * n_lags) * sizeof *single);
  for (ptrdiff_t c = 0; c < d; c++) {
    /* Coordinate c of each path: as one series of d n_paths, T apart. */
    memset(mean, 0, (size_t)n_known * sizeof *mean);
    for (ptrdiff_t p = 0; p < s->n_paths; p++) {
      sgdl_segments one = { y + T * (c + d * p), T, 1, 1, 1, T, 0.0, 0.0 };
      SGDL_GET(sgdl_msd_curves(ctx, &one, n_known, known, curves));
      for (ptrdiff_t l = 0; l < n_known; l++) mean[l] += curves[l] / (double)s->n_paths;
    }
    if (!(mean[0] > 0.0) && !(mean[n_known - 1] > 0.0)) continue;
    SGDL_GET(add_coordinate(ctx, T, n_known, known, mean, n_lags, lags, 1.0 / (double)s->n_paths, structure,
                            part, covariance, single));
  }
done:
  free(known);
  free(curves);
  free(structure);
  free(part);
  return status;
}

sgdl_status sgdl_gaussian_msd(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                              ptrdiff_t dense, double *msd, double *covariance, double *single)
{
  const ptrdiff_t longest = s->T / 2 > 1 ? s->T / 2 : 1;
  double *rotated, *paths = NULL;
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, longest));
  SGDL_TRY(sgdl_alloc(ctx, &rotated, s->T * s->d * s->n_paths, "the trajectory in principal directions"));
  sgdl_status status =
    sgdl_alloc(ctx, &paths, sgdl_times(n_lags, s->n_paths), "the displacement of each path");
  if (status == SGDL_OK)
    status = sgdl_principal(ctx, s, sgdl_principal_lag(s, lags[0], lags[n_lags - 1]), rotated, NULL);
  if (status == SGDL_OK) status = sgdl_msd_curves(ctx, s, n_lags, lags, paths);
  if (status == SGDL_OK) sgdl_curves_mean(n_lags, s->n_paths, paths, msd, NULL);
  if (status == SGDL_OK)
    status = sum_over_coordinates(ctx, s, rotated, n_lags, lags, dense, covariance, single);
  free(paths);
  free(rotated);
  return status;
}

sgdl_status sgdl_msd_gaussian(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              ptrdiff_t n_lags, const double *lags, double *msd, double *covariance)
{
  sgdl_segments s;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  return sgdl_gaussian_msd(ctx, &s, n_lags, lags, 0, msd, covariance, NULL);
}

void sgdl_log_moments(ptrdiff_t n, double *msd, double *covariance)
{
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) covariance[i + n * j] /= msd[i] * msd[j];
  for (ptrdiff_t i = 0; i < n; i++) {
    double relative = covariance[i + n * i], shape = relative > 0.0 ? 1.0 / relative : HUGE_VAL;
    msd[i] = log(msd[i]);
    if (shape > 1e12) continue;
    msd[i] += log(shape) - sgdl_digamma(shape);
    double spread = sqrt(sgdl_trigamma(shape) * shape);
    for (ptrdiff_t j = 0; j < n; j++) {
      covariance[i + n * j] *= spread;
      covariance[j + n * i] *= spread;
    }
  }
}

sgdl_status sgdl_log_msd(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                         ptrdiff_t dense, double *log_msd, double *covariance)
{
  SGDL_TRY(sgdl_gaussian_msd(ctx, s, n_lags, lags, dense, log_msd, covariance, NULL));
  for (ptrdiff_t l = 0; l < n_lags; l++)
    if (!(log_msd[l] > 0.0) || isinf(log_msd[l]))
      return sgdl_fail(
        ctx, SGDL_BAD_ARGUMENT,
        "`x` has mean squared displacement %g at lag %.10g: expected a finite displacement > 0", log_msd[l],
        lags[l]);
  sgdl_log_moments(n_lags, log_msd, covariance);
  return SGDL_OK;
}
