/* Orthogonalisation of long vectors, in tiles of rows: the second round takes its inner products from the
 * tile that the first has just updated and that is still in cache. */
#include "basis.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* ---- one tile ------------------------------------------------------------------------------------------ */

SGDL_INLINE double lane_sum(const sgdl_four *low, const sgdl_four *high)
{
  sgdl_four v = *low + *high;
  return (v[0] + v[2]) + (v[1] + v[3]);
}

SGDL_INLINE double dot_of(ptrdiff_t rows, const double *a, const double *w)
{
  ptrdiff_t whole = rows / 8 * 8;
  sgdl_four low = { 0 }, high = { 0 };
  double rest = 0;
  for (ptrdiff_t i = 0; i < whole; i += 8) {
    low += SGDL_FOUR_AT(a + i) * SGDL_FOUR_AT(w + i);
    high += SGDL_FOUR_AT(a + i + 4) * SGDL_FOUR_AT(w + i + 4);
  }
  for (ptrdiff_t i = whole; i < rows; i++)
    rest += a[i] * w[i];
  return lane_sum(&low, &high) + rest;
}

/* Four columns: their sums stay in registers. Each is what dot_of() gives. */
SGDL_INLINE void dots_of_four(ptrdiff_t rows, const double *a, const double *b, const double *e,
                              const double *f, const double *w, double *c)
{
  ptrdiff_t whole = rows / 8 * 8;
  sgdl_four a0 = { 0 }, a1 = { 0 }, b0 = { 0 }, b1 = { 0 }, e0 = { 0 }, e1 = { 0 }, f0 = { 0 }, f1 = { 0 };
  double rest[4] = { 0 };
  for (ptrdiff_t i = 0; i < whole; i += 8) {
    sgdl_four w0 = SGDL_FOUR_AT(w + i), w1 = SGDL_FOUR_AT(w + i + 4);
    a0 += SGDL_FOUR_AT(a + i) * w0;
    a1 += SGDL_FOUR_AT(a + i + 4) * w1;
    b0 += SGDL_FOUR_AT(b + i) * w0;
    b1 += SGDL_FOUR_AT(b + i + 4) * w1;
    e0 += SGDL_FOUR_AT(e + i) * w0;
    e1 += SGDL_FOUR_AT(e + i + 4) * w1;
    f0 += SGDL_FOUR_AT(f + i) * w0;
    f1 += SGDL_FOUR_AT(f + i + 4) * w1;
  }
  for (ptrdiff_t i = whole; i < rows; i++) {
    rest[0] += a[i] * w[i];
    rest[1] += b[i] * w[i];
    rest[2] += e[i] * w[i];
    rest[3] += f[i] * w[i];
  }
  c[0] += lane_sum(&a0, &a1) + rest[0];
  c[1] += lane_sum(&b0, &b1) + rest[1];
  c[2] += lane_sum(&e0, &e1) + rest[2];
  c[3] += lane_sum(&f0, &f1) + rest[3];
}

SGDL_VECTORISED void sgdl_add_dots(ptrdiff_t rows, ptrdiff_t n, const double *const *columns,
                                   ptrdiff_t offset, const double *w, double *c)
{
  ptrdiff_t l = 0;
  for (; l + 4 <= n; l += 4)
    dots_of_four(rows, columns[l] + offset, columns[l + 1] + offset, columns[l + 2] + offset,
                 columns[l + 3] + offset, w, c + l);
  for (; l < n; l++)
    c[l] += dot_of(rows, columns[l] + offset, w);
}

/* w += sign times the sum of columns times c */
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

/* ---- all rows ------------------------------------------------------------------------------------------ */

static ptrdiff_t tiles_of(ptrdiff_t d)
{
  return (d + SGDL_ROW_TILE - 1) / SGDL_ROW_TILE;
}

static ptrdiff_t chunks_of(ptrdiff_t d)
{
  return tiles_of(d) < SGDL_CHUNKS ? tiles_of(d) : SGDL_CHUNKS;
}

/* Threads that pay: waking one costs more than a few tiles. */
static int threads_for(const sgdl_context *ctx, ptrdiff_t d)
{
  ptrdiff_t most = 1 + tiles_of(d) / 8;
  int threads = sgdl_threads(ctx);
  return threads < most ? threads : (int)most;
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

/* Rows at a time: as many as leave the columns in the second cache, and long enough stretches of each. */
static ptrdiff_t tile_rows(ptrdiff_t n)
{
  const ptrdiff_t cached = 32 * 1024, most = 8 * SGDL_ROW_TILE;
  ptrdiff_t rows = n > 0 ? cached / n / 64 * 64 : most;
  return rows < SGDL_ROW_TILE ? SGDL_ROW_TILE : rows > most ? most : rows;
}

typedef enum { FIRST_DOTS, SUBTRACT_AND_DOTS, SUBTRACT_AND_NORM } stage;

/* One pass over the columns of all vectors. Partial sums: n x width a chunk (dots), or width (norm). */
static void pass(sgdl_context *ctx, sgdl_basis_work *work, stage what, ptrdiff_t n, ptrdiff_t width,
                 const double *const *columns, double *const *w)
{
  ptrdiff_t d = work->d, sums = what == SUBTRACT_AND_NORM ? width : n * width;
  const double *c = what == SUBTRACT_AND_DOTS ? work->first : work->second;
  const ptrdiff_t tile = tile_rows(n);
  int threads = threads_for(ctx, d);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    double *partial = work->partial + sums * t;
    memset(partial, 0, sizeof(double) * (size_t)sums);
    for (ptrdiff_t i = s.first; i < s.end; i += tile) {
      ptrdiff_t rows = s.end - i < tile ? s.end - i : tile;
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
static void lengths(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t width, double *const *w,
                    double *norm2)
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
  int threads = threads_for(ctx, d);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    for (ptrdiff_t i = s.first; i < s.end; i++)
      x[i] *= scale;
  }
}

void sgdl_combine(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, ptrdiff_t width, const double *const *columns,
                  const double *c, double *out)
{
  const ptrdiff_t tile = tile_rows(n);
  int threads = threads_for(ctx, d);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t t = 0; t < chunks_of(d); t++) {
    span s = chunk_span(d, t);
    for (ptrdiff_t i = s.first; i < s.end; i += tile) {
      ptrdiff_t rows = s.end - i < tile ? s.end - i : tile;
      for (ptrdiff_t q = 0; q < width; q++) {
        memset(out + i + d * q, 0, sizeof(double) * (size_t)rows);
        add_columns(rows, n, columns + n * q, i, 1, c + n * q, out + i + d * q);
      }
    }
  }
}

void sgdl_inner_products(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t n, ptrdiff_t width,
                         const double *const *columns, const double *w, double *c)
{
  double *vectors[SGDL_MOST_VECTORS];
  if (n == 0)
    return;
  for (ptrdiff_t q = 0; q < width; q++)
    vectors[q] = (double *)w + work->d * q; /* read only: FIRST_DOTS writes nothing */
  pass(ctx, work, FIRST_DOTS, n, width, columns, vectors);
  sum_chunks(work, n * width, c);
}

void sgdl_rotate_columns(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, ptrdiff_t kept, double *const *columns,
                         const double *Y, double *scratch)
{
  int threads = threads_for(ctx, d);
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
                       "`%s`: columns %td and %td have the inner product %.10g: expected orthonormal columns",
                       name,
                       i + 1, l + 1, c[i]);
  return SGDL_OK;
}

sgdl_status sgdl_orthonormal_check(sgdl_context *ctx, const char *name, ptrdiff_t d, ptrdiff_t n,
                                   const double *U)
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
    sgdl_inner_products(ctx, &work, l + 1, 1, columns, U + d * l, c);
    SGDL_GET(check_column(ctx, name, l, c));
  }
done:
  sgdl_basis_work_free(&work);
  free(c);
  free(columns);
  return status;
}
