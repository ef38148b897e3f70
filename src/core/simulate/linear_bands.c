/* The linear recursion where modes are independent: bands of modes whose normals, maps and states stay in
 * cache. Where there are too many modes to keep their maps, those of a band are worked out when it moves, the
 * exact transition by interpolation: neighbouring eigenvalues are close. */
#include "linear.h"

#include "../base/random.h"

#include <math.h>
#include <string.h>

enum { TOGETHER = 16, NODES = 6 }; /* modes carried in registers; nodes of the interpolation */

/* Maps and noise of the modes of a band: e = on_x z1, f = below z1 + on_v z2 (SGD: on_x alone). */
typedef struct band_maps {
  const double *maps, *on_x, *below, *on_v;
} band_maps;

ptrdiff_t sgdl_linear_band_scratch(void)
{
  return 2 * SGDL_BAND_ELEMENTS + 7 * SGDL_BAND; /* two arrays of normals; maps and noise of a band */
}

/* ---- kernels ---- */

/* The exact transition of n modes side by side; z1, z2: m per step, out 2m per step. */
SGDL_INLINE void step_exact(ptrdiff_t n, ptrdiff_t m, ptrdiff_t n_steps, const band_maps *b, ptrdiff_t at,
                            const double *restrict z1, const double *restrict z2, double *x_state,
                            double *v_state, double *restrict out)
{
  double m11[TOGETHER], m21[TOGETHER], m12[TOGETHER], m22[TOGETHER], x[TOGETHER], v[TOGETHER];
  double on_x[TOGETHER], below[TOGETHER], on_v[TOGETHER];
  for (ptrdiff_t i = 0; i < n; i++) {
    const double *map = b->maps + 4 * (at + i);
    m11[i] = map[0];
    m21[i] = map[1];
    m12[i] = map[2];
    m22[i] = map[3];
    on_x[i] = b->on_x[at + i];
    below[i] = b->below[at + i];
    on_v[i] = b->on_v[at + i];
    x[i] = x_state[at + i];
    v[i] = v_state[at + i];
  }
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    const double *p = z1 + at + m * s, *q = z2 + at + m * s;
    double *x_out = out + at + 2 * m * s, *v_out = x_out + m;
    for (ptrdiff_t i = 0; i < n; i++) {
      double e = on_x[i] * p[i], f = below[i] * p[i] + on_v[i] * q[i];
      double x_next = m11[i] * x[i] + m12[i] * v[i] + e;
      double v_next = m21[i] * x[i] + m22[i] * v[i] + f;
      x_out[i] = x[i] = x_next;
      v_out[i] = v[i] = v_next;
    }
  }
  for (ptrdiff_t i = 0; i < n; i++) {
    x_state[at + i] = x[i];
    v_state[at + i] = v[i];
  }
}

SGDL_VECTORISED static void exact_band(ptrdiff_t m, ptrdiff_t n_steps, const band_maps *b, const double *z1,
                                       const double *z2, double *x, double *v, double *out)
{
  ptrdiff_t at = 0;
  for (; at + TOGETHER <= m; at += TOGETHER) step_exact(TOGETHER, m, n_steps, b, at, z1, z2, x, v, out);
  if (at < m) step_exact(m - at, m, n_steps, b, at, z1, z2, x, v, out);
}

/* The same for SGD: xi = on_x z, spread over x and v by `like`. */
SGDL_INLINE void step_sgd(ptrdiff_t n, ptrdiff_t m, ptrdiff_t n_steps, const band_maps *b,
                          const sgdl_sgd_step *like, ptrdiff_t at, const double *restrict z, double *x_state,
                          double *v_state, double *restrict out)
{
  double m11[TOGETHER], m21[TOGETHER], x[TOGETHER], v[TOGETHER], scale[TOGETHER];
  const double m12 = like->carry, m22 = like->momentum, on_x = like->on_x, on_v = like->on_v;
  for (ptrdiff_t i = 0; i < n; i++) {
    m11[i] = b->maps[4 * (at + i)];
    m21[i] = b->maps[4 * (at + i) + 1];
    scale[i] = b->on_x[at + i];
    x[i] = x_state[at + i];
    v[i] = v_state[at + i];
  }
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    const double *p = z + at + m * s;
    double *x_out = out + at + 2 * m * s, *v_out = x_out + m;
    for (ptrdiff_t i = 0; i < n; i++) {
      double xi = scale[i] * p[i];
      double x_next = m11[i] * x[i] + m12 * v[i] + on_x * xi;
      double v_next = m21[i] * x[i] + m22 * v[i] + on_v * xi;
      x_out[i] = x[i] = x_next;
      v_out[i] = v[i] = v_next;
    }
  }
  for (ptrdiff_t i = 0; i < n; i++) {
    x_state[at + i] = x[i];
    v_state[at + i] = v[i];
  }
}

SGDL_VECTORISED static void sgd_band(ptrdiff_t m, ptrdiff_t n_steps, const band_maps *b,
                                     const sgdl_sgd_step *like, const double *z, double *x, double *v,
                                     double *out)
{
  ptrdiff_t at = 0;
  for (; at + TOGETHER <= m; at += TOGETHER) step_sgd(TOGETHER, m, n_steps, b, like, at, z, x, v, out);
  if (at < m) step_sgd(m - at, m, n_steps, b, like, at, z, x, v, out);
}

/* ---- the exact transition of a band, worked out ---- */

/* What is interpolated at one curvature: e11, the response m21/kappa' (m21 vanishes with kappa), m12, m22, and
 * the covariance of the noise (theta theta, v theta, v v) per unit Sigma. */
static void transition_at(const sgdl_linear *self, double kappa, double map[4], double c[4])
{
  const sgdl_model *model = &self->model;
  sgdl_mode_map(model->dynamics, &model->hyper, kappa, 1.0, map);
  sgdl_pair_one_step(model->dynamics, &model->hyper, kappa, kappa, c);
  for (int e = 0; e < 4; e++) c[e] *= self->scheme.scale;
}

/* 2 x 2 Cholesky factor of the noise of a mode, as gaussian.c has it. */
static void factor_pair(double noise, const double c[4], double *on_x, double *below, double *on_v)
{
  double position = sqrt(noise * c[0]), cross = position > 0.0 ? noise * c[1] / position : 0.0;
  double rest = noise * c[3] - cross * cross;
  *on_x = position;
  *below = cross;
  *on_v = rest > 0.0 ? sqrt(rest) : 0.0;
}

/* Chebyshev nodes on [-1, 1] and the weights of their Lagrange polynomials. */
static void make_nodes(double node[NODES], double weight[NODES])
{
  const double pi = 3.14159265358979323846;
  for (int j = 0; j < NODES; j++) node[j] = cos(pi * (2 * j + 1) / (2 * NODES));
  for (int j = 0; j < NODES; j++) {
    double product = 1.0;
    for (int k = 0; k < NODES; k++)
      if (k != j) product *= node[j] - node[k];
    weight[j] = 1.0 / product;
  }
}

/* Values of the Lagrange polynomials at t. */
static void lagrange(const double node[NODES], const double weight[NODES], double t, double value[NODES])
{
  double before = 1.0, after = 1.0;
  for (int j = 0; j < NODES; j++) {
    value[j] = weight[j] * before;
    before *= t - node[j];
  }
  for (int j = NODES - 1; j >= 0; j--) {
    value[j] *= after;
    after *= t - node[j];
  }
}

/* Transition at curvatures of [low, high], narrow enough for six nodes: the error is about the sixth power of a
 * quarter of 2 lr (high - low)/(1 + momentum), over 6!. */
static void interpolate(const sgdl_linear *self, ptrdiff_t n, const double *rho, double low, double high,
                        double *maps, double (*c)[4])
{
  enum { VALUES = 6 };
  double node[NODES], weight[NODES], table[NODES][VALUES], value[NODES];
  double middle = 0.5 * (low + high), half = 0.5 * (high - low), lambda = self->model.hyper.weight_decay;
  make_nodes(node, weight);
  for (int j = 0; j < NODES; j++) {
    double map[4], cov[4];
    transition_at(self, middle + half * node[j], map, cov);
    const double row[VALUES] = {map[0], map[2], map[3], cov[0], cov[1], cov[3]};
    memcpy(table[j], row, sizeof row);
  }
  double lr = self->model.hyper.lr, a = 2.0 / (lr * (1.0 + self->model.hyper.momentum));
  for (ptrdiff_t i = 0; i < n; i++) {
    double kappa = rho[i] + lambda, sum[VALUES] = {0};
    lagrange(node, weight, (kappa - middle) / half, value);
    for (int j = 0; j < NODES; j++)
      for (int q = 0; q < VALUES; q++) sum[q] += value[j] * table[j][q];
    maps[4 * i] = sum[0];
    maps[4 * i + 1] = -a * kappa * sum[1]; /* THEORY section 2: E21 = -omega^2 s, E12 = s */
    maps[4 * i + 2] = sum[1];
    maps[4 * i + 3] = sum[2];
    const double cov[4] = {sum[3], sum[4], sum[4], sum[5]};
    memcpy(c[i], cov, sizeof cov);
  }
}

/* maps (4 x n), then on_x, below, on_v (n each) of modes [first, first + n). */
static void work_out_transition(const sgdl_linear *self, ptrdiff_t first, ptrdiff_t n, double *room)
{
  const double narrow = 0.01;
  const sgdl_model *model = &self->model;
  const double *rho = model->rho + first, *noise = model->noise + first;
  double c[SGDL_BAND][4], low = rho[0], high = rho[0], lambda = model->hyper.weight_decay;
  for (ptrdiff_t i = 0; i < n; i++) {
    low = fmin(low, rho[i]);
    high = fmax(high, rho[i]);
  }
  double spread = 2.0 * model->hyper.lr * (high - low) / (1.0 + model->hyper.momentum);
  if (high > low && spread < narrow)
    interpolate(self, n, rho, low + lambda, high + lambda, room, c);
  else
    for (ptrdiff_t i = 0; i < n; i++) {
      int again = i > 0 && rho[i] == rho[i - 1];
      if (!again) transition_at(self, rho[i] + lambda, room + 4 * i, c[i]);
      if (again) memcpy(room + 4 * i, room + 4 * (i - 1), 4 * sizeof *room);
      if (again) memcpy(c[i], c[i - 1], sizeof c[i]);
    }
  double *on_x = room + 4 * n, *below = on_x + n, *on_v = below + n;
  for (ptrdiff_t i = 0; i < n; i++) factor_pair(noise[i], c[i], on_x + i, below + i, on_v + i);
}

/* ---- bands ---- */

void sgdl_exact_band(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, ptrdiff_t n_steps,
                     ptrdiff_t first, ptrdiff_t n, double *scratch, double *state, double *out)
{
  const sgdl_linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  double *z1 = scratch, *z2 = z1 + SGDL_BAND_ELEMENTS, *room = z2 + SGDL_BAND_ELEMENTS;
  band_maps b = {room, room + 4 * n, room + 5 * n, room + 6 * n};
  if (self->maps)
    b = (band_maps){self->maps + 4 * first, self->law.diagonal + first, self->law.below + first,
                    self->law.diagonal + d + first};
  else
    work_out_transition(self, first, n, room);
  sgdl_normals_band(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, first, n, n_steps, z1);
  sgdl_normals_band(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, d + first, n, n_steps, z2);
  exact_band(n, n_steps, &b, z1, z2, state + first, state + d + first, out);
}

void sgdl_sgd_band(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, ptrdiff_t n_steps,
                   ptrdiff_t first, ptrdiff_t n, double *scratch, double *state, double *out)
{
  const sgdl_linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  double *z = scratch, *spare = z + SGDL_BAND_ELEMENTS, *maps = spare + SGDL_BAND_ELEMENTS;
  double *deviation = maps + 4 * n;
  sgdl_normals_band(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, first, n, n_steps, z);
  if (self->scheme.epoch)
    sgdl_couple_epochs(stepper, (uint64_t)path, step, n_steps, first, n, SGDL_BAND_ELEMENTS / n, z, spare,
                       state + 2 * d + first);
  if (!self->maps)
    for (ptrdiff_t i = 0; i < n; i++) deviation[i] = sqrt(self->reference * self->model.noise[first + i]);
  for (ptrdiff_t s = 0, alike; s < n_steps; s += alike) {
    sgdl_sgd_step like;
    alike = sgdl_sgd_steps_alike(self, step + (uint64_t)s, n_steps - s, &like);
    int kept = self->maps && sgdl_sgd_same(&like, &self->mapped);
    if (!kept) sgdl_sgd_maps(&like, n, self->model.rho + first, self->model.hyper.weight_decay, maps);
    band_maps b = {.maps = kept ? self->maps + 4 * first : maps,
                   .on_x = self->maps ? self->law.diagonal + first : deviation};
    sgd_band(n, alike, &b, &like, z + s * n, state + first, state + d + first, out + 2 * n * s);
  }
}
