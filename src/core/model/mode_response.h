/* Response of one mode, in units of steps and of (theta, eta v): one pair of scalars from which
 * everything else follows. For noise.c, which sums it over an epoch; others use mode.h. */
#ifndef SGDL_MODE_RESPONSE_H
#define SGDL_MODE_RESPONSE_H

#include "mode.h"

/* Long double where the machine has one: the phase of an oscillation after k steps is conditioned
 * like k, and 1 - phi for slow modes at small k loses (1-beta) k; x87 brings three more digits. */
typedef long double sgdl_real;

/* One step of SGD or the Langevin generator over one step: E(1) = I + G, or E(k) = exp(G k).
 * G = [g11, g12; -det/g12.., g22] satisfies G^2 = trace G - det I, so that
 *   E(k) = (1 - det T) I + s G
 * with s(k) the response of theta to a kick of eta v (Langevin) or to one gradient (SGD) and T its
 * running sum: T = int_0^k s (Langevin), T = sum_{j<k} s_j (SGD). */
typedef struct sgdl_mode {
  sgdl_dynamics dynamics;
  sgdl_real eta, beta, u;             /* u = eta kappa                                        */
  sgdl_real g11, g21, g12, g22, trace, det;
} sgdl_mode;

typedef struct sgdl_response {
  sgdl_real s, T;
  sgdl_real e11, e22;                 /* elements of E(k), to relative accuracy of their own  */
} sgdl_response;

sgdl_mode sgdl_mode_of(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);
sgdl_response sgdl_mode_response(const sgdl_mode *mode, sgdl_real k);

/* (theta_k - theta_0)^2/2 on average per unit white noise is amplitude * (T + tau s). */
sgdl_real sgdl_mode_amplitude(const sgdl_mode *mode, sgdl_real *tau);

#endif
