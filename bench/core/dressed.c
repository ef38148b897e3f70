/* Weight-dependent noise under sampling by epochs: real minibatch SGD of regressions, measured mean
 * squared displacement over what the theory says, with constant noise and dressed (THEORY section 6), in
 * the sum over all modes and in the flattest one, at lags from one step to ten epochs. Features have a broad
 * spectrum and heavier tails than normal, residuals a variance that grows with the features: what makes
 * the constant-noise theory fail. The last column is the standard error of the measured value, in per cent.
 *
 *   dressed            all settings, about a minute each on one core
 *   dressed 0.1        a tenth of the simulated steps */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "bench.h"

enum { LAGS = 6, CHUNKS = 16 };

typedef struct setting {
  ptrdiff_t N, d;
  double batch, lr, momentum, decay;
  int drop_last;
  double steps; /* millions */
} setting;

static const setting settings[] = {
    {640, 8, 16, 0.05, 0.9, 0.001, 0, 6},    /* equal batches            */
    {480, 20, 8, 0.10, 0.0, 0.001, 0, 6},    /* no momentum, many parameters */
    {1000, 5, 48, 0.05, 0.95, 0.001, 0, 6},  /* remainder of 40 kept     */
    {1000, 10, 48, 0.08, 0.9, 0.0005, 1, 6}, /* remainder of 40 dropped  */
    {330, 12, 10, 0.03, 0.8, 0.002, 0, 6},   /* equal, small batches     */
    {505, 6, 20, 0.15, 0.5, 0.001, 0, 6},    /* remainder of 5 kept      */
    {2048, 32, 32, 0.04, 0.9, 0.0, 0, 6},    /* no weight decay          */
};

/* ---- data --------------------------------------------------------------------------------------- */

/* Feature j of scale (1 + j)^-0.75, times a factor of its example with mean square one; residuals in
 * proportion to the first feature's size. */
static void make_data(const setting *s, double *X, double *y)
{
  double *z = bench_doubles(s->N), *factor = bench_doubles(s->N);
  sgdl_normals(5, SGDL_STREAM_START, 1, 0, 0, s->N, factor);
  for (ptrdiff_t i = 0; i < s->N; i++) factor[i] = exp(0.35 * factor[i] - 0.1225);
  for (ptrdiff_t j = 0; j < s->d; j++) {
    sgdl_normals(5, SGDL_STREAM_START, 2, (uint64_t)j, 0, s->N, z);
    for (ptrdiff_t i = 0; i < s->N; i++) X[i + j * s->N] = pow(1.0 + (double)j, -0.75) * factor[i] * z[i];
  }
  sgdl_normals(5, SGDL_STREAM_START, 3, 0, 0, s->N, z);
  for (ptrdiff_t i = 0; i < s->N; i++) {
    y[i] = (0.5 + fabs(X[i])) * z[i];
    for (ptrdiff_t j = 0; j < s->d; j++) y[i] += X[i + j * s->N];
  }
  free(z);
  free(factor);
}

typedef struct regression {
  sgdl_model model;
  sgdl_examples examples;
  double *X, *y;
} regression;

static void make_regression(sgdl_context *ctx, const setting *s, regression *r)
{
  ptrdiff_t N = s->N, d = s->d;
  double *H = bench_doubles(d * d), *b = bench_doubles(d), *rho = bench_doubles(d);
  double *vectors = bench_doubles(d * d), *mu = bench_doubles(d), *Sigma = bench_doubles(d * d);
  double *noise = bench_doubles(d * d), *factor = bench_doubles(N * d), *gradient = bench_doubles(N * d), rss;
  r->X = bench_doubles(N * d);
  r->y = bench_doubles(N);
  make_data(s, r->X, r->y);
  bench_check(ctx, sgdl_regression_moments(ctx, N, d, r->X, r->y, H, b));
  bench_check(ctx, sgdl_decompose(ctx, d, H, rho, vectors));
  bench_check(ctx, sgdl_minimiser(ctx, d, rho, vectors, s->decay, b, mu));
  bench_check(ctx, sgdl_regression_noise(ctx, N, d, r->X, r->y, mu, s->decay, Sigma, &rss));
  bench_check(ctx, sgdl_noise_to_modes(ctx, d, vectors, Sigma, noise));
  r->model = (sgdl_model){.dim = d,
                          .hyper = {s->lr, s->momentum, s->decay, s->batch}, .dynamics = SGDL_SGD,
                          .sampling = SGDL_EPOCH, .n_examples = N, .drop_last = s->drop_last, .rho = rho,
                          .vectors = vectors, .minimiser = mu, .noise = noise, .noise_is_full = 1,
                          .sigma2 = -1.0};
  bench_check(ctx, sgdl_regression_examples(ctx, &r->model, r->X, r->y, factor, gradient));
  r->examples = (sgdl_examples){.N = N, .d = d, .rank = 1, .factor = factor, .gradient = gradient};
  free(H);
  free(b);
  free(Sigma);
}

/* ---- measurement -------------------------------------------------------------------------------- */

/* MSD of one simulated stretch: the sum over modes, then the flattest mode. */
static void simulate(sgdl_context *ctx, const regression *r, ptrdiff_t steps, ptrdiff_t burn_in,
                     uint64_t seed, const double *lags, double *msd)
{
  ptrdiff_t d = r->model.dim, T = steps + 1, kept = T - burn_in, done;
  double *theta = bench_doubles(T * d), *tail = bench_doubles(kept * d);
  sgdl_simulation sim = {.method = SGDL_MINIBATCH, .steps = steps, .record_every = 1, .n_paths = 1,
                         .seed = seed, .record_modes = 1, .X = r->X, .y = r->y};
  bench_check(ctx, sgdl_simulate(ctx, &r->model, &sim, theta, NULL, &done));
  for (ptrdiff_t l = 0; l < d; l++)
    memcpy(tail + l * kept, theta + l * T + burn_in, sizeof(double) * (size_t)kept);
  bench_check(ctx, sgdl_msd(ctx, kept, d, 1, tail, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, msd, NULL, NULL));
  bench_check(ctx, sgdl_msd(ctx, kept, 1, 1, tail + (d - 1) * kept, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags,
                            msd + LAGS, NULL, NULL));
  free(theta);
  free(tail);
}

static void measure(sgdl_context *ctx, const regression *r, double millions, ptrdiff_t M, const double *lags,
                    double *mean, double *error)
{
  double slowest = r->model.rho[r->model.dim - 1] + r->model.hyper.weight_decay, msd[2 * LAGS];
  double relaxation = (1 - r->model.hyper.momentum) / (r->model.hyper.lr * slowest);
  ptrdiff_t burn_in = (ptrdiff_t)(10 * relaxation) + 10 * M;
  ptrdiff_t steps = burn_in + (ptrdiff_t)(1e6 * millions / CHUNKS);
  double square[2 * LAGS] = {0};
  memset(mean, 0, sizeof(double) * 2 * LAGS);
  for (int c = 0; c < CHUNKS; c++) {
    simulate(ctx, r, steps, burn_in, 1000 + (uint64_t)c, lags, msd);
    for (int i = 0; i < 2 * LAGS; i++) {
      mean[i] += msd[i] / CHUNKS;
      square[i] += msd[i] * msd[i] / CHUNKS;
    }
  }
  for (int i = 0; i < 2 * LAGS; i++)
    error[i] = sqrt((square[i] - mean[i] * mean[i]) / (CHUNKS - 1)) / mean[i];
}

/* ---- the table ---------------------------------------------------------------------------------- */

static void report(sgdl_context *ctx, const setting *s, double scale)
{
  regression r;
  sgdl_model_report facts;
  sgdl_dressed found;
  make_regression(ctx, s, &r);
  bench_check(ctx, sgdl_model_check(ctx, &r.model, &facts));
  double M = (double)facts.epoch_steps, lags[LAGS] = {1, ceil(M / 4), M, 2 * M, 5 * M, 10 * M};
  double terms[5 * LAGS], mean[2 * LAGS], error[2 * LAGS];
  double *modes = bench_doubles(LAGS * s->d), *constant = bench_doubles(LAGS * s->d);
  bench_check(ctx, sgdl_dressed_msd(ctx, &r.model, &r.examples, LAGS, lags, terms, NULL, modes, NULL, NULL,
                                    &found));
  bench_check(ctx, sgdl_msd_theory(ctx, &r.model, LAGS, lags, SGDL_START_STATIONARY, NULL, NULL,
                                   SGDL_FORM_MODEL, mean, NULL, constant));
  measure(ctx, &r, s->steps * scale, facts.epoch_steps, lags, mean, error);
  printf("N %td  d %td  S %g  lr %g  momentum %g  decay %g  remainder %td %s  M %g  small parameter %.2f\n",
         s->N, s->d, s->batch, s->lr, s->momentum, s->decay, facts.remainder,
         facts.remainder == 0 ? "" : s->drop_last ? "dropped" : "kept", M, found.small_parameter);
  printf("%8s  %9s %8s %8s %8s %8s %6s  | %9s %8s %6s\n", "lag", "constant", "+b", "+c", "+f", "+e", "se %",
         "constant", "dressed", "se %");
  for (int i = 0; i < LAGS; i++) {
    ptrdiff_t flattest = i + (s->d - 1) * LAGS;
    printf("%8g ", lags[i]);
    const double *rungs = terms + i * SGDL_DRESSED_TERMS;
    for (int t = 0; t < SGDL_DRESSED_TERMS; t++) printf(" %8.4f", mean[i] / rungs[t]);
    printf("  %5.2f  |  %8.4f %8.4f  %5.2f\n", 100 * error[i], mean[LAGS + i] / constant[flattest],
           mean[LAGS + i] / modes[flattest], 100 * error[LAGS + i]);
  }
  printf("\n");
  fflush(stdout);
}

int main(int argc, char **argv)
{
  sgdl_context ctx;
  double scale = argc > 1 ? atof(argv[1]) : 1.0;
  sgdl_context_init(&ctx);
  printf("measured over theory: sum over modes (five rungs) | flattest mode\n\n");
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) report(&ctx, &settings[i], scale);
  return 0;
}
