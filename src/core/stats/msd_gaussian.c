/* Standard errors of the MSD from Gaussian theory: sgdl_msd_covariance with the structure function that the
 * paths themselves show. Second differences of a measured structure function are noise, whose squares would
 * add up to a variance that is not (a part 2K/T of it where lags up to K are used as measured): it is used up
 * to T/40 and goes on as the power of the lag that it ends with. What the theory says then is scaled, lag by
 * lag, from the MSD of that structure function to the MSD that was measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msd_errors.h"

enum { FEWEST_STRUCTURE = 16 };

/* One coordinate of a view as a view of its own; borrowed from it. */
static sgdl_status one_coordinate(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t c, sgdl_view *one)
{
  *one = (sgdl_view){ .n_paths = v->n_paths, .d = 1, .longest = v->longest };
  const double share[2] = { v->progress_from, v->progress_to };
  sgdl_view_share(one, share, (double)c / (double)v->d, (double)(c + 1) / (double)v->d);
  one->path = malloc((size_t)v->n_paths * sizeof *one->path);
  if (!one->path) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td paths", v->n_paths);
  for (ptrdiff_t p = 0; p < v->n_paths; p++) {
    one->path[p] = v->path[p];
    one->path[p].x += v->path[p].stride * c;
  }
  return SGDL_OK;
}

/* The exponent of D by least squares of log D on log h over [K/4, K], in [0, 2]; 0 where D is not positive.
 * */
static double last_exponent(ptrdiff_t K, const double *D)
{
  double n = 0.0, u = 0.0, v = 0.0, uu = 0.0, uv = 0.0;
  for (ptrdiff_t h = K / 4 > 0 ? K / 4 : 1; h <= K; h++) {
    if (!(D[h] > 0) || isinf(D[h])) return 0.0;
    double a = log((double)h), b = log(D[h]);
    n += 1.0;
    u += a;
    v += b;
    uu += a * a;
    uv += a * b;
  }
  double spread = n * uu - u * u;
  return spread > 0 ? fmin(fmax((n * uv - u * v) / spread, 0.0), 2.0) : 0.0;
}

/* D[h] (0 <= h < longest) of the only coordinate of v. */
static sgdl_status structure_of(sgdl_context *ctx, const sgdl_view *v, double *D)
{
  ptrdiff_t K = v->longest / 40;
  if (K < FEWEST_STRUCTURE) K = FEWEST_STRUCTURE;
  if (K > v->longest - 1) K = v->longest - 1;
  sgdl_units u = { 0 };
  double *lags;
  SGDL_TRY(sgdl_alloc(ctx, &lags, K, "the structure function"));
  for (ptrdiff_t h = 0; h < K; h++) lags[h] = (double)(h + 1);
  sgdl_status status = sgdl_units_of_paths(ctx, v, K, lags, 0, NULL, &u);
  if (status == SGDL_OK) {
    D[0] = 0.0;
    sgdl_units_mean(&u, D + 1, NULL);
    /* Lags that gaps leave without a displacement go by their neighbour. */
    for (ptrdiff_t h = 1; h <= K; h++)
      if (isnan(D[h])) D[h] = D[h - 1];
    double exponent = last_exponent(K, D);
    for (ptrdiff_t h = K + 1; h < v->longest; h++) D[h] = D[K] * pow((double)h / (double)K, exponent);
  }
  sgdl_units_close(&u);
  free(lags);
  return status;
}

/* The paths of one length with their counts, at the lags that they have. */
typedef struct same_length {
  ptrdiff_t frames, usable;
  double paths;
} same_length;

static same_length next_length(const sgdl_view *v, ptrdiff_t above, ptrdiff_t n_lags, const double *lags)
{
  same_length s = { PTRDIFF_MAX, 0, 0.0 };
  for (ptrdiff_t p = 0; p < v->n_paths; p++)
    if (v->path[p].n > above && v->path[p].n < s.frames) s.frames = v->path[p].n;
  for (ptrdiff_t p = 0; p < v->n_paths; p++) s.paths += v->path[p].n == s.frames;
  while (s.usable < n_lags && lags[s.usable] < (double)s.frames) s.usable++;
  return s;
}

/* total += weight^2 times the covariance of the sums over all paths of one coordinate; scratch: n_lags^2. */
static sgdl_status add_coordinate(sgdl_context *ctx, const sgdl_view *v, double weight, ptrdiff_t n_lags,
                                  const double *lags, const double *D, double *scratch, double *total)
{
  for (same_length s = next_length(v, 1, n_lags, lags); s.frames < PTRDIFF_MAX;
       s = next_length(v, s.frames, n_lags, lags)) {
    ptrdiff_t n = s.usable;
    if (n == 0) continue;
    SGDL_TRY(sgdl_msd_covariance(ctx, s.frames, D, n, lags, scratch));
    for (ptrdiff_t a = 0; a < n; a++)
      for (ptrdiff_t b = 0; b < n; b++) {
        double pairs = ((double)s.frames - lags[a]) * ((double)s.frames - lags[b]);
        total[a + n_lags * b] += weight * weight * s.paths * pairs * scratch[a + n * b];
      }
  }
  return SGDL_OK;
}

/* scale: from the covariance of sums to that of means, over the displacements that there would be without
 * gaps (missing ones spread both by the root of what is there), and from the MSD `supposed` to the one
 * measured. */
static void find_scale(const sgdl_view *v, ptrdiff_t n_lags, const double *lags, const double *counts,
                       const double *msd, const double *supposed, double *scale)
{
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    double all = 0.0, ratio = supposed[l] > 0 ? msd[l] / supposed[l] : 1.0;
    for (ptrdiff_t p = 0; p < v->n_paths; p++) all += fmax((double)v->path[p].n - lags[l], 0.0);
    scale[l] = counts[l] > 0 ? ratio / sqrt(all * counts[l]) : NAN;
  }
}

static sgdl_status sum_of_coordinates(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags,
                                      const double *lags,
                                      double *D, double *scratch, double *total, double *supposed)
{
  memset(supposed, 0, (size_t)n_lags * sizeof(double));
  memset(total, 0, (size_t)(n_lags * n_lags) * sizeof(double));
  for (ptrdiff_t c = 0; c < v->d; c++) {
    double weight = v->weights ? v->weights[c] : 1.0;
    sgdl_view one;
    if (weight == 0) continue;
    SGDL_TRY(one_coordinate(ctx, v, c, &one));
    sgdl_status status = structure_of(ctx, &one, D);
    if (status == SGDL_OK) status = add_coordinate(ctx, &one, weight, n_lags, lags, D, scratch, total);
    free(one.path);
    SGDL_TRY(status);
    for (ptrdiff_t l = 0; l < n_lags; l++) supposed[l] += weight * D[(ptrdiff_t)lags[l]];
  }
  return SGDL_OK;
}

sgdl_status sgdl_spread_by_theory(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  const double *msd, const double *counts, const sgdl_spread *out)
{
  ptrdiff_t square = sgdl_times(n_lags, n_lags);
  double *D = NULL, *work = NULL;
  sgdl_status status;
  SGDL_GET(sgdl_alloc(ctx, &D, v->longest, "the structure function"));
  SGDL_GET(sgdl_alloc(ctx, &work, sgdl_times(2, square < 0 ? -1 : square + n_lags),
                      "the covariance of the MSD"));
  double *total = work + square, *supposed = total + square, *scale = supposed + n_lags;
  SGDL_GET(sum_of_coordinates(ctx, v, n_lags, lags, D, work, total, supposed));
  find_scale(v, n_lags, lags, counts, msd, supposed, scale);
  for (ptrdiff_t a = 0; a < n_lags; a++)
    for (ptrdiff_t b = 0; b < n_lags; b++) {
      double value = total[a + n_lags * b] * scale[a] * scale[b];
      if (out->covariance) out->covariance[a + n_lags * b] = value;
      if (out->se && a == b) out->se[a] = sqrt(value);
    }
done:
  free(D);
  free(work);
  return status;
}
