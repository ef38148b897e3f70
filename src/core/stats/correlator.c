/* Power spectra and autocorrelations by FFT; see correlator.h. */
#include "correlator.h"

static int is_smooth(ptrdiff_t n)
{
  static const int factors[] = { 2, 3, 5, 7 };
  for (int f = 0; f < 4; f++)
    while (n % factors[f] == 0)
      n /= factors[f];
  return n == 1;
}

ptrdiff_t sgdl_correlator_length(ptrdiff_t n, ptrdiff_t last)
{
  ptrdiff_t length = n + last + (n + last) % 2;
  while (!is_smooth(length))
    length += 2;
  return length;
}

sgdl_status sgdl_correlator_open(sgdl_context *ctx, ptrdiff_t n, sgdl_correlator *c)
{
  *c = (sgdl_correlator){ n, sgdl_fourier_room(n), NULL, NULL };
  return sgdl_fourier_plan(ctx, n, &c->forward, &c->backward);
}

void sgdl_correlator_close(sgdl_correlator *c)
{
  sgdl_fourier_destroy(&c->forward, &c->backward);
}

void sgdl_correlator_run(const sgdl_correlator *c, double *work)
{
  double scale = 1.0 / (double)c->n;
  fftw_execute_dft_r2c(c->forward, work, (fftw_complex *)work);
  for (ptrdiff_t k = 0; k <= c->n / 2; k++) {
    work[2 * k] = (work[2 * k] * work[2 * k] + work[2 * k + 1] * work[2 * k + 1]) * scale;
    work[2 * k + 1] = 0.0;
  }
  fftw_execute_dft_c2r(c->backward, (fftw_complex *)work, work);
}
