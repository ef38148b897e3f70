/* Weak errors without sampling: the covariance of a method's linear recursion, by doubling the number of
 * steps, against the exact one. */
#include "../model/accumulation.h"
#include "integrator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- exact covariances: over k SGD steps from a sharp point ---- */

typedef struct exact {
  const sgdl_modes *modes;
  sgdl_accumulation plan;
  double *tables;         /* plan.room x d */
} exact;

static sgdl_status exact_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, double k,
                              exact *e)
{
  double stiffest = 0.0;
  for (ptrdiff_t i = 0; i < modes->d; i++) stiffest = fmax(stiffest, fabs(modes->kappa[i]));
  *e = (exact){.modes = modes};
  sgdl_accumulation_plan(&modes->noise, SGDL_LANGEVIN, &model->hyper, stiffest, k, &e->plan);
  SGDL_TRY(sgdl_alloc(ctx, &e->tables, sgdl_times(e->plan.room, modes->d), "the maps of the modes"));
  for (ptrdiff_t i = 0; i < modes->d; i++)
    sgdl_accumulation_mode(&e->plan, modes->kappa[i], e->tables + i * e->plan.room);
  return SGDL_OK;
}

/* Per unit covariance of the one-example gradient. */
static void exact_pair(const exact *e, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const double *kappa = e->modes->kappa;
  sgdl_accumulation_pair(&e->plan, kappa[i], kappa[j], e->tables + i * e->plan.room,
                         e->tables + j * e->plan.room, c);
}

/* ---- the recursion of a method ---- */

/* One step of a mode: z' = map z + early u_1 + late u_2, u the responses to the halves of the step. */
typedef struct recursion {
  double map[4], early[2], late[2];
} recursion;

static void make_recursion(const sgdl_integrator *integrator, double kappa, recursion *r)
{
  static const double none[SGDL_RESPONSE] = {0.0, 0.0, 0.0}, unit[SGDL_RESPONSE] = {0.0, 0.0, 1.0},
                      identity[4] = {1.0, 0.0, 0.0, 1.0};
  *r = (recursion){.map = {1.0, 0.0, 0.0, 1.0}};
  for (int column = 0; column < 2; column++)
    sgdl_integrator_step(integrator, kappa, identity, none, none, r->map + 2 * column);
  sgdl_integrator_step(integrator, kappa, identity, unit, none, r->early);
  sgdl_integrator_step(integrator, kappa, identity, none, unit, r->late);
}

static void multiply(const double a[4], const double b[4], double ab[4])
{
  double c[4] = {a[0] * b[0] + a[2] * b[1], a[1] * b[0] + a[3] * b[1], a[0] * b[2] + a[2] * b[3],
                 a[1] * b[2] + a[3] * b[3]};
  memcpy(ab, c, sizeof c);
}

/* Covariance after n steps from a sharp point, c' = M_i c M_j' + one: bits of n from the top, each doubles
 * the steps, a set one adds a step. */
static void accumulate(const double Mi[4], const double Mj[4], const double one[4], ptrdiff_t n, double c[4])
{
  double Ei[4] = {1.0, 0.0, 0.0, 1.0}, Ej[4] = {1.0, 0.0, 0.0, 1.0};
  int bits = 0;
  while (n >> bits) bits++;
  memset(c, 0, 4 * sizeof *c);
  for (int b = bits - 1; b >= 0; b--) {
    double later[4];
    memcpy(later, c, sizeof later);
    sgdl_pair_propagate(Ei, Ej, later);
    for (int e = 0; e < 4; e++) c[e] += later[e];
    multiply(Ei, Ei, Ei);
    multiply(Ej, Ej, Ej);
    if (!(n >> b & 1)) continue;
    sgdl_pair_propagate(Mi, Mj, c);
    for (int e = 0; e < 4; e++) c[e] += one[e];
    multiply(Mi, Ei, Ei);
    multiply(Mj, Ej, Ej);
  }
}

/* ---- one level ---- */

typedef struct level {
  const sgdl_model *model;
  const sgdl_modes *modes;
  sgdl_integrator integrator;
  ptrdiff_t steps;       /* of the method                                                        */
  double u_variance;     /* of u over half a step, per unit covariance of the one-example gradient */
  recursion *recursions; /* d                                                                    */
  exact transition;      /* SGDL_EXACT: the law over one step                                    */
} level;

static sgdl_status level_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                              sgdl_method method, ptrdiff_t steps, int index, level *l)
{
  const sgdl_hyper *h = &model->hyper;
  double k = ldexp(1.0, -index), half = 0.5 * k * h->lr, rate = sgdl_integrator_rate(model, method);
  *l = (level){.model = model,
               .modes = modes,
               .integrator = sgdl_integrator_of(model, method, index),
               .steps = steps << index};
  double a = l->integrator.inverse_mass;
  double lasting = rate > 0.0 ? -expm1(-2.0 * rate * half) / (2.0 * rate) : half;
  l->u_variance = a * a * h->lr * modes->noise.scale * lasting;
  l->recursions = malloc((size_t)model->dim * sizeof *l->recursions);
  if (!l->recursions) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the maps of the modes");
  if (method == SGDL_EXACT) SGDL_TRY(exact_init(ctx, model, modes, k, &l->transition));
  for (ptrdiff_t i = 0; i < model->dim; i++) {
    recursion *r = l->recursions + i;
    if (method == SGDL_EXACT)
      sgdl_mode_map(SGDL_LANGEVIN, h, modes->kappa[i], k, r->map);
    else
      make_recursion(&l->integrator, modes->kappa[i], r);
  }
  return SGDL_OK;
}

static void level_free(level *l)
{
  free(l->recursions);
  free(l->transition.tables);
}

/* Covariance that one step adds to modes i and j, per unit covariance of the one-example gradient. */
static void step_covariance(const level *l, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const recursion *p = l->recursions + i, *q = l->recursions + j;
  if (l->integrator.method == SGDL_EXACT) {
    exact_pair(&l->transition, i, j, c);
    return;
  }
  for (int e = 0; e < 4; e++)
    c[e] = l->u_variance * (p->early[e % 2] * q->early[e / 2] + p->late[e % 2] * q->late[e / 2]);
}

/* cov(theta_i, theta_j) of the method at the end less the exact one. */
static double deviation(const level *l, const exact *end, ptrdiff_t i, ptrdiff_t j)
{
  double noise = sgdl_modes_noise(l->model, l->modes, i, j), one[4], c[4], C[4];
  if (noise == 0.0) return 0.0;
  step_covariance(l, i, j, one);
  accumulate(l->recursions[i].map, l->recursions[j].map, one, l->steps, c);
  exact_pair(end, i, j, C);
  return noise * (c[0] - C[0]);
}

/* cov(theta_i, theta_j) at the end. */
static double exact_covariance(const level *l, const exact *end, ptrdiff_t i, ptrdiff_t j)
{
  double noise = sgdl_modes_noise(l->model, l->modes, i, j), C[4];
  if (noise == 0.0) return 0.0;
  exact_pair(end, i, j, C);
  return noise * C[0];
}

/* Frobenius norm of what `entry` gives for all pairs of modes; columns (d): scratch. Columns are summed in
 * order, whoever did them. */
static double norm(const sgdl_context *ctx, const level *l, const exact *end,
                   double entry(const level *, const exact *, ptrdiff_t, ptrdiff_t), double *columns)
{
  ptrdiff_t d = l->model->dim;
  int full = l->model->noise_is_full;
  double sum = 0.0;
#pragma omp parallel for schedule(dynamic, 4) num_threads(sgdl_threads(ctx))
  for (ptrdiff_t j = 0; j < d; j++) {
    columns[j] = 0.0;
    for (ptrdiff_t i = full ? 0 : j; i < (full ? d : j + 1); i++) {
      double value = entry(l, end, i, j);
      columns[j] += value * value;
    }
  }
  for (ptrdiff_t j = 0; j < d; j++) sum += columns[j];
  return sqrt(sum);
}

/* ---- all levels ---- */

static sgdl_status level_error(sgdl_context *ctx, level *l, const exact *end, double *columns, double *spread,
                               double *weak)
{
  double size = norm(ctx, l, end, exact_covariance, columns), trace = 0.0;
  for (ptrdiff_t i = 0; i < l->model->dim; i++) trace += exact_covariance(l, end, i, i);
  *spread = sqrt(trace);
  if (size == 0.0)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model` has no gradient noise: expected some, the order of a method is that of its "
                     "random paths");
  if (!isfinite(size))
    return sgdl_fail(ctx, SGDL_UNSTABLE,
                     "a saddle has outgrown the range of doubles at the end: expected fewer `steps`");
  double error = norm(ctx, l, end, deviation, columns) / size;
  *weak = isfinite(error) ? error : INFINITY;
  return SGDL_OK;
}

sgdl_status sgdl_weak_errors(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                             sgdl_method method, ptrdiff_t steps, int n_levels, double *weak, double *spread)
{
  exact end = {0};
  level l = {0};
  double *columns = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &columns, model->dim, "the covariance"));
  SGDL_GET(exact_init(ctx, model, modes, (double)steps, &end));
  for (int index = 0; index < n_levels; index++) {
    level_free(&l);
    SGDL_GET(level_init(ctx, model, modes, method, steps, index, &l));
    SGDL_GET(level_error(ctx, &l, &end, columns, spread, weak + index));
  }
done:
  level_free(&l);
  free(end.tables);
  free(columns);
  return status;
}
