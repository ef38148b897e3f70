/* One step of each method along one mode, driven by the responses of brownian.h. For order*.c. */
#ifndef SGDL_INTEGRATOR_H
#define SGDL_INTEGRATOR_H

#include "brownian.h"

typedef struct sgdl_integrator {
  sgdl_method method;
  double step;              /* h                                                             */
  double inverse_mass;      /* a                                                             */
  double damping;           /* c                                                             */
  double half_decay;        /* exp(-c h/2)                                                   */
  double momentum;          /* of SGD with steps h: (1 - ch/2)/(1 + ch/2)                     */
} sgdl_integrator;

/* Rate with which the noise that a method takes decays (sgdl_brownian.rate). */
double sgdl_integrator_rate(const sgdl_model *model, sgdl_method method);
/* With steps of lr/2^level. */
sgdl_integrator sgdl_integrator_of(const sgdl_model *model, sgdl_method method, int level);
/* One step of a mode from z = (x, v): half_map is the exact map over h/2, early and late the responses
 * (x, v, u) to the noise of the two halves of the step. */
void sgdl_integrator_step(const sgdl_integrator *integrator, double kappa, const double half_map[4],
                          const double early[SGDL_RESPONSE], const double late[SGDL_RESPONSE], double z[2]);

/* Relative error of the covariance of theta after `steps` SGD steps from rest at the minimiser, with steps
 * lr/2^l, l < n_levels: |C_method - C|_F/|C|_F; infinite where the method has left the range of doubles.
 * *spread: root of the trace of the exact covariance C. */
sgdl_status sgdl_weak_errors(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                             sgdl_method method, ptrdiff_t steps, int n_levels, double *weak, double *spread);

#endif
