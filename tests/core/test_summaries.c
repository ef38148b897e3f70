/* Running summaries against the same numbers worked out from recorded rows, and their bits. */
#include <stdlib.h>

#include "check.h"
#include "paths.h"

static sgdl_context ctx;

enum { PATHS = 2, LAGS = 3 };
static const double lags[LAGS] = {1, 4, 10};

typedef struct kept {
  sgdl_summaries s;
  double *block;
} kept;

static kept room_for(ptrdiff_t d, ptrdiff_t records)
{
  kept k = {.block = calloc((size_t)(2 * d + 2 * records + 2 * LAGS) * PATHS, sizeof(double))};
  k.s.mean = k.block;
  k.s.variance = k.s.mean + d * PATHS;
  k.s.displacement = k.s.variance + d * PATHS;
  k.s.local = k.s.displacement + records * PATHS;
  k.s.msd = k.s.local + records * PATHS;
  k.s.msd_count = k.s.msd + LAGS * PATHS;
  return k;
}

static double distance(const output *o, ptrdiff_t d, ptrdiff_t p, ptrdiff_t r, ptrdiff_t q)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < d; i++) {
    double difference = o->theta[r + (i + p * d) * o->records] - o->theta[q + (i + p * d) * o->records];
    sum += difference * difference;
  }
  return sum;
}

static void check_against_rows(const output *o, const kept *k, ptrdiff_t d)
{
  double worst = 0.0;
  for (ptrdiff_t p = 0; p < PATHS; p++) {
    for (ptrdiff_t i = 0; i < d; i++) {
      const double *x = o->theta + (i + p * d) * o->records;
      double mean = 0.0, squares = 0.0;
      for (ptrdiff_t r = 0; r < o->records; r++) mean += x[r] / (double)o->records;
      for (ptrdiff_t r = 0; r < o->records; r++) squares += (x[r] - mean) * (x[r] - mean);
      worst = fmax(worst, fabs(k->s.mean[i + p * d] - mean));
      worst = fmax(worst, fabs(k->s.variance[i + p * d] - squares / (double)(o->records - 1)));
    }
    for (ptrdiff_t r = 0; r < o->records; r++)
      worst = fmax(worst, fabs(k->s.displacement[r + p * o->records] / (1.0 + distance(o, d, p, r, 0)) -
                               distance(o, d, p, r, 0) / (1.0 + distance(o, d, p, r, 0))));
    CHECK(isnan(k->s.local[p * o->records]));
    for (ptrdiff_t r = 1; r < o->records; r++) {
      double local = distance(o, d, p, r, r - 1);
      worst = fmax(worst, fabs(k->s.local[r + p * o->records] - local) / (1.0 + local));
    }
    for (ptrdiff_t l = 0; l < LAGS; l++) {
      ptrdiff_t lag = (ptrdiff_t)lags[l], n = (o->records - 1) / lag;
      double sum = 0.0;
      for (ptrdiff_t q = 1; q <= n; q++) sum += distance(o, d, p, q * lag, (q - 1) * lag) / (double)n;
      CHECK(k->s.msd_count[l + p * LAGS] == (double)n);
      worst = fmax(worst, fabs(k->s.msd[l + p * LAGS] - sum) / (1.0 + sum));
    }
  }
  CHECK(worst < 1e-12);
}

/* Under valgrind a dense product of the larger size takes long: fewer of them, over the same pieces and blocks. */
static int is_short(ptrdiff_t d, int projected)
{
  return projected && d > 1000 && getenv("SGDL_TEST_SHORT") != NULL;
}

/* In one go on one thread, and in three parts on two; with d past a band and past a piece. */
static void summaries_are_those_of_the_rows(ptrdiff_t d, int projected, int every)
{
  if (is_short(d, projected) && every == 1) return;
  double *rho = malloc(3 * (size_t)d * sizeof *rho), *noise = rho + d, *mu = noise + d;
  double *vectors = projected ? calloc((size_t)(d * d), sizeof *vectors) : NULL;
  for (ptrdiff_t i = 0; i < d; i++) {
    rho[i] = 3.0 / (1.0 + 0.1 * (double)i);
    noise[i] = 1.0 + (double)(i % 4);
    mu[i] = (double)(i % 9);
    if (projected) vectors[(i + 1) % d + i * d] = 1.0;
  }
  sgdl_model model = {.dim = d, .hyper = {0.1, 0.8, 0.0, 3}, .dynamics = SGDL_LANGEVIN, .rho = rho, .vectors = vectors,
                      .minimiser = mu, .noise = noise, .sigma2 = -1.0};
  sgdl_simulation sim = {.method = SGDL_EXACT, .steps = is_short(d, projected) ? 43 : 83, .n_paths = PATHS, .seed = 7,
                         .record_every = every,
                         .record_modes = !projected, .lags = lags, .n_lags = LAGS,
                         .summaries = SGDL_MOMENTS | SGDL_DISPLACEMENT | SGDL_LOCAL_DISPLACEMENT | SGDL_ONLINE_MSD};
  output o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_OK);
  kept one = room_for(d, o.records), parts = room_for(d, o.records);
  sgdl_run *run;
  ctx.threads = 1;
  CHECK_STATUS(sgdl_run_create(&ctx, &model, &sim, &run), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, sim.steps, NULL), SGDL_OK);
  sgdl_run_summaries(run, &one.s);
  sgdl_run_free(run);
  CHECK_INT(one.s.count, o.records);
  check_against_rows(&o, &one, d);
  ctx.threads = 2;
  CHECK_STATUS(sgdl_run_create(&ctx, &model, &sim, &run), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, 0, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, 41, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, sim.steps, NULL), SGDL_OK);
  sgdl_run_summaries(run, &parts.s);
  sgdl_run_free(run);
  ctx.threads = 0;
  int same = 1;
  for (ptrdiff_t i = 0; i < (2 * d + 2 * o.records + 2 * LAGS) * PATHS; i++)
    same = same && (one.block[i] == parts.block[i] || (isnan(one.block[i]) && isnan(parts.block[i])));
  CHECK(same);
  free(one.block);
  free(parts.block);
  free(rho);
  free(vectors);
  release(&o);
}

/* A run that diverges keeps its series; moments that include the failing block are not told. */
static void failures_spoil_moments(void)
{
  double rho[1] = {-40.0}, noise[1] = {1.0}, mean, variance, displacement[5001];
  sgdl_model model = {.dim = 1, .hyper = {0.1, 0.8, 0.0, 3}, .dynamics = SGDL_LANGEVIN, .rho = rho, .noise = noise,
                      .sigma2 = -1.0};
  sgdl_simulation sim = {.method = SGDL_EXACT, .steps = 5000, .n_paths = 1, .record_every = 1,
                         .summaries = SGDL_MOMENTS | SGDL_DISPLACEMENT};
  sgdl_summaries s = {.mean = &mean, .variance = &variance, .displacement = displacement};
  sgdl_run *run;
  CHECK_STATUS(sgdl_run_create(&ctx, &model, &sim, &run), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, sim.steps, NULL), SGDL_UNSTABLE);
  sgdl_run_summaries(run, &s);
  CHECK(s.count > 1 && s.count == sgdl_run_step(run) + 1);
  CHECK(isnan(mean) && isnan(variance));
  CHECK(displacement[s.count / 3] > 0.0 && isfinite(displacement[s.count / 3]));
  CHECK(isnan(displacement[s.count]));
  sgdl_run_free(run);
}

int main(void)
{
  sgdl_context_init(&ctx);
  for (int every = 1; every < 4; every += 2)
    for (int projected = 0; projected < 2; projected++) {
      summaries_are_those_of_the_rows(3, projected, every);
      summaries_are_those_of_the_rows(131, projected, every);
      summaries_are_those_of_the_rows(1290, projected, every);
    }
  failures_spoil_moments();
  return check_report();
}
