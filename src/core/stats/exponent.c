/* Diffusion exponent by least squares on log-spaced lags. MSD points of one trajectory are strongly
 * correlated, so the error comes from resampling blocks of it, not from the residuals. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../base/random.h"
#include "curves.h"
#include "loglog.h"
#include "student.h"

enum {
  PATHS_AS_BLOCKS = 16, /* from this many paths on each is one block                         */
  FEWEST_BLOCKS = 8,
  MOST_BLOCKS = 64,     /* more would be shorter: blocks must outlast the memory of the path */
  FEWEST_LAGS = 3,
  FEWEST_RESAMPLES = 20
};
static const double lags_per_decade = 10.0;

typedef struct analysis {
  sgdl_context *ctx;
  sgdl_segments whole, blocks;
  ptrdiff_t n_lags, n_blocks;
  double *lags, *msd, *curves; /* curves: n_lags x n_blocks                                  */
  sgdl_loglog regression;
  uint64_t seed;
  ptrdiff_t n_boot;
  double *fits;                /* 3 x n_boot: slope, intercept, curvature                    */
} analysis;

static sgdl_status check_options(sgdl_context *ctx, const double window[2], double level, ptrdiff_t n_boot)
{
  if (!isfinite(window[0]) || !isfinite(window[1]))
    return sgdl_fail(ctx, SGDL_NOT_FINITE, "`window` = [%g, %g]: expected finite lags", window[0], window[1]);
  int given = window[0] != 0 || window[1] != 0;
  if (given && !(window[0] >= 1 && window[0] < window[1]))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`window` = [%g, %g]: expected a first lag of at least one frame and a larger last lag",
                     window[0], window[1]);
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", level);
  if (n_boot < FEWEST_RESAMPLES)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_boot` = %td: expected an integer >= %d", n_boot,
                     FEWEST_RESAMPLES);
  return SGDL_OK;
}

/* First and last lag: the user's or the default, as long as blocks of twice the last are left. */
static sgdl_status choose_window(const analysis *a, const double window[2], ptrdiff_t *first, ptrdiff_t *last)
{
  ptrdiff_t T = a->whole.T, n_paths = a->whole.n_paths, blocks = (FEWEST_BLOCKS + n_paths - 1) / n_paths;
  int by_path = n_paths >= PATHS_AS_BLOCKS;
  ptrdiff_t longest = by_path ? (T - 1) / 2 : T / blocks / 2;
  *first = 1;
  *last = by_path ? longest : T / 32;
  if (window[1] > 0) {
    *first = (ptrdiff_t)ceil(fmin(window[0], (double)T));
    *last = (ptrdiff_t)floor(fmin(window[1], (double)T));
  }
  if (*last > longest)
    return sgdl_fail(a->ctx, SGDL_TOO_SHORT,
                     "`window` ends at lag %td: expected at most %td, as %d blocks of twice the largest lag "
                     "must fit in %td frames of %td paths", *last, longest, FEWEST_BLOCKS, T, n_paths);
  if (*last - *first + 1 >= FEWEST_LAGS) return SGDL_OK;
  if (window[1] > 0)
    return sgdl_fail(a->ctx, SGDL_TOO_SHORT, "`window` = [%td, %td] holds fewer than %d lags: expected more",
                     *first, *last, FEWEST_LAGS);
  return sgdl_fail(a->ctx, SGDL_TOO_SHORT,
                   "`x` has %td frames: expected at least %d where no `window` is given", T,
                   by_path ? 2 * FEWEST_LAGS + 1 : 32 * FEWEST_LAGS);
}

static sgdl_status choose_lags(analysis *a, ptrdiff_t first, ptrdiff_t last)
{
  ptrdiff_t capacity = (ptrdiff_t)(lags_per_decade * log10((double)last / (double)first)) + 2;
  SGDL_TRY(sgdl_alloc(a->ctx, &a->lags, 2 * capacity, "the lags"));
  a->msd = a->lags + capacity;
  SGDL_TRY(sgdl_log_lags(a->ctx, first, last, lags_per_decade, capacity, a->lags, &a->n_lags));
  if (a->n_lags >= FEWEST_LAGS) return SGDL_OK;
  return sgdl_fail(a->ctx, SGDL_TOO_SHORT,
                   "`window` = [%td, %td] holds %td log-spaced lags: expected at least %d", first, last,
                   a->n_lags, FEWEST_LAGS);
}

/* Whole paths where there are many; else blocks of at least twice the largest lag. */
static sgdl_status choose_blocks(analysis *a, ptrdiff_t last)
{
  ptrdiff_t n_paths = a->whole.n_paths, n_blocks = 1, wanted = (MOST_BLOCKS + n_paths - 1) / n_paths;
  if (n_paths < PATHS_AS_BLOCKS) {
    n_blocks = a->whole.T / (2 * last);
    if (n_blocks > wanted) n_blocks = wanted;
  }
  a->blocks = sgdl_segments_cut(&a->whole, n_blocks);
  a->n_blocks = sgdl_segments_count(&a->blocks);
  if (a->n_blocks <= UINT32_MAX) return SGDL_OK;
  return sgdl_fail(a->ctx, SGDL_TOO_LARGE, "`x` has %td paths: expected at most %lld", n_paths,
                   (long long)UINT32_MAX);
}

/* The whole trajectory's MSD and that of each block, none of them zero. */
static sgdl_status measure(analysis *a)
{
  double *paths;
  a->blocks.progress_to = a->whole.progress_from = 0.4;
  a->whole.progress_to = 0.8;
  SGDL_TRY(sgdl_alloc(a->ctx, &a->curves, a->n_lags * a->n_blocks, "the blocks"));
  SGDL_TRY(sgdl_msd_curves(a->ctx, &a->blocks, a->n_lags, a->lags, a->curves));
  for (ptrdiff_t e = 0; e < a->n_lags * a->n_blocks; e++)
    if (!(a->curves[e] > 0) || isinf(a->curves[e]))
      return sgdl_fail(a->ctx, SGDL_BAD_ARGUMENT,
                       "`x` has mean squared displacement %g at lag %.10g in block %td of %td: expected a "
                       "finite displacement > 0 throughout", a->curves[e], a->lags[e % a->n_lags],
                       e / a->n_lags + 1, a->n_blocks);
  SGDL_TRY(sgdl_alloc(a->ctx, &paths, a->n_lags * a->whole.n_paths, "the displacement of each path"));
  sgdl_status status = sgdl_msd_curves(a->ctx, &a->whole, a->n_lags, a->lags, paths);
  if (status == SGDL_OK) sgdl_curves_mean(a->n_lags, a->whole.n_paths, paths, a->msd, NULL);
  free(paths);
  return status;
}

/* Fit of the mean curve of as many blocks as there are, drawn with replacement. */
static sgdl_loglog_fit resampled_fit(const analysis *a, ptrdiff_t resample, double *mean)
{
  enum { DRAWS = 64 };
  uint64_t words[DRAWS];
  memset(mean, 0, (size_t)a->n_lags * sizeof(double));
  for (ptrdiff_t b = 0; b < a->n_blocks; b++) {
    if (b % DRAWS == 0) sgdl_words(a->seed, SGDL_STREAM_BOOTSTRAP, 0, (uint64_t)resample, b, DRAWS, words);
    ptrdiff_t drawn = (ptrdiff_t)sgdl_below(words[b % DRAWS], (uint64_t)a->n_blocks);
    const double *curve = a->curves + a->n_lags * drawn;
    for (ptrdiff_t l = 0; l < a->n_lags; l++) mean[l] += curve[l];
  }
  for (ptrdiff_t l = 0; l < a->n_lags; l++) mean[l] /= (double)a->n_blocks;
  return sgdl_loglog_apply(&a->regression, mean);
}

static sgdl_status bootstrap(analysis *a)
{
  ptrdiff_t work = a->n_blocks * a->n_lags, batch = 1 + 10000000 / work;
  const int threads = sgdl_threads_worth(a->ctx, (double)work * (double)a->n_boot);
  double *means;
  SGDL_TRY(sgdl_alloc(a->ctx, &a->fits, 3 * a->n_boot, "the bootstrap"));
  SGDL_TRY(sgdl_alloc(a->ctx, &means, a->n_lags * threads, "the bootstrap"));
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t first = 0; first < a->n_boot && status == SGDL_OK; first += batch) {
    ptrdiff_t end = a->n_boot - first < batch ? a->n_boot : first + batch;
#pragma omp parallel for num_threads(threads)
    for (ptrdiff_t r = first; r < end; r++) {
      sgdl_loglog_fit fit = resampled_fit(a, r, means + a->n_lags * omp_get_thread_num());
      a->fits[3 * r] = fit.slope;
      a->fits[3 * r + 1] = fit.intercept;
      a->fits[3 * r + 2] = fit.curvature;
    }
    if (sgdl_poll(a->ctx, 0.8 + 0.2 * (double)end / (double)a->n_boot))
      status = sgdl_fail(a->ctx, SGDL_INTERRUPTED, "interrupted in the bootstrap of the exponent");
  }
  free(means);
  return status;
}

/* Covariance of elements i and j of the fits. Resamples of B blocks spread by (B - 1)/B too little. */
static double fit_covariance(const analysis *a, int i, int j)
{
  double n = (double)a->n_boot, blocks = (double)a->n_blocks, mean_i = 0.0, mean_j = 0.0, sum = 0.0;
  for (ptrdiff_t r = 0; r < a->n_boot; r++) {
    mean_i += a->fits[3 * r + i] / n;
    mean_j += a->fits[3 * r + j] / n;
  }
  for (ptrdiff_t r = 0; r < a->n_boot; r++)
    sum += (a->fits[3 * r + i] - mean_i) * (a->fits[3 * r + j] - mean_j);
  return sum / (n - 1.0) * blocks / (blocks - 1.0);
}

static double p_value(double difference, double se, double df)
{
  if (difference == 0) return 1.0;
  return se > 0 ? sgdl_student_two_sided(difference / se, df) : 0.0;
}

/* The standard error of textbooks, from the scatter of the points about their line as if they were independent. */
static double naive_se(const analysis *a, const sgdl_loglog_fit *fit)
{
  double squares = 0.0, spread = 0.0;
  for (ptrdiff_t l = 0; l < a->n_lags; l++) {
    double u = log(a->lags[l]), residual = log(a->msd[l]) - fit->intercept - fit->slope * u;
    squares += residual * residual;
    spread += (u - a->regression.mean_log_lag) * (u - a->regression.mean_log_lag);
  }
  return sqrt(squares / (double)(a->n_lags - 2) / spread);
}

static void summarise(const analysis *a, double level, sgdl_exponent *result)
{
  sgdl_loglog_fit fit = sgdl_loglog_apply(&a->regression, a->msd);
  double df = (double)(a->n_blocks - 1), t = sgdl_student_quantile(0.5 + 0.5 * level, df);
  result->exponent = fit.slope;
  result->se = sqrt(fit_covariance(a, 0, 0));
  result->lower = fit.slope - t * result->se;
  result->upper = fit.slope + t * result->se;
  result->log_diffusivity = fit.intercept;
  result->log_diffusivity_se = sqrt(fit_covariance(a, 1, 1));
  result->covariance = fit_covariance(a, 0, 1);
  result->p_value = p_value(fit.slope - 1.0, result->se, df);
  result->window[0] = a->lags[0];
  result->window[1] = a->lags[a->n_lags - 1];
  result->n_lags = a->n_lags;
  result->n_blocks = a->n_blocks;
  result->curvature = fit.curvature;
  result->curvature_p = p_value(fit.curvature, sqrt(fit_covariance(a, 2, 2)), df);
  result->naive_se = naive_se(a, &fit);
}

sgdl_status sgdl_exponent_ols(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const double window[2], double level, ptrdiff_t n_boot, uint64_t seed,
                              sgdl_exponent *result)
{
  analysis a = { .ctx = ctx, .seed = seed, .n_boot = n_boot };
  ptrdiff_t first, last;
  sgdl_status status;
  SGDL_TRY(check_options(ctx, window, level, n_boot));
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &a.whole));
  SGDL_GET(choose_window(&a, window, &first, &last));
  SGDL_GET(choose_lags(&a, first, last));
  SGDL_GET(choose_blocks(&a, last));
  SGDL_GET(measure(&a));
  SGDL_GET(sgdl_loglog_open(ctx, a.n_lags, a.lags, &a.regression));
  SGDL_GET(bootstrap(&a));
  summarise(&a, level, result);
done:
  sgdl_loglog_close(&a.regression);
  free(a.lags);
  free(a.curves);
  free(a.fits);
  return status;
}
