/* What a simulation keeps when it is stopped or diverges, and what it refuses. */
#include <stdlib.h>

#include "check.h"
#include "paths.h"

static sgdl_context ctx;
static problem data;

/* ---- interrupts and divergence ---- */

typedef struct stopper {
  int asked, stop_at;
} stopper;

/* Polls are not left to the clock: one a block, at the same steps on any machine. */
static int stop_later(void *user)
{
  stopper *s = user;
  ctx.last_poll_ns = 0;
  return ++s->asked >= s->stop_at;
}

/* Stopped at the first and at the third poll: the rows done are those of an uninterrupted run, the rest
 * untouched. */
static void interrupts_keep_what_is_done(void)
{
  const ptrdiff_t long_run = 100000; /* of minibatches on one thread: the third block is within it */
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++)
    for (int stop_at = 1; stop_at <= 3; stop_at += 2) {
      if (stop_at == 3 && method != SGDL_MINIBATCH) continue; /* too few steps for so many blocks */
      stopper stopper = {0, stop_at};
      sgdl_model model =
          problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT, 1);
      sgdl_simulation sim = {.method = (sgdl_method)method,
                             .steps = long_run,
                             .record_every = 10,
                             .n_paths = 3,
                             .seed = 5,
                             .X = data.X,
                             .y = data.y};
      sim.steps = stop_at == 1 ? 1000 : long_run;
      sgdl_context_init(&ctx);
      ctx.threads = 1;
      ctx.should_stop = stop_later;
      ctx.user = &stopper;
      output cut = simulate(&ctx, &model, &sim);
      sgdl_context_init(&ctx);
      CHECK_STATUS(cut.status, SGDL_INTERRUPTED);
      CHECK(stop_at == 1 ? cut.done == 1 : cut.done > 1 && cut.done < cut.records);
      output whole = simulate(&ctx, &model, &sim);
      int same = 1, untouched = 1;
      for (ptrdiff_t column = 0; column < D * sim.n_paths; column++)
        for (ptrdiff_t r = 0; r < cut.records; r++) {
          ptrdiff_t at = r + column * cut.records;
          if (r < cut.done)
            same = same && cut.theta[at] == whole.theta[at] && cut.velocity[at] == whole.velocity[at];
          else
            untouched = untouched && cut.theta[at] == UNTOUCHED && cut.velocity[at] == UNTOUCHED;
        }
      CHECK(same);
      CHECK(untouched);
      release(&cut);
      release(&whole);
    }
}

/* A saddle runs away; the path and step are named and the rows before are kept. */
static void divergence_is_named(void)
{
  double saddle[D] = {3.0, 1.0, 0.4, 0.05, -40.0}, start[D] = {0}, last_finite = 0.0;
  sgdl_model model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_simulation sim = {.method = SGDL_EXACT,
                         .steps = 5000,
                         .record_every = 1,
                         .n_paths = 3,
                         .seed = 5,
                         .theta0 = start,
                         .record_modes = 1};
  ptrdiff_t path = 0, step = 0;
  model.rho = saddle;
  output o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_UNSTABLE);
  CHECK_INT(sscanf(ctx.message, "path %td diverged at step %td", &path, &step), 2);
  CHECK_INT(o.done, step);
  for (ptrdiff_t column = 0; column < D * sim.n_paths; column++)
    for (ptrdiff_t r = 0; r < o.done; r++) last_finite += isfinite(o.theta[r + column * o.records]) == 0;
  CHECK(last_finite == 0.0);
  sim.start_stationary = 1;
  release(&o);
  o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_SADDLE);
  release(&o);
  saddle[D - 1] = 0.0;
  model.hyper.weight_decay = 0.0;
  o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_FLAT);
  CHECK_TEXT(ctx.message, "1 of 5 modes");
  release(&o);

  sgdl_model wild = problem_model(&data, SGDL_LANGEVIN, SGDL_EPOCH, 0);
  wild.hyper.lr = 50.0;
  sim = (sgdl_simulation){
      .method = SGDL_MINIBATCH, .steps = 5000, .record_every = 10, .n_paths = 2, .X = data.X, .y = data.y};
  o = simulate(&ctx, &wild, &sim);
  CHECK_STATUS(o.status, SGDL_UNSTABLE);
  CHECK(o.done >= 1);
  release(&o);
}

/* ---- bad arguments ---- */

static void refuse(const sgdl_model *model, sgdl_simulation sim, sgdl_status status, const char *text)
{
  double out[4 * D];
  ptrdiff_t done = -1;
  CHECK_STATUS(sgdl_simulate(&ctx, model, &sim, out, NULL, &done), status);
  CHECK_INT(done, 0);
  CHECK_TEXT(ctx.message, text);
}

static void nonsense_is_refused(void)
{
  sgdl_model langevin = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_model sgd = problem_model(&data, SGDL_SGD, SGDL_REPLACEMENT, 0);
  sgdl_simulation good = {.method = SGDL_EXACT, .steps = 1, .record_every = 1, .n_paths = 1}, bad;
  double point[D] = {0.0, 0.0, NAN, 0.0, 0.0}, broken[EXAMPLES * D];

  bad = good, bad.steps = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`steps` = 0");
  bad = good, bad.record_every = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`record` = 0");
  bad = good, bad.n_paths = -3;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`nsim` = -3");
  bad = good, bad.method = (sgdl_method)9;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`method` = 9");
  refuse(&sgd, good, SGDL_UNSUPPORTED, "dynamics = \"langevin\"");
  bad = good, bad.method = SGDL_GAUSSIAN_SGD;
  refuse(&langevin, bad, SGDL_UNSUPPORTED, "dynamics = \"sgd\"");
  bad = good, bad.theta0 = point;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`theta0[3]` = NaN");
  bad = good, bad.v0 = point, bad.v0_per_path = 1;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`v0[3, 1]` = NaN");
  bad = good, bad.method = SGDL_MINIBATCH;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`X`, `y` are missing");
  memcpy(broken, data.X, sizeof data.X);
  broken[EXAMPLES + 4] = INFINITY;
  bad.X = broken, bad.y = data.y;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`X[5, 2]` = Inf");
  bad.X = data.X;
  langevin.hyper.batch_size = 18;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`batch_size` = 18");
  langevin.hyper.batch_size = 3;
  langevin.n_examples = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`n_examples` = 0");
  langevin = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  langevin.rho = langevin.noise = langevin.vectors = NULL;
  refuse(&langevin, good, SGDL_UNSUPPORTED, "decompose = TRUE");
  bad.record_modes = 1;
  refuse(&langevin, bad, SGDL_UNSUPPORTED, "decompose = TRUE");
  sgd.hyper.lr = 2.0;
  bad = good, bad.method = SGDL_GAUSSIAN_SGD;
  refuse(&sgd, bad, SGDL_UNSTABLE, "");
}

int main(void)
{
  sgdl_context_init(&ctx);
  problem_init(&data);
  interrupts_keep_what_is_done();
  divergence_is_named();
  nonsense_is_refused();
  return check_report();
}
