/* Calibration of sgdl_fit_langevin: coverage of the 95% intervals of noise strength, curvature and damping, of
 * what the fitted mode does, false alarms of the goodness-of-fit test; on paths of the Langevin model (exact
 * sampling) and of SGD, with replacement and by epochs, recorded every step or every few.
 *   fit_langevin [scale [seed [first [end]]]]   scale 1 (default): 1000 replicates; the scenarios first .. end - 1.
 * Prints a CSV table; standard errors of the study beside each. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdl.h"

enum { MODES = 5 };

typedef struct {
  const char *name;
  sgdl_dynamics dynamics;
  ptrdiff_t n_examples;      /* 0: with replacement                                            */
  ptrdiff_t every, frames;
  double momentum;
} scenario;

static const scenario scenarios[] = {
  { "ou", SGDL_LANGEVIN, 0, 1, 2000, 0.9 },
  { "ou", SGDL_LANGEVIN, 0, 4, 2000, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 500, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 2000, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 8000, 0.9 },
  { "sgd", SGDL_SGD, 0, 3, 2000, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 2000, 0.5 },
  { "epoch", SGDL_SGD, 160, 1, 2000, 0.9 },
  { "epoch", SGDL_SGD, 448, 1, 8000, 0.9 },
  { "epoch", SGDL_SGD, 168, 1, 2000, 0.9 },
  { "epoch", SGDL_SGD, 160, 3, 2000, 0.9 },
};

/* lr kappa = 0.05 (ringing) down to 0.0005 (overdamped, slow) */
static const double curvatures[MODES] = { 0.5, 0.1, 0.03, 0.015, 0.005 };
static const double noises[MODES] = { 1, 0.5, 2, 1, 0.3 };

typedef struct {
  double n, identified, inside[3], bias[3], square[3], variance[3], frequency, frequency_n, alarms;
} tally;

static void check(sgdl_context *ctx, sgdl_status status)
{
  if (status == SGDL_OK) return;
  fprintf(stderr, "%s: %s\n", sgdl_status_string(status), ctx->message);
  exit(1);
}

static void count(const double *row, ptrdiff_t rows, double truth_frequency, tally *t)
{
#define AT(column) row[(column) * rows]
  t->n++;
  t->alarms += AT(SGDL_FIT_FIT_P) < 0.05;
  t->identified += AT(SGDL_FIT_IDENTIFIED) == 1;
  for (int p = 0; p < 3; p++) {
    double theory = AT(SGDL_FIT_THEORY + p), error = log(AT(p) / theory), se = AT(SGDL_FIT_SE + p) / AT(p);
    t->inside[p] += AT(SGDL_FIT_LOWER + p) <= theory && theory <= AT(SGDL_FIT_UPPER + p);
    t->bias[p] += error;
    t->square[p] += error * error;
    t->variance[p] += se * se;
  }
  if (isnan(AT(SGDL_FIT_FREQUENCY + 2))) return;
  t->frequency_n++;
  t->frequency += AT(SGDL_FIT_FREQUENCY + 2) <= truth_frequency && truth_frequency <= AT(SGDL_FIT_FREQUENCY + 3);
#undef AT
}

/* One replicate, on one thread. */
typedef struct {
  double table[MODES * SGDL_FIT_COLUMNS];
  sgdl_fit_summary summary;
} outcome;

static void fit(const sgdl_model *model, const sgdl_fit_options *options, ptrdiff_t frames, const double *x,
                outcome *out)
{
  static const double modes[MODES] = { 0, 1, 2, 3, 4 };
  double covariance[9 * MODES], fitted[SGDL_FIT_BANDS * MODES], data[SGDL_FIT_BANDS * MODES];
  double f[SGDL_FIT_BANDS], w[SGDL_FIT_BANDS];
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  check(&ctx, sgdl_fit_langevin(&ctx, model, options, frames, 1, x, MODES, modes, out->table, covariance, f, w, fitted,
                                data, &out->summary));
}

static void study(sgdl_context *ctx, const scenario *s, ptrdiff_t replicates, uint64_t seed)
{
  sgdl_model model = { .dim = MODES, .hyper = { 0.1, s->momentum, 0, 8 }, .dynamics = s->dynamics,
                       .sampling = s->n_examples ? SGDL_EPOCH : SGDL_REPLACEMENT, .n_examples = s->n_examples,
                       .rho = curvatures, .noise = noises, .sigma2 = -1 };
  sgdl_simulation sim = { .method = s->dynamics == SGDL_LANGEVIN ? SGDL_EXACT : SGDL_GAUSSIAN_SGD,
                          .steps = s->every * (s->frames - 1), .record_every = s->every, .n_paths = replicates,
                          .seed = seed, .start_stationary = 1 };
  sgdl_fit_options options = { .curvature = 1, .damping = 1, .noise_known = 1,
                               .every = (double)s->every, .level = 0.95 };
  size_t size = (size_t)(s->frames * MODES * replicates);
  double *x = malloc(size * sizeof *x), *v = malloc(size * sizeof *v);
  outcome *outcomes = malloc((size_t)replicates * sizeof *outcomes);
  double period[MODES], scratch[4][MODES], all_alarms = 0, theory_alarms = 0;
  int regime[MODES];
  tally tallies[MODES] = { { 0 } };
  ptrdiff_t done;
  if (!x || !v || !outcomes) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  check(ctx, sgdl_oscillations(ctx, &model, scratch[0], scratch[1], regime, period, scratch[2], scratch[3]));
  check(ctx, sgdl_simulate(ctx, &model, &sim, x, v, &done));
#pragma omp parallel for schedule(dynamic)
  for (ptrdiff_t r = 0; r < replicates; r++) fit(&model, &options, s->frames, x + r * s->frames * MODES, outcomes + r);
  for (ptrdiff_t r = 0; r < replicates; r++) {
    for (int m = 0; m < MODES; m++) count(outcomes[r].table + m, MODES, 1 / period[m], &tallies[m]);
    all_alarms += outcomes[r].summary.fit[2] < 0.05;
    theory_alarms += outcomes[r].summary.theory[2] < 0.05;
  }
  for (int m = 0; m < MODES; m++) {
    const tally *t = &tallies[m];
    printf("%s,%td,%td,%td,%g,%g,%.3f", s->name, s->n_examples / 8, s->every, s->frames, s->momentum,
           0.1 * curvatures[m], t->identified / t->n);
    for (int p = 0; p < 3; p++)
      printf(",%.4f,%.4f,%.3f", t->inside[p] / t->n, t->bias[p] / t->n,
             sqrt(t->square[p] / t->variance[p]));
    printf(",%.4f,%.4f,%.4f,%.4f,%.4f\n", t->frequency / t->frequency_n, t->alarms / t->n,
           all_alarms / (double)replicates, theory_alarms / (double)replicates,
           sqrt(0.95 * 0.05 / (double)replicates));
  }
  free(x);
  free(v);
  free(outcomes);
  fflush(stdout);
}

int main(int argc, char **argv)
{
  const double scale = argc > 1 ? atof(argv[1]) : 1.0;
  const ptrdiff_t replicates = scale > 0.02 ? (ptrdiff_t)(1000 * scale) : 20;
  const size_t first = argc > 3 ? (size_t)atol(argv[3]) : 0;
  const size_t end = argc > 4 ? (size_t)atol(argv[4]) : sizeof scenarios / sizeof *scenarios;
  uint64_t seed = argc > 2 ? (uint64_t)atol(argv[2]) : 1;
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  printf("paths,epoch_steps,every,frames,momentum,lr_curvature,identified");
  for (int p = 0; p < 3; p++) {
    static const char *const names[] = { "noise", "curvature", "damping" };
    printf(",%s_coverage,%s_log_bias,%s_sd_over_se", names[p], names[p], names[p]);
  }
  printf(",frequency_coverage,fit_alarms,fit_alarms_all,theory_alarms_all,coverage_se\n");
  for (size_t i = first; i < end; i++) study(&ctx, &scenarios[i], replicates, seed + i);
  return 0;
}
