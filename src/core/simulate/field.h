/* What drives a path: the gradient of the loss, and noise with the covariance of one example's gradient;
 * along the modes of a quadratic model, or in the parameters of an objective. */
#ifndef SGDL_FIELD_H
#define SGDL_FIELD_H

#include "engine.h"

typedef struct sgdl_field {
  const sgdl_model *model;
  const sgdl_objective *objective; /* NULL: the modes of the model                              */
  sgdl_noise_source source;        /* on an objective                                           */
  sgdl_gaussian law;               /* modes; SGDL_NOISE_CONSTANT                                */
  ptrdiff_t normals;               /* that one draw of the noise takes: d, or one per example   */
  ptrdiff_t scratch_size;
} sgdl_field;

/* sim->objective NULL: the modes. Sigma is checked and factored. */
sgdl_status sgdl_field_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                              sgdl_field *field);
void sgdl_field_free(sgdl_field *field);
/* Rough cost in ns of a gradient and a draw of noise. */
double sgdl_field_cost(const sgdl_field *field);
/* Steps at a time for d parameters: one where the objective calls into a host. */
ptrdiff_t sgdl_field_tile(ptrdiff_t d, const sgdl_objective *objective);

/* Gradient of the loss at x (d), weight decay left out; in modes x is about the minimiser. */
sgdl_status sgdl_field_gradient(const sgdl_field *field, sgdl_context *ctx, const double *x, double *scratch,
                                double *gradient);
/* xi (d) ~ N(0, Sigma(x)) from z (field->normals of them, overwritten). Empirical noise: one weighted
 * gradient, or N calls where the objective takes no weights; covariance: one factorisation, d^3/3 flops. */
sgdl_status sgdl_field_noise(const sgdl_field *field, sgdl_context *ctx, const double *x, double *z,
                             double *scratch, double *xi);

/* Whether the noise does not depend on x: then it can be drawn ahead, with `law`. */
int sgdl_field_constant(const sgdl_field *field);

/* Gradient of an objective, SGDL_NOT_FINITE naming its component. Where the point itself has run away that is
 * divergence, for the driver to report: SGDL_OK. */
sgdl_status sgdl_objective_gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                    ptrdiff_t size, const uint32_t *batch, const double *weights,
                                    double *work, double *gradient);

#endif
