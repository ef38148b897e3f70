/* Stochastic Lanczos quadrature: probes in blocks, their Gauss rules, and when there are enough. */
#include "functions.h"
#include "gauss.h"
#include "lanczos.h"
#include "probe_noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4 };

typedef struct {
  const sgdl_operator *op;
  const sgdl_deflation *deflation;
  const sgdl_probe_noise *noise;
  const sgdl_probe_options *options;
  sgdl_quadrature *result;
  ptrdiff_t steps, block;
} slq;

/* ---- checks -------------------------------------------------------------------------------------------- */

static sgdl_status check_deflation(sgdl_context *ctx, const sgdl_operator *op,
                                   const sgdl_deflation *deflation)
{
  if (deflation->n < 0 || deflation->n >= op->dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`deflation` has %td eigenvectors of %td dimensions: expected fewer, nothing is left to "
                     "probe",
                     deflation->n, op->dim);
  if (deflation->n == 0)
    return SGDL_OK;
  SGDL_TRY(sgdl_check_finite(ctx, "eigenvalues", deflation->values, deflation->n, 0));
  return sgdl_orthonormal_check(ctx, "eigenvectors", op->dim, deflation->n, deflation->vectors);
}

static sgdl_status check_count(sgdl_context *ctx, const char *name, ptrdiff_t value, ptrdiff_t least)
{
  if (value < least)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` = %td: expected at least %td", name, value, least);
  return SGDL_OK;
}

static sgdl_status check(sgdl_context *ctx, const slq *s)
{
  const sgdl_probe_options *o = s->options;
  SGDL_TRY(check_count(ctx, "dim", s->op->dim, 1));
  SGDL_TRY(check_count(ctx, "steps", o->steps, 1));
  SGDL_TRY(check_count(ctx, "probes", o->max_probes, 1));
  SGDL_TRY(check_count(ctx, "block", o->block, 0));
  SGDL_TRY(check_count(ctx, "first_probe", o->first_probe, 0));
  if (!(isfinite(o->target) && o->target >= 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`target` = %g: expected a relative error > 0, or 0", o->target);
  SGDL_TRY(sgdl_functions_check(ctx, o->n_functions, o->functions));
  if (s->deflation != NULL)
    SGDL_TRY(check_deflation(ctx, s->op, s->deflation));
  return s->noise != NULL ? sgdl_probe_noise_check(ctx, s->noise, s->op->dim) : SGDL_OK;
}

/* ---- one block ----------------------------------------------------------------------------------------- */

static ptrdiff_t left(const slq *s)
{
  return s->op->dim - (s->deflation != NULL ? s->deflation->n : 0);
}

/* Coefficients and Gauss rule of probe q of the block to column n_probes + q. work: 2 steps. */
static sgdl_status keep(sgdl_context *ctx, const slq *s, const sgdl_lanczos *run, ptrdiff_t q, double *work)
{
  sgdl_quadrature *r = s->result;
  ptrdiff_t to = r->n_probes + q, at = r->steps * to, from = run->steps * q;
  ptrdiff_t length = (ptrdiff_t)run->length[q];
  size_t column = sizeof(double) * (size_t)r->steps, some = sizeof(double) * (size_t)length;
  memset(r->alpha + at, 0, column);
  memset(r->beta + at, 0, column);
  memset(r->node + at, 0, column);
  memset(r->weight + at, 0, column);
  r->length[to] = (double)length;
  r->mass[to] = s->noise != NULL ? run->mass[q] : (double)left(s);
  if (length == 0) {
    r->mass[to] = 0;
    return SGDL_OK;
  }
  memcpy(r->alpha + at, run->alpha + from, some);
  memcpy(r->beta + at, run->beta + from, some);
  return sgdl_gauss_rule(ctx, length, r->alpha + at, r->beta + at, r->mass[to], work, r->node + at,
                         r->weight + at);
}

static sgdl_status run_block(sgdl_context *ctx, const slq *s, sgdl_lanczos *run, double *work)
{
  const sgdl_probe_options *o = s->options;
  sgdl_quadrature *r = s->result;
  double all = (double)o->max_probes;
  run->width = o->max_probes - r->n_probes < s->block ? o->max_probes - r->n_probes : s->block;
  run->first_probe = o->first_probe + r->n_probes;
  run->progress = (double)r->n_probes / all;
  run->progress_span = (double)run->width / all;
  SGDL_TRY(sgdl_probe_starts(ctx, s->noise, s->op->dim, o->seed, o->normal, run->first_probe, run->width,
                             run->basis));
  SGDL_TRY(sgdl_lanczos_run(ctx, run));
  for (ptrdiff_t q = 0; q < run->width; q++)
    SGDL_TRY(keep(ctx, s, run, q, work));
  r->n_probes += run->width;
  return SGDL_OK;
}

/* ---- enough? ------------------------------------------------------------------------------------------- */

/* Relative standard error of one function; for counts the exact part belongs to the whole. */
static double relative_error(const slq *s, const sgdl_function *f)
{
  const sgdl_quadrature *r = s->result;
  double n = (double)r->n_probes, mean = 0, squares = 0, exact = 0;
  for (ptrdiff_t q = 0; q < r->n_probes; q++) {
    double sum = 0;
    for (ptrdiff_t j = r->steps * q; j < r->steps * q + (ptrdiff_t)r->length[q]; j++)
      sum += r->weight[j] * sgdl_function_value(f, r->node[j]);
    double off = sum - mean;
    mean += off / (double)(q + 1);
    squares += off * (sum - mean);
  }
  if (s->noise == NULL && s->deflation != NULL)
    for (ptrdiff_t l = 0; l < s->deflation->n; l++)
      exact += sgdl_function_value(f, s->deflation->values[l]);
  double se = sqrt(squares / (n - 1) / n);
  return se == 0 ? 0 : se / fabs(exact + mean);
}

static sgdl_status look(sgdl_context *ctx, const slq *s, int *done)
{
  static const sgdl_function trace = { SGDL_F_IDENTITY, 0 };
  const sgdl_probe_options *o = s->options;
  sgdl_quadrature *r = s->result;
  if (o->enough != NULL)
    return o->enough(o->user, ctx, r, done);
  int own = o->n_functions == 0 && o->target > 0;
  ptrdiff_t n = own ? 1 : o->n_functions;
  if (n == 0 || r->n_probes < 2)
    return SGDL_OK;
  r->worst = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double error = relative_error(s, own ? &trace : o->functions + i);
    r->worst = error > r->worst || isnan(error) ? error : r->worst;
  }
  r->reached = o->target > 0 && r->worst <= o->target;
  *done = r->reached && r->n_probes >= SGDL_FIRST_LOOK;
  return SGDL_OK;
}

/* ---- all ----------------------------------------------------------------------------------------------- */

sgdl_status sgdl_spectral_probes(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                                 const sgdl_probe_noise *noise, const sgdl_probe_options *options,
                                 sgdl_quadrature *result)
{
  slq s = { op, deflation, noise, options, result, 0, 0 };
  sgdl_lanczos run = { 0 };
  double *work = NULL;
  int done = 0;
  sgdl_status status = SGDL_OK;

  result->n_probes = result->n_products = 0;
  result->worst = NAN;
  result->reached = 0;
  result->steps = options->steps;
  SGDL_GET(check(ctx, &s));
  s.steps = options->steps < left(&s) ? options->steps : left(&s);
  s.block = options->block > 0 ? options->block : BLOCK;
  s.block = s.block < options->max_probes ? s.block : options->max_probes;
  SGDL_GET(sgdl_alloc(ctx, &work, 2 * s.steps, "the Gauss rules"));
  SGDL_GET(sgdl_lanczos_init(ctx, op, deflation, s.steps, s.block, &run));
  while (result->n_probes < options->max_probes && !done) {
    SGDL_GET(run_block(ctx, &s, &run, work));
    result->n_products = run.n_products;
    SGDL_GET(look(ctx, &s, &done));
  }
done:
  sgdl_lanczos_free(&run);
  free(work);
  return status;
}
