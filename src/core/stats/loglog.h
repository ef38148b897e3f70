/* Least squares of log MSD on log lag as fixed linear functionals of log MSD. */
#ifndef SGDL_LOGLOG_H
#define SGDL_LOGLOG_H

#include "../base/base.h"

/* With u = log lag - mean_log_lag: log MSD = level + slope u, and curvature = the coefficient of u^2 in the
 * regression on 1, u, u^2. */
typedef struct sgdl_loglog {
  ptrdiff_t n;
  double mean_log_lag;
  double *slope_weights, *curvature_weights; /* n each                                       */
} sgdl_loglog;

typedef struct sgdl_loglog_fit {
  double slope, intercept, curvature; /* intercept: log MSD of the line at lag 1              */
} sgdl_loglog_fit;

/* n >= 3 distinct lags. */
sgdl_status sgdl_loglog_open(sgdl_context *ctx, ptrdiff_t n, const double *lags, sgdl_loglog *regression);
void sgdl_loglog_close(sgdl_loglog *regression);
/* msd (n) > 0. */
sgdl_loglog_fit sgdl_loglog_apply(const sgdl_loglog *regression, const double *msd);

#endif
