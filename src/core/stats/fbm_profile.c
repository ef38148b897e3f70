/* Ends of the profile-likelihood interval by Newton on the signed root w = sqrt(2 (top - profile)), which is
 * nearly linear in eta, kept inside a bracket; see fbm_profile.h. */
#include "fbm_profile.h"

#include <math.h>

enum { MOST_TRIES = 40 };
static const double close_enough = 1e-3; /* of w: a thousandth of a standard error */
static const double rise = 1e-4;         /* a profile that much above the top is another top */

sgdl_status sgdl_profile_at(sgdl_climb *c, sgdl_fbm_point *p)
{
  const int free_alpha = c->free_alpha;
  c->free_alpha = 0;
  sgdl_status status = sgdl_climb_run(c, p);
  c->free_alpha = free_alpha;
  return status;
}

sgdl_status sgdl_profile_end(sgdl_climb *c, sgdl_fbm_point *top, int side, double z, double guess,
                             double *alpha)
{
  const double start = sgdl_eta_of(top->alpha);
  double inside = 0.0, outside = INFINITY; /* distances from the top with w < z and w > z */
  double distance = fmin(guess, 3.0), limit = SGDL_ETA_LIMIT - side * start;
  sgdl_fbm_point p = *top;
  for (int i = 0; i < MOST_TRIES; i++) {
    if (distance > limit) distance = limit;
    p.alpha = sgdl_alpha_of(start + side * distance);
    sgdl_status status = sgdl_profile_at(c, &p);
    if (status == SGDL_NOT_PSD ||
        status == SGDL_NO_CONVERGENCE) { /* singular next to 2: nothing is excluded there */
      *alpha = side < 0 ? 0.0 : 2.0;
      return SGDL_OK;
    }
    SGDL_TRY(status);
    double fall = top->log_likelihood - p.log_likelihood;
    if (fall < -rise) {
      *top = p;
      return SGDL_NO_CONVERGENCE;
    }
    double w = sqrt(2.0 * fmax(fall, 0.0)), slope = -side * p.score[0] * sgdl_eta_slope(p.alpha) / w;
    *alpha = p.alpha;
    if (fabs(w - z) < close_enough) return SGDL_OK;
    if (w < z) inside = distance;
    else outside = distance;
    if (w < z && distance >= limit) {
      *alpha = side < 0 ? 0.0 : 2.0;
      return SGDL_OK;
    }
    if (outside - inside < 1e-6) return SGDL_OK;
    double next = distance + (z - w) / slope;
    if (!(slope > 0) || !(next > inside) || !(next < outside) || next > 2.0 * distance + 0.5)
      next = isinf(outside) ? 2.0 * distance : 0.5 * (inside + outside);
    distance = next;
  }
  return SGDL_OK;
}
