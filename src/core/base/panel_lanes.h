/* The kernel of panel_kernels.h. Included by panel_kernels.c once per instruction set, which defines
 * NAME(function), TARGET, WIDTH, REAL (a vector of WIDTH double), LOAD, STORE, SPLAT, FMA (one rounding, so
 * that every instance gives the same bits) and the block of sums held in registers: VECTORS vectors of rows
 * by COLUMNS columns. */

/* A block (VECTORS WIDTH rows by `columns`, a constant) over k: b[c] is column c of B. */
static inline TARGET __attribute__((always_inline))
void NAME(block)(ptrdiff_t k, const double *panel, int columns, const double *const *b, double *sums)
{
  REAL sum[COLUMNS][VECTORS];
  UNROLL for (int c = 0; c < columns; c++)
    UNROLL for (int v = 0; v < VECTORS; v++) sum[c][v] = LOAD(sums + c * SGDL_PANEL_ROWS + v * WIDTH);
  for (ptrdiff_t j = 0; j < k; j++) {
    REAL a[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; v++) a[v] = LOAD(panel + j * SGDL_PANEL_ROWS + v * WIDTH);
    UNROLL for (int c = 0; c < columns; c++) {
      REAL x = SPLAT(b[c][j]);
      UNROLL for (int v = 0; v < VECTORS; v++) sum[c][v] = FMA(a[v], x, sum[c][v]);
    }
  }
  UNROLL for (int c = 0; c < columns; c++)
    UNROLL for (int v = 0; v < VECTORS; v++) STORE(sums + c * SGDL_PANEL_ROWS + v * WIDTH, sum[c][v]);
}

/* Columns by COLUMNS; one left over goes alone, several are filled up with copies of the last. */
static TARGET void NAME(panel)(ptrdiff_t k, const double *panel, ptrdiff_t n, const double *B, ptrdiff_t ldb,
                               double *sums)
{
  double spare[COLUMNS * SGDL_PANEL_ROWS];
  for (ptrdiff_t c = 0; c < n; c += COLUMNS) {
    ptrdiff_t width = n - c < COLUMNS ? n - c : COLUMNS;
    double *to = sums + c * SGDL_PANEL_ROWS;
    const double *b[COLUMNS];
    for (ptrdiff_t q = 0; q < COLUMNS; q++) b[q] = B + (c + (q < width ? q : width - 1)) * ldb;
    if (1 < width && width < COLUMNS) memcpy(spare, to, (size_t)width * SGDL_PANEL_ROWS * sizeof *to);
    double *block = 1 < width && width < COLUMNS ? spare : to;
    for (ptrdiff_t r = 0; r < SGDL_PANEL_ROWS; r += VECTORS * WIDTH)
      if (width == 1)
        NAME(block)(k, panel + r, 1, b, block + r);
      else
        NAME(block)(k, panel + r, COLUMNS, b, block + r);
    if (block == spare) memcpy(to, spare, (size_t)width * SGDL_PANEL_ROWS * sizeof *to);
  }
}

#undef NAME
#undef TARGET
#undef WIDTH
#undef REAL
#undef LOAD
#undef STORE
#undef SPLAT
#undef FMA
#undef VECTORS
#undef COLUMNS
