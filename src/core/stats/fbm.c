/* Exact likelihood of fractional Brownian motion; see fbm.h. */
#include "fbm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* ---- memory ---- */

static void add_noise(const sgdl_fbm *f, double ratio, double *r)
{
  r[0] += 2.0 * ratio;
  if (f->n > 1) r[1] -= ratio;
}

sgdl_status sgdl_fbm_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_series, ptrdiff_t n_groups, int drift,
                          const double *x, sgdl_fbm *f)
{
  memset(f, 0, sizeof *f);
  f->ctx = ctx;
  f->n = n;
  f->n_series = n_series;
  f->n_groups = n_groups;
  f->drift = drift;
  f->x = x;
  f->trace_alpha = NAN;
  SGDL_TRY(sgdl_toeplitz_open(ctx, n, &f->toeplitz));
  ptrdiff_t padded = (n + 7) / 8 * 8, room = f->toeplitz.room;
  sgdl_status status = sgdl_alloc(ctx, &f->memory, 5 * padded + 3 * room + 3 * n_groups, "the likelihood");
  if (status != SGDL_OK) {
    sgdl_fbm_close(f);
    return status;
  }
  double **vectors[] = {&f->log_k, &f->r, &f->dr, &f->y, &f->ones};
  double **spectra[] = {&f->covariance, &f->derivative, &f->spectrum};
  double *next = f->memory;
  for (int i = 0; i < 3; i++, next += room) *spectra[i] = next;
  for (int i = 0; i < 5; i++, next += padded) *vectors[i] = next;
  f->form = next;
  f->slope[0] = next + n_groups;
  f->slope[1] = next + 2 * n_groups;
  for (ptrdiff_t k = 1; k < n; k++) f->log_k[k] = log((double)k);
  f->log_k[0] = 0.0;
  return SGDL_OK;
}

void sgdl_fbm_close(sgdl_fbm *f)
{
  sgdl_toeplitz_close(&f->toeplitz);
  free(f->memory);
  memset(f, 0, sizeof *f);
}

/* ---- likelihood and score ---- */

static sgdl_status factor(sgdl_fbm *f, double alpha, double ratio, double *dr)
{
  sgdl_fbm_covariance(f->n, alpha, f->log_k, f->r, dr);
  add_noise(f, ratio, f->r);
  f->evaluations++;
  return sgdl_toeplitz_factor(&f->toeplitz, f->r);
}

/* y' N y */
static double noise_form(ptrdiff_t n, const double *y)
{
  double same = 0.0, next = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) same += y[i] * y[i];
  for (ptrdiff_t i = 1; i < n; i++) next += y[i] * y[i - 1];
  return 2.0 * (same - next);
}

/* What the drift takes: u = T^{-1} 1 in f->ones, total = 1'u, and u' T_j u for alpha and ratio. */
typedef struct ones {
  double total, form[2];
} ones;

static ones project_ones(sgdl_fbm *f, int with_forms)
{
  ones o = {0};
  const sgdl_toeplitz *t = &f->toeplitz;
  if (!f->drift) return o;
  sgdl_toeplitz_solve_ones(t, f->ones);
  for (ptrdiff_t i = 0; i < f->n; i++) o.total += f->ones[i];
  if (!with_forms) return o;
  sgdl_toeplitz_transform(t, f->ones, f->spectrum);
  o.form[0] = sgdl_toeplitz_form(t, f->spectrum, f->derivative, f->spectrum);
  o.form[1] = noise_form(f->n, f->ones);
  return o;
}

/* tr(P T_j), P = T^{-1} - u u'/1'u */
static void traces(sgdl_fbm *f, const ones *o, double trace[2])
{
  sgdl_toeplitz *t = &f->toeplitz;
  trace[0] = sgdl_toeplitz_trace(t, f->derivative);
  trace[1] = 2.0 * (sgdl_toeplitz_diagonal(t, 0) - sgdl_toeplitz_diagonal(t, 1));
  for (int j = 0; j < 2 && f->drift; j++) trace[j] -= o->form[j] / o->total;
}

/* y = P x, with x'P x to second order of the error of y, and y' T_j y. */
static void add_series(sgdl_fbm *f, ptrdiff_t series, const ones *o)
{
  sgdl_toeplitz *t = &f->toeplitz;
  const double *x = f->x + f->n * series;
  const ptrdiff_t group = series % f->n_groups;
  double product = 0.0, sum = 0.0;
  sgdl_toeplitz_solve(t, x, f->y);
  for (ptrdiff_t i = 0; i < f->n && f->drift; i++) sum += f->y[i];
  for (ptrdiff_t i = 0; i < f->n; i++) {
    if (f->drift) f->y[i] -= sum / o->total * f->ones[i];
    product += x[i] * f->y[i];
  }
  sgdl_toeplitz_transform(t, f->y, f->spectrum);
  f->form[group] += 2.0 * product - sgdl_toeplitz_form(t, f->spectrum, f->covariance, f->spectrum);
  f->slope[0][group] += sgdl_toeplitz_form(t, f->spectrum, f->derivative, f->spectrum);
  f->slope[1][group] += noise_form(f->n, f->y);
}

/* x'P x alone, for half the work. */
static void add_form(sgdl_fbm *f, ptrdiff_t series, const ones *o)
{
  const double *x = f->x + f->n * series;
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < f->n && f->drift; i++) sum += f->ones[i] * x[i];
  f->form[series % f->n_groups] +=
      sgdl_toeplitz_quadratic(&f->toeplitz, x) - (f->drift ? sum / o->total * sum : 0.0);
}

sgdl_status sgdl_fbm_evaluate(sgdl_fbm *f, sgdl_fbm_point *p, int with_score)
{
  const double dof = (double)(f->n - f->drift) * (double)(f->n_series / f->n_groups);
  SGDL_TRY(factor(f, p->alpha, p->ratio, with_score ? f->dr : NULL));
  if (with_score) {
    sgdl_toeplitz_spectrum(&f->toeplitz, f->r, f->covariance);
    sgdl_toeplitz_spectrum(&f->toeplitz, f->dr, f->derivative);
  }
  const ones o = project_ones(f, with_score);
  f->trace[0] = f->trace[1] = 0.0;
  if (with_score) traces(f, &o, f->trace);
  memset(f->form, 0, (size_t)(3 * f->n_groups) * sizeof(double));
  for (ptrdiff_t i = 0; i < f->n_series; i++)
    if (with_score) add_series(f, i, &o);
    else add_form(f, i, &o);

  double total = (double)f->n_series * f->toeplitz.log_det;
  if (f->drift) total += (double)f->n_series * log(o.total / (double)f->n);
  for (int j = 0; j < 2; j++) p->score[j] = -0.5 * (double)f->n_series * f->trace[j];
  for (ptrdiff_t g = 0; g < f->n_groups; g++) {
    total += dof * (log(2.0 * PI * f->form[g] / dof) + 1.0);
    for (int j = 0; j < 2; j++) p->score[j] += 0.5 * dof * f->slope[j][g] / f->form[g];
  }
  p->log_likelihood = -0.5 * total;
  f->trace_alpha = with_score && p->ratio == 0.0 ? p->alpha : NAN;
  return isfinite(p->log_likelihood) && isfinite(p->score[0]) && isfinite(p->score[1]) ? SGDL_OK
                                                                                        : SGDL_NOT_PSD;
}

sgdl_status sgdl_fbm_drift(sgdl_fbm *f, double *drift)
{
  double total = 0.0;
  sgdl_toeplitz_solve_ones(&f->toeplitz, f->ones);
  for (ptrdiff_t i = 0; i < f->n; i++) total += f->ones[i];
  for (ptrdiff_t s = 0; s < f->n_series; s++) {
    double sum = 0.0;
    for (ptrdiff_t i = 0; i < f->n; i++) sum += f->ones[i] * f->x[i + f->n * s];
    drift[s] = sum / total;
  }
  return SGDL_OK;
}

/* ---- information ---- */

/* tr(P(alpha, ratio) T_j) with the T_j of f->derivative and of the noise. */
static sgdl_status held_traces(sgdl_fbm *f, double alpha, double ratio, double trace[2])
{
  SGDL_TRY(factor(f, alpha, ratio, NULL));
  const ones o = project_ones(f, 1);
  traces(f, &o, trace);
  return SGDL_OK;
}

/* Smallest value of the spectrum of G, near enough: at the highest frequency. */
static double floor_of(const sgdl_fbm *f)
{
  double sum = f->r[0];
  for (ptrdiff_t k = 1; k < f->n; k++) sum += k % 2 ? -2.0 * f->r[k] : 2.0 * f->r[k];
  return fmax(fabs(sum), 1e-6);
}

/* Without noise, just after an evaluation there: its trace is one end of a short difference. */
static sgdl_status forward_information(sgdl_fbm *f, double alpha, double I[9])
{
  const double half = 0.5 * (double)f->n_series, h = 1e-5 * fmin(alpha, 2.0 - alpha), here = f->trace[0];
  double ahead[2];
  f->trace_alpha = NAN;
  SGDL_TRY(held_traces(f, alpha + h, 0.0, ahead));
  I[0] = -half * (ahead[0] - here) / h;
  I[2] = I[6] = half * here;
  I[8] = half * (double)(f->n - f->drift);
  return SGDL_OK;
}

sgdl_status sgdl_fbm_information(sgdl_fbm *f, double alpha, double ratio, int noise, double information[9])
{
  const double half = 0.5 * (double)f->n_series;
  double at[2], up[2], down[2], *I = information;
  memset(I, 0, 9 * sizeof(double));
  if (!noise && f->trace_alpha == alpha) return forward_information(f, alpha, I);
  f->trace_alpha = NAN;
  sgdl_fbm_covariance(f->n, alpha, f->log_k, f->r, f->dr);
  sgdl_toeplitz_spectrum(&f->toeplitz, f->dr, f->derivative);
  double h = 2e-4 * fmin(alpha, 2.0 - alpha), step = 2e-4 * (ratio + 0.25 * floor_of(f));
  SGDL_TRY(held_traces(f, alpha + h, ratio, up));
  SGDL_TRY(held_traces(f, alpha - h, ratio, down));
  I[0] = -half * (up[0] - down[0]) / (2.0 * h);
  I[1] = -half * (up[1] - down[1]) / (2.0 * h);
  for (int j = 0; j < 2; j++) at[j] = 0.5 * (up[j] + down[j]); /* to h^2, as the differences */
  if (noise) {
    SGDL_TRY(held_traces(f, alpha, ratio, at));
    SGDL_TRY(held_traces(f, alpha, ratio + step, up));
    if (ratio >= step) {
      SGDL_TRY(held_traces(f, alpha, ratio - step, down));
      I[4] = -half * (up[1] - down[1]) / (2.0 * step);
    } else {
      SGDL_TRY(held_traces(f, alpha, ratio + 2.0 * step, down));
      I[4] = -half * (4.0 * up[1] - down[1] - 3.0 * at[1]) / (2.0 * step);
    }
  } else {
    I[1] = 0.0;
  }
  I[3] = I[1];
  I[2] = I[6] = half * at[0];
  I[5] = I[7] = noise ? half * at[1] : 0.0;
  I[8] = half * (double)(f->n - f->drift);
  return SGDL_OK;
}
