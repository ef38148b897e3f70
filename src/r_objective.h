/* Objectives of R as the core sees them: losses with built-in gradients, functions written in R, compiled
 * functions. */
#ifndef SGDLANGEVIN_R_OBJECTIVE_H
#define SGDLANGEVIN_R_OBJECTIVE_H

#include "r_glue.h"

#include <setjmp.h>

/* ---- calls into R from inside the core ---- */

/* R jumps out of a failing or interrupted function; the core must return first, so that it can free what it
 * holds. The jump is caught at the call, kept in `token`, and goes on from r_jump_continue(). */
typedef struct r_jump {
  SEXP token;   /* R_MakeUnwindCont(), protected by the owner */
  int caught;
  jmp_buf here;
} r_jump;

/* function(data), which may jump; 1 if it did (or an earlier call had: then nothing is called). */
int r_jump_call(r_jump *jump, SEXP (*function)(void *data), void *data);
void r_jump_continue(const r_jump *jump);

/* ---- objectives ---- */

typedef struct r_objective {
  sgdl_objective core;
  sgdl_objective native;    /* a compiled gradient, else empty                        */
  SEXP functions;           /* environment with `gradient`, `hvp`, `loss`, `covariance` */
  r_jump jump;
  int interrupted;          /* the jump is Ctrl-C: the run stops, and can go on       */
} r_objective;

/* An external pointer to the objective of a problem (an "sgd_objective" or a regression). The caller protects
 * it; R frees it. */
SEXP r_objective_handle(SEXP problem);
r_objective *r_objective_of(SEXP handle);

#endif
