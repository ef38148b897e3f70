/* One exact likelihood of fractional Brownian motion and a whole fit with its interval, one thread, against
 * complex FFTs of length 2^18; and the growth of both with the number of increments. */
#define _POSIX_C_SOURCE 200809L
#include <fftw3.h>
#include <math.h>

#include "bench.h"
#include "stats/fbm.h"

enum { FFT_LENGTH = 1 << 18 };

typedef struct problem {
  sgdl_context ctx;
  sgdl_mle_options options;
  ptrdiff_t n;
  double *x, *increments;
  sgdl_fbm fbm;
  fftw_complex *z;
  fftw_plan plan;
} problem;

/* As a fit does it, memory and plans at hand; and by one call of its own. */
static void likelihood(void *data)
{
  problem *p = data;
  sgdl_fbm_point at = {.alpha = 1.4};
  bench_check(&p->ctx, sgdl_fbm_evaluate(&p->fbm, &at, 0));
}

static void one_call(void *data)
{
  problem *p = data;
  double value;
  bench_check(&p->ctx,
              sgdl_fbm_log_likelihood(&p->ctx, p->n + 1, 1, 1, p->x, &p->options, 1.4, 0.0, &value, NULL));
}

static void whole_fit(void *data)
{
  problem *p = data;
  sgdl_exponent_mle e;
  bench_check(&p->ctx, sgdl_exponent_mle_fit(&p->ctx, p->n + 1, 1, 1, p->x, &p->options, NULL, NULL, &e));
}

static void transform(void *data)
{
  fftw_execute(((problem *)data)->plan);
}

static void ten_transforms(void *data)
{
  for (int i = 0; i < 10; i++) transform(data);
}

static void measure(ptrdiff_t n, int repeats)
{
  problem p = {.options = {.drift = 1, .level = 0.95}, .n = n};
  sgdl_diffusion process = {SGDL_PROCESS_FBM, n, 1, 1, 1.4, 1.0, 1.0, 0.0, 1};
  sgdl_context_init(&p.ctx);
  p.ctx.threads = 1;
  p.x = bench_doubles(n + 1);
  bench_check(&p.ctx, sgdl_diffusion_simulate(&p.ctx, &process, p.x));
  p.increments = bench_doubles(n);
  for (ptrdiff_t i = 0; i < n; i++) p.increments[i] = p.x[i + 1] - p.x[i];
  bench_check(&p.ctx, sgdl_fbm_open(&p.ctx, n, 1, 1, p.options.drift, p.increments, &p.fbm));
  p.z = fftw_malloc(FFT_LENGTH * sizeof *p.z);
  for (ptrdiff_t i = 0; i < FFT_LENGTH; i++) p.z[i][0] = p.z[i][1] = 0.0;
  p.plan = fftw_plan_dft_1d(FFT_LENGTH, p.z, p.z, FFTW_FORWARD, FFTW_ESTIMATE);

  bench_case cases[4] = {{.run = likelihood, .data = &p}, {.run = one_call, .data = &p},
                         {.run = whole_fit, .data = &p}, {.run = ten_transforms, .data = &p}};
  double medians[4];
  snprintf(cases[0].name, sizeof cases[0].name, "fBm likelihood n=%td", n);
  snprintf(cases[1].name, sizeof cases[1].name, "fBm likelihood, memory and plans included, n=%td", n);
  snprintf(cases[2].name, sizeof cases[2].name, "fBm fit n=%td", n);
  bench_medians(cases, 4, repeats, medians);
  for (int i = 0; i < 3; i++) bench_print(cases[i].name, medians[i]);
  if (n == 100000) {
    bench_print("20 complex FFTs of 2^18", 2.0 * medians[3]);
    bench_print("120 complex FFTs of 2^18", 12.0 * medians[3]);
  }
  double fft = medians[3] / 10.0;
  fprintf(stderr,
          "n = %td, in FFTs of 2^18: likelihood %.2f, by one call %.2f, fit %.2f; %.3f ns/(n log2^2 n)\n", n,
          medians[0] / fft, medians[1] / fft, medians[2] / fft,
          1e9 * medians[0] / ((double)n * pow(log2((double)n), 2)));
  sgdl_fbm_close(&p.fbm);
  free(p.increments);
  fftw_destroy_plan(p.plan);
  fftw_free(p.z);
  free(p.x);
}

int main(void)
{
  measure(1000, 31);
  measure(10000, 11);
  measure(100000, 7);
  measure(1000000, 3);
  return 0;
}
