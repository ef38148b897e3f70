/* Covariance accumulated from a sharp point, by doubling. THEORY sections 2, 4 and 6. */
#include "accumulation.h"
#include "mode_pair.h"
#include "mode_response.h"

#include <math.h>

/* ---- plan ---------------------------------------------------------------------------------------- */

/* From one unit to m >= 1: the bits of m below the highest, from the top. */
static void climb_to(double m, sgdl_climb *climb)
{
  uint64_t target = (uint64_t)m;
  int bit = 0;
  double reached = 1;
  climb->stages = 0;
  while (target >> (bit + 1) != 0)
    bit++;
  for (bit--; bit >= 0; bit--) {
    climb->before[climb->stages] = reached;
    climb->doubles[climb->stages++] = 1;
    reached *= 2;
    if (target >> bit & 1) {
      climb->before[climb->stages] = reached;
      climb->doubles[climb->stages++] = 0;
      reached += 1;
    }
  }
}

static void climb_by_doubling(int doublings, sgdl_climb *climb)
{
  climb->stages = doublings;
  for (int s = 0; s < doublings; s++) {
    climb->before[s] = ldexp(1, s);
    climb->doubles[s] = 1;
  }
}

enum { MAP = 4, VECTOR = 2, BLOCK_STAGE = MAP + VECTOR, COUNT = 1 };

/* The epochs of a plan, once their number and `repeat` are known. */
static void plan_epochs(sgdl_accumulation *plan)
{
  plan->room = MAP;
  if (plan->epochs > 0) {
    climb_to((double)plan->noise.full, &plan->whole);
    plan->room += BLOCK_STAGE * plan->whole.stages + VECTOR + MAP + VECTOR + MAP * plan->repeat.stages;
  }
  if (plan->partial > 0) {
    climb_to(plan->partial, &plan->begun);
    plan->room += BLOCK_STAGE * plan->begun.stages + VECTOR;
  }
}

void sgdl_accumulation_plan(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                            double kappa_largest, double k, sgdl_accumulation *plan)
{
  plan->noise = *noise;
  plan->dynamics = dynamics;
  plan->hyper = *h;
  plan->k = k;
  plan->white.stages = plan->whole.stages = plan->begun.stages = plan->repeat.stages = 0;
  plan->epochs = plan->partial = 0;
  plan->endless = 0;
  plan->base = 1;
  if (!noise->epoch) {
    int doublings;
    plan->base = sgdl_pair_base_steps(dynamics, h, kappa_largest, k, &doublings);
    if (dynamics == SGDL_SGD && k >= 1)
      climb_to(k, &plan->white);
    else
      climb_by_doubling(doublings, &plan->white);
    plan->room = MAP * (plan->white.stages + 1);
    return;
  }
  plan->epochs = floor(k / (double)noise->steps);
  plan->partial = k - plan->epochs * (double)noise->steps;
  if (plan->epochs > 0)
    climb_to(plan->epochs, &plan->repeat);
  plan_epochs(plan);
}

/* Doublings of an epoch until a mode has forgotten: its map is below 1e-20. A flat mode never forgets
 * its position, but an epoch without white floor does not move it. */
static int doublings_to_forget(const sgdl_accumulation *plan, double kappa)
{
  static const double NOTHING = 1e-20;
  double E[4], steps = (double)plan->noise.steps;
  int l = 0;
  for (; l < SGDL_MAX_CLIMB - 1; l++, steps *= 2) {
    sgdl_mode_map(plan->dynamics, &plan->hyper, kappa, steps, E);
    double lasting = kappa == 0 ? fabs(E[3]) : fabs(E[0]) + fabs(E[3]) + sqrt(fabs(E[1] * E[2]));
    if (lasting < NOTHING)
      break;
  }
  return l;
}

void sgdl_accumulation_plan_phase(const sgdl_noise *noise, const sgdl_hyper *h, ptrdiff_t d,
                                  const double *kappa, double phase, sgdl_accumulation *plan)
{
  int longest = 0;
  *plan = (sgdl_accumulation){ .noise = *noise, .dynamics = SGDL_SGD, .hyper = *h, .k = INFINITY,
                               .epochs = INFINITY, .partial = phase, .base = 1, .endless = 1 };
  for (ptrdiff_t l = 0; l < d; l++) {
    int own = doublings_to_forget(plan, kappa[l]);
    longest = own > longest ? own : longest;
  }
  climb_by_doubling(longest, &plan->repeat);
  plan_epochs(plan);
  plan->room += COUNT;
}

/* ---- table of a mode ------------------------------------------------------------------------------- */

/* Coordinates of a mode over whole epochs: (theta + eta b v, v). A slow mode, long after the fast part has
 * been forgotten, takes b = beta/(1-beta): the combination that a flat mode conserves and that a slow one
 * changes by u only, so that its small covariance is not lost in the rounding of the fast one.
 * Elsewhere b = 0. */
static double slow_coordinate(const sgdl_accumulation *plan, double kappa)
{
  static const double FORGOTTEN = 30;
  double beta = plan->hyper.momentum, u = plan->hyper.lr * kappa;
  int slow = fabs(u) < (1 - beta) * (1 - beta) / 4 && plan->k * (1 - beta) > FORGOTTEN;
  return slow ? beta / (1 - beta) : 0;
}

/* E(k) of a mode in its coordinates; `change` (optional) = E(k) - I, relatively accurate for slow modes. */
static void map_in(const sgdl_accumulation *plan, double kappa, double b, double k, double *E, double *change)
{
  if (b == 0) {
    sgdl_mode_map(plan->dynamics, &plan->hyper, kappa, k, E);
    if (change != NULL)
      sgdl_mode_map_minus_identity(plan->dynamics, &plan->hyper, kappa, k, change);
    return;
  }
  sgdl_mode m = sgdl_mode_of(plan->dynamics, &plan->hyper, kappa);
  sgdl_response r = sgdl_mode_response(&m, k);
  sgdl_real us = m.u * r.s;
  E[0] = (double)(r.e11 - b * us);
  E[1] = (double)(-us / m.eta);
  E[2] = (double)(us * b * (1 + b) * m.eta);
  E[3] = (double)(r.e22 + b * us);
  if (change == NULL)
    return;
  change[0] = (double)(-m.u * r.T - us * (1 + b));
  change[1] = E[1];
  change[2] = E[2];
  change[3] = (double)(-m.u * r.T + us * b - r.s * (1 - m.beta));
}

static double *put_map(const sgdl_accumulation *plan, double kappa, double b, double k, double *table)
{
  map_in(plan, kappa, b, k, table, NULL);
  return table + MAP;
}

static void apply(const double M[4], const double x[2], double y[2])
{
  y[0] = M[0] * x[0] + M[2] * x[1];
  y[1] = M[1] * x[0] + M[3] * x[1];
}

/* Weights G_j = F^j G, G = (eta, 1), of a block of consecutive steps: per stage the map and the difference
 * of the two parts' mean weights, at the end the mean weight of the block, kept as its distance from G. */
static double *put_block(const sgdl_accumulation *plan, const sgdl_climb *climb, double kappa, double b,
                         double *table)
{
  double G[2] = { plan->hyper.lr * (1 + b), 1 }, beyond[2] = { 0, 0 }, change[4];
  for (int s = 0; s < climb->stages; s++) {
    double n = climb->before[s], mean[2] = { G[0] + beyond[0], G[1] + beyond[1] }, *difference = table + MAP;
    map_in(plan, kappa, b, climb->doubles[s] ? n : 1, table, change);
    apply(change, mean, difference);
    for (int e = 0; e < 2; e++) {
      if (!climb->doubles[s])
        difference[e] += beyond[e];
      beyond[e] = climb->doubles[s] ? beyond[e] + difference[e] / 2 : difference[e] * (n / (n + 1));
    }
    table += BLOCK_STAGE;
  }
  table[0] = G[0] + beyond[0];
  table[1] = G[1] + beyond[1];
  return table + VECTOR;
}

void sgdl_accumulation_mode(const sgdl_accumulation *plan, double kappa, double *table)
{
  const sgdl_noise *noise = &plan->noise;
  if (!noise->epoch) {
    for (int s = 0; s < plan->white.stages; s++)
      table = put_map(plan, kappa, 0, plan->white.doubles[s] ? plan->white.before[s] * plan->base : 1, table);
    put_map(plan, kappa, 0, plan->k, table);
    return;
  }
  if (plan->endless)
    *table++ = doublings_to_forget(plan, kappa);
  if (plan->epochs > 0) {
    double *mean, *step, b = slow_coordinate(plan, kappa);
    table = put_block(plan, &plan->whole, kappa, b, table);
    mean = table - VECTOR;
    step = table;
    table = put_map(plan, kappa, b, 1, table);
    if (noise->remainder > 0) { /* weight of an example in the last, smaller batch against the others */
      double r = (double)noise->remainder;
      apply(step, mean, table);
      table[0] = table[0] / noise->S - plan->hyper.lr * (1 + b) / r;
      table[1] = table[1] / noise->S - 1 / r;
    } else {
      table[0] = table[1] = 0;
    }
    table += VECTOR;
    for (int s = 0; s < plan->repeat.stages; s++) {
      double epochs = plan->repeat.doubles[s] ? plan->repeat.before[s] : 1;
      table = put_map(plan, kappa, b, epochs * (double)noise->steps, table);
    }
  }
  if (plan->partial > 0)
    table = put_block(plan, &plan->begun, kappa, 0, table);
  put_map(plan, kappa, 0, plan->partial, table);
}

/* ---- pairs --------------------------------------------------------------------------------------- */

static void add_outer(double weight, const double x[2], const double y[2], double c[4])
{
  c[0] += weight * x[0] * y[0];
  c[1] += weight * x[1] * y[0];
  c[2] += weight * x[0] * y[1];
  c[3] += weight * x[1] * y[1];
}

static void add(const double x[4], double c[4])
{
  for (int e = 0; e < 4; e++)
    c[e] += x[e];
}

/* c = what `unit` accumulates to along the first `stages` of the climb; tables hold one map per stage. */
static void climb_pair(const sgdl_climb *climb, int stages, const double *table_i, const double *table_j,
                       const double unit[4], double c[4])
{
  for (int e = 0; e < 4; e++)
    c[e] = unit[e];
  for (int s = 0; s < stages; s++) {
    double moved[4] = { c[0], c[1], c[2], c[3] };
    sgdl_pair_propagate(table_i + MAP * s, table_j + MAP * s, moved);
    for (int e = 0; e < 4; e++)
      c[e] = (climb->doubles[s] ? c[e] : unit[e]) + moved[e];
  }
}

/* c = sum_j (G_j - mean)(G_j - mean)' over a block, combined as in Chan's parallel variance. */
static void block_scatter(const sgdl_climb *climb, const double *table_i, const double *table_j, double c[4])
{
  c[0] = c[1] = c[2] = c[3] = 0;
  for (int s = 0; s < climb->stages; s++) {
    const double *i = table_i + BLOCK_STAGE * s, *j = table_j + BLOCK_STAGE * s;
    double n = climb->before[s], moved[4] = { c[0], c[1], c[2], c[3] };
    sgdl_pair_propagate(i, j, moved);
    if (climb->doubles[s]) {
      add(moved, c);
      add_outer(n / 2, i + MAP, j + MAP, c);
    } else {
      for (int e = 0; e < 4; e++)
        c[e] = moved[e];
      add_outer(n / (n + 1), i + MAP, j + MAP, c);
    }
  }
}

/* The stationary covariance minus what is left of it, where at least half of it has been reached: one
 * bit lost, and the climb spared. */
static int nearly_stationary(const sgdl_accumulation *plan, double kappa_i, double kappa_j,
                             const double *Ei, const double *Ej, double c[4])
{
  double left[4];
  if (!(kappa_i > 0 && kappa_j > 0))
    return 0;
  sgdl_pair_stationary(plan->dynamics, &plan->hyper, kappa_i, kappa_j, c);
  for (int e = 0; e < 4; e++)
    left[e] = c[e];
  sgdl_pair_propagate(Ei, Ej, left);
  if (!(fabs(left[0]) <= c[0] / 2 && fabs(left[3]) <= c[3] / 2))
    return 0;
  for (int e = 0; e < 4; e++)
    c[e] -= left[e];
  return 1;
}

static void white_pair(const sgdl_accumulation *plan, double kappa_i, double kappa_j,
                       const double *table_i, const double *table_j, double c[4])
{
  ptrdiff_t last = plan->room - MAP;
  if (!nearly_stationary(plan, kappa_i, kappa_j, table_i + last, table_j + last, c)) {
    double unit[4];
    sgdl_pair_base(plan->dynamics, &plan->hyper, kappa_i, kappa_j, plan->base, unit);
    climb_pair(&plan->white, plan->white.stages, table_i, table_j, unit, c);
  }
  for (int e = 0; e < 4; e++)
    c[e] *= plan->noise.scale;
}

static void whole_epoch(const sgdl_noise *noise, const sgdl_climb *whole, const double *i, const double *j,
                        double c[4])
{
  ptrdiff_t mean = BLOCK_STAGE * whole->stages, step = mean + VECTOR, last = step + MAP;
  double r = (double)noise->remainder, full = (double)noise->full * noise->S;
  block_scatter(whole, i, j, c);
  for (int e = 0; e < 4; e++)
    c[e] *= noise->N / noise->S * noise->u;
  if (noise->remainder > 0) {
    sgdl_pair_propagate(i + step, j + step, c);
    add_outer(noise->u * full * r, i + last, j + last, c);
  } else {
    add_outer(noise->u * (double)noise->full / noise->S * (noise->N - full), i + mean, j + mean, c);
  }
}

/* From the coordinates of slow_coordinate() to (theta, v). */
static void to_plain(double lr, double bi, double bj, double c[4])
{
  c[0] -= lr * (bi * c[1] + bj * (c[2] - lr * bi * c[3]));
  c[1] -= lr * bj * c[3];
  c[2] -= lr * bi * c[3];
}

static void epoch_pair(const sgdl_accumulation *plan, double kappa_i, double kappa_j, const double *i,
                       const double *j, double c[4])
{
  const sgdl_noise *noise = &plan->noise;
  double done[4] = { 0, 0, 0, 0 };
  int stages = plan->repeat.stages;
  if (plan->endless) /* forgotten when either mode has */
    stages = (int)fmin(*i++, *j++);
  if (plan->epochs > 0) {
    double unit[4];
    ptrdiff_t used = BLOCK_STAGE * plan->whole.stages + VECTOR + MAP + VECTOR;
    whole_epoch(noise, &plan->whole, i, j, unit);
    climb_pair(&plan->repeat, stages, i + used, j + used, unit, done);
    to_plain(plan->hyper.lr, slow_coordinate(plan, kappa_i), slow_coordinate(plan, kappa_j), done);
    i += used + MAP * plan->repeat.stages;
    j += used + MAP * plan->repeat.stages;
  }
  c[0] = c[1] = c[2] = c[3] = 0;
  if (plan->partial > 0) {
    ptrdiff_t mean = BLOCK_STAGE * plan->begun.stages;
    double m = plan->partial;
    block_scatter(&plan->begun, i, j, c);
    for (int e = 0; e < 4; e++)
      c[e] *= noise->N / noise->S * noise->u;
    add_outer(noise->u * m / noise->S * (noise->N - m * noise->S), i + mean, j + mean, c);
    i += mean + VECTOR;
    j += mean + VECTOR;
  }
  sgdl_pair_propagate(i, j, done);
  add(done, c);
}

void sgdl_accumulation_pair(const sgdl_accumulation *plan, double kappa_i, double kappa_j,
                            const double *table_i, const double *table_j, double c[4])
{
  if (plan->k == 0)
    c[0] = c[1] = c[2] = c[3] = 0;
  else if (plan->noise.epoch)
    epoch_pair(plan, kappa_i, kappa_j, table_i, table_j, c);
  else
    white_pair(plan, kappa_i, kappa_j, table_i, table_j, c);
}

void sgdl_noise_pair_from_point(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                double kappa_i, double kappa_j, double k, double c[4])
{
  sgdl_accumulation plan;
  double table_i[SGDL_MODE_ROOM], table_j[SGDL_MODE_ROOM];
  sgdl_accumulation_plan(noise, dynamics, h, fmax(fabs(kappa_i), fabs(kappa_j)), k, &plan);
  sgdl_accumulation_mode(&plan, kappa_i, table_i);
  sgdl_accumulation_mode(&plan, kappa_j, table_j);
  sgdl_accumulation_pair(&plan, kappa_i, kappa_j, table_i, table_j, c);
}
