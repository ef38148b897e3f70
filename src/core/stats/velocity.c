/* Autocorrelation of the velocity, with errors from contiguous blocks of its products. THEORY section 8. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "signal.h"
#include "student.h"

enum { BLOCKS = 20, WHOLE_PATHS = 16 };

typedef struct {
  sgdl_signal s;
  ptrdiff_t per_path, n_blocks;  /* blocks of a path; of all                                   */
  ptrdiff_t n_lags, n_out;       /* lags and zero; columns of the result                       */
  const double *lags;
  double *sums;                  /* n_blocks x (n_lags + 1) x n_out: means of products          */
} job;

static sgdl_status check_velocity_lags(sgdl_context *ctx, ptrdiff_t n, const double *lags, ptrdiff_t last)
{
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`lags` has length %td: expected at least one", n);
  for (ptrdiff_t l = 0; l < n; l++)
    if (!(lags[l] >= 0 && lags[l] <= (double)last && lags[l] == floor(lags[l])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`lags[%td]` = %.10g: expected an integer from 0 to %td (in frames)", l + 1, lags[l], last);
  return SGDL_OK;
}

static ptrdiff_t lag_at(const job *j, ptrdiff_t l)
{
  return l < j->n_lags ? (ptrdiff_t)j->lags[l] : 0;
}

/* Adds the mean of v[i] v[i + k] over each block of origins. */
static void add_products(const job *j, const double *v, ptrdiff_t l, double *blocks)
{
  ptrdiff_t k = lag_at(j, l), n = j->s.length - k;
  for (ptrdiff_t b = 0; b < j->per_path; b++) {
    ptrdiff_t first = n * b / j->per_path, last = n * (b + 1) / j->per_path;
    double lane[8] = { 0 }, sum = 0;
    ptrdiff_t i = first;
    for (; i + 8 <= last; i += 8)
      for (int q = 0; q < 8; q++) lane[q] += v[i + q] * v[i + q + k];
    for (; i < last; i++) sum += v[i] * v[i + k];
    for (int q = 0; q < 8; q++) sum += lane[q];
    if (last > first) blocks[b] += sum / (double)(last - first);
  }
}

static sgdl_status collect(sgdl_context *ctx, job *j)
{
  double *v;
  ptrdiff_t series = j->s.n * j->s.x.n_paths, rows = j->n_lags + 1;
  int threads = sgdl_threads_worth(ctx, 0.5 * (double)series * (double)j->s.length * (double)rows), stop = 0;
  SGDL_TRY(sgdl_alloc(ctx, &v, j->s.x.T, "the velocity"));
  for (ptrdiff_t q = 0; q < series && !stop; q++) {
    ptrdiff_t c = q % j->s.n, path = q / j->s.n;
    double *to = j->sums + path * j->per_path + j->n_blocks * rows * (j->n_out == 1 ? 0 : c);
    sgdl_signal_fill(&j->s, c, path, v);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (ptrdiff_t l = 0; l < rows; l++) add_products(j, v, l, to + j->n_blocks * l);
    stop = sgdl_poll(ctx, (double)(q + 1) / (double)series);
  }
  free(v);
  return stop ? sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while correlating velocities") : SGDL_OK;
}

static double mean_of(const double *x, ptrdiff_t n)
{
  double sum = 0;
  for (ptrdiff_t b = 0; b < n; b++) sum += x[b];
  return sum / (double)n;
}

/* Mean over all origins of `n` a path, from the means over blocks, whose lengths differ by one. */
static double mean_over_origins(const job *j, const double *blocks, ptrdiff_t n)
{
  double sum = 0;
  for (ptrdiff_t b = 0; b < j->n_blocks; b++) {
    ptrdiff_t q = b % j->per_path;
    sum += blocks[b] * (double)(n * (q + 1) / j->per_path - n * q / j->per_path);
  }
  return sum / ((double)n * (double)j->s.x.n_paths);
}

/* Standard error of the mean of x - ratio y over blocks. */
static double block_error(const double *x, const double *y, double ratio, ptrdiff_t n)
{
  double mean = mean_of(x, n) - ratio * mean_of(y, n), sum = 0;
  for (ptrdiff_t b = 0; b < n; b++) {
    double u = x[b] - ratio * y[b] - mean;
    sum += u * u;
  }
  return n > 1 ? sqrt(sum / (double)(n - 1) / (double)n) : NAN;
}

sgdl_status sgdl_velocity_autocorrelation(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                          const double *x, double unit, int total, ptrdiff_t n_directions,
                                          const double *directions, ptrdiff_t n_lags, const double *lags,
                                          double level, double *value, double *se, double *lower, double *upper,
                                          double *correlation, double *correlation_se, ptrdiff_t *blocks)
{
  job j = { .n_lags = n_lags, .lags = lags };
  sgdl_status status = SGDL_OK;
  ctx->message[0] = '\0';
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number in (0, 1)", level);
  SGDL_TRY(sgdl_signal_open(ctx, T, d, n_paths, x, n_directions, directions, unit, &j.s));
  SGDL_TRY(check_velocity_lags(ctx, n_lags, lags, j.s.length - 1));
  j.n_out = total && !directions ? 1 : j.s.n;
  j.per_path = n_paths >= WHOLE_PATHS ? 1 : (BLOCKS + n_paths - 1) / n_paths;
  if (j.per_path > j.s.length / 2) j.per_path = j.s.length / 2;
  j.n_blocks = j.per_path * n_paths;
  ptrdiff_t rows = n_lags + 1, size = sgdl_times(sgdl_times(j.n_blocks, rows), j.n_out);
  SGDL_TRY(sgdl_alloc(ctx, &j.sums, size, "the blocks"));
  memset(j.sums, 0, (size_t)size * sizeof(double));
  SGDL_GET(collect(ctx, &j));
  double t = j.n_blocks > 1 ? sgdl_student_quantile(0.5 + 0.5 * level, (double)(j.n_blocks - 1)) : NAN;
  for (ptrdiff_t c = 0; c < j.n_out; c++) {
    const double *of_column = j.sums + j.n_blocks * rows * c, *zero = of_column + j.n_blocks * n_lags;
    double variance = mean_over_origins(&j, zero, j.s.length);
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      const double *b = of_column + j.n_blocks * l;
      ptrdiff_t at = l + n_lags * c, k = (ptrdiff_t)lags[l];
      int enough = j.per_path == 1 || (j.s.length - k) / j.per_path >= (k > 2 ? k : 2);
      value[at] = mean_over_origins(&j, b, j.s.length - k);
      se[at] = enough ? block_error(b, zero, 0, j.n_blocks) : NAN;
      lower[at] = value[at] - t * se[at];
      upper[at] = value[at] + t * se[at];
      correlation[at] = value[at] / variance;
      correlation_se[at] = enough ? block_error(b, zero, correlation[at], j.n_blocks) / variance : NAN;
    }
  }
  *blocks = j.n_blocks;
done:
  free(j.sums);
  return status;
}
