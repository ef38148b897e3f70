/* Packed products of panel.h, blocked for cache; panel_kernels.c blocks for registers. */
#include "panel.h"
#include "panel_kernels.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = SGDL_PANEL_ROWS, COLUMNS = 64, DEPTH = 128 };

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

void sgdl_panels_unpack(const sgdl_panels *panels, double *A)
{
  for (ptrdiff_t i = 0; i < panels->rows; i++) {
    ptrdiff_t p = i / ROWS, stored = panel_columns(panels, p);
    const double *from = panels->data + panel_offset(panels, p) + i % ROWS;
    for (ptrdiff_t j = 0; j < panels->cols; j++) A[i + panels->rows * j] = j < stored ? from[ROWS * j] : 0.0;
  }
}

void sgdl_panels_free(sgdl_panels *panels)
{
  free(panels->data);
  panels->data = NULL;
}

/* One panel, and as many columns as its sums stay in cache for: k goes in steps short enough that the panel
 * stays there too while all columns pass. */
static void apply_panel(sgdl_panel_kernel *kernel, ptrdiff_t k, const double *panel, ptrdiff_t n,
                        const double *B, ptrdiff_t ldb, const double *start, double *sums)
{
  for (ptrdiff_t c = 0; c < n; c++) memcpy(sums + c * ROWS, start, ROWS * sizeof *sums);
  for (ptrdiff_t j = 0; j < k; j += DEPTH)
    kernel(smaller(DEPTH, k - j), panel + j * ROWS, n, B + j, ldb, sums);
}

void sgdl_panels_apply(const sgdl_panels *panels, ptrdiff_t n, const double *B, ptrdiff_t ldb,
                       const double *offset, double *C, ptrdiff_t ldc)
{
  sgdl_panel_kernel *kernel = sgdl_panel_best();
  _Alignas(64) double start[ROWS] = {0}, sums[ROWS * COLUMNS];
  for (ptrdiff_t i = 0, p = 0; i < panels->rows; i += ROWS, p++) {
    const double *panel = panels->data + panel_offset(panels, p);
    ptrdiff_t k = panel_columns(panels, p), height = smaller(ROWS, panels->rows - i);
    if (offset) memcpy(start, offset + i, (size_t)height * sizeof *start);
    for (ptrdiff_t c = 0; c < n; c += COLUMNS) {
      ptrdiff_t width = smaller(COLUMNS, n - c);
      apply_panel(kernel, k, panel, width, B + c * ldb, ldb, start, sums);
      for (ptrdiff_t q = 0; q < width; q++)
        memcpy(C + i + (c + q) * ldc, sums + q * ROWS, (size_t)height * sizeof *C);
    }
  }
}
