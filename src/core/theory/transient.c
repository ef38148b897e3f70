/* Mean and covariance of (theta, v) on the way from a point to stationarity: maps of the modes for
 * the mean, covariances of pairs built up by doubling. THEORY sections 2, 4 and 6. */
#include "steps.h"

#include "../model/accumulation.h"
#include "../model/mode.h"
#include "../model/modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- mean -------------------------------------------------------------------------------------- */

/* mean_theta, mean_velocity: d x n in modes, from the deviation z0 = (x, v) of the start. */
static void mode_means(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, ptrdiff_t n,
                       const double *steps, const double *x, const double *v, double *mean_theta,
                       double *mean_velocity)
{
  ptrdiff_t d = modes->d;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t e = 0; e < d * n; e++) {
    ptrdiff_t l = e % d;
    double E[4];
    sgdl_mode_map(model->dynamics, &model->hyper, modes->kappa[l], steps[e / d], E);
    mean_theta[e] = E[0] * x[l] + E[2] * v[l];
    mean_velocity[e] = E[1] * x[l] + E[3] * v[l];
  }
}

static sgdl_status mean(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, ptrdiff_t n,
                        const double *steps, const double *theta0, const double *v0, double *mean_theta,
                        double *mean_velocity)
{
  ptrdiff_t d = modes->d;
  double *work = NULL, *x, *v, *m_theta, *m_velocity;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &work, (3 + 2 * n) * d, "the transient mean"));
  x = work + d;
  v = x + d;
  m_theta = v + d;
  m_velocity = m_theta + n * d;
  SGDL_GET(sgdl_modes_deviation(ctx, model, theta0, work, x));
  if (v0 != NULL)
    SGDL_GET(sgdl_modes_coordinates(ctx, model, 0, 1, v0, v));
  else
    memset(v, 0, sizeof(double) * (size_t)d);
  mode_means(ctx, model, modes, n, steps, x, v, m_theta, m_velocity);
  SGDL_GET(sgdl_check_growth(ctx, n * d, d, m_theta, steps));
  if (mean_theta != NULL) {
    SGDL_GET(sgdl_modes_coordinates(ctx, model, 1, n, m_theta, mean_theta));
    for (ptrdiff_t e = 0; e < d * n && model->minimiser != NULL; e++)
      mean_theta[e] += model->minimiser[e % d];
  }
  if (mean_velocity != NULL)
    SGDL_GET(sgdl_modes_coordinates(ctx, model, 1, n, m_velocity, mean_velocity));
done:
  free(work);
  return status;
}

/* ---- covariance ---------------------------------------------------------------------------------- */

typedef struct {
  const sgdl_model *model;
  const sgdl_modes *modes;
  sgdl_accumulation plan;
  double *tables;         /* room x d */
} climber;

static sgdl_status climber_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                double k, climber *c)
{
  ptrdiff_t d = modes->d;
  int threads = sgdl_threads(ctx);
  double largest = fmax(fabs(modes->kappa[0]), fabs(modes->kappa[d - 1]));
  c->model = model;
  c->modes = modes;
  c->tables = NULL;
  sgdl_accumulation_plan(&modes->noise, model->dynamics, &model->hyper, largest, k, &c->plan);
  SGDL_TRY(sgdl_alloc(ctx, &c->tables, c->plan.room * d, "the maps of the modes"));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < d; l++)
    sgdl_accumulation_mode(&c->plan, modes->kappa[l], c->tables + l * c->plan.room);
  return SGDL_OK;
}

static void climber_pair(const climber *c, ptrdiff_t i, ptrdiff_t j, double out[4])
{
  double strength = sgdl_modes_noise(c->model, c->modes, i, j);
  out[0] = out[1] = out[2] = out[3] = 0;
  if (strength == 0)
    return;
  sgdl_accumulation_pair(&c->plan, c->modes->kappa[i], c->modes->kappa[j], c->tables + i * c->plan.room,
                         c->tables + j * c->plan.room, out);
  for (int e = 0; e < 4; e++)
    out[e] *= strength;
}

/* Blocks of the covariance in the order theta, velocity, cross. */
enum { N_BLOCKS = 3 };

/* P, W, R over all pairs of modes; general noise. */
static void fill_blocks(sgdl_context *ctx, const climber *c, double *const block[N_BLOCKS])
{
  ptrdiff_t d = c->modes->d;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double p[4];
      ptrdiff_t ij = i + j * d, ji = j + i * d;
      climber_pair(c, i, j, p);
      block[0][ij] = block[0][ji] = p[0];
      block[1][ij] = block[1][ji] = p[3];
      block[2][ij] = p[2];
      block[2][ji] = p[1];
    }
}

/* The same where only i = j counts: d numbers a block. */
static void fill_diagonals(const climber *c, double *const block[N_BLOCKS])
{
  for (ptrdiff_t l = 0; l < c->modes->d; l++) {
    double p[4];
    climber_pair(c, l, l, p);
    block[0][l] = p[0];
    block[1][l] = p[3];
    block[2][l] = p[2];
  }
}

static double sum(ptrdiff_t n, const double *x)
{
  double total = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    total += x[i];
  return total;
}

/* out = diagonal of V M V' = row sums of (V M) .* V */
static sgdl_status rotated_diagonal(sgdl_context *ctx, const sgdl_model *model, const double *M, double *work,
                                    double *out)
{
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    for (ptrdiff_t l = 0; l < d; l++)
      out[l] = M[l + l * d];
    return SGDL_OK;
  }
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 0, d, d, d, 1.0, model->vectors, d, M, d, 0.0, work, d));
  memset(out, 0, sizeof(double) * (size_t)d);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      out[i] += work[i + j * d] * model->vectors[i + j * d];
  return SGDL_OK;
}

/* The same for M = diag(x). */
static void rotated_diagonal_of(const sgdl_model *model, const double *x, double *out)
{
  ptrdiff_t d = model->dim;
  if (model->vectors == NULL) {
    memcpy(out, x, sizeof(double) * (size_t)d);
    return;
  }
  memset(out, 0, sizeof(double) * (size_t)d);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      out[i] += x[j] * model->vectors[i + j * d] * model->vectors[i + j * d];
}

static void symmetrise(ptrdiff_t d, double *A)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j + 1; i < d; i++)
      A[i + j * d] = A[j + i * d] = (A[i + j * d] + A[j + i * d]) / 2;
}

/* Covariance at one step: out[b] = block b as `kind` wants it (NULL: not wanted). block: 3 x d^2, or
 * 3 x d where only the diagonal counts; work: d^2. */
static sgdl_status covariance(sgdl_context *ctx, const climber *c, sgdl_covariance kind,
                              double *const block[N_BLOCKS], double *work, double *const out[N_BLOCKS])
{
  ptrdiff_t d = c->modes->d;
  int diagonal = kind == SGDL_COV_TRACE || !c->model->noise_is_full;
  if (diagonal)
    fill_diagonals(c, block);
  else
    fill_blocks(ctx, c, block);
  ptrdiff_t room = diagonal ? d : d * d;
  SGDL_TRY(sgdl_check_growth(ctx, room, room, block[0], &c->plan.k));
  for (int b = 0; b < N_BLOCKS; b++) {
    if (out[b] == NULL)
      continue;
    if (kind == SGDL_COV_TRACE) {
      *out[b] = sum(d, block[b]);
    } else if (kind == SGDL_COV_DIAGONAL) {
      if (diagonal)
        rotated_diagonal_of(c->model, block[b], out[b]);
      else
        SGDL_TRY(rotated_diagonal(ctx, c->model, block[b], work, out[b]));
    } else if (diagonal) {
      SGDL_TRY(sgdl_modes_rotate_diagonal(ctx, c->model, block[b], work, out[b]));
    } else {
      SGDL_TRY(sgdl_modes_rotate(ctx, c->model, block[b], work, out[b]));
      if (b < 2)
        symmetrise(d, out[b]);
    }
  }
  return SGDL_OK;
}

static sgdl_status covariances(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                               ptrdiff_t n, const double *steps, sgdl_covariance kind,
                               double *const first[N_BLOCKS])
{
  ptrdiff_t d = modes->d;
  ptrdiff_t each = kind == SGDL_COV_TRACE ? 1 : kind == SGDL_COV_DIAGONAL ? d : d * d;
  ptrdiff_t room = kind == SGDL_COV_TRACE || !model->noise_is_full ? d : d * d;
  double *memory = NULL;
  climber c = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &memory, N_BLOCKS * room + d * d, "the transient covariance"));
  double *const block[N_BLOCKS] = { memory, memory + room, memory + 2 * room };
  for (ptrdiff_t s = 0; s < n; s++) {
    double *const out[N_BLOCKS] = { first[0] ? first[0] + s * each : NULL,
                                    first[1] ? first[1] + s * each : NULL,
                                    first[2] ? first[2] + s * each : NULL };
    if (sgdl_poll(ctx, (double)s / (double)n)) {
      status = sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted after %td of %td steps", s, n);
      goto done;
    }
    SGDL_GET(climber_init(ctx, model, modes, steps[s], &c));
    SGDL_GET(covariance(ctx, &c, kind, block, memory + N_BLOCKS * room, out));
    free(c.tables);
    c.tables = NULL;
  }
done:
  free(c.tables);
  free(memory);
  return status;
}

sgdl_status sgdl_transient(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                           const double *theta0, const double *v0, sgdl_covariance kind,
                           double *mean_theta, double *mean_velocity, double *theta, double *velocity,
                           double *cross)
{
  double *const first[N_BLOCKS] = { theta, velocity, cross };
  sgdl_modes modes = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_steps(ctx, n, steps, 0, model->dynamics == SGDL_SGD));
  SGDL_GET(sgdl_check_finite(ctx, "theta0", theta0, model->dim, 0));
  if (v0 != NULL)
    SGDL_GET(sgdl_check_finite(ctx, "v0", v0, model->dim, 0));
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  if (mean_theta != NULL || mean_velocity != NULL)
    SGDL_GET(mean(ctx, model, &modes, n, steps, theta0, v0, mean_theta, mean_velocity));
  if (kind != SGDL_COV_NONE)
    status = covariances(ctx, model, &modes, n, steps, kind, first);
done:
  sgdl_modes_free(&modes);
  return status;
}
