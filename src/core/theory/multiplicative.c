/* Self-consistent noise under sampling with replacement. THEORY section 6.
 *
 * The stationary covariance solves P = L[Sigma_0] + L[D[P]], L the linear map from noise to covariance
 * (section 4, or 2), D[P] = E_i[(H_i - H) P (H_i - H)] what the spread P adds to the noise. A = L D takes
 * positive semidefinite matrices to such, hence P = sum_k A^k L[Sigma_0], finite exactly where the spectral
 * radius of A is below 1;
 * the radius is an eigenvalue of A with a positive semidefinite eigenvector (Krein and Rutman), which the
 * terms of the sum line up with: the sum is the power iteration. Where term k satisfies lo T_k <= A T_k <= hi
 * T_k (in the order of semidefinite matrices, lo and hi the extreme eigenvalues of the pencil), the radius
 * lies between lo and hi (Collatz and Wielandt) and what is left of the sum between T_k lo/(1-lo) and T_k
 * hi/(1-hi): this gives the last correction and its error bound. */
#include "multiplicative.h"
#include "examples.h"

#include "../model/mode.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITERATIONS = 5000, MAX_LR_TRIALS = 60 };
static const double RATIO_TOLERANCE = 1e-10;  /* change of the growth of the trace, relative     */
static const double TAIL_TOLERANCE = 1e-14;   /* of the trace of P left out                      */
static const double LR_TOLERANCE = 1e-7;      /* of the largest stable learning rate, relative   */

static double trace_of(ptrdiff_t d, const double *A)
{
  double sum = 0;
  for (ptrdiff_t l = 0; l < d; l++)
    sum += A[l + l * d];
  return sum;
}

/* ---- the map ------------------------------------------------------------------------------------ */

/* Flat modes are noiseless (check_flat) and take no part. */
void sgdl_feedback_set_lr(sgdl_feedback *f, double lr)
{
  sgdl_hyper h = f->model->hyper;
  ptrdiff_t d = f->modes.d;
  double c[4];
  h.lr = lr;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i <= j; i++) {
      int none = f->modes.kappa[i] == 0 || f->modes.kappa[j] == 0;
      if (!none)
        sgdl_pair_stationary(f->model->dynamics, &h, f->modes.kappa[i], f->modes.kappa[j], c);
      f->unit[i + j * d] = f->unit[j + i * d] = none ? 0 : f->modes.noise.scale * c[0];
    }
}

static sgdl_status check_flat(sgdl_context *ctx, const sgdl_feedback *f)
{
  for (ptrdiff_t l = 0; l < f->modes.d; l++)
    if (f->modes.kappa[l] == 0 && f->modes.strength[l] > 0)
      return sgdl_fail(ctx, SGDL_FLAT,
                       "mode %td is flat and noisy: expected curvature (or weight decay) in every noisy "
                       "direction, or the variance grows for ever", l + 1);
  return SGDL_OK;
}

sgdl_status sgdl_feedback_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                               sgdl_feedback *f)
{
  ptrdiff_t d = model->dim;
  *f = (sgdl_feedback){ .model = model, .examples = examples };
  if (model->sampling == SGDL_EPOCH)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model`: expected sampling = \"replacement\" or \"without\"; under epochs the noise of "
                     "different steps is correlated and the dressed theory takes this place");
  SGDL_TRY(sgdl_modes_init(ctx, model, &f->modes));
  SGDL_TRY(sgdl_modes_no_saddle(ctx, &f->modes));
  SGDL_TRY(check_flat(ctx, f));
  SGDL_TRY(sgdl_examples_check(ctx, model, examples));
  SGDL_TRY(sgdl_alloc(ctx, &f->unit, sgdl_times(2 * d, d), "the noise map"));
  f->work = f->unit + d * d;
  sgdl_feedback_set_lr(f, model->hyper.lr);
  return SGDL_OK;
}

void sgdl_feedback_free(sgdl_feedback *f)
{
  sgdl_modes_free(&f->modes);
  free(f->unit);
}

sgdl_status sgdl_feedback_noise(sgdl_context *ctx, const sgdl_feedback *f, const double *P, double *out)
{
  const double *rho = f->model->rho;
  ptrdiff_t d = f->modes.d;
  SGDL_TRY(sgdl_examples_sandwich(ctx, f->examples, P, out));
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      out[i + j * d] -= rho[i] * P[i + j * d] * rho[j];
  return SGDL_OK;
}

sgdl_status sgdl_feedback_bare(sgdl_context *ctx, const sgdl_feedback *f, double *out)
{
  ptrdiff_t N = f->examples->N, d = f->modes.d;
  return sgdl_backend_of(ctx)->gram(ctx, N, d, 1.0 / (double)N, f->examples->gradient, N, 0.0, out);
}

static void sustain(const sgdl_feedback *f, const double *noise, double *P)
{
  ptrdiff_t size = f->modes.d * f->modes.d;
  for (ptrdiff_t i = 0; i < size; i++)
    P[i] = f->unit[i] * noise[i];
}

/* term <- A term */
static sgdl_status iterate(sgdl_context *ctx, const sgdl_feedback *f, double *term)
{
  SGDL_TRY(sgdl_feedback_noise(ctx, f, term, f->work));
  sustain(f, f->work, term);
  return SGDL_OK;
}

/* ---- radius ------------------------------------------------------------------------------------- */

/* Limit of a sequence that converges geometrically, from its last three values (Aitken). */
static double extrapolate(double x0, double x1, double x2)
{
  double bend = (x2 - x1) - (x1 - x0);
  return bend != 0 && fabs(x2 - x1) < fabs(x1 - x0) ? x2 - (x2 - x1) * (x2 - x1) / bend : x2;
}

/* Growth of the trace of `term` (scaled to trace 1, both on entry and on return) until its limit settles. */
static sgdl_status power_iteration(sgdl_context *ctx, const sgdl_feedback *f, double tolerance, double *term,
                                   double *radius, int *iterations)
{
  ptrdiff_t d = f->modes.d;
  double before[2] = { 0, 0 }, last = -1;
  *radius = 0;
  for (int k = 0; k < MAX_ITERATIONS; k++) {
    SGDL_TRY(iterate(ctx, f, term));
    ++*iterations;
    double growth = trace_of(d, term);
    if (!(growth > 0))
      return SGDL_OK;
    for (ptrdiff_t i = 0; i < d * d; i++)
      term[i] /= growth;
    *radius = k < 2 ? growth : extrapolate(before[0], before[1], growth);
    if (fabs(*radius - last) <= tolerance * *radius)
      return SGDL_OK;
    last = *radius;
    before[0] = before[1];
    before[1] = growth;
    if (sgdl_poll(ctx, 0.5))
      return sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %d iterations", k + 1);
  }
  return SGDL_OK;
}

/* Extreme eigenvalues lo, hi of A T against T, T the term: T = V diag(w) V', then those of w^{-1/2} V'(A T)V
 * w^{-1/2} on the directions that T reaches. */
static sgdl_status bracket(sgdl_context *ctx, const sgdl_feedback *f, const double *term, double *lo,
                           double *hi)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t d = f->modes.d, size = d * d, n;
  double *V = NULL, *w, *next, *product, *half;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &V, sgdl_times(4, size) + d, "the bound on the radius"));
  next = V + size;
  product = next + size;
  half = product + size;
  w = half + size;
  memcpy(next, term, sizeof(double) * (size_t)size);
  SGDL_GET(iterate(ctx, f, next));
  memcpy(V, term, sizeof(double) * (size_t)size);
  SGDL_GET(backend->eigen_symmetric(ctx, d, V, w));
  for (n = 0; n < d && w[d - 1 - n] > (double)d * DBL_EPSILON * w[d - 1]; n++) {
    double scale = 1 / sqrt(w[d - 1 - n]), *v = V + (d - 1 - n) * d;
    for (ptrdiff_t i = 0; i < d; i++)
      v[i] *= scale;
  }
  const double *reached = V + (d - n) * d;
  SGDL_GET(backend->product(ctx, 0, 0, d, n, d, 1.0, next, d, reached, d, 0.0, product, d));
  SGDL_GET(backend->product(ctx, 1, 0, n, n, d, 1.0, reached, d, product, d, 0.0, half, n));
  SGDL_GET(backend->eigen_symmetric(ctx, n, half, w));
  *lo = fmax(w[0], 0);
  *hi = w[n - 1];
done:
  free(V);
  return status;
}

/* ---- largest stable learning rate --------------------------------------------------------------- */

/* log radius rises from -inf at lr 0 (and to +inf at the limit of SGD): a bracket in log lr, secants inside
 * it. */
static sgdl_status largest_lr(sgdl_context *ctx, sgdl_feedback *f, double radius, double *term,
                              sgdl_multiplicative *report)
{
  const sgdl_hyper *h = &f->model->hyper;
  double limit = f->model->dynamics == SGDL_SGD ? 2 * (1 + h->momentum) / f->modes.kappa[0] : INFINITY;
  double low = 0, high = limit, at = h->lr, value = log(radius), low_value = NAN, high_value = NAN;
  report->largest_stable_lr = limit;
  if (!(radius > 0))
    return SGDL_OK;
  for (int trial = 0; trial < MAX_LR_TRIALS; trial++) {
    if (value < 0) {
      low = at;
      low_value = value;
    } else {
      high = at;
      high_value = value;
    }
    report->largest_stable_lr = at;
    if (fabs(value) < LR_TOLERANCE || high < low * (1 + LR_TOLERANCE))
      break;
    if (isfinite(low_value) && isfinite(high_value) && trial % 3 != 2) {
      at = exp(log(low) - low_value * log(high / low) / (high_value - low_value));
    } else if (low > 0 && high < INFINITY) {
      at = isfinite(high_value) ? sqrt(low * high) : fmin(low * exp(-low_value), (low + high) / 2);
    } else {
      at *= exp(-value) * (value < 0 ? 1.1 : 0.9);
    }
    sgdl_feedback_set_lr(f, at);
    SGDL_TRY(power_iteration(ctx, f, LR_TOLERANCE / 10, term, &radius, &report->iterations));
    value = log(radius);
  }
  sgdl_feedback_set_lr(f, h->lr);
  return SGDL_OK;
}

/* ---- the sum ------------------------------------------------------------------------------------ */

/* P = sum of the terms. On return `term` is the last one. */
static sgdl_status sum_terms(sgdl_context *ctx, const sgdl_feedback *f, double *term, double *P,
                             sgdl_multiplicative *report)
{
  ptrdiff_t d = f->modes.d, size = d * d;
  double last = trace_of(d, term), before = -1, lo = 0, hi = 0;
  memcpy(P, term, sizeof(double) * (size_t)size);
  report->radius_bound = NAN;
  for (int k = 0; k < MAX_ITERATIONS && last > 0; k++) {
    double now, ratio;
    SGDL_TRY(iterate(ctx, f, term));
    report->iterations++;
    now = trace_of(d, term);
    ratio = now / last;
    report->spectral_radius = ratio;
    for (ptrdiff_t i = 0; i < size; i++)
      P[i] += term[i];
    last = now;
    if (sgdl_poll(ctx, 0.5))
      return sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %d iterations", k + 1);
    if (ratio < 1 && now * ratio / (1 - ratio) <= TAIL_TOLERANCE * trace_of(d, P))
      break;
    if (fabs(ratio - before) <= RATIO_TOLERANCE * ratio && (ratio >= 1 || ratio > 0.5))
      break;
    before = ratio;
  }
  if (!(last > 0) || !(report->spectral_radius < 1))
    return SGDL_OK;
  SGDL_TRY(bracket(ctx, f, term, &lo, &hi));
  report->radius_bound = hi;
  double rest = report->spectral_radius / (1 - report->spectral_radius);
  for (ptrdiff_t i = 0; i < size; i++)
    P[i] += rest * term[i];
  report->error = INFINITY;
  if (hi < 1)
    report->error = last * fmax(hi / (1 - hi) - rest, rest - lo / (1 - lo)) / trace_of(d, P);
  return SGDL_OK;
}

static sgdl_status infinite_variance(sgdl_context *ctx, const sgdl_model *model,
                                     const sgdl_multiplicative *report)
{
  return sgdl_fail(ctx, SGDL_UNSTABLE,
                   "`lr` = %g: the stationary variance is infinite (the noise that a covariance brings about "
                   "sustains %.6g times that covariance): expected a learning rate below %.6g",
                   model->hyper.lr, report->spectral_radius, report->largest_stable_lr);
}

sgdl_status sgdl_multiplicative_noise(sgdl_context *ctx, const sgdl_model *model,
                                      const sgdl_examples *examples,
                                      double *noise, sgdl_multiplicative *report)
{
  sgdl_feedback f = { 0 };
  sgdl_multiplicative found = { 0 };
  ptrdiff_t d = model->dim, size = sgdl_times(d, d);
  double *term = NULL, *P, radius = 0;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_feedback_init(ctx, model, examples, &f));
  SGDL_GET(sgdl_alloc(ctx, &term, sgdl_times(2, size), "the self-consistent covariance"));
  P = term + size;
  SGDL_GET(sgdl_feedback_bare(ctx, &f, noise));
  sustain(&f, noise, term);
  SGDL_GET(sum_terms(ctx, &f, term, P, &found));
  if (found.spectral_radius < 1) {
    SGDL_GET(sgdl_feedback_noise(ctx, &f, P, f.work));
    for (ptrdiff_t i = 0; i < size; i++)
      noise[i] += f.work[i];
  }
  if (found.spectral_radius > 0) {
    double last = trace_of(d, term);
    for (ptrdiff_t i = 0; i < size; i++)
      term[i] /= last;
    SGDL_GET(power_iteration(ctx, &f, RATIO_TOLERANCE, term, &radius, &found.iterations));
    found.spectral_radius = radius;
    SGDL_GET(sgdl_tail_index(ctx, &f, term, radius, &found.tail_index));
    found.fourth_moment = found.tail_index > 4;
    SGDL_GET(largest_lr(ctx, &f, radius, term, &found));
  } else {
    found.tail_index = found.largest_stable_lr = INFINITY;
    found.fourth_moment = 1;
  }
  if (report != NULL)
    *report = found;
  if (!(found.spectral_radius < 1))
    status = infinite_variance(ctx, model, &found);
done:
  sgdl_feedback_free(&f);
  free(term);
  return status;
}
