/* Orthogonalisation of long vectors, in tiles of rows: the second round takes its inner products from the tile
 * that the first has just updated and that is still in cache. */
#include "basis.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* ---- one tile -------------------------------------------------------------------------------------------- */

typedef double lanes_anywhere __attribute__((vector_size(64), aligned(8)));

SGDL_INLINE double lane_sum(const sgdl_lanes *a)
{
  const sgdl_lanes v = *a;
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

SGDL_INLINE void dots_of(ptrdiff_t rows, int n, const double *const *columns, ptrdiff_t offset, const double *w,
                         double *c)
{
  enum { LANES = 8, MOST = 4 };
  sgdl_lanes sum[MOST] = { { 0 }, { 0 }, { 0 }, { 0 } };
  ptrdiff_t whole = rows / LANES * LANES;
  for (ptrdiff_t i = 0; i < whole; i += LANES) {
    sgdl_lanes here = *(const lanes_anywhere *)(w + i);
    for (int l = 0; l < n; l++)
      sum[l] += *(const lanes_anywhere *)(columns[l] + offset + i) * here;
  }
  for (int l = 0; l < n; l++) {
    double rest = 0;
    for (ptrdiff_t i = whole; i < rows; i++)
      rest += columns[l][offset + i] * w[i];
    c[l] += lane_sum(&sum[l]) + rest;
  }
}

SGDL_VECTORISED void sgdl_add_dots(ptrdiff_t rows, ptrdiff_t n, const double *const *columns, ptrdiff_t offset,
                                   const double *w, double *c)
{
  ptrdiff_t l = 0;
  for (; l + 4 <= n; l += 4)
    dots_of(rows, 4, columns + l, offset, w, c + l);
  for (; l < n; l++)
    dots_of(rows, 1, columns + l, offset, w, c + l);
}

/* w += sign * sum of columns times c */
SGDL_VECTORISED static void add_columns(ptrdiff_t rows, ptrdiff_t n, const double *const *columns,
                                        ptrdiff_t offset, double sign, const double *c, double *restrict w)
{
  ptrdiff_t l = 0;
  for (; l + 4 <= n; l += 4) {
    const double *restrict a = columns[l] + offset, *restrict b = columns[l + 1] + offset;
    const double *restrict e = columns[l + 2] + offset, *restrict f = columns[l + 3] + offset;
    double ca = sign * c[l], cb = sign * c[l + 1], ce = sign * c[l + 2], cf = sign * c[l + 3];
    for (ptrdiff_t i = 0; i < rows; i++)
      w[i] += (ca * a[i] + cb * b[i]) + (ce * e[i] + cf * f[i]);
  }
  for (; l < n; l++) {
    const double *restrict a = columns[l] + offset;
    double ca = sign * c[l];
    for (ptrdiff_t i = 0; i < rows; i++)
      w[i] += ca * a[i];
  }
}

/* ---- all rows --------------------------------------------------------------------------------------------- */

static ptrdiff_t tiles_of(ptrdiff_t d)
{
  return (d + SGDL_ROW_TILE - 1) / SGDL_ROW_TILE;
}

static ptrdiff_t chunks_of(ptrdiff_t d)
{
  return tiles_of(d) < SGDL_CHUNKS ? tiles_of(d) : SGDL_CHUNKS;
}

typedef struct {
  ptrdiff_t first, end; /* rows */
} span;

static span chunk_span(ptrdiff_t d, ptrdiff_t chunk)
{
  ptrdiff_t tiles = tiles_of(d), chunks = chunks_of(d);
  span s = { tiles * chunk / chunks * SGDL_ROW_TILE, tiles * (chunk + 1) / chunks * SGDL_ROW_TILE };
  if (s.end > d)
    s.end = d;
  return s;
}

sgdl_status sgdl_basis_work_init(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t capacity, ptrdiff_t width,
                                 sgdl_basis_work *work)
{
  *work = (sgdl_basis_work){ .d = d, .capacity = capacity, .width = width };
  ptrdiff_t table = sgdl_times(capacity + 1, width);
  SGDL_TRY(sgdl_alloc(ctx, &work->partial, sgdl_times(table, chunks_of(d) + 2), "the sums of Lanczos"));
  work->first = work->partial + table * chunks_of(d);
  work->second = work->first + table;
  return SGDL_OK;
}

void sgdl_basis_work_free(sgdl_basis_work *work)
{
  free(work->partial);
  work->partial = NULL;
}

/* total (n numbers) = the partial sums of the chunks, in order. */
static void sum_chunks(const sgdl_basis_work *work, ptrdiff_t n, double *total)
{
  memset(total, 0, sizeof(double) * (size_t)n);
  for (ptrdiff_t t = 0; t < chunks_of(work->d); t++)
    for (ptrdiff_t l = 0; l < n; l++)
      total[l] += work->partial[l + n * t];
}

typedef enum { FIRST_DOTS, SUBTRACT_AND_DOTS, SUBTRACT_AND_NORM } stage;

/* One pass over the columns of all vectors. Partial sums: n x width a chunk (dots), or width (norm). */
static void pass(sgdl_context *ctx, sgdl_basis_work *work, stage what, ptrdiff_t n, ptrdiff_t width,
                 const double *const *columns, double *const *w)
{
  ptrdiff_t d = work->d, sums = what == SUBTRACT_AND_NORM ? width : n * width;
  const double *c = what == SUBTRACT_AND_DOTS ? work->first : work->second;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    double *partial = work->partial + sums * t;
    memset(partial, 0, sizeof(double) * (size_t)sums);
    for (ptrdiff_t i = s.first; i < s.end; i += SGDL_ROW_TILE) {
      ptrdiff_t rows = s.end - i < SGDL_ROW_TILE ? s.end - i : SGDL_ROW_TILE;
      for (ptrdiff_t q = 0; q < width; q++) {
        const double *const *mine = columns + n * q;
        const double *here = w[q] + i;
        if (what != FIRST_DOTS)
          add_columns(rows, n, mine, i, -1, c + n * q, w[q] + i);
        if (what == SUBTRACT_AND_NORM)
          sgdl_add_dots(rows, 1, &here, 0, here, partial + q);
        else
          sgdl_add_dots(rows, n, mine, i, here, partial + n * q);
      }
    }
  }
}

/* |w|^2 of each vector. */
static void lengths(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t width, double *const *w, double *norm2)
{
  pass(ctx, work, SUBTRACT_AND_NORM, 0, width, NULL, w);
  sum_chunks(work, width, norm2);
}

ptrdiff_t sgdl_orthogonalise(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t n, ptrdiff_t width,
                             const double *const *columns, double *const *w, double *norm2)
{
  if (n == 0) {
    lengths(ctx, work, width, w, norm2);
    for (ptrdiff_t q = 0; q < width; q++)
      if (!isfinite(norm2[q]))
        return q;
    return -1;
  }
  pass(ctx, work, FIRST_DOTS, n, width, columns, w);
  sum_chunks(work, n * width, work->first);
  for (ptrdiff_t l = 0; l < n * width; l++)
    if (!isfinite(work->first[l]))
      return l / n;
  pass(ctx, work, SUBTRACT_AND_DOTS, n, width, columns, w);
  sum_chunks(work, n * width, work->second);
  pass(ctx, work, SUBTRACT_AND_NORM, n, width, columns, w);
  sum_chunks(work, width, norm2);
  return -1;
}

void sgdl_scale_long(sgdl_context *ctx, ptrdiff_t d, double scale, double *x)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    for (ptrdiff_t i = s.first; i < s.end; i++)
      x[i] *= scale;
  }
}

void sgdl_combine(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, const double *const *columns, const double *c,
                  double *out)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    for (ptrdiff_t i = s.first; i < s.end; i += SGDL_ROW_TILE) {
      ptrdiff_t rows = s.end - i < SGDL_ROW_TILE ? s.end - i : SGDL_ROW_TILE;
      memset(out + i, 0, sizeof(double) * (size_t)rows);
      add_columns(rows, n, columns, i, 1, c, out + i);
    }
  }
}

void sgdl_inner_products(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t n, const double *const *columns,
                         const double *w, double *c)
{
  double *vector = (double *)w; /* read only: FIRST_DOTS writes nothing */
  if (n == 0)
    return;
  pass(ctx, work, FIRST_DOTS, n, 1, columns, &vector);
  sum_chunks(work, n, c);
}

void sgdl_rotate_columns(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, ptrdiff_t kept, double *const *columns,
                         const double *Y, double *scratch)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    double *tile = scratch + SGDL_ROW_TILE * kept * omp_get_thread_num();
    for (ptrdiff_t i = s.first; i < s.end; i += SGDL_ROW_TILE) {
      ptrdiff_t rows = s.end - i < SGDL_ROW_TILE ? s.end - i : SGDL_ROW_TILE;
      memset(tile, 0, sizeof(double) * (size_t)(SGDL_ROW_TILE * kept));
      for (ptrdiff_t k = 0; k < kept; k++)
        add_columns(rows, n, (const double *const *)columns, i, 1, Y + n * k, tile + SGDL_ROW_TILE * k);
      for (ptrdiff_t k = 0; k < kept; k++)
        memcpy(columns[k] + i, tile + SGDL_ROW_TILE * k, sizeof(double) * (size_t)rows);
    }
  }
}

static sgdl_status check_column(sgdl_context *ctx, const char *name, ptrdiff_t l, const double *c)
{
  const double tolerance = 1e-8;
  for (ptrdiff_t i = 0; i <= l; i++)
    if (!(fabs(c[i] - (i == l)) <= tolerance))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`%s`: columns %td and %td have the inner product %.10g: expected orthonormal columns", name,
                       i + 1, l + 1, c[i]);
  return SGDL_OK;
}

sgdl_status sgdl_orthonormal_check(sgdl_context *ctx, const char *name, ptrdiff_t d, ptrdiff_t n, const double *U)
{
  sgdl_basis_work work = { 0 };
  double *c = NULL;
  const double **columns = malloc(sizeof *columns * (size_t)n);
  sgdl_status status = SGDL_OK;
  if (columns == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td columns", n);
  SGDL_GET(sgdl_check_finite(ctx, name, U, d * n, d));
  SGDL_GET(sgdl_alloc(ctx, &c, n, "inner products"));
  SGDL_GET(sgdl_basis_work_init(ctx, d, n, 1, &work));
  for (ptrdiff_t l = 0; l < n; l++) {
    columns[l] = U + d * l;
    sgdl_inner_products(ctx, &work, l + 1, columns, U + d * l, c);
    SGDL_GET(check_column(ctx, name, l, c));
  }
done:
  sgdl_basis_work_free(&work);
  free(c);
  free(columns);
  return status;
}
