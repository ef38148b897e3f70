/* Packed products of panel.h: eight rows by eight columns at a time, held in registers. */
#include "panel.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 8, COLUMNS = 8 };

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
  return a < b ? a : b;
}

/* Columns stored for panel p, and where they begin. */
static ptrdiff_t panel_columns(const sgdl_panels *a, ptrdiff_t p)
{
  return a->lower ? smaller(a->cols, ROWS * (p + 1)) : a->cols;
}

static ptrdiff_t panel_offset(const sgdl_panels *a, ptrdiff_t p)
{
  return a->lower ? ROWS * ROWS * (p * (p + 1) / 2) : ROWS * p * a->cols;
}

sgdl_status sgdl_panels_pack(sgdl_context *ctx, sgdl_panels *panels, int transposed, int lower,
                             ptrdiff_t rows, ptrdiff_t cols, const double *A, ptrdiff_t lda, const char *what)
{
  *panels = (sgdl_panels){rows, cols, lower, NULL};
  ptrdiff_t n_panels = (rows + ROWS - 1) / ROWS;
  SGDL_TRY(sgdl_alloc(ctx, &panels->data, sgdl_times(n_panels * ROWS, cols), what));
  for (ptrdiff_t p = 0; p < n_panels; p++) {
    double *to = panels->data + panel_offset(panels, p);
    for (ptrdiff_t j = 0; j < panel_columns(panels, p); j++)
      for (ptrdiff_t i = ROWS * p; i < ROWS * (p + 1); i++) {
        int stored = i < rows && !(lower && j > i);
        *to++ = !stored ? 0.0 : transposed ? A[j + i * lda] : A[i + j * lda];
      }
  }
  return SGDL_OK;
}

void sgdl_panels_free(sgdl_panels *panels)
{
  free(panels->data);
  panels->data = NULL;
}

/* One panel (k columns) times COLUMNS columns of B; eight independent sums hide the latency of adding. */
SGDL_VECTORISED static void panel_by_eight(ptrdiff_t k, const double *panel, const double *B, ptrdiff_t ldb,
                                           const double *offset, double *C)
{
  sgdl_lanes sum[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) memcpy(&sum[c], offset, sizeof sum[c]);
  for (ptrdiff_t j = 0; j < k; j++) {
    sgdl_lanes a;
    memcpy(&a, panel + ROWS * j, sizeof a);
    for (int c = 0; c < COLUMNS; c++) sum[c] += a * B[j + c * ldb];
  }
  for (int c = 0; c < COLUMNS; c++) memcpy(C + c * ROWS, &sum[c], sizeof sum[c]);
}

/* The same for one column. */
SGDL_VECTORISED static void panel_by_one(ptrdiff_t k, const double *panel, const double *B,
                                         const double *offset, double *C)
{
  sgdl_lanes sum, a;
  memcpy(&sum, offset, sizeof sum);
  for (ptrdiff_t j = 0; j < k; j++) {
    memcpy(&a, panel + ROWS * j, sizeof a);
    sum += a * B[j];
  }
  memcpy(C, &sum, sizeof sum);
}

void sgdl_panels_apply(const sgdl_panels *panels, ptrdiff_t n, const double *B, ptrdiff_t ldb,
                       const double *offset, double *C, ptrdiff_t ldc)
{
  for (ptrdiff_t i = 0, p = 0; i < panels->rows; i += ROWS, p++) {
    const double *panel = panels->data + panel_offset(panels, p);
    ptrdiff_t k = panel_columns(panels, p), height = smaller(ROWS, panels->rows - i);
    double start[ROWS] = {0}, block[ROWS * COLUMNS];
    if (offset) memcpy(start, offset + i, (size_t)height * sizeof *start);
    for (ptrdiff_t c = 0; c < n;) {
      ptrdiff_t width = n - c >= COLUMNS ? COLUMNS : 1;
      if (width == COLUMNS)
        panel_by_eight(k, panel, B + c * ldb, ldb, start, block);
      else
        panel_by_one(k, panel, B + c * ldb, start, block);
      for (ptrdiff_t q = 0; q < width; q++)
        memcpy(C + i + (c + q) * ldc, block + q * ROWS, (size_t)height * sizeof *C);
      c += width;
    }
  }
}
