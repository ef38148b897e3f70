/* One Brownian motion as integrators of different step sizes see it: what its increments over an interval do
 * to each mode, over intervals that double in length. For order.c. */
#ifndef SGDL_BROWNIAN_H
#define SGDL_BROWNIAN_H

#include "../model/modes.h"
#include "engine.h"

enum {
  SGDL_LEGENDRE = 9, /* moments of the noise kept per interval: the next ones weigh 1e-16 */
  SGDL_RESPONSE = 3  /* what an interval leaves in a mode, see below                      */
};

/* The response of mode i to the noise of an interval of length T, a diffusion B of covariance Sigma t:
 *   x = int E12(T - t) dB_i,  v = int E22(T - t) dB_i   the exact transition of THEORY section 2
 *   u = int exp(-rate (T - t)) dB_i                    what an integrator takes from it
 * In arrays: 3 x d x intervals. */
typedef struct sgdl_brownian {
  ptrdiff_t d;
  uint64_t seed;
  double interval;      /* time of one draw; octave o has intervals of interval * 2^o      */
  int octaves;          /* the last octave                                                 */
  double rate;
  sgdl_gaussian law;    /* of dB per unit time                                             */
  double *kernels;      /* 3 x SGDL_LEGENDRE x d: response to each moment                  */
  double *maps;         /* 4 x d x (octaves + 1): E over an interval of each octave         */
  double *decay;        /* octaves: exp(-rate T)                                           */
} sgdl_brownian;

/* Octave octaves has one SGD step; octaves - at_least at most is drawn, finer where the fastest mode moves
 * within such an interval. SGDL_UNSUPPORTED where that takes too many draws. `model`: borrowed. */
sgdl_status sgdl_brownian_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                               int at_least, double rate, uint64_t seed, sgdl_brownian *brownian);
void sgdl_brownian_free(sgdl_brownian *brownian);

/* Responses to n intervals of octave 0 from the `first` on: 3 x d x n. scratch: sgdl_brownian_scratch(n). */
ptrdiff_t sgdl_brownian_scratch(const sgdl_brownian *brownian, ptrdiff_t n);
void sgdl_brownian_draw(const sgdl_brownian *brownian, ptrdiff_t path, uint64_t first, ptrdiff_t n,
                        double *scratch, double *response);
/* n (even) intervals of an octave, in place, to n/2 of the next. */
void sgdl_brownian_compose(const sgdl_brownian *brownian, int octave, ptrdiff_t n, double *response);

#endif
