/* Gradients and noise of quadratic models along their modes, and of objectives. */
#include "field.h"

#include "../model/modes.h"
#include "semidefinite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- gradients ---- */

static int has_run_away(ptrdiff_t d, const double *theta)
{
  const double far = 1e100;
  for (ptrdiff_t i = 0; i < d; i++)
    if (!(fabs(theta[i]) <= far)) return 1;
  return 0;
}

/* What fails at a point that has run away is divergence: it shows in the state, and the driver reports it. */
static sgdl_status forgive_runaways(sgdl_context *ctx, ptrdiff_t d, const double *theta, sgdl_status status)
{
  if (status == SGDL_OK || !has_run_away(d, theta)) return status;
  ctx->message[0] = '\0';
  return SGDL_OK;
}

sgdl_status sgdl_objective_gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                    ptrdiff_t size, const uint32_t *batch, const double *weights,
                                    double *work, double *gradient)
{
  SGDL_TRY(objective->gradient(objective, ctx, theta, size, batch, weights, work, gradient));
  sgdl_status status = sgdl_check_finite(ctx, "gradient", gradient, objective->dim, 0);
  return forgive_runaways(ctx, objective->dim, theta, status);
}

sgdl_status sgdl_field_gradient(const sgdl_field *field, sgdl_context *ctx, const double *x, double *scratch,
                                double *gradient)
{
  const sgdl_objective *objective = field->objective;
  if (objective)
    return sgdl_objective_gradient(objective, ctx, x, objective->n_examples, NULL, NULL, scratch, gradient);
  const double *rho = field->model->rho;
  for (ptrdiff_t i = 0; i < field->model->dim; i++) gradient[i] = rho[i] * x[i];
  return SGDL_OK;
}

/* ---- noise ---- */

/* z to weights (z_i - mean z)/sqrt(N): the examples' gradients summed by them have the covariance of one. */
static void to_weights(ptrdiff_t N, double *z)
{
  double mean = 0.0, scale = 1.0 / sqrt((double)N);
  for (ptrdiff_t i = 0; i < N; i++) mean += z[i];
  mean /= (double)N;
  for (ptrdiff_t i = 0; i < N; i++) z[i] = scale * (z[i] - mean);
}

/* xi = sum_i weights[i] g_i, by one gradient of every example. */
static sgdl_status sum_examples(const sgdl_objective *objective, sgdl_context *ctx, const double *x,
                                const double *weights, double *scratch, double *xi)
{
  ptrdiff_t d = objective->dim;
  double *gradient = scratch + objective->work_size;
  for (ptrdiff_t i = 0; i < d; i++) xi[i] = 0.0;
  for (ptrdiff_t b = 0; b < objective->n_examples; b++) {
    const uint32_t example = (uint32_t)b;
    SGDL_TRY(sgdl_objective_gradient(objective, ctx, x, 1, &example, NULL, scratch, gradient));
    for (ptrdiff_t i = 0; i < d; i++) xi[i] += weights[b] * gradient[i];
  }
  return SGDL_OK;
}

static sgdl_status empirical(const sgdl_objective *objective, sgdl_context *ctx, const double *x, double *z,
                             double *scratch, double *xi)
{
  ptrdiff_t N = objective->n_examples;
  to_weights(N, z);
  if (!objective->takes_weights) return sum_examples(objective, ctx, x, z, scratch, xi);
  return sgdl_objective_gradient(objective, ctx, x, N, NULL, z, scratch, xi);
}

static sgdl_status from_covariance(const sgdl_objective *objective, sgdl_context *ctx, const double *x,
                                   const double *z, double *scratch, double *xi)
{
  ptrdiff_t d = objective->dim;
  double *Sigma = scratch + objective->work_size;
  SGDL_TRY(objective->covariance(objective, ctx, x, scratch, Sigma));
  sgdl_status status = sgdl_check_finite(ctx, "covariance", Sigma, d * d, d);
  if (status == SGDL_OK) status = sgdl_semidefinite_factor(ctx, "covariance", d, Sigma);
  sgdl_lower_times(d, Sigma, z, xi);
  return forgive_runaways(ctx, d, x, status);
}

int sgdl_field_constant(const sgdl_field *field)
{
  return !field->objective || field->source == SGDL_NOISE_CONSTANT;
}

sgdl_status sgdl_field_noise(const sgdl_field *field, sgdl_context *ctx, const double *x, double *z,
                             double *scratch, double *xi)
{
  switch (sgdl_field_constant(field) ? SGDL_NOISE_CONSTANT : field->source) {
  case SGDL_NOISE_EMPIRICAL:
    return empirical(field->objective, ctx, x, z, scratch, xi);
  case SGDL_NOISE_COVARIANCE:
    return from_covariance(field->objective, ctx, x, z, scratch, xi);
  default:
    sgdl_gaussian_colour(&field->law, 1, z, xi);
    return SGDL_OK;
  }
}

/* ---- creation ---- */

static sgdl_status factor_constant(sgdl_context *ctx, ptrdiff_t d, const double *Sigma, sgdl_gaussian *law)
{
  double *factor = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_TRY(sgdl_covariance_check(ctx, "Sigma", d, Sigma));
  SGDL_TRY(sgdl_alloc(ctx, &factor, sgdl_times(d, d), "the factor of the noise"));
  memcpy(factor, Sigma, (size_t)(d * d) * sizeof *factor);
  *law = (sgdl_gaussian){.n = d, .full = 1};
  SGDL_GET(sgdl_semidefinite_factor(ctx, "Sigma", d, factor));
  SGDL_GET(sgdl_panels_pack(ctx, &law->panels, 0, 1, d, d, factor, d, "the factor of the noise"));
done:
  free(factor);
  return status;
}

sgdl_status sgdl_field_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                              sgdl_field *field)
{
  const sgdl_objective *objective = sim->objective;
  ptrdiff_t d = model->dim;
  *field = (sgdl_field){.model = model, .objective = objective, .source = sim->noise, .normals = d};
  if (!objective) return sgdl_gaussian_noise(ctx, model, 1.0, &field->law);
  field->scratch_size = objective->work_size;
  switch (sim->noise) {
  case SGDL_NOISE_EMPIRICAL:
    field->normals = objective->n_examples;
    field->scratch_size += d;
    return SGDL_OK;
  case SGDL_NOISE_COVARIANCE: {
    ptrdiff_t size = sgdl_times(d, d);
    if (size < 0 || size > PTRDIFF_MAX - field->scratch_size)
      return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the covariance of %td parameters", d);
    field->scratch_size += size;
    return SGDL_OK;
  }
  default:
    return factor_constant(ctx, d, sim->Sigma, &field->law);
  }
}

void sgdl_field_free(sgdl_field *field)
{
  sgdl_gaussian_free(&field->law);
  *field = (sgdl_field){0};
}

double sgdl_field_cost(const sgdl_field *field)
{
  const double fixed = 500.0, per_normal = 5.0, per_product = 0.5;
  double d = (double)field->model->dim, products = field->law.full ? d * d : 0.0;
  if (field->objective) {
    double N = (double)field->objective->n_examples;
    products = 2.0 * (N + 1.0) * d;
    if (field->source == SGDL_NOISE_CONSTANT) products += d * d;
    if (field->source == SGDL_NOISE_COVARIANCE) products += d * d * (N + d);
  }
  return fixed + per_normal * (d + (double)field->normals) + per_product * products;
}

ptrdiff_t sgdl_field_tile(ptrdiff_t d, const sgdl_objective *objective)
{
  const ptrdiff_t most = SGDL_TILE_STEPS, elements = 65536;
  ptrdiff_t steps = elements / d;
  if (objective && !objective->parallel) return 1;
  return steps > most ? most : steps < 1 ? 1 : steps;
}
