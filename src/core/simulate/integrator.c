/* The methods of simulation on x' = v, v' = -a kappa x - c v + dB: THEORY section 2 along one mode. */
#include "integrator.h"

#include <math.h>

double sgdl_integrator_rate(const sgdl_model *model, sgdl_method method)
{
  sgdl_hyper_derived physical;
  sgdl_hyper_derive(&model->hyper, &physical);
  return method == SGDL_BAOAB || method == SGDL_OBABO ? physical.damping : 0.0;
}

sgdl_integrator sgdl_integrator_of(const sgdl_model *model, sgdl_method method, int level)
{
  sgdl_hyper_derived physical;
  sgdl_hyper_derive(&model->hyper, &physical);
  double h = ldexp(model->hyper.lr, -level), half = 0.5 * h * physical.damping;
  return (sgdl_integrator){.method = method,
                           .step = h,
                           .inverse_mass = 1.0 / physical.mass,
                           .damping = physical.damping,
                           .half_decay = exp(-half),
                           .momentum = (1.0 - half) / (1.0 + half)};
}

static void move_exactly(const double map[4], const double noise[SGDL_RESPONSE], double z[2])
{
  double x = z[0], v = z[1];
  z[0] = map[0] * x + map[2] * v + noise[0];
  z[1] = map[1] * x + map[3] * v + noise[1];
}

static void drift(double t, double z[2])
{
  z[0] += t * z[1];
}

void sgdl_integrator_step(const sgdl_integrator *m, double kappa, const double half_map[4],
                          const double early[SGDL_RESPONSE], const double late[SGDL_RESPONSE], double z[2])
{
  double h = m->step, stiffness = m->inverse_mass * kappa, x = z[0];
  switch (m->method) {
  case SGDL_EXACT:
    move_exactly(half_map, early, z);
    move_exactly(half_map, late, z);
    break;
  case SGDL_BAOAB:
    z[1] -= 0.5 * h * stiffness * z[0];
    drift(0.5 * h, z);
    z[1] = m->half_decay * (m->half_decay * z[1] + early[2]) + late[2];
    drift(0.5 * h, z);
    z[1] -= 0.5 * h * stiffness * z[0];
    break;
  case SGDL_OBABO:
    z[1] = m->half_decay * z[1] + early[2];
    z[1] -= 0.5 * h * stiffness * z[0];
    drift(h, z);
    z[1] -= 0.5 * h * stiffness * z[0];
    z[1] = m->half_decay * z[1] + late[2];
    break;
  case SGDL_EULER_MARUYAMA:
    drift(h, z);
    z[1] += -h * (stiffness * x + m->damping * z[1]) + early[2] + late[2];
    break;
  case SGDL_GAUSSIAN_SGD: /* THEORY section 1 in the velocity of time: see sgdl_method_order */
    z[1] = m->momentum * z[1] + 0.5 * (1.0 + m->momentum) * (-h * stiffness * x + early[2] + late[2]);
    drift(h, z);
    break;
  default:
    break;
  }
}
