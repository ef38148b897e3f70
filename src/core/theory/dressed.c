/* The dressed theory: rung by rung, noise and response of every mode, iterated to a consistent covariance.
 * THEORY section 6; the terms are derived in dressed_terms.c, spectra in dressed_spectrum.c. */
#include "dressed.h"
#include "steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 2 }; /* a rung's covariance feeds its own noise: once, and once more */

typedef struct {
  sgdl_dressing dressing;
  sgdl_dressed_solver *solver;
  ptrdiff_t n;                  /* lags asked for                                               */
  ptrdiff_t n_lags;             /* those, and their neighbours for the exponent               */
  double *lags;
  double *covariance;           /* d x M: X_h of the rung                                       */
  double *extra, *gamma;        /* d x M: D[X_h]; noise of the batches                        */
  double *half_msd;             /* n_lags x d                                                 */
} ladder;

/* ---- one rung ----------------------------------------------------------------------------------- */

/* Gamma(h) = c_h (C + D[X_h]) + (f) */
static void batch_noise(ladder *a, int rung)
{
  const sgdl_dressing *D = &a->dressing;
  const double *C = D->strength[rung >= SGDL_DRESSED_SHIFT];
  ptrdiff_t d = D->modes.d;
  for (ptrdiff_t h = 0; h < D->cumulants.M; h++) {
    double correlation = h == 0 ? D->cumulants.pair[0] : -D->cumulants.pair[h];
    for (ptrdiff_t l = 0; l < d; l++) {
      ptrdiff_t at = l + h * d;
      double added = rung >= SGDL_DRESSED_NOISE ? a->extra[at] : 0;
      a->gamma[at] = correlation * (C[l] + added);
      if (rung >= SGDL_DRESSED_CUMULANT)
        a->gamma[at] += D->cumulant[at];
    }
  }
}

static sgdl_status climb(sgdl_context *ctx, ladder *a, int rung)
{
  const sgdl_dressing *D = &a->dressing;
  const double *kernel = rung >= SGDL_DRESSED_RESPONSE ? D->kernel : NULL;
  int passes = rung == SGDL_DRESSED_CONSTANT ? 1 : PASSES;
  ptrdiff_t n = rung == SGDL_DRESSED_SHIFT ? a->n_lags : a->n;
  for (int pass = 0; pass < passes; pass++) {
    if (rung >= SGDL_DRESSED_NOISE)
      SGDL_TRY(sgdl_dressing_noise(ctx, D, D->cumulants.M, a->covariance, a->extra));
    batch_noise(a, rung);
    SGDL_TRY(sgdl_dressed_solve(ctx, a->solver, a->gamma, kernel, a->covariance,
                                pass == passes - 1 ? n : 0, a->half_msd));
  }
  return SGDL_OK;
}

/* ---- what is handed back ------------------------------------------------------------------------ */

static double total_msd(const ladder *a, ptrdiff_t i)
{
  double sum = 0;
  for (ptrdiff_t l = 0; l < a->dressing.modes.d; l++)
    sum += a->half_msd[i + l * a->n_lags];
  return 2 * sum;
}

static double trace(const ladder *a)
{
  double sum = 0;
  for (ptrdiff_t l = 0; l < a->dressing.modes.d; l++)
    sum += a->covariance[l];
  return sum;
}

static double small_parameter(const ladder *a)
{
  const sgdl_dressing *D = &a->dressing;
  double largest = 0;
  for (ptrdiff_t l = 0; l < D->modes.d; l++)
    if (D->strength[0][l] > 0)
      largest = fmax(largest, a->extra[l] / D->strength[0][l]);
  return largest;
}

/* Centred differences of log MSD, as sgdl_msd_theory takes them. */
static void exponents(const ladder *a, double *exponent)
{
  const double *before = a->lags + a->n, *after = before + a->n;
  for (ptrdiff_t i = 0; i < a->n; i++)
    exponent[i] = log(total_msd(a, i + 2 * a->n) / total_msd(a, i + a->n)) / log(after[i] / before[i]);
}

static void last_rung(const ladder *a, double *per_mode, double *variance)
{
  ptrdiff_t d = a->dressing.modes.d;
  for (ptrdiff_t l = 0; l < d; l++) {
    for (ptrdiff_t i = 0; i < a->n && per_mode != NULL; i++)
      per_mode[i + l * a->n] = 2 * a->half_msd[i + l * a->n_lags];
    if (variance != NULL)
      variance[l] = a->covariance[l];
  }
}

static double norm(ptrdiff_t d, const double *x)
{
  double sum = 0;
  for (ptrdiff_t l = 0; l < d; l++)
    sum += x[l] * x[l];
  return sqrt(sum);
}

/* ---- set-up ------------------------------------------------------------------------------------- */

static sgdl_status check_epochs(sgdl_context *ctx, const sgdl_model *model)
{
  if (model->sampling == SGDL_EPOCH && model->dynamics == SGDL_SGD)
    return SGDL_OK;
  return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                   "`model`: expected dynamics = \"sgd\" and sampling = \"epoch\"; with replacement the "
                   "self-consistent noise is exact and takes this place");
}

static sgdl_status open_ladder(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                               ptrdiff_t n, const double *lags, int neighbours, ladder *a)
{
  ptrdiff_t size;
  SGDL_TRY(sgdl_dressing_init(ctx, model, examples, &a->dressing));
  size = sgdl_times(model->dim, a->dressing.cumulants.M);
  a->n = n;
  a->n_lags = neighbours ? 3 * n : n;
  SGDL_TRY(sgdl_alloc(ctx, &a->lags, 3 * n, "the lags"));
  for (ptrdiff_t i = 0; i < n; i++) {
    a->lags[i] = lags[i];
    a->lags[i + n] = lags[i] > 1 ? lags[i] - 1 : 1;
    a->lags[i + 2 * n] = lags[i] + 1;
  }
  SGDL_TRY(sgdl_alloc(ctx, &a->covariance, sgdl_times(3, size), "covariances by lag"));
  a->extra = a->covariance + size;
  a->gamma = a->extra + size;
  SGDL_TRY(sgdl_alloc(ctx, &a->half_msd, sgdl_times(a->n_lags, model->dim), "displacements by lag"));
  return sgdl_dressed_solver_open(ctx, &a->dressing, a->n_lags, a->lags, &a->solver);
}

static void close_ladder(ladder *a)
{
  sgdl_dressed_solver_close(a->solver);
  sgdl_dressing_free(&a->dressing);
  free(a->lags);
  free(a->covariance);
  free(a->half_msd);
}

sgdl_status sgdl_dressed_msd(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                             ptrdiff_t n, const double *lags, double *terms, double *exponent,
                             double *per_mode, double *variance, double *mean_shift, sgdl_dressed *report)
{
  ladder a = { 0 };
  sgdl_dressed found = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(check_epochs(ctx, model));
  SGDL_GET(sgdl_check_steps(ctx, n, lags, 1, 1));
  SGDL_GET(open_ladder(ctx, model, examples, n, lags, exponent != NULL, &a));
  for (int rung = 0; rung < SGDL_DRESSED_TERMS; rung++) {
    SGDL_GET(climb(ctx, &a, rung));
    for (ptrdiff_t i = 0; i < n; i++)
      terms[rung + i * SGDL_DRESSED_TERMS] = total_msd(&a, i);
    found.trace[rung] = trace(&a);
    if (rung == SGDL_DRESSED_NOISE)
      found.small_parameter = small_parameter(&a);
    if (sgdl_poll(ctx, (rung + 1.0) / SGDL_DRESSED_TERMS))
      SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %d of %d terms", rung + 1,
                         SGDL_DRESSED_TERMS));
  }
  found.shift = norm(model->dim, a.dressing.shift) / sqrt(found.trace[SGDL_DRESSED_SHIFT]);
  if (exponent != NULL)
    exponents(&a, exponent);
  last_rung(&a, per_mode, variance);
  if (mean_shift != NULL)
    SGDL_GET(sgdl_modes_coordinates(ctx, model, 1, 1, a.dressing.shift, mean_shift));
  if (report != NULL)
    *report = found;
done:
  close_ladder(&a);
  return status;
}
