/* Processes of anomalous diffusion to calibrate against; see sgdl_stats.h. */
#include "diffusion.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../base/random.h"

static sgdl_status check_exponent(sgdl_context *ctx, const sgdl_diffusion *p)
{
  static const double lowest[] = {0, 0, 0, 0, 1}, highest[] = {2, 2, 2, 1, 2};
  static const char *const names[] = {"fbm", "scaled", "ou", "ctrw", "levy-walk"};
  if (p->process == SGDL_PROCESS_OU ||
      (p->exponent > lowest[p->process] && p->exponent < highest[p->process]))
    return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                   "`exponent` = %g: expected a number between %g and %g for process \"%s\"", p->exponent,
                   lowest[p->process], highest[p->process], names[p->process]);
}

static sgdl_status check(sgdl_context *ctx, const sgdl_diffusion *p)
{
  if ((int)p->process < 0 || p->process > SGDL_PROCESS_LEVY_WALK)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`process` = %d: expected one of the processes",
                     (int)p->process);
  if (p->steps < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` = %td: expected an integer >= 1", p->steps);
  if (p->dim < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dim` = %td: expected an integer >= 1", p->dim);
  if (p->n_paths < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`nsim` = %td: expected an integer >= 1", p->n_paths);
  if (sgdl_times(p->dim, p->n_paths) < 0 || sgdl_times(p->dim, p->n_paths) > UINT32_MAX ||
      p->steps > UINT32_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE,
                     "%td steps of %td coordinates of %td paths: expected at most 2^32 steps and series",
                     p->steps, p->dim, p->n_paths);
  SGDL_TRY(check_exponent(ctx, p));
  if (!(p->diffusivity > 0) || isinf(p->diffusivity))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`diffusivity` = %g: expected a finite number > 0",
                     p->diffusivity);
  if (p->process == SGDL_PROCESS_OU && !(p->relaxation > 0 && isfinite(p->relaxation)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`relaxation` = %g: expected a finite number of frames > 0",
                     p->relaxation);
  if (!(p->noise >= 0) || isinf(p->noise))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`noise` = %g: expected a finite variance >= 0", p->noise);
  return SGDL_OK;
}

/* ---- one coordinate of one path ---- */

static void draw(const sgdl_diffusion *p, uint64_t series, uint64_t purpose, ptrdiff_t n, double *out)
{
  sgdl_normals(p->seed, SGDL_STREAM_DIFFUSION, series, purpose, 0, n, out);
}

static void fractional(const sgdl_diffusion *p, const sgdl_embedding *e, uint64_t series, double *work,
                       double *x)
{
  draw(p, series, SGDL_DRAW_STEPS, e->length, work);
  sgdl_embedding_draw(e, work);
  x[0] = 0.0;
  for (ptrdiff_t i = 0; i < p->steps; i++) x[i + 1] = x[i] + work[i];
}

/* Increments of variance i^exponent - (i - 1)^exponent. */
static void scaled(const sgdl_diffusion *p, uint64_t series, double *work, double *x)
{
  draw(p, series, SGDL_DRAW_STEPS, p->steps, work);
  x[0] = 0.0;
  for (ptrdiff_t i = 1; i <= p->steps; i++) {
    double part =
        i == 1 ? 1.0 : -expm1(p->exponent * log1p(-1.0 / (double)i)) * exp(p->exponent * log((double)i));
    x[i] = x[i - 1] + sqrt(part) * work[i - 1];
  }
}

/* Stationary variance relaxation/2: the MSD starts with slope 1. */
static void confined(const sgdl_diffusion *p, uint64_t series, double *work, double *x)
{
  const double kept = exp(-1.0 / p->relaxation), variance = 0.5 * p->relaxation;
  const double kick = sqrt(-variance * expm1(-2.0 / p->relaxation));
  draw(p, series, SGDL_DRAW_STEPS, p->steps + 1, work);
  x[0] = sqrt(variance) * work[0];
  for (ptrdiff_t i = 1; i <= p->steps; i++) x[i] = kept * x[i - 1] + kick * work[i];
}

static void one_series(const sgdl_diffusion *p, const sgdl_embedding *e, ptrdiff_t series, double *work,
                       double *x)
{
  switch (p->process) {
  case SGDL_PROCESS_FBM: fractional(p, e, (uint64_t)series, work, x); break;
  case SGDL_PROCESS_SCALED: scaled(p, (uint64_t)series, work, x); break;
  case SGDL_PROCESS_OU: confined(p, (uint64_t)series, work, x); break;
  case SGDL_PROCESS_CTRW: sgdl_ctrw_path(p->seed, (uint64_t)series, p->steps, p->exponent, x); break;
  default: sgdl_levy_walk_path(p->seed, (uint64_t)series, p->steps, p->exponent, x); break;
  }
  const double scale = sqrt(p->diffusivity), error = sqrt(p->noise);
  if (p->noise > 0) draw(p, (uint64_t)series, SGDL_DRAW_NOISE, p->steps + 1, work);
  for (ptrdiff_t i = 0; i <= p->steps; i++) x[i] = scale * x[i] + (p->noise > 0 ? error * work[i] : 0.0);
}

sgdl_status sgdl_diffusion_simulate(sgdl_context *ctx, const sgdl_diffusion *p, double *x)
{
  sgdl_embedding e = {0};
  double *work = NULL;
  SGDL_TRY(check(ctx, p));
  sgdl_status status = SGDL_OK;
  if (p->process == SGDL_PROCESS_FBM) status = sgdl_embedding_open(ctx, p->steps, p->exponent, &e);
  if (status == SGDL_NOT_PSD)
    return sgdl_fail(ctx, status,
                     "no circulant embedding of %td steps at `exponent` = %.17g in double precision",
                     p->steps, p->exponent);
  const ptrdiff_t n_series = p->dim * p->n_paths,
                  room = (e.room > p->steps + 1 ? e.room : p->steps + 1) / 8 * 8 + 8;
  const int threads = (double)n_series * (double)p->steps < 1e5 ? 1 : sgdl_threads(ctx);
  int stop = 0;
  if (status == SGDL_OK) status = sgdl_alloc(ctx, &work, room * threads, "the simulation");
  if (status == SGDL_OK) {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (ptrdiff_t s = 0; s < n_series; s++) {
      int skip;
#pragma omp atomic read
      skip = stop;
      if (skip) continue;
      one_series(p, &e, s, work + room * omp_get_thread_num(), x + (p->steps + 1) * s);
      if (omp_get_thread_num() == 0 && sgdl_poll(ctx, (double)s / (double)n_series)) {
#pragma omp atomic write
        stop = 1;
      }
    }
    if (stop) status = sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while simulating");
  }
  free(work);
  sgdl_embedding_close(&e);
  return status;
}
