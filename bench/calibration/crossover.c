/* Calibration of msd_crossover's interval of a break (default lags, 499 draws, one break at most): Gaussian paths
 * whose MSD is a broken power law, h^a up to lag b and b^(a-c) h^c beyond, by circulant embedding of the
 * increments. `failed` replicates are those in which no break was found at 5% (a power of the test, not an error);
 * coverage is among the others. `exponent` is that before the break, `noise` the one after, estimate and truth
 * are logarithms of the break. */
#include <fftw3.h>
#include <string.h>

#include "calibration.h"

typedef struct broken {
  ptrdiff_t n, at;          /* increments; lag of the break                                     */
  double before, after;
  fftw_plan plan;           /* 2 n complex, in place                                            */
  double *root;             /* 2 n: square roots of the embedding's eigenvalues over 2 n          */
} broken;

static double displacement(const broken *b, double h)
{
  double at = (double)b->at;
  return h <= at ? pow(h, b->before) : pow(at, b->before) * pow(h / at, b->after);
}

static void open_process(broken *b)
{
  const ptrdiff_t m = 2 * b->n;
  fftw_complex *c = fftw_malloc((size_t)m * sizeof *c);
  b->root = malloc((size_t)m * sizeof(double));
  b->plan = fftw_plan_dft_1d((int)m, c, c, FFTW_FORWARD, FFTW_ESTIMATE);
  for (ptrdiff_t i = 0; i < m; i++) {
    double h = (double)(i <= b->n ? i : m - i), below = h > 0 ? displacement(b, h - 1) : displacement(b, 1);
    c[i][0] = 0.5 * (displacement(b, h + 1) + below) - displacement(b, h);
    c[i][1] = 0;
  }
  fftw_execute_dft(b->plan, c, c);
  for (ptrdiff_t i = 0; i < m; i++) {
    if (c[i][0] < -1e-9 * fabs(c[0][0])) {
      fprintf(stderr, "crossover: no Gaussian process has this displacement (eigenvalue %g)\n", c[i][0]);
      exit(1);
    }
    b->root[i] = sqrt(fmax(c[i][0], 0) / (double)m);
  }
  fftw_free(c);
}

static void close_process(broken *b)
{
  fftw_destroy_plan(b->plan);
  free(b->root);
}

static void simulate(const calibration_case *c, ptrdiff_t batch, ptrdiff_t count, double *x)
{
  const broken *b = c->user;
  const ptrdiff_t m = 2 * b->n;
#pragma omp parallel
  {
    fftw_complex *z = fftw_malloc((size_t)m * sizeof *z);
#pragma omp for
    for (ptrdiff_t r = 0; r < count; r++) {
      sgdl_normals(3, SGDL_STREAM_DIFFUSION, (uint64_t)(batch * CALIBRATION_BATCH + r), (uint64_t)b->n, 0, 2 * m,
                   (double *)z);
      for (ptrdiff_t i = 0; i < m; i++) {
        z[i][0] *= b->root[i];
        z[i][1] *= b->root[i];
      }
      fftw_execute_dft(b->plan, z, z);
      double *path = x + c->size * r;
      path[0] = 0;
      for (ptrdiff_t i = 0; i < b->n; i++) path[i + 1] = path[i] + z[i][0];
    }
    fftw_free(z);
  }
}

static void estimate(const calibration_case *c, sgdl_context *ctx, const double *x, calibration_outcome *out)
{
  enum { MOST = 64 };
  double lags[MOST], log_msd[MOST], covariance[MOST * MOST], fitted[MOST];
  ptrdiff_t n = 0;
  sgdl_crossover found;
  calibration_check(ctx, sgdl_log_lags(ctx, 1, c->size / 10, 8, MOST, lags, &n));
  calibration_check(ctx, sgdl_msd_crossover(ctx, c->size, 1, 1, x, n, lags, 1, 0.95, 0.05, 499, 1, log_msd,
                                            covariance, fitted, &found));
  out->failed = found.n_breaks != 1;
  out->estimate = log(found.breaks[0]);
  out->lower = log(found.break_lower[0]);
  out->upper = log(found.break_upper[0]);
}

static void study(ptrdiff_t n, ptrdiff_t at, double before, double after, double scale)
{
  broken b = { .n = n, .at = at, .before = before, .after = after };
  calibration_case c = { .process = "broken",
                         .method = "crossover",
                         .quantity = "log break",
                         .n = n,
                         .exponent = before,
                         .noise = after,
                         .truth = log((double)at),
                         .bound = NAN,
                         .interior = NAN,
                         .simulate = simulate,
                         .estimate = estimate,
                         .size = n + 1,
                         .replicates = calibration_replicates(n > 5000 ? 1000 : 2000, scale),
                         .user = &b };
  open_process(&b);
  calibration_study(&c);
  close_process(&b);
}

int main(int argc, char **argv)
{
  const double scale = calibration_scale(argc, argv);
  calibration_header();
  study(1024, 12, 1.0, 0.3, scale);
  study(1024, 12, 1.0, 0.6, scale);
  study(8192, 30, 1.0, 0.6, scale);
  study(8192, 30, 1.0, 0.3, scale);
  study(8192, 30, 0.9, 0.5, scale);
  study(8192, 100, 1.0, 0.3, scale);
  return 0;
}
