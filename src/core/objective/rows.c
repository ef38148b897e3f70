/* The copy of the data by rows: made once, read in tiles that stay in cache. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum {
  TILE_BYTES = 1 << 15,  /* of rows in a tile         */
  AHEAD_BYTES = 1 << 17, /* of rows fetched before use */
  AHEAD = 24             /* rows, at most             */
};

static ptrdiff_t between(ptrdiff_t low, ptrdiff_t x, ptrdiff_t high)
{
  return x < low ? low : x > high ? high : x;
}

static sgdl_status copy_dense(sgdl_context *ctx, const sgdl_dataset *data, sgdl_rows *rows)
{
  const ptrdiff_t block = 64;
  ptrdiff_t N = rows->N, p = rows->p, stride = rows->stride;
  SGDL_TRY(sgdl_alloc(ctx, &rows->dense, sgdl_times(stride, N), "the copy of X by rows"));
  for (ptrdiff_t first = 0; first < N; first += block) {
    ptrdiff_t end = first + block < N ? first + block : N;
    memset(rows->dense + first * stride, 0, (size_t)((end - first) * stride) * sizeof *rows->dense);
    for (ptrdiff_t j = 0; j < p; j++)
      for (ptrdiff_t i = first; i < end; i++) rows->dense[i * stride + j] = data->X[i + j * N];
    for (ptrdiff_t i = first; i < end; i++) rows->dense[i * stride + p] = data->y[i];
  }
  return SGDL_OK;
}

static sgdl_status allocate_sparse(sgdl_context *ctx, ptrdiff_t nonzeros, sgdl_rows *rows)
{
  size_t room = nonzeros > 0 ? (size_t)nonzeros : 1;
  rows->start = calloc((size_t)rows->N + 1, sizeof *rows->start);
  if (room <= SIZE_MAX / sizeof *rows->column) rows->column = malloc(room * sizeof *rows->column);
  if (!rows->start || !rows->column)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the copy of X by rows (%td entries)", nonzeros);
  SGDL_TRY(sgdl_alloc(ctx, &rows->value, (ptrdiff_t)room, "the copy of X by rows"));
  return sgdl_alloc(ctx, &rows->y, rows->N, "the copy of y");
}

/* Counting sort of the entries by row; columns stay in order within each. */
static sgdl_status copy_sparse(sgdl_context *ctx, const sgdl_dataset *data, sgdl_rows *rows)
{
  ptrdiff_t N = rows->N, p = rows->p, nonzeros = data->column_start[p];
  SGDL_TRY(allocate_sparse(ctx, nonzeros, rows));
  ptrdiff_t *next = rows->start;
  for (ptrdiff_t e = 0; e < nonzeros; e++) next[data->row[e] + 1]++;
  for (ptrdiff_t i = 0; i < N; i++) next[i + 1] += next[i];
  for (ptrdiff_t j = 0; j < p; j++)
    for (ptrdiff_t e = data->column_start[j]; e < data->column_start[j + 1]; e++) {
      ptrdiff_t to = next[data->row[e]]++;
      rows->column[to] = (uint32_t)j;
      rows->value[to] = data->value[e];
    }
  /* Each start has moved to the next row's. */
  memmove(next + 1, next, (size_t)N * sizeof *next);
  next[0] = 0;
  memcpy(rows->y, data->y, (size_t)N * sizeof *rows->y);
  return SGDL_OK;
}

sgdl_status sgdl_rows_create(sgdl_context *ctx, const sgdl_dataset *data, sgdl_rows *rows)
{
  *rows = (sgdl_rows){.N = data->N, .p = data->p, .stride = sgdl_padded(data->p + 1)};
  ptrdiff_t bytes = rows->stride * (ptrdiff_t)sizeof(double);
  rows->tile = between(4, TILE_BYTES / bytes / 4 * 4, SGDL_TILE);
  rows->ahead = between(4, AHEAD_BYTES / bytes, AHEAD);
  if (data->X) return copy_dense(ctx, data, rows);
  rows->tile = SGDL_TILE;
  return copy_sparse(ctx, data, rows);
}

void sgdl_rows_free(sgdl_rows *rows)
{
  free(rows->dense);
  free(rows->start);
  free(rows->column);
  free(rows->value);
  free(rows->y);
  *rows = (sgdl_rows){0};
}
