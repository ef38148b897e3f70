/* Stationary autocovariance of theta and v, as a sum over modes or along a direction. THEORY sections
 * 2, 4 and 6. */
#include "steps.h"

#include "../model/modes.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

typedef struct {
  const sgdl_model *model;
  sgdl_modes modes;
  double *along;      /* d: the direction in modes; NULL: sum over modes                       */
} autocovariance;

/* What does not depend on the partner of a mode: L and R of noise.h, 8 x d. */
static void tabulate(const autocovariance *a, double k, double *table)
{
  const sgdl_modes *modes = &a->modes;
  for (ptrdiff_t l = 0; l < modes->d; l++)
    sgdl_noise_autocovariance(&modes->noise, a->model->dynamics, &a->model->hyper, modes->kappa[l], k,
                              table + 8 * l, table + 8 * l + 4);
}

/* cov(z_i(t+k), z_j(t)); where a mode has no position, c[0] = Inf and c[1], c[2] are left out. */
static void pair(const autocovariance *a, const double *table, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const sgdl_modes *modes = &a->modes;
  double strength = sgdl_modes_noise(a->model, modes, i, j);
  c[0] = c[1] = c[2] = c[3] = 0;
  if (strength == 0)
    return;
  sgdl_noise_pair_autocovariance(&modes->noise, a->model->dynamics, &a->model->hyper, modes->kappa[i],
                                 modes->kappa[j], table + 8 * i, table + 8 * j + 4, c);
  for (int e = 0; e < 4; e++)
    c[e] *= strength;
  if (!modes->exists[i] || !modes->exists[j]) {
    c[0] = i == j ? INFINITY : 0;
    c[1] = c[2] = 0;
  }
}

static void add_pair(double weight, const double c[4], double sum[4])
{
  for (int e = 0; e < 4; e++)
    if (weight != 0)
      sum[e] += weight * c[e];
}

/* All pairs under general noise along a direction, else each mode with itself. */
static void total(const autocovariance *a, const double *table, double sum[4])
{
  ptrdiff_t d = a->modes.d;
  double c[4];
  sum[0] = sum[1] = sum[2] = sum[3] = 0;
  for (ptrdiff_t j = 0; j < d; j++) {
    double weight = a->along != NULL ? a->along[j] : 1;
    pair(a, table, j, j, c);
    add_pair(weight * weight, c, sum);
    if (a->along == NULL || !a->model->noise_is_full || weight == 0)
      continue;
    for (ptrdiff_t i = 0; i < d; i++)
      if (i != j) {
        pair(a, table, i, j, c);
        add_pair(weight * a->along[i], c, sum);
      }
  }
}

sgdl_status sgdl_autocorrelation(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *lags,
                                 const double *direction, double *theta, double *velocity, double *cross,
                                 double *per_mode_theta, double *per_mode_velocity)
{
  autocovariance a = { .model = model };
  ptrdiff_t d = model->dim;
  int threads = sgdl_threads(ctx);
  double *tables = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_counts(ctx, "lags", n, lags, 0, model->dynamics == SGDL_SGD));
  SGDL_GET(sgdl_modes_init(ctx, model, &a.modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &a.modes));
  SGDL_GET(sgdl_modes_direction(ctx, model, direction, &a.along));
  SGDL_GET(sgdl_alloc(ctx, &tables, sgdl_times(8 * d, threads), "the maps of the modes"));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t s = 0; s < n; s++) {
    double *table = tables + 8 * d * omp_get_thread_num(), sum[4], c[4];
    tabulate(&a, lags[s], table);
    total(&a, table, sum);
    if (theta != NULL)
      theta[s] = sum[0];
    if (velocity != NULL)
      velocity[s] = sum[3];
    if (cross != NULL)
      cross[s] = sum[2];
    for (ptrdiff_t l = 0; l < d && (per_mode_theta != NULL || per_mode_velocity != NULL); l++) {
      pair(&a, table, l, l, c);
      if (per_mode_theta != NULL)
        per_mode_theta[s + l * n] = c[0];
      if (per_mode_velocity != NULL)
        per_mode_velocity[s + l * n] = c[3];
    }
  }
done:
  free(tables);
  free(a.along);
  sgdl_modes_free(&a.modes);
  return status;
}
