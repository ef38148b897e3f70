/* Discrete Fourier transforms by their definition; see fftw3.h here. */
#include "fftw3.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plain_plan {
  int n;
};

static fftw_plan make(int n)
{
  fftw_plan plan = malloc(sizeof *plan);
  if (plan) plan->n = n;
  return plan;
}

fftw_plan fftw_plan_dft_r2c_1d(int n, double *in, fftw_complex *out, unsigned flags)
{
  (void)in, (void)out, (void)flags;
  return make(n);
}

fftw_plan fftw_plan_dft_c2r_1d(int n, fftw_complex *in, double *out, unsigned flags)
{
  (void)in, (void)out, (void)flags;
  return make(n);
}

void fftw_destroy_plan(fftw_plan plan)
{
  free(plan);
}

static double angle(long long k, int n)
{
  return 2.0 * 3.14159265358979323846 * (double)(k % n) / n;
}

void fftw_execute_dft_r2c(fftw_plan plan, double *in, fftw_complex *out)
{
  int n = plan->n;
  double *x = malloc((size_t)n * sizeof *x);
  if (!x) abort();
  memcpy(x, in, (size_t)n * sizeof *x);
  for (int k = 0; k <= n / 2; k++) {
    double re = 0, im = 0;
    for (int t = 0; t < n; t++) {
      re += x[t] * cos(angle((long long)k * t, n));
      im -= x[t] * sin(angle((long long)k * t, n));
    }
    out[k][0] = re;
    out[k][1] = im;
  }
  free(x);
}

void fftw_execute_dft_c2r(fftw_plan plan, fftw_complex *in, double *out)
{
  int n = plan->n;
  double *y = malloc((size_t)n * sizeof *y);
  if (!y) abort();
  for (int t = 0; t < n; t++) {
    y[t] = 0;
    for (int k = 0; k <= n / 2; k++) {
      double twice = k == 0 || 2 * k == n ? 1 : 2, a = angle((long long)k * t, n);
      y[t] += twice * (in[k][0] * cos(a) - in[k][1] * sin(a));
    }
  }
  memcpy(out, y, (size_t)n * sizeof *y);
  free(y);
}
