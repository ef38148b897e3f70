/* Irreversibility: entropy production, the two temperatures of each mode, and the antisymmetric part of
 * cov(theta, v) that both come from. THEORY section 9. */
#include "../model/modes.h"

#include <math.h>
#include <stdlib.h>

/* ---- temperatures ----------------------------------------------------------------------------------- */

static void temperatures(const sgdl_model *model, const sgdl_modes *modes, double *kinetic,
                         double *configurational)
{
  const sgdl_hyper *h = &model->hyper;
  double a = 2 / (h->lr * (1 + h->momentum));
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    double kappa = modes->kappa[l], strength = modes->strength[l], delta[4], c[4] = { 0, 0, 0, 0 };
    if (strength > 0) {
      if (modes->noise.epoch)
        sgdl_noise_delta(&modes->noise, h, kappa, delta);
      sgdl_noise_pair_stationary(&modes->noise, model->dynamics, h, kappa, kappa, delta, delta, c);
    }
    if (kinetic != NULL)
      kinetic[l] = strength * c[3];
    if (configurational != NULL)
      configurational[l] = kappa > 0 ? a * kappa * strength * c[0] : NAN;
  }
}

/* ---- entropy production ------------------------------------------------------------------------------ */

typedef struct {
  double *P, *R, *X, *Sigma, *Y, *work; /* d x d each, in modes                                        */
} blocks;

/* P, R and X_ij = a (kappa_i - kappa_j) R_ij/(2c) = Sigma - W, times S(1-beta^2). */
static void fill_blocks(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, blocks *b)
{
  const sgdl_hyper *h = &model->hyper;
  ptrdiff_t d = modes->d;
  double kap = 1 / (modes->noise.scale / (1 - h->momentum) / (1 + h->momentum));
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double c[4], strength = sgdl_modes_noise(model, modes, i, j);
      ptrdiff_t e = i + j * d;
      sgdl_noise_pair_stationary(&modes->noise, SGDL_LANGEVIN, h, modes->kappa[i], modes->kappa[j], NULL,
                                 NULL, c);
      b->P[e] = kap * strength * c[0];
      b->R[e] = kap * strength * c[2];
      b->X[e] = (modes->kappa[i] - modes->kappa[j]) / (2 * (1 - h->momentum)) * b->R[e];
      b->Sigma[e] = strength;
    }
}

static sgdl_status invert(sgdl_context *ctx, ptrdiff_t d, double *A)
{
  SGDL_TRY(sgdl_backend_of(ctx)->cholesky(ctx, d, A));
  return sgdl_backend_of(ctx)->cholesky_inverse(ctx, d, A);
}

static double dot(ptrdiff_t n, const double *x, const double *y)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

/* c [ tr(U_vv Sigma) - 2d + tr(Sigma^{-1} W) ] with the terms that cancel taken out: Y = R'P^{-1}R and X are
 * what Sigma exceeds the Schur complement U_vv^{-1} by, so that it is
 *   c [ tr(U_vv Y) + tr(U_vv (X + Y) Sigma^{-1} X) ]. SGDL_NOT_PSD where Sigma or P is singular. */
static sgdl_status production(sgdl_context *ctx, ptrdiff_t d, double c, blocks *b, double *rate)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t n = d * d;
  double *schur = b->P, *excess = b->work;

  SGDL_TRY(invert(ctx, d, b->P));
  SGDL_TRY(backend->product(ctx, 0, 0, d, d, d, 1.0, b->P, d, b->R, d, 0.0, b->work, d));
  SGDL_TRY(backend->product(ctx, 1, 0, d, d, d, 1.0, b->R, d, b->work, d, 0.0, b->Y, d));
  for (ptrdiff_t e = 0; e < n; e++) {
    excess[e] = b->X[e] + b->Y[e];
    schur[e] = b->Sigma[e] - excess[e];
  }
  SGDL_TRY(invert(ctx, d, schur)); /* U_vv */
  SGDL_TRY(invert(ctx, d, b->Sigma));
  *rate = c * dot(n, schur, b->Y);
  SGDL_TRY(backend->product(ctx, 0, 0, d, d, d, 1.0, schur, d, excess, d, 0.0, b->R, d));
  SGDL_TRY(backend->product(ctx, 0, 0, d, d, d, 1.0, b->R, d, b->Sigma, d, 0.0, b->Y, d));
  *rate += c * dot(n, b->Y, b->X); /* X is symmetric */
  return SGDL_OK;
}

static sgdl_status entropy(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, double *rate)
{
  ptrdiff_t d = modes->d;
  sgdl_hyper_derived derived;
  sgdl_status status;
  blocks b;

  sgdl_hyper_derive(&model->hyper, &derived);
  *rate = NAN;
  if (model->dynamics != SGDL_LANGEVIN || !(modes->noise.scale > 0))
    return SGDL_OK;
  for (ptrdiff_t l = 0; l < d; l++)
    if (modes->kappa[l] == 0 || modes->strength[l] == 0)
      return SGDL_OK;
  if (!model->noise_is_full) {
    *rate = 0;
    return SGDL_OK;
  }
  SGDL_TRY(sgdl_alloc(ctx, &b.P, 6 * d * d, "the entropy production"));
  b.R = b.P + d * d;
  b.X = b.R + d * d;
  b.Sigma = b.X + d * d;
  b.Y = b.Sigma + d * d;
  b.work = b.Y + d * d;
  fill_blocks(ctx, model, modes, &b);
  status = production(ctx, d, derived.damping, &b, rate);
  if (status == SGDL_NOT_PSD) {
    ctx->message[0] = '\0';
    *rate = NAN;
    status = SGDL_OK;
  }
  free(b.P);
  return status;
}

/* ---- all three ----------------------------------------------------------------------------------------- */

/* R becomes (R - R')/2. */
static void antisymmetrise(ptrdiff_t d, double *R)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double half = (R[i + j * d] - R[j + i * d]) / 2;
      R[i + j * d] = half;
      R[j + i * d] = -half;
    }
}

sgdl_status sgdl_irreversibility(sgdl_context *ctx, const sgdl_model *model, double *entropy_production,
                                 double *kinetic, double *configurational, double *antisymmetric)
{
  sgdl_modes modes = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  temperatures(model, &modes, kinetic, configurational);
  if (entropy_production != NULL)
    SGDL_GET(entropy(ctx, model, &modes, entropy_production));
  if (antisymmetric != NULL) {
    SGDL_GET(sgdl_stationary(ctx, model, NULL, NULL, antisymmetric, NULL, NULL));
    antisymmetrise(modes.d, antisymmetric);
  }
done:
  sgdl_modes_free(&modes);
  return status;
}
