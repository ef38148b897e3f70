/* Stationary autocovariance of one mode with coloured noise and a restoring force with memory:
 *   S(w) = eta^2 Gamma(w) / |e^{iw} - p + beta e^{-iw} + eta kernel(w)|^2,   R(h) = mean over w of cos(wh)
 *   S(w).
 *
 * A slow mode's spectrum is too narrow for any grid of frequencies, so white noise of strength Gamma(0) on a
 * mode of curvature kappa + kernel(0), known in closed form, is taken out first: what the grid sees is
 * smooth, and lags past half the grid, which is many relaxation times long, have nothing left of it. */
#define _XOPEN_SOURCE 600 /* M_PI */
#include "dressed.h"

#include "../base/fourier.h"
#include "../model/mode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_GRID = 6, LARGEST_GRID = 18 }; /* powers of two */
static const double RELAXATIONS = 24, EPOCHS = 4; /* a grid is at least so long */

struct sgdl_dressed_solver {
  const sgdl_dressing *dressing;
  ptrdiff_t n;
  const double *lags;
  int *power;                     /* d: the grid of a mode has 2^power points                  */
  int largest;
  double *sine, *half_square;     /* sin w and sin^2(w/2) on the largest grid                  */
  fftw_plan forward[LARGEST_GRID + 1], backward[LARGEST_GRID + 1];
};

/* ---- set-up ------------------------------------------------------------------------------------- */

/* Decay per step of the slower root of z^2 - p z + beta. */
static double slow_rate(const sgdl_hyper *h, double kappa)
{
  double p = 1 + h->momentum - h->lr * kappa, square = p * p - 4 * h->momentum;
  double z = square < 0 ? sqrt(fabs(h->momentum)) : (fabs(p) + sqrt(square)) / 2;
  return z > 0 ? -log(z) : INFINITY;
}

static int grid_power(const sgdl_dressing *dressing, ptrdiff_t l)
{
  double needed = RELAXATIONS / slow_rate(&dressing->model->hyper, dressing->modes.kappa[l]);
  int power = SMALLEST_GRID;
  needed = fmax(needed, EPOCHS * (double)dressing->cumulants.M);
  while (power < LARGEST_GRID && (double)((ptrdiff_t)1 << power) < needed)
    power++;
  while ((ptrdiff_t)1 << power < 2 * dressing->cumulants.M)
    power++;
  return power;
}

sgdl_status sgdl_dressed_solver_open(sgdl_context *ctx, const sgdl_dressing *dressing, ptrdiff_t n,
                                     const double *lags, sgdl_dressed_solver **solver)
{
  ptrdiff_t d = dressing->modes.d, points;
  sgdl_dressed_solver *s = calloc(1, sizeof *s);
  sgdl_status status = SGDL_OK;
  *solver = s;
  if (s == NULL || (s->power = malloc(sizeof(int) * (size_t)d)) == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the spectra of %td modes", d);
  s->dressing = dressing;
  s->n = n;
  s->lags = lags;
  for (ptrdiff_t l = 0; l < d; l++) {
    int power = grid_power(dressing, l);
    if (power > LARGEST_GRID)
      SGDL_GET(sgdl_fail(ctx, SGDL_TOO_LARGE, "an epoch of %td steps: expected at most %d",
                         dressing->cumulants.M, 1 << (LARGEST_GRID - 1)));
    s->power[l] = power;
    s->largest = power > s->largest ? power : s->largest;
    if (s->forward[power] == NULL)
      SGDL_GET(sgdl_fourier_plan(ctx, (ptrdiff_t)1 << power, &s->forward[power], &s->backward[power]));
  }
  points = ((ptrdiff_t)1 << (s->largest - 1)) + 1;
  SGDL_GET(sgdl_alloc(ctx, &s->sine, 2 * points, "a grid of frequencies"));
  s->half_square = s->sine + points;
  for (ptrdiff_t k = 0; k < points; k++) {
    double w = M_PI * (double)k / (double)(points - 1), half = sin(w / 2);
    s->sine[k] = sin(w);
    s->half_square[k] = half * half;
  }
done:
  return status;
}

void sgdl_dressed_solver_close(sgdl_dressed_solver *s)
{
  if (s == NULL)
    return;
  for (int power = 0; power <= LARGEST_GRID; power++)
    sgdl_fourier_destroy(&s->forward[power], &s->backward[power]);
  free(s->power);
  free(s->sine);
  free(s);
}

/* ---- one mode ----------------------------------------------------------------------------------- */

/* What was taken out: white noise of strength `white` on curvature kappa. */
typedef struct {
  double white, kappa;
} reference;

/* kernel: M numbers d apart, or NULL: work becomes its transform (zero when NULL). */
static void transform_kernel(const sgdl_dressed_solver *s, ptrdiff_t l, const double *kernel, double *work)
{
  ptrdiff_t d = s->dressing->modes.d, M = s->dressing->cumulants.M, L = (ptrdiff_t)1 << s->power[l];
  memset(work, 0, sizeof(double) * (size_t)(L + 2));
  if (kernel == NULL)
    return;
  for (ptrdiff_t h = 0; h < M; h++)
    work[h] = kernel[l + h * d];
  fftw_execute_dft_r2c(s->forward[s->power[l]], work, (fftw_complex *)work);
}

static void transform_noise(const sgdl_dressed_solver *s, ptrdiff_t l, const double *gamma, double *work)
{
  ptrdiff_t d = s->dressing->modes.d, M = s->dressing->cumulants.M, L = (ptrdiff_t)1 << s->power[l];
  memset(work, 0, sizeof(double) * (size_t)(L + 2));
  work[0] = gamma[l];
  for (ptrdiff_t h = 1; h < M; h++)
    work[h] = work[L - h] = gamma[l + h * d];
  fftw_execute_dft_r2c(s->forward[s->power[l]], work, (fftw_complex *)work);
}

/* On return work[h], h < L, is the autocovariance beyond that of the reference. */
static reference autocovariance(const sgdl_dressed_solver *s, ptrdiff_t l, const double *gamma,
                                const double *kernel, double *work, double *memory)
{
  const sgdl_hyper *hyper = &s->dressing->model->hyper;
  ptrdiff_t L = (ptrdiff_t)1 << s->power[l], stride = (ptrdiff_t)1 << (s->largest - s->power[l]);
  double eta = hyper->lr, beta = hyper->momentum, kappa = s->dressing->modes.kappa[l];

  transform_kernel(s, l, kernel, memory);
  transform_noise(s, l, gamma, work);
  reference r = { .white = work[0], .kappa = kappa + memory[0] };
  if (!(eta * r.kappa > 0 && eta * r.kappa < 2 * (1 + beta)))
    r.kappa = kappa;
  for (ptrdiff_t k = 0; k <= L / 2; k++) {
    double inertia = -2 * (1 + beta) * s->half_square[k * stride], drag = (1 - beta) * s->sine[k * stride];
    double re = inertia + eta * (kappa + memory[2 * k]), im = drag + eta * memory[2 * k + 1];
    double plain = inertia + eta * r.kappa;
    double here = work[2 * k] / (re * re + im * im), there = r.white / (plain * plain + drag * drag);
    work[2 * k] = eta * eta * (here - there) / (double)L;
    work[2 * k + 1] = 0;
  }
  fftw_execute_dft_c2r(s->backward[s->power[l]], (fftw_complex *)work, work);
  return r;
}

static void solve_mode(const sgdl_dressed_solver *s, ptrdiff_t l, const double *gamma, const double *kernel,
                       double *work, double *memory, double *covariance, ptrdiff_t n, double *half_msd)
{
  const sgdl_hyper *hyper = &s->dressing->model->hyper;
  ptrdiff_t d = s->dressing->modes.d, M = s->dressing->cumulants.M, L = (ptrdiff_t)1 << s->power[l];
  double pair[4];
  reference r = autocovariance(s, l, gamma, kernel, work, memory);
  sgdl_pair_stationary(SGDL_SGD, hyper, r.kappa, r.kappa, pair);
  for (ptrdiff_t h = 0; h < M; h++)
    covariance[l + h * d] =
        work[h] + r.white * (pair[0] - sgdl_mode_half_msd(SGDL_SGD, hyper, r.kappa, (double)h));
  for (ptrdiff_t i = 0; i < n; i++) {
    double later = s->lags[i] <= (double)(L / 2) ? work[(ptrdiff_t)s->lags[i]] : 0;
    half_msd[i + l * s->n] =
        work[0] - later + r.white * sgdl_mode_half_msd(SGDL_SGD, hyper, r.kappa, s->lags[i]);
  }
}

static void silent_mode(const sgdl_dressed_solver *s, ptrdiff_t l, double *covariance, ptrdiff_t n,
                        double *half_msd)
{
  ptrdiff_t d = s->dressing->modes.d;
  for (ptrdiff_t h = 0; h < s->dressing->cumulants.M; h++)
    covariance[l + h * d] = 0;
  memset(half_msd + l * s->n, 0, sizeof(double) * (size_t)n);
}

sgdl_status sgdl_dressed_solve(sgdl_context *ctx, const sgdl_dressed_solver *s, const double *gamma,
                               const double *kernel, double *covariance, ptrdiff_t n, double *half_msd)
{
  ptrdiff_t room = sgdl_fourier_room((ptrdiff_t)1 << s->largest), d = s->dressing->modes.d;
  int threads = sgdl_threads(ctx), missing = 0;
#pragma omp parallel num_threads(threads)
  {
    double *work = sgdl_doubles(2 * room);
    if (work == NULL) {
#pragma omp atomic write
      missing = 1;
    }
#pragma omp for schedule(dynamic, 4)
    for (ptrdiff_t l = 0; l < d; l++) {
      if (work == NULL)
        continue;
      if (s->dressing->strength[0][l] > 0)
        solve_mode(s, l, gamma, kernel, work, work + room, covariance, n, half_msd);
      else
        silent_mode(s, l, covariance, n, half_msd);
    }
    free(work);
  }
  if (missing)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for a spectrum of %td frequencies",
                     (ptrdiff_t)1 << s->largest);
  return SGDL_OK;
}
