/* The update of torch.optim.SGD, step by step against PyTorch's own formulas in plain loops on the same
 * batches: momentum, dampening, Nesterov, weight decay, schedules of all three hyperparameters, every
 * sampling scheme. */
#include <stdlib.h>

#include "check.h"
#include "plain_objective.h"

enum { N = 23, DIM = 4, STEPS = 60, PATHS = 2 };
static const uint64_t seed = 20261123;
static const double tolerance = 1e-12;
static sgdl_context ctx;
static double X[N * DIM], y[N], lr[STEPS], momentum[STEPS], batch_size[STEPS];

static void make_data(void)
{
  sgdl_normals(30, 0, 0, 0, 0, N * DIM, X);
  sgdl_normals(30, 0, 1, 0, 0, N, y);
  for (int k = 0; k < STEPS; k++) {
    lr[k] = 0.05 / (1.0 + 0.02 * k);
    momentum[k] = 0.9 - 0.2 * (k % 3 == 1);
    batch_size[k] = 1 + (5 * k) % 9;
  }
  batch_size[17] = N; /* a batch of everything */
}

/* ---- batches ---- */

typedef struct position {
  ptrdiff_t epoch, offset;
} position;

/* The batch of a step of size S under epochs: the next S of the shuffle, which sgdl_batch gives whole. */
static ptrdiff_t next_of_epoch(position *at, ptrdiff_t S, int drop_last, ptrdiff_t path, ptrdiff_t *batch)
{
  ptrdiff_t order[N], whole, left = N - at->offset;
  if (left == 0 || (drop_last && left < S)) {
    *at = (position){at->epoch + 1, 0};
    left = N;
  }
  sgdl_batch(&ctx, N, N, SGDL_EPOCH, 0, seed, (uint64_t)path, (uint64_t)at->epoch, order, &whole);
  ptrdiff_t size = S < left ? S : left;
  for (ptrdiff_t i = 0; i < size; i++) batch[i] = order[at->offset + i];
  at->offset += size;
  return size;
}

static ptrdiff_t next_batch(const sgdl_model *model, ptrdiff_t S, ptrdiff_t path, ptrdiff_t step,
                            position *at, ptrdiff_t *batch)
{
  ptrdiff_t size;
  if (model->sampling == SGDL_EPOCH) return next_of_epoch(at, S, model->drop_last, path, batch);
  sgdl_batch(&ctx, N, S, model->sampling, 0, seed, (uint64_t)path, (uint64_t)step, batch, &size);
  return size;
}

/* ---- torch.optim.SGD ---- */

typedef struct torch {
  double theta[DIM], buffer[DIM];
  int has_buffer;
} torch;

static void batch_gradient(const double *theta, const ptrdiff_t *batch, ptrdiff_t size, double *g)
{
  for (int j = 0; j < DIM; j++) g[j] = 0.0;
  for (ptrdiff_t b = 0; b < size; b++) {
    double residual = -y[batch[b]];
    for (int j = 0; j < DIM; j++) residual += X[batch[b] + j * N] * theta[j];
    for (int j = 0; j < DIM; j++) g[j] += residual * X[batch[b] + j * N] / (double)size;
  }
}

/* _single_tensor_sgd of torch/optim/sgd.py. */
static void torch_step(torch *t, const sgdl_hyper *h, double dampening, int nesterov, const double *gradient)
{
  for (int j = 0; j < DIM; j++) {
    double grad = gradient[j] + h->weight_decay * t->theta[j];
    t->buffer[j] =
        t->has_buffer && h->momentum != 0.0 ? h->momentum * t->buffer[j] + (1.0 - dampening) * grad : grad;
    grad = nesterov ? grad + h->momentum * t->buffer[j] : t->buffer[j];
    t->theta[j] -= h->lr * grad;
  }
  t->has_buffer = 1;
}

static void check_path(const sgdl_model *model, const sgdl_simulation *sim, ptrdiff_t path,
                       const double *theta, const double *velocity)
{
  torch t = {.has_buffer = sim->v0 != NULL};
  position at = {0, 0};
  double worst = 0.0;
  for (int j = 0; j < DIM; j++) {
    t.theta[j] = sim->theta0[j];
    if (sim->v0) t.buffer[j] = -sim->v0[j];
  }
  for (ptrdiff_t k = 0; k < STEPS; k++) {
    sgdl_hyper h = model->hyper;
    ptrdiff_t batch[N];
    double g[DIM];
    if (sim->lr) h.lr = sim->lr[k];
    if (sim->momentum) h.momentum = sim->momentum[k];
    if (sim->batch_size) h.batch_size = sim->batch_size[k];
    batch_gradient(t.theta, batch, next_batch(model, (ptrdiff_t)h.batch_size, path, k, &at, batch), g);
    torch_step(&t, &h, sim->dampening, sim->nesterov, g);
    for (int j = 0; j < DIM; j++) {
      ptrdiff_t row = k + 1 + (j + path * DIM) * (STEPS + 1);
      worst = fmax(worst, fabs(theta[row] - t.theta[j]));
      worst = fmax(worst, fabs(velocity[row] + t.buffer[j]));
    }
  }
  CHECK(worst <= tolerance);
}

/* On the fast path of dense regression, and on an objective. */
static void check_run(const sgdl_model *model, sgdl_simulation sim)
{
  static double theta[(STEPS + 1) * DIM * PATHS], velocity[(STEPS + 1) * DIM * PATHS];
  plain_objective plain = {.N = N, .d = DIM, .X = X, .y = y};
  sgdl_objective objective = plain_objective_of(&plain);
  ptrdiff_t done;
  for (int dense = 0; dense < 2; dense++) {
    sim.objective = dense ? NULL : &objective;
    sim.X = dense ? X : NULL;
    sim.y = dense ? y : NULL;
    CHECK_STATUS(sgdl_simulate(&ctx, model, &sim, theta, velocity, &done), SGDL_OK);
    CHECK_INT(done, STEPS + 1);
    for (ptrdiff_t path = 0; path < PATHS; path++) check_path(model, &sim, path, theta, velocity);
  }
}

static void update_is_that_of_torch(void)
{
  const double theta0[DIM] = {1.0, -0.5, 0.2, 2.0}, v0[DIM] = {0.3, 0.0, -1.0, 0.1};
  const double momenta[] = {0.0, 0.9}, dampenings[] = {0.0, 0.3};
  for (int scheme = 0; scheme < 6; scheme++)
    for (int m = 0; m < 2; m++)
      for (int option = 0; option < 16; option++) {
        int nesterov = option & 1, damped = option >> 1 & 1, given = option >> 2 & 1, schedule = option >> 3;
        if (nesterov && (damped || m == 0)) continue; /* PyTorch refuses them, and so do we */
        sgdl_model model = {.dim = DIM,
                            .hyper = {0.03, momenta[m], 0.01, 5},
                            .dynamics = SGDL_SGD,
                            .sampling = (sgdl_sampling)(scheme / 2),
                            .drop_last = scheme % 2,
                            .n_examples = N,
                            .sigma2 = -1.0};
        sgdl_simulation sim = {.method = SGDL_MINIBATCH,
                               .steps = STEPS,
                               .n_paths = PATHS,
                               .seed = seed,
                               .record_every = 1,
                               .theta0 = theta0,
                               .v0 = given ? v0 : NULL,
                               .nesterov = nesterov,
                               .dampening = dampenings[damped],
                               .lr = schedule ? lr : NULL,
                               .momentum = schedule && m ? momentum : NULL,
                               .batch_size = schedule ? batch_size : NULL};
        check_run(&model, sim);
      }
}

/* A schedule that says what the model says gives the same bits. */
static void constant_schedules_change_nothing(void)
{
  double same[STEPS], plain[2 * DIM], scheduled[2 * DIM];
  const double theta0[DIM] = {1.0, -0.5, 0.2, 2.0};
  ptrdiff_t done;
  for (int k = 0; k < STEPS; k++) same[k] = 5;
  for (int scheme = 0; scheme < 6; scheme++) {
    sgdl_model model = {.dim = DIM,
                        .hyper = {0.03, 0.9, 0.01, 5},
                        .sampling = (sgdl_sampling)(scheme / 2),
                        .drop_last = scheme % 2,
                        .n_examples = N,
                        .sigma2 = -1.0};
    sgdl_simulation sim = {.method = SGDL_MINIBATCH,
                           .steps = STEPS,
                           .n_paths = 1,
                           .seed = seed,
                           .record_every = STEPS,
                           .theta0 = theta0,
                           .X = X,
                           .y = y};
    CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, plain, NULL, &done), SGDL_OK);
    sim.batch_size = same;
    CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, scheduled, NULL, &done), SGDL_OK);
    CHECK(memcmp(plain, scheduled, sizeof plain) == 0);
  }
}

static void refuse(sgdl_simulation sim, sgdl_status status, const char *text)
{
  sgdl_model model = {
      .dim = DIM, .hyper = {0.03, 0.9, 0.01, 5}, .dynamics = SGDL_SGD, .n_examples = N, .sigma2 = -1.0};
  double out[2 * DIM];
  ptrdiff_t done;
  sim.steps = sim.record_every = 3;
  sim.n_paths = 1;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, out, NULL, &done), status);
  CHECK_TEXT(ctx.message, text);
}

static void nonsense_is_refused(void)
{
  const double too_large[] = {4, N + 1, 2};
  sgdl_simulation good = {.method = SGDL_MINIBATCH, .X = X, .y = y}, bad = good;
  bad.batch_size = too_large;
  refuse(bad, SGDL_BAD_ARGUMENT, "`batch_size[2]` = 24: expected an integer from 1 to the 23 examples");
  bad = good, bad.dampening = NAN;
  refuse(bad, SGDL_BAD_ARGUMENT, "`dampening` = nan: expected a number in [0, 1)");
}

int main(void)
{
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  make_data();
  update_is_that_of_torch();
  constant_schedules_change_nothing();
  nonsense_is_refused();
  return check_report();
}
