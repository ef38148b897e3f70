/* Start of the fit, and information for its steps: the debiased Whittle likelihood. With the zero-padded
 * periodogram I_k its expectation c F_k is the transform of (1 - |j|/n) T_j, exactly; bins of the padded grid
 * count by half. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fbm.h"

static const double PI = 3.14159265358979323846;

sgdl_status sgdl_fbm_whittle_open(sgdl_fbm *f, sgdl_fbm_whittle *w)
{
  const sgdl_toeplitz *t = &f->toeplitz;
  memset(w, 0, sizeof *w);
  w->fbm = f;
  w->n_bins = t->length / 2 + 1;
  SGDL_TRY(sgdl_alloc(f->ctx, &w->memory, 2 * t->room + w->n_bins * (f->n_groups + 1), "the periodogram"));
  w->expected = w->memory;
  w->by_alpha = w->memory + t->room;
  w->cosine = w->memory + 2 * t->room;
  w->periodogram = w->cosine + w->n_bins;
  for (ptrdiff_t k = 0; k < w->n_bins; k++) w->cosine[k] = cos(2.0 * PI * (double)k / (double)t->length);
  memset(w->periodogram, 0, (size_t)(w->n_bins * f->n_groups) * sizeof(double));
  for (ptrdiff_t s = 0; s < f->n_series; s++) {
    const double *x = f->x + f->n * s;
    double *out = w->periodogram + w->n_bins * (s % f->n_groups), mean = 0.0;
    for (ptrdiff_t i = 0; i < f->n && f->drift; i++) mean += x[i] / (double)f->n;
    for (ptrdiff_t i = 0; i < f->n; i++) f->y[i] = x[i] - mean;
    sgdl_toeplitz_transform(t, f->y, f->spectrum);
    for (ptrdiff_t k = 0; k < w->n_bins; k++) {
      double re = f->spectrum[2 * k], im = f->spectrum[2 * k + 1];
      out[k] += (re * re + im * im) / (double)f->n;
    }
  }
  return SGDL_OK;
}

void sgdl_fbm_whittle_close(sgdl_fbm_whittle *w)
{
  free(w->memory);
  memset(w, 0, sizeof *w);
}

static void taper(ptrdiff_t n, double *d)
{
  for (ptrdiff_t j = 0; j < n; j++) d[j] *= 1.0 - (double)j / (double)n;
}

/* Expected periodogram (c = 1) and its derivative by alpha; that by ratio is 2 - 2 (1 - 1/n) cos. */
static void expect(sgdl_fbm_whittle *w, double alpha, double ratio)
{
  sgdl_fbm *f = w->fbm;
  sgdl_fbm_covariance(f->n, alpha, f->log_k, f->r, f->dr);
  f->r[0] += 2.0 * ratio;
  f->r[1] -= ratio;
  taper(f->n, f->r);
  taper(f->n, f->dr);
  sgdl_toeplitz_spectrum(&f->toeplitz, f->r, w->expected);
  sgdl_toeplitz_spectrum(&f->toeplitz, f->dr, w->by_alpha);
}

/* Half the weight for the frequencies that are their own mirror image. */
static double weight_of(const sgdl_fbm_whittle *w, ptrdiff_t k)
{
  return k == 0 || 2 * k == w->fbm->toeplitz.length ? 0.5 : 1.0;
}

/* 1/F_k where its imaginary part was, and sum weight log F_k, the logarithm taken of eight at a time. */
static double invert_expected(sgdl_fbm_whittle *w, ptrdiff_t first)
{
  double logs = 0.0;
  for (ptrdiff_t k = first; k < w->n_bins;) {
    double product = 1.0;
    for (ptrdiff_t end = k + 8 < w->n_bins ? k + 8 : w->n_bins; k < end; k++) {
      const double F = fmax(w->expected[2 * k], 1e-14);
      w->expected[2 * k + 1] = 1.0 / F;
      product *= weight_of(w, k) == 1.0 ? F : sqrt(F);
    }
    logs += log(product);
  }
  return logs;
}

void sgdl_fbm_whittle_evaluate(sgdl_fbm_whittle *w, int data, sgdl_fbm_point *p, double information[4])
{
  const sgdl_fbm *f = w->fbm;
  const ptrdiff_t first = f->drift ? 3 : 0; /* bins near 0: the mean */
  const double near = 2.0 - 2.0 / (double)f->n;
  double aa = 0, ar = 0, rr = 0, a = 0, r = 0, bins = 0;
  expect(w, p->alpha, p->ratio);
  const double logs = invert_expected(w, first);
  for (ptrdiff_t k = first; k < w->n_bins; k++) {
    const double weight = weight_of(w, k), over = w->expected[2 * k + 1];
    const double u = w->by_alpha[2 * k] * over, v = (2.0 - near * w->cosine[k]) * over;
    bins += weight;
    a += weight * u;
    r += weight * v;
    aa += weight * u * u;
    ar += weight * u * v;
    rr += weight * v * v;
  }
  /* n_series times n/2 independent bins; the information with log c eliminated */
  const double scale = 0.5 * (double)f->n_series * (double)(f->n - f->drift) / bins;
  information[0] = scale * (aa - a * a / bins);
  information[1] = information[2] = scale * (ar - a * r / bins);
  information[3] = scale * (rr - r * r / bins);
  if (!data) return;
  p->log_likelihood = -scale * logs;
  p->score[0] = -scale * a;
  p->score[1] = -scale * r;
  for (ptrdiff_t g = 0; g < f->n_groups; g++) {
    const double *I = w->periodogram + w->n_bins * g;
    double sum = 0, by_a = 0, by_r = 0, share = scale / (double)f->n_groups * bins;
    for (ptrdiff_t k = first; k < w->n_bins; k++) {
      const double over = w->expected[2 * k + 1], z = weight_of(w, k) * I[k] * over;
      sum += z;
      by_a += z * w->by_alpha[2 * k] * over;
      by_r += z * (2.0 - near * w->cosine[k]) * over;
    }
    p->log_likelihood -= share * log(sum / bins);
    p->score[0] += share * by_a / sum;
    p->score[1] += share * by_r / sum;
  }
}
