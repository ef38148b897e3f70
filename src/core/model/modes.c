/* The modes of a model: their table (curvature, noise, which have a stationary position) and the
 * way between parameters and modes. */
#include "modes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double sgdl_quiet_level(const sgdl_model *model)
{
  double largest = 0;
  if (!model->noise_is_full || model->noise == NULL)
    return 0;
  for (ptrdiff_t l = 0; l < model->dim; l++)
    largest = fmax(largest, model->noise[l + l * model->dim]);
  return (double)model->dim * DBL_EPSILON * largest;
}

double sgdl_mode_strength(const sgdl_model *model, ptrdiff_t l, double quiet)
{
  double noise;
  if (model->noise == NULL)
    noise = model->sigma2 > 0 ? model->sigma2 * model->rho[l] : 0;
  else
    noise = model->noise[model->noise_is_full ? l + l * model->dim : l];
  return noise > quiet ? noise : 0;
}

sgdl_status sgdl_modes_init(sgdl_context *ctx, const sgdl_model *model, sgdl_modes *modes)
{
  sgdl_modes m = { .d = model->dim };
  double quiet = 0;

  *modes = m;
  SGDL_TRY(sgdl_model_check(ctx, model, NULL));
  if (model->rho == NULL)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model` was made with decompose = FALSE: make it with decompose = TRUE");
  sgdl_noise_scheme(model, &modes->noise);
  SGDL_TRY(sgdl_alloc(ctx, &modes->kappa, 2 * m.d, "the modes"));
  modes->strength = modes->kappa + m.d;
  modes->exists = malloc(sizeof(int) * 2 * (size_t)m.d);
  if (modes->exists == NULL) {
    sgdl_modes_free(modes);
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the table of %td modes", m.d);
  }
  modes->quiet = modes->exists + m.d;

  quiet = sgdl_quiet_level(model);
  for (ptrdiff_t l = 0; l < m.d; l++) {
    double kappa = model->rho[l] + model->hyper.weight_decay, noise = sgdl_mode_strength(model, l, quiet);
    int diffuses = noise > 0 && !(modes->noise.epoch && modes->noise.excess == 0);
    modes->kappa[l] = kappa;
    modes->strength[l] = noise;
    modes->exists[l] = kappa > 0 || (kappa == 0 && !diffuses);
    modes->quiet[l] = kappa == 0 && noise == 0;
    modes->n_saddle += kappa < 0;
    modes->n_missing += kappa == 0 && diffuses;
  }
  return SGDL_OK;
}

void sgdl_modes_free(sgdl_modes *modes)
{
  free(modes->kappa);
  free(modes->exists);
  modes->kappa = NULL;
  modes->exists = NULL;
}

sgdl_status sgdl_modes_no_saddle(sgdl_context *ctx, const sgdl_modes *modes)
{
  if (modes->n_saddle == 0)
    return SGDL_OK;
  return sgdl_fail(ctx, SGDL_SADDLE,
                   "%td of %td modes have negative curvature (the worst %.6g): expected none, "
                   "there is no stationary state at a saddle",
                   modes->n_saddle, modes->d, modes->kappa[modes->d - 1]);
}

sgdl_status sgdl_modes_none_missing(sgdl_context *ctx, const sgdl_modes *modes)
{
  if (modes->n_missing == 0)
    return SGDL_OK;
  return sgdl_fail(ctx, SGDL_FLAT,
                   "%td of %td modes are flat and noisy: expected none, their positions have no stationary "
                   "density",
                   modes->n_missing, modes->d);
}

sgdl_status sgdl_modes_rotate(sgdl_context *ctx, const sgdl_model *model, const double *M, double *work,
                              double *out)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    if (out != M)
      memcpy(out, M, sizeof(double) * (size_t)(d * d));
    return SGDL_OK;
  }
  SGDL_TRY(backend->product(ctx, 0, 0, d, d, d, 1.0, model->vectors, d, M, d, 0.0, work, d));
  return backend->product(ctx, 0, 1, d, d, d, 1.0, work, d, model->vectors, d, 0.0, out, d);
}

sgdl_status sgdl_modes_rotate_diagonal(sgdl_context *ctx, const sgdl_model *model, const double *x,
                                       double *work, double *out)
{
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    memset(out, 0, sizeof(double) * (size_t)(d * d));
    for (ptrdiff_t l = 0; l < d; l++)
      out[l + l * d] = x[l];
    return SGDL_OK;
  }
  for (ptrdiff_t l = 0; l < d; l++)
    for (ptrdiff_t i = 0; i < d; i++)
      work[i + l * d] = model->vectors[i + l * d] * x[l];
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 1, d, d, d, 1.0, work, d, model->vectors, d, 0.0, out, d));
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j + 1; i < d; i++)
      out[i + j * d] = out[j + i * d] = (out[i + j * d] + out[j + i * d]) / 2;
  return SGDL_OK;
}

sgdl_status sgdl_modes_coordinates(sgdl_context *ctx, const sgdl_model *model, int back, ptrdiff_t n,
                                   const double *x, double *y)
{
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    memcpy(y, x, sizeof(double) * (size_t)(d * n));
    return SGDL_OK;
  }
  return sgdl_backend_of(ctx)->product(ctx, !back, 0, d, n, d, 1.0, model->vectors, d, x, d, 0.0, y, d);
}

sgdl_status sgdl_modes_direction(sgdl_context *ctx, const sgdl_model *model, const double *direction,
                                 double **along)
{
  *along = NULL;
  if (direction == NULL)
    return SGDL_OK;
  SGDL_TRY(sgdl_check_finite(ctx, "direction", direction, model->dim, 0));
  ptrdiff_t i = 0;
  while (i < model->dim && direction[i] == 0)
    i++;
  if (i == model->dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`direction` is zero: expected a vector with a direction");
  SGDL_TRY(sgdl_alloc(ctx, along, model->dim, "the direction"));
  return sgdl_modes_coordinates(ctx, model, 0, 1, direction, *along);
}

sgdl_status sgdl_modes_deviation(sgdl_context *ctx, const sgdl_model *model, const double *theta,
                                 double *work, double *y)
{
  for (ptrdiff_t i = 0; i < model->dim; i++)
    work[i] = theta[i] - (model->minimiser != NULL ? model->minimiser[i] : 0);
  return sgdl_modes_coordinates(ctx, model, 0, 1, work, y);
}
