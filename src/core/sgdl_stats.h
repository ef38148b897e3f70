/* Statistics of trajectories beyond sgdl.h's MSD and least-squares exponent: any size, any accuracy,
 * exponents whose intervals hold, theory fitted to data. Included by sgdl.h; conventions as there. */
#ifndef SGDL_STATS_H
#define SGDL_STATS_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== mean squared displacement: gaps, weights, accuracy, streams ======================= */

/* ==== covariance of the MSD, bands, crossovers, ageing, choice of model ================= */

/* ==== processes of anomalous diffusion to calibrate against ============================= */

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
