/* Joint covariance of pairs of modes accumulated over k steps from a sharp point at the start of
 * an epoch: C_{2m} = C_m + E(m) C_m E(m)', C_{m+1} = C_1 + E(1) C_m E(1)'. Every term is positive
 * semidefinite, so nothing cancels: one rule for flat, critical, oscillating and saddle modes.
 * The maps of a mode are tabulated once (O(log k)); a pair then costs O(log k) small products. */
#ifndef SGDL_ACCUMULATION_H
#define SGDL_ACCUMULATION_H

#include "noise.h"

enum {
  SGDL_MAX_CLIMB = 128,                /* two stages a bit, steps up to 2^53                     */
  SGDL_MODE_ROOM = 16 * SGDL_MAX_CLIMB /* no plan's table of a mode is larger                    */
};

/* How m units are reached from one: each stage doubles, or adds one unit. */
typedef struct sgdl_climb {
  int stages;
  double before[SGDL_MAX_CLIMB];   /* units reached before the stage                           */
  int doubles[SGDL_MAX_CLIMB];     /* 1: doubling, 0: one more unit                            */
} sgdl_climb;

typedef struct sgdl_accumulation {
  sgdl_noise noise;
  sgdl_dynamics dynamics;
  sgdl_hyper hyper;
  double k, base;                  /* steps in all; length of the base interval (white noise)  */
  double epochs, partial;          /* whole epochs, and steps into the last one                */
  int endless;                     /* 1: epochs since ever                                     */
  sgdl_climb white, whole, begun, repeat; /* k; full batches of an epoch; `partial`; `epochs`  */
  ptrdiff_t room;                  /* doubles per mode in a table                              */
} sgdl_accumulation;

/* kappa_largest: the largest |kappa| that will be asked for. */
void sgdl_accumulation_plan(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                            double kappa_largest, double k, sgdl_accumulation *plan);
/* Stationary under epochs (SGD), `phase` steps into one; kappa: the d that will be asked for, >= 0, and > 0
 * where the scheme has a white floor and a position is wanted (a flat mode's velocity is right anyway). */
void sgdl_accumulation_plan_phase(const sgdl_noise *noise, const sgdl_hyper *h, ptrdiff_t d,
                                  const double *kappa, double phase, sgdl_accumulation *plan);
/* Table of a mode: plan->room doubles. */
void sgdl_accumulation_mode(const sgdl_accumulation *plan, double kappa, double *table);
/* Covariance of a pair per unit covariance of the one-example gradient, layout of mode.h. */
void sgdl_accumulation_pair(const sgdl_accumulation *plan, double kappa_i, double kappa_j,
                            const double *table_i, const double *table_j, double c[4]);

#endif
