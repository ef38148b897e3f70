/* Vector kernels behind panel.c: a packed panel times columns, every sum a chain of fused multiply-adds. */
#ifndef SGDL_PANEL_KERNELS_H
#define SGDL_PANEL_KERNELS_H

#include "base.h"

enum { SGDL_PANEL_ROWS = 24 };

/* sums (SGDL_PANEL_ROWS x n) += panel (SGDL_PANEL_ROWS x k, by columns) times B (k x n, ldb), n >= 1:
 * sums[i, c] = fma(panel[i, j], B[j, c], sums[i, c]) for j = 0, 1, ..., k - 1, in this order. */
typedef void sgdl_panel_kernel(ptrdiff_t k, const double *panel, ptrdiff_t n, const double *B, ptrdiff_t ldb,
                               double *sums);

sgdl_panel_kernel *sgdl_panel_best(void);     /* widest vectors of this machine */
sgdl_panel_kernel *sgdl_panel_baseline(void); /* what every machine has         */

#endif
