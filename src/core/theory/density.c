/* Spectral densities: checks, the modes of a probe, sums over probes with their errors. THEORY section 7. */
#include "density.h"

#include "../spectral/gauss.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- checks -------------------------------------------------------------------------------------------- */

static sgdl_status check_quadrature(sgdl_context *ctx, const char *name, const sgdl_quadrature *r)
{
  if (r->steps < 1 || r->n_probes < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`density`: its %s have %td probes of %td steps, expected at least one of each",
                     name, r->n_probes, r->steps);
  SGDL_TRY(sgdl_check_finite(ctx, "node", r->node, r->steps * r->n_probes, r->steps));
  SGDL_TRY(sgdl_check_finite(ctx, "weight", r->weight, r->steps * r->n_probes, r->steps));
  SGDL_TRY(sgdl_check_finite(ctx, "alpha", r->alpha, r->steps * r->n_probes, r->steps));
  SGDL_TRY(sgdl_check_finite(ctx, "beta", r->beta, r->steps * r->n_probes, r->steps));
  for (ptrdiff_t q = 0; q < r->n_probes; q++)
    if (!(r->length[q] >= 0 && r->length[q] <= (double)r->steps && r->mass[q] >= 0 && isfinite(r->mass[q])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`density`: probe %td of its %s has length %g and mass %g, expected 0 to %td and a "
                       "finite number >= 0", q + 1, name, r->length[q], r->mass[q], r->steps);
  return SGDL_OK;
}

static sgdl_status check_exact(sgdl_context *ctx, const sgdl_spectral_density *d)
{
  if (d->dim < 1 || d->n_exact < 0 || d->n_exact > d->dim)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`density` has %td exact eigenvalues of %td: expected 0 to all",
                     d->n_exact, d->dim);
  if (!(isfinite(d->flat_tolerance) && d->flat_tolerance >= 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`flat_tolerance` = %g: expected a finite number >= 0",
                     d->flat_tolerance);
  SGDL_TRY(sgdl_check_finite(ctx, "eigenvalues", d->exact_value, d->n_exact, 0));
  for (ptrdiff_t l = 1; l < d->n_exact; l++)
    if (d->exact_value[l] > d->exact_value[l - 1])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`eigenvalues`[%td] = %g after %g: expected descending order",
                       l + 1, d->exact_value[l], d->exact_value[l - 1]);
  return SGDL_OK;
}

int sgdl_own_noise(const sgdl_spectral_density *d)
{
  return d->noise != NULL || (d->exact_noise != NULL && d->n_exact == d->dim);
}

static sgdl_status check_noise(sgdl_context *ctx, const sgdl_spectral_density *d)
{
  if (!sgdl_own_noise(d)) {
    if (!(d->sigma2 >= 0 && isfinite(d->sigma2)))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`density` has no noise (`sigma2` = %g): expected noise, or sigma2 >= 0 for Sigma = "
                       "sigma2 H", d->sigma2);
    return SGDL_OK;
  }
  if (d->n_exact > 0 && d->exact_noise == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`density` has no noise along its exact eigenvectors: expected %td variances",
                     d->n_exact);
  SGDL_TRY(sgdl_check_finite(ctx, "noise", d->exact_noise, d->n_exact, 0));
  for (ptrdiff_t l = 0; l < d->n_exact; l++)
    if (d->exact_noise[l] < 0)
      return sgdl_fail(ctx, SGDL_NOT_PSD, "`noise`[%td] = %g: expected a variance >= 0", l + 1,
                       d->exact_noise[l]);
  return SGDL_OK;
}

static sgdl_status check(sgdl_context *ctx, const sgdl_spectral_density *d, int with_noise,
                         const sgdl_quadrature *from)
{
  SGDL_TRY(check_exact(ctx, d));
  if (with_noise)
    SGDL_TRY(check_noise(ctx, d));
  if (d->n_exact == d->dim)
    return SGDL_OK;
  if (from == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`density` has no probes that count modes: expected some, they are needed for %s",
                     with_noise ? "noise = sigma2 H" : "traces without noise");
  return check_quadrature(ctx, from == d->noise ? "noise" : "counts", from);
}

/* ---- the modes of a probe ------------------------------------------------------------------------------ */

static void extremes(sgdl_density_view *v)
{
  const sgdl_spectral_density *d = v->density;
  double largest = -INFINITY, smallest = INFINITY;
  for (ptrdiff_t l = 0; l < d->n_exact; l++) {
    largest = fmax(largest, d->exact_value[l]);
    smallest = fmin(smallest, d->exact_value[l]);
  }
  for (ptrdiff_t q = 0; v->from != NULL && q < v->from->n_probes; q++)
    if (v->from->length[q] > 0) {
      const double *node = v->from->node + v->from->steps * q;
      largest = fmax(largest, node[0]);
      smallest = fmin(smallest, node[(ptrdiff_t)v->from->length[q] - 1]);
    }
  if (largest < smallest) /* nothing at all */
    largest = smallest = 0;
  double relative = d->flat_tolerance > 0 ? d->flat_tolerance : (double)d->dim * DBL_EPSILON;
  v->flat = relative * fmax(fabs(largest), fabs(smallest));
  v->largest = fabs(largest) <= v->flat ? 0 : largest;
  v->smallest = fabs(smallest) <= v->flat ? 0 : smallest;
}

sgdl_status sgdl_density_view_init(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                   sgdl_density_view *view)
{
  sgdl_density_view v = { .density = density, .with_noise = with_noise };
  *view = v;
  v.from = density->n_exact == density->dim ? NULL : with_noise && density->noise != NULL ? density->noise
                                                                                            : density->counts;
  SGDL_TRY(check(ctx, density, with_noise, v.from));
  ptrdiff_t steps = v.from != NULL ? v.from->steps : 0, room = density->n_exact + steps + 2;
  v.n_probes = v.from != NULL ? v.from->n_probes : 1;
  extremes(&v);
  SGDL_TRY(sgdl_alloc(ctx, &v.room, 2 * room + 6 * (steps + 1), "the modes of a probe"));
  v.modes.rho = v.room;
  v.modes.weight = v.room + room;
  *view = v;
  return SGDL_OK;
}

void sgdl_density_view_free(sgdl_density_view *view)
{
  free(view->room);
  view->room = NULL;
}

/* `weight`: modes at rho, or noise there; `all`: what rounding is measured by. */
static void add_mode(sgdl_density_view *v, double rho, double weight, double all)
{
  const sgdl_spectral_density *d = v->density;
  int flat = fabs(rho) <= v->flat;
  if (flat)
    rho = 0;
  if (v->with_noise && !sgdl_own_noise(d))
    weight = rho > 0 ? weight * d->sigma2 * rho : 0;
  if (flat && weight <= (double)d->dim * DBL_EPSILON * all)
    weight = 0;
  if (rho < 0 && d->drop_negative)
    return;
  v->modes.rho[v->modes.n] = rho;
  v->modes.weight[v->modes.n++] = weight;
}

/* Nodes and weights of the probe, n of them. */
static sgdl_status nodes_of(sgdl_context *ctx, sgdl_density_view *v, ptrdiff_t q, sgdl_rule rule,
                            ptrdiff_t *n, const double **node, const double **weight)
{
  const sgdl_quadrature *r = v->from;
  ptrdiff_t at = r->steps * q, length = (ptrdiff_t)r->length[q], most = r->steps + 1;
  const double *alpha = r->alpha + at, *beta = r->beta + at;
  double *room = v->room + 2 * (v->density->n_exact + r->steps + 2), *work = room + 2 * most;
  *n = length;
  *node = r->node + at;
  *weight = r->weight + at;
  if (rule == SGDL_RULE_GAUSS || length == 0 || beta[length - 1] == 0) /* 0: the rule is exact */
    return SGDL_OK;
  if (rule == SGDL_RULE_RADAU) {
    if ((*node)[length - 1] <= v->flat || v->smallest < 0)
      return SGDL_OK;
    *n = length + 1;
    SGDL_TRY(sgdl_radau_rule(ctx, length, alpha, beta, 0, r->mass[q], work, room, room + most));
  } else {
    if (length == 1)
      return SGDL_OK;
    *n = length - (length + 3) / 4;
    SGDL_TRY(sgdl_gauss_rule(ctx, *n, alpha, beta, r->mass[q], work, room, room + most));
  }
  *node = room;
  *weight = room + most;
  return SGDL_OK;
}

sgdl_status sgdl_density_probe(sgdl_context *ctx, sgdl_density_view *v, ptrdiff_t q, sgdl_rule rule)
{
  const sgdl_spectral_density *d = v->density;
  const double *node = NULL, *weight = NULL;
  ptrdiff_t n = 0, e = 0, j = 0;
  double all = 0;
  if (v->from != NULL)
    SGDL_TRY(nodes_of(ctx, v, q, rule, &n, &node, &weight));
  int own = v->with_noise && sgdl_own_noise(d);
  for (ptrdiff_t l = 0; l < d->n_exact; l++)
    all += own ? d->exact_noise[l] : 1;
  for (ptrdiff_t i = 0; i < n; i++)
    all += weight[i];
  v->modes.n = 0;
  v->modes.other = v->from != NULL && node != v->from->node + v->from->steps * q;
  while (e < d->n_exact || j < n)
    if (j == n || (e < d->n_exact && d->exact_value[e] >= node[j])) {
      add_mode(v, d->exact_value[e], own ? d->exact_noise[e] : 1, all);
      e++;
    } else {
      add_mode(v, node[j], weight[j], all);
      j++;
    }
  if (v->modes.n == 0) {
    v->modes.rho[0] = v->modes.weight[0] = 0;
    v->modes.n = 1;
  }
  return SGDL_OK;
}

/* ---- saddles ------------------------------------------------------------------------------------------- */

/* Mean over probes of the weight at rho < 0, and of all. */
static sgdl_status negative_share(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                  double *share)
{
  sgdl_density_view view = { 0 };
  double negative = 0, all = 0;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_density_view_init(ctx, density, with_noise, &view));
  for (ptrdiff_t q = 0; q < view.n_probes; q++) {
    SGDL_GET(sgdl_density_probe(ctx, &view, q, SGDL_RULE_GAUSS));
    for (ptrdiff_t i = 0; i < view.modes.n; i++) {
      negative += view.modes.rho[i] < 0 ? view.modes.weight[i] : 0;
      all += view.modes.weight[i];
    }
  }
  *share = all > 0 ? negative / all : 0;
done:
  sgdl_density_view_free(&view);
  return status;
}

static sgdl_status saddle(sgdl_context *ctx, const sgdl_spectral_density *density, double smallest)
{
  double noise = 0, modes = NAN;
  char counted[64] = "";
  SGDL_TRY(negative_share(ctx, density, 1, &noise));
  if (density->counts != NULL || density->n_exact == density->dim) {
    SGDL_TRY(negative_share(ctx, density, 0, &modes));
    snprintf(counted, sizeof counted, "%.3g%% of the modes and ", 100 * modes);
  }
  return sgdl_fail(ctx, SGDL_SADDLE,
                   "the spectrum reaches down to %.6g (%s%.3g%% of the noise are below 0): expected no "
                   "negative eigenvalues, a saddle has no stationary state; drop_negative leaves them out",
                   smallest,
                   counted, 100 * noise);
}

sgdl_status sgdl_density_no_saddle(sgdl_context *ctx, const sgdl_spectral_density *density)
{
  sgdl_density_view view = { 0 };
  if (density->drop_negative)
    return SGDL_OK;
  SGDL_TRY(sgdl_density_view_init(ctx, density, 1, &view));
  double smallest = view.smallest;
  sgdl_density_view_free(&view);
  return smallest < 0 ? saddle(ctx, density, smallest) : SGDL_OK;
}

/* ---- sums over probes ---------------------------------------------------------------------------------- */

/* f of probe q by each rule; what a rule that is the Gauss rule would give is there already. */
static sgdl_status of_probe(sgdl_context *ctx, sgdl_density_view *view, ptrdiff_t q, sgdl_probe_function *f,
                            const void *args, const sgdl_probe_values *values)
{
  ptrdiff_t n = values->n;
  for (int rule = 0; rule < SGDL_RULES && values->of[rule] != NULL; rule++) {
    double *out = values->of[rule] + n * q;
    SGDL_TRY(sgdl_density_probe(ctx, view, q, rule));
    if (rule == SGDL_RULE_GAUSS || view->modes.other)
      SGDL_TRY(f(ctx, &view->modes, args, out));
    else
      memcpy(out, values->of[SGDL_RULE_GAUSS] + n * q, sizeof(double) * (size_t)n);
  }
  return SGDL_OK;
}

sgdl_status sgdl_over_probes(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                             int truncation, ptrdiff_t n, sgdl_probe_function *f, const void *args,
                             sgdl_probe_values *values)
{
  int rules = truncation ? SGDL_RULES : 1;
  sgdl_density_view view = { 0 };
  sgdl_status status = SGDL_OK;
  *values = (sgdl_probe_values){ .n = n };
  SGDL_GET(sgdl_density_view_init(ctx, density, with_noise, &view));
  values->n_probes = view.n_probes;
  values->exact = view.from == NULL;
  SGDL_GET(sgdl_alloc(ctx, &values->of[0], sgdl_times(rules * n, view.n_probes),
                      "the values of the probes"));
  for (int rule = 1; rule < rules; rule++)
    values->of[rule] = values->of[0] + rule * n * view.n_probes;
  for (ptrdiff_t q = 0; q < view.n_probes; q++) {
    SGDL_GET(of_probe(ctx, &view, q, f, args, values));
    if (sgdl_poll(ctx, (double)(q + 1) / (double)view.n_probes)) {
      status = sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after probe %td of %td", q + 1, view.n_probes);
      goto done;
    }
  }
done:
  sgdl_density_view_free(&view);
  return status;
}

void sgdl_probe_values_free(sgdl_probe_values *values)
{
  free(values->of[0]);
  values->of[0] = NULL;
}

static double mean_of(const sgdl_probe_values *v, const double *x, ptrdiff_t i)
{
  double sum = 0;
  for (ptrdiff_t q = 0; q < v->n_probes; q++)
    sum += x[i + v->n * q];
  return sum / (double)v->n_probes;
}

static double standard_error(const sgdl_probe_values *v, ptrdiff_t i, double mean)
{
  double squares = 0, n = (double)v->n_probes;
  if (v->exact || !isfinite(mean))
    return 0;
  if (v->n_probes == 1)
    return NAN;
  for (ptrdiff_t q = 0; q < v->n_probes; q++) {
    double off = v->of[0][i + v->n * q] - mean;
    squares += off * off;
  }
  return sqrt(squares / (n - 1) / n);
}

/* A rule that gives no finite number has a node where the function has none: it says nothing. */
static double moved_by(double value, double other)
{
  return isfinite(value) && isfinite(other) ? fabs(value - other) : 0;
}

void sgdl_probe_curve(const sgdl_probe_values *v, ptrdiff_t first, ptrdiff_t n, const sgdl_curve *curve)
{
  for (ptrdiff_t i = 0; curve != NULL && i < n; i++) {
    double mean = mean_of(v, v->of[0], first + i);
    if (curve->value != NULL)
      curve->value[i] = mean;
    if (curve->se != NULL)
      curve->se[i] = standard_error(v, first + i, mean);
    if (curve->truncation != NULL)
      curve->truncation[i] = fmax(moved_by(mean, mean_of(v, v->of[SGDL_RULE_SHORTER], first + i)),
                                  moved_by(mean, mean_of(v, v->of[SGDL_RULE_RADAU], first + i)));
  }
}

int sgdl_wants_truncation(const sgdl_curve *curve)
{
  return curve != NULL && curve->truncation != NULL;
}

sgdl_status sgdl_density_curves(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                int n_curves, ptrdiff_t n, sgdl_probe_function *f, const void *args,
                                const sgdl_curve *const *out)
{
  sgdl_probe_values values = { 0 };
  int truncation = 0;
  for (int c = 0; c < n_curves; c++)
    truncation |= sgdl_wants_truncation(out[c]);
  sgdl_status status = sgdl_over_probes(ctx, density, with_noise, truncation, sgdl_times(n_curves, n), f,
                                        args, &values);
  for (int c = 0; c < n_curves && status == SGDL_OK; c++)
    sgdl_probe_curve(&values, c * n, n, out[c]);
  sgdl_probe_values_free(&values);
  return status;
}

enum { MOST_MEANS = 4 };

/* g of the means over all probes but `without` (-1: over all). */
static double of_means(const sgdl_probe_values *v, const double *x, int m, const ptrdiff_t *first,
                       ptrdiff_t i, ptrdiff_t without, sgdl_of_means *g, const void *args)
{
  double means[MOST_MEANS];
  for (int e = 0; e < m; e++) {
    double sum = 0;
    for (ptrdiff_t q = 0; q < v->n_probes; q++)
      sum += q == without ? 0 : x[first[e] + i + v->n * q];
    means[e] = sum / (double)(v->n_probes - (without >= 0));
  }
  return g(means, args, i);
}

static double jackknife(const sgdl_probe_values *v, int m, const ptrdiff_t *first, ptrdiff_t i,
                        sgdl_of_means *g, const void *args)
{
  double mean = 0, squares = 0, n = (double)v->n_probes;
  if (v->exact)
    return 0;
  if (v->n_probes == 1)
    return NAN;
  for (ptrdiff_t q = 0; q < v->n_probes; q++) {
    double one = of_means(v, v->of[0], m, first, i, q, g, args), off = one - mean;
    mean += off / (double)(q + 1);
    squares += off * (one - mean);
  }
  return sqrt((n - 1) / n * squares);
}

void sgdl_jackknife_curve(const sgdl_probe_values *v, int m, const ptrdiff_t *first, ptrdiff_t n,
                          sgdl_of_means *g, const void *args, const sgdl_curve *curve)
{
  for (ptrdiff_t i = 0; curve != NULL && i < n; i++) {
    double value = of_means(v, v->of[0], m, first, i, -1, g, args);
    if (curve->value != NULL)
      curve->value[i] = value;
    if (curve->se != NULL)
      curve->se[i] = jackknife(v, m, first, i, g, args);
    if (curve->truncation != NULL)
      curve->truncation[i] =
        fmax(moved_by(value, of_means(v, v->of[SGDL_RULE_SHORTER], m, first, i, -1, g, args)),
             moved_by(value, of_means(v, v->of[SGDL_RULE_RADAU], m, first, i, -1, g, args)));
  }
}
