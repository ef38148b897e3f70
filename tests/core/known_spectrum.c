#include "known_spectrum.h"

#include "../../src/core/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void hadamard(ptrdiff_t d, double *x)
{
  double scale = 1 / sqrt((double)d);
  for (ptrdiff_t h = 1; h < d; h *= 2)
    for (ptrdiff_t i = 0; i < d; i += 2 * h)
      for (ptrdiff_t j = i; j < i + h; j++) {
        double a = x[j], b = x[j + h];
        x[j] = a + b;
        x[j + h] = a - b;
      }
  for (ptrdiff_t i = 0; i < d; i++) x[i] *= scale;
}

static void times(ptrdiff_t d, const double *a, double *x)
{
  for (ptrdiff_t i = 0; i < d; i++) x[i] *= a[i];
}

/* x <- Q x, or Q'x. */
static void rotate(const known_spectrum *k, int back, double *x)
{
  const double *outer = k->sign, *inner = k->sign + k->d;
  if (back) {
    hadamard(k->d, x);
    times(k->d, outer, x);
    hadamard(k->d, x);
    times(k->d, inner, x);
  } else {
    times(k->d, inner, x);
    hadamard(k->d, x);
    times(k->d, outer, x);
    hadamard(k->d, x);
  }
}

static sgdl_status product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                           double *HV)
{
  known_spectrum *k = op->self;
  k->products++;
  if (k->products == k->fail_at) {
    strcpy(ctx->message, "the user's function failed on purpose");
    return SGDL_CALLBACK;
  }
  if (k->products == k->stop_at) return SGDL_INTERRUPTED;
#pragma omp parallel for if (k->d >= 4096) schedule(static)
  for (ptrdiff_t q = 0; q < n; q++) {
    double *x = HV + k->d * q;
    memcpy(x, V + k->d * q, sizeof(double) * (size_t)k->d);
    rotate(k, 1, x);
    times(k->d, k->rho, x);
    rotate(k, 0, x);
  }
  if (k->products == k->nan_at) HV[k->d * (n - 1) + 2] = NAN;
  return SGDL_OK;
}

void known_create(known_spectrum *k, ptrdiff_t d, uint64_t seed)
{
  *k = (known_spectrum){.d = d};
  k->op = (sgdl_operator){.dim = d, .self = k, .product = product};
  k->rho = calloc((size_t)(3 * d), sizeof(double));
  k->sign = k->rho + d;
  sgdl_normals(seed, SGDL_STREAM_START, 0, 0, 0, 2 * d, k->sign);
  for (ptrdiff_t i = 0; i < 2 * d; i++) k->sign[i] = k->sign[i] < 0 ? -1 : 1;
}

void known_free(known_spectrum *k)
{
  free(k->rho);
}

void known_vector(const known_spectrum *k, ptrdiff_t l, double *q)
{
  memset(q, 0, sizeof(double) * (size_t)k->d);
  q[l] = 1;
  rotate(k, 0, q);
}

void known_dense(const known_spectrum *k, double *H)
{
  ptrdiff_t d = k->d;
  double *q = calloc((size_t)d, sizeof(double));
  memset(H, 0, sizeof(double) * (size_t)(d * d));
  for (ptrdiff_t l = 0; l < d; l++) {
    known_vector(k, l, q);
    for (ptrdiff_t j = 0; j < d; j++)
      for (ptrdiff_t i = 0; i <= j; i++) H[i + j * d] += k->rho[l] * q[i] * q[j];
  }
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < j; i++) H[j + i * d] = H[i + j * d];
  free(q);
}

/* Quantile of the Marchenko-Pastur law with ratio 1/2: edges (1 -+ sqrt(1/2))^2, by its density summed up. */
static void marchenko_pastur(ptrdiff_t d, double *rho)
{
  enum { GRID = 20000 };
  const double y = 0.5, low = (1 - sqrt(y)) * (1 - sqrt(y)), high = (1 + sqrt(y)) * (1 + sqrt(y));
  double total = 0, sum = 0;
  for (int pass = 0; pass < 2; pass++) {
    ptrdiff_t l = d - 1;
    for (int i = 0; i < GRID; i++) {
      double x = low + (high - low) * (i + 0.5) / GRID, p = sqrt((high - x) * (x - low)) / x;
      if (pass == 0) {
        total += p;
        continue;
      }
      sum += p;
      while (l >= 0 && sum >= total * ((double)(d - 1 - l) + 0.5) / (double)d) rho[l--] = x;
    }
    while (pass == 1 && l >= 0) rho[l--] = high;
  }
}

void known_fill(int spectrum, ptrdiff_t d, double *rho)
{
  const ptrdiff_t outliers = 10;
  if (spectrum == MARCHENKO_PASTUR) {
    marchenko_pastur(d, rho);
  } else if (spectrum == POWER_LAW) { /* density rho^-1.5 over four decades */
    for (ptrdiff_t l = 0; l < d; l++) {
      double q = ((double)l + 0.5) / (double)d;
      rho[l] = pow(1 + q * 99, -2);
    }
  } else {
    marchenko_pastur(d - outliers, rho + outliers);
    for (ptrdiff_t l = 0; l < outliers; l++) rho[l] = 200 / (double)(l + 1);
    for (ptrdiff_t l = outliers; l < d; l++) rho[l] *= 0.3;
  }
}

void quadrature_create(sgdl_quadrature *r, ptrdiff_t steps, ptrdiff_t max_probes)
{
  ptrdiff_t n = steps * max_probes;
  double *room = calloc((size_t)(4 * n + 2 * max_probes), sizeof(double));
  *r = (sgdl_quadrature){.alpha = room, .beta = room + n, .node = room + 2 * n, .weight = room + 3 * n,
                         .length = room + 4 * n, .mass = room + 4 * n + max_probes};
}

void quadrature_free(sgdl_quadrature *r)
{
  free(r->alpha);
}
