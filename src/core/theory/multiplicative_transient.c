/* Mean and covariance of minibatch SGD with weight-dependent noise, step by step: exact for regression under
 * sampling with replacement or without. THEORY section 6: at mean m and covariance P of the deviation
 *   Sigma(m, P) = cov_i(n_i + H_i m) + D[P],
 * which is the formula there written for any examples (n_i = -r_i x_i + lambda mu for regression). */
#include "multiplicative.h"
#include "examples.h"
#include "steps.h"

#include "../model/mode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  sgdl_feedback feedback;
  double *maps;                  /* 4 x d: one step of a mode                                   */
  double *x, *v;                 /* d: mean, in modes                                            */
  double *P, *R, *W;             /* d x d: cov(theta, theta), cov(theta, v), cov(v, v)           */
  double *noise, *added;         /* d x d                                                        */
  double *rows;                  /* N x d: n_i + H_i m                                           */
} law;

/* ---- one step ----------------------------------------------------------------------------------- */

/* noise = Sigma(m, P) */
static sgdl_status noise_here(sgdl_context *ctx, law *a)
{
  const sgdl_examples *examples = a->feedback.examples;
  const double *rho = a->feedback.model->rho;
  ptrdiff_t N = examples->N, d = examples->d;
  SGDL_TRY(sgdl_examples_apply(ctx, examples, 1, a->x, a->rows));
  for (ptrdiff_t i = 0; i < N * d; i++)
    a->rows[i] += examples->gradient[i];
  SGDL_TRY(sgdl_backend_of(ctx)->gram(ctx, N, d, 1.0 / (double)N, a->rows, N, 0.0, a->noise));
  SGDL_TRY(sgdl_feedback_noise(ctx, &a->feedback, a->P, a->added));
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      a->noise[i + j * d] += a->added[i + j * d] - rho[i] * a->x[i] * rho[j] * a->x[j];
  return SGDL_OK;
}

/* Pair (i, j), layout of mode.h: C <- F_i C F_j' + noise (eta, 1)(eta, 1)' */
static void step_covariance(law *a, double eta)
{
  ptrdiff_t d = a->feedback.modes.d;
  double scale = a->feedback.modes.noise.scale;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i <= j; i++) {
      ptrdiff_t ij = i + j * d, ji = j + i * d;
      double c[4] = { a->P[ij], a->R[ji], a->R[ij], a->W[ij] }, q = scale * a->noise[ij];
      sgdl_pair_propagate(a->maps + 4 * i, a->maps + 4 * j, c);
      a->P[ij] = a->P[ji] = c[0] + eta * eta * q;
      a->R[ji] = c[1] + eta * q;
      a->R[ij] = c[2] + eta * q;
      a->W[ij] = a->W[ji] = c[3] + q;
    }
}

static sgdl_status step(sgdl_context *ctx, law *a)
{
  SGDL_TRY(noise_here(ctx, a));
  step_covariance(a, a->feedback.model->hyper.lr);
  for (ptrdiff_t l = 0; l < a->feedback.modes.d; l++) {
    const double *F = a->maps + 4 * l;
    double x = F[0] * a->x[l] + F[2] * a->v[l], v = F[1] * a->x[l] + F[3] * a->v[l];
    a->x[l] = x;
    a->v[l] = v;
  }
  return SGDL_OK;
}

/* ---- what is handed back ------------------------------------------------------------------------ */

static sgdl_status rotate(sgdl_context *ctx, const law *a, const double *M, double *out)
{
  return out == NULL ? SGDL_OK : sgdl_modes_rotate(ctx, a->feedback.model, M, a->added, out);
}

static double *slice(double *array, ptrdiff_t size, ptrdiff_t i)
{
  return array == NULL ? NULL : array + i * size;
}

static sgdl_status mean_here(sgdl_context *ctx, const law *a, double *theta, double *velocity)
{
  const sgdl_model *model = a->feedback.model;
  SGDL_TRY(sgdl_modes_coordinates(ctx, model, 1, 1, a->x, theta));
  for (ptrdiff_t l = 0; l < model->dim && model->minimiser != NULL; l++)
    theta[l] += model->minimiser[l];
  return sgdl_modes_coordinates(ctx, model, 1, 1, a->v, velocity);
}

/* ---- set-up ------------------------------------------------------------------------------------- */

static sgdl_status check_request(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                                 const double *theta0, const double *v0)
{
  if (model->dynamics != SGDL_SGD)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model`: expected dynamics = \"sgd\" for weight-dependent noise");
  SGDL_TRY(sgdl_check_steps(ctx, n, steps, 0, 1));
  for (ptrdiff_t i = 1; i < n; i++)
    if (steps[i] < steps[i - 1])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps`[%td] = %g after %g: expected ascending steps", i + 1,
                       steps[i], steps[i - 1]);
  if (theta0 != NULL)
    SGDL_TRY(sgdl_check_finite(ctx, "theta0", theta0, model->dim, 0));
  return v0 != NULL ? sgdl_check_finite(ctx, "v0", v0, model->dim, 0) : SGDL_OK;
}

static sgdl_status law_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                            const double *theta0, const double *v0, law *a)
{
  ptrdiff_t d = model->dim, size = sgdl_times(d, d);
  SGDL_TRY(sgdl_feedback_init(ctx, model, examples, &a->feedback));
  SGDL_TRY(sgdl_alloc(ctx, &a->P, sgdl_times(5, size), "the covariances"));
  a->R = a->P + size;
  a->W = a->R + size;
  a->noise = a->W + size;
  a->added = a->noise + size;
  SGDL_TRY(sgdl_alloc(ctx, &a->rows, sgdl_times(examples->N, d), "gradients of the examples"));
  SGDL_TRY(sgdl_alloc(ctx, &a->maps, 6 * d, "the modes' maps"));
  a->x = a->maps + 4 * d;
  a->v = a->x + d;
  memset(a->P, 0, sizeof(double) * (size_t)(3 * size));
  memset(a->x, 0, sizeof(double) * (size_t)(2 * d));
  for (ptrdiff_t l = 0; l < d; l++)
    sgdl_mode_map(SGDL_SGD, &model->hyper, a->feedback.modes.kappa[l], 1, a->maps + 4 * l);
  if (theta0 != NULL)
    SGDL_TRY(sgdl_modes_deviation(ctx, model, theta0, a->added, a->x));
  return v0 != NULL ? sgdl_modes_coordinates(ctx, model, 0, 1, v0, a->v) : SGDL_OK;
}

static void law_free(law *a)
{
  sgdl_feedback_free(&a->feedback);
  free(a->P);
  free(a->rows);
  free(a->maps);
}

sgdl_status sgdl_multiplicative_transient(sgdl_context *ctx, const sgdl_model *model,
                                          const sgdl_examples *examples, ptrdiff_t n, const double *steps,
                                          const double *theta0, const double *v0, double *mean_theta,
                                          double *mean_velocity, double *theta, double *velocity,
                                          double *cross, double *trace)
{
  law a = { 0 };
  ptrdiff_t d = model->dim, size = sgdl_times(d, d);
  double now = 0;
  sgdl_status status = SGDL_OK;

  SGDL_GET(check_request(ctx, model, n, steps, theta0, v0));
  SGDL_GET(law_init(ctx, model, examples, theta0, v0, &a));
  for (ptrdiff_t i = 0; i < n; i++) {
    for (; now < steps[i]; now++) {
      SGDL_GET(step(ctx, &a));
      if (sgdl_poll(ctx, now / steps[n - 1]))
        SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped at step %g of %g", now, steps[n - 1]));
    }
    SGDL_GET(mean_here(ctx, &a, mean_theta + i * d, mean_velocity + i * d));
    SGDL_GET(rotate(ctx, &a, a.P, slice(theta, size, i)));
    SGDL_GET(rotate(ctx, &a, a.W, slice(velocity, size, i)));
    SGDL_GET(rotate(ctx, &a, a.R, slice(cross, size, i)));
    if (trace == NULL)
      continue;
    trace[i] = 0;
    for (ptrdiff_t l = 0; l < d; l++)
      trace[i] += a.P[l + l * d];
  }
  if (trace != NULL)
    status = sgdl_check_growth(ctx, n, 1, trace, steps);
done:
  law_free(&a);
  return status;
}
