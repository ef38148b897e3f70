/* Products of rows.h: four dense rows side by side, so that additions of different rows overlap and what they
 * share is loaded once; rows of random batches are fetched into cache some examples ahead. */
#include "rows.h"

#include <string.h>

enum {
  TOGETHER = 4, /* dense rows side by side     */
  LINE = 8      /* doubles in a cache line     */
};

SGDL_INLINE ptrdiff_t example(const sgdl_selection *examples, ptrdiff_t q)
{
  return examples->batch ? (ptrdiff_t)examples->batch[q] : q;
}

SGDL_INLINE const double *dense_row(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t q)
{
  return rows->dense + example(examples, q) * rows->stride;
}

SGDL_INLINE void fetch_dense(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t q)
{
  if (q >= examples->size) return;
  const double *row = dense_row(rows, examples, q);
  for (ptrdiff_t j = 0; j < rows->stride; j += LINE) __builtin_prefetch(row + j);
}

/* Entries of one sparse row. */
typedef struct sparse_row {
  ptrdiff_t n;
  const uint32_t *column;
  const double *value;
} sparse_row;

SGDL_INLINE sparse_row sparse_row_of(const sgdl_rows *rows, ptrdiff_t i)
{
  ptrdiff_t start = rows->start[i];
  return (sparse_row){rows->start[i + 1] - start, rows->column + start, rows->value + start};
}

/* Where the row begins is fetched twice as far ahead as its first entries. */
SGDL_INLINE void fetch_sparse(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t q)
{
  if (!examples->batch || q >= examples->size) return;
  ptrdiff_t start = rows->start[example(examples, q)], later = q + rows->ahead;
  __builtin_prefetch(rows->column + start);
  __builtin_prefetch(rows->value + start);
  __builtin_prefetch(rows->value + start + LINE);
  if (later < examples->size) {
    __builtin_prefetch(rows->start + example(examples, later));
    __builtin_prefetch(rows->y + example(examples, later));
  }
}

void sgdl_rows_targets(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                       double *y)
{
  for (ptrdiff_t q = 0; q < n; q++)
    y[q] = rows->dense ? dense_row(rows, examples, first + q)[rows->p]
                       : rows->y[example(examples, first + q)];
}

/* ---- one point ---- */

SGDL_VECTORISED static void dense_times(const sgdl_rows *rows, const sgdl_selection *examples,
                                        ptrdiff_t first, ptrdiff_t n, const double *point, double *z)
{
  ptrdiff_t i = 0;
  sgdl_lanes x, a;
  for (; i + TOGETHER <= n; i += TOGETHER) {
    const double *row[TOGETHER];
    sgdl_lanes sum[TOGETHER];
    for (int q = 0; q < TOGETHER; q++) {
      fetch_dense(rows, examples, first + i + q + rows->ahead);
      row[q] = dense_row(rows, examples, first + i + q);
      sum[q] = (sgdl_lanes){0};
    }
    for (ptrdiff_t j = 0; j < rows->stride; j += SGDL_LANES) {
      memcpy(&a, point + j, sizeof a);
      for (int q = 0; q < TOGETHER; q++) {
        memcpy(&x, row[q] + j, sizeof x);
        sum[q] += x * a;
      }
    }
    for (int q = 0; q < TOGETHER; q++) z[i + q] = sgdl_sum_lanes(&sum[q]);
  }
  for (; i < n; i++) {
    const double *row = dense_row(rows, examples, first + i);
    sgdl_lanes sum = {0};
    for (ptrdiff_t j = 0; j < rows->stride; j += SGDL_LANES) {
      memcpy(&a, point + j, sizeof a);
      memcpy(&x, row + j, sizeof x);
      sum += x * a;
    }
    z[i] = sgdl_sum_lanes(&sum);
  }
}

/* Entry by entry into the lane that a dense row has it in. */
static void sparse_times(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                         const double *point, double *z)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    ptrdiff_t i = example(examples, first + q);
    double lanes[SGDL_LANES] = {0};
    fetch_sparse(rows, examples, first + q + rows->ahead);
    sparse_row row = sparse_row_of(rows, i);
    for (ptrdiff_t e = 0; e < row.n; e++)
      lanes[row.column[e] % SGDL_LANES] += row.value[e] * point[row.column[e]];
    lanes[rows->p % SGDL_LANES] += rows->y[i] * point[rows->p];
    sgdl_lanes sum;
    memcpy(&sum, lanes, sizeof sum);
    z[q] = sgdl_sum_lanes(&sum);
  }
}

void sgdl_rows_times(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                     const double *point, double *z)
{
  (rows->dense ? dense_times : sparse_times)(rows, examples, first, n, point, z);
}

SGDL_VECTORISED static void dense_add(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first,
                                      ptrdiff_t n, const double *c, double *sum)
{
  ptrdiff_t i = 0;
  sgdl_lanes x, s;
  for (; i + TOGETHER <= n; i += TOGETHER) {
    const double *row[TOGETHER];
    for (int q = 0; q < TOGETHER; q++) row[q] = dense_row(rows, examples, first + i + q);
    for (ptrdiff_t j = 0; j < rows->stride; j += SGDL_LANES) {
      memcpy(&s, sum + j, sizeof s);
      for (int q = 0; q < TOGETHER; q++) {
        memcpy(&x, row[q] + j, sizeof x);
        s += c[i + q] * x;
      }
      memcpy(sum + j, &s, sizeof s);
    }
  }
  for (; i < n; i++) {
    const double *row = dense_row(rows, examples, first + i);
    for (ptrdiff_t j = 0; j < rows->stride; j += SGDL_LANES) {
      memcpy(&s, sum + j, sizeof s);
      memcpy(&x, row + j, sizeof x);
      s += c[i] * x;
      memcpy(sum + j, &s, sizeof s);
    }
  }
}

static void sparse_add(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                       const double *c, double *sum)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    sparse_row row = sparse_row_of(rows, example(examples, first + q));
    for (ptrdiff_t e = 0; e < row.n; e++) sum[row.column[e]] += c[q] * row.value[e];
  }
}

void sgdl_rows_add(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                   const double *c, double *sum)
{
  (rows->dense ? dense_add : sparse_add)(rows, examples, first, n, c, sum);
}

/* ---- several points ---- */

SGDL_VECTORISED static void dense_times_wide(const sgdl_rows *rows, const sgdl_selection *examples,
                                             ptrdiff_t first, ptrdiff_t n, ptrdiff_t width, const double *M,
                                             const double *offset, double *Z)
{
  ptrdiff_t i = 0;
  sgdl_lanes m, z;
  for (; i + TOGETHER <= n; i += TOGETHER) {
    const double *row[TOGETHER];
    for (int q = 0; q < TOGETHER; q++) {
      fetch_dense(rows, examples, first + i + q + rows->ahead);
      row[q] = dense_row(rows, examples, first + i + q);
    }
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      sgdl_lanes sum[TOGETHER];
      for (int q = 0; q < TOGETHER; q++) memcpy(&sum[q], offset + k, sizeof sum[q]);
      for (ptrdiff_t j = 0; j < rows->p; j++) {
        memcpy(&m, M + j * width + k, sizeof m);
        for (int q = 0; q < TOGETHER; q++) sum[q] += row[q][j] * m;
      }
      for (int q = 0; q < TOGETHER; q++) memcpy(Z + (i + q) * width + k, &sum[q], sizeof sum[q]);
    }
  }
  for (; i < n; i++) {
    const double *row = dense_row(rows, examples, first + i);
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      memcpy(&z, offset + k, sizeof z);
      for (ptrdiff_t j = 0; j < rows->p; j++) {
        memcpy(&m, M + j * width + k, sizeof m);
        z += row[j] * m;
      }
      memcpy(Z + i * width + k, &z, sizeof z);
    }
  }
}

SGDL_VECTORISED static void sparse_times_wide(const sgdl_rows *rows, const sgdl_selection *examples,
                                              ptrdiff_t first, ptrdiff_t n, ptrdiff_t width, const double *M,
                                              const double *offset, double *Z)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    fetch_sparse(rows, examples, first + q + rows->ahead);
    sparse_row row = sparse_row_of(rows, example(examples, first + q));
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      sgdl_lanes m, z;
      memcpy(&z, offset + k, sizeof z);
      for (ptrdiff_t e = 0; e < row.n; e++) {
        memcpy(&m, M + (ptrdiff_t)row.column[e] * width + k, sizeof m);
        z += row.value[e] * m;
      }
      memcpy(Z + q * width + k, &z, sizeof z);
    }
  }
}

void sgdl_rows_times_wide(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                          ptrdiff_t width, const double *M, const double *offset, double *Z)
{
  (rows->dense ? dense_times_wide : sparse_times_wide)(rows, examples, first, n, width, M, offset, Z);
}

SGDL_VECTORISED static void dense_add_wide(const sgdl_rows *rows, const sgdl_selection *examples,
                                           ptrdiff_t first, ptrdiff_t n, ptrdiff_t width, const double *C,
                                           double *sum)
{
  ptrdiff_t i = 0;
  sgdl_lanes c[TOGETHER], s;
  for (; i + TOGETHER <= n; i += TOGETHER) {
    const double *row[TOGETHER];
    for (int q = 0; q < TOGETHER; q++) row[q] = dense_row(rows, examples, first + i + q);
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      for (int q = 0; q < TOGETHER; q++) memcpy(&c[q], C + (i + q) * width + k, sizeof c[q]);
      for (ptrdiff_t j = 0; j < rows->p; j++) {
        memcpy(&s, sum + j * width + k, sizeof s);
        for (int q = 0; q < TOGETHER; q++) s += row[q][j] * c[q];
        memcpy(sum + j * width + k, &s, sizeof s);
      }
    }
  }
  for (; i < n; i++) {
    const double *row = dense_row(rows, examples, first + i);
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      memcpy(&c[0], C + i * width + k, sizeof c[0]);
      for (ptrdiff_t j = 0; j < rows->p; j++) {
        memcpy(&s, sum + j * width + k, sizeof s);
        s += row[j] * c[0];
        memcpy(sum + j * width + k, &s, sizeof s);
      }
    }
  }
}

SGDL_VECTORISED static void sparse_add_wide(const sgdl_rows *rows, const sgdl_selection *examples,
                                            ptrdiff_t first, ptrdiff_t n, ptrdiff_t width, const double *C,
                                            double *sum)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    sparse_row row = sparse_row_of(rows, example(examples, first + q));
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      sgdl_lanes c, s;
      memcpy(&c, C + q * width + k, sizeof c);
      for (ptrdiff_t e = 0; e < row.n; e++) {
        double *at = sum + (ptrdiff_t)row.column[e] * width + k;
        memcpy(&s, at, sizeof s);
        s += row.value[e] * c;
        memcpy(at, &s, sizeof s);
      }
    }
  }
}

void sgdl_rows_add_wide(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                        ptrdiff_t width, const double *C, double *sum)
{
  (rows->dense ? dense_add_wide : sparse_add_wide)(rows, examples, first, n, width, C, sum);
}

void sgdl_rows_pack(ptrdiff_t p, ptrdiff_t n, ptrdiff_t width, const double *columns, double *M)
{
  for (ptrdiff_t j = 0; j < p; j++)
    for (ptrdiff_t k = 0; k < width; k++) M[j * width + k] = k < n ? columns[j + k * p] : 0.0;
}

void sgdl_rows_unpack(ptrdiff_t p, ptrdiff_t n, ptrdiff_t width, const double *M, double divisor,
                      double *columns)
{
  for (ptrdiff_t k = 0; k < n; k++)
    for (ptrdiff_t j = 0; j < p; j++) columns[j + k * p] = M[j * width + k] / divisor;
}
