/* Toeplitz matrices through their prediction-error filter; see toeplitz.h. */
#include "toeplitz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory and plans ---- */

/* Leaf size and number of doublings that cover `steps` with little to spare and short prime factors. */
static void choose_levels(ptrdiff_t steps, ptrdiff_t *leaf, int *levels)
{
  static const ptrdiff_t leaves[] = {64, 72, 80, 90, 96, 100, 108, 120, 128};
  enum { N = sizeof leaves / sizeof *leaves };
  *levels = 0;
  while (leaves[N - 1] << *levels < steps) ++*levels;
  int i = 0;
  while (leaves[i] << *levels < steps) i++;
  *leaf = leaves[i];
}

static sgdl_status open_levels(sgdl_context *ctx, sgdl_toeplitz *t)
{
  ptrdiff_t whole = t->leaf << t->levels, shared = 0;
  for (int l = 1; l <= t->levels; l++) shared += 4 * sgdl_fourier_room(t->leaf << l);
  if (shared < 3 * t->room) shared = 3 * t->room;
  SGDL_TRY(sgdl_alloc(ctx, &t->memory, shared + sgdl_fourier_room(whole) + 4 * whole + 2 * t->n,
                      "the covariance matrix"));
  double *next = t->work = t->memory;
  for (int l = 1; l <= t->levels; l++) {
    sgdl_schur_level *level = t->level + l;
    ptrdiff_t room = sgdl_fourier_room(t->leaf << l);
    *level =
        (sgdl_schur_level){t->leaf << l, NULL, NULL, next, next + room, next + 2 * room, next + 3 * room};
    next += 4 * room;
    SGDL_TRY(sgdl_fourier_plan_apart(ctx, level->n, &level->forward, &level->backward));
  }
  t->padded = t->memory + shared;
  next = t->padded + sgdl_fourier_room(whole);
  t->first = next;
  t->second = next + whole;
  t->delta = next + 2 * whole;
  t->epsilon = next + 3 * whole;
  t->phi = next + 4 * whole;
  t->reflection = t->phi + t->n;
  return SGDL_OK;
}

/* Smallest even length >= n without prime factors above 5. */
static ptrdiff_t smooth_length(ptrdiff_t n)
{
  for (n += n % 2;; n += 2) {
    ptrdiff_t rest = n;
    for (int p = 2; p <= 5; p++)
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

sgdl_status sgdl_toeplitz_open(sgdl_context *ctx, ptrdiff_t n, sgdl_toeplitz *t)
{
  memset(t, 0, sizeof *t);
  if (n < 2)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "a Toeplitz matrix of size %td: expected at least 2", n);
  t->n = n;
  choose_levels(n - 1, &t->leaf, &t->levels);
  t->length = smooth_length(2 * n);
  t->room = sgdl_fourier_room(t->length);
  sgdl_status status = open_levels(ctx, t);
  if (status == SGDL_OK) status = sgdl_fourier_plan(ctx, t->length, &t->forward, &t->backward);
  if (status == SGDL_OK) status = sgdl_alloc(ctx, &t->filter, 2 * t->room, "the covariance matrix");
  if (status != SGDL_OK) {
    sgdl_toeplitz_close(t);
    return status;
  }
  t->twin = t->filter + t->room;
  return SGDL_OK;
}

void sgdl_toeplitz_close(sgdl_toeplitz *t)
{
  for (int l = 1; l <= t->levels; l++) sgdl_fourier_destroy(&t->level[l].forward, &t->level[l].backward);
  sgdl_fourier_destroy(&t->forward, &t->backward);
  free(t->memory);
  free(t->filter);
  memset(t, 0, sizeof *t);
}

/* ---- factorisation ---- */

/* v_j = v_{j-1} (1 - k_j^2) and log det T = sum_j log v_j, the logarithm taken of eight variances at a time.
 */
static void sum_variances(sgdl_toeplitz *t, double r0)
{
  double v = 1.0, sum = 0.0;
  for (ptrdiff_t j = 0; j < t->n - 1;) {
    double product = 1.0;
    for (ptrdiff_t end = j + 8 < t->n - 1 ? j + 8 : t->n - 1; j < end; j++) {
      v *= (1.0 - t->reflection[j]) * (1.0 + t->reflection[j]);
      product *= v;
    }
    sum += log(product);
  }
  t->variance = v * r0;
  t->log_det = (double)t->n * log(r0) + sum;
}

/* phi(z) = delta(z) + z epsilon(z) and the spectra that the formulas need. */
static void finish(sgdl_toeplitz *t, double r0, const double *delta, const double *epsilon)
{
  const ptrdiff_t n = t->n;
  double *reversed = t->work;
  sum_variances(t, r0);
  t->phi[0] = 1.0;
  for (ptrdiff_t i = 1; i < n - 1; i++) t->phi[i] = delta[i] + epsilon[i - 1];
  t->phi[n - 1] = epsilon[n - 2];
  reversed[0] = 0.0;
  for (ptrdiff_t i = 1; i < n; i++) reversed[i] = t->phi[n - i];
  sgdl_toeplitz_transform(t, reversed, t->twin);
  sgdl_toeplitz_transform(t, t->phi, t->filter);
}

static sgdl_status generators(sgdl_toeplitz *t, const double *r)
{
  if (!(r[0] > 0) || isinf(r[0])) return SGDL_NOT_PSD;
  memcpy(t->first, r, (size_t)(t->n - 1) * sizeof(double));
  memcpy(t->second, r + 1, (size_t)(t->n - 1) * sizeof(double));
  return SGDL_OK;
}

sgdl_status sgdl_toeplitz_factor(sgdl_toeplitz *t, const double *r)
{
  SGDL_TRY(generators(t, r));
  if (sgdl_schur_run(t, t->levels, t->n - 1, t->first, t->second, t->delta, t->epsilon, t->reflection))
    return SGDL_NOT_PSD;
  finish(t, r[0], t->delta, t->epsilon);
  return SGDL_OK;
}

sgdl_status sgdl_toeplitz_factor_directly(sgdl_toeplitz *t, const double *r)
{
  const ptrdiff_t steps = t->n - 1;
  SGDL_TRY(generators(t, r));
  double *beta = t->work; /* 2 n fit in it */
  if (sgdl_schur_directly(steps, t->first, t->second, t->delta, beta, t->reflection)) return SGDL_NOT_PSD;
  for (ptrdiff_t i = 0; i < steps; i++) t->epsilon[i] = beta[steps - 1 - i];
  finish(t, r[0], t->delta, t->epsilon);
  return SGDL_OK;
}

/* ---- spectra ---- */

static void transform_in_place(const sgdl_toeplitz *t, double *x)
{
  fftw_execute_dft_r2c(t->forward, x, (fftw_complex *)x);
}

static void invert_in_place(const sgdl_toeplitz *t, double *x)
{
  fftw_execute_dft_c2r(t->backward, (fftw_complex *)x, x);
}

void sgdl_toeplitz_transform(const sgdl_toeplitz *t, const double *x, double *spectrum)
{
  if (x != spectrum) memcpy(spectrum, x, (size_t)t->n * sizeof(double));
  memset(spectrum + t->n, 0, (size_t)(t->length - t->n) * sizeof(double));
  transform_in_place(t, spectrum);
}

void sgdl_toeplitz_spectrum(const sgdl_toeplitz *t, const double *d, double *spectrum)
{
  memcpy(spectrum, d, (size_t)t->n * sizeof(double));
  memset(spectrum + t->n, 0, (size_t)(t->length - t->n) * sizeof(double));
  for (ptrdiff_t k = 1; k < t->n; k++) spectrum[t->length - k] = d[k];
  transform_in_place(t, spectrum);
}

/* sum_k w_k Re(conj(X_k) Y_k) D_k/length over all frequencies; eight sums, so that the order is the same for
 * every vector width. */
SGDL_VECTORISED static double spectral_form(ptrdiff_t length, const double *X, const double *D,
                                            const double *Y)
{
  double lane[4] = {0};
  const ptrdiff_t half = length / 2;
  ptrdiff_t k = 1;
  for (; k + 4 <= half; k += 4)
    for (int i = 0; i < 4; i++)
      lane[i] += (X[2 * (k + i)] * Y[2 * (k + i)] + X[2 * (k + i) + 1] * Y[2 * (k + i) + 1]) * D[2 * (k + i)];
  for (; k < half; k++) lane[0] += (X[2 * k] * Y[2 * k] + X[2 * k + 1] * Y[2 * k + 1]) * D[2 * k];
  double sum = 2.0 * ((lane[0] + lane[1]) + (lane[2] + lane[3]));
  sum += X[0] * Y[0] * D[0] + X[2 * half] * Y[2 * half] * D[2 * half];
  return sum / (double)length;
}

double sgdl_toeplitz_form(const sgdl_toeplitz *t, const double *x, const double *D, const double *y)
{
  return spectral_form(t->length, x, D, y);
}

/* ---- what follows from the factor ---- */

/* out <- conj(F) X, or with `in` as well: F X - G Z, in place of X. */
SGDL_VECTORISED static void multiply_conjugate(ptrdiff_t n, const double *restrict F,
                                               const double *restrict X, double scale, double *restrict out)
{
  for (ptrdiff_t k = 0; k <= n / 2; k++) {
    double f = scale * F[2 * k], fi = scale * F[2 * k + 1], x = X[2 * k], xi = X[2 * k + 1];
    out[2 * k] = f * x + fi * xi;
    out[2 * k + 1] = f * xi - fi * x;
  }
}

SGDL_VECTORISED static void multiply_difference(ptrdiff_t n, const double *restrict F,
                                                const double *restrict G, double scale, double *restrict X,
                                                const double *restrict Z)
{
  for (ptrdiff_t k = 0; k <= n / 2; k++) {
    double f = scale * F[2 * k], fi = scale * F[2 * k + 1], g = scale * G[2 * k], gi = scale * G[2 * k + 1];
    double x = X[2 * k], xi = X[2 * k + 1], z = Z[2 * k], zi = Z[2 * k + 1];
    X[2 * k] = (f * x - fi * xi) - (g * z - gi * zi);
    X[2 * k + 1] = (f * xi + fi * x) - (g * zi + gi * z);
  }
}

void sgdl_toeplitz_solve(sgdl_toeplitz *t, const double *x, double *y)
{
  double *X = t->work, *p = X + t->room, *q = p + t->room;
  const double scale = 1.0 / (double)t->length;
  sgdl_toeplitz_transform(t, x, X);
  multiply_conjugate(t->length, t->filter, X, scale, p);
  multiply_conjugate(t->length, t->twin, X, scale, q);
  invert_in_place(t, p);
  invert_in_place(t, q);
  sgdl_toeplitz_transform(t, p, p);
  sgdl_toeplitz_transform(t, q, q);
  multiply_difference(t->length, t->filter, t->twin, scale / t->variance, p, q);
  invert_in_place(t, p);
  memcpy(y, p, (size_t)t->n * sizeof(double));
}

/* sum x_i^2 - y_i^2 in four lanes: the same bits for every vector width. */
SGDL_VECTORISED static double difference_of_squares(ptrdiff_t n, const double *restrict x,
                                                    const double *restrict y)
{
  double lane[4] = {0};
  ptrdiff_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; k++) lane[k] += (x[i + k] - y[i + k]) * (x[i + k] + y[i + k]);
  for (; i < n; i++) lane[0] += (x[i] - y[i]) * (x[i] + y[i]);
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

double sgdl_toeplitz_quadratic(sgdl_toeplitz *t, const double *x)
{
  double *X = t->work, *p = X + t->room, *q = p + t->room;
  const double scale = 1.0 / (double)t->length;
  sgdl_toeplitz_transform(t, x, X);
  multiply_conjugate(t->length, t->filter, X, scale, p);
  multiply_conjugate(t->length, t->twin, X, scale, q);
  invert_in_place(t, p);
  invert_in_place(t, q);
  return difference_of_squares(t->n, p, q) / t->variance;
}

void sgdl_toeplitz_solve_ones(const sgdl_toeplitz *t, double *u)
{
  double total = 0.0, sum = 0.0;
  for (ptrdiff_t l = 0; l < t->n; l++) total += t->phi[l];
  for (ptrdiff_t i = 0; i < t->n; i++) {
    sum += i ? t->phi[i] - t->phi[t->n - i] : t->phi[0];
    u[i] = total / t->variance * sum;
  }
}

double sgdl_toeplitz_trace(sgdl_toeplitz *t, const double *D)
{
  double *weighted = t->work;
  for (ptrdiff_t p = 0; p < t->n; p++) weighted[p] = (double)(t->n - 2 * p) * t->phi[p];
  sgdl_toeplitz_transform(t, weighted, weighted);
  return spectral_form(t->length, weighted, D, t->filter) / t->variance;
}

double sgdl_toeplitz_diagonal(const sgdl_toeplitz *t, ptrdiff_t k)
{
  double sum = 0.0;
  for (ptrdiff_t p = 0; p + k < t->n; p++)
    sum += (double)(t->n - k - 2 * p) * (t->phi[p] * t->phi[p + k]);
  return sum / t->variance;
}
