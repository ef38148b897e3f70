/* The terms of the dressed theory.
 *
 * Deviations d_k from the minimiser obey, mode by mode, p = 1 + beta - eta kappa,
 *   d[k+1] = p d[k] - beta d[k-1] - eta F[k],   F[k] = n_k + Delta_k d[k],
 * n_k the batch gradient at the minimiser, Delta_k the batch Hessian minus H: two sums over the same batch.
 * With g_h the response to one gradient (g_1 = eta), d[k] = -sum_h g_h F[k-h]. Expanding F once more,
 * F[k] = n_k - Delta_k sum_h g_h n_{k-h} + ..., and keeping pair and triple cumulants of batches:
 *
 *  (b) E F[k+h] F[k]' gains E Delta_{k+h} X_h Delta_k', X_h = E d[k+h] d[k]': noise grows with displacement.
 *  (c) Delta_k d[k] holds the answer to Delta_{k-h} d[k-h]: -sum_h E[Delta_k g_h Delta_{k-h}] d[k-h]. Batches
 *      of one epoch are negatively correlated (-a_h h steps apart), so this restores: a kernel
 *      a_h D[diag g_h] on d[k-h].
 *  (f) -E[Delta_{k+t} g_h n_{k+t-h} n_k'], three factors from batches of one epoch, and its transpose.
 *  (e) E F = 0 needs a mean m: K m = -E[Delta_k d[k]] = -sum_h a_h E_i[(H_i - H) g_h n_i]; the gradient of
 *      example i is then n_i + (H_i - H) m.
 *
 * Cumulants of batch means drawn without replacement (sizes S_b, the whole population summing to zero; u =
 * 1/(N-1), v = 1/((N-1)(N-2)); each per unit cumulant of one example):
 *   two of batch b             u (N - S_b)/S_b           b and c         -u
 *   two of b, one of c         -v (N - 2 S_b)/S_b        b, c and e      2 v
 * which for equal batches are THEORY's fp/S, w_h and f3; averaging them over the places of two (or three)
 * steps in the epoch is exact for a remainder batch too. What stays of first order there: X_h and g_h are
 * those averaged over the phase.
 *
 * Diagonal in the modes: with X_h = diag x_h, D[X_h]_ll = sum_m T_lm x_m - rho_l^2 x_l, T_lm =
 * E_i[(H_i)_lm^2], one product for all lags at once. What X_h has off the diagonal adds 2e-4 of the noise on
 * the real run (the diagonal adds 1.4e-2) and leaves every spectrum of a mode uncoupled: no matrix is
 * inverted at any frequency. */
#include "dressed.h"
#include "examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- cumulants of batches ----------------------------------------------------------------------- */

sgdl_status sgdl_epoch_cumulants_init(sgdl_context *ctx, const sgdl_noise *noise, sgdl_epoch_cumulants *c)
{
  ptrdiff_t M = noise->steps;
  double N = noise->N, S = noise->S, r = (double)noise->remainder, u = noise->u;
  double v = N > 2 ? u / (N - 2) : 0;
  c->M = M;
  c->triple = 2 * v;
  SGDL_TRY(sgdl_alloc(ctx, &c->pair, 3 * M, "cumulants of the epoch"));
  c->twice_later = c->pair + M;
  c->twice_earlier = c->twice_later + M;
  c->pair[0] = noise->scale;
  c->twice_later[0] = c->twice_earlier[0] = 0;
  for (ptrdiff_t h = 1; h < M; h++) { /* once the later step is the remainder batch, never the earlier */
    double pairs = (double)(M - h) / (double)M, full = v * (N - 2 * S) / S;
    c->pair[h] = u * pairs;
    c->twice_earlier[h] = full * pairs;
    c->twice_later[h] = full * pairs;
    if (noise->remainder > 0)
      c->twice_later[h] += (v * (N - 2 * r) / r - full) / (double)M;
  }
  return SGDL_OK;
}

void sgdl_epoch_cumulants_free(sgdl_epoch_cumulants *c)
{
  free(c->pair);
  c->pair = NULL;
}

/* ---- the terms ---------------------------------------------------------------------------------- */

sgdl_status sgdl_dressing_noise(sgdl_context *ctx, const sgdl_dressing *dressing, ptrdiff_t n,
                                const double *x, double *out)
{
  ptrdiff_t d = dressing->modes.d;
  const double *rho = dressing->model->rho;
  SGDL_TRY(sgdl_backend_of(ctx)->product(ctx, 0, 0, d, n, d, 1.0, dressing->T, d, x, d, 0.0, out, d));
  for (ptrdiff_t h = 0; h < n; h++)
    for (ptrdiff_t l = 0; l < d; l++)
      out[l + h * d] -= rho[l] * rho[l] * x[l + h * d];
  return SGDL_OK;
}

static void impulse_response(sgdl_dressing *D)
{
  const sgdl_hyper *h = &D->model->hyper;
  ptrdiff_t d = D->modes.d;
  for (ptrdiff_t l = 0; l < d; l++) {
    double u = h->lr * D->modes.kappa[l], g = 0, change = h->lr;
    for (ptrdiff_t k = 0; k < D->cumulants.M; k++) { /* g_{k+1} - g_k = beta (g_k - g_{k-1}) - u g_k */
      D->response[l + k * d] = g;
      g += change;
      change = h->momentum * change - u * g;
    }
  }
}

/* (c), first order: kernel_h = a_h D[diag g_h] */
static sgdl_status restoring_kernel(sgdl_context *ctx, sgdl_dressing *D)
{
  ptrdiff_t d = D->modes.d;
  SGDL_TRY(sgdl_dressing_noise(ctx, D, D->cumulants.M, D->response, D->kernel));
  for (ptrdiff_t h = 0; h < D->cumulants.M; h++)
    for (ptrdiff_t l = 0; l < d; l++)
      D->kernel[l + h * d] *= h > 0 ? D->cumulants.pair[h] : 0;
  return SGDL_OK;
}

/* (f) for one mode from q_h = E_i[(H_i - H) diag(g_h) n_i n_i']_ll. Three different steps k (of Delta), k -
 * h, k - t lie in one epoch at M - max(h, t) places (t > 0) or M - h - |t| (t < 0): sums over h by running
 * sums A = sum q_h and B = sum h q_h. */
static void third_cumulant(const sgdl_epoch_cumulants *c, const double *q, double *A, double *B, double *out)
{
  ptrdiff_t M = c->M;
  double each = c->triple / (double)M;
  A[0] = B[0] = out[0] = 0;
  for (ptrdiff_t h = 1; h < M; h++) {
    A[h] = A[h - 1] + q[h];
    B[h] = B[h - 1] + (double)h * q[h];
    out[0] += 2 * c->twice_later[h] * q[h];
  }
  for (ptrdiff_t t = 1; t < M; t++) {
    double below = (double)(M - t) * A[t - 1];
    double above = (double)M * (A[M - 1] - A[t]) - (B[M - 1] - B[t]);
    double ahead = (double)(M - t) * A[M - t - 1] - B[M - t - 1];
    out[t] = c->twice_earlier[t] * q[t] - each * (below + above + ahead);
  }
}

static sgdl_status cumulant_term(sgdl_context *ctx, sgdl_dressing *D)
{
  ptrdiff_t d = D->modes.d, M = D->cumulants.M;
  double *q = NULL, *line = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &q, sgdl_times(d, M), "the third cumulant"));
  SGDL_GET(sgdl_alloc(ctx, &line, 4 * M, "the third cumulant"));
  SGDL_GET(sgdl_backend_of(ctx)->product(ctx, 0, 0, d, M, d, 1.0, D->U, d, D->response, d, 0.0, q, d));
  for (ptrdiff_t l = 0; l < d; l++) {
    for (ptrdiff_t h = 0; h < M; h++)
      line[h] = q[l + h * d] - D->model->rho[l] * D->strength[0][l] * D->response[l + h * d];
    third_cumulant(&D->cumulants, line, line + M, line + 2 * M, line + 3 * M);
    for (ptrdiff_t t = 0; t < M; t++)
      D->cumulant[l + t * d] = line[3 * M + t];
  }
done:
  free(q);
  free(line);
  return status;
}

/* (e): m and the gradients n_i + (H_i - H) m of the shifted mean. */
static sgdl_status mean_shift(sgdl_context *ctx, sgdl_dressing *D)
{
  const sgdl_examples *examples = D->examples;
  ptrdiff_t d = D->modes.d, N = examples->N;
  double *rows = NULL, *out;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &rows, sgdl_times(2 * N, d), "gradients of the examples"));
  out = rows + N * d;
  for (ptrdiff_t l = 0; l < d; l++) {
    double weight = 0;
    for (ptrdiff_t h = 1; h < D->cumulants.M; h++)
      weight += D->cumulants.pair[h] * D->response[l + h * d];
    for (ptrdiff_t i = 0; i < N; i++)
      rows[i + l * N] = weight * examples->gradient[i + l * N];
  }
  SGDL_GET(sgdl_examples_apply(ctx, examples, N, rows, out));
  for (ptrdiff_t l = 0; l < d; l++) {
    double sum = 0;
    for (ptrdiff_t i = 0; i < N; i++)
      sum += out[i + l * N];
    D->shift[l] = D->strength[0][l] > 0 ? -sum / ((double)N * D->modes.kappa[l]) : 0;
  }
  SGDL_GET(sgdl_examples_apply(ctx, examples, 1, D->shift, out));
  for (ptrdiff_t l = 0; l < d; l++) {
    double squares = 0, pull = D->model->rho[l] * D->shift[l];
    for (ptrdiff_t i = 0; i < N; i++) {
      double n = examples->gradient[i + l * N] + out[i + l * N] - pull;
      squares += n * n;
    }
    D->strength[1][l] = D->strength[0][l] > 0 ? squares / (double)N : 0;
  }
done:
  free(rows);
  return status;
}

/* C_ll, rounding set to zero. */
static sgdl_status strengths(sgdl_context *ctx, sgdl_dressing *D)
{
  ptrdiff_t d = D->modes.d, N = D->examples->N;
  for (ptrdiff_t l = 0; l < d; l++) {
    const double *n = D->examples->gradient + l * N;
    double squares = 0;
    for (ptrdiff_t i = 0; i < N; i++)
      squares += n[i] * n[i];
    D->strength[0][l] = squares / (double)N;
  }
  double quiet = sgdl_examples_quiet(d, D->strength[0]);
  for (ptrdiff_t l = 0; l < d; l++) {
    if (D->strength[0][l] <= quiet)
      D->strength[0][l] = 0;
    else if (D->modes.kappa[l] == 0)
      return sgdl_fail(ctx, SGDL_FLAT,
                       "mode %td is flat and noisy: expected curvature (or weight decay) in every noisy "
                       "direction, or the expansion about the minimiser has no first order", l + 1);
  }
  return SGDL_OK;
}

sgdl_status sgdl_dressing_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                               sgdl_dressing *D)
{
  ptrdiff_t d = model->dim, lags;
  *D = (sgdl_dressing){ .model = model, .examples = examples };
  SGDL_TRY(sgdl_modes_init(ctx, model, &D->modes));
  SGDL_TRY(sgdl_modes_no_saddle(ctx, &D->modes));
  SGDL_TRY(sgdl_examples_check(ctx, model, examples));
  SGDL_TRY(sgdl_epoch_cumulants_init(ctx, &D->modes.noise, &D->cumulants));
  lags = sgdl_times(d, D->cumulants.M);
  SGDL_TRY(sgdl_alloc(ctx, &D->strength[0], 3 * d, "the noise of the modes"));
  D->strength[1] = D->strength[0] + d;
  D->shift = D->strength[1] + d;
  SGDL_TRY(strengths(ctx, D));
  SGDL_TRY(sgdl_alloc(ctx, &D->T, sgdl_times(2 * d, d), "moments of the Hessians"));
  D->U = D->T + d * d;
  SGDL_TRY(sgdl_alloc(ctx, &D->response, sgdl_times(3, lags), "the terms of the dressed theory"));
  D->kernel = D->response + lags;
  D->cumulant = D->kernel + lags;
  SGDL_TRY(sgdl_examples_tables(ctx, examples, D->T, D->U));
  impulse_response(D);
  SGDL_TRY(restoring_kernel(ctx, D));
  SGDL_TRY(cumulant_term(ctx, D));
  return mean_shift(ctx, D);
}

void sgdl_dressing_free(sgdl_dressing *D)
{
  sgdl_modes_free(&D->modes);
  sgdl_epoch_cumulants_free(&D->cumulants);
  free(D->strength[0]);
  free(D->T);
  free(D->response);
}
