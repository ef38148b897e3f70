/* Which method can simulate which model, and the stepper that does it. */
#include "engine.h"

static const char *const method_names[] = {"exact", "sgd", "minibatch", "baoab", "obabo", "euler"};

static int is_langevin(sgdl_method method)
{
  return method == SGDL_BAOAB || method == SGDL_OBABO || method == SGDL_EULER_MARUYAMA;
}

/* One vector of parameters for every step, by the recursion of an optimiser. */
static int is_discrete(sgdl_method method)
{
  return method == SGDL_GAUSSIAN_SGD || method == SGDL_MINIBATCH;
}

int sgdl_method_in_modes(const sgdl_simulation *sim)
{
  return sim->method == SGDL_EXACT || (sim->method != SGDL_MINIBATCH && !sim->objective);
}

/* ---- the model ---- */

static sgdl_status check_dynamics(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  switch (sim->method) {
  case SGDL_MINIBATCH:
    return SGDL_OK;
  case SGDL_GAUSSIAN_SGD:
    if (model->dynamics == SGDL_SGD) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"sgd\" needs a model with dynamics = \"sgd\"; for the Langevin "
                     "model use method = \"%s\"",
                     sim->objective ? "baoab" : "exact");
  default:
    if (model->dynamics == SGDL_LANGEVIN) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"%s\" needs a model with dynamics = \"langevin\"; for SGD itself use "
                     "method = \"sgd\"",
                     method_names[sim->method]);
  }
}

static sgdl_status check_examples(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  const sgdl_objective *objective = sim->objective;
  if (objective->dim != model->dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`objective` has %td parameters: expected the %td of the model",
                     objective->dim, model->dim);
  if (sim->method == SGDL_MINIBATCH && objective->n_examples < 1)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"minibatch\" needs an objective made of examples (n_examples); for one "
                     "without use method = \"sgd\", \"baoab\", \"obabo\" or \"euler\"");
  if (objective->n_examples > 0 && objective->n_examples != model->n_examples)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`objective` has %td examples: expected the %td of the model",
                     objective->n_examples, model->n_examples);
  return SGDL_OK;
}

static sgdl_status check_noise(sgdl_context *ctx, const sgdl_simulation *sim)
{
  const sgdl_objective *objective = sim->objective;
  switch (sim->noise) {
  case SGDL_NOISE_CONSTANT:
    if (sim->Sigma) break;
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`Sigma` is missing: noise = \"constant\" on an objective needs the covariance of the "
                     "gradient of one example");
  case SGDL_NOISE_EMPIRICAL:
    if (objective->n_examples > 0) break;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`noise` = \"empirical\" needs an objective made of examples (n_examples); for one "
                     "without use noise = \"constant\" or \"covariance\"");
  case SGDL_NOISE_COVARIANCE:
    if (objective->covariance) break;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`noise` = \"covariance\" needs an objective with a `covariance` function; for one "
                     "without use noise = \"constant\" or \"empirical\"");
  default:
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`noise` = %d: expected constant (0), empirical (1) or covariance (2)", (int)sim->noise);
  }
  return SGDL_OK;
}

static sgdl_status check_objective(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  if (sim->method == SGDL_EXACT) {
    if (model->rho) return SGDL_OK;
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"exact\" needs a quadratic model; on an objective use method = \"baoab\", "
                     "\"obabo\" or \"euler\"");
  }
  SGDL_TRY(check_examples(ctx, model, sim));
  return sim->method == SGDL_MINIBATCH ? SGDL_OK : check_noise(ctx, sim);
}

/* ---- options ---- */

static sgdl_status check_options(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  const char *name = method_names[sim->method];
  if ((sim->nesterov || sim->dampening != 0.0) && !is_discrete(sim->method))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`%s` with method = \"%s\": expected method = \"sgd\" or \"minibatch\", the Langevin "
                     "equation has none",
                     sim->nesterov ? "nesterov" : "dampening", name);
  if (sim->substeps < 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`substeps` = %td: expected an integer >= 1", sim->substeps);
  if (sim->substeps > 1 && !is_langevin(sim->method))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`substeps` = %td with method = \"%s\": expected method = \"baoab\", \"obabo\" or "
                     "\"euler\"",
                     sim->substeps, name);
  if (sim->batch_size && sim->method == SGDL_GAUSSIAN_SGD && model->sampling == SGDL_EPOCH)
    return sgdl_fail(
        ctx, SGDL_UNSUPPORTED,
        "`batch_size` over steps with method = \"sgd\" and sampling = \"epoch\": expected method = "
        "\"minibatch\", or sampling = \"replacement\" or \"without\"");
  return SGDL_OK;
}

sgdl_status sgdl_method_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  if ((int)sim->method < SGDL_EXACT || sim->method > SGDL_EULER_MARUYAMA)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`method` = %d: expected exact (0), sgd (1), minibatch (2), baoab (3), obabo (4) or "
                     "euler (5)",
                     (int)sim->method);
  SGDL_TRY(check_dynamics(ctx, model, sim));
  if (sim->objective) SGDL_TRY(check_objective(ctx, model, sim));
  return check_options(ctx, model, sim);
}

sgdl_status sgdl_stepper_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                sgdl_stepper *stepper)
{
  if (is_langevin(sim->method)) return sgdl_langevin_create(ctx, model, sim, stepper);
  if (sim->method == SGDL_MINIBATCH && !sim->objective)
    return sgdl_minibatch_create(ctx, model, sim, stepper);
  if (sim->objective && is_discrete(sim->method)) return sgdl_gradient_create(ctx, model, sim, stepper);
  return sgdl_linear_create(ctx, model, sim, stepper);
}
