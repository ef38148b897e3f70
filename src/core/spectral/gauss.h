/* Gauss rules from Lanczos coefficients. */
#ifndef SGDL_GAUSS_H
#define SGDL_GAUSS_H

#include "../base/base.h"
#include "../sgdl_operator.h"

/* Eigenvalues (node, descending) of the symmetric tridiagonal matrix with diagonal alpha (n) and
 * off-diagonal beta (n - 1), and the squares of the first components of its eigenvectors times `mass`
 * (weight, summing to mass). Golub and Welsch 1969: QL with implicit shifts that carries the first row
 * only. work: 2 n. O(n^2). SGDL_NO_CONVERGENCE, which was never seen. */
sgdl_status sgdl_gauss_rule(sgdl_context *ctx, ptrdiff_t n, const double *alpha, const double *beta,
                            double mass, double *work, double *node, double *weight);

/* The Gauss-Radau rule of n + 1 nodes, one of them at `end`, below all nodes of the Gauss rule; beta has n
 * entries, the last > 0. Where derivatives of f alternate in sign from `end` on, this rule and Gauss's lie
 * on both sides of the integral (Golub and Meurant). work: 4 (n + 1); node, weight: n + 1. */
sgdl_status sgdl_radau_rule(sgdl_context *ctx, ptrdiff_t n, const double *alpha, const double *beta,
                            double end, double mass, double *work, double *node, double *weight);

#endif
