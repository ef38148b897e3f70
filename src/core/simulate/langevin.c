/* Integrators of the underdamped Langevin equation, THEORY section 2, in steps of h = lr/substeps:
 *   d theta = v dt,  dv = -a (grad L + lambda theta) dt - c v dt + a sqrt(eta scale) Sigma^{1/2} dW,
 * scale = 1/S with replacement. Kick, drift and Ornstein-Uhlenbeck part are each solved exactly; BAOAB and
 * OBABO are their symmetric compositions (Leimkuhler and Matthews 2013), Euler-Maruyama takes all at once. */
#include "../base/random.h"
#include "field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct langevin {
  sgdl_field field;
  sgdl_schedule schedule;
  sgdl_method method;
  ptrdiff_t substeps;
  ptrdiff_t draws; /* of noise in a step */
} langevin;

/* The equation over one step of SGD. */
typedef struct equation {
  double h;           /* size of a substep                                           */
  double a, c, decay; /* 1/mass, damping, weight decay                               */
  double temperature; /* of the velocities: their stationary covariance over Sigma   */
} equation;

/* What moves one path: its state (force: that at x) and the work of a step. */
typedef struct walker {
  const sgdl_stepper *stepper;
  sgdl_context *ctx;
  ptrdiff_t d;
  uint64_t path, step;
  double *x, *v, *force; /* d each                 */
  const double *drawn;   /* noise of the step: d per draw; NULL: made as it is wanted */
  double *xi, *z, *work;
} walker;

static equation equation_at(const sgdl_stepper *stepper, uint64_t step)
{
  const langevin *self = stepper->self;
  sgdl_model model = *stepper->model;
  sgdl_hyper_derived derived;
  sgdl_noise scheme;
  model.hyper = sgdl_schedule_at(&self->schedule, step);
  sgdl_hyper_derive(&model.hyper, &derived);
  sgdl_noise_scheme(&model, &scheme);
  return (equation){.h = model.hyper.lr / (double)self->substeps,
                    .a = 1.0 / derived.mass,
                    .c = derived.damping,
                    .decay = model.hyper.weight_decay,
                    .temperature = scheme.scale * model.hyper.batch_size * derived.temperature};
}

/* ---- parts of the equation ---- */

/* y += amount x */
SGDL_VECTORISED static void move(ptrdiff_t d, double amount, const double *restrict x, double *restrict y)
{
  for (ptrdiff_t i = 0; i < d; i++) y[i] += amount * x[i];
}

SGDL_VECTORISED static void decay_and_add(ptrdiff_t d, double keep, double spread, const double *restrict xi,
                                          double *restrict v)
{
  for (ptrdiff_t i = 0; i < d; i++) v[i] = keep * v[i] + spread * xi[i];
}

static void drift(walker *w, double time)
{
  move(w->d, time, w->v, w->x);
}

static void kick(walker *w, const equation *e, double time)
{
  move(w->d, -e->a * time, w->force, w->v);
}

/* Force at x: gradient and weight decay. */
static sgdl_status find_force(walker *w, const equation *e)
{
  const langevin *self = w->stepper->self;
  SGDL_TRY(sgdl_field_gradient(&self->field, w->ctx, w->x, w->work, w->force));
  move(w->d, e->decay, w->x, w->force);
  return SGDL_OK;
}

/* *xi ~ N(0, Sigma(x)), the draw-th of this step. */
static sgdl_status find_noise(walker *w, ptrdiff_t draw, const double **xi)
{
  const langevin *self = w->stepper->self;
  ptrdiff_t n = self->field.normals;
  *xi = w->drawn ? w->drawn + w->d * draw : w->xi;
  if (w->drawn) return SGDL_OK;
  sgdl_normals(w->stepper->seed, SGDL_STREAM_NOISE, w->path, w->step, n * draw, n, w->z);
  return sgdl_field_noise(&self->field, w->ctx, w->x, w->z, w->work, w->xi);
}

/* dv = -c v dt + noise over `time`, exactly. */
static sgdl_status ornstein_uhlenbeck(walker *w, const equation *e, double time, ptrdiff_t draw)
{
  const double *xi;
  SGDL_TRY(find_noise(w, draw, &xi));
  double keep = exp(-e->c * time), spread = sqrt(-expm1(-2.0 * e->c * time) * e->temperature);
  decay_and_add(w->d, keep, spread, xi, w->v);
  return SGDL_OK;
}

/* ---- integrators: one substep ---- */

static sgdl_status baoab(walker *w, const equation *e, ptrdiff_t substep)
{
  kick(w, e, e->h / 2.0);
  drift(w, e->h / 2.0);
  SGDL_TRY(ornstein_uhlenbeck(w, e, e->h, substep));
  drift(w, e->h / 2.0);
  SGDL_TRY(find_force(w, e));
  kick(w, e, e->h / 2.0);
  return SGDL_OK;
}

static sgdl_status obabo(walker *w, const equation *e, ptrdiff_t substep)
{
  SGDL_TRY(ornstein_uhlenbeck(w, e, e->h / 2.0, 2 * substep));
  kick(w, e, e->h / 2.0);
  drift(w, e->h);
  SGDL_TRY(find_force(w, e));
  kick(w, e, e->h / 2.0);
  return ornstein_uhlenbeck(w, e, e->h / 2.0, 2 * substep + 1);
}

static sgdl_status euler_maruyama(walker *w, const equation *e, ptrdiff_t substep)
{
  const double *xi;
  SGDL_TRY(find_force(w, e));
  SGDL_TRY(find_noise(w, substep, &xi));
  drift(w, e->h);
  decay_and_add(w->d, 1.0 - e->c * e->h, sqrt(2.0 * e->c * e->h * e->temperature), xi, w->v);
  kick(w, e, e->h);
  return SGDL_OK;
}

static sgdl_status take_substep(const langevin *self, walker *w, const equation *e, ptrdiff_t substep)
{
  switch (self->method) {
  case SGDL_BAOAB:
    return baoab(w, e, substep);
  case SGDL_OBABO:
    return obabo(w, e, substep);
  default:
    return euler_maruyama(w, e, substep);
  }
}

/* ---- a path ---- */

/* Noise that does not depend on x: xi, d per draw. */
static sgdl_status draw(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t n_paths,
                        uint64_t step, ptrdiff_t n_steps, double *scratch, double *states)
{
  (void)ctx, (void)states;
  const langevin *self = stepper->self;
  ptrdiff_t n = stepper->noise_size;
  double *xi = scratch, *z = xi + n * stepper->tile;
  for (ptrdiff_t p = 0; p < n_paths; p++)
    sgdl_normals_tile(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)(path + p), step, n, n_steps,
                      z + n * n_steps * p);
  sgdl_gaussian_colour(&self->field.law, self->draws * n_steps * n_paths, z, xi);
  return SGDL_OK;
}

/* The force at the end of a step is kept behind (x, v): the next step begins with it. */
static sgdl_status follow(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                          ptrdiff_t n_steps, const double *noise, double *scratch, double *state, double *out,
                          ptrdiff_t *done)
{
  const langevin *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  walker w = {.stepper = stepper,
              .ctx = ctx,
              .d = d,
              .path = (uint64_t)path,
              .x = state,
              .v = state + d,
              .force = state + 2 * d,
              .xi = scratch,
              .z = scratch + d,
              .work = scratch + d + self->field.normals};
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    w.step = step + (uint64_t)s;
    if (noise) w.drawn = noise + stepper->noise_size * s;
    equation e = equation_at(stepper, w.step);
    if (w.step == 0 && self->method != SGDL_EULER_MARUYAMA) SGDL_TRY(find_force(&w, &e));
    for (ptrdiff_t i = 0; i < self->substeps; i++) SGDL_TRY(take_substep(self, &w, &e, i));
    memcpy(out + 2 * d * s, state, 2 * (size_t)d * sizeof *out);
    *done = s + 1;
  }
  return SGDL_OK;
}

static sgdl_status advance(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                           ptrdiff_t n_steps, double *scratch, double *state, double *out, ptrdiff_t *done)
{
  return follow(stepper, ctx, path, step, n_steps, NULL, scratch, state, out, done);
}

/* ---- creation ---- */

static void destroy(sgdl_stepper *stepper)
{
  langevin *self = stepper->self;
  if (!self) return;
  sgdl_field_free(&self->field);
  free(self);
  stepper->self = NULL;
}

/* The counter of sgdl_philox gives a step 2^32 blocks of two normals. */
static sgdl_status check_normals(sgdl_context *ctx, ptrdiff_t normals, ptrdiff_t substeps)
{
  ptrdiff_t n = sgdl_times(sgdl_times(2, normals), substeps), most = (ptrdiff_t)1 << 33;
  if (n >= 0 && n <= most) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_TOO_LARGE, "`substeps` = %td: at most %td with %td normals a draw", substeps,
                   most / 2 / normals, normals);
}

/* Noise is drawn ahead where it can be and a tile of it stays in cache or is one step. */
static void draw_ahead(sgdl_stepper *stepper)
{
  const ptrdiff_t elements = 1 << 20;
  langevin *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  self->draws = self->substeps * (self->method == SGDL_OBABO ? 2 : 1);
  if (!sgdl_field_constant(&self->field) || (self->draws > 1 && self->draws > elements / d)) return;
  ptrdiff_t noise = d * self->draws, most = elements / noise;
  if (stepper->tile > most) stepper->tile = most < 1 ? 1 : most;
  stepper->noise_size = noise;
  stepper->draw = draw;
  stepper->follow = follow;
  ptrdiff_t drawing = 2 * noise * stepper->tile, walking = noise * stepper->tile + stepper->scratch_size;
  stepper->scratch_size = drawing > walking ? drawing : walking;
}

sgdl_status sgdl_langevin_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                 sgdl_stepper *stepper)
{
  ptrdiff_t d = model->dim;
  langevin *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  *stepper = (sgdl_stepper){.model = model,
                            .seed = sim->seed,
                            .tile = sgdl_field_tile(d, sim->objective),
                            .state_size = sgdl_times(3, d),
                            .in_modes = !sim->objective,
                            .serial = sim->objective && !sim->objective->parallel,
                            .self = self,
                            .advance = advance,
                            .destroy = destroy};
  self->method = sim->method;
  self->substeps = sim->substeps < 1 ? 1 : sim->substeps;
  self->schedule = sgdl_schedule_of(model, sim);
  SGDL_TRY(sgdl_field_create(ctx, model, sim, &self->field));
  SGDL_TRY(check_normals(ctx, self->field.normals, self->substeps));
  stepper->scratch_size = d + self->field.normals + self->field.scratch_size;
  draw_ahead(stepper);
  stepper->ns_per_step = (double)self->substeps * sgdl_field_cost(&self->field);
  return SGDL_OK;
}
