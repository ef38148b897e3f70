/* Mean and covariance of (theta, v) on the way from a start to stationarity: maps of the modes for
 * the mean, covariances of pairs built up by doubling. THEORY sections 2, 4 and 6. */
#include "start.h"
#include "steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- mean -------------------------------------------------------------------------------------- */

static sgdl_status mean(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, ptrdiff_t n,
                        const double *steps, const sgdl_start_state *start, double *mean_theta,
                        double *mean_velocity)
{
  ptrdiff_t d = modes->d;
  double *work = NULL, *m_theta, *m_velocity;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &work, sgdl_times(2 * n, d), "the transient mean"));
  m_theta = work;
  m_velocity = m_theta + n * d;
  for (ptrdiff_t s = 0; s < n; s++)
    sgdl_start_mean(ctx, model, modes, start, steps[s], m_theta + s * d, m_velocity + s * d);
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

/* Blocks of the covariance in the order theta, velocity, cross. */
enum { N_BLOCKS = 3 };

/* P, W, R over all pairs of modes. */
static void fill_blocks(sgdl_context *ctx, const sgdl_law *law, double *const block[N_BLOCKS])
{
  ptrdiff_t d = law->modes->d;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double p[4];
      ptrdiff_t ij = i + j * d, ji = j + i * d;
      sgdl_law_pair(law, i, j, p);
      block[0][ij] = block[0][ji] = p[0];
      block[1][ij] = block[1][ji] = p[3];
      block[2][ij] = p[2];
      block[2][ji] = p[1];
    }
}

/* The same where only i = j counts: d numbers a block. */
static void fill_diagonals(const sgdl_law *law, double *const block[N_BLOCKS])
{
  for (ptrdiff_t l = 0; l < law->modes->d; l++) {
    double p[4];
    sgdl_law_pair(law, l, l, p);
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

/* Covariance of a law: out[b] = block b as `kind` wants it (NULL: not wanted). block: 3 x d where only the
 * diagonal counts, else 3 x d^2; work: d^2. */
static sgdl_status covariance(sgdl_context *ctx, const sgdl_law *law, double step, sgdl_covariance kind,
                              int diagonal, double *const block[N_BLOCKS], double *work,
                              double *const out[N_BLOCKS])
{
  ptrdiff_t d = law->modes->d, room = diagonal ? d : d * d;
  if (diagonal)
    fill_diagonals(law, block);
  else
    fill_blocks(ctx, law, block);
  SGDL_TRY(sgdl_check_growth(ctx, room, room, block[0], &step));
  for (int b = 0; b < N_BLOCKS; b++) {
    if (out[b] == NULL)
      continue;
    if (kind == SGDL_COV_TRACE) {
      *out[b] = b == 0 && law->start == NULL && law->modes->n_missing > 0 ? INFINITY : sum(d, block[b]);
    } else if (kind == SGDL_COV_DIAGONAL) {
      if (diagonal)
        rotated_diagonal_of(law->model, block[b], out[b]);
      else
        SGDL_TRY(rotated_diagonal(ctx, law->model, block[b], work, out[b]));
    } else if (diagonal) {
      SGDL_TRY(sgdl_modes_rotate_diagonal(ctx, law->model, block[b], work, out[b]));
    } else {
      SGDL_TRY(sgdl_modes_rotate(ctx, law->model, block[b], work, out[b]));
      if (b < 2)
        symmetrise(d, out[b]);
    }
  }
  return SGDL_OK;
}

static sgdl_status covariances(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                               ptrdiff_t n, const double *steps, const sgdl_start_state *start,
                               sgdl_covariance kind, double *const first[N_BLOCKS])
{
  ptrdiff_t d = modes->d;
  ptrdiff_t each = kind == SGDL_COV_TRACE ? 1 : kind == SGDL_COV_DIAGONAL ? d : d * d;
  int diagonal = kind == SGDL_COV_TRACE || sgdl_start_is_diagonal(model, start);
  ptrdiff_t room = diagonal ? d : d * d, extra = kind == SGDL_COV_TRACE ? 0 : d * d;
  double *memory = NULL;
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &memory, N_BLOCKS * room + extra, "the transient covariance"));
  double *const block[N_BLOCKS] = { memory, memory + room, memory + 2 * room };
  for (ptrdiff_t s = 0; s < n; s++) {
    double *const out[N_BLOCKS] = { first[0] ? first[0] + s * each : NULL,
                                    first[1] ? first[1] + s * each : NULL,
                                    first[2] ? first[2] + s * each : NULL };
    if (sgdl_poll(ctx, (double)s / (double)n)) {
      status = sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted after %td of %td steps", s, n);
      goto done;
    }
    SGDL_GET(sgdl_law_after(ctx, model, modes, start, steps[s], &law));
    SGDL_GET(covariance(ctx, &law, steps[s], kind, diagonal, block, memory + N_BLOCKS * room, out));
    sgdl_law_free(&law);
  }
done:
  sgdl_law_free(&law);
  free(memory);
  return status;
}

sgdl_status sgdl_transient_from(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                                const sgdl_initial *initial, sgdl_covariance kind, double *mean_theta,
                                double *mean_velocity, double *theta, double *velocity, double *cross)
{
  double *const first[N_BLOCKS] = { theta, velocity, cross };
  int pairs = kind == SGDL_COV_DIAGONAL || kind == SGDL_COV_FULL;
  sgdl_modes modes = { 0 };
  sgdl_start_state start = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_steps(ctx, n, steps, 0, model->dynamics == SGDL_SGD));
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_start_init(ctx, model, &modes, initial, pairs, &start));
  if (mean_theta != NULL || mean_velocity != NULL)
    SGDL_GET(mean(ctx, model, &modes, n, steps, &start, mean_theta, mean_velocity));
  if (kind != SGDL_COV_NONE)
    status = covariances(ctx, model, &modes, n, steps, &start, kind, first);
done:
  sgdl_start_free(&start);
  sgdl_modes_free(&modes);
  return status;
}

sgdl_status sgdl_transient(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                           const double *theta0, const double *v0, sgdl_covariance kind,
                           double *mean_theta, double *mean_velocity, double *theta, double *velocity,
                           double *cross)
{
  const sgdl_initial point = { .from = SGDL_FROM_POINT, .theta0 = theta0, .v0 = v0 };
  return sgdl_transient_from(ctx, model, n, steps, &point, kind, mean_theta, mean_velocity, theta, velocity,
                             cross);
}
