/* Diffusion exponent by maximum likelihood of fractional Brownian motion: increments, start by Whittle's
 * likelihood, Fisher scoring on the exact one, expected information or profile likelihood for the intervals.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fbm_profile.h"
#include "segments.h"
#include "student.h"

enum { FEWEST = 16, FEWEST_WITH_NOISE = 32 };
static const double normal_df = 1e9; /* Student's t at which is the normal distribution */

typedef struct fit {
  sgdl_context *ctx;
  sgdl_mle_options options;
  ptrdiff_t n, n_series, n_groups, dim;
  double *x;                           /* increments over 2^exponent of their group            */
  double *scale, *diffusivity, unit;   /* powers of two and c over unit^2, a group each; unit  */
  sgdl_fbm fbm;
  sgdl_fbm_whittle whittle;
  sgdl_climb climb;
  sgdl_fbm_point top;
  double information[9];
} fit;

/* ---- the data ---- */

static sgdl_status check_options(sgdl_context *ctx, const sgdl_mle_options *o)
{
  if (!(o->level > 0 && o->level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", o->level);
  return SGDL_OK;
}

static sgdl_status check_length(sgdl_context *ctx, ptrdiff_t n, int noise)
{
  int fewest = noise ? FEWEST_WITH_NOISE : FEWEST;
  if (n >= fewest) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least %d for the likelihood%s",
                   n + 1, fewest + 1, noise ? " with noise" : "");
}

/* Increments of series s and the largest of them in absolute value. */
static double difference_series(const fit *f, const sgdl_segments *s, ptrdiff_t series)
{
  const double *from = sgdl_segment(s, series / f->dim, series % f->dim);
  double *to = f->x + f->n * series, largest = 0.0;
  for (ptrdiff_t i = 0; i < f->n; i++) {
    to[i] = from[i + 1] - from[i];
    largest = fmax(largest, fabs(to[i]));
  }
  return largest;
}

static int is_constant(const fit *f, ptrdiff_t series)
{
  const double *x = f->x + f->n * series;
  double mean = 0.0, largest = 0.0, spread = 0.0;
  for (ptrdiff_t i = 0; i < f->n && f->options.drift; i++) mean += x[i] / (double)f->n;
  for (ptrdiff_t i = 0; i < f->n; i++) {
    largest = fmax(largest, fabs(x[i]));
    spread = fmax(spread, fabs(x[i] - mean));
  }
  return !(spread > 1e-12 * largest);
}

/* Scales every group by a power of two, so that squares neither overflow nor underflow and no bit changes. */
static sgdl_status take_increments(fit *f, const sgdl_segments *s)
{
  for (ptrdiff_t g = 0; g < f->n_groups; g++) f->scale[g] = 0.0;
  for (ptrdiff_t i = 0; i < f->n_series; i++) {
    double *group = f->scale + i % f->n_groups;
    *group = fmax(*group, difference_series(f, s, i));
    if (is_constant(f, i) || isinf(*group))
      return sgdl_fail(f->ctx, SGDL_BAD_ARGUMENT,
                       "`x` has %s increments in coordinate %td of path %td: expected a path that diffuses",
                       isinf(*group) ? "infinite" : "constant", i % f->dim + 1, i / f->dim + 1);
  }
  for (ptrdiff_t g = 0; g < f->n_groups; g++) {
    int exponent;
    frexp(f->scale[g], &exponent);
    f->scale[g] = ldexp(1.0, exponent < -1000 ? -1000 : exponent);
  }
  for (ptrdiff_t i = 0; i < f->n_series; i++)
    for (ptrdiff_t k = 0; k < f->n; k++) f->x[k + f->n * i] /= f->scale[i % f->n_groups];
  return SGDL_OK;
}

static sgdl_status open_fit(fit *f, sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                            const double *x, const sgdl_mle_options *options)
{
  sgdl_segments s;
  memset(f, 0, sizeof *f);
  f->ctx = ctx;
  f->options = *options;
  SGDL_TRY(check_options(ctx, options));
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(check_length(ctx, T - 1, options->noise));
  f->n = T - 1;
  f->dim = d;
  f->n_series = d * n_paths;
  f->n_groups = options->own ? d : 1;
  SGDL_TRY(sgdl_alloc(ctx, &f->x, f->n * f->n_series, "the increments"));
  SGDL_TRY(sgdl_alloc(ctx, &f->scale, 2 * f->n_groups, "the increments"));
  f->diffusivity = f->scale + f->n_groups;
  SGDL_TRY(take_increments(f, &s));
  SGDL_TRY(sgdl_fbm_open(ctx, f->n, f->n_series, f->n_groups, options->drift, f->x, &f->fbm));
  f->climb = (sgdl_climb){&f->fbm, &f->whittle, 0, 1, options->noise != 0, 0.0};
  return SGDL_OK;
}

static void close_fit(fit *f)
{
  sgdl_fbm_whittle_close(&f->whittle);
  sgdl_fbm_close(&f->fbm);
  free(f->x);
  free(f->scale);
}

/* Log-likelihood of the data before they were scaled. */
static double unscaled(const fit *f, double log_likelihood)
{
  for (ptrdiff_t g = 0; g < f->n_groups; g++)
    log_likelihood -=
        log(f->scale[g]) * (double)(f->n - f->options.drift) * (double)(f->n_series / f->n_groups);
  return log_likelihood;
}

/* ---- the maximum ---- */

static sgdl_status stopped(const fit *f)
{
  if (!sgdl_poll(f->ctx, 0.0)) return SGDL_OK;
  return sgdl_fail(f->ctx, SGDL_INTERRUPTED, "interrupted while maximising the likelihood");
}

static int at_limit(double alpha)
{
  return fabs(sgdl_eta_of(alpha)) > SGDL_ETA_LIMIT - 1e-6;
}

static sgdl_status not_found(const fit *f, sgdl_status status)
{
  if (status == SGDL_OK || status == SGDL_NO_MEMORY) return status;
  return sgdl_fail(
      f->ctx, SGDL_NO_CONVERGENCE,
      "the likelihood of `x` has no maximum that could be found (exponent %.4g, noise %.4g of the "
      "diffusion in one frame): expected something like fractional Brownian motion",
      f->top.alpha, f->top.ratio);
}

static sgdl_status maximise(fit *f)
{
  f->top = (sgdl_fbm_point){.alpha = 1.0, .ratio = f->options.noise ? 0.1 : 0.0};
  SGDL_TRY(sgdl_fbm_whittle_open(&f->fbm, &f->whittle));
  f->climb.exact = 0;
  sgdl_status status = sgdl_climb_run(&f->climb, &f->top);
  if (status != SGDL_OK) f->top = (sgdl_fbm_point){.alpha = 1.0}; /* only the start */
  SGDL_TRY(stopped(f));
  f->climb.exact = 1;
  return not_found(f, sgdl_climb_run(&f->climb, &f->top));
}

/* c of every group at the top in units of the largest scale's square (theirs could overflow), and log D in
 * those of x; the likelihood was evaluated a tiny step from there. */
static double take_diffusivities(fit *f)
{
  double sum = 0.0, dof = (double)(f->n - f->options.drift) * (double)(f->n_series / f->n_groups);
  f->unit = 0.0;
  for (ptrdiff_t g = 0; g < f->n_groups; g++) f->unit = fmax(f->unit, f->scale[g]);
  for (ptrdiff_t g = 0; g < f->n_groups; g++) {
    double relative = f->scale[g] / f->unit;
    f->diffusivity[g] = f->fbm.form[g] / dof * relative * relative;
    sum += f->diffusivity[g] * (f->options.own ? 1.0 : (double)f->dim);
  }
  return log(sum) + 2.0 * log(f->unit);
}

/* ---- errors ---- */

/* Covariance of (alpha, ratio, log c) from the information; zero where it is not definite. */
static int invert(const double I[9], int noise, double V[9])
{
  const double aa = I[0] - I[2] * I[2] / I[8], ar = I[1] - I[2] * I[5] / I[8], rr = I[4] - I[5] * I[5] / I[8];
  double det = aa * rr - ar * ar;
  memset(V, 0, 9 * sizeof(double));
  if (!(aa > 0) || (noise && !(det > 1e-10 * aa * rr && rr > 0))) return 0;
  V[0] = noise ? rr / det : 1.0 / aa;
  if (noise) {
    V[1] = V[3] = -ar / det;
    V[4] = aa / det;
  }
  double a = I[2] / I[8], r = noise ? I[5] / I[8] : 0.0;
  V[2] = V[6] = -(a * V[0] + r * V[1]);
  V[5] = V[7] = -(a * V[3] + r * V[4]);
  V[8] = 1.0 / I[8] + a * a * V[0] + 2.0 * a * r * V[1] + r * r * V[4];
  return isfinite(V[0]) && isfinite(V[8]);
}

/* log D = log sum of c: with c of every group its own, the part of its variance that is not alpha's or
 * ratio's is shared out. */
static void add_own(const fit *f, double V[9])
{
  double total = 0.0, squares = 0.0;
  for (ptrdiff_t g = 0; g < f->n_groups; g++) total += f->diffusivity[g];
  for (ptrdiff_t g = 0; g < f->n_groups; g++)
    squares += f->diffusivity[g] / total * (f->diffusivity[g] / total);
  V[8] += ((double)f->n_groups * squares - 1.0) / f->information[8];
}

static void fill_errors(fit *f, const double V[9], sgdl_exponent_mle *e)
{
  const double D = exp(e->log_diffusivity), ratio = f->top.ratio;
  e->se = sqrt(V[0]);
  e->log_diffusivity_se = sqrt(V[8]);
  e->covariance = V[2];
  if (!f->options.noise) return;
  e->noise = ratio * D;
  e->noise_se = D * sqrt(fmax(V[4] + 2.0 * ratio * V[5] + ratio * ratio * V[8], 0.0));
}

/* ---- intervals ---- */

static void wald(const fit *f, sgdl_exponent_mle *e)
{
  const double eta = sgdl_eta_of(e->exponent), se = e->se / sgdl_eta_slope(e->exponent);
  const double z = sgdl_student_quantile(0.5 + 0.5 * f->options.level, normal_df);
  e->lower = sgdl_alpha_of(eta - z * se);
  e->upper = sgdl_alpha_of(eta + z * se);
  e->p_value = sgdl_student_two_sided(eta / se, normal_df);
}

/* Two-sided p value of a fall of the profile likelihood: a chi squared with one degree of freedom. */
static double fall_p(double top, double other)
{
  return sgdl_student_two_sided(sqrt(2.0 * fmax(top - other, 0.0)), normal_df);
}

/* Boundary test of noise = 0: half the p value of an interior one. */
static sgdl_status test_noise(fit *f, sgdl_exponent_mle *e)
{
  sgdl_fbm_point without = f->top;
  without.ratio = 0.0;
  if (fabs(sgdl_eta_of(without.alpha)) > 4.0) without.alpha = 1.0; /* far from what there is without noise */
  e->noise_p = 1.0;
  if (f->top.ratio > 0.0) {
    f->climb.free_ratio = 0;
    sgdl_status status = sgdl_climb_run(&f->climb, &without);
    f->climb.free_ratio = 1;
    SGDL_TRY(not_found(f, status));
    e->noise_p = 0.5 * fall_p(f->top.log_likelihood, without.log_likelihood);
  }
  e->noise_detected = e->noise_p < 0.05;
  const double z = sgdl_student_quantile(0.5 + 0.5 * f->options.level, normal_df);
  e->noise_lower = fmax(0.0, e->noise - z * e->noise_se);
  e->noise_upper = e->noise + z * e->noise_se;
  return SGDL_OK;
}

static sgdl_status profile(fit *f, sgdl_exponent_mle *e, int *again)
{
  const double z = sgdl_student_quantile(0.5 + 0.5 * f->options.level, normal_df);
  const double guess = isfinite(e->se) ? z * e->se / sgdl_eta_slope(e->exponent) : 0.5;
  double *ends[] = {&e->lower, &e->upper};
  for (int i = 0; i < 2; i++) {
    SGDL_TRY(stopped(f));
    sgdl_status status = sgdl_profile_end(&f->climb, &f->top, i ? 1 : -1, z, guess, ends[i]);
    *again = status == SGDL_NO_CONVERGENCE;
    if (status != SGDL_OK) return *again ? SGDL_OK : not_found(f, status);
  }
  sgdl_fbm_point normal = f->top;
  normal.alpha = 1.0;
  SGDL_TRY(not_found(f, sgdl_profile_at(&f->climb, &normal)));
  e->p_value = fall_p(f->top.log_likelihood, normal.log_likelihood);
  return SGDL_OK;
}

/* ---- all of it ---- */

static sgdl_status describe_top(fit *f, double *drift, sgdl_exponent_mle *e)
{
  double V[9];
  e->exponent = f->top.alpha;
  e->at_boundary = at_limit(e->exponent) || f->top.ratio >= SGDL_RATIO_LIMIT;
  e->score = f->climb.step;
  e->log_diffusivity = take_diffusivities(f);
  e->log_likelihood = unscaled(f, f->top.log_likelihood);
  if (drift) {
    SGDL_TRY(sgdl_fbm_drift(&f->fbm, drift));
    for (ptrdiff_t i = 0; i < f->n_series; i++)
      drift[i] = f->options.drift ? drift[i] * f->scale[i % f->n_groups] : 0.0;
  }
  if (e->at_boundary && !f->options.noise)
    return sgdl_fail(
        f->ctx, SGDL_NO_CONVERGENCE,
        "the likelihood of `x` rises up to exponent %d: expected a path less %s (its increments are %s)",
        e->exponent > 1 ? 2 : 0, e->exponent > 1 ? "smooth" : "rough",
        e->exponent > 1 ? "almost constant" : "those of bounded noise");
  e->se = e->log_diffusivity_se = e->covariance = e->noise_se = NAN;
  e->noise = f->top.ratio * exp(e->log_diffusivity);
  if (e->at_boundary) return SGDL_OK;
  /* Without noise where the likelihood was evaluated, a tiny step away, which saves a factorisation. */
  double alpha = f->options.noise ? e->exponent : f->fbm.trace_alpha;
  sgdl_status status = sgdl_fbm_information(&f->fbm, alpha, f->top.ratio, f->options.noise, f->information);
  if (status == SGDL_OK && invert(f->information, f->options.noise, V)) {
    if (f->options.own) add_own(f, V);
    fill_errors(f, V, e);
    return SGDL_OK;
  }
  if (f->options.noise) return SGDL_OK; /* the profile likelihood has the interval */
  return sgdl_fail(f->ctx, SGDL_TOO_SHORT,
                   "`x` says nothing about the exponent: its information at %.4g is singular", e->exponent);
}

static sgdl_status run_fit(fit *f, double *drift, sgdl_exponent_mle *e)
{
  enum { MOST_TOPS = 4 };
  memset(e, 0, sizeof *e);
  e->noise_p = 1.0;
  SGDL_TRY(maximise(f));
  for (int tops = 0;; tops++) {
    int again = 0;
    SGDL_TRY(describe_top(f, drift, e));
    if (!f->options.noise) {
      wald(f, e);
      return SGDL_OK;
    }
    SGDL_TRY(profile(f, e, &again));
    if (!again) return test_noise(f, e);
    if (tops == MOST_TOPS) return not_found(f, SGDL_NO_CONVERGENCE);
    SGDL_TRY(not_found(f, sgdl_climb_run(&f->climb, &f->top)));
  }
}

sgdl_status sgdl_exponent_mle_fit(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x, const sgdl_mle_options *options, double *drift,
                                  double *diffusivity, sgdl_exponent_mle *result)
{
  fit f;
  sgdl_status status = open_fit(&f, ctx, T, d, n_paths, x, options);
  if (status == SGDL_OK) status = run_fit(&f, drift, result);
  if (status == SGDL_OK) {
    result->n_points = f.n * f.n_series;
    result->evaluations = f.fbm.evaluations;
    for (ptrdiff_t j = 0; j < d && diffusivity; j++) 
      diffusivity[j] = f.diffusivity[options->own ? j : 0] * f.unit * f.unit;
  }
  close_fit(&f);
  return status;
}

static sgdl_status check_point(sgdl_context *ctx, double exponent, double ratio)
{
  if (!(exponent > 0 && exponent < 2))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`exponent` = %g: expected a number between 0 and 2", exponent);
  if (!(ratio >= 0) || isinf(ratio))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`noise` = %g: expected a finite number >= 0", ratio);
  return SGDL_OK;
}

sgdl_status sgdl_fbm_log_likelihood(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                    const double *x, const sgdl_mle_options *options, double exponent,
                                    double ratio, double *log_likelihood, double score[2])
{
  fit f;
  sgdl_fbm_point p = {.alpha = exponent, .ratio = ratio};
  SGDL_TRY(check_point(ctx, exponent, ratio));
  sgdl_status status = open_fit(&f, ctx, T, d, n_paths, x, options);
  if (status == SGDL_OK) {
    status = sgdl_fbm_evaluate(&f.fbm, &p, score != NULL);
    if (status == SGDL_NOT_PSD)
      sgdl_fail(ctx, status, "the covariance at `exponent` = %.17g is singular to double precision",
                exponent);
  }
  if (status == SGDL_OK) {
    *log_likelihood = unscaled(&f, p.log_likelihood);
    if (score) memcpy(score, p.score, sizeof p.score);
  }
  close_fit(&f);
  return status;
}

sgdl_status sgdl_fbm_bound(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_series,
                           const sgdl_mle_options *options, double exponent, double ratio,
                           double *exponent_se, double *noise_se)
{
  sgdl_fbm f;
  double I[9], V[9];
  SGDL_TRY(check_point(ctx, exponent, ratio));
  SGDL_TRY(check_length(ctx, n, options->noise));
  SGDL_TRY(sgdl_fbm_open(ctx, n, n_series, 1, options->drift != 0, NULL, &f));
  sgdl_status status = sgdl_fbm_information(&f, exponent, ratio, options->noise, I);
  sgdl_fbm_close(&f);
  if (status == SGDL_OK && !invert(I, options->noise, V)) status = SGDL_NOT_PSD;
  if (status != SGDL_OK)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "%td increments say nothing about the exponent at %g", n, exponent);
  *exponent_se = sqrt(V[0]);
  if (noise_se) *noise_se = options->noise ? sqrt(V[4] + 2.0 * ratio * V[5] + ratio * ratio * V[8]) : NAN;
  return SGDL_OK;
}
