/* Log-log regression prepared once and applied to many resampled curves; see loglog.h. */
#include "loglog.h"

#include <math.h>
#include <stdlib.h>

static double dot(ptrdiff_t n, const double *a, const double *b)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

sgdl_status sgdl_loglog_open(sgdl_context *ctx, ptrdiff_t n, const double *lags, sgdl_loglog *regression)
{
  double *u;
  *regression = (sgdl_loglog){ n, 0.0, NULL, NULL };
  SGDL_TRY(sgdl_alloc(ctx, &u, 2 * n, "the regression"));
  double *v = u + n;
  for (ptrdiff_t i = 0; i < n; i++) regression->mean_log_lag += log(lags[i]) / (double)n;
  for (ptrdiff_t i = 0; i < n; i++) u[i] = log(lags[i]) - regression->mean_log_lag;

  /* v = u^2 made orthogonal to 1 and u: its coefficient is that of u^2. */
  double uu = dot(n, u, u), uuu = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) uuu += u[i] * u[i] * u[i];
  for (ptrdiff_t i = 0; i < n; i++) v[i] = u[i] * u[i] - uu / (double)n - u[i] * (uuu / uu);
  double vv = dot(n, v, v);
  for (ptrdiff_t i = 0; i < n; i++) {
    u[i] /= uu;
    v[i] /= vv;
  }
  regression->slope_weights = u;
  regression->curvature_weights = v;
  return SGDL_OK;
}

void sgdl_loglog_close(sgdl_loglog *regression)
{
  free(regression->slope_weights);
  regression->slope_weights = regression->curvature_weights = NULL;
}

sgdl_loglog_fit sgdl_loglog_apply(const sgdl_loglog *r, const double *msd)
{
  sgdl_loglog_fit fit = { 0.0, 0.0, 0.0 };
  double mean = 0.0;
  for (ptrdiff_t i = 0; i < r->n; i++) {
    double y = log(msd[i]);
    mean += y / (double)r->n;
    fit.slope += r->slope_weights[i] * y;
    fit.curvature += r->curvature_weights[i] * y;
  }
  fit.intercept = mean - fit.slope * r->mean_log_lag;
  return fit;
}
