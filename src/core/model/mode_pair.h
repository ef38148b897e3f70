/* The short interval from which the covariance accumulated from a sharp point is built up by
 * doubling. For accumulation.c; others use mode.h. */
#ifndef SGDL_MODE_PAIR_H
#define SGDL_MODE_PAIR_H

#include "mode.h"

/* Length in steps of the base interval for reaching k: 1 under SGD; k/2^doublings under Langevin, so short
 * that rate * length <= 1/4 for every mode with |kappa| <= kappa_largest. */
double sgdl_pair_base_steps(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_largest, double k,
                            int *doublings);
/* Covariance accumulated over a base interval of k steps, unit white noise, layout of mode.h. */
void sgdl_pair_base(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j, double k,
                    double c[4]);

#endif
