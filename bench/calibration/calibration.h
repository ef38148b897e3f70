/* What every calibration study shares: replicates simulated in batches, estimated on all threads, and summed
 * up as a line of CSV with the study's own standard errors. A study is a main() that calls
 * calibration_study() for each of its cases; see mle.c. */
#ifndef SGDL_CALIBRATION_H
#define SGDL_CALIBRATION_H

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "sgdl.h"

enum { CALIBRATION_BATCH = 256 };

/* What one replicate gives. */
typedef struct calibration_outcome {
  int failed;               /* the method refused: counted, not averaged                        */
  int flagged;              /* the method warned: counted, and averaged apart too               */
  double estimate, lower, upper;
} calibration_outcome;

typedef struct calibration_case {
  const char *process, *method, *quantity; /* names for the table                               */
  ptrdiff_t n;              /* increments (or what else the length is)                          */
  double exponent, noise;   /* what the table says of the process                               */
  double truth;             /* of the quantity; NaN: no coverage, only mean and spread          */
  double bound;             /* standard deviation to compare with (Cramer-Rao), or NaN          */
  double interior;          /* distance of a nuisance from its boundary in bounds of its own, or NaN */
  ptrdiff_t replicates;
  /* Fills `size` doubles for each of `count` replicates from `batch` on; may use threads. */
  void (*simulate)(const struct calibration_case *c, ptrdiff_t batch, ptrdiff_t count, double *x);
  /* Called on many threads; ctx->threads is 1. */
  void (*estimate)(const struct calibration_case *c, sgdl_context *ctx, const double *x,
                   calibration_outcome *out);
  ptrdiff_t size;           /* doubles of one replicate                                         */
  const void *user;
} calibration_case;

static inline void calibration_check(const sgdl_context *ctx, sgdl_status status)
{
  if (status == SGDL_OK) return;
  fprintf(stderr, "%s: %s\n", sgdl_status_string(status), ctx->message);
  exit(1);
}

/* Replicates: `full` times the scale on the command line (1 by default), at least 100. */
static inline double calibration_scale(int argc, char **argv)
{
  return argc > 1 ? atof(argv[1]) : 1.0;
}

static inline ptrdiff_t calibration_replicates(ptrdiff_t full, double scale)
{
  ptrdiff_t n = (ptrdiff_t)((double)full * scale);
  return n < 100 ? 100 : n;
}

static inline void calibration_header(void)
{
  puts("process,n,exponent,noise,interior,method,quantity,replicates,failed,flagged,bias,bias_se,sd_over_"
       "bound,sd_over_bound_se,"
       "coverage,coverage_se,coverage_unflagged,coverage_unflagged_se");
}

typedef struct calibration_sums {
  double n, sum, square, cube, fourth, covered; /* of estimate - truth                           */
} calibration_sums;

static inline void calibration_add(calibration_sums *s, double error, int covered)
{
  s->n += 1;
  s->sum += error;
  s->square += error * error;
  s->cube += error * error * error;
  s->fourth += error * error * error * error;
  s->covered += covered;
}

static inline double calibration_coverage_se(const calibration_sums *s)
{
  double p = s->covered / s->n;
  return sqrt(p * (1 - p) / s->n);
}

static inline void calibration_print(const calibration_case *c, double failed, double flagged,
                                     const calibration_sums *all, const calibration_sums *sure)
{
  double mean = all->sum / all->n, v = all->square / all->n - mean * mean, sd = sqrt(v);
  double m4 = all->fourth / all->n - 4 * mean * all->cube / all->n + 6 * mean * mean * all->square / all->n
              - 3 * mean * mean * mean * mean;
  double sd_se = sqrt(fmax(m4 - v * v, 0.0) / all->n) / (2.0 * sd);
  printf("%s,%td,%g,%g,%.2f,%s,%s,%td,%g,%g,%.5f,%.5f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f\n", c->process, c->n,
         c->exponent, c->noise, c->interior, c->method, c->quantity, c->replicates, failed, flagged, mean,
         sd / sqrt(all->n), sd / c->bound, sd_se / c->bound, all->covered / all->n,
         calibration_coverage_se(all), sure->covered / sure->n, calibration_coverage_se(sure));
  fflush(stdout);
}

static inline void calibration_study(const calibration_case *c)
{
  double *x = malloc((size_t)(c->size * CALIBRATION_BATCH) * sizeof *x), failed = 0, flagged = 0;
  calibration_outcome *outcomes = calloc(CALIBRATION_BATCH, sizeof *outcomes);
  calibration_sums all = {0}, sure = {0};
  if (!x || !outcomes) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  for (ptrdiff_t first = 0, batch = 0; first < c->replicates; first += CALIBRATION_BATCH, batch++) {
    ptrdiff_t count = c->replicates - first < CALIBRATION_BATCH ? c->replicates - first : CALIBRATION_BATCH;
    c->simulate(c, batch, count, x);
#pragma omp parallel
    {
      sgdl_context ctx;
      sgdl_context_init(&ctx);
      ctx.threads = 1;
#pragma omp for schedule(dynamic)
      for (ptrdiff_t i = 0; i < count; i++) {
        outcomes[i] = (calibration_outcome){0};
        c->estimate(c, &ctx, x + c->size * i, outcomes + i);
      }
    }
    for (ptrdiff_t i = 0; i < count; i++) {
      const calibration_outcome *o = outcomes + i;
      int covered = o->lower <= c->truth && c->truth <= o->upper;
      failed += o->failed;
      if (o->failed) continue;
      flagged += o->flagged;
      calibration_add(&all, o->estimate - c->truth, covered);
      if (!o->flagged) calibration_add(&sure, o->estimate - c->truth, covered);
    }
  }
  calibration_print(c, failed, flagged, &all, &sure);
  free(x);
  free(outcomes);
}

/* Simulator for the processes of simulate_diffusion: user points to one; seeds differ from batch to batch. */
static inline void calibration_diffusion(const calibration_case *c, ptrdiff_t batch, ptrdiff_t count,
                                         double *x)
{
  sgdl_context ctx;
  sgdl_diffusion p = *(const sgdl_diffusion *)c->user;
  sgdl_context_init(&ctx);
  p.n_paths = count;
  p.seed += 1000003u * (uint64_t)batch;
  calibration_check(&ctx, sgdl_diffusion_simulate(&ctx, &p, x));
}

/* The pure processes that every method of the exponent is held against. */
static const double calibration_exponents[] = {0.4, 0.7, 1.0, 1.3, 1.6};
static const ptrdiff_t calibration_lengths[] = {128, 1024, 8192};

/* One row: fractional Brownian motion without noise, against the bound without a drift. */
static inline void calibration_fbm(const char *method, ptrdiff_t n, double exponent, ptrdiff_t replicates,
                                   void (*estimate)(const calibration_case *c, sgdl_context *ctx,
                                                    const double *x, calibration_outcome *out))
{
  sgdl_context ctx;
  sgdl_mle_options options = {.level = 0.95};
  sgdl_diffusion process = {.process = SGDL_PROCESS_FBM, .steps = n, .dim = 1, .exponent = exponent,
                            .diffusivity = 1.0, .seed = 1 + (uint64_t)n + (uint64_t)(1e4 * exponent)};
  calibration_case c = {.process = "fbm",
                        .method = method,
                        .quantity = "exponent",
                        .n = n,
                        .exponent = exponent,
                        .truth = exponent,
                        .interior = NAN,
                        .replicates = replicates,
                        .simulate = calibration_diffusion,
                        .estimate = estimate,
                        .size = n + 1,
                        .user = &process};
  sgdl_context_init(&ctx);
  calibration_check(&ctx, sgdl_fbm_bound(&ctx, n, 1, &options, exponent, 0.0, &c.bound, NULL));
  calibration_study(&c);
}

#endif
