/* Cholesky factor of a positive semidefinite matrix, column after column, and products with it. */
#include "semidefinite.h"

#include <float.h>
#include <math.h>

SGDL_VECTORISED static void add_multiple(ptrdiff_t n, double factor, const double *restrict x,
                                         double *restrict y)
{
  for (ptrdiff_t i = 0; i < n; i++) y[i] += factor * x[i];
}

/* Divides the column of a pivot by its root, or clears it where the pivot is rounding. */
static void finish_column(ptrdiff_t n, double smallest, double *column)
{
  double pivot = column[0], scale = pivot > smallest ? 1.0 / sqrt(pivot) : 0.0;
  for (ptrdiff_t i = 0; i < n; i++) column[i] *= scale;
}

sgdl_status sgdl_semidefinite_factor(sgdl_context *ctx, const char *what, ptrdiff_t n, double *C)
{
  const double rounding = (double)n * DBL_EPSILON, negative = 1e-8;
  for (ptrdiff_t j = 0; j < n; j++) {
    double *column = C + j + j * n, variance = column[0];
    for (ptrdiff_t k = 0; k < j; k++) add_multiple(n - j, -C[j + k * n], C + j + k * n, column);
    if (variance < 0.0 || column[0] < -negative * variance)
      return sgdl_fail(ctx, SGDL_NOT_PSD,
                       "`%s` is not positive semidefinite: the variance of coordinate %td given those before "
                       "it is %g",
                       what, j + 1, column[0]);
    finish_column(n - j, rounding * variance, column);
  }
  return SGDL_OK;
}

void sgdl_lower_times(ptrdiff_t n, const double *L, const double *z, double *out)
{
  for (ptrdiff_t i = 0; i < n; i++) out[i] = 0.0;
  for (ptrdiff_t j = 0; j < n; j++) add_multiple(n - j, z[j], L + j + j * n, out + j);
}
