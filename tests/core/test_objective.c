/* Built-in objectives: gradients and Hessian products against differences, sparse against dense data,
 * weights, batches, covariances, extreme outputs. */
#include "check.h"
#include "objectives.h"

#include <stdlib.h>

/* Richardson: central differences at h and h/2 of a smooth function are wrong by c h^2 and c h^2/4. */
static double extrapolated(double coarse, double fine)
{
  return (4 * fine - coarse) / 3;
}

static double loss_along(const objective_case *c, const double *theta, const double *v, double e)
{
  double loss, *at = moved(c, theta, v, e);
  CHECK_STATUS(c->dense.loss(&c->dense, c->ctx, at, c->work, &loss), SGDL_OK);
  free(at);
  return loss;
}

static void gradients_are_slopes_of_the_loss(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim;
  double *g = doubles(d), *v = doubles(d);
  CHECK_STATUS(gradient_of(c, &c->dense, c->N, NULL, NULL, g), SGDL_OK);
  for (ptrdiff_t j = 0; j < d; j++) {
    double h = 1e-3, coarse, fine;
    v[j] = 1;
    coarse = (loss_along(c, c->theta, v, h) - loss_along(c, c->theta, v, -h)) / (2 * h);
    fine = (loss_along(c, c->theta, v, h / 2) - loss_along(c, c->theta, v, -h / 2)) / h;
    CHECK_NEAR(g[j], coarse, 3e-6);           /* h^2 */
    CHECK_NEAR(g[j], fine, 1e-6);             /* h^2/4 */
    CHECK_NEAR(g[j], extrapolated(coarse, fine), 3e-11); /* h^4 and rounding/h */
    v[j] = 0;
  }
  free(g);
  free(v);
}

static void gradient_along(const objective_case *c, const double *v, double e, double *g)
{
  double *at = moved(c, c->theta, v, e);
  CHECK_STATUS(c->dense.gradient(&c->dense, c->ctx, at, c->N, NULL, NULL, c->work, g), SGDL_OK);
  free(at);
}

static void hessian_products_are_slopes_of_gradients(const objective_case *c)
{
  enum { VECTORS = 3 };
  ptrdiff_t d = c->dense.dim;
  double *V = doubles(VECTORS * d), *HV = doubles(VECTORS * d), *g[4], *expected = doubles(d), h = 1e-3;
  for (int k = 0; k < 4; k++) g[k] = doubles(d);
  sgdl_normals(5, SGDL_STREAM_NOISE, 0, 0, 0, VECTORS * d, V);
  CHECK_STATUS(c->dense.hessian_product(&c->dense, c->ctx, c->theta, VECTORS, V, c->work, HV), SGDL_OK);
  for (int v = 0; v < VECTORS; v++) {
    static const double at[4] = {1, -1, 0.5, -0.5};
    for (int k = 0; k < 4; k++) gradient_along(c, V + v * d, at[k] * h, g[k]);
    for (ptrdiff_t j = 0; j < d; j++)
      expected[j] = extrapolated((g[0][j] - g[1][j]) / (2 * h), (g[2][j] - g[3][j]) / h);
    CHECK_ARRAY(HV + v * d, expected, d, 1e-8);
  }
  for (int k = 0; k < 4; k++) free(g[k]);
  free(V);
  free(HV);
  free(expected);
}

static void sparse_data_give_the_same_bits(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim;
  double *dense = doubles(d), *sparse = doubles(d), *v = doubles(d), a, b;
  uint32_t batch[7] = {3, 1, 1, 19, 0, 12, 7};
  for (ptrdiff_t size = 1; size <= 7; size++) {
    gradient_of(c, &c->dense, size, batch, NULL, dense);
    gradient_of(c, &c->sparse, size, batch, NULL, sparse);
    CHECK(memcmp(dense, sparse, (size_t)d * sizeof *dense) == 0);
  }
  sgdl_normals(6, SGDL_STREAM_NOISE, 0, 0, 0, d, v);
  c->dense.hessian_product(&c->dense, c->ctx, c->theta, 1, v, c->work, dense);
  c->sparse.hessian_product(&c->sparse, c->ctx, c->theta, 1, v, c->work, sparse);
  CHECK(memcmp(dense, sparse, (size_t)d * sizeof *dense) == 0);
  c->dense.loss(&c->dense, c->ctx, c->theta, c->work, &a);
  c->sparse.loss(&c->sparse, c->ctx, c->theta, c->work, &b);
  CHECK(a == b);
  free(dense);
  free(sparse);
  free(v);
}

static void batches_are_sums_of_examples(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim;
  double *mean = doubles(d), *weighted = doubles(d), *one = doubles(d), *sum = doubles(d), *both = doubles(d);
  uint32_t batch[11] = {19, 4, 4, 0, 7, 11, 2, 18, 5, 6, 13};
  double weights[11] = {0.5, -1, 2, 0, 0.25, 3, -0.125, 1, 1, 7, -2};
  for (int q = 0; q < 11; q++) {
    gradient_of(c, &c->dense, 1, batch + q, NULL, one);
    for (ptrdiff_t j = 0; j < d; j++) sum[j] += one[j] / 11;
    for (ptrdiff_t j = 0; j < d; j++) both[j] += weights[q] * one[j];
  }
  gradient_of(c, &c->dense, 11, batch, NULL, mean);
  gradient_of(c, &c->dense, 11, batch, weights, weighted);
  CHECK_ARRAY(mean, sum, d, 1e-14);
  CHECK_ARRAY(weighted, both, d, 1e-14);
  free(mean);
  free(weighted);
  free(one);
  free(sum);
  free(both);
}

/* NULL for all examples means their order. */
static void all_examples_are_a_batch(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim;
  double *all = doubles(d), *batch = doubles(d);
  uint32_t *order = malloc((size_t)c->N * sizeof *order);
  for (ptrdiff_t i = 0; i < c->N; i++) order[i] = (uint32_t)i;
  gradient_of(c, &c->dense, c->N, NULL, NULL, all);
  gradient_of(c, &c->dense, c->N, order, NULL, batch);
  CHECK(memcmp(all, batch, (size_t)d * sizeof *all) == 0);
  free(all);
  free(batch);
  free(order);
}

static void covariances_are_those_of_single_gradients(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim, N = c->N;
  double *Sigma = doubles(d * d), *expected = doubles(d * d), *mean = doubles(d), *g = doubles(d * N);
  for (ptrdiff_t i = 0; i < N; i++) {
    uint32_t example = (uint32_t)i;
    gradient_of(c, &c->dense, 1, &example, NULL, g + i * d);
    for (ptrdiff_t j = 0; j < d; j++) mean[j] += g[i * d + j] / (double)N;
  }
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t k = 0; k < d; k++) {
      for (ptrdiff_t i = 0; i < N; i++) expected[j + k * d] += g[i * d + j] * g[i * d + k] / (double)N;
      expected[j + k * d] -= mean[j] * mean[k];
    }
  CHECK_STATUS(c->dense.covariance(&c->dense, c->ctx, c->theta, c->work, Sigma), SGDL_OK);
  CHECK_ARRAY(Sigma, expected, d * d, 1e-13);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t k = 0; k < j; k++) CHECK(Sigma[j + k * d] == Sigma[k + j * d]);
  free(Sigma);
  free(expected);
  free(mean);
  free(g);
}

/* Outputs of thousands: losses linear in them, gradients finite and bounded by the data. */
static void extreme_outputs_do_not_overflow(const objective_case *c)
{
  ptrdiff_t d = c->dense.dim;
  double *theta = doubles(d), *g = doubles(d), loss;
  for (ptrdiff_t j = 0; j < d; j++) theta[j] = 1e4 * c->theta[j];
  CHECK_STATUS(c->dense.loss(&c->dense, c->ctx, theta, c->work, &loss), SGDL_OK);
  CHECK(isfinite(loss) && loss >= 0);
  CHECK_STATUS(c->dense.gradient(&c->dense, c->ctx, theta, c->N, NULL, NULL, c->work, g), SGDL_OK);
  for (ptrdiff_t j = 0; j < d; j++) CHECK(isfinite(g[j]));
  theta[0] = NAN;
  CHECK_STATUS(c->dense.gradient(&c->dense, c->ctx, theta, c->N, NULL, NULL, c->work, g), SGDL_OK);
  CHECK(isnan(g[0]));
  free(theta);
  free(g);
}

static void bad_batches_are_named(const objective_case *c)
{
  double *g = doubles(c->dense.dim);
  uint32_t batch[2] = {3, (uint32_t)c->N};
  CHECK_STATUS(gradient_of(c, &c->dense, 2, batch, NULL, g), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(c->ctx->message, "the batch has example 70: expected 0 to 69");
  CHECK_STATUS(gradient_of(c, &c->dense, 0, batch, NULL, g), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(c->ctx->message, "the batch has 0 examples: expected at least 1");
  CHECK_STATUS(gradient_of(c, &c->dense, 2, NULL, NULL, g), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(c->ctx->message, "the batch has 2 examples: expected all 70");
  free(g);
}

/* A first step from rest is minus the gradient: that of the stepper for dense regressions, to the bit. */
static void minibatches_of_a_regression_have_the_same_bits(sgdl_context *ctx)
{
  enum { N = 60, D = 21, S = 13 };
  double X[N * D], y[N], theta0[D], theta[2 * D], v[2 * D], g[D];
  ptrdiff_t batch[S], size, done;
  uint32_t indices[S];
  sgdl_objective objective;
  sgdl_normals(7, SGDL_STREAM_NOISE, 0, 0, 0, N * D, X);
  sgdl_normals(7, SGDL_STREAM_NOISE, 1, 0, 0, N, y);
  sgdl_normals(7, SGDL_STREAM_NOISE, 2, 0, 0, D, theta0);
  sgdl_model model = {
      .dim = D, .hyper = {0.01, 0, 0, S}, .dynamics = SGDL_SGD, .n_examples = N, .sigma2 = -1};
  sgdl_simulation sim = {.method = SGDL_MINIBATCH, .steps = 1, .record_every = 1, .n_paths = 1, .seed = 8,
                         .theta0 = theta0, .X = X, .y = y};
  CHECK_STATUS(sgdl_simulate(ctx, &model, &sim, theta, v, &done), SGDL_OK);
  CHECK_STATUS(sgdl_batch(ctx, N, S, SGDL_REPLACEMENT, 0, 8, 0, 0, batch, &size), SGDL_OK);
  for (int q = 0; q < S; q++) indices[q] = (uint32_t)batch[q];
  sgdl_dataset data = {.N = N, .p = D, .X = X, .y = y};
  CHECK_STATUS(sgdl_objective_create(ctx, SGDL_LINEAR, &data, 0, &objective), SGDL_OK);
  double *work = doubles(objective.work_size);
  CHECK_STATUS(objective.gradient(&objective, ctx, theta0, S, indices, NULL, work, g), SGDL_OK);
  for (int j = 0; j < D; j++) CHECK(v[1 + 2 * j] == -g[j]);
  free(work);
  sgdl_objective_free(&objective);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  for (int kind = 0; kind < OBJECTIVE_KINDS; kind++) {
    objective_case c;
    if (!CHECK(objective_case_create(&c, &ctx, kind) == SGDL_OK)) continue;
    gradients_are_slopes_of_the_loss(&c);
    hessian_products_are_slopes_of_gradients(&c);
    sparse_data_give_the_same_bits(&c);
    batches_are_sums_of_examples(&c);
    all_examples_are_a_batch(&c);
    covariances_are_those_of_single_gradients(&c);
    extreme_outputs_do_not_overflow(&c);
    bad_batches_are_named(&c);
    objective_case_free(&c);
  }
  minibatches_of_a_regression_have_the_same_bits(&ctx);
  return check_report();
}
