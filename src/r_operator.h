/* Operators of R as the core sees them: functions of R, compiled functions, matrices, data, objectives; and
 * gradient noise as probes need it. */
#ifndef SGDLANGEVIN_R_OPERATOR_H
#define SGDLANGEVIN_R_OPERATOR_H

#include "r_objective.h"
#include "sgdl_operator.h"

/* A function of R behind an environment: `product`, which gives numbers or the condition of what went wrong,
 * never an error. A condition is left in the environment as `failure`. */
typedef struct r_host {
  SEXP environment;  /* R_NilValue: none */
  r_jump jump;       /* other jumps (a debugger that quits) go on from r_host_continue() */
} r_host;

void r_host_continue(const r_host *host);

typedef struct r_operator {
  sgdl_operator core;
  r_host host;
} r_operator;

/* An external pointer, which the caller protects. host: the environment, or R's NULL. */
SEXP r_operator_handle(SEXP object, SEXP environment);
r_operator *r_operator_of(SEXP handle);

/* Noise of the R class "sgd_noise" for an operator of dimension dim; `host` and `objective` as the core calls
 * back. Scratch lives until the end of .Call. */
typedef struct r_noise {
  sgdl_probe_noise core;
  sgdl_sparse sparse;
  r_host host;
  ptrdiff_t dim;
  const sgdl_objective *objective;
  const double *theta;
  double *work, *gradient;
} r_noise;

/* NULL where `noise` is R's NULL. `kept`, a list of length 1, keeps an objective alive. */
sgdl_probe_noise *r_noise_of(SEXP noise, SEXP environment, ptrdiff_t dim, SEXP kept, r_noise *out);

/* Functions of an eigenvalue: their kinds (integers) and parameters, in R_alloc memory. */
sgdl_function *r_functions(SEXP kinds, SEXP parameters);

#endif
