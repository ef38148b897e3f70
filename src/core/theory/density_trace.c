/* Traces of functions of H from a spectral density, bins for plots, and a summary. */
#include "density.h"

#include "../spectral/basis.h"
#include "../spectral/functions.h"

#include <math.h>
#include <stdlib.h>

/* ---- functions ----------------------------------------------------------------------------------------- */

typedef struct {
  ptrdiff_t n;
  const sgdl_function *functions;
} function_list;

static sgdl_status sums_of_functions(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                     double *out)
{
  const function_list *list = args;
  for (ptrdiff_t f = 0; f < list->n; f++) {
    out[f] = 0;
    for (ptrdiff_t i = 0; i < modes->n; i++)
      if (modes->weight[i] > 0) {
        SGDL_TRY(modes->other ? SGDL_OK : sgdl_function_domain(ctx, list->functions + f, modes->rho[i]));
        out[f] += modes->weight[i] * sgdl_function_value(list->functions + f, modes->rho[i]);
      }
  }
  return SGDL_OK;
}

sgdl_status sgdl_density_trace(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                               ptrdiff_t n, const sgdl_function *functions, const sgdl_curve *trace)
{
  function_list list = { n, functions };
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`functions` has length %td: expected at least one", n);
  SGDL_TRY(sgdl_functions_check(ctx, n, functions));
  return sgdl_density_curves(ctx, density, with_noise, 1, n, sums_of_functions, &list, &trace);
}

/* ---- values at the nodes ------------------------------------------------------------------------------- */

static sgdl_status add_value(sgdl_context *ctx, const char *name, ptrdiff_t at, double weight, double value,
                             double *sum)
{
  if (weight == 0)
    return SGDL_OK;
  if (!isfinite(value))
    return sgdl_fail(ctx, SGDL_NOT_FINITE, "`%s[%td]` = %s: expected a finite number", name, at + 1,
                     sgdl_not_finite(value));
  *sum += weight * value;
  return SGDL_OK;
}

static double noise_at(const sgdl_spectral_density *d, double rho)
{
  return rho > 0 ? d->sigma2 * rho : 0;
}

/* Weight of exact eigenvalue l, and of node j of `from`. */
static double exact_weight(const sgdl_spectral_density *d, int with_noise, ptrdiff_t l)
{
  if (!with_noise)
    return 1;
  return sgdl_own_noise(d) ? d->exact_noise[l] : noise_at(d, d->exact_value[l]);
}

static double node_weight(const sgdl_spectral_density *d, int with_noise, const sgdl_quadrature *from,
                          ptrdiff_t j)
{
  return from->weight[j] * (with_noise && from != d->noise ? noise_at(d, from->node[j]) : 1);
}

sgdl_status sgdl_density_average(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                 const double *at_nodes, const double *at_exact, double estimate[3])
{
  sgdl_density_view view = { 0 };
  sgdl_probe_values values = { .n = 1 };
  double exact = 0;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_density_view_init(ctx, density, with_noise, &view));
  SGDL_GET(sgdl_alloc(ctx, &values.of[0], view.n_probes, "the values of the probes"));
  values.of[SGDL_RULE_SHORTER] = values.of[SGDL_RULE_RADAU] = values.of[0]; /* none given */
  values.n_probes = view.n_probes;
  values.exact = view.from == NULL;
  for (ptrdiff_t l = 0; l < density->n_exact; l++)
    SGDL_GET(add_value(ctx, "at_exact", l, exact_weight(density, with_noise, l), at_exact[l], &exact));
  for (ptrdiff_t q = 0; q < view.n_probes; q++) {
    double sum = exact;
    for (ptrdiff_t i = 0; view.from != NULL && i < (ptrdiff_t)view.from->length[q]; i++) {
      ptrdiff_t j = i + view.from->steps * q;
      SGDL_GET(add_value(ctx, "at_nodes", j, node_weight(density, with_noise, view.from, j), at_nodes[j],
                         &sum));
    }
    values.of[0][q] = sum;
  }
  sgdl_probe_curve(&values, 0, 1, &(sgdl_curve){ estimate, estimate + 1, estimate + 2 });
done:
  sgdl_probe_values_free(&values);
  sgdl_density_view_free(&view);
  return status;
}

/* ---- bins ---------------------------------------------------------------------------------------------- */

typedef struct {
  ptrdiff_t n;
  const double *edges;
} bin_list;

static sgdl_status sums_in_bins(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                double *out)
{
  const bin_list *b = args;
  (void)ctx;
  for (ptrdiff_t i = 0; i < b->n; i++)
    out[i] = 0;
  for (ptrdiff_t l = 0; l < modes->n; l++) {
    double rho = modes->rho[l];
    if (rho < b->edges[0] || rho > b->edges[b->n])
      continue;
    ptrdiff_t low = 0, high = b->n; /* edges[low] <= rho, and rho < edges[high] or high = n */
    while (high - low > 1) {
      ptrdiff_t middle = low + (high - low) / 2;
      if (rho >= b->edges[middle])
        low = middle;
      else
        high = middle;
    }
    out[low] += modes->weight[l];
  }
  return SGDL_OK;
}

sgdl_status sgdl_density_bins(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                              ptrdiff_t n, const double *edges, const sgdl_curve *bins)
{
  bin_list list = { n, edges };
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`edges` makes %td bins: expected at least one", n);
  SGDL_TRY(sgdl_check_finite(ctx, "edges", edges, n + 1, 0));
  for (ptrdiff_t i = 0; i < n; i++)
    if (edges[i + 1] <= edges[i])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`edges`[%td] = %g after %g: expected increasing numbers",
                       i + 2, edges[i + 1], edges[i]);
  return sgdl_density_curves(ctx, density, with_noise, 1, n, sums_in_bins, &list, &bins);
}

/* ---- summary ------------------------------------------------------------------------------------------- */

enum { TRACE_OF_H, ALL, FLAT, NEGATIVE, SUMS };

static sgdl_status summary_sums(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                double *out)
{
  (void)ctx;
  (void)args;
  out[TRACE_OF_H] = out[ALL] = out[FLAT] = out[NEGATIVE] = 0;
  for (ptrdiff_t l = 0; l < modes->n; l++) {
    double rho = modes->rho[l], weight = modes->weight[l];
    out[TRACE_OF_H] += rho * weight;
    out[ALL] += weight;
    out[FLAT] += rho == 0 ? weight : 0;
    out[NEGATIVE] += rho < 0 ? weight : 0;
  }
  return SGDL_OK;
}

static sgdl_status summarise(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                             double mean[SUMS], double se[SUMS])
{
  const sgdl_curve *sums = &(sgdl_curve){ mean, se, NULL };
  sgdl_spectral_density whole = *density; /* what is left out is part of the summary */
  whole.drop_negative = 0;
  return sgdl_density_curves(ctx, &whole, with_noise, 1, SUMS, summary_sums, NULL, &sums);
}

static sgdl_status widen(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                         sgdl_density_report *r)
{
  sgdl_density_view view = { 0 };
  SGDL_TRY(sgdl_density_view_init(ctx, density, with_noise, &view));
  r->largest = fmax(r->largest, view.largest);
  r->smallest = fmin(r->smallest, view.smallest);
  sgdl_density_view_free(&view);
  return SGDL_OK;
}

sgdl_status sgdl_density_describe(sgdl_context *ctx, const sgdl_spectral_density *density,
                                  const sgdl_hyper *hyper, sgdl_density_report *report)
{
  sgdl_density_report r = { -INFINITY, INFINITY, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, INFINITY, NAN };
  int all_exact = density->n_exact == density->dim;
  int counted = density->counts != NULL || all_exact;
  int noisy = sgdl_own_noise(density) || density->sigma2 >= 0;
  double mean[SUMS], se[SUMS];
  SGDL_TRY(sgdl_hyper_check(ctx, hyper));
  if (!counted && !noisy)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`density` has no probes: expected counts of modes or noise");
  if (counted) {
    SGDL_TRY(summarise(ctx, density, 0, mean, se));
    SGDL_TRY(widen(ctx, density, 0, &r));
    r.trace = mean[TRACE_OF_H];
    r.trace_se = se[TRACE_OF_H];
    r.n_flat = mean[FLAT];
    r.n_negative = mean[NEGATIVE];
  }
  if (noisy) {
    SGDL_TRY(summarise(ctx, density, 1, mean, se));
    SGDL_TRY(widen(ctx, density, 1, &r));
    r.noise_trace = mean[ALL];
    r.noise_trace_se = se[ALL];
    r.flat_noise = mean[FLAT];
    r.negative_noise = mean[NEGATIVE];
  }
  double worst = r.largest + hyper->weight_decay, limit = 2 * (1 + hyper->momentum);
  r.langevin_error = fmax(0, hyper->lr * worst / limit);
  if (worst > 0)
    r.lr_limit = limit / worst;
  *report = r;
  return SGDL_OK;
}
