/* Pairs of lags between which a slope is taken, as places in one ascending list. */
#ifndef SGDL_LOCAL_LAGS_H
#define SGDL_LOCAL_LAGS_H

#include <stddef.h>

/* lags (room for 2 n): those of from and to, ascending and distinct; their number. */
ptrdiff_t sgdl_union_lags(ptrdiff_t n, const double *from, const double *to, double *lags);
/* Place of a lag that is there. */
ptrdiff_t sgdl_lag_place(ptrdiff_t n_lags, const double *lags, double lag);

#endif
