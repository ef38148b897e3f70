/* The time-averaged MSD of whole trajectories, without and with standard errors, at log-spaced lags, one
 * thread, against the bare FFTW transforms it needs: a forward real transform a coordinate and one backward,
 * zero-padded by the largest lag. At all lags against as many transforms padded to twice the length (and
 * tidynamics, ../python/msd.py). */
#define _POSIX_C_SOURCE 200809L
#include <fftw3.h>
#include <string.h>

#include "bench.h"

typedef struct trajectory {
  sgdl_context ctx;
  ptrdiff_t T, d, n_lags, padded;
  double *x, *lags, *msd, *se;
  double *real;
  fftw_complex *complex;
  fftw_plan forward, backward;
} trajectory;

static void whole_msd(void *data)
{
  trajectory *t = data;
  bench_check(&t->ctx, sgdl_msd(&t->ctx, t->T, t->d, 1, t->x, SGDL_MSD_TIME_AVERAGED, 0, t->n_lags, t->lags,
                                t->msd, NULL, NULL));
}

static void msd_with_errors(void *data)
{
  trajectory *t = data;
  bench_check(&t->ctx, sgdl_msd(&t->ctx, t->T, t->d, 1, t->x, SGDL_MSD_TIME_AVERAGED, 0, t->n_lags, t->lags,
                                t->msd, t->se, NULL));
}

static void bare_transforms(void *data)
{
  trajectory *t = data;
  for (ptrdiff_t j = 0; j < t->d; j++) {
    memcpy(t->real, t->x + j * t->T, sizeof(double) * (size_t)t->T);
    memset(t->real + t->T, 0, sizeof(double) * (size_t)(t->padded - t->T));
    fftw_execute(t->forward);
  }
  fftw_execute(t->backward);
}

/* Smallest even number >= n without prime factors above 7: lengths FFTW is fast at. */
static ptrdiff_t smooth_length(ptrdiff_t n)
{
  for (n += n % 2;; n += 2) {
    ptrdiff_t rest = n;
    for (int p = 2; p <= 7; p++)
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

/* At log-spaced lags up to half the length, or at all lags. */
static void measure(ptrdiff_t T, ptrdiff_t d, int all)
{
  ptrdiff_t capacity = all ? T : 1000, largest = all ? T - 1 : (T - 1) / 2;
  trajectory t = {.T = T, .d = d, .padded = smooth_length(T + largest)};
  sgdl_context_init(&t.ctx);
  t.ctx.threads = 1;
  t.x = bench_doubles(T * d);
  for (ptrdiff_t j = 0; j < d; j++) {
    sgdl_normals(1, SGDL_STREAM_START, 0, (uint64_t)j, 0, T, t.x + j * T);
    for (ptrdiff_t i = 1; i < T; i++) t.x[j * T + i] += 0.99 * t.x[j * T + i - 1];
  }
  t.lags = bench_doubles(capacity);
  bench_check(&t.ctx, sgdl_log_lags(&t.ctx, 1, largest, all ? 1e9 : 10, capacity, t.lags, &t.n_lags));
  t.msd = bench_doubles(t.n_lags);
  t.se = bench_doubles(t.n_lags);
  t.real = fftw_malloc(sizeof(double) * (size_t)t.padded);
  t.complex = fftw_malloc(sizeof(fftw_complex) * (size_t)(t.padded / 2 + 1));
  t.forward = fftw_plan_dft_r2c_1d((int)t.padded, t.real, t.complex, FFTW_ESTIMATE);
  t.backward = fftw_plan_dft_c2r_1d((int)t.padded, t.complex, t.real, FFTW_ESTIMATE);

  bench_case cases[3] = {{.run = whole_msd, .data = &t}, {.run = msd_with_errors, .data = &t},
                         {.run = bare_transforms, .data = &t}};
  const char *lags = all ? ", all lags" : "";
  snprintf(cases[0].name, sizeof cases[0].name, "msd T=%td d=%td%s", T, d, lags);
  snprintf(cases[1].name, sizeof cases[1].name, "msd with errors T=%td d=%td%s", T, d, lags);
  snprintf(cases[2].name, sizeof cases[2].name, "bare FFTW T=%td d=%td%s", T, d, lags);
  bench_run(cases, 3, 9);

  fftw_destroy_plan(t.forward);
  fftw_destroy_plan(t.backward);
  fftw_free(t.real);
  fftw_free(t.complex);
  free(t.x);
  free(t.lags);
  free(t.msd);
  free(t.se);
}

int main(void)
{
  for (int all = 0; all < 2; all++) {
    measure(100000, 1, all);
    measure(10000, 100, all);
    measure(2000, 2000, all);
  }
  return 0;
}
