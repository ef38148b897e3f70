/* Exact Gaussian likelihoods of increments; see diffusion_models.h. */
#include "diffusion_models.h"

#include <math.h>
#include <stdlib.h>

static const double log_two_pi = 1.83787706640934548356;

sgdl_status sgdl_increments_open(sgdl_context *ctx, const sgdl_segments *s, sgdl_increments *in)
{
  const ptrdiff_t n = s->T - 1, series = s->d * s->n_paths;
  *in = (sgdl_increments){ .ctx = ctx, .s = s, .n = n };
  SGDL_TRY(sgdl_alloc(ctx, &in->y, sgdl_times(n, series), "the increments"));
  SGDL_TRY(sgdl_alloc(ctx, &in->log_step, 3 * s->T, "the increments"));
  in->work = in->log_step + s->T;
  for (ptrdiff_t i = 1; i <= n; i++) in->log_step[i] = log((double)i);
  for (ptrdiff_t q = 0; q < series; q++) {
    double squares = 0.0;
    for (ptrdiff_t i = 0; i < n; i++) {
      double u = s->x[i + 1 + s->T * q] - s->x[i + s->T * q];
      in->y[i + n * q] = u;
      squares += u * u;
    }
    if (!(squares > 0.0) || isinf(squares))
      return sgdl_fail(
        ctx, SGDL_BAD_ARGUMENT,
        "`x`: coordinate %td of path %td has squared increments of sum %g: expected a finite sum > 0",
        q % s->d + 1, q / s->d + 1, squares);
  }
  return sgdl_toeplitz_open(ctx, n, &in->toeplitz);
}

void sgdl_increments_close(sgdl_increments *in)
{
  if (in->y && in->log_step) sgdl_toeplitz_close(&in->toeplitz);
  free(in->y);
  free(in->log_step);
  in->y = in->log_step = NULL;
}

/* Sum over paths of y' C^{-1} y for coordinate c, C the Toeplitz matrix factored last. */
static double toeplitz_form(sgdl_increments *in, ptrdiff_t c)
{
  double sum = 0.0;
  for (ptrdiff_t p = 0; p < in->s->n_paths; p++) {
    const double *y = in->y + in->n * (c + in->s->d * p);
    sgdl_toeplitz_solve(&in->toeplitz, y, in->work);
    for (ptrdiff_t i = 0; i < in->n; i++) sum += y[i] * in->work[i];
  }
  return sum;
}

/* Fractional Gaussian noise: ((h+1)^a - 2 h^a + |h-1|^a)/2. */
static int factor_fbm(sgdl_increments *in, double exponent)
{
  double *r = in->work, before = 0.0, here = 1.0;
  r[0] = 1.0;
  for (ptrdiff_t h = 1; h < in->n; h++) {
    double after = exp(exponent * in->log_step[h + 1]);
    r[h] = 0.5 * ((after - here) - (here - before));
    before = here;
    here = after;
  }
  return sgdl_toeplitz_factor(&in->toeplitz, r) == SGDL_OK;
}

/* Scaled Brownian motion: increment i has variance (i+1)^a - i^a. Variances into work; their log-determinant.
 */
static double scaled_variances(sgdl_increments *in, double exponent)
{
  double log_det = 0.0;
  for (ptrdiff_t i = 0; i < in->n; i++) {
    double v =
      i == 0 ? 1.0
             : exp(exponent * in->log_step[i]) * expm1(exponent * (in->log_step[i + 1] - in->log_step[i]));
    in->work[i] = v;
    log_det += log(v);
  }
  return log_det;
}

static double scaled_form(const sgdl_increments *in, ptrdiff_t c)
{
  double sum = 0.0;
  for (ptrdiff_t p = 0; p < in->s->n_paths; p++) {
    const double *y = in->y + in->n * (c + in->s->d * p);
    for (ptrdiff_t i = 0; i < in->n; i++) sum += y[i] * y[i] / in->work[i];
  }
  return sum;
}

/* Confined: positions with correlation rho^h and unit variance, their mean integrated out, which leaves the
 * density of the increments. 1 - rho = -expm1(-rate) is passed too. log det = (T-1) log(1 - rho^2) +
 * log(1'R^{-1}1). */
static double confined_log_det(const sgdl_increments *in, double rho, double gap)
{
  const double T = (double)in->s->T;
  return (T - 1.0) * log(gap * (1.0 + rho)) + log((T * gap + 2.0 * rho) / (1.0 + rho));
}

static double confined_form(const sgdl_increments *in, double rho, double gap, ptrdiff_t c)
{
  const ptrdiff_t T = in->s->T;
  const double ones = ((double)T * gap + 2.0 * rho) / (1.0 + rho);
  double total = 0.0;
  for (ptrdiff_t p = 0; p < in->s->n_paths; p++) {
    const double *x = in->s->x + T * (c + in->s->d * p), *y = in->y + in->n * (c + in->s->d * p);
    double mean = 0.0, innovations = 0.0, sum = 0.0;
    for (ptrdiff_t i = 0; i < T; i++) mean += (x[i] - x[0]) / (double)T;
    mean += x[0];
    double first = x[0] - mean, last = x[T - 1] - mean;
    for (ptrdiff_t i = 0; i < T - 1; i++) {
      double e = y[i] + gap * (x[i] - mean);
      innovations += e * e;
    }
    /* 1'R^{-1}x: the ends count once, the inside 1 - rho. */
    sum = (rho * (first + last)) / (1.0 + rho);
    total += first * first + innovations / (gap * (1.0 + rho)) - sum * sum / ones;
  }
  return total;
}

/* Maximum over the scale of each coordinate, from its form and the log-determinant of a series. */
static double profile(const sgdl_increments *in, ptrdiff_t c, double form, double log_det, double *scale)
{
  const double n = (double)in->n * (double)in->s->n_paths, variance = form / n;
  if (scale) scale[c] = variance;
  return -0.5 * (n * (log_two_pi + 1.0 + log(variance)) + (double)in->s->n_paths * log_det);
}

double sgdl_model_likelihood(sgdl_increments *in, sgdl_diffusion_model model, ptrdiff_t first, ptrdiff_t end,
                             double shape, double *scale)
{
  double sum = 0.0, log_det = 0.0;
  const double rho = exp(-shape), gap = -expm1(-shape);
  if (model == SGDL_MODEL_FBM) {
    if (!factor_fbm(in, shape)) return -HUGE_VAL;
    log_det = in->toeplitz.log_det;
  } else if (model == SGDL_MODEL_SCALED || model == SGDL_MODEL_BROWNIAN) {
    log_det = scaled_variances(in, model == SGDL_MODEL_SCALED ? shape : 1.0);
  } else {
    log_det = confined_log_det(in, rho, gap);
  }
  for (ptrdiff_t c = first; c < end; c++) {
    double form = model == SGDL_MODEL_FBM        ? toeplitz_form(in, c)
                  : model == SGDL_MODEL_CONFINED ? confined_form(in, rho, gap, c)
                                                 : scaled_form(in, c);
    sum += profile(in, c, form, log_det, scale);
  }
  return isnan(sum) ? -HUGE_VAL : sum;
}

sgdl_status sgdl_theory_likelihood(sgdl_increments *in, const double *D, double *factor,
                                   double *log_likelihood)
{
  const ptrdiff_t T = in->s->T, d = in->s->d, P = in->s->n_paths;
  const double n = (double)in->n * (double)P * (double)d;
  double form = 0.0, log_det = 0.0;
  for (ptrdiff_t c = 0; c < d; c++) {
    const double *structure = D + T * c;
    double *r = in->work;
    r[0] = structure[1];
    for (ptrdiff_t h = 1; h < in->n; h++)
      r[h] = 0.5 * ((structure[h + 1] - structure[h]) - (structure[h] - structure[h - 1]));
    if (sgdl_toeplitz_factor(&in->toeplitz, r) != SGDL_OK)
      return sgdl_fail(
        in->ctx, SGDL_NOT_PSD,
        "`theory`: the predicted displacements along coordinate %td are not those of any Gaussian "
        "path: expected increments with a positive definite covariance",
        c + 1);
    log_det += (double)P * in->toeplitz.log_det;
    form += toeplitz_form(in, c);
  }
  double scale = factor ? form / n : 1.0;
  if (factor) *factor = scale;
  *log_likelihood = -0.5 * (n * (log_two_pi + log(scale)) + log_det + form / scale);
  return SGDL_OK;
}
