/* Settings that leave something alone: the stationary covariance, the law of the path, or the diffusion
 * rate, when a hyperparameter is changed; and what the exact model says of that. THEORY sections 2 and 4. */
#include "../model/modes.h"

#include <math.h>

/* ---- the quantities kept --------------------------------------------------------------------------- */

/* eta^p/(S (1-beta)^p): p = 1 the stationary variance, p = 2 the diffusion rate. */
static double kept_quantity(int p, const sgdl_hyper *h)
{
  double reach = h->lr / (1 - h->momentum);
  return (p == 2 ? reach * reach : reach) / h->batch_size;
}

static double drag(const sgdl_hyper *h)
{
  return (1 - h->momentum) / (1 + h->momentum);
}

/* ---- solving ------------------------------------------------------------------------------------------ */

/* A solution this close below 1 example is 1. */
static const double ROUNDING = 1e-12;

/* The batch size that is solved for, as a whole number; `nearest` is what the given value could be with one
 * example a batch. */
static sgdl_status whole_batch(sgdl_context *ctx, double exact, const char *given, double value,
                               double nearest, sgdl_hyper *to)
{
  if (!(exact >= 1 - ROUNDING))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`%s` = %g would need batch_size = %.6g: expected at least one example; with "
                     "batch_size = 1 the nearest is %s = %.6g", given, value, exact, given, nearest);
  if (!(exact < 9007199254740992.0))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED, "`%s` = %g would need batch_size = %.6g: expected at most 2^53",
                     given, value, exact);
  to->batch_size = fmax(1, round(exact));
  return SGDL_OK;
}

/* STATIONARY and DIFFUSION: reach = eta/(1-beta) is bound to S alone. */
static sgdl_status keep_quantity(sgdl_context *ctx, int p, const sgdl_hyper *from, unsigned change,
                                 sgdl_hyper *to, double *exact)
{
  double kept = kept_quantity(p, from);
  if (!(change & SGDL_CHANGE_LR)) {
    double reach = p == 2 ? sqrt(kept * to->batch_size) : kept * to->batch_size;
    to->lr = reach * (1 - to->momentum);
    return SGDL_OK;
  }
  double reach = to->lr / (1 - to->momentum);
  if (!(change & SGDL_CHANGE_BATCH_SIZE)) {
    *exact = (p == 2 ? reach * reach : reach) / kept;
    return whole_batch(ctx, *exact, "lr", to->lr, (p == 2 ? sqrt(kept) : kept) * (1 - to->momentum), to);
  }
  if (change & SGDL_CHANGE_MOMENTUM)
    return SGDL_OK;
  reach = p == 2 ? sqrt(kept * to->batch_size) : kept * to->batch_size;
  double momentum = 1 - to->lr / reach;
  if (!(momentum > -1))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`lr` = %g with batch_size = %g would need momentum = %.6g: expected a number in "
                     "(-1, 1), that is lr below %.6g", to->lr, to->batch_size, momentum, 2 * reach);
  to->momentum = momentum;
  return SGDL_OK;
}

/* DYNAMICS: everything follows from r = S'/S. */
static sgdl_status keep_dynamics(sgdl_context *ctx, const sgdl_hyper *from, unsigned change, sgdl_hyper *to,
                                 double *exact, double *steps)
{
  double g = drag(from), stiff = 2 * from->lr / (1 + from->momentum), r;
  sgdl_status status = SGDL_OK;

  if (change == SGDL_CHANGE_BATCH_SIZE) {
    r = to->batch_size / from->batch_size;
  } else if (change == SGDL_CHANGE_MOMENTUM) {
    r = drag(to) / g;
  } else { /* eta' = stiff r^2/(1 + r g) */
    r = (to->lr * g + sqrt(to->lr * (to->lr * g * g + 4 * stiff))) / (2 * stiff);
  }
  *exact = r * from->batch_size;
  *steps = 1 / r;
  if (change == SGDL_CHANGE_MOMENTUM) {
    double g1 = g / from->batch_size;
    status = whole_batch(ctx, *exact, "momentum", to->momentum, (1 - g1) / (1 + g1), to);
  } else if (change == SGDL_CHANGE_LR) {
    double r1 = 1 / from->batch_size;
    status = whole_batch(ctx, *exact, "lr", to->lr, stiff * r1 * r1 / (1 + r1 * g), to);
  }
  if (change != SGDL_CHANGE_MOMENTUM)
    to->momentum = (1 - r * g) / (1 + r * g);
  if (change != SGDL_CHANGE_LR)
    to->lr = stiff * r * r / (1 + r * g);
  return status;
}

sgdl_status sgdl_equivalent(sgdl_context *ctx, const sgdl_hyper *from, unsigned change,
                            sgdl_preserve preserve, sgdl_hyper *to, sgdl_equivalence *report)
{
  const unsigned all = SGDL_CHANGE_LR | SGDL_CHANGE_MOMENTUM | SGDL_CHANGE_BATCH_SIZE;
  int one = change == SGDL_CHANGE_LR || change == SGDL_CHANGE_MOMENTUM || change == SGDL_CHANGE_BATCH_SIZE;
  int p = preserve == SGDL_PRESERVE_DIFFUSION ? 2 : 1;
  sgdl_hyper t = *from;
  double exact, steps = 1;

  SGDL_TRY(sgdl_hyper_check(ctx, from));
  if (change == 0 || (change & ~all))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "nothing is changed: expected at least one of `batch_size`, `momentum` and `lr`");
  if (preserve == SGDL_PRESERVE_DYNAMICS && !one)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`preserve` = \"dynamics\" with more than one new value: expected exactly one of "
                     "`batch_size`, `momentum` and `lr`, the other two follow from it");
  if (change & SGDL_CHANGE_LR)
    t.lr = to->lr;
  if (change & SGDL_CHANGE_MOMENTUM)
    t.momentum = to->momentum;
  if (change & SGDL_CHANGE_BATCH_SIZE)
    t.batch_size = to->batch_size;
  SGDL_TRY(sgdl_hyper_check(ctx, &t));

  exact = t.batch_size;
  if (preserve == SGDL_PRESERVE_DYNAMICS) {
    SGDL_TRY(keep_dynamics(ctx, from, change, &t, &exact, &steps));
  } else {
    SGDL_TRY(keep_quantity(ctx, p, from, change, &t, &exact));
    if (preserve == SGDL_PRESERVE_STATIONARY)
      steps = (1 - t.momentum) / t.lr * (from->lr / (1 - from->momentum));
  }
  SGDL_TRY(sgdl_hyper_check(ctx, &t));
  *to = t;
  if (report != NULL)
    *report = (sgdl_equivalence){ .kept_before = kept_quantity(p, from), .kept_after = kept_quantity(p, &t),
                                  .batch_size = exact, .steps = steps };
  return SGDL_OK;
}

/* ---- what the exact model says --------------------------------------------------------------------- */

typedef struct {
  double theta, velocity, diffusion;
} exact_values;

static sgdl_status evaluate(sgdl_context *ctx, const sgdl_model *model, exact_values *at)
{
  double reach = model->hyper.lr / (1 - model->hyper.momentum);
  sgdl_modes modes = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  const sgdl_noise *noise = &modes.noise;
  double white = noise->epoch ? noise->u * noise->excess : noise->scale;
  *at = (exact_values){ .diffusion = reach * reach * white };
  for (ptrdiff_t l = 0; l < modes.d; l++) {
    double c[4], delta[4];
    if (modes.strength[l] == 0)
      continue;
    if (noise->epoch)
      sgdl_noise_delta(noise, &model->hyper, modes.kappa[l], delta);
    sgdl_noise_pair_stationary(noise, model->dynamics, &model->hyper, modes.kappa[l], modes.kappa[l], delta,
                               delta, c);
    at->theta += modes.exists[l] ? modes.strength[l] * c[0] : 0;
    at->velocity += modes.strength[l] * c[3];
  }
done:
  sgdl_modes_free(&modes);
  return status;
}

sgdl_status sgdl_equivalent_error(sgdl_context *ctx, const sgdl_model *model, const sgdl_hyper *to,
                                  sgdl_equivalence_error *error)
{
  sgdl_model before = *model, after;
  exact_values old, new;
  before.dynamics = SGDL_SGD;
  after = before;
  after.hyper.lr = to->lr;
  after.hyper.momentum = to->momentum;
  after.hyper.batch_size = to->batch_size;
  SGDL_TRY(evaluate(ctx, &before, &old));
  SGDL_TRY(evaluate(ctx, &after, &new));
  error->theta = new.theta / old.theta - 1;
  error->velocity = new.velocity / old.velocity - 1;
  error->diffusion = new.diffusion / old.diffusion - 1; /* 0/0: no diffusion */
  return SGDL_OK;
}
