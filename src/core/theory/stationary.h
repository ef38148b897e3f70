/* The stationary covariance in parameter coordinates, from that of pairs of modes. */
#ifndef SGDL_STATIONARY_H
#define SGDL_STATIONARY_H

#include "start.h"

/* Outputs as sgdl_stationary, from a stationary law: averaged over the phase or at one. */
sgdl_status sgdl_stationary_of_law(sgdl_context *ctx, const sgdl_law *law, double *theta, double *velocity,
                                   double *cross, double trace[2], int *exists);

#endif
