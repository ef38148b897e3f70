/* The planner: what it promises to keep is kept, in closed form, along the path, and by the exact model. */
#include "../../src/core/base/base.h"

#include "check.h"

enum { D = 4 };
static const double RHO[D] = { 1, 0.1, 0.01, 0 };
static const double NOISE[D] = { 2, 1, 0.5, 0.3 };
static const sgdl_hyper FROM = { 0.02, 0.9, 1e-3, 32 };

static sgdl_model model_of(sgdl_hyper h, sgdl_dynamics dynamics)
{
  return (sgdl_model){ .dim = D, .hyper = h, .dynamics = dynamics, .rho = RHO, .noise = NOISE, .sigma2 = -1 };
}

static double quantity(int p, sgdl_hyper h)
{
  return pow(h.lr / (1 - h.momentum), p) / h.batch_size;
}

static const sgdl_preserve KEEP[2] = { SGDL_PRESERVE_STATIONARY, SGDL_PRESERVE_DIFFUSION };

static void test_quantities(sgdl_context *ctx)
{
  for (int p = 1; p <= 2; p++)
    for (unsigned change = 1; change < 7; change++) {
      sgdl_hyper to = { 0.05, 0.8, 77, 48 };
      sgdl_equivalence report;
      CHECK_STATUS(sgdl_equivalent(ctx, &FROM, change, KEEP[p - 1], &to, &report), SGDL_OK);
      CHECK_NEAR(to.weight_decay, FROM.weight_decay, 0);
      if (change & SGDL_CHANGE_LR)
        CHECK_NEAR(to.lr, 0.05, 0);
      if (change & SGDL_CHANGE_MOMENTUM)
        CHECK_NEAR(to.momentum, 0.8, 0);
      else if (change != (SGDL_CHANGE_LR | SGDL_CHANGE_BATCH_SIZE))
        CHECK_NEAR(to.momentum, 0.9, 0);
      CHECK_NEAR(to.batch_size, change & SGDL_CHANGE_BATCH_SIZE   ? 48
                                : !(change & SGDL_CHANGE_LR)      ? 32
                                                                  : round(report.batch_size), 0);
      CHECK_CLOSE(report.kept_before, quantity(p, FROM), 1e-14);
      CHECK_CLOSE(report.kept_after, quantity(p, to), 1e-14);
      CHECK_CLOSE(report.kept_after * to.batch_size / report.batch_size, report.kept_before, 1e-13);
    }
}

/* The linear and the square-root rule. */
static void test_rules(sgdl_context *ctx)
{
  sgdl_hyper to = { .batch_size = 128 };
  CHECK_STATUS(sgdl_equivalent(ctx, &FROM, SGDL_CHANGE_BATCH_SIZE, SGDL_PRESERVE_STATIONARY, &to, NULL),
               SGDL_OK);
  CHECK_CLOSE(to.lr, 0.08, 1e-14);
  CHECK_STATUS(sgdl_equivalent(ctx, &FROM, SGDL_CHANGE_BATCH_SIZE, SGDL_PRESERVE_DIFFUSION, &to, NULL),
               SGDL_OK);
  CHECK_CLOSE(to.lr, 0.04, 1e-14);
}

/* DYNAMICS: MSD and stationary variances of the Langevin model at equal numbers of examples; and the
 * MSD from a point. Rounding the batch size shows in the noise alone. */
static void test_dynamics(sgdl_context *ctx)
{
  static const double GIVEN[3] = { 0.005, 0.97, 8 };
  static const unsigned CHANGE[3] = { SGDL_CHANGE_LR, SGDL_CHANGE_MOMENTUM, SGDL_CHANGE_BATCH_SIZE };
  static const double STEPS[4] = { 1, 30, 1000, 1e5 };
  for (int c = 0; c < 3; c++) {
    sgdl_hyper to = { GIVEN[0], GIVEN[1], 0, GIVEN[2] };
    sgdl_equivalence report;
    double before[4], after[4], steps[4];
    CHECK_STATUS(sgdl_equivalent(ctx, &FROM, CHANGE[c], SGDL_PRESERVE_DYNAMICS, &to, &report), SGDL_OK);
    sgdl_model old = model_of(FROM, SGDL_LANGEVIN), new = model_of(to, SGDL_LANGEVIN);
    CHECK_CLOSE(report.steps, FROM.batch_size / report.batch_size, 1e-13);
    for (int i = 0; i < 4; i++)
      steps[i] = STEPS[i] * report.steps;
    CHECK_STATUS(sgdl_msd_theory(ctx, &old, 4, STEPS, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                 before, NULL, NULL), SGDL_OK);
    CHECK_STATUS(sgdl_msd_theory(ctx, &new, 4, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                 after, NULL, NULL), SGDL_OK);
    for (int i = 0; i < 4; i++)
      CHECK_CLOSE(after[i] * to.batch_size / report.batch_size, before[i], 1e-11);
    CHECK_CLOSE(report.kept_after * to.batch_size / report.batch_size, report.kept_before, 1e-12);
  }
}

static void test_exact_error(sgdl_context *ctx)
{
  sgdl_hyper to = { .batch_size = 128 };
  sgdl_equivalence_error error;
  double old[2], new[2];
  sgdl_model model = model_of(FROM, SGDL_LANGEVIN), exact = model_of(FROM, SGDL_SGD);
  CHECK_STATUS(sgdl_equivalent(ctx, &FROM, SGDL_CHANGE_BATCH_SIZE, SGDL_PRESERVE_STATIONARY, &to, NULL),
               SGDL_OK);
  CHECK_STATUS(sgdl_equivalent_error(ctx, &model, &to, &error), SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &exact, NULL, NULL, NULL, old, NULL), SGDL_OK);
  exact.hyper = to;
  CHECK_STATUS(sgdl_stationary(ctx, &exact, NULL, NULL, NULL, new, NULL), SGDL_OK);
  CHECK_NEAR(error.theta, new[0] / old[0] - 1, 1e-13);
  CHECK_NEAR(error.velocity, new[1] / old[1] - 1, 1e-13);
  CHECK_NEAR(error.diffusion, 3, 1e-13); /* linear scaling: (eta'/eta)^2 S/S' = 4 */
  CHECK(error.theta > 0 && error.theta < 0.02);

  /* a flat mode grows at the rate said, epochs with a remainder batch included */
  model = exact = model_of(FROM, SGDL_SGD);
  exact.hyper.weight_decay = model.hyper.weight_decay = 0;
  model.sampling = exact.sampling = SGDL_EPOCH;
  model.n_examples = exact.n_examples = 1000;
  double steps[2] = { 1e8, 2e8 }, terms[2 * D], slope[2], msd[2];
  for (int side = 0; side < 2; side++) {
    if (side == 1)
      exact.hyper = (sgdl_hyper){ 0.03, 0.8, 0, 96 };
    CHECK_STATUS(sgdl_msd_theory(ctx, &exact, 2, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                 msd, NULL, terms), SGDL_OK);
    slope[side] = terms[2 * 3 + 1] - terms[2 * 3];
  }
  CHECK_STATUS(sgdl_equivalent_error(ctx, &model, &exact.hyper, &error), SGDL_OK);
  CHECK_NEAR(error.diffusion, slope[1] / slope[0] - 1, 1e-8);
  model.n_examples = 960;
  CHECK_STATUS(sgdl_equivalent_error(ctx, &model, &exact.hyper, &error), SGDL_OK);
  CHECK(isnan(error.diffusion)); /* equal batches: 960 = 30 * 32 = 10 * 96 */
}

static void expect(sgdl_context *ctx, sgdl_status got, sgdl_status want, const char *text)
{
  CHECK_INT(got, want);
  CHECK_TEXT(ctx->message, text);
}

static void test_errors(sgdl_context *ctx)
{
  sgdl_hyper to = { 0.0001, 0.5, 0, 2.5 }, kept = to;
  sgdl_equivalence_error error;
#define PLAN(change, preserve) sgdl_equivalent(ctx, &FROM, change, preserve, &to, NULL)
  expect(ctx, PLAN(0, SGDL_PRESERVE_STATIONARY), SGDL_BAD_ARGUMENT, "expected at least one of");
  expect(ctx, PLAN(3, SGDL_PRESERVE_DYNAMICS), SGDL_BAD_ARGUMENT, "expected exactly one of");
  expect(ctx, PLAN(SGDL_CHANGE_BATCH_SIZE, SGDL_PRESERVE_STATIONARY), SGDL_BAD_ARGUMENT,
         "`batch_size` = 2.5");
  expect(ctx, PLAN(SGDL_CHANGE_LR, SGDL_PRESERVE_STATIONARY), SGDL_UNSUPPORTED,
         "`lr` = 0.0001 would need batch_size = 0.16: expected at least one example; with batch_size = 1 "
         "the nearest is lr = 0.000625");
  CHECK(to.lr == kept.lr && to.momentum == kept.momentum && to.batch_size == kept.batch_size);
  to.momentum = 0.9999;
  expect(ctx, PLAN(SGDL_CHANGE_MOMENTUM, SGDL_PRESERVE_DYNAMICS), SGDL_UNSUPPORTED,
         "the nearest is momentum = 0.99671");
  to.lr = 1e-6;
  expect(ctx, PLAN(SGDL_CHANGE_LR, SGDL_PRESERVE_DYNAMICS), SGDL_UNSUPPORTED,
         "`lr` = 1e-06 would need batch_size");
  to = (sgdl_hyper){ 1, 0, 0, 32 };
  expect(ctx, PLAN(SGDL_CHANGE_LR | SGDL_CHANGE_BATCH_SIZE, SGDL_PRESERVE_STATIONARY), SGDL_UNSUPPORTED,
         "would need momentum = -4: expected a number in (-1, 1), that is lr below 0.4");
  sgdl_model model = model_of(FROM, SGDL_LANGEVIN);
  to = (sgdl_hyper){ 5, 0.9, 0, 32 };
  expect(ctx, sgdl_equivalent_error(ctx, &model, &to, &error), SGDL_UNSTABLE, "stability limit");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_quantities(&ctx);
  test_rules(&ctx);
  test_dynamics(&ctx);
  test_exact_error(&ctx);
  test_errors(&ctx);
  return check_report();
}
