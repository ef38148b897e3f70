/* What tells one simulation from another: its numbers as they are, its arrays by a hash of their bits. */
#include "fingerprint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"

enum {
  DIM, N_PATHS, METHOD, SEED, SEED_HIGH,
  LR, MOMENTUM, WEIGHT_DECAY, BATCH_SIZE, DYNAMICS, SAMPLING, N_EXAMPLES, DROP_LAST,
  RHO, VECTORS, MINIMISER, NOISE_IS_FULL, NOISE,
  START_STATIONARY, THETA0_PER_PATH, THETA0, V0_PER_PATH, V0,
  NESTEROV, DAMPENING, LR_STEPS, MOMENTUM_STEPS, BATCH_STEPS, SUBSTEPS,
  RECORD_EVERY, RECORD_STEPS, RECORD_MODES, N_OBSERVED, COORDINATES, DIRECTIONS,
  SUMMARIES, LAGS, X, Y, OBJECTIVE, GRADIENT, NOISE_SOURCE, SIGMA, ROWS
};
_Static_assert(ROWS + 1 == SGDL_MARKS, "every mark has a place");

/* Numbers are shown in the error; of hashes and codes only the name; a probe is compared up to rounding. */
typedef enum { NUMBER, OTHER, PROBE } mark_kind;

static const struct {
  const char *name;
  mark_kind kind;
} table[SGDL_MARKS] = {
  [DIM] = { "dim", NUMBER }, [N_PATHS] = { "nsim", NUMBER }, [METHOD] = { "method", OTHER },
  [SEED] = { "seed", NUMBER }, [SEED_HIGH] = { "seed / 2^53", NUMBER },
  [LR] = { "lr", NUMBER }, [MOMENTUM] = { "momentum", NUMBER }, [WEIGHT_DECAY] = { "weight_decay", NUMBER },
  [BATCH_SIZE] = { "batch_size", NUMBER }, [DYNAMICS] = { "dynamics", OTHER }, [SAMPLING] = { "sampling", OTHER },
  [N_EXAMPLES] = { "n_examples", NUMBER }, [DROP_LAST] = { "drop_last", NUMBER },
  [RHO] = { "eigenvalues of the model", OTHER }, [VECTORS] = { "eigenvectors of the model", OTHER },
  [MINIMISER] = { "minimiser of the model", OTHER }, [NOISE_IS_FULL] = { "noise of the model", OTHER },
  [NOISE] = { "noise of the model", OTHER },
  [START_STATIONARY] = { "start", OTHER }, [THETA0_PER_PATH] = { "theta0", OTHER }, [THETA0] = { "theta0", OTHER },
  [V0_PER_PATH] = { "v0", OTHER }, [V0] = { "v0", OTHER },
  [NESTEROV] = { "nesterov", NUMBER }, [DAMPENING] = { "dampening", NUMBER },
  [LR_STEPS] = { "lr over the steps done", OTHER }, [MOMENTUM_STEPS] = { "momentum over the steps done", OTHER },
  [BATCH_STEPS] = { "batch_size over the steps done", OTHER }, [SUBSTEPS] = { "substeps", NUMBER },
  [RECORD_EVERY] = { "record", NUMBER }, [RECORD_STEPS] = { "record over the steps done", OTHER },
  [RECORD_MODES] = { "coordinates", OTHER }, [N_OBSERVED] = { "observe", OTHER }, [COORDINATES] = { "observe", OTHER },
  [DIRECTIONS] = { "observe", OTHER }, [SUMMARIES] = { "summaries", OTHER }, [LAGS] = { "lags", OTHER },
  [X] = { "X", OTHER }, [Y] = { "y", OTHER }, [OBJECTIVE] = { "size of the objective", OTHER },
  [GRADIENT] = { "gradient of the objective", PROBE }, [NOISE_SOURCE] = { "noise", OTHER },
  [SIGMA] = { "Sigma", OTHER }, [ROWS] = { "velocity or trajectory", OTHER },
};

/* 0 for an array that is not there. */
static double hash_of(const double *x, ptrdiff_t n)
{
  return x ? sgdl_hash_number(sgdl_hash(1, x, n)) : 0.0;
}

static void mark_model(const sgdl_model *model, double *marks)
{
  ptrdiff_t d = model->dim;
  marks[DIM] = (double)d;
  marks[LR] = model->hyper.lr;
  marks[MOMENTUM] = model->hyper.momentum;
  marks[WEIGHT_DECAY] = model->hyper.weight_decay;
  marks[BATCH_SIZE] = model->hyper.batch_size;
  marks[DYNAMICS] = model->dynamics;
  marks[SAMPLING] = model->sampling;
  marks[N_EXAMPLES] = (double)model->n_examples;
  marks[DROP_LAST] = model->drop_last != 0;
  marks[RHO] = hash_of(model->rho, d);
  marks[VECTORS] = hash_of(model->vectors, d * d);
  marks[MINIMISER] = hash_of(model->minimiser, d);
  marks[NOISE_IS_FULL] = model->noise_is_full != 0;
  marks[NOISE] = hash_of(model->noise, model->noise_is_full ? d * d : d);
}

static void mark_start(const sgdl_simulation *sim, ptrdiff_t d, double *marks)
{
  marks[N_PATHS] = (double)sim->n_paths;
  marks[METHOD] = sim->method;
  marks[SEED] = (double)(sim->seed & (((uint64_t)1 << 53) - 1));
  marks[SEED_HIGH] = (double)(sim->seed >> 53);
  marks[START_STATIONARY] = sim->start_stationary != 0;
  marks[THETA0_PER_PATH] = sim->theta0_per_path != 0;
  marks[V0_PER_PATH] = sim->v0_per_path != 0;
  marks[THETA0] = hash_of(sim->theta0, sim->theta0_per_path ? d * sim->n_paths : d);
  marks[V0] = hash_of(sim->v0, sim->v0_per_path ? d * sim->n_paths : d);
}

static void mark_options(const sgdl_simulation *sim, const sgdl_disk *disk, ptrdiff_t d, double *marks)
{
  marks[NESTEROV] = sim->nesterov != 0;
  marks[DAMPENING] = sim->dampening;
  marks[SUBSTEPS] = sim->substeps > 0 ? (double)sim->substeps : 1.0;
  marks[RECORD_EVERY] = sim->record_steps ? 0.0 : (double)sim->record_every;
  marks[RECORD_MODES] = sim->record_modes != 0;
  marks[N_OBSERVED] = (double)sim->n_observed;
  uint64_t h = 0;
  for (ptrdiff_t q = 0; sim->coordinates && q < sim->n_observed; q++) {
    double coordinate = (double)sim->coordinates[q];
    h = sgdl_hash(h, &coordinate, 1);
  }
  marks[COORDINATES] = sgdl_hash_number(h);
  marks[DIRECTIONS] = hash_of(sim->directions, d * sim->n_observed);
  marks[SUMMARIES] = sim->summaries;
  marks[LAGS] = sim->summaries & SGDL_ONLINE_MSD ? hash_of(sim->lags, sim->n_lags) : 0.0;
  marks[ROWS] = disk->summaries_only ? 2.0 : disk->velocity != 0;
}

/* |gradient|^2 at a point drawn once and for all, of at most so many examples: other data give another. */
static sgdl_status probe(sgdl_context *ctx, const sgdl_objective *objective, double *square)
{
  enum { MOST = 256 };
  uint32_t batch[MOST];
  ptrdiff_t d = objective->dim, N = objective->n_examples, size = N < MOST ? N : MOST;
  double *theta;
  SGDL_TRY(sgdl_alloc(ctx, &theta, sgdl_times(2, d) + objective->work_size, "the gradient of the objective"));
  double *gradient = theta + d;
  sgdl_normals(0, SGDL_STREAM_START, 0, 0, 0, d, theta);
  for (ptrdiff_t i = 0; i < size; i++) batch[i] = (uint32_t)(i * (N / size));
  sgdl_status status = objective->gradient(objective, ctx, theta, size, N > 0 ? batch : NULL, NULL, gradient + d,
                                           gradient);
  for (ptrdiff_t i = 0; i < d; i++) *square += gradient[i] * gradient[i];
  free(theta);
  return status;
}

static sgdl_status mark_data(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim, double *marks)
{
  const sgdl_objective *objective = sim->objective;
  marks[X] = hash_of(sim->X, model->n_examples * model->dim);
  marks[Y] = hash_of(sim->y, model->n_examples);
  marks[NOISE_SOURCE] = sim->noise;
  marks[SIGMA] = hash_of(sim->Sigma, model->dim * model->dim);
  if (!objective) return SGDL_OK;
  double sizes[2] = { (double)objective->dim, (double)objective->n_examples };
  marks[OBJECTIVE] = hash_of(sizes, 2);
  return objective->parallel ? probe(ctx, objective, &marks[GRADIENT]) : SGDL_OK;
}

sgdl_status sgdl_fingerprint_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  const sgdl_disk *disk, sgdl_fingerprint *fingerprint)
{
  *fingerprint = (sgdl_fingerprint){ 0 };
  mark_model(model, fingerprint->marks);
  mark_start(sim, model->dim, fingerprint->marks);
  mark_options(sim, disk, model->dim, fingerprint->marks);
  SGDL_TRY(mark_data(ctx, model, sim, fingerprint->marks));
  sgdl_fingerprint_advance(sim, 0, fingerprint);
  return SGDL_OK;
}

/* Entries [from, to) of an array over steps; without one the mark stays 0. */
static double extend(uint64_t *h, const double *x, ptrdiff_t from, ptrdiff_t to)
{
  if (x) *h = sgdl_hash(*h, x + from, to - from);
  return sgdl_hash_number(*h);
}

void sgdl_fingerprint_advance(const sgdl_simulation *sim, ptrdiff_t step, sgdl_fingerprint *f)
{
  ptrdiff_t records = sgdl_records_until(sim, step);
  f->marks[LR_STEPS] = extend(&f->lr, sim->lr, f->step, step);
  f->marks[MOMENTUM_STEPS] = extend(&f->momentum, sim->momentum, f->step, step);
  f->marks[BATCH_STEPS] = extend(&f->batch_size, sim->batch_size, f->step, step);
  f->marks[RECORD_STEPS] = extend(&f->record_steps, sim->record_steps, f->records, records);
  f->step = step;
  f->records = records;
}

/* ---- comparing ---- */

static int same_mark(int i, double here, double there)
{
  const double rounding = 1e-9;
  if (table[i].kind == PROBE) return fabs(here - there) <= rounding * fabs(here) || here == there;
  return here == there;
}

sgdl_status sgdl_fingerprint_compare(sgdl_context *ctx, const char *folder, const sgdl_fingerprint *fingerprint,
                                     ptrdiff_t n_marks, const double *marks)
{
  char list[400] = "";
  const char *last = "";
  if (n_marks != SGDL_MARKS)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\": the checkpoint has %td marks of its run: expected %d", folder,
                     n_marks, SGDL_MARKS);
  for (int i = 0; i < SGDL_MARKS; i++) {
    size_t used = strlen(list);
    if (same_mark(i, fingerprint->marks[i], marks[i]) || strcmp(table[i].name, last) == 0) continue;
    last = table[i].name;
    if (table[i].kind == NUMBER)
      snprintf(list + used, sizeof list - used, "%s`%s` (%.15g there, %.15g here)", used ? ", " : "", last, marks[i],
               fingerprint->marks[i]);
    else
      snprintf(list + used, sizeof list - used, "%s`%s`", used ? ", " : "", last);
  }
  if (list[0] == '\0') return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`folder` = \"%s\" holds another run: it differs in %s", folder, list);
}
