/* The examples of an objective, one after the other: dense rows (x, y) padded with zeros to whole lanes, or
 * compressed sparse rows. Products with them, in tiles of a batch. Every sum runs in one fixed order, the
 * same for dense and sparse rows, so that bits depend on the numbers only. */
#ifndef SGDL_ROWS_H
#define SGDL_ROWS_H

#include "../base/base.h"
#include "../base/panel.h"

enum {
  SGDL_LANES = 8, /* doubles in sgdl_lanes          */
  SGDL_TILE = 64  /* examples in a tile, at most    */
};

typedef struct sgdl_rows {
  ptrdiff_t N, p;
  ptrdiff_t stride;   /* p + 1 rounded up to whole lanes: length of points, sums and dense rows     */
  ptrdiff_t tile;     /* examples at a time, so that their rows stay in the first cache             */
  ptrdiff_t ahead;    /* examples by which rows are fetched into cache before use                   */
  double *dense;      /* stride x N, or NULL: sparse, with                                          */
  ptrdiff_t *start;   /*   N + 1: row i is entries start[i], ..., start[i + 1] - 1 of               */
  uint32_t *column;   /*   column (increasing in a row)                                             */
  double *value;      /*   and value                                                                */
  double *y;          /*   N                                                                        */
} sgdl_rows;

/* The examples of one call: batch[q], or q where batch is NULL. */
typedef struct sgdl_selection {
  ptrdiff_t size;
  const uint32_t *batch;
  const double *weights; /* NULL: 1/size each */
} sgdl_selection;

/* n doubles rounded up to whole lanes. */
SGDL_INLINE ptrdiff_t sgdl_padded(ptrdiff_t n)
{
  return (n + SGDL_LANES - 1) / SGDL_LANES * SGDL_LANES;
}

/* One copy of `data`, by rows. `data` has been checked. */
sgdl_status sgdl_rows_create(sgdl_context *ctx, const sgdl_dataset *data, sgdl_rows *rows);
void sgdl_rows_free(sgdl_rows *rows);

/* Below: examples [first, first + n), n <= SGDL_TILE. */

/* Their y. */
void sgdl_rows_targets(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                       double *y);
/* z[q] = (x_q, y_q)'point; point: stride, zeros after the first p + 1. */
void sgdl_rows_times(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                     const double *point, double *z);
/* sum += sum over q of c[q] x_q; sum: stride, what is past p is rubbish. */
void sgdl_rows_add(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                   const double *c, double *sum);
/* Several points at once. Z[, q] = offset + M'x_q: M is p x width by rows, Z width x n; width in whole
 * lanes. */
void sgdl_rows_times_wide(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                          ptrdiff_t width, const double *M, const double *offset, double *Z);
/* sum (p x width by rows) += sum over q of x_q C[, q]', C width x n. */
void sgdl_rows_add_wide(const sgdl_rows *rows, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                        ptrdiff_t width, const double *C, double *sum);

/* M (p x width by rows, padded with zeros) from columns as parameters hold them (p x n); and back, divided by
 * `divisor`. */
void sgdl_rows_pack(ptrdiff_t p, ptrdiff_t n, ptrdiff_t width, const double *columns, double *M);
void sgdl_rows_unpack(ptrdiff_t p, ptrdiff_t n, ptrdiff_t width, const double *M, double divisor,
                      double *columns);

SGDL_INLINE double sgdl_sum_lanes(const sgdl_lanes *a)
{
  const sgdl_lanes v = *a;
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

#endif
