/* Mean squared displacement and its local exponent, as a sum over modes. THEORY sections 5 and 6. */
#include "compressed.h"
#include "paper_form.h"
#include "start.h"
#include "steps.h"

#include "../model/mode.h"
#include "../model/noise_msd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const sgdl_model *model;
  sgdl_modes modes;
  sgdl_msd_form form;
  sgdl_start_state start;
  double *initial;              /* 4 x d: covariance of each mode at step 0; NULL: sharp       */
  sgdl_noise_msd *stationary;   /* one per mode: time-averaged displacement, no start needed   */
} msd_sum;

/* ---- terms ---------------------------------------------------------------------------------------- */

/* Value and slope per step of one term; the slope under Langevin only. */
typedef struct {
  double value, slope;
} term;

static term stationary_term(const msd_sum *sum, ptrdiff_t l, double k)
{
  double weight = 2 * sum->modes.strength[l], slope;
  if (weight == 0)
    return (term){ 0, 0 };
  if (sum->model->dynamics == SGDL_SGD)
    return (term){ weight * sgdl_noise_msd_half(&sum->stationary[l], k), 0 };
  double value = sgdl_noise_msd_half_slope(&sum->stationary[l], k, &slope);
  return (term){ weight * value, weight * slope };
}

/* With E = E(k): (m(k) - m(0))^2 + [(E - I) C(0) (E - I)' + accumulated]_11, and its slope by
 * d theta = v dt; noise and state at step 0 are independent. table: room for the maps of one mode. */
static term start_term(const msd_sum *sum, const sgdl_accumulation *plan, double *table, ptrdiff_t l)
{
  const sgdl_model *model = sum->model;
  double kappa = sum->modes.kappa[l], strength = sum->modes.strength[l], eta = model->hyper.lr;
  double x = sum->start.x[l], v = sum->start.v[l];
  double M[4], E[4], c[4] = { 0, 0, 0, 0 };
  sgdl_mode_map_minus_identity(model->dynamics, &model->hyper, kappa, plan->k, M);
  sgdl_mode_map(model->dynamics, &model->hyper, kappa, plan->k, E);
  if (strength > 0) {
    sgdl_accumulation_mode(plan, kappa, table);
    sgdl_accumulation_pair(plan, kappa, kappa, table, table, c);
  }
  double moved = M[0] * x + M[2] * v, velocity = E[1] * x + E[3] * v;
  term t = { .value = moved * moved + strength * c[0], .slope = moved * velocity + strength * c[2] };
  if (sum->initial != NULL) {
    const double *C = sum->initial + 4 * l;
    double with_theta = M[0] * C[0] + M[2] * C[1], with_v = M[0] * C[2] + M[2] * C[3];
    t.value += with_theta * M[0] + with_v * M[2];
    t.slope += with_theta * E[1] + with_v * E[3];
  }
  t.slope *= 2 * eta;
  return t;
}

/* ---- sums ------------------------------------------------------------------------------------------ */

/* The sum at one step; terms (optional): the terms, `stride` apart. */
static term total(const msd_sum *sum, double k, double *terms, ptrdiff_t stride)
{
  const sgdl_modes *modes = &sum->modes;
  sgdl_accumulation plan;
  double table[SGDL_MODE_ROOM];
  term all = { 0, 0 };

  if (sum->stationary == NULL && sum->form == SGDL_FORM_MODEL) {
    double largest = fmax(fabs(modes->kappa[0]), fabs(modes->kappa[modes->d - 1]));
    sgdl_accumulation_plan(&modes->noise, sum->model->dynamics, &sum->model->hyper, largest, k, &plan);
  }
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    term t = { 0, 0 };
    if (sum->form == SGDL_FORM_PAPER)
      t.value = sgdl_paper_term(&sum->model->hyper, sum->model->sigma2, sum->model->rho[l], k);
    else if (sum->stationary != NULL)
      t = stationary_term(sum, l, k);
    else
      t = start_term(sum, &plan, table, l);
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

/* From so many modes on, white noise: a few nodes stand for them all (compressed.h). */
static const ptrdiff_t MANY_MODES = 4096;

static sgdl_status compress(sgdl_context *ctx, msd_sum *sum, ptrdiff_t n, const double *steps)
{
  sgdl_modes *modes = &sum->modes;
  ptrdiff_t d = modes->d;
  double *nodes, last = 1;
  for (ptrdiff_t i = 0; i < n; i++)
    last = fmax(last, steps[i] + 1); /* the centred difference of the exponent looks one step ahead */
  SGDL_TRY(sgdl_alloc(ctx, &nodes, 2 * d, "the compressed spectrum"));
  sgdl_status status = sgdl_compress_modes(ctx, sum->model->dynamics, &sum->model->hyper, d, modes->kappa,
                                           modes->strength, last, &modes->d, nodes, nodes + d);
  memcpy(modes->kappa, nodes, sizeof(double) * (size_t)modes->d);
  memcpy(modes->strength, nodes + d, sizeof(double) * (size_t)modes->d);
  free(nodes);
  return status;
}

static sgdl_status time_averaged(sgdl_context *ctx, msd_sum *sum)
{
  const sgdl_modes *modes = &sum->modes;
  int threads = sgdl_threads(ctx);
  sum->stationary = calloc((size_t)modes->d, sizeof *sum->stationary);
  if (sum->stationary == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the displacement of %td modes", modes->d);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < modes->d; l++)
    sgdl_noise_msd_begin(&modes->noise, sum->model->dynamics, &sum->model->hyper, modes->kappa[l],
                         &sum->stationary[l]);
  return SGDL_OK;
}

/* Covariance of each mode at step 0. */
static sgdl_status initial_covariance(sgdl_context *ctx, msd_sum *sum)
{
  ptrdiff_t d = sum->modes.d;
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;
  if (sum->start.from == SGDL_FROM_POINT)
    return SGDL_OK;
  SGDL_GET(sgdl_law_after(ctx, sum->model, &sum->modes, &sum->start, 0, &law));
  SGDL_GET(sgdl_alloc(ctx, &sum->initial, 4 * d, "the covariance of the start"));
  for (ptrdiff_t l = 0; l < d; l++)
    sgdl_law_pair(&law, l, l, sum->initial + 4 * l);
done:
  sgdl_law_free(&law);
  return status;
}

static sgdl_status msd_of(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                          const sgdl_initial *initial, sgdl_msd_form form, double *msd, double *exponent,
                          double *per_mode)
{
  msd_sum sum = { .model = model, .form = form };
  int threads = sgdl_threads(ctx);
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_steps(ctx, n, steps, 1, model->dynamics == SGDL_SGD || form == SGDL_FORM_PAPER));
  SGDL_GET(sgdl_modes_init(ctx, model, &sum.modes));
  SGDL_GET(sgdl_start_init(ctx, model, &sum.modes, initial, 0, &sum.start));
  if (form == SGDL_FORM_MODEL) {
    int has_phase = sum.modes.noise.epoch && initial->from == SGDL_FROM_CHECKPOINT;
    int averaged = sgdl_start_is_stationary(&sum.start) && !has_phase;
    if (averaged && !sum.modes.noise.epoch && per_mode == NULL && model->dim >= MANY_MODES)
      SGDL_GET(compress(ctx, &sum, n, steps));
    SGDL_GET(averaged ? time_averaged(ctx, &sum) : initial_covariance(ctx, &sum));
  }
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t i = 0; i < n; i++) {
    term here = total(&sum, steps[i], per_mode != NULL ? per_mode + i : NULL, n);
    msd[i] = here.value;
    if (exponent != NULL)
      exponent[i] = local_exponent(&sum, steps[i], here);
  }
  status = sgdl_check_growth(ctx, n, 1, msd, steps);
done:
  free(sum.initial);
  free(sum.stationary);
  sgdl_start_free(&sum.start);
  sgdl_modes_free(&sum.modes);
  return status;
}

sgdl_status sgdl_msd_from(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                          const sgdl_initial *initial, double *msd, double *exponent, double *per_mode)
{
  return msd_of(ctx, model, n, steps, initial, SGDL_FORM_MODEL, msd, exponent, per_mode);
}

sgdl_status sgdl_msd_theory(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                            sgdl_start start, const double *theta0, const double *v0,
                            sgdl_msd_form form, double *msd, double *exponent, double *per_mode)
{
  sgdl_initial initial = { .from = SGDL_FROM_STATIONARY };
  if (form == SGDL_FORM_PAPER)
    SGDL_TRY(check_paper(ctx, model, start));
  if (start == SGDL_START_POINT) {
    if (theta0 == NULL)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`theta0` is absent: expected %td numbers for "
                       "start = \"point\"", model->dim);
    initial = (sgdl_initial){ .from = SGDL_FROM_POINT, .theta0 = theta0, .v0 = v0 };
  }
  return msd_of(ctx, model, n, steps, &initial, form, msd, exponent, per_mode);
}
