/* Joint covariance of pairs of modes at one moment: stationary, at a phase of the epoch, or some steps
 * after a start. THEORY sections 2, 4 and 6. */
#include "start.h"

#include "../model/mode.h"

#include <math.h>
#include <stdlib.h>

sgdl_status sgdl_law_stationary(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                sgdl_law *law)
{
  int threads = sgdl_threads(ctx);
  *law = (sgdl_law){ .model = model, .modes = modes, .averaged = 1 };
  if (!modes->noise.epoch)
    return SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &law->delta, 4 * modes->d, "the epoch correction"));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < modes->d; l++)
    sgdl_noise_delta(&modes->noise, &model->hyper, modes->kappa[l], law->delta + 4 * l);
  return SGDL_OK;
}

static sgdl_status tabulate(sgdl_context *ctx, sgdl_law *law)
{
  ptrdiff_t d = law->modes->d, room = law->plan.room;
  int threads = sgdl_threads(ctx);
  SGDL_TRY(sgdl_alloc(ctx, &law->tables, sgdl_times(room, d), "the maps of the modes"));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < d; l++)
    sgdl_accumulation_mode(&law->plan, law->modes->kappa[l], law->tables + l * room);
  return SGDL_OK;
}

sgdl_status sgdl_law_at_phase(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                              double phase, sgdl_law *law)
{
  *law = (sgdl_law){ .model = model, .modes = modes };
  sgdl_accumulation_plan_phase(&modes->noise, &model->hyper, modes->d, modes->kappa, phase, &law->plan);
  return tabulate(ctx, law);
}

sgdl_status sgdl_law_after(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                           const sgdl_start_state *start, double step, sgdl_law *law)
{
  ptrdiff_t d = modes->d;
  if (start->from == SGDL_FROM_CHECKPOINT && modes->noise.epoch)
    return sgdl_law_at_phase(ctx, model, modes, fmod(step, (double)modes->noise.steps), law);
  if (sgdl_start_is_stationary(start))
    return sgdl_law_stationary(ctx, model, modes, law);
  *law = (sgdl_law){ .model = model, .modes = modes, .start = start };
  double largest = fmax(fabs(modes->kappa[0]), fabs(modes->kappa[d - 1]));
  sgdl_accumulation_plan(&modes->noise, model->dynamics, &model->hyper, largest, step, &law->plan);
  SGDL_TRY(tabulate(ctx, law));
  if (start->spread == SGDL_SHARP)
    return SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &law->maps, 4 * d, "the maps of the modes"));
  for (ptrdiff_t l = 0; l < d; l++)
    sgdl_mode_map(model->dynamics, &model->hyper, modes->kappa[l], step, law->maps + 4 * l);
  return SGDL_OK;
}

void sgdl_law_free(sgdl_law *law)
{
  free(law->delta);
  free(law->tables);
  free(law->maps);
  law->delta = law->tables = law->maps = NULL;
}

/* Covariance that a pair has at step 0; 0 when it has none. */
static int initial_pair(const sgdl_start_state *start, ptrdiff_t d, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  ptrdiff_t ij = i + j * d, ji = j + i * d;
  if (start->spread == SGDL_SHARP || (start->spread == SGDL_SPREAD_DIAGONAL && i != j))
    return 0;
  if (start->spread == SGDL_SPREAD_DIAGONAL)
    ij = ji = i;
  c[0] = start->theta != NULL ? start->theta[ij] : 0;
  c[1] = start->cross != NULL ? start->cross[ji] : 0;
  c[2] = start->cross != NULL ? start->cross[ij] : 0;
  c[3] = start->velocity[ij];
  return 1;
}

static void pair_after(const sgdl_law *law, double strength, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  double before[4];
  if (strength != 0) {
    sgdl_accumulation_pair(&law->plan, law->modes->kappa[i], law->modes->kappa[j],
                           law->tables + i * law->plan.room, law->tables + j * law->plan.room, c);
    for (int e = 0; e < 4; e++)
      c[e] *= strength;
  }
  if (initial_pair(law->start, law->modes->d, i, j, before)) {
    sgdl_pair_propagate(law->maps + 4 * i, law->maps + 4 * j, before);
    for (int e = 0; e < 4; e++)
      c[e] += before[e];
  }
}

void sgdl_law_pair(const sgdl_law *law, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const sgdl_modes *modes = law->modes;
  double strength = sgdl_modes_noise(law->model, modes, i, j);
  c[0] = c[1] = c[2] = c[3] = 0;
  if (law->start != NULL) {
    pair_after(law, strength, i, j, c);
    return;
  }
  if (strength == 0)
    return;
  if (law->averaged)
    sgdl_noise_pair_stationary(&modes->noise, law->model->dynamics, &law->model->hyper, modes->kappa[i],
                               modes->kappa[j], law->delta ? law->delta + 4 * i : NULL,
                               law->delta ? law->delta + 4 * j : NULL, c);
  else
    sgdl_accumulation_pair(&law->plan, modes->kappa[i], modes->kappa[j], law->tables + i * law->plan.room,
                           law->tables + j * law->plan.room, c);
  for (int e = 0; e < 4; e++)
    c[e] *= strength;
  if (!modes->exists[i] || !modes->exists[j])
    c[0] = c[1] = c[2] = 0;
}
