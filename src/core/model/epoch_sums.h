/* Geometric sums of the response of a mode over an epoch, SGD: closed, or O(log n) by doubling where
 * that would cancel. Every sum over lags that an epoch's noise leads to is one of these. */
#ifndef SGDL_EPOCH_SUMS_H
#define SGDL_EPOCH_SUMS_H

#include "mode_response.h"

/* With E(j) = (1 - u T_j) I + s_j G as in mode_response.h:
 *   T = sum_{j<n} s_j,  U = sum_{h<n} (n-h) s_h = sum_{j<=n} T_j,  V = sum_{h<n} (n-h) T_h = sum_{j<n} U_j */
typedef struct sgdl_epoch_sums {
  sgdl_real n, s, T, U, V;
} sgdl_epoch_sums;

sgdl_epoch_sums sgdl_epoch_sums_at(const sgdl_mode *mode, ptrdiff_t n);
/* Lambda_x = sum_{|i|<n} (n-|i|) x_{n+i} for x = s and T: triangular weights on 1..2n-1. */
void sgdl_epoch_sums_triangle(const sgdl_mode *mode, sgdl_epoch_sums a, sgdl_real *of_s, sgdl_real *of_T);

#endif
