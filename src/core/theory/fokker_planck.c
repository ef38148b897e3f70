/* How well a modified loss U and its current Q solve the stationary Fokker-Planck equation, by products with
 * matrices assembled anew from the model. THEORY section 3. */
#include "../model/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  ptrdiff_t d;
  double a, c, kap;             /* A = [0, -I; a K, c I]                                               */
  double *K, *Sigma;            /* d x d, parameters                                                  */
  double *B, *Pi;               /* 2d x 2d                                                            */
} equation;

static double norm(ptrdiff_t n, const double *x)
{
  double scale = 0, sum = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    scale = fmax(scale, fabs(x[i]));
  for (ptrdiff_t i = 0; i < n && scale > 0; i++)
    sum += x[i] / scale * (x[i] / scale);
  return scale * sqrt(sum);
}

/* ---- the equation from the model --------------------------------------------------------------------- */

/* K and Sigma (S times the batch covariance) in parameter coordinates. work: d x d. */
static sgdl_status assemble_coefficients(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                         double *work, equation *eq)
{
  double drawn = model->hyper.batch_size * modes->noise.scale; /* < 1 without replacement */
  SGDL_TRY(sgdl_modes_rotate_diagonal(ctx, model, modes->kappa, work, eq->K));
  if (model->noise_is_full)
    SGDL_TRY(sgdl_modes_rotate(ctx, model, model->noise, work, eq->Sigma));
  else
    SGDL_TRY(sgdl_modes_rotate_diagonal(ctx, model, modes->strength, work, eq->Sigma));
  for (ptrdiff_t e = 0; e < eq->d * eq->d; e++)
    eq->Sigma[e] *= drawn;
  return SGDL_OK;
}

/* B = kap times the stationary covariance of (theta, v). work: 3 d^2. */
static sgdl_status assemble_covariance(sgdl_context *ctx, const sgdl_model *model, double *work, equation *eq)
{
  ptrdiff_t d = eq->d, n = 2 * d;
  double *P = work, *W = P + d * d, *R = W + d * d;
  SGDL_TRY(sgdl_stationary(ctx, model, P, W, R, NULL, NULL));
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      eq->B[i + j * n] = eq->kap * P[i + j * d];
      eq->B[d + i + j * n] = eq->kap * R[j + i * d];
      eq->B[i + (d + j) * n] = eq->kap * R[i + j * d];
      eq->B[d + i + (d + j) * n] = eq->kap * W[i + j * d];
    }
  return SGDL_OK;
}

/* out = A M, M and out 2d x m */
static sgdl_status apply_drift(sgdl_context *ctx, const equation *eq, ptrdiff_t m, const double *M,
                               double *out)
{
  ptrdiff_t d = eq->d, n = 2 * d;
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 0, d, m, d, eq->a, eq->K, d, M, n, 0.0, out + d, n));
  for (ptrdiff_t j = 0; j < m; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      out[i + j * n] = -M[d + i + j * n];
      out[d + i + j * n] += eq->c * M[d + i + j * n];
    }
  return SGDL_OK;
}

/* out += scale D M, D = diag(0, c Sigma) */
static sgdl_status add_diffusion(sgdl_context *ctx, const equation *eq, double scale, ptrdiff_t m,
                                 const double *M, double *out)
{
  ptrdiff_t d = eq->d, n = 2 * d;
  return sgdl_backend_of(ctx)->product(ctx, 0, 0, d, m, d, scale * eq->c, eq->Sigma, d, M + d, n, 1.0,
                                       out + d, n);
}

/* ---- residuals of the matrices ------------------------------------------------------------------------- */

/* |Pi B - B|/|B|: is U an inverse of B, on the reachable subspace where that is not the whole?
 * work: 2d x 2d. */
static sgdl_status inverse_residual(sgdl_context *ctx, const equation *eq, double *work, double *residual)
{
  ptrdiff_t n = 2 * eq->d;
  double size = norm(n * n, eq->B);
  memcpy(work, eq->B, sizeof(double) * (size_t)(n * n));
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 0, n, n, n, 1.0, eq->Pi, n, eq->B, n, -1.0, work, n));
  *residual = size > 0 ? norm(n * n, work) / size : 0;
  return SGDL_OK;
}

/* |A Pi - (D + Q) U|/|A Pi|: blind to U where Q is right, hence the residual above. work: 2d x 2d. */
static sgdl_status drift_residual(sgdl_context *ctx, const equation *eq, const double *U, const double *Q,
                                  double *work, double *residual)
{
  ptrdiff_t n = 2 * eq->d;
  SGDL_TRY(apply_drift(ctx, eq, n, eq->Pi, work));
  double size = norm(n * n, work);
  SGDL_TRY(add_diffusion(ctx, eq, -1, n, U, work));
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 0, n, n, n, -1.0, Q, n, U, n, 1.0, work, n));
  *residual = size > 0 ? norm(n * n, work) / size : 0;
  return SGDL_OK;
}

/* |A B + (A B)' - 2D|/|A B| */
static sgdl_status lyapunov_residual(sgdl_context *ctx, const equation *eq, double *work, double *residual)
{
  ptrdiff_t d = eq->d, n = 2 * d;
  SGDL_TRY(apply_drift(ctx, eq, n, eq->B, work));
  double size = norm(n * n, work);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++) {
      double rest = work[i + j * n] + work[j + i * n];
      if (j >= d)
        rest -= 2 * eq->c * eq->Sigma[i - d + (j - d) * d];
      work[i + j * n] = work[j + i * n] = rest;
    }
  *residual = size > 0 ? norm(n * n, work) / size : 0;
  return SGDL_OK;
}

static double symmetry_residual(ptrdiff_t n, const double *Q, double *work)
{
  double size = norm(n * n, Q);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++)
      work[i + j * n] = Q[i + j * n] + Q[j + i * n];
  return size > 0 ? norm(n * n, work) / size : 0;
}

/* ---- residual at points -------------------------------------------------------------------------------- */

static double trace_of_product(ptrdiff_t d, const double *S, const double *U, ptrdiff_t n)
{
  double sum = 0;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      sum += S[i + j * d] * U[d + i + (d + j) * n];
  return sum;
}

/* L p/p = tr(A Pi) - tr(D U) + kap [ (Uz)'D(Uz) - (Az)'Uz ] at z = Pi (point - minimiser), over tr A. */
static sgdl_status point_residual(sgdl_context *ctx, const equation *eq, const double *U,
                                  const double *minimiser, ptrdiff_t count, const double *points,
                                  double *residual)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t d = eq->d, n = 2 * d;
  double *raw = NULL, *z, *Uz, *difference, trace = 0;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &raw, 4 * n, "a point"));
  z = raw + n;
  Uz = z + n;
  difference = Uz + n;
  for (ptrdiff_t i = 0; i < d; i++)
    trace += eq->c * eq->Pi[d + i + (d + i) * n] - eq->Pi[d + i + i * n];
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      trace += eq->a * eq->K[i + j * d] * eq->Pi[j + (d + i) * n];
  double constant = trace - eq->c * trace_of_product(d, eq->Sigma, U, n);
  *residual = 0;
  for (ptrdiff_t k = 0; k < count; k++) {
    double quadratic = 0;
    for (ptrdiff_t i = 0; i < n; i++)
      raw[i] = points[k + i * count] - (minimiser != NULL && i < d ? minimiser[i] : 0);
    SGDL_GET(backend->matrix_vector(ctx, 0, n, n, 1.0, eq->Pi, n, raw, 0.0, z));
    SGDL_GET(backend->matrix_vector(ctx, 0, n, n, 1.0, U, n, z, 0.0, Uz));
    SGDL_GET(apply_drift(ctx, eq, 1, z, difference));
    for (ptrdiff_t i = 0; i < n; i++)
      difference[i] = -difference[i];
    SGDL_GET(add_diffusion(ctx, eq, 1, 1, Uz, difference));
    for (ptrdiff_t i = 0; i < n; i++)
      quadratic += Uz[i] * difference[i];
    *residual = fmax(*residual, fabs(constant + eq->kap * quadratic) / (eq->c * (double)d));
  }
done:
  free(raw);
  return status;
}

sgdl_status sgdl_fokker_planck_residual(sgdl_context *ctx, const sgdl_model *model, const double *U,
                                        const double *Q, ptrdiff_t n, const double *points,
                                        double residual[4])
{
  ptrdiff_t d = model->dim, n2 = 2 * d;
  sgdl_hyper_derived derived;
  sgdl_modes modes = { 0 };
  double *work = NULL;
  equation eq = { .d = d };
  sgdl_status status = SGDL_OK;

  if (model->dynamics != SGDL_LANGEVIN)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`dynamics` = \"sgd\": expected \"langevin\", the Fokker-Planck equation is that of the "
                     "Langevin model");
  SGDL_TRY(sgdl_check_finite(ctx, "U", U, n2 * n2, n2));
  SGDL_TRY(sgdl_check_finite(ctx, "Q", Q, n2 * n2, n2));
  if (points != NULL)
    SGDL_TRY(sgdl_check_finite(ctx, "points", points, n * n2, n));
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  SGDL_GET(sgdl_modes_none_missing(ctx, &modes));
  sgdl_hyper_derive(&model->hyper, &derived);
  eq.a = 1 / derived.mass;
  eq.c = derived.damping;
  eq.kap = derived.inverse_temperature;
  SGDL_GET(sgdl_alloc(ctx, &eq.K, d * d, "the Fokker-Planck equation"));
  SGDL_GET(sgdl_alloc(ctx, &eq.Sigma, d * d, "the Fokker-Planck equation"));
  SGDL_GET(sgdl_alloc(ctx, &eq.B, n2 * n2, "the Fokker-Planck equation"));
  SGDL_GET(sgdl_alloc(ctx, &eq.Pi, n2 * n2, "the Fokker-Planck equation"));
  SGDL_GET(sgdl_alloc(ctx, &work, n2 * n2, "the Fokker-Planck equation"));
  SGDL_GET(assemble_coefficients(ctx, model, &modes, work, &eq));
  SGDL_GET(assemble_covariance(ctx, model, work, &eq));
  SGDL_GET(sgdl_backend_of(ctx)->product(ctx, 0, 0, n2, n2, n2, 1.0, eq.B, n2, U, n2, 0.0, eq.Pi, n2));

  double inverse = 0;
  SGDL_GET(inverse_residual(ctx, &eq, work, &inverse));
  SGDL_GET(drift_residual(ctx, &eq, U, Q, work, &residual[0]));
  residual[0] = fmax(residual[0], inverse);
  SGDL_GET(lyapunov_residual(ctx, &eq, work, &residual[1]));
  residual[2] = symmetry_residual(n2, Q, work);
  residual[3] = 0;
  if (points != NULL)
    SGDL_GET(point_residual(ctx, &eq, U, model->minimiser, n, points, &residual[3]));
done:
  free(eq.K);
  free(eq.Sigma);
  free(eq.B);
  free(eq.Pi);
  free(work);
  sgdl_modes_free(&modes);
  return status;
}
