/* The dense theory against values computed independently at 50 digits (tests/reference). */
#include "../../src/core/base/base.h"

#include "check.h"
#include "read_reference.h"

#include <stdlib.h>

enum { MOST = 4 }; /* parameters in a reference case */

typedef struct {
  const json *json;
  ptrdiff_t d;
  double H[MOST * MOST], Sigma[MOST * MOST], rho[MOST], V[MOST * MOST], noise[MOST * MOST];
  double theta0[MOST], v0[MOST];
  sgdl_model model;
} reference_case;

static void load(sgdl_context *ctx, const json *c, sgdl_dynamics dynamics, reference_case *r)
{
  r->json = c;
  r->d = json_length(json_get(c, "H"));
  json_matrix(c, "H", r->H);
  json_matrix(c, "Sigma", r->Sigma);
  json_vector(c, "theta_dev", r->theta0); /* the minimiser is 0 */
  json_vector(c, "v0", r->v0);
  CHECK_STATUS(sgdl_decompose(ctx, r->d, r->H, r->rho, r->V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, r->d, r->V, r->Sigma, r->noise), SGDL_OK);
  r->model = (sgdl_model){
    .dim = r->d,
    .hyper = { json_number(c, "lr"), json_number(c, "momentum"), json_number(c, "weight_decay"),
               json_number(c, "batch_size") },
    .dynamics = dynamics, .rho = r->rho, .vectors = r->V, .noise = r->noise, .noise_is_full = 1, .sigma2 = -1,
  };
}

/* [P R; R' W], 2d x 2d */
static void join(ptrdiff_t d, const double *P, const double *W, const double *R, double *out)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      out[i + j * 2 * d] = P[i + j * d];
      out[d + i + (d + j) * 2 * d] = W[i + j * d];
      out[i + (d + j) * 2 * d] = R[i + j * d];
      out[d + j + i * 2 * d] = R[i + j * d];
    }
}

static double worst_of(const double *x, const double *y, ptrdiff_t n)
{
  double worst = 0, scale = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    worst = fmax(worst, fabs(x[i] - y[i]));
    scale = fmax(scale, fabs(y[i]));
  }
  return worst / scale;
}

#define REPORT(what, x, y, n) printf("%-20s %-9s %-12s %.2g\n", json_get(r->json, "name")->text, part, what, worst_of(x, y, n))

static void reference(sgdl_context *ctx, const reference_case *r, const char *part)
{
  enum { FULL = 4 * MOST * MOST };
  ptrdiff_t d = r->d, n = 4 * d * d;
  const json *expected = json_get(r->json, part);
  double P[MOST * MOST], W[MOST * MOST], R[MOST * MOST], got[FULL], want[FULL];
  double p[MOST * MOST], w[MOST * MOST], q[MOST * MOST];
  CHECK_STATUS(sgdl_stationary(ctx, &r->model, P, W, R, NULL, NULL), SGDL_OK);
  json_matrix(expected, "P", p);
  json_matrix(expected, "W", w);
  json_matrix(expected, "R", q);
  join(d, P, W, R, got);
  join(d, p, w, q, want);
  REPORT("joint", got, want, n);
  REPORT("P", P, p, d*d);
  REPORT("W", W, w, d*d);
  if (r->model.dynamics == SGDL_LANGEVIN) {
    double U[FULL], Q[FULL], z[2 * MOST], phi; ptrdiff_t rank;
    CHECK_STATUS(sgdl_modified_loss(ctx, &r->model, U, Q, &rank), SGDL_OK);
    json_matrix(expected, "U", want);
    REPORT("U", U, want, n);
    json_matrix(expected, "Q", want);
    REPORT("Q", Q, want, n);
    for (int i = 0; i < d; i++) z[i] = r->theta0[i], z[d + i] = r->v0[i];
    CHECK_STATUS(sgdl_modified_loss_value(ctx, d, U, NULL, 1, z, &phi), SGDL_OK);
    want[0] = json_number(expected, "Phi_at_z0");
    REPORT("Phi", &phi, want, 1);
  }
  for (const json *t = json_get(expected, "transient")->child; t; t = t->next) {
    double step = json_number(t, "step"), m[2 * MOST], mw[2 * MOST], msd, e;
    CHECK_STATUS(sgdl_transient(ctx, &r->model, 1, &step, r->theta0, r->v0, SGDL_COV_FULL, m, m + d, P, W, R), SGDL_OK);
    json_vector(t, "mean", mw);
    json_matrix(t, "cov_from_point", want);
    join(d, P, W, R, got);
    REPORT("mean", m, mw, 2 * d);
    REPORT("cov", got, want, n);
    CHECK_STATUS(sgdl_msd_theory(ctx, &r->model, 1, &step, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL, &msd, &e, NULL), SGDL_OK);
    want[0] = json_number(t, "msd_stationary");
    REPORT("msd", &msd, want, 1);
  }
}

int main(void)
{
  sgdl_context ctx;
  reference_case r;
  sgdl_context_init(&ctx);
  json *root = json_read_reference("ou_cases.json");
  if (!CHECK(root != NULL))
    return check_report();
  for (const json *c = json_get(root, "cases")->child; c != NULL; c = c->next) {
    load(&ctx, c, SGDL_LANGEVIN, &r);
    reference(&ctx, &r, "langevin");
    load(&ctx, c, SGDL_SGD, &r);
    reference(&ctx, &r, "sgd");
  }
  json_free(root);
  return check_report();
}
