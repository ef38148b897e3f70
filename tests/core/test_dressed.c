/* Weight-dependent noise under epochs: cumulants of batches from every permutation, limits that are known
 * exactly, other forms of the same examples, and real minibatch SGD by epochs (false-alarm rate below
 * 1e-6). */
#include "regression_case.h"

#include "check.h"
#include "../../src/core/theory/dressed.h"

#include <stdlib.h>

static regression_case r;

/* ---- cumulants of batches: every shuffle of a few examples -------------------------------------- */

enum { MOST = 7 };

typedef struct {
  ptrdiff_t N, S, M;
  int remainder;
  double count, pair[MOST], later[MOST], earlier[MOST], triple;
} shuffles;

/* values sum to zero over the examples, with unit third cumulant asked for by the caller */
static void add_shuffle(shuffles *s, const double *values, const int *order)
{
  double batch[MOST];
  ptrdiff_t at = 0;
  for (ptrdiff_t k = 0; k < s->M; k++) {
    ptrdiff_t size = k == s->M - 1 && s->remainder > 0 ? s->remainder : s->S;
    batch[k] = 0;
    for (ptrdiff_t i = 0; i < size; i++)
      batch[k] += values[order[at++]] / (double)size;
  }
  s->count++;
  for (ptrdiff_t k = 0; k < s->M; k++)
    for (ptrdiff_t h = 0; h <= k; h++) {
      s->pair[h] += batch[k] * batch[k - h] / (double)s->M;
      if (h == 0)
        continue;
      s->later[h] += batch[k] * batch[k] * batch[k - h] / (double)s->M;
      s->earlier[h] += batch[k] * batch[k - h] * batch[k - h] / (double)s->M;
    }
  if (s->M > 2)
    s->triple += batch[0] * batch[1] * batch[2];
}

static void all_shuffles(shuffles *s, const double *values, int *order, ptrdiff_t left)
{
  if (left <= 1) {
    add_shuffle(s, values, order);
    return;
  }
  for (ptrdiff_t i = 0; i < left; i++) {
    int last = order[left - 1];
    order[left - 1] = order[i];
    order[i] = last;
    all_shuffles(s, values, order, left - 1);
    order[i] = order[left - 1];
    order[left - 1] = last;
  }
}

static void test_cumulants(sgdl_context *ctx)
{
  static const struct {
    ptrdiff_t N, S;
    int drop;
  } cases[] = { { 6, 2, 0 }, { 7, 2, 0 }, { 7, 2, 1 }, { 5, 1, 0 }, { 7, 3, 0 }, { 6, 3, 0 } };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    sgdl_model model = { .dim = 1, .hyper = { 0.1, 0, 0, (double)cases[c].S }, .sampling = SGDL_EPOCH,
                         .n_examples = cases[c].N, .drop_last = cases[c].drop };
    double values[MOST], mean = 0, second = 0, third = 0;
    int order[MOST];
    sgdl_noise noise;
    sgdl_epoch_cumulants found = { 0 };
    sgdl_noise_scheme(&model, &noise);
    CHECK_STATUS(sgdl_epoch_cumulants_init(ctx, &noise, &found), SGDL_OK);
    shuffles s = { .N = cases[c].N, .S = cases[c].S, .M = noise.steps, .remainder = (int)noise.remainder };
    for (ptrdiff_t i = 0; i < s.N; i++) {
      values[i] = (double)(i * i) + 0.3 * (double)(i % 3);
      mean += values[i] / (double)s.N;
      order[i] = (int)i;
    }
    for (ptrdiff_t i = 0; i < s.N; i++) {
      values[i] -= mean;
      second += values[i] * values[i] / (double)s.N;
      third += values[i] * values[i] * values[i] / (double)s.N;
    }
    all_shuffles(&s, values, order, s.N);
    for (ptrdiff_t h = 0; h < s.M; h++) {
      CHECK_NEAR((h > 0 ? -1 : 1) * found.pair[h], s.pair[h] / s.count / second, 1e-12);
      CHECK_NEAR(-found.twice_later[h], s.later[h] / s.count / third, 1e-12);
      CHECK_NEAR(-found.twice_earlier[h], s.earlier[h] / s.count / third, 1e-12);
    }
    if (s.M > 2)
      CHECK_NEAR(found.triple, s.triple / s.count / third, 1e-12);
    sgdl_epoch_cumulants_free(&found);
  }
}

/* ---- what is known exactly ---------------------------------------------------------------------- */

static const double LAGS[] = { 1, 2, 7, 15, 16, 40, 100, 1000, 50000 };
enum { N_LAGS = sizeof LAGS / sizeof *LAGS };

/* The first rung is the theory of constant noise, whatever the remainder. */
static void test_constant_rung(sgdl_context *ctx)
{
  static const double momentum[] = { 0, 0.9, -0.4 };
  for (int m = 0; m < 3; m++)
    for (int c = 0; c < 4; c++) {
      double terms[SGDL_DRESSED_TERMS * N_LAGS], expected[N_LAGS], exponent[N_LAGS], trace[2];
      sgdl_dressed report;
      sgdl_hyper h = { 0.05, momentum[m], c == 3 ? 1e-6 : 0.002, 8 };
      regression_case_init(ctx, c == 0 || c == 3 ? 128 : 125, 5, h, SGDL_EPOCH, c == 2, &r);
      CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, N_LAGS, LAGS, terms, exponent, NULL, NULL,
                                    NULL, &report),
                   SGDL_OK);
      CHECK_STATUS(sgdl_msd_theory(ctx, &r.model, N_LAGS, LAGS, SGDL_START_STATIONARY, NULL, NULL,
                                   SGDL_FORM_MODEL, expected, NULL, NULL), SGDL_OK);
      CHECK_STATUS(sgdl_stationary(ctx, &r.model, NULL, NULL, NULL, trace, NULL), SGDL_OK);
      CHECK_CLOSE(report.trace[SGDL_DRESSED_CONSTANT], trace[0], 1e-8);
      for (int i = 0; i < N_LAGS; i++)
        CHECK_CLOSE(terms[i * SGDL_DRESSED_TERMS], expected[i], 1e-8);
      CHECK(report.trace[SGDL_DRESSED_NOISE] > report.trace[SGDL_DRESSED_CONSTANT]);
    }
}

/* Examples that share one Hessian have constant noise: every rung is the first. */
static void test_equal_hessians(sgdl_context *ctx)
{
  enum { N = 40, D = 2 };
  double factor[N * D * D], gradient[N * D], rho[D] = { 1, 0.2 };
  double terms[SGDL_DRESSED_TERMS * N_LAGS], shift[D];
  sgdl_dressed report;
  for (int i = 0; i < N; i++)
    for (int l = 0; l < D; l++) {
      for (int b = 0; b < D; b++)
        factor[i + N * b + l * N * D] = b == l ? sqrt(rho[l]) : 0;
      gradient[i + l * N] = i < N / 2 ? 1 + i : -1 - (i - N / 2);
    }
  double noise[D * D] = { 1, 0, 0, 1 };
  sgdl_model model = { .dim = D, .hyper = { 0.1, 0.5, 0, 4 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                       .n_examples = N, .rho = rho, .noise = noise, .noise_is_full = 1, .sigma2 = -1 };
  sgdl_examples examples = { .N = N, .d = D, .rank = D, .factor = factor, .gradient = gradient };
  CHECK_STATUS(sgdl_dressed_msd(ctx, &model, &examples, N_LAGS, LAGS, terms, NULL, NULL, NULL, shift,
                                &report), SGDL_OK);
  for (int i = 0; i < N_LAGS; i++)
    for (int t = 1; t < SGDL_DRESSED_TERMS; t++)
      CHECK_CLOSE(terms[t + i * SGDL_DRESSED_TERMS], terms[i * SGDL_DRESSED_TERMS], 1e-12);
  CHECK_NEAR(shift[0], 0, 1e-14);
  CHECK_NEAR(report.small_parameter, 0, 1e-14);
}

/* Equal batches sum to nothing over an epoch: neither does the third cumulant add to the noise at frequency
 * 0. */
static void test_epoch_sums(sgdl_context *ctx)
{
  sgdl_dressing D;
  regression_case_init(ctx, 96, 4, (sgdl_hyper){ 0.05, 0.8, 0.01, 8 }, SGDL_EPOCH, 0, &r);
  CHECK_STATUS(sgdl_dressing_init(ctx, &r.model, &r.examples, &D), SGDL_OK);
  for (int l = 0; l < 4; l++) {
    double sum = D.cumulant[l], size = fabs(sum);
    for (ptrdiff_t t = 1; t < D.cumulants.M; t++) {
      sum += 2 * D.cumulant[l + 4 * t];
      size += fabs(D.cumulant[l + 4 * t]);
    }
    CHECK(size > 0);
    CHECK_NEAR(sum, 0, 1e-13 * size);
  }
  sgdl_dressing_free(&D);
}

/* ---- the same examples in other forms ----------------------------------------------------------- */

/* Hessians of rank two, by factors and by products. */
static void test_forms(sgdl_context *ctx)
{
  enum { N = 60, D = 3 };
  static double factor[2 * N * D], gradient[N * D];
  double H[D * D] = { 0 }, rho[D], vectors[D * D], noise[D * D], rotated[2 * N * D], modes[N * D];
  double terms[2][SGDL_DRESSED_TERMS * N_LAGS], per_mode[2][N_LAGS * D], variance[2][D], shift[2][D];
  for (int l = 0; l < D; l++) {
    double mean = 0;
    sgdl_normals(21, SGDL_STREAM_START, 0, (uint64_t)l, 0, 2 * N, factor + 2 * N * l);
    sgdl_normals(22, SGDL_STREAM_START, 0, (uint64_t)l, 0, N, gradient + N * l);
    for (int i = 0; i < N; i++) {
      gradient[i + N * l] += 0.5 * factor[i + 2 * N * l];
      mean += gradient[i + N * l] / N;
    }
    for (int i = 0; i < N; i++)
      gradient[i + N * l] -= mean;
  }
  for (int l = 0; l < D; l++)
    for (int m = 0; m < D; m++) {
      noise[l + m * D] = 0;
      for (int i = 0; i < 2 * N; i++)
        H[l + m * D] += factor[i + 2 * N * l] * factor[i + 2 * N * m] / N;
    }
  CHECK_STATUS(sgdl_decompose(ctx, D, H, rho, vectors), SGDL_OK);
  sgdl_model model = { .dim = D, .hyper = { 0.02, 0.8, 0.01, 6 }, .dynamics = SGDL_SGD,
                       .sampling = SGDL_EPOCH,
                       .n_examples = N, .rho = rho, .vectors = vectors, .noise = noise, .noise_is_full = 1,
                       .sigma2 = -1 };
  CHECK_STATUS(sgdl_rows_to_modes(ctx, &model, 2 * N, factor, rotated), SGDL_OK);
  CHECK_STATUS(sgdl_rows_to_modes(ctx, &model, N, gradient, modes), SGDL_OK);
  sgdl_examples examples = { .N = N, .d = D, .rank = 2, .factor = rotated,
                            .gradient = modes };
  sgdl_examples products = examples;
  products.factor = NULL;
  products.hessian_product = regression_case_product;
  products.user = &examples;
  for (int f = 0; f < 2; f++)
    CHECK_STATUS(sgdl_dressed_msd(ctx, &model, f ? &products : &examples, N_LAGS, LAGS, terms[f], NULL,
                                  per_mode[f], variance[f], shift[f], NULL), SGDL_OK);
  CHECK_ARRAY(terms[1], terms[0], SGDL_DRESSED_TERMS * N_LAGS, 1e-12);
  CHECK_ARRAY(per_mode[1], per_mode[0], N_LAGS * D, 1e-12);
  CHECK_ARRAY(shift[1], shift[0], D, 1e-12);
  for (int i = 0; i < N_LAGS; i++)
    CHECK_CLOSE(per_mode[0][i] + per_mode[0][i + N_LAGS] + per_mode[0][i + 2 * N_LAGS],
                terms[0][SGDL_DRESSED_SHIFT + i * SGDL_DRESSED_TERMS], 1e-13);
  CHECK_CLOSE(2 * (variance[0][0] + variance[0][1] + variance[0][2]),
              terms[0][SGDL_DRESSED_SHIFT + (N_LAGS - 1) * SGDL_DRESSED_TERMS], 1e-9);
}

/* ---- real minibatch SGD by epochs --------------------------------------------------------------- */

enum { SIM_D = 5, SIM_LAGS = 4, CHUNKS = 24, STEPS = 60000, BURN_IN = 4000 };

/* Mean over stretches of a long run and its standard error: MSD at the lags, and the mean of each mode. */
static void simulate(sgdl_context *ctx, const double *lags, double *mean, double *error)
{
  enum { T = STEPS + 1, KEPT = T - BURN_IN, RESULTS = SIM_LAGS + SIM_D };
  double *theta = malloc(sizeof *theta * T * SIM_D), *tail = malloc(sizeof *tail * KEPT * SIM_D);
  double square[RESULTS] = { 0 }, found[RESULTS];
  ptrdiff_t done;
  for (int i = 0; i < RESULTS; i++)
    mean[i] = 0;
  for (int c = 0; c < CHUNKS; c++) {
    sgdl_simulation sim = { .method = SGDL_MINIBATCH, .steps = STEPS, .record_every = 1, .n_paths = 1,
                            .seed = 100 + (uint64_t)c, .record_modes = 1, .X = r.X, .y = r.y };
    CHECK_STATUS(sgdl_simulate(ctx, &r.model, &sim, theta, NULL, &done), SGDL_OK);
    for (int l = 0; l < SIM_D; l++) {
      memcpy(tail + l * KEPT, theta + l * T + BURN_IN, sizeof *tail * KEPT);
      found[SIM_LAGS + l] = 0;
      for (int i = 0; i < KEPT; i++)
        found[SIM_LAGS + l] += tail[i + l * KEPT] / KEPT;
    }
    CHECK_STATUS(sgdl_msd(ctx, KEPT, SIM_D, 1, tail, SGDL_MSD_TIME_AVERAGED, 0, SIM_LAGS, lags, found, NULL,
                          NULL),
                 SGDL_OK);
    for (int i = 0; i < RESULTS; i++) {
      mean[i] += found[i] / CHUNKS;
      square[i] += found[i] * found[i] / CHUNKS;
    }
  }
  for (int i = 0; i < RESULTS; i++)
    error[i] = sqrt((square[i] - mean[i] * mean[i]) / (CHUNKS - 1));
  free(theta);
  free(tail);
}

/* Within 1% of the truth plus 8 standard errors (Student's t of 23: 4e-8); constant noise is not. The mean
 * shift too. */
static void test_minibatch(sgdl_context *ctx)
{
  for (int remainder = 0; remainder < 2; remainder++) {
    ptrdiff_t N = remainder ? 237 : 240;
    double lags[SIM_LAGS] = { 1, 20, 40, 300 };
    double terms[SGDL_DRESSED_TERMS * SIM_LAGS], shift[SIM_D], modes[SIM_D];
    double mean[SIM_LAGS + SIM_D], error[SIM_LAGS + SIM_D];
    regression_case_init(ctx, N, SIM_D, (sgdl_hyper){ 0.1, 0.5, 0.01, 12 }, SGDL_EPOCH, 0, &r);
    CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, SIM_LAGS, lags, terms, NULL, NULL, NULL, shift,
                                  NULL),
                 SGDL_OK);
    CHECK_STATUS(sgdl_rows_to_modes(ctx, &r.model, 1, shift, modes), SGDL_OK);
    simulate(ctx, lags, mean, error);
    for (int i = 0; i < SIM_LAGS; i++) {
      double last = terms[SGDL_DRESSED_SHIFT + i * SGDL_DRESSED_TERMS];
      CHECK_NEAR(mean[i], last, 0.01 * last + 8 * error[i]);
      CHECK(mean[i] > 1.03 * terms[i * SGDL_DRESSED_TERMS]);
    }
    for (int l = 0; l < SIM_D; l++)
      CHECK_NEAR(mean[SIM_LAGS + l], modes[l], 0.1 * fabs(modes[l]) + 8 * error[SIM_LAGS + l]);
  }
}

/* 2000 Gaussian windows: the spread of their time averages is known to 1.6%, six of which are allowed. */
static void test_sampling_error(sgdl_context *ctx)
{
  enum { T = 150, MODES = 2, PATHS = 2000, N = 3 };
  double rho[MODES] = { 1, 0.2 }, noise[MODES] = { 1, 0.5 }, lags[N] = { 1, 8, 60 };
  double all[T - 1], msd[T - 1], modes[(T - 1) * MODES], error[N], mean[N] = { 0 }, square[N] = { 0 };
  sgdl_model model = { .dim = MODES, .hyper = { 0.1, 0.5, 0, 1 }, .dynamics = SGDL_SGD, .rho = rho,
                       .noise = noise, .sigma2 = -1 };
  sgdl_simulation sim = { .method = SGDL_GAUSSIAN_SGD, .steps = T - 1, .record_every = 1, .n_paths = PATHS,
                          .seed = 6, .start_stationary = 1 };
  double *x = malloc(sizeof *x * T * MODES * PATHS);
  ptrdiff_t done;
  for (int k = 0; k < T - 1; k++)
    all[k] = k + 1;
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, T - 1, all, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               msd, NULL, modes), SGDL_OK);
  CHECK_STATUS(sgdl_msd_sampling_error(ctx, T, MODES, modes, N, lags, error), SGDL_OK);
  CHECK_STATUS(sgdl_simulate(ctx, &model, &sim, x, NULL, &done), SGDL_OK);
  for (int p = 0; p < PATHS; p++) {
    double found[N];
    CHECK_STATUS(sgdl_msd(ctx, T, MODES, 1, x + (ptrdiff_t)p * T * MODES, SGDL_MSD_TIME_AVERAGED, 0, N, lags,
                          found, NULL, NULL), SGDL_OK);
    for (int i = 0; i < N; i++) {
      mean[i] += found[i] / PATHS;
      square[i] += found[i] * found[i] / PATHS;
    }
  }
  for (int i = 0; i < N; i++)
    CHECK_CLOSE(sqrt(square[i] - mean[i] * mean[i]), error[i], 0.1);
  CHECK_STATUS(sgdl_msd_sampling_error(ctx, T, MODES, modes, 1, (double[1]){ T }, error), SGDL_BAD_ARGUMENT);
  free(x);
}

static void test_refusals(sgdl_context *ctx)
{
  double terms[SGDL_DRESSED_TERMS], lag = 1, half = 0.5;
  regression_case_init(ctx, 60, 3, (sgdl_hyper){ 0.1, 0.8, 0.01, 4 }, SGDL_REPLACEMENT, 0, &r);
  CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, 1, &lag, terms, NULL, NULL, NULL, NULL, NULL),
               SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "sampling = \"epoch\"");
  r.model.sampling = SGDL_EPOCH;
  CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, 1, &half, terms, NULL, NULL, NULL, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  r.examples.N = 59;
  CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, 1, &lag, terms, NULL, NULL, NULL, NULL, NULL),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "n_examples = 60");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_cumulants(&ctx);
  test_constant_rung(&ctx);
  test_equal_hessians(&ctx);
  test_epoch_sums(&ctx);
  test_forms(&ctx);
  if (getenv("SGDL_TEST_SHORT") == NULL) /* set under valgrind */
    test_minibatch(&ctx);
  test_sampling_error(&ctx);
  test_refusals(&ctx);
  return check_report();
}
