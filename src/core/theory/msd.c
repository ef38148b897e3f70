/* Mean squared displacement and its local exponent, as a sum over modes. THEORY sections 5 and 6. */
#include "paper_form.h"
#include "steps.h"

#include "../model/accumulation.h"
#include "../model/mode.h"
#include "../model/modes.h"
#include "../model/noise_msd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const sgdl_model *model;
  sgdl_modes modes;
  sgdl_start start;
  sgdl_msd_form form;
  double *x, *v;                /* start, relative to the minimiser, in modes (from a point)   */
  sgdl_noise_msd *stationary;   /* one per mode (stationary start)                             */
} msd_sum;

/* ---- terms ---------------------------------------------------------------------------------------- */

/* Value and slope per step of one term; the slope under Langevin only. */
typedef struct {
  double value, slope;
} term;

static term stationary_term(const msd_sum *sum, ptrdiff_t l, double k)
{
  double strength = sum->modes.strength[l], kappa = sum->modes.kappa[l];
  term t = { 0, 0 };
  if (strength == 0)
    return t;
  t.value = 2 * strength * sgdl_noise_msd_half(&sum->stationary[l], k);
  if (sum->model->dynamics == SGDL_LANGEVIN)
    t.slope = 2 * strength * sum->modes.noise.scale * sgdl_mode_half_msd_slope(&sum->model->hyper, kappa, k);
  return t;
}

/* (m(k) - m(0))^2 + var theta(k); table: room for the maps of one mode. */
static term point_term(const msd_sum *sum, const sgdl_accumulation *plan, double *table, ptrdiff_t l)
{
  const sgdl_model *model = sum->model;
  double kappa = sum->modes.kappa[l], strength = sum->modes.strength[l], eta = model->hyper.lr;
  double M[4], E[4], c[4] = { 0, 0, 0, 0 };
  sgdl_mode_map_minus_identity(model->dynamics, &model->hyper, kappa, plan->k, M);
  sgdl_mode_map(model->dynamics, &model->hyper, kappa, plan->k, E);
  if (strength > 0) {
    sgdl_accumulation_mode(plan, kappa, table);
    sgdl_accumulation_pair(plan, kappa, kappa, table, table, c);
  }
  double moved = M[0] * sum->x[l] + M[2] * sum->v[l], velocity = E[1] * sum->x[l] + E[3] * sum->v[l];
  return (term){ .value = moved * moved + strength * c[0],
                 .slope = 2 * eta * (moved * velocity + strength * c[2]) };
}

/* ---- sums ------------------------------------------------------------------------------------------ */

/* The sum at one step; terms (optional): the terms, `stride` apart. */
static term total(const msd_sum *sum, double k, double *terms, ptrdiff_t stride)
{
  const sgdl_modes *modes = &sum->modes;
  sgdl_accumulation plan;
  double table[SGDL_MODE_ROOM];
  term all = { 0, 0 };

  if (sum->start == SGDL_START_POINT) {
    double largest = fmax(fabs(modes->kappa[0]), fabs(modes->kappa[modes->d - 1]));
    sgdl_accumulation_plan(&modes->noise, sum->model->dynamics, &sum->model->hyper, largest, k, &plan);
  }
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    term t = { 0, 0 };
    if (sum->form == SGDL_FORM_PAPER)
      t.value = sgdl_paper_term(&sum->model->hyper, sum->model->sigma2, sum->model->rho[l], k);
    else if (sum->start == SGDL_START_POINT)
      t = point_term(sum, &plan, table, l);
    else
      t = stationary_term(sum, l, k);
    all.value += t.value;
    all.slope += t.slope;
    if (terms != NULL)
      terms[l * stride] = t.value;
  }
  return all;
}

/* d log MSD/d log k: analytic in continuous time, a centred difference in discrete time. */
static double local_exponent(const msd_sum *sum, double k, term here)
{
  if (sum->model->dynamics == SGDL_LANGEVIN && sum->form == SGDL_FORM_MODEL)
    return k * here.slope / here.value;
  double before = k > 1 ? k - 1 : 1, after = k + 1;
  double low = before == k ? here.value : total(sum, before, NULL, 0).value;
  return log(total(sum, after, NULL, 0).value / low) / log(after / before);
}

/* ---- set-up ----------------------------------------------------------------------------------------- */

static sgdl_status check_paper(sgdl_context *ctx, const sgdl_model *model, sgdl_start start)
{
  if (!(model->sigma2 >= 0))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`form` = \"paper\": expected Sigma = sigma2 * H, as the paper's sum assumes");
  if (model->sampling != SGDL_REPLACEMENT)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`form` = \"paper\": expected sampling = \"replacement\", as the paper's sum assumes");
  if (start != SGDL_START_STATIONARY)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`form` = \"paper\": expected start = \"stationary\", as the paper's sum assumes");
  return SGDL_OK;
}

static sgdl_status start_point(sgdl_context *ctx, msd_sum *sum, const double *theta0, const double *v0)
{
  ptrdiff_t d = sum->modes.d;
  double *work;
  if (theta0 == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`theta0` is absent: expected %td numbers for start = \"point\"", d);
  SGDL_TRY(sgdl_check_finite(ctx, "theta0", theta0, d, 0));
  SGDL_TRY(sgdl_alloc(ctx, &sum->x, 3 * d, "the starting point"));
  sum->v = sum->x + d;
  work = sum->v + d;
  SGDL_TRY(sgdl_modes_deviation(ctx, sum->model, theta0, work, sum->x));
  if (v0 == NULL) {
    memset(sum->v, 0, sizeof(double) * (size_t)d);
    return SGDL_OK;
  }
  SGDL_TRY(sgdl_check_finite(ctx, "v0", v0, d, 0));
  return sgdl_modes_coordinates(ctx, sum->model, 0, 1, v0, sum->v);
}

static sgdl_status stationary_start(sgdl_context *ctx, msd_sum *sum)
{
  const sgdl_modes *modes = &sum->modes;
  int threads = sgdl_threads(ctx);
  SGDL_TRY(sgdl_modes_no_saddle(ctx, modes));
  sum->stationary = calloc((size_t)modes->d, sizeof *sum->stationary);
  if (sum->stationary == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the displacement of %td modes", modes->d);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < modes->d; l++)
    sgdl_noise_msd_begin(&modes->noise, sum->model->dynamics, &sum->model->hyper, modes->kappa[l],
                         &sum->stationary[l]);
  return SGDL_OK;
}

sgdl_status sgdl_msd_theory(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                            sgdl_start start, const double *theta0, const double *v0,
                            sgdl_msd_form form, double *msd, double *exponent, double *per_mode)
{
  msd_sum sum = { .model = model, .start = start, .form = form };
  int threads = sgdl_threads(ctx);
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_steps(ctx, n, steps, 1, model->dynamics == SGDL_SGD || form == SGDL_FORM_PAPER));
  if (form == SGDL_FORM_PAPER)
    SGDL_GET(check_paper(ctx, model, start));
  SGDL_GET(sgdl_modes_init(ctx, model, &sum.modes));
  SGDL_GET(start == SGDL_START_POINT ? start_point(ctx, &sum, theta0, v0) : stationary_start(ctx, &sum));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t i = 0; i < n; i++) {
    term here = total(&sum, steps[i], per_mode != NULL ? per_mode + i : NULL, n);
    msd[i] = here.value;
    if (exponent != NULL)
      exponent[i] = local_exponent(&sum, steps[i], here);
  }
  status = sgdl_check_growth(ctx, n, 1, msd, steps);
done:
  free(sum.x);
  free(sum.stationary);
  sgdl_modes_free(&sum.modes);
  return status;
}
