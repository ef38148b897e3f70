/* What the parts of the simulator share: the law of Gaussian vectors, the sampler of batches, and the
 * stepper that the driver (simulate.c) moves along every path. Modes: coordinates along the eigenvectors of
 * H, about the minimiser. */
#ifndef SGDL_ENGINE_H
#define SGDL_ENGINE_H

#include "../base/base.h"
#include "../base/panel.h"
#include "../model/mode.h"
#include "../model/noise.h"

/* ---- gaussian.c: centred Gaussian vectors as a factor times independent normals ---- */

/* Covariance of modes i and j in the layout of mode.h, per unit covariance of the one-example gradient. */
typedef void sgdl_pair_covariance(const void *context, ptrdiff_t i, ptrdiff_t j, double c[4]);

typedef struct sgdl_gaussian {
  ptrdiff_t n;            /* length of a vector                                                     */
  int full;               /* factor in `panels`; else modes are independent                         */
  int pairs;              /* n = 2d, (theta_i, v_i) correlated                                      */
  double *diagonal;       /* n                                                                      */
  double *below;          /* pairs: what v_i takes from the normal of theta_i (d)                   */
  sgdl_panels panels;     /* full: lower triangular or, where the covariance is singular, symmetric */
} sgdl_gaussian;

/* Law of the one-example gradient noise along the modes, times `scale`. */
sgdl_status sgdl_gaussian_noise(sgdl_context *ctx, const sgdl_model *model, double scale, sgdl_gaussian *law);
/* Joint law of (theta, v): `covariance` times the noise covariance of each pair of modes. */
sgdl_status sgdl_gaussian_joint(sgdl_context *ctx, const sgdl_model *model, sgdl_pair_covariance *covariance,
                                const void *context, sgdl_gaussian *law);
/* z (n x columns, independent normals) becomes factor z in out (may be z unless full). */
void sgdl_gaussian_colour(const sgdl_gaussian *law, ptrdiff_t columns, const double *z, double *out);
void sgdl_gaussian_free(sgdl_gaussian *law);

/* ---- projection.c: between modes and parameters, whole states or what is observed of them ---- */

typedef struct sgdl_projection {
  const sgdl_model *model;
  ptrdiff_t rows;         /* coordinates that come out: d, or those observed                   */
  int centre;             /* positions are taken relative to the minimiser first               */
  sgdl_panels vectors;    /* rows x d; data NULL: parameters are the modes, all come out       */
  const double *offset;   /* rows, added to positions; NULL = 0                                */
  double *own_offset;     /* the same where it is not the model's minimiser                    */
} sgdl_projection;

/* V'(theta - mu), V'v where to_modes; else mu + V x, V v. */
sgdl_status sgdl_projection_init(sgdl_context *ctx, const sgdl_model *model, int to_modes,
                                 sgdl_projection *projection);
/* Chosen coordinates of that alone, to the bits of the whole. */
sgdl_status sgdl_projection_coordinates(sgdl_context *ctx, const sgdl_model *model, int to_modes, ptrdiff_t n,
                                        const ptrdiff_t *coordinates, sgdl_projection *projection);
/* Its products with n directions (d x n); `change` 0: those of the states as they are. */
sgdl_status sgdl_projection_directions(sgdl_context *ctx, const sgdl_model *model, int change, int to_modes,
                                       ptrdiff_t n, const double *directions, sgdl_projection *projection);
/* Positions of `in` (2d x n) become relative to the minimiser where the projection asks for it. */
void sgdl_project_centre(const sgdl_projection *projection, ptrdiff_t n, double *in);
/* Centred states `in` (2d x n) to `out` (2 rows x n; may be `in` where parameters are the modes); without
 * velocity its rows are left alone. */
void sgdl_project(const sgdl_projection *projection, ptrdiff_t n, int velocity, const double *in, double *out);
void sgdl_projection_free(sgdl_projection *projection);

/* ---- sampler.c: which examples make the batch of a step ---- */

/* Part of the shuffle of an epoch that makes a batch. */
typedef struct sgdl_place {
  uint64_t epoch;
  uint32_t offset, size;
} sgdl_place;

typedef struct sgdl_sampler {
  ptrdiff_t N, S;                    /* examples; batch size, the largest where it changes    */
  sgdl_sampling sampling;
  int drop_last;
  ptrdiff_t epoch_steps, last_size;  /* batches in an epoch and the size of the last of them  */
  uint64_t seed;
  const double *sizes;               /* one per step; NULL: S at every step                   */
  sgdl_place *places;                /* one per step, where sizes change under epochs         */
} sgdl_sampler;

/* The order of the examples in the current epoch of one path, made when first needed. */
typedef struct sgdl_shuffle {
  uint64_t epoch;
  uint32_t *order;    /* N */
  int made;
} sgdl_shuffle;

sgdl_status sgdl_sampler_init(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t S, sgdl_sampling sampling,
                              int drop_last, uint64_t seed, sgdl_sampler *sampler);
/* Batch sizes that change over `steps` steps (borrowed). Each takes the next examples of the shuffle; an epoch ends
 * where fewer are left (its last batch, or dropped). */
sgdl_status sgdl_sampler_schedule(sgdl_context *ctx, const double *batch_size, ptrdiff_t steps,
                                  sgdl_sampler *sampler);
void sgdl_sampler_free(sgdl_sampler *sampler);
/* 64-bit words of scratch that sgdl_sampler_draw needs. */
ptrdiff_t sgdl_sampler_scratch(const sgdl_sampler *sampler);
/* Indices of the batch of a step into `batch` (room for S); their number. shuffle: epochs only. */
ptrdiff_t sgdl_sampler_draw(const sgdl_sampler *sampler, sgdl_shuffle *shuffle, uint64_t path, uint64_t step,
                            uint64_t *scratch, uint32_t *batch);

/* The batches of all paths of a run: a sampler, and under epochs a shuffle for every path. */
typedef struct sgdl_batches {
  sgdl_sampler sampler;
  sgdl_shuffle *shuffles;
  uint32_t *orders;
} sgdl_batches;

sgdl_status sgdl_batches_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                sgdl_batches *batches);
/* As sgdl_sampler_draw. One thread at a time for one path. */
ptrdiff_t sgdl_batches_draw(const sgdl_batches *batches, ptrdiff_t path, uint64_t step, uint64_t *scratch,
                            uint32_t *batch);
void sgdl_batches_free(sgdl_batches *batches);

/* ---- schedule.c: hyperparameters over steps ---- */

typedef struct sgdl_schedule {
  sgdl_hyper model;
  const double *lr, *momentum, *batch_size; /* one per step, or NULL: the model's */
} sgdl_schedule;

sgdl_schedule sgdl_schedule_of(const sgdl_model *model, const sgdl_simulation *sim);
int sgdl_schedule_constant(const sgdl_schedule *schedule);
/* Those of the step that leads from `step` to step + 1. */
sgdl_hyper sgdl_schedule_at(const sgdl_schedule *schedule, uint64_t step);
/* Every entry as sgdl_hyper_check asks, naming `lr[k]` and so on (1-based). */
sgdl_status sgdl_schedule_check(sgdl_context *ctx, const sgdl_schedule *schedule, ptrdiff_t steps);

/* ---- steppers: linear.c (exact, Gaussian SGD of quadratic models), minibatch.c (dense regression),
 * gradient.c (any objective), langevin.c (BAOAB, OBABO, Euler-Maruyama) ---- */

enum { SGDL_TILE_STEPS = 64 }; /* no stepper moves more at a time, unless in bands */

/* Modes at a time (at most), and modes times steps, where modes are independent: stays in the second cache.
 * Modes whose maps are kept; of more they are worked out band by band, so that memory holds states alone. */
enum { SGDL_BAND = 128, SGDL_NARROW_BAND = 32, SGDL_BAND_ELEMENTS = 4096, SGDL_MAPS_KEPT = 1 << 20 };

/* Narrow bands move many steps at a time, which write long stretches of the columns of a recording; wide ones
 * share out the work on maps. Fixes the bits of sums over modes, so that it depends on d alone. */
static inline ptrdiff_t sgdl_band_width(ptrdiff_t d)
{
  return d > SGDL_MAPS_KEPT ? SGDL_BAND : SGDL_NARROW_BAND;
}

typedef struct sgdl_stepper sgdl_stepper;
struct sgdl_stepper {
  const sgdl_model *model;
  const sgdl_backend *backend;
  uint64_t seed;
  ptrdiff_t tile;           /* steps at a time, at most SGDL_TILE_STEPS                                */
  ptrdiff_t state_size;     /* doubles kept per path: x, v (d each), then what the stepper needs       */
  ptrdiff_t scratch_size;   /* doubles per thread                                                      */
  double ns_per_step;       /* rough cost of a step of one path, to space the polls                    */
  int in_modes;             /* state in modes (else in parameters)                                     */
  /* Optional: readies the stepper for `step`, which the driver reaches next; *end (on entry the last step of
   * the block) is lowered to the last step it may go to before it is called again. */
  sgdl_status (*prepare)(sgdl_stepper *stepper, sgdl_context *ctx, uint64_t step, uint64_t *end);
  int serial;               /* calls into a host: one thread, one step of all paths at a time          */
  void *self;
  /* Advances a path by n_steps <= tile; out: the 2d x n_steps states after each. On failure *done (0 when it is
   * called) is the number of steps completed before; their states in `out` are right, `state` may be anything.
   * The message says what failed, the driver puts path and step before it. SGDL_INTERRUPTED: serial ones only. */
  sgdl_status (*advance)(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                         ptrdiff_t n_steps, double *scratch, double *state, double *out, ptrdiff_t *done);
  /* Optional, both or neither, in place of `advance`: noise that does not depend on the state is drawn ahead,
   * together for n_steps of n_paths paths (n_steps * n_paths <= tile), since products with many columns are the
   * cheaper ones: noise_size numbers per step, path by path, at the front of scratch (noise_size * tile; the
   * rest is for work). `states` of these paths: what noise remembers moves on there. `follow` advances a path
   * along its noise. */
  ptrdiff_t noise_size;
  sgdl_status (*draw)(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t n_paths,
                      uint64_t step, ptrdiff_t n_steps, double *scratch, double *states);
  sgdl_status (*follow)(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                        ptrdiff_t n_steps, const double *noise, double *work, double *state, double *out,
                        ptrdiff_t *done);
  /* NULL unless modes move independently of each other: the same for modes [first, first + n), n <= SGDL_BAND,
   * n n_steps <= SGDL_BAND_ELEMENTS, first even; `state` is that of the path, out 2n x n_steps. Does not fail. */
  void (*advance_band)(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, ptrdiff_t n_steps,
                       ptrdiff_t first, ptrdiff_t n, double *scratch, double *state, double *out);
  /* NULL unless a device can move all paths at once: the law, maps and spread of a job for steps [job->step,
   * job->step + job->n_steps), of which n_steps is lowered to those that are alike. maps: room for 4 x d. */
  void (*device_job)(const sgdl_stepper *stepper, double *maps, sgdl_ensemble_job *job);
  void (*destroy)(sgdl_stepper *stepper);
};

sgdl_status sgdl_linear_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               sgdl_stepper *stepper);
sgdl_status sgdl_minibatch_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  sgdl_stepper *stepper);
sgdl_status sgdl_gradient_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                 sgdl_stepper *stepper);
sgdl_status sgdl_langevin_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                 sgdl_stepper *stepper);

/* ---- method.c ---- */

/* Method and model fit; SGDL_UNSUPPORTED names what does. */
sgdl_status sgdl_method_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim);
/* Whether the stepper of the method works along the modes of the model. */
int sgdl_method_in_modes(const sgdl_simulation *sim);
sgdl_status sgdl_stepper_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                sgdl_stepper *stepper);

/* ---- start.c ---- */

/* Initial (x, v) of every path in the stepper's coordinates: states has stepper->state_size per path. */
sgdl_status sgdl_starting_states(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                       const sgdl_stepper *stepper, double *states);

#endif
