/* Continuous broken lines by weighted least squares: y = a + b_0 u + sum_k e_k (u - psi_k)_+, breaks searched
 * on a fine grid and then between its points. Prepared once for given u and weights, applied to many y. */
#ifndef SGDL_BROKEN_LINE_H
#define SGDL_BROKEN_LINE_H

#include "../base/base.h"

enum { SGDL_MOST_BREAKS = 3, SGDL_BREAK_GRID = 128 };

typedef struct sgdl_broken_line {
  ptrdiff_t n, grid;    /* points; candidate breaks                                          */
  double first, step;   /* candidate g is first + g step                                     */
  ptrdiff_t apart;      /* least distance of two breaks on the grid                          */
  double *u, *weight, *root; /* n each; root = sqrt(weight)                                  */
  double *level, *line; /* n: orthonormal basis of straight lines, times root                */
  double *hinge;        /* n x grid: hinges orthogonal to it, of unit length                 */
  double *gram;         /* grid x grid: their products                                       */
  double *product, *y;  /* scratch: grid, n                                                  */
} sgdl_broken_line;

typedef struct sgdl_broken_fit {
  int n_breaks;
  double breaks[SGDL_MOST_BREAKS];     /* ascending                                          */
  double intercept;                    /* of the first line at u = 0                         */
  double slope[SGDL_MOST_BREAKS + 1];
  double rss;                          /* weighted                                           */
} sgdl_broken_fit;

/* u ascending, at least 4 + 3 most of them; weights > 0. Breaks leave at least two points outside, and a gap
 * of points between them. */
sgdl_status sgdl_broken_line_open(sgdl_context *ctx, ptrdiff_t n, const double *u, const double *weight,
                                  sgdl_broken_line *b);
void sgdl_broken_line_close(sgdl_broken_line *b);
void sgdl_broken_line_fit(const sgdl_broken_line *b, const double *y, int n_breaks, sgdl_broken_fit *fit);
double sgdl_broken_fit_value(const sgdl_broken_fit *fit, double u);

#endif
