/* One path of minibatch SGD for compare.py. Reads X (N x d, column by column) and y from FOLDER as raw
 * doubles; writes there theta and v ((steps + 1) x d, column by column), and the batches (size, then 0-based
 * examples) as int64. Arguments: FOLDER N d loss S steps seed sampling drop_last lr momentum weight_decay dampening
 * nesterov, where loss is "linear" (dense regression), "linear objective" or "logistic". */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdl_simulate.h"

static void fail(const char *what)
{
  fprintf(stderr, "path: %s\n", what);
  exit(1);
}

static FILE *open_in(const char *folder, const char *name, const char *mode)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, mode);
  if (!file) fail(path);
  return file;
}

static double *doubles(ptrdiff_t n)
{
  double *x = calloc((size_t)n, sizeof *x);
  if (!x) fail("out of memory");
  return x;
}

static double *read_doubles(const char *folder, const char *name, ptrdiff_t n)
{
  double *x = doubles(n);
  FILE *file = open_in(folder, name, "rb");
  if (fread(x, sizeof *x, (size_t)n, file) != (size_t)n) fail(name);
  fclose(file);
  return x;
}

static void write_doubles(const char *folder, const char *name, ptrdiff_t n, double *x)
{
  FILE *file = open_in(folder, name, "wb");
  if (fwrite(x, sizeof *x, (size_t)n, file) != (size_t)n || fclose(file)) fail(name);
  free(x);
}

static void check(const sgdl_context *ctx, sgdl_status status)
{
  if (status != SGDL_OK) fail(ctx->message);
}

static void write_batches(sgdl_context *ctx, const char *folder, const sgdl_model *model,
                          const sgdl_simulation *sim)
{
  FILE *file = open_in(folder, "batches", "wb");
  ptrdiff_t S = (ptrdiff_t)model->hyper.batch_size, *batch = calloc((size_t)S, sizeof *batch), size;
  if (!batch) fail("out of memory");
  for (ptrdiff_t k = 0; k < sim->steps; k++) {
    check(ctx, sgdl_batch(ctx, model->n_examples, S, model->sampling, model->drop_last, sim->seed, 0,
                          (uint64_t)k, batch, &size));
    int64_t number = size;
    fwrite(&number, sizeof number, 1, file);
    for (ptrdiff_t i = 0; i < size; i++) {
      number = batch[i];
      fwrite(&number, sizeof number, 1, file);
    }
  }
  if (fclose(file)) fail("batches");
  free(batch);
}

int main(int argc, char **argv)
{
  if (argc != 15) fail("expected 14 arguments");
  const char *folder = argv[1], *loss = argv[4];
  ptrdiff_t N = atol(argv[2]), d = atol(argv[3]), done;
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  double *X = read_doubles(folder, "X", N * d), *y = read_doubles(folder, "y", N), *start = doubles(d);
  double *rho = doubles(d);
  sgdl_model model = {.dim = d, .n_examples = N, .dynamics = SGDL_SGD,
                      .sampling = (sgdl_sampling)atoi(argv[8]), .drop_last = atoi(argv[9]), .sigma2 = -1.0,
                      .hyper = {atof(argv[10]), atof(argv[11]), atof(argv[12]), atof(argv[5])}};
  sgdl_objective objective = {0};
  sgdl_simulation sim;
  sgdl_simulation_init(&sim);
  sim.method = SGDL_MINIBATCH;
  sim.steps = atol(argv[6]);
  sim.seed = (uint64_t)atol(argv[7]);
  sim.theta0 = start;
  sim.dampening = atof(argv[13]);
  sim.nesterov = atoi(argv[14]);
  if (strcmp(loss, "linear") == 0) {
    model.rho = rho; /* a quadratic model; minibatches use the data alone */
    sim.X = X;
    sim.y = y;
  } else {
    sgdl_dataset data = {.N = N, .p = d, .X = X, .y = y};
    check(&ctx, sgdl_objective_create(&ctx, strcmp(loss, "logistic") ? SGDL_LINEAR : SGDL_LOGISTIC, &data, 0,
                                      &objective));
    sim.objective = &objective;
  }
  double *theta = doubles((sim.steps + 1) * d), *velocity = doubles((sim.steps + 1) * d);
  check(&ctx, sgdl_simulate(&ctx, &model, &sim, theta, velocity, &done));
  write_doubles(folder, "theta", (sim.steps + 1) * d, theta);
  write_doubles(folder, "velocity", (sim.steps + 1) * d, velocity);
  write_batches(&ctx, folder, &model, &sim);
  sgdl_objective_free(&objective);
  free(X);
  free(y);
  free(start);
  free(rho);
  return 0;
}
