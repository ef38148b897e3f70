/* Does a displacement depend on when it starts? See sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "band.h"
#include "exponent_common.h"
#include "curves.h"
#include "distributions.h"
#include "gaussian_msd.h"
#include "msd_covariance.h"
#include "principal.h"
#include "structure.h"

static sgdl_status check_options(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t lag, ptrdiff_t n_blocks,
                                 double level)
{
  if (n_blocks < 3 || n_blocks > T / 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_blocks` = %td: expected an integer from 3 to %td", n_blocks,
                     T / 2 > 3 ? T / 2 : 3);
  if (lag < 1 || lag > T / n_blocks / 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lag` = %td: expected an integer from 1 to %td, half a block",
                     lag, T / n_blocks / 2);
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", level);
  return SGDL_OK;
}

/* Covariance of the MSD at `lag` in two blocks of `length` frames, `shift` frames apart. */
static double block_covariance(ptrdiff_t T, const double *even, ptrdiff_t lag, ptrdiff_t length,
                               ptrdiff_t shift)
{
  const double *zero = even + T - 1;
  const ptrdiff_t N = length - lag;
  double sum = 0.0;
  for (ptrdiff_t k = 1 - N; k < N; k++) {
    ptrdiff_t h = shift + k;
    double c = 0.5 * (zero[h + lag] + zero[h - lag]) - zero[h];
    sum += (double)(N - (k < 0 ? -k : k)) * c * c;
  }
  return 2.0 * sum / ((double)N * (double)N);
}

/* C (B x B): covariance of the blocks' MSD, summed over principal directions, mean over paths. */
static sgdl_status covariance_of_blocks(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t lag, ptrdiff_t B,
                                        double *C)
{
  const ptrdiff_t T = s->T, last = T / 4 > lag ? T / 4 : lag, length = T / B;
  double *y = NULL, *known = NULL, *curve, *mean, *structure = NULL, *even, *apart = NULL;
  ptrdiff_t n_known = 0;
  sgdl_status status;
  SGDL_GET(sgdl_alloc(ctx, &y, T * s->d * s->n_paths, "the trajectory in principal directions"));
  SGDL_GET(sgdl_alloc(ctx, &known, 3 * sgdl_structure_room(last, 0), "the lags"));
  SGDL_GET(sgdl_alloc(ctx, &structure, 3 * T, "the structure function"));
  SGDL_GET(sgdl_alloc(ctx, &apart, B, "the covariance"));
  curve = known + sgdl_structure_room(last, 0);
  mean = curve + sgdl_structure_room(last, 0);
  even = structure + T;
  memset(apart, 0, (size_t)B * sizeof *apart);
  SGDL_GET(sgdl_principal(ctx, s, sgdl_principal_lag(s, (double)lag, (double)lag), y, NULL));
  SGDL_GET(sgdl_structure_lags(ctx, last, 0, known, &n_known));
  for (ptrdiff_t c = 0; c < s->d; c++) {
    memset(mean, 0, (size_t)n_known * sizeof *mean);
    for (ptrdiff_t p = 0; p < s->n_paths; p++) {
      sgdl_segments one = { y + T * (c + s->d * p), T, 1, 1, 1, T, 0.0, 0.0 };
      SGDL_GET(sgdl_msd_curves(ctx, &one, n_known, known, curve));
      for (ptrdiff_t l = 0; l < n_known; l++) mean[l] += curve[l] / (double)s->n_paths;
    }
    sgdl_structure_fill(T, n_known, known, mean, structure);
    sgdl_mirror(T, structure, even);
    for (ptrdiff_t b = 0; b < B; b++)
      apart[b] += block_covariance(T, even, lag, length, b * length) / (double)s->n_paths;
  }
  for (ptrdiff_t b = 0; b < B; b++)
    for (ptrdiff_t q = 0; q < B; q++) C[b + B * q] = apart[b > q ? b - q : q - b];
done:
  free(y);
  free(known);
  free(structure);
  free(apart);
  return status;
}

/* r = L^{-1} r, L lower. */
static void solve_lower(ptrdiff_t n, const double *L, double *r)
{
  for (ptrdiff_t j = 0; j < n; j++) {
    for (ptrdiff_t k = 0; k < j; k++) r[j] -= L[j + n * k] * r[k];
    r[j] = L[j + n * j] > 0.0 ? r[j] / L[j + n * j] : 0.0;
  }
}

static double dot(ptrdiff_t n, const double *a, const double *b)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* Generalised least squares of y on 1 and u, in units where errors are independent; all are overwritten. */
static void regress(ptrdiff_t B, const double *L, double *one, double *u, double *y, double level,
                    sgdl_ageing *result)
{
  double below;
  solve_lower(B, L, one);
  solve_lower(B, L, u);
  solve_lower(B, L, y);
  double unit = dot(B, one, one), along = dot(B, one, y) / unit, shared = dot(B, one, u) / unit;
  for (ptrdiff_t b = 0; b < B; b++) {
    y[b] -= along * one[b];
    u[b] -= shared * one[b];
  }
  result->se = 1.0 / sqrt(dot(B, u, u));
  result->exponent = dot(B, u, y) * result->se * result->se;
  double reach = sgdl_normal_quantile(0.5 + 0.5 * level) * result->se;
  result->lower = result->exponent - reach;
  result->upper = result->exponent + reach;
  result->p_value = sgdl_normal_two_sided(result->exponent / result->se);
  result->chi_squared = dot(B, y, y);
  sgdl_gamma_tails(0.5 * (double)(B - 1), 0.5 * result->chi_squared, &below, &result->chi_squared_p);
}

/* log of the age at which t^exponent has its mean over [a, b]. */
static double effective_log_age(double a, double b, double exponent)
{
  double power = exponent + 1.0;
  if (fabs(exponent) < 1e-4) return (b * log(b) - (a > 0.0 ? a * log(a) : 0.0)) / (b - a) - 1.0;
  return log((pow(b, power) - pow(a, power)) / (power * (b - a))) / exponent;
}

/* The blocks' effective ages depend on the exponent: a few rounds of regression. one, u, y: scratch of B
 * each. */
static void fit_trend(ptrdiff_t B, ptrdiff_t length, ptrdiff_t lag, const double *L, const double *log_msd,
                      double *one, double *u, double *y, double level, sgdl_ageing *result)
{
  const double reach = 0.5 * (double)lag;
  double exponent = 0.0;
  for (int round = 0; round < 8; round++) {
    for (ptrdiff_t b = 0; b < B; b++) {
      double start = (double)(length * b);
      u[b] = effective_log_age(start + reach, start + (double)(length - 1) - reach, exponent);
      one[b] = 1.0;
      y[b] = log_msd[b];
    }
    regress(B, L, one, u, y, level, result);
    exponent = fmin(fmax(result->exponent, -0.95), 5.0);
  }
}

sgdl_status sgdl_msd_ageing(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                            ptrdiff_t lag, ptrdiff_t n_blocks, double level, double *age, double *msd,
                            double *se, sgdl_ageing *result)
{
  const ptrdiff_t B = n_blocks, length = B > 0 ? T / B : 0;
  sgdl_segments s, blocks;
  double *work = NULL, *C, *L, *u, *y, *one, *log_msd, *curves = NULL, at = (double)lag;
  sgdl_status status;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(check_options(ctx, T, lag, B, level));
  blocks = sgdl_segments_cut(&s, B);
  SGDL_GET(sgdl_alloc(ctx, &work, 2 * B * B + 4 * B, "the blocks"));
  SGDL_GET(sgdl_alloc(ctx, &curves, sgdl_times(B, n_paths), "the blocks"));
  C = work;
  L = C + B * B;
  u = L + B * B;
  y = u + B;
  one = y + B;
  log_msd = one + B;
  SGDL_GET(sgdl_msd_curves(ctx, &blocks, 1, &at, curves));
  SGDL_GET(covariance_of_blocks(ctx, &s, lag, B, C));
  double mean = 0.0;
  for (ptrdiff_t b = 0; b < B; b++) {
    age[b] = (double)(length * b) + 0.5 * (double)(length - 1);
    msd[b] = 0.0;
    for (ptrdiff_t p = 0; p < n_paths; p++) msd[b] += curves[b + B * p] / (double)n_paths;
    mean += msd[b] / (double)B;
    if (!(msd[b] > 0.0) || isinf(msd[b]))
      SGDL_GET(
        sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                  "`x` has mean squared displacement %g at lag %td in block %td of %td: expected a finite "
                  "displacement > 0",
                  msd[b], lag, b + 1, B));
  }
  /* Errors as if no block differed from the mean of all. */
  for (ptrdiff_t b = 0; b < B; b++) u[b] = mean;
  sgdl_log_moments(B, u, C);
  double shift = u[0] - log(mean);
  for (ptrdiff_t b = 0; b < B; b++) {
    se[b] = sqrt(C[b + B * b]);
    log_msd[b] = log(msd[b]) + shift;
  }
  sgdl_band_factor(B, C, L);
  fit_trend(B, length, lag, L, log_msd, one, u, y, level, result);
done:
  free(work);
  free(curves);
  return status;
}
