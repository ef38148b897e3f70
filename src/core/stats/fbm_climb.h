/* Maximum of the likelihood of fractional Brownian motion by Fisher scoring on (eta, ratio),
 * eta = log(alpha/(2 - alpha)), ratio >= 0. */
#ifndef SGDL_FBM_CLIMB_H
#define SGDL_FBM_CLIMB_H

#include "fbm.h"

typedef struct sgdl_climb {
  sgdl_fbm *fbm;
  sgdl_fbm_whittle *whittle;
  int exact;                /* the exact likelihood, else Whittle's                            */
  int free_alpha, free_ratio;
  double step;              /* left behind: the last step over its standard error              */
} sgdl_climb;

#define SGDL_ETA_LIMIT 7.0
#define SGDL_RATIO_LIMIT 1e6 /* where the likelihood is flat: nothing but noise */

double sgdl_eta_of(double alpha);
double sgdl_alpha_of(double eta);
static inline double sgdl_eta_slope(double alpha) { return 0.5 * alpha * (2.0 - alpha); } /* dalpha/deta */

/* From *p uphill until the next step is below 3e-4 standard errors (3e-3 with the ratio free, 0.06 for
 * Whittle's), which is still taken: *p is the point past it, its likelihood and score those of the last
 * evaluation. SGDL_NO_CONVERGENCE without a message after too many steps, SGDL_NOT_PSD. */
sgdl_status sgdl_climb_run(sgdl_climb *c, sgdl_fbm_point *p);

#endif
