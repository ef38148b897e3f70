/* Where the theory starts from, in modes, and the joint covariance of pairs of modes some steps on. */
#ifndef SGDL_START_H
#define SGDL_START_H

#include "../model/accumulation.h"
#include "../model/modes.h"

/* ---- covariance of pairs at one moment ------------------------------------------- law.c */

typedef enum { SGDL_SHARP = 0, SGDL_SPREAD_DIAGONAL, SGDL_SPREAD_FULL } sgdl_spread;

/* Covariance of the state at step 0 in modes: theta, velocity, cross = cov(theta, v); d values each where
 * only i = j counts, d x d where `spread` is full; theta and cross may be NULL (zero). */
typedef struct sgdl_start_state {
  sgdl_from from;
  double *x, *v;                  /* d each: mean deviation from (mu, 0)                       */
  sgdl_spread spread;
  double *theta, *velocity, *cross;
} sgdl_start_state;

/* The law of pairs of modes at one moment: stationary (averaged over the phase of an epoch), stationary at a
 * phase, or some steps after a start. */
typedef struct sgdl_law {
  const sgdl_model *model;
  const sgdl_modes *modes;
  const sgdl_start_state *start;        /* after a start; NULL: stationary                           */
  int averaged;                   /* stationary, closed form; otherwise by `plan`              */
  double *delta;                  /* 4 x d (noise.h): averaged, under epochs                   */
  sgdl_accumulation plan;
  double *tables;                 /* plan.room x d                                             */
  double *maps;                   /* 4 x d: E(step), where the start is spread                 */
} sgdl_law;

sgdl_status sgdl_law_stationary(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                sgdl_law *law);
sgdl_status sgdl_law_at_phase(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                              double phase, sgdl_law *law);
/* `step` steps after `start`: any of the above, by start->from. */
sgdl_status sgdl_law_after(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                           const sgdl_start_state *start, double step, sgdl_law *law);
void sgdl_law_free(sgdl_law *law);
/* c in the layout of mode.h, noise strength included. Stationary: c[0..2] = 0 without a position. */
void sgdl_law_pair(const sgdl_law *law, ptrdiff_t i, ptrdiff_t j, double c[4]);

/* ---- starts --------------------------------------------------------------------- start.c */

/* Checks and brings a start to modes. pairs: 1 = covariances of pairs i != j will be asked for. SGDL_SADDLE
 * when it needs a stationary state and there is none. */
sgdl_status sgdl_start_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                            const sgdl_initial *initial, int pairs, sgdl_start_state *start);
void sgdl_start_free(sgdl_start_state *start);
/* 1 where the law is the same at all times, or at all times of one phase. */
static inline int sgdl_start_is_stationary(const sgdl_start_state *start)
{
  return start->from == SGDL_FROM_STATIONARY || start->from == SGDL_FROM_CHECKPOINT;
}
/* 1 where only pairs i = j are ever correlated. */
static inline int sgdl_start_is_diagonal(const sgdl_model *model, const sgdl_start_state *start)
{
  return !model->noise_is_full && start->spread != SGDL_SPREAD_FULL;
}
/* Mean deviation of every mode `step` steps on. */
void sgdl_start_mean(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                     const sgdl_start_state *start, double step, double *x, double *v);

#endif
