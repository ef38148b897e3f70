/* Probes, and gradient noise in the forms that probes need: b = Sigma^{1/2} z with z as long as the noise has
 * sources, so that no root of Sigma is ever taken. */
#include "probe_noise.h"

#include "../base/random.h"
#include "basis.h"
#include "sparse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- probes -------------------------------------------------------------------------------------------- */

enum { SIGNS = 64, WORDS = 256 }; /* signs in a word, words at a time */

static void signs(uint64_t seed, ptrdiff_t probe, ptrdiff_t first, ptrdiff_t n, double *z)
{
  uint64_t word[WORDS];
  sgdl_words(seed, SGDL_STREAM_PROBE, (uint64_t)probe, 0, first / SIGNS, (n + SIGNS - 1) / SIGNS, word);
  for (ptrdiff_t i = 0; i < n; i++)
    z[i] = (word[i / SIGNS] >> (i % SIGNS) & 1) != 0 ? 1 : -1;
}

/* Z (size x n): probes first, first + 1, ... */
static void draw(sgdl_context *ctx, ptrdiff_t size, uint64_t seed, int normal, ptrdiff_t first, ptrdiff_t n,
                 double *Z)
{
  const ptrdiff_t piece = SIGNS * WORDS, pieces = (size + piece - 1) / piece;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < pieces * n; t++) {
    ptrdiff_t q = t / pieces, from = t % pieces * piece, count = size - from < piece ? size - from : piece;
    double *z = Z + size * q + from;
    if (normal)
      sgdl_normals(seed, SGDL_STREAM_PROBE, (uint64_t)(first + q), 1, from, count, z);
    else
      signs(seed, first + q, from, count, z);
  }
}

static double mean(ptrdiff_t n, const double *x)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

static void centre(ptrdiff_t n, double *x)
{
  double m = mean(n, x);
  for (ptrdiff_t i = 0; i < n; i++)
    x[i] -= m;
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static sgdl_status absent(sgdl_context *ctx, const char *what)
{
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`noise`: %s absent, expected with this kind of noise", what);
}

static sgdl_status check_diagonal(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim)
{
  if (noise->diagonal == NULL)
    return absent(ctx, "the variances are");
  SGDL_TRY(sgdl_check_finite(ctx, "noise", noise->diagonal, dim, 0));
  for (ptrdiff_t i = 0; i < dim; i++)
    if (noise->diagonal[i] < 0)
      return sgdl_fail(ctx, SGDL_NOT_PSD, "`noise`[%td] = %g: expected a variance >= 0", i + 1,
                       noise->diagonal[i]);
  return SGDL_OK;
}

static sgdl_status check_sparse(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim)
{
  if (noise->sparse == NULL)
    return absent(ctx, "the gradients are");
  SGDL_TRY(sgdl_sparse_check(ctx, "gradients", noise->sparse));
  if (noise->sparse->cols != dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`gradients` has %td columns: expected %td, one a parameter",
                     noise->sparse->cols, dim);
  return SGDL_OK;
}

/* Examples, of every kind that has them. */
static ptrdiff_t examples(const sgdl_probe_noise *noise)
{
  return noise->kind == SGDL_NOISE_SPARSE_GRADIENTS ? noise->sparse->rows : noise->N;
}

sgdl_status sgdl_probe_noise_check(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim)
{
  switch (noise->kind) {
  case SGDL_NOISE_DIAGONAL:
    return check_diagonal(ctx, noise, dim);
  case SGDL_NOISE_FACTOR:
    if (noise->rank < 1)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`noise` has %td columns: expected at least one", noise->rank);
    if (noise->factor == NULL)
      return absent(ctx, "the factor is");
    return sgdl_check_finite(ctx, "noise", noise->factor, dim * noise->rank, dim);
  case SGDL_NOISE_SPARSE_GRADIENTS:
    SGDL_TRY(check_sparse(ctx, noise, dim));
    break;
  case SGDL_NOISE_GRADIENTS:
    if (noise->gradients == NULL)
      return absent(ctx, "the gradients are");
    break;
  case SGDL_NOISE_STREAM:
    if (noise->stream == NULL)
      return absent(ctx, "the function that gives gradients is");
    break;
  default:
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`noise` has the kind %d: expected 0 to %d", (int)noise->kind,
                     SGDL_NOISE_STREAM);
  }
  if (examples(noise) < 1 + (noise->centred != 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`gradients` has %td rows: expected at least %d examples",
                     examples(noise), 1 + (noise->centred != 0));
  if (noise->kind == SGDL_NOISE_GRADIENTS)
    return sgdl_check_finite(ctx, "gradients", noise->gradients, noise->N * dim, noise->N);
  return SGDL_OK;
}

/* ---- rows in chunks ------------------------------------------------------------------------------------ */

static ptrdiff_t chunk_rows(const sgdl_probe_noise *noise, ptrdiff_t dim)
{
  const ptrdiff_t bytes = 64 * 1024 * 1024;
  ptrdiff_t rows = noise->chunk > 0 ? noise->chunk : bytes / 8 / dim;
  rows = rows > 0 ? rows : 1;
  return rows < noise->N ? rows : noise->N;
}

/* Calls use(rows first .. first + n - 1 as n x dim) for all examples in order. */
typedef void row_user(sgdl_context *ctx, void *self, ptrdiff_t first, ptrdiff_t n, const double *rows);

/* Progress is reported by who runs the probes. */
static int asked_to_stop(sgdl_context *ctx)
{
  void (*progress)(void *, double) = ctx->progress;
  ctx->progress = NULL;
  int stop = sgdl_poll(ctx, 0);
  ctx->progress = progress;
  return stop;
}

static sgdl_status stream_rows(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, row_user *use,
                               void *self)
{
  ptrdiff_t most = chunk_rows(noise, dim);
  double *rows = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &rows, sgdl_times(most, dim), "a chunk of gradients"));
  for (ptrdiff_t first = 0; first < noise->N; first += most) {
    ptrdiff_t n = noise->N - first < most ? noise->N - first : most;
    SGDL_GET(noise->stream(noise->user, ctx, first, n, rows));
    status = sgdl_check_finite(ctx, "gradients", rows, n * dim, n);
    if (status != SGDL_OK) {
      ptrdiff_t i = 0;
      while (isfinite(rows[i]))
        i++;
      status = sgdl_fail(ctx, SGDL_CALLBACK,
                         "the gradient of example %td has %s as component %td: expected finite numbers",
                         first + i % n + 1, sgdl_not_finite(rows[i]), i / n + 1);
      goto done;
    }
    use(ctx, self, first, n, rows);
    if (asked_to_stop(ctx)) {
      status = sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after the gradients of %td examples", first + n);
      goto done;
    }
  }
done:
  free(rows);
  return status;
}

/* ---- starts -------------------------------------------------------------------------------------------- */

typedef struct {
  ptrdiff_t dim, N, n;
  const double *Z; /* N x n, centred where wanted */
  double *B;       /* dim x n */
} row_sum;

/* B += rows' Z[first ..] */
static void add_rows(sgdl_context *ctx, void *self, ptrdiff_t first, ptrdiff_t n, const double *rows)
{
  const row_sum *s = self;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < s->dim; j++)
    for (ptrdiff_t q = 0; q < s->n; q++) {
      const double *z = s->Z + first + s->N * q;
      sgdl_add_dots(n, 1, &z, 0, rows + n * j, s->B + j + s->dim * q);
    }
}

static sgdl_status from_gradients(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim,
                                  ptrdiff_t n, double *Z, double *B)
{
  ptrdiff_t N = examples(noise);
  row_sum sum = { .dim = dim, .N = N, .n = n, .Z = Z, .B = B };
  double scale = 1 / sqrt((double)N);
  for (ptrdiff_t q = 0; q < n; q++) {
    if (noise->centred)
      centre(N, Z + N * q);
    for (ptrdiff_t i = 0; i < N; i++)
      Z[i + N * q] *= scale;
  }
  memset(B, 0, sizeof(double) * (size_t)(dim * n));
  if (noise->kind == SGDL_NOISE_STREAM)
    return stream_rows(ctx, noise, dim, add_rows, &sum);
  if (noise->kind == SGDL_NOISE_SPARSE_GRADIENTS)
    return sgdl_sparse_transposed(ctx, noise->sparse, n, Z, B);
  add_rows(ctx, &sum, 0, N, noise->gradients);
  return SGDL_OK;
}

static sgdl_status from_factor(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, ptrdiff_t n,
                               const double *Z, double *B)
{
  const double **columns = malloc(sizeof *columns * (size_t)(noise->rank * n));
  if (columns == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the %td columns of the noise", noise->rank);
  for (ptrdiff_t r = 0; r < noise->rank * n; r++)
    columns[r] = noise->factor + dim * (r % noise->rank);
  sgdl_combine(ctx, dim, noise->rank, n, columns, Z, B);
  free(columns);
  return SGDL_OK;
}

sgdl_status sgdl_probe_starts(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, uint64_t seed,
                              int normal, ptrdiff_t first, ptrdiff_t n, double *B)
{
  if (noise == NULL || noise->kind == SGDL_NOISE_DIAGONAL) {
    draw(ctx, dim, seed, normal, first, n, B);
    for (ptrdiff_t i = 0; noise != NULL && i < dim; i++)
      for (ptrdiff_t q = 0; q < n; q++)
        B[i + dim * q] *= sqrt(noise->diagonal[i]);
    return SGDL_OK;
  }
  ptrdiff_t size = noise->kind == SGDL_NOISE_FACTOR ? noise->rank : examples(noise);
  double *Z = NULL;
  SGDL_TRY(sgdl_alloc(ctx, &Z, sgdl_times(size, n), "the probes of the noise"));
  draw(ctx, size, seed, normal, first, n, Z);
  sgdl_status status = noise->kind == SGDL_NOISE_FACTOR ? from_factor(ctx, noise, dim, n, Z, B)
                                                         : from_gradients(ctx, noise, dim, n, Z, B);
  free(Z);
  return status;
}

/* ---- strength along directions ------------------------------------------------------------------------- */

typedef struct {
  ptrdiff_t dim, N, n;
  const double *U;
  double *T;         /* N x n: gradients along the directions                                          */
  double *shift;     /* dim: the first gradient, which the others are counted from                     */
  double *sum;       /* dim: of gradient - shift                                                       */
  double squares;    /* of gradient - shift                                                            */
} along_sum;

/* T[first ..] = rows U; sums and squares for the trace. */
static void take_rows(sgdl_context *ctx, void *self, ptrdiff_t first, ptrdiff_t n, const double *rows)
{
  along_sum *s = self;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < s->n; l++)
    for (ptrdiff_t j = 0; j < s->dim; j++)
      for (ptrdiff_t i = 0; i < n; i++)
        s->T[first + i + s->N * l] += rows[i + n * j] * s->U[j + s->dim * l];
  if (s->sum == NULL)
    return;
  for (ptrdiff_t j = 0; j < s->dim; j++) {
    if (first == 0)
      s->shift[j] = rows[n * j];
    for (ptrdiff_t i = 0; i < n; i++) {
      double x = rows[i + n * j] - s->shift[j];
      s->sum[j] += x;
      s->squares += x * x;
    }
  }
}

static double trace_of_rows(const along_sum *s, int centred)
{
  double N = (double)s->N, centre = 0;
  for (ptrdiff_t j = 0; j < s->dim; j++)
    centre += centred ? -s->sum[j] * s->sum[j] / N : (2 * s->sum[j] + N * s->shift[j]) * s->shift[j];
  return (s->squares + centre) / N;
}

/* The trace from columns at hand: two passes over each. */
static double trace_of_sparse(const sgdl_sparse *X, int centred)
{
  double total = 0, N = (double)X->rows;
  for (ptrdiff_t j = 0; j < X->cols; j++) {
    double sum = 0, squares = 0;
    for (ptrdiff_t e = X->start[j]; e < X->start[j + 1]; e++)
      sum += X->value[e];
    double m = centred ? sum / N : 0;
    for (ptrdiff_t e = X->start[j]; e < X->start[j + 1]; e++)
      squares += (X->value[e] - m) * (X->value[e] - m);
    total += squares + m * m * (N - (double)(X->start[j + 1] - X->start[j]));
  }
  return total / N;
}

static double variance(ptrdiff_t N, double *t, int centred)
{
  double sum = 0;
  if (centred)
    centre(N, t);
  for (ptrdiff_t i = 0; i < N; i++)
    sum += t[i] * t[i];
  return sum / (double)N;
}

static sgdl_status along_gradients(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim,
                                   ptrdiff_t n, const double *U, double *strength, double *trace)
{
  ptrdiff_t N = examples(noise);
  along_sum sum = { .dim = dim, .N = N, .n = n, .U = U };
  int sparse = noise->kind == SGDL_NOISE_SPARSE_GRADIENTS;
  double *room = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &sum.T, sgdl_times(N, n), "the gradients along directions"));
  memset(sum.T, 0, sizeof(double) * (size_t)(N * n));
  if (trace != NULL && !sparse) {
    SGDL_GET(sgdl_alloc(ctx, &room, 2 * dim, "the mean gradient"));
    memset(room, 0, sizeof(double) * (size_t)(2 * dim));
    sum.shift = room;
    sum.sum = room + dim;
  }
  if (noise->kind == SGDL_NOISE_STREAM)
    SGDL_GET(stream_rows(ctx, noise, dim, take_rows, &sum));
  else if (sparse)
    sgdl_sparse_times_columns(ctx, noise->sparse, n, U, sum.T);
  else
    take_rows(ctx, &sum, 0, N, noise->gradients);
  for (ptrdiff_t l = 0; l < n && strength != NULL; l++)
    strength[l] = variance(N, sum.T + N * l, noise->centred);
  if (trace != NULL)
    *trace = sparse ? trace_of_sparse(noise->sparse, noise->centred) : trace_of_rows(&sum, noise->centred);
done:
  free(sum.T);
  free(room);
  return status;
}

static void along_diagonal(const sgdl_probe_noise *noise, ptrdiff_t dim, ptrdiff_t n, const double *U,
                           double *strength, double *trace)
{
  double total = 0;
  for (ptrdiff_t i = 0; i < dim; i++)
    total += noise->diagonal[i];
  if (trace != NULL)
    *trace = total;
  for (ptrdiff_t l = 0; l < n; l++) {
    double sum = 0;
    for (ptrdiff_t i = 0; i < dim; i++)
      sum += noise->diagonal[i] * U[i + dim * l] * U[i + dim * l];
    strength[l] = sum;
  }
}

static void along_factor(const sgdl_probe_noise *noise, ptrdiff_t dim, ptrdiff_t n, const double *U,
                         double *strength, double *trace)
{
  double total = 0;
  for (ptrdiff_t i = 0; i < dim * noise->rank; i++)
    total += noise->factor[i] * noise->factor[i];
  if (trace != NULL)
    *trace = total;
  for (ptrdiff_t l = 0; l < n; l++) {
    double sum = 0;
    for (ptrdiff_t r = 0; r < noise->rank; r++) {
      const double *factor = noise->factor + dim * r;
      double dot = 0;
      sgdl_add_dots(dim, 1, &factor, 0, U + dim * l, &dot);
      sum += dot * dot;
    }
    strength[l] = sum;
  }
}

sgdl_status sgdl_noise_along(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, ptrdiff_t n,
                             const double *directions, double *strength, double *trace)
{
  SGDL_TRY(sgdl_probe_noise_check(ctx, noise, dim));
  if (n < 0 || (n > 0 && (directions == NULL || strength == NULL)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`directions`: %td of them, expected 0 or more with room for their noise", n);
  if (n > 0)
    SGDL_TRY(sgdl_check_finite(ctx, "directions", directions, dim * n, dim));
  if (noise->kind == SGDL_NOISE_DIAGONAL)
    along_diagonal(noise, dim, n, directions, strength, trace);
  else if (noise->kind == SGDL_NOISE_FACTOR)
    along_factor(noise, dim, n, directions, strength, trace);
  else
    return along_gradients(ctx, noise, dim, n, directions, strength, trace);
  return SGDL_OK;
}
