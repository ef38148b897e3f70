/* Calibration of sgdl_fit_langevin: coverage of the 95% intervals of noise strength, curvature and damping
 * among modes it calls identified, of the values over all modes, and false alarms of its two tests; on paths
 * of the Langevin model (exact sampling) and of SGD, with replacement and by epochs, recorded every step or
 * every few, of modes from ringing to overdamped and slow. Then false alarms of sgdl_shuffling_test.
 *   fit_langevin [scale [first [end]]]      a CSV table; scale 1 is 600 replicates a case. */
#include "calibration.h"

enum { MODES = 5, FULL = 600, FULL_SHUFFLING = 4000 };

typedef struct {
  const char *name;
  sgdl_dynamics dynamics;
  ptrdiff_t n_examples;      /* 0: with replacement                                            */
  ptrdiff_t every, frames;   /* frames - 2 of small factors: quick transforms                  */
  double momentum;
} scenario;

static const scenario scenarios[] = {
  { "ou", SGDL_LANGEVIN, 0, 1, 2002, 0.9 },   { "ou", SGDL_LANGEVIN, 0, 4, 2002, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 502, 0.9 },        { "sgd", SGDL_SGD, 0, 1, 2002, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 8002, 0.9 },       { "sgd", SGDL_SGD, 0, 3, 2002, 0.9 },
  { "sgd", SGDL_SGD, 0, 1, 2002, 0.5 },       { "epoch", SGDL_SGD, 160, 1, 2002, 0.9 },
  { "epoch", SGDL_SGD, 448, 1, 8002, 0.9 },   { "epoch", SGDL_SGD, 168, 1, 2002, 0.9 },
  { "epoch", SGDL_SGD, 160, 3, 2002, 0.9 },   { "epoch", SGDL_SGD, 160, 1, 8002, 0.9 },
};

/* lr kappa = 0.05 (ringing) down to 0.0005 (overdamped, slow) */
static const double curvatures[MODES] = { 0.5, 0.1, 0.03, 0.015, 0.005 };
static const double noises[MODES] = { 1, 0.5, 2, 1, 0.3 };

typedef struct {
  double n, identified, inside[3], bias[3], alarms, overall_n, overall[3], fit, theory;
} tally;

static void add(tally *to, const tally *from)
{
  double *a = (double *)to;
  const double *b = (const double *)from;
  for (size_t i = 0; i < sizeof *to / sizeof *a; i++) a[i] += b[i];
}

static void count(const double *row, tally *t)
{
#define AT(column) row[(column) * MODES]
  t->n++;
  t->alarms += AT(SGDL_FIT_FIT_P) < 0.05;
  if (AT(SGDL_FIT_IDENTIFIED) != 1) return;
  t->identified++;
  for (int p = 0; p < 3; p++) {
    double truth = AT(SGDL_FIT_THEORY + p);
    t->inside[p] += AT(SGDL_FIT_LOWER + p) <= truth && truth <= AT(SGDL_FIT_UPPER + p);
    t->bias[p] += log(AT(p) / truth);
  }
#undef AT
}

static void count_overall(const sgdl_fit_summary *s, double damping, tally *t)
{
  const double truth[3] = { 1, 1, damping };
  t->overall_n += !isnan(s->estimate[0]);
  for (int p = 0; p < 3; p++) t->overall[p] += s->lower[p] <= truth[p] && truth[p] <= s->upper[p];
  t->fit += s->fit[2] < 0.05;
  t->theory += s->theory[2] < 0.05;
}

static double share_se(double share, double n)
{
  return sqrt(share * (1 - share) / n);
}

static void print(const scenario *s, int m, const tally *t, const tally *all)
{
  printf("%s,%td,%td,%td,%g,%g,%.1f,%.3f", s->name, s->n_examples / 8, s->every, s->frames, s->momentum,
         0.1 * curvatures[m], (double)(s->frames * s->every) * 0.1 * curvatures[m] / (1 - s->momentum),
         t->identified / t->n);
  for (int p = 0; p < 3; p++) {
    double inside = t->inside[p] / t->identified;
    printf(",%.4f,%.4f,%.4f", inside, share_se(inside, t->identified), t->bias[p] / t->identified);
  }
  for (int p = 0; p < 3; p++) printf(",%.4f", all->overall[p] / all->overall_n);
  printf(",%.4f,%.4f,%.4f,%.4f\n", t->alarms / t->n, all->fit / t->n, all->theory / t->n,
         share_se(0.95, t->n));
}

static double *simulated(sgdl_context *ctx, const sgdl_model *model, const scenario *s, ptrdiff_t replicates,
                         uint64_t seed)
{
  sgdl_simulation sim = { .method = s->dynamics == SGDL_LANGEVIN ? SGDL_EXACT : SGDL_GAUSSIAN_SGD,
                          .steps = s->every * (s->frames - 1), .record_every = s->every, .n_paths = replicates,
                          .seed = seed, .start_stationary = 1 };
  size_t size = (size_t)(s->frames * MODES * replicates);
  double *x = malloc(size * sizeof *x), *v = malloc(size * sizeof *v);
  ptrdiff_t done;
  calibration_check(ctx, sgdl_simulate(ctx, model, &sim, x, v, &done));
  free(v);
  return x;
}

static sgdl_model model_of(const scenario *s)
{
  return (sgdl_model){ .dim = MODES, .hyper = { 0.1, s->momentum, 0, 8 }, .dynamics = s->dynamics,
                       .sampling = s->n_examples ? SGDL_EPOCH : SGDL_REPLACEMENT, .n_examples = s->n_examples,
                       .rho = curvatures, .noise = noises, .sigma2 = -1 };
}

static const double modes[MODES] = { 0, 1, 2, 3, 4 };

static void one(sgdl_context *ctx, const sgdl_model *model, const scenario *s, const double *x,
                tally *tallies)
{
  sgdl_fit_options options = { .curvature = 1, .damping = 1, .noise_known = 1, .every = (double)s->every,
                               .level = 0.95 };
  double table[MODES * SGDL_FIT_COLUMNS], covariance[9 * MODES], f[SGDL_FIT_BANDS], w[SGDL_FIT_BANDS];
  double fitted[SGDL_FIT_BANDS * MODES], data[SGDL_FIT_BANDS * MODES];
  sgdl_fit_summary summary;
  calibration_check(ctx, sgdl_fit_langevin(ctx, model, &options, s->frames, 1, x, MODES, modes, table,
                                           covariance, f, w, fitted, data, &summary));
  for (int m = 0; m < MODES; m++) count(table + m, &tallies[m]);
  count_overall(&summary, table[(SGDL_FIT_THEORY + SGDL_FIT_DAMPING) * MODES], &tallies[MODES]);
}

static void study(const scenario *s, ptrdiff_t replicates, uint64_t seed)
{
  sgdl_model model = model_of(s);
  sgdl_context ctx;
  tally all[MODES + 1] = { { 0 } };
  sgdl_context_init(&ctx);
  double *x = simulated(&ctx, &model, s, replicates, seed);
#pragma omp parallel
  {
    sgdl_context mine;
    tally tallies[MODES + 1] = { { 0 } };
    sgdl_context_init(&mine);
    mine.threads = 1;
#pragma omp for schedule(dynamic)
    for (ptrdiff_t r = 0; r < replicates; r++) one(&mine, &model, s, x + r * s->frames * MODES, tallies);
#pragma omp critical
    for (int m = 0; m <= MODES; m++) add(&all[m], &tallies[m]);
  }
  for (int m = 0; m < MODES; m++) print(s, m, &all[m], &all[MODES]);
  free(x);
  fflush(stdout);
}

/* White noise taken for epochs at 5%: `of` steps given, or 0. */
static void shuffling_alarms(const scenario *s, double of, ptrdiff_t replicates, uint64_t seed)
{
  sgdl_model model = model_of(s);
  sgdl_context ctx;
  double alarms = 0;
  sgdl_context_init(&ctx);
  double *x = simulated(&ctx, &model, s, replicates, seed);
#pragma omp parallel reduction(+ : alarms)
  {
    sgdl_context mine;
    double temperature[MODES], f[SGDL_FIT_BANDS], w[SGDL_FIT_BANDS], ratio[SGDL_FIT_BANDS];
    sgdl_shuffling found;
    sgdl_context_init(&mine);
    mine.threads = 1;
#pragma omp for schedule(dynamic)
    for (ptrdiff_t r = 0; r < replicates; r++) {
      calibration_check(&mine, sgdl_shuffling_test(&mine, &model, s->frames, 1, x + r * s->frames * MODES, 1,
                                                   MODES,
                                                   modes, of, 0.95, temperature, f, w, ratio, &found));
      alarms += found.p_value < 0.05;
    }
  }
  double share = alarms / (double)replicates;
  printf("shuffling_test,%td,%g,%td,%.4f,%.4f\n", s->frames, of, replicates, share,
         share_se(share, (double)replicates));
  free(x);
}

int main(int argc, char **argv)
{
  static const scenario short_run = { "sgd", SGDL_SGD, 0, 1, 302, 0.9 };
  static const scenario run = { "sgd", SGDL_SGD, 0, 1, 1002, 0.9 };
  double scale = calibration_scale(argc, argv);
  ptrdiff_t replicates = calibration_replicates(FULL, scale), n = sizeof scenarios / sizeof *scenarios;
  ptrdiff_t first = argc > 2 ? atol(argv[2]) : 0, end = argc > 3 ? atol(argv[3]) : n + 1;
  printf("paths,epoch_steps,every,frames,momentum,lr_curvature,relaxations,identified");
  for (int p = 0; p < 3; p++) {
    static const char *const names[] = { "noise", "curvature", "damping" };
    printf(",%s_coverage,%s_coverage_se,%s_log_bias", names[p], names[p], names[p]);
  }
  puts(",overall_noise,overall_curvature,overall_damping,fit_alarms,fit_alarms_all,theory_alarms_all,"
       "se_at_95");
  for (ptrdiff_t i = first; i < end && i < n; i++) study(&scenarios[i], replicates, 1 + (uint64_t)i);
  if (end <= n) return 0;
  puts("test,frames,epoch_steps_given,replicates,false_alarms,se");
  replicates = calibration_replicates(FULL_SHUFFLING, scale);
  for (int given = 0; given < 2; given++) {
    shuffling_alarms(&short_run, given * 20, replicates, 101);
    shuffling_alarms(&run, given * 20, replicates, 102);
  }
  return 0;
}
