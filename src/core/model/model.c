/* The model: one symmetric eigendecomposition, the noise and the minimiser in its basis, and the
 * checks that make sense only with everything at hand. */
#include "modes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- decomposition ----------------------------------------------------------------------------- */

/* Ordered and signed by the backend: the chain without noise and pairs. */
sgdl_status sgdl_decompose(sgdl_context *ctx, ptrdiff_t d, const double *H, double *rho, double *vectors)
{
  sgdl_stationary_job job = { .d = d, .H = H, .rho = rho, .vectors = vectors };
  return sgdl_backend_of(ctx)->stationary(ctx, &job);
}

sgdl_status sgdl_noise_to_modes(sgdl_context *ctx, ptrdiff_t d, const double *vectors,
                                const double *Sigma, double *noise)
{
  double *rho;
  SGDL_TRY(sgdl_alloc(ctx, &rho, d, "the noise along the modes"));
  memset(rho, 0, sizeof(double) * (size_t)d); /* matter only for pairs */
  sgdl_stationary_job job = { .d = d, .rho = rho, .vectors = (double *)vectors, .Sigma = Sigma, .noise = noise };
  sgdl_status status = sgdl_backend_of(ctx)->stationary(ctx, &job);
  free(rho);
  return status;
}

/* ---- minimiser --------------------------------------------------------------------------------- */

/* A slope along a flat mode below this part of |b| is the rounding of b and of the eigenvector. */
static const double SLOPE_TOLERANCE = 1e-8;

static double norm(ptrdiff_t d, const double *x)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < d; i++)
    sum += x[i] * x[i];
  return sqrt(sum);
}

sgdl_status sgdl_minimiser(sgdl_context *ctx, ptrdiff_t d, const double *rho, const double *vectors,
                           double weight_decay, const double *b, double *mu)
{
  sgdl_model basis = { .dim = d, .vectors = vectors };
  double *slope = NULL, steepest = 0, tolerance = SLOPE_TOLERANCE * norm(d, b);
  ptrdiff_t n_sloping = 0;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &slope, d, "the minimiser"));
  SGDL_GET(sgdl_modes_coordinates(ctx, &basis, 0, 1, b, slope));
  for (ptrdiff_t l = 0; l < d; l++) {
    double kappa = rho[l] + weight_decay;
    if (kappa != 0) {
      slope[l] /= kappa;
      continue;
    }
    if (fabs(slope[l]) > tolerance) {
      n_sloping++;
      steepest = fmax(steepest, fabs(slope[l]));
    }
    slope[l] = 0;
  }
  if (n_sloping > 0)
    status = sgdl_fail(ctx, SGDL_FLAT,
                       "`b` slopes along %td flat direction%s of `H` (largest slope %g): expected none, "
                       "the loss has no minimum there", n_sloping, n_sloping > 1 ? "s" : "", steepest);
  else
    status = sgdl_modes_coordinates(ctx, &basis, 1, 1, slope, mu);
done:
  free(slope);
  return status;
}

/* x <- (L L')^{-1} x */
static void cholesky_solve(ptrdiff_t d, const double *L, double *x)
{
  for (ptrdiff_t j = 0; j < d; j++) {
    x[j] /= L[j + j * d];
    for (ptrdiff_t i = j + 1; i < d; i++)
      x[i] -= L[i + j * d] * x[j];
  }
  for (ptrdiff_t j = d - 1; j >= 0; j--) {
    for (ptrdiff_t i = j + 1; i < d; i++)
      x[j] -= L[i + j * d] * x[i];
    x[j] /= L[j + j * d];
  }
}

sgdl_status sgdl_curvature_cholesky(sgdl_context *ctx, ptrdiff_t d, const double *H, double weight_decay,
                                    double *L)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  memcpy(L, H, sizeof(double) * (size_t)(d * d));
  for (ptrdiff_t l = 0; l < d; l++)
    L[l + l * d] += weight_decay;
  double tolerance = 0;
  for (ptrdiff_t l = 0; l < d; l++)
    tolerance = fmax(tolerance, (double)d * DBL_EPSILON * fabs(L[l + l * d]));
  sgdl_status status = backend->cholesky(ctx, d, L);
  if (status == SGDL_OK) {
    double smallest = INFINITY;
    for (ptrdiff_t l = 0; l < d; l++)
      smallest = fmin(smallest, L[l + l * d] * L[l + l * d]);
    if (smallest > tolerance)
      return SGDL_OK;
  } else if (status != SGDL_NOT_PSD) {
    return status;
  }

  /* Not positive definite: the eigenvalues say whether it is flat or a saddle. */
  double *w = NULL;
  ptrdiff_t n_negative = 0;
  SGDL_TRY(sgdl_alloc(ctx, &w, d, "the eigenvalues of H"));
  memcpy(L, H, sizeof(double) * (size_t)(d * d));
  status = backend->eigen_symmetric(ctx, d, L, w);
  if (status == SGDL_OK) {
    double flat = (double)d * DBL_EPSILON * fmax(fabs(w[0]), fabs(w[d - 1]));
    for (ptrdiff_t l = 0; l < d; l++)
      n_negative += w[l] + weight_decay < -flat;
    status = sgdl_fail(ctx, n_negative > 0 ? SGDL_SADDLE : SGDL_FLAT,
                       "H + weight_decay I has the smallest eigenvalue %.6g (%td below 0): expected a "
                       "positive definite matrix where no eigendecomposition is made",
                       w[0] + weight_decay, n_negative);
  }
  free(w);
  return status;
}

sgdl_status sgdl_minimiser_cholesky(sgdl_context *ctx, ptrdiff_t d, const double *H,
                                    double weight_decay, const double *b, double *mu)
{
  double *L = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &L, d * d, "the Cholesky factor of H"));
  SGDL_GET(sgdl_curvature_cholesky(ctx, d, H, weight_decay, L));
  memcpy(mu, b, sizeof(double) * (size_t)d);
  cholesky_solve(d, L, mu);
done:
  free(L);
  return status;
}

/* ---- check ------------------------------------------------------------------------------------- */

static sgdl_status check_scheme(sgdl_context *ctx, const sgdl_model *model)
{
  const char *scheme = model->sampling == SGDL_EPOCH ? "epoch" : "without";
  double S = model->hyper.batch_size;

  if (model->sampling != SGDL_REPLACEMENT && model->n_examples < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`n_examples` is not known: sampling = \"%s\" needs the number of examples", scheme);
  if (model->n_examples > 0 && S > (double)model->n_examples)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`batch_size` = %g: expected at most the number of examples, %td", S,
                     model->n_examples);
  if (model->sampling == SGDL_EPOCH && model->dynamics != SGDL_SGD)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "sampling = \"epoch\" with dynamics = \"langevin\": expected dynamics = \"sgd\", "
                     "white noise is built into the Langevin model");
  return SGDL_OK;
}

static sgdl_status check_spectrum(sgdl_context *ctx, const sgdl_model *model)
{
  SGDL_TRY(sgdl_check_finite(ctx, "eigenvalues", model->rho, model->dim, 0));
  for (ptrdiff_t l = 1; l < model->dim; l++)
    if (model->rho[l] > model->rho[l - 1])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`eigenvalues`[%td] = %g after %g: expected descending order", l + 1,
                       model->rho[l], model->rho[l - 1]);
  return SGDL_OK;
}

sgdl_status sgdl_model_check(sgdl_context *ctx, const sgdl_model *model, sgdl_model_report *report)
{
  const sgdl_hyper *h = &model->hyper;
  sgdl_model_report r = { .lr_limit = INFINITY, .worst_kappa = NAN, .langevin_error = NAN };

  SGDL_TRY(sgdl_hyper_check(ctx, h));
  if (model->dim < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dim` = %td: expected at least one parameter", model->dim);
  SGDL_TRY(check_scheme(ctx, model));
  if (model->n_examples > 0) {
    ptrdiff_t S = (ptrdiff_t)h->batch_size, full = model->n_examples / S;
    r.remainder = model->n_examples - full * S;
    r.epoch_steps = full + (r.remainder > 0 && !model->drop_last);
  }
  if (model->rho != NULL) {
    double quiet = sgdl_quiet_level(model), limit = 2 * (1 + h->momentum);
    SGDL_TRY(check_spectrum(ctx, model));
    for (ptrdiff_t l = 0; l < model->dim; l++) {
      double kappa = model->rho[l] + h->weight_decay;
      r.n_flat += kappa == 0;
      r.n_flat_noisy += kappa == 0 && sgdl_mode_strength(model, l, quiet) > 0;
      r.n_saddle += kappa < 0;
      r.n_past_limit += h->lr * kappa >= limit;
    }
    r.worst_kappa = model->rho[0] + h->weight_decay;
    r.langevin_error = fmax(0, h->lr * r.worst_kappa / limit);
    if (r.worst_kappa > 0)
      r.lr_limit = limit / r.worst_kappa;
  }
  if (report != NULL)
    *report = r;
  if (model->dynamics == SGDL_SGD && r.n_past_limit > 0)
    return sgdl_fail(ctx, SGDL_UNSTABLE,
                     "`lr` = %g is at or past the stability limit %.6g = 2 (1 + momentum)/%.6g, set by the "
                     "largest eigenvalue %.6g of H (plus weight_decay); %td mode%s: expected a smaller lr",
                     h->lr, r.lr_limit, r.worst_kappa, model->rho[0], r.n_past_limit,
                     r.n_past_limit > 1 ? "s diverge" : " diverges");
  return SGDL_OK;
}
