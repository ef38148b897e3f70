/* Profile likelihood of the exponent, the localisation noise (ratio) maximised out. */
#ifndef SGDL_FBM_PROFILE_H
#define SGDL_FBM_PROFILE_H

#include "fbm_climb.h"

/* The maximum over ratio at p->alpha, starting from p->ratio. */
sgdl_status sgdl_profile_at(sgdl_climb *c, sgdl_fbm_point *p);
/* The alpha below (side = -1) or above (+1) top->alpha where the profile has fallen by z^2/2 (0 or 2 where it
 * never does), starting `guess` away in eta. SGDL_NO_CONVERGENCE, *top replaced, where the profile rises
 * above top. */
sgdl_status sgdl_profile_end(sgdl_climb *c, sgdl_fbm_point *top, int side, double z, double guess,
                             double *alpha);

#endif
